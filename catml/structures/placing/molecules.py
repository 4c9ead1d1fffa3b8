"""Adsorbates: which atoms they have, where these sit, and which of them bind to a surface.

Geometries are those of the G2 set (MP2(full)/6-31G(d), doi:10.1063/1.473182) that ASE ships, with
hydrogen atoms taken away where the adsorbate is what is left of a molecule: OOH of hydrogen
peroxide, COOH of formic acid, CHx of methane. Three that the set lacks are in `molecules.csv`,
optimised at the same level: trans-diazene, the formate anion, and the anion of carbon dioxide.

CO2 by name is bent like that anion, for so it is when chemisorbed through carbon. The straight
molecule only lies on a surface: ``as_adsorbate(ase.build.molecule("CO2"), binding=(0,))``, placed
at a height of one's own.

Any other molecule is an adsorbate too: by its name in the G2 set, as SMILES
(`catml.structures.placing.smiles`) or as an ase.Atoms.
"""

import csv
import difflib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from ase import Atoms

from catml.errors import SurfaceError
from catml.structures.placing.molecule_shapes import Adsorbate, as_it_stands, donor, standing
from catml.structures.quantities import is_count

_G2 = "G2 set, doi:10.1063/1.473182"
SMILES_PREFIX = "smiles:"


@dataclass(frozen=True)
class _Recipe:
    """How an adsorbate is made: a molecule, its binding atom or atoms, the atoms left out.

    `turn_deg` turns it about its own axis before it is tilted.
    """

    molecule: str
    binding: tuple[int, ...] = (0,)
    dropped: tuple[int, ...] = ()
    denticity: int = 1
    tilt_deg: float = 0.0
    turn_deg: float = 0.0


_RECIPES = {
    "H": _Recipe("H"),
    "C": _Recipe("C"),
    "N": _Recipe("N"),
    "O": _Recipe("O"),
    "F": _Recipe("F"),
    "S": _Recipe("S"),
    "Cl": _Recipe("Cl"),
    "CO": _Recipe("CO", (1, 0)),
    "NO": _Recipe("NO", (0, 1)),
    "CN": _Recipe("CN", (0, 1)),
    "N2": _Recipe("N2", (0, 1)),
    # Upright, O2 and OH would relax nowhere, by symmetry; a bond of H2 has no end to bind by.
    "O2": _Recipe("O2", (0, 1), tilt_deg=60.0),
    "H2": _Recipe("H2", (0, 1), denticity=2),
    "OH": _Recipe("OH", tilt_deg=60.0),
    "SH": _Recipe("SH", tilt_deg=60.0),
    # Water lies almost flat on metals (doi:10.1103/PhysRevLett.90.216102).
    "H2O": _Recipe("H2O", tilt_deg=80.0, turn_deg=90.0),
    # Turned so that the hydrogen atom of the leaning molecule points up.
    "OOH": _Recipe("H2O2", (1, 0), (3,), tilt_deg=50.0, turn_deg=180.0),
    "CH": _Recipe("CH4", dropped=(2, 3, 4)),
    "CH2": _Recipe("CH4", dropped=(3, 4)),
    "CH3": _Recipe("CH4", dropped=(4,)),
    "CHO": _Recipe("HCO", (0, 1)),
    "COH": _Recipe("H2COH", (0, 1), (3, 4)),
    "COOH": _Recipe("HCOOH", (1, 2), (4,)),
    "HCOO": _Recipe("HCOO", (1, 2), denticity=2),
    "CO2": _Recipe("CO2", (0, 1)),
    "CH2O": _Recipe("H2CO", (0, 1)),
    "CH2OH": _Recipe("H2COH", (0, 1)),
    "CH3O": _Recipe("CH3O", (1,)),
    "CH3OH": _Recipe("CH3OH", (1,)),
    "HCOOH": _Recipe("HCOOH", (2,)),
    "C2H2": _Recipe("C2H2", (0, 1), denticity=2),
    "C2H4": _Recipe("C2H4", (0, 1), denticity=2),
    "NH": _Recipe("NH"),
    "NH2": _Recipe("NH2"),
    "NH3": _Recipe("NH3"),
    "N2H": _Recipe("N2H2", (0, 1), (2,)),
    "N2H2": _Recipe("N2H2", (0, 1)),
}

ADSORBATES = tuple(_RECIPES)
"""Names with a binding atom and a posture of their own."""

ALIASES = {
    "NNH": "N2H",
    "HNN": "N2H",
    "NHNH": "N2H2",
    "HNNH": "N2H2",
    "HCO": "CHO",
    "HOC": "COH",
    "HOCO": "COOH",
    "HCO2": "HCOO",
    "OCHO": "HCOO",
    "HO": "OH",
    "HS": "SH",
    "HO2": "OOH",
    "HOO": "OOH",
    "O2H": "OOH",
    "OC": "CO",
    "H2CO": "CH2O",
    "HCHO": "CH2O",
    "OCH3": "CH3O",
}
"""Other names of adsorbates."""


