import csv
from itertools import combinations

import numpy as np
import pytest
from ase import Atoms
from ase.build import molecule
from ase.data import atomic_numbers, covalent_radii

import catml.structures.placing.molecules as molecules
from catml.errors import SurfaceError
from catml.structures.placing.molecule_shapes import Adsorbate, bonded_to
from catml.structures.placing.molecules import ADSORBATES, ALIASES, as_adsorbate

# Written down by hand: which atoms are bonded, binding atom first.
CONNECTED = {
    "CO": ["C-O"],
    "NO": ["N-O"],
    "N2": ["N-N"],
    "O2": ["O-O"],
    "H2": ["H-H"],
    "OH": ["O-H"],
    "SH": ["S-H"],
    "OOH": ["O-O", "O-H"],
    "H2O": ["O-H", "O-H"],
    "CH": ["C-H"],
    "CH2": ["C-H", "C-H"],
    "CH3": ["C-H", "C-H", "C-H"],
    "CHO": ["C-O", "C-H"],
    "COH": ["C-O", "O-H"],
    "COOH": ["C-O", "C-O", "O-H"],
    "HCOO": ["O-C", "C-O", "C-H"],
    "CO2": ["C-O", "C-O"],
    "NH": ["N-H"],
    "NH2": ["N-H", "N-H"],
    "NH3": ["N-H", "N-H", "N-H"],
    "N2H": ["N-N", "N-H"],
    "N2H2": ["N-N", "N-H", "N-H"],
}
# Ranges that hold for gas-phase and adsorbed species alike, in Å.
BOND_RANGES = {
    "CO": (1.10, 1.45),
    "CC": (1.18, 1.55),
    "CN": (1.10, 1.50),
    "CH": (1.05, 1.16),
    "NO": (1.10, 1.45),
    "NN": (1.07, 1.50),
    "HN": (0.98, 1.06),
    "OO": (1.18, 1.50),
    "HO": (0.93, 1.02),
    "HS": (1.30, 1.40),
    "HH": (0.72, 0.76),
}


def bonds_of(adsorbate):
    atoms = adsorbate.atoms()
    return [(i, j) for i, j in combinations(range(len(atoms)), 2) if j in bonded_to(atoms, i)]


def angle(name, i, j, k):
    return as_adsorbate(name).atoms().get_angle(i, j, k)


def test_the_wanted_adsorbates_are_there():
    wanted = {
        *("H", "C", "N", "O", "S", "CO", "NO", "N2", "O2", "H2", "OH", "OOH", "H2O", "CH", "CH2"),
        *("CH3", "CHO", "COH", "COOH", "CO2", "NH", "NH2", "NH3", "N2H", "N2H2"),
    }
    assert wanted <= set(ADSORBATES)


@pytest.mark.parametrize("name", CONNECTED)
def test_atoms_are_connected_as_the_formula_says(name):
    adsorbate = as_adsorbate(name)
    found = sorted(
        "-".join(sorted((adsorbate.symbols[i], adsorbate.symbols[j])))
        for i, j in bonds_of(adsorbate)
    )
    assert found == sorted("-".join(sorted(bond.split("-"))) for bond in CONNECTED[name])
    assert adsorbate.symbols[0] == CONNECTED[name][0].split("-")[0]


@pytest.mark.parametrize("name", ADSORBATES)
def test_bond_lengths_are_those_of_known_bonds(name):
    adsorbate = as_adsorbate(name)
    atoms = adsorbate.atoms()
    bonds = bonds_of(adsorbate)
    assert len(bonds) >= len(atoms) - 1
    for i, j in bonds:
        low, high = BOND_RANGES["".join(sorted((adsorbate.symbols[i], adsorbate.symbols[j])))]
        assert low < atoms.get_distance(i, j) < high
    for i, j in set(combinations(range(len(atoms)), 2)) - set(bonds):
        radii = covalent_radii[atoms.numbers[i]] + covalent_radii[atoms.numbers[j]]
        assert atoms.get_distance(i, j) > 1.4 * radii


@pytest.mark.parametrize("name", ADSORBATES)
def test_an_adsorbate_stands_on_its_binding_atom(name):
    adsorbate = as_adsorbate(name)
    assert adsorbate.positions[0] == (0.0, 0.0, 0.0)
    assert min(z for _, _, z in adsorbate.positions) > -1e-9
    assert as_adsorbate(name) == adsorbate
    assert adsorbate.source
    assert adsorbate.denticity == 1 or adsorbate.second is not None


def test_fragments_bind_through_the_atom_chemists_expect():
    binding = {name: as_adsorbate(name).symbols[0] for name in ADSORBATES}
    assert {binding[name] for name in ("CO", "CHO", "COH", "COOH", "CO2", "CN", "CH2OH")} == {"C"}
    assert {binding[name] for name in ("NO", "N2H", "N2H2", "NH2", "N2")} == {"N"}
    assert {binding[name] for name in ("OH", "OOH", "HCOO", "H2O", "CH3O", "CH3OH")} == {"O"}


