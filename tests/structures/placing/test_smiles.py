import builtins
import importlib
import sys

import numpy as np
import pytest
from ase.build import fcc111, molecule

from catml.errors import SurfaceError
from catml.structures.adsorbates import place
from catml.structures.placing.molecule_shapes import bonded_to
from catml.structures.placing.molecules import as_adsorbate
from catml.structures.placing.smiles import from_smiles
from catml.structures.sites import find_sites


@pytest.mark.parametrize(
    ("smiles", "formula", "binding"),
    [
        ("CCO", "C2H6O", "O"),
        ("[CH3]", "CH3", "C"),
        ("[CH]", "CH", "C"),
        ("[H]", "H", "H"),
        ("[C-]#[O+]", "CO", "C"),
        ("O=[C]O", "CHO2", "C"),
        ("[O]C=O", "CHO2", "O"),
        ("NCC", "C2H7N", "N"),
        ("[CH2:1]CO", "C2H5O", "C"),
        ("c1ccccc1", "C6H6", "C"),
        ("CS", "CH4S", "S"),
    ],
)
def test_formula_and_binding_atom(smiles, formula, binding):
    adsorbate = from_smiles(smiles)
    assert adsorbate.atoms().get_chemical_formula() == formula
    assert adsorbate.symbols[0] == binding


def test_a_second_mark_is_a_second_binding_atom():
    adsorbate = from_smiles("[O:1]C=[O:2]")
    assert adsorbate.denticity == 2
    assert adsorbate.symbols[adsorbate.second] == "O"


@pytest.mark.parametrize(
    ("smiles", "name"), [("[CH3]", "CH3"), ("O=[C]O", "COOH"), ("[NH2]", "NH2")]
)
def test_fragments_look_like_those_of_the_table(smiles, name):
    made, known = from_smiles(smiles).atoms(), as_adsorbate(name).atoms()
    assert sorted(made.symbols) == sorted(known.symbols)
    np.testing.assert_allclose(
        np.sort(made.get_all_distances(), axis=None),
        np.sort(known.get_all_distances(), axis=None),
        atol=0.35,
    )
    np.testing.assert_allclose(
        sorted(made.positions[:, 2]), sorted(known.positions[:, 2]), atol=0.3
    )


def test_bond_lengths_are_near_those_of_the_g2_set():
    for smiles, name in (("O", "H2O"), ("C=C", "C2H4"), ("N#N", "N2"), ("CC", "C2H6")):
        made, known = from_smiles(smiles).atoms(), molecule(name)
        shortest = [
            sorted(atoms.get_distance(i, j) for i in range(len(atoms)) for j in bonded_to(atoms, i))
            for atoms in (made, known)
        ]
        np.testing.assert_allclose(*shortest, atol=0.06)


def test_the_same_string_gives_the_same_geometry():
    first = from_smiles("CC(C)O")
    from_smiles.cache_clear()
    assert from_smiles("CC(C)O") == first


def test_ethanol_is_placed_through_its_oxygen():
    slab = fcc111("Pt", (3, 3, 4), vacuum=10)
    placed = place(slab, find_sites(slab)[0], "smiles:CCO")
    assert placed.symbols[len(slab)] == "O"
    assert placed.info["adsorbate"] == "smiles:CCO"
    assert placed.get_distances(len(slab), list(range(len(slab))), mic=True).min() > 1.8


def test_methanol_in_smiles_is_no_carbon_monoxide():
    slab = fcc111("Pt", (2, 2, 4), vacuum=10)
    placed = place(slab, find_sites(slab)[0], "smiles:CO")
    assert placed.get_chemical_formula() == "CH4OPt16"
    # An oxygen atom on platinum by its covalent radius, not carbon monoxide's measured bond.
    nearest = placed.get_distances(len(slab), list(range(len(slab))), mic=True).min()
    assert nearest == pytest.approx(1.36 + 0.66, abs=1e-6)


@pytest.mark.parametrize("smiles", ["CC(", "", "C1CC", "xyz", "C(C)(C)(C)(C)C"])
def test_what_is_no_smiles_is_refused(smiles, capfd):
    with pytest.raises(SurfaceError, match=r"Cannot read .* as SMILES"):
        from_smiles(smiles)
    assert capfd.readouterr().err == ""


def test_several_molecules_are_refused():
    with pytest.raises(SurfaceError, match="several molecules"):
        from_smiles("C.O")


@pytest.mark.parametrize("smiles", ["[CH2:3]C", "[CH2:1][CH2:1]", "[CH2:2]C"])
def test_marks_that_mark_no_binding_atom_are_refused(smiles):
    with pytest.raises(SurfaceError, match="map numbers"):
        from_smiles(smiles)


def test_without_rdkit_one_sentence_says_what_to_install(monkeypatch):
    real = importlib.import_module

    def without(name, *rest):
        if name.startswith("rdkit"):
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr(importlib, "import_module", without)
    with pytest.raises(SurfaceError, match=r'not installed: pip install "catml\[smiles\]"'):
        from_smiles("CCCCO")


def test_rdkit_is_not_loaded_for_names(monkeypatch):
    for module in [name for name in sys.modules if name.split(".")[0] == "rdkit"]:
        monkeypatch.delitem(sys.modules, module)
    real = builtins.__import__

    def refusing(name, *rest, **options):
        assert not name.startswith("rdkit")
        return real(name, *rest, **options)

    monkeypatch.setattr(builtins, "__import__", refusing)
    assert as_adsorbate("COOH").name == "COOH"
    assert not [name for name in sys.modules if name.split(".")[0] == "rdkit"]