def as_adsorbate(
    adsorbate: "str | Atoms | Adsorbate", *, binding: tuple[int, ...] | None = None
) -> Adsorbate:
    """Return the adsorbate that is meant by a name, SMILES or a molecule.

    Parameters
    ----------
    adsorbate : str, ase.Atoms or Adsorbate
        A name of `ADSORBATES` or `ALIASES`; ``"smiles:..."``; a name of the G2 set, which then
        binds by nitrogen, phosphorus, sulfur, oxygen or carbon, the first of these it has; or a
        molecule.
    binding : tuple of 1 or 2 int, optional
        For an ase.Atoms, the indices of the one or two atoms that bind, as many as are usual for
        it. It is turned so that they look down. Without, its lowest atom binds and its z axis
        stays.

    Raises
    ------
    SurfaceError
        If there is no such adsorbate, or `binding` does not fit.

    Examples
    --------
    >>> as_adsorbate("NNH").name
    'N2H'
    >>> from ase.build import molecule
    >>> as_adsorbate(molecule("C6H6"), binding=(0, 3)).denticity
    2
    """
    if isinstance(adsorbate, Atoms) and len(adsorbate):
        if binding is None:
            return as_it_stands(adsorbate)
        return standing(adsorbate, _checked_binding(adsorbate, binding), denticity=len(binding))
    if binding is not None:
        raise SurfaceError(
            f"binding={binding!r} goes with a molecule given as ase.Atoms; {adsorbate!r} knows its "
            "own binding atoms."
        )
    if isinstance(adsorbate, Adsorbate):
        return adsorbate
    if not isinstance(adsorbate, str):
        raise SurfaceError(
            f"Cannot place {adsorbate!r}: an adsorbate is a name ({', '.join(ADSORBATES)}), "
            f'"{SMILES_PREFIX}..." or an ase.Atoms with at least one atom.'
        )
    if adsorbate.startswith(SMILES_PREFIX):
        from catml.structures.placing.smiles import from_smiles

        return from_smiles(adsorbate.removeprefix(SMILES_PREFIX))
    return _by_name(adsorbate)


@cache
def _by_name(name: str) -> Adsorbate:
    from ase.build import molecule
    from ase.collections import g2

    name = ALIASES.get(name, name)
    if name in _RECIPES:
        recipe = _RECIPES[name]
        own = _tabulated().get(recipe.molecule)
        atoms, source = own or (molecule(recipe.molecule), _G2)
        return standing(
            atoms,
            recipe.binding,
            name=name,
            dropped=recipe.dropped,
            denticity=recipe.denticity,
            tilt_deg=recipe.tilt_deg,
            turn_deg=recipe.turn_deg,
            source=source,
        )
    if name in g2.names:
        atoms = molecule(name)
        return standing(atoms, (donor(atoms),), name=name, source=_G2)
    raise SurfaceError(
        f"The adsorbate {name!r} is not known{_hint(name)}. Known are {', '.join(ADSORBATES)} and "
        f'the molecules of ase.build.molecule; any other can be given as "{SMILES_PREFIX}..." or '
        "as an ase.Atoms with its binding atom lowest."
    )


def _hint(name: str) -> str:
    known = (*ADSORBATES, *ALIASES)
    alike = [other for other in known if other.lower() == name.strip().lower()]
    alike += difflib.get_close_matches(name, known, n=1, cutoff=0.75)
    return f" (did you mean {alike[0]}?)" if alike else ""


@cache
def _tabulated() -> dict[str, tuple[Atoms, str]]:
    """The molecules of the table and where their geometries come from."""
    text = files("catml.structures.placing").joinpath("molecules.csv").read_text(encoding="utf-8")
    molecules: dict[str, tuple[Atoms, str]] = {}
    for row in csv.DictReader(text.splitlines()):
        place = [float(row[f"{axis}_ang"]) for axis in "xyz"]
        atoms, _ = molecules.setdefault(row["molecule"], (Atoms(), row["source"]))
        atoms.extend(Atoms(row["symbol"], positions=[place]))
    return molecules


def _checked_binding(molecule: Atoms, binding: object) -> tuple[int, ...]:
    indices = tuple(binding) if isinstance(binding, tuple | list) else ()
    whole = all(is_count(i) and 0 <= i < len(molecule) for i in indices)
    if not whole or len(indices) not in (1, 2) or len(set(indices)) < len(indices):
        raise SurfaceError(
            f"binding={binding!r} does not name binding atoms of {molecule.symbols}: give one or "
            f"two different indices from 0 to {len(molecule) - 1}, such as (0,)."
        )
    return tuple(int(i) for i in indices)
