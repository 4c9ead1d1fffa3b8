"""Adsorbates from SMILES, by RDKit (the optional extra ``catml[smiles]``).

The binding atom is the one with the map number 1, as in ``[CH2:1]CO``; with 2 a second one that
binds as well. Without map numbers it is, in this order, the first atom with an unpaired electron,
the first with a negative charge, the first with a lone pair (nitrogen before phosphorus, sulfur and
oxygen), the first. SMILES fill up valences: ``C`` is methane and ``CO`` methanol; the fragment CH2
is ``[CH2]`` and carbon monoxide ``[C-]#[O+]``.
"""

import importlib
from functools import cache
from typing import Any

import numpy as np
from ase import Atoms

from catml.errors import SurfaceError
from catml.structures.placing.molecule_shapes import Adsorbate, bonded_to, donor, standing
from catml.structures.placing.molecules import SMILES_PREFIX

_SEED = 20
_SOURCE = "RDKit: ETKDG (doi:10.1021/acs.jcim.5b00654), relaxed by UFF (doi:10.1021/ja00051a040)"


@cache
def from_smiles(smiles: str) -> Adsorbate:
    """Return the adsorbate of a SMILES string, always with the same geometry.

    Unpaired electrons are first paired with hydrogen, which is taken away again once the molecule
    has its shape: a fragment looks like what is left of a molecule, its open bonds towards the
    surface.

    Raises
    ------
    SurfaceError
        If RDKit is not installed, the string cannot be read, it holds several molecules, or its
        map numbers do not mark one binding atom or two.

    Examples
    --------
    >>> from_smiles("CCO").symbols[0]
    'O'
    >>> from_smiles("[CH3:1]").symbols
    ('C', 'H', 'H', 'H')
    """
    molecule = _parsed(smiles)
    binding = _marked(smiles, molecule)
    open_bonds = {atom.GetIdx(): atom.GetNumRadicalElectrons() for atom in molecule.GetAtoms()}
    negative = [atom.GetIdx() for atom in molecule.GetAtoms() if atom.GetFormalCharge() < 0]
    whole = _embedded(smiles, _saturated(molecule))
    atoms = Atoms(
        [atom.GetSymbol() for atom in whole.GetAtoms()],
        positions=whole.GetConformer().GetPositions(),
    )
    dropped = _surplus(atoms, open_bonds)
    unmarked = [index for index, count in open_bonds.items() if count] + negative
    return standing(
        atoms,
        binding or (unmarked[0] if unmarked else donor(atoms),),
        name=f"{SMILES_PREFIX}{smiles}",
        dropped=tuple(dropped),
        denticity=max(len(binding), 1),
        source=_SOURCE,
    )


def _surplus(atoms: Atoms, open_bonds: dict[int, int]) -> list[int]:
    """The hydrogen atoms that stand for open bonds, all on one side of the molecule."""
    surplus: list[int] = []
    for index, count in open_bonds.items():
        hydrogens = [i for i in bonded_to(atoms, index) if atoms.symbols[i] == "H"]
        if surplus:
            side = atoms.positions[surplus].mean(axis=0)
            hydrogens.sort(key=lambda i: float(np.linalg.norm(atoms.positions[i] - side)))
        surplus += hydrogens[:count]
    return surplus


def _rdkit(module: str) -> Any:
    try:
        return importlib.import_module(f"rdkit.{module}")
    except ImportError:
        raise SurfaceError(
            'Adsorbates from SMILES need RDKit, which is not installed: pip install "catml[smiles]"'
        ) from None


def _parsed(smiles: str) -> Any:
    chem = _rdkit("Chem")
    with _rdkit("rdBase").BlockLogs():
        molecule = chem.MolFromSmiles(smiles) if smiles.strip() else None
    if molecule is None:
        raise SurfaceError(
            f"Cannot read {smiles!r} as SMILES: check brackets, ring numbers and valences; ethanol "
            'is "CCO", the methyl fragment "[CH3]".'
        )
    if len(chem.GetMolFrags(molecule)) > 1:
        raise SurfaceError(
            f"The SMILES {smiles!r} hold several molecules: place them one at a time, or with "
            "catml.coadsorb."
        )
    return molecule


def _marked(smiles: str, molecule: Any) -> tuple[int, ...]:
    """The atoms with map numbers 1 and 2; none if there are no map numbers."""
    marks = [(atom.GetAtomMapNum(), atom.GetIdx()) for atom in molecule.GetAtoms()]
    marks = sorted(mark for mark in marks if mark[0])
    numbers = [number for number, _ in marks]
    if numbers not in ([], [1], [1, 2]):
        raise SurfaceError(
            f"The SMILES {smiles!r} have the map numbers {numbers}: mark the binding atom with 1, "
            "as in [CH2:1]CO, and a second binding atom with 2."
        )
    return tuple(index for _, index in marks)


def _saturated(molecule: Any) -> Any:
    """The molecule with all its hydrogen atoms, and one more for every unpaired electron."""
    for atom in molecule.GetAtoms():
        atom.SetNumExplicitHs(atom.GetNumExplicitHs() + atom.GetNumRadicalElectrons())
        atom.SetNumRadicalElectrons(0)
    molecule.UpdatePropertyCache()
    return _rdkit("Chem").AddHs(molecule)


def _embedded(smiles: str, molecule: Any) -> Any:
    geometry = _rdkit("Chem.AllChem")
    with _rdkit("rdBase").BlockLogs():
        done = geometry.EmbedMolecule(molecule, randomSeed=_SEED)
        if done != 0:
            done = geometry.EmbedMolecule(molecule, randomSeed=_SEED, useRandomCoords=True)
        if done == 0 and geometry.UFFHasAllMoleculeParams(molecule):
            geometry.UFFOptimizeMolecule(molecule, maxIters=2000)
    if done != 0 or not np.isfinite(molecule.GetConformer().GetPositions()).all():
        raise SurfaceError(
            f"RDKit finds no three-dimensional geometry for the SMILES {smiles!r}: give the "
            "molecule as an ase.Atoms."
        )
    return molecule