def test_geometries_match_experiment():
    # HCO 119-130, COOH and formate 120-131, water 104.5, trans-diazene 107, HO2 and COH 100-110.
    assert 115 < angle("CHO", 1, 0, 2) < 130
    assert 120 < angle("HCOO", 0, 1, 2) < 132
    assert angle("H2O", 1, 0, 2) == pytest.approx(104.5, abs=1.5)
    assert angle("N2H2", 0, 1, 3) == pytest.approx(106.9, abs=2)
    assert 95 < angle("OOH", 0, 1, 2) < 108
    assert 100 < angle("COH", 0, 1, 2) < 115
    # Chemisorbed CO2 is bent like its anion, 134 degrees (doi:10.1080/00268976100100181).
    assert angle("CO2", 1, 0, 2) == pytest.approx(134, abs=2)
    formate = as_adsorbate("HCOO").atoms()
    assert formate.get_distance(0, 1) == pytest.approx(formate.get_distance(1, 2), abs=1e-3)


@pytest.mark.parametrize("name", ["CHO", "COOH", "HCOO", "CO2", "H2O", "N2H2", "N2H", "OOH", "COH"])
def test_flat_molecules_are_flat(name):
    atoms = as_adsorbate(name).atoms()
    spread = np.linalg.svd(atoms.positions - atoms.positions.mean(axis=0))[1]
    assert spread[2] < 1e-3


def test_diazene_is_trans():
    atoms = as_adsorbate("N2H2").atoms()
    hydrogens = [i for i, symbol in enumerate(atoms.symbols) if symbol == "H"]
    nitrogens = [i for i, symbol in enumerate(atoms.symbols) if symbol == "N"]
    first, second = (
        next(h for h in hydrogens if h in bonded_to(atoms, nitrogen)) for nitrogen in nitrogens
    )
    torsion = atoms.get_dihedral(first, nitrogens[0], nitrogens[1], second)
    assert torsion == pytest.approx(180.0, abs=0.1)


def test_straight_carbon_dioxide_lies_flat():
    flat = as_adsorbate(molecule("CO2"), binding=(0,))
    assert flat.symbols[0] == "C"
    np.testing.assert_allclose([z for _, _, z in flat.positions], 0, atol=1e-9)


def test_methyl_is_a_pyramid_with_its_hydrogen_atoms_up():
    heights = [z for _, _, z in as_adsorbate("CH3").positions[1:]]
    np.testing.assert_allclose(heights, 1.09 / 3, atol=0.01)


def test_other_names_mean_the_same():
    assert as_adsorbate("NNH") == as_adsorbate("N2H")
    assert as_adsorbate("HCO") == as_adsorbate("CHO")
    assert as_adsorbate("HOCO") == as_adsorbate("COOH")
    assert as_adsorbate("OCHO") == as_adsorbate("HCOO")
    assert not set(ALIASES) & set(ADSORBATES)
    for alias, name in ALIASES.items():
        assert as_adsorbate(alias).name == name


def test_molecules_of_the_g2_set_bind_by_their_lone_pairs():
    assert as_adsorbate("CH3CN").symbols[0] == "N"
    assert as_adsorbate("H3CNH2").symbols[0] == "N"
    acid = as_adsorbate("CH3COOH")
    assert acid.symbols[0] == "O"
    assert len(bonded_to(acid.atoms(), 0)) == 1
    assert as_adsorbate("C6H6").symbols[0] == "C"


def test_a_molecule_with_named_binding_atoms():
    benzene = as_adsorbate(molecule("C6H6"), binding=(0, 3))
    assert (benzene.denticity, benzene.symbols[benzene.second]) == (2, "C")
    ammonia = as_adsorbate(molecule("NH3"), binding=(0,))
    assert min(z for _, _, z in ammonia.positions[1:]) > 0.3


@pytest.mark.parametrize(
    ("name", "hint"),
    [("Co", "did you mean CO"), ("no", "did you mean NO"), ("hcoo", "did you mean HCOO")],
)
def test_wrong_case_is_hinted_at(name, hint):
    with pytest.raises(SurfaceError, match=hint):
        as_adsorbate(name)


@pytest.mark.parametrize("name", ["CX", "", "Pt", "water", "XYZ123"])
def test_an_adsorbate_that_does_not_exist(name):
    with pytest.raises(SurfaceError, match=r"is not known.* Known are H, C, N, O"):
        as_adsorbate(name)


@pytest.mark.parametrize("binding", [(), (3,), (0, 0), (-1,), (0, 1, 2), "C", (0.5,)])
def test_binding_atoms_must_be_in_the_molecule(binding):
    with pytest.raises(SurfaceError, match="does not name binding atoms of OH2"):
        as_adsorbate(molecule("H2O"), binding=binding)


def test_names_know_their_own_binding_atoms():
    with pytest.raises(SurfaceError, match="goes with a molecule"):
        as_adsorbate("CO", binding=(0,))


def test_any_order_of_atoms_gives_the_same_standing():
    atoms = molecule("CH3OH")
    shuffled = atoms[[5, 3, 1, 0, 4, 2]]
    first = as_adsorbate(atoms, binding=(1,))
    second = as_adsorbate(shuffled, binding=(2,))
    assert isinstance(first, Adsorbate)
    height = {symbol: z for symbol, (_, _, z) in zip(first.symbols, first.positions, strict=True)}
    for symbol, (_, _, z) in zip(second.symbols, second.positions, strict=True):
        if symbol != "H":
            assert z == pytest.approx(height[symbol])


def test_tabulated_geometries_are_complete():
    with open(molecules.__file__.replace("molecules.py", "molecules.csv"), encoding="utf-8") as f:
        rows = list(csv.DictReader(f))
    assert {row["molecule"] for row in rows} == {"N2H2", "HCOO", "CO2"}
    assert all(row["symbol"] in atomic_numbers for row in rows)
    assert isinstance(as_adsorbate("HCOO").atoms(), Atoms)
