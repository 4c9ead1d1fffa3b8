from itertools import product

import numpy as np
import pytest
import spglib
from ase import Atoms
from ase.build import bulk, make_supercell
from ase.neighborlist import neighbor_list

from catml.errors import SurfaceError
from catml.structures.bulk.crystal_files import read_crystal
from catml.structures.bulk.crystals import Crystal
from catml.structures.bulk.stacking import _lattice_rotations
from tests.structures.crystal_examples import CRYSTALS


def rebuilt(crystal: Crystal) -> Atoms:
    return Atoms(
        [crystal.species[role] for role in crystal.roles],
        scaled_positions=np.array(crystal.positions) / crystal.unit,
        cell=crystal.cell(crystal.lengths_ang[0]),
        pbc=True,
    )


def distances(atoms: Atoms, cutoff: float = 5.0) -> list[tuple[str, list[float]]]:
    center, distance = neighbor_list("id", atoms, cutoff)
    return sorted(
        (symbol, sorted(distance[center == k].round(3))) for k, symbol in enumerate(atoms.symbols)
    )


@pytest.mark.parametrize("name", CRYSTALS)
def test_a_crystal_is_the_structure_it_was_made_of(name: str) -> None:
    given = CRYSTALS[name]
    crystal = read_crystal(given)
    again = rebuilt(crystal)
    assert len(given) % len(again) == 0
    copies = len(given) // len(again)
    expected = distances(given)
    assert [symbol for symbol, _ in distances(again)] == [s for s, _ in expected[::copies]]
    for (_, found), (_, wanted) in zip(distances(again), expected[::copies], strict=True):
        np.testing.assert_allclose(found, wanted, atol=0.002)


@pytest.mark.parametrize("name", CRYSTALS)
def test_symmetry_is_exact_on_the_grid(name: str) -> None:
    crystal = read_crystal(CRYSTALS[name])
    again = rebuilt(crystal)
    fractions = np.array(crystal.positions) / crystal.unit
    found = spglib.get_symmetry((again.cell[:], fractions, again.numbers), symprec=1e-6)
    places = {(r, *p) for r, p in zip(crystal.roles, crystal.positions, strict=True)}
    for rotation, translation in zip(found["rotations"], found["translations"], strict=True):
        shift = np.rint(translation * crystal.unit).astype(int)
        moved = (np.array(crystal.positions) @ rotation.T + shift) % crystal.unit
        assert {(r, *p) for r, p in zip(crystal.roles, moved.tolist(), strict=True)} == places
    # Every rotation of the space group is among those looked for when planes are compared.
    lattice = {r.tobytes() for r in np.array(_lattice_rotations(crystal), dtype=np.int64)}
    assert {r.tobytes() for r in found["rotations"].astype(np.int64)} <= lattice


@pytest.mark.parametrize(
    ("name", "formula", "label", "species"),
    [
        ("copper", "Cu", "sg225", ("Cu",)),
        ("zincblende", "ZnS", "sg216", ("Zn", "S")),
        ("perovskite", "SrTiO3", "sg221", ("Sr", "Ti", "O")),
        ("anatase", "TiO2", "sg141", ("Ti", "O")),
        ("corundum", "Al2O3", "sg167", ("Al", "O")),
        ("baddeleyite", "ZrO2", "sg14", ("Zr", "O")),
    ],
)
def test_what_a_crystal_is_called(
    name: str, formula: str, label: str, species: tuple[str, ...]
) -> None:
    crystal = read_crystal(CRYSTALS[name])
    assert (crystal.formula, crystal.label, crystal.species) == (formula, label, species)


def test_lengths_are_those_of_the_conventional_cell() -> None:
    assert read_crystal(CRYSTALS["copper"]).lengths_ang == pytest.approx((3.61, 3.61, 3.61))
    assert read_crystal(CRYSTALS["anatase"]).lengths_ang == pytest.approx((3.785, 3.785, 9.514))
    corundum = read_crystal(CRYSTALS["corundum"])
    assert corundum.lengths_ang == pytest.approx((4.759, 4.759, 12.991))
    assert (corundum.n_indices, len(corundum.roles)) == (4, 10)
    assert read_crystal(CRYSTALS["baddeleyite"]).lengths_ang == pytest.approx((5.15, 5.212, 5.317))


@pytest.mark.parametrize("name", ["copper", "anatase", "corundum", "zincblende"])
def test_the_cell_it_was_given_in_does_not_matter(name: str) -> None:
    given = CRYSTALS[name]
    crystal = read_crystal(given)
    matrix = np.array([[2, 1, 0], [0, 1, 0], [0, 1, 1]])
    larger = make_supercell(given, matrix)
    larger.rotate(35, (1, 2, 3), rotate_cell=True)
    larger.positions += (0.3, 0.2, 0.1)
    larger.wrap()
    again = read_crystal(larger[np.random.default_rng(1).permutation(len(larger))])
    assert (again.formula, again.label, again.unit) == (
        crystal.formula,
        crystal.label,
        crystal.unit,
    )
    assert again.lengths_ang == pytest.approx(crystal.lengths_ang)
    for (_, found), (_, wanted) in zip(
        distances(rebuilt(again)), distances(rebuilt(crystal)), strict=True
    ):
        np.testing.assert_allclose(found, wanted, atol=0.002)


def test_small_noise_is_removed_and_larger_distortions_stay() -> None:
    perovskite = CRYSTALS["perovskite"].copy()
    perovskite.positions += np.random.default_rng(2).normal(0, 0.001, (5, 3))
    assert read_crystal(perovskite).space_group == 221
    perovskite.positions[1] += (0, 0, 0.1)
    assert read_crystal(perovskite).space_group == 99


def test_scaled_alike_or_not_at_all() -> None:
    anatase = read_crystal(CRYSTALS["anatase"])
    own = anatase.lattice_constants()
    assert (own.a_ang, own.c_ang) == pytest.approx((3.785, 9.514))
    assert (own.functional, own.estimated) == ("unknown", False)
    np.testing.assert_allclose(anatase.cell(2 * own.a_ang), 2 * anatase.cell(own.a_ang))
    anatase.check_lattice(own.a_ang, own.c_ang)
    with pytest.raises(SurfaceError, match="scale all"):
        anatase.check_lattice(3.8, 9.3)
    assert read_crystal(CRYSTALS["copper"]).lattice_constants().c_ang is None


def test_crystals_compare_by_structure_and_label() -> None:
    first, second = (read_crystal(bulk("Cu", a=3.61)) for _ in range(2))
    assert first == second
    assert hash(first) == hash(second)
    others = [read_crystal(bulk("Cu", a=3.62)), read_crystal(bulk("Cu", a=3.61), label="mine")]
    assert all(first != other for other in others)


def test_every_bravais_lattice_has_whole_conventional_vectors() -> None:
    for name in CRYSTALS:
        crystal = read_crystal(CRYSTALS[name])
        vectors = crystal.conventional_vectors() @ np.array(crystal.vectors_ang)
        lengths = np.linalg.norm(vectors, axis=1)
        np.testing.assert_allclose(lengths, crystal.lengths_ang)
        dots = np.round(vectors @ vectors.T, 6)
        right = [abs(dots[i, j]) < 1e-6 for i, j in product(range(3), repeat=2) if i < j]
        assert sum(right) >= 2
