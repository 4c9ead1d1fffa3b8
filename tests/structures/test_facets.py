"""What holds for every facet, with indices drawn up to 3, of every kind of bulk."""

import warnings
from math import gcd
from typing import NamedTuple

import numpy as np
import pytest
import spglib
from ase import Atoms
from ase.build import bulk
from ase.spacegroup import crystal
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from catml.errors import SurfaceError
from catml.structures.layers import coordination_of_middle, layer_compositions, stoichiometry
from catml.structures.neighbors import pairs_within
from catml.structures.surface import Surface

A = 4.0
CORNERS = [[0, 0, 0], [0, 0.5, 0.5], [0.5, 0, 0.5], [0.5, 0.5, 0]]


class Bulk(NamedTuple):
    """A crystal made without catml, in the cell that Miller indices refer to."""

    crystal: Atoms
    lattice: tuple[float, float | None]


BULKS = {
    "Pt": Bulk(bulk("Pt", "fcc", a=A, cubic=True), (A, None)),
    "Fe": Bulk(bulk("Fe", "bcc", a=A, cubic=True), (A, None)),
    "Ru": Bulk(bulk("Ru", "hcp", a=A, c=1.6 * A), (A, 1.6 * A)),
    "Pt3Ni": Bulk(Atoms("NiPt3", scaled_positions=CORNERS, cell=[A] * 3), (A, None)),
    "CuAu": Bulk(
        Atoms(
            "CuAu",
            scaled_positions=[[0] * 3, [0.5] * 3],
            cell=[A / 2**0.5, A / 2**0.5, 0.93 * A],
        ),
        (A, 0.93 * A),
    ),
    "MgO": Bulk(bulk("MgO", "rocksalt", a=A, cubic=True), (A, None)),
    "Ti3Al": Bulk(
        crystal(
            "TiAl",
            [(5 / 6, 2 / 3, 1 / 4), (1 / 3, 2 / 3, 1 / 4)],
            spacegroup=194,
            cellpar=[A, A, 0.81 * A, 90, 90, 120],
        ),
        (A, 0.81 * A),
    ),
}
METALS = ("Pt", "Fe", "Ru", "Pt3Ni", "CuAu")
NEIGHBORS = {"Pt": 12, "Fe": 8, "Ru": 12, "Pt3Ni": 12, "CuAu": 12}

index = st.integers(-3, 3)
miller = st.tuples(index, index, index).filter(lambda hkl: gcd(*hkl) == 1)
examples = settings(max_examples=12, deadline=None, derandomize=True)


def facet(name: str, hkl: tuple[int, ...]) -> str:
    """The name of a surface; hexagonal ones get their redundant third index."""
    h, k, l = hkl  # noqa: E741
    if name in ("Ru", "Ti3Al"):
        assume(abs(h + k) <= 3)
        return f"{name}({h}{k}{-h - k}{l})"
    return f"{name}({h}{k}{l})"


def symmetry(crystal: Atoms) -> list[tuple[np.ndarray, np.ndarray]]:
    found = spglib.get_symmetry(
        (crystal.cell.array, crystal.get_scaled_positions(), crystal.numbers), symprec=1e-5
    )
    return list(zip(found["rotations"], found["translations"], strict=True))


def ends(crystal: Atoms, hkl: tuple[int, ...]) -> int:
    """Planes that end a crystal differently, top or bottom: orbits of its space group.

    The plane of an atom at x lies at the phase hkl·x; an operation that takes hkl to itself, or to
    its opposite, takes it to another plane, or to the same seen from the other side.
    """
    normal = np.array(hkl)
    planes = {
        (side, round(float(side * normal @ x) % 1.0, 4) % 1.0)
        for x in crystal.get_scaled_positions()
        for side in (1, -1)
    }
    orbits = []
    while planes:
        side, phase = planes.pop()
        orbit = set()
        for rotation, translation in symmetry(crystal):
            for turn in (1, -1):
                # x goes to Rx + t, so a plane along hkl comes from one along hkl R.
                if np.array_equal(normal @ rotation, turn * normal):
                    new = side * turn
                    moved = turn * phase + new * float(normal @ translation)
                    orbit.add((new, round(moved % 1.0, 4) % 1.0))
        orbits.append(orbit)
        planes = {p for p in planes if not any(close(p, q) for q in orbit)}
    return len(orbits)


def close(one: tuple[int, float], other: tuple[int, float]) -> bool:
    return one[0] == other[0] and abs((one[1] - other[1] + 0.5) % 1.0 - 0.5) < 1e-3


@pytest.mark.parametrize("name", BULKS)
@given(hkl=miller)
@examples
def test_terminations_are_the_orbits_of_the_space_group(
    name: str, hkl: tuple[int, int, int]
) -> None:
    surface = Surface(facet(name, hkl))
    assert len(surface.terminations()) == ends(BULKS[name].crystal, hkl)


@pytest.mark.parametrize("name", METALS)
@given(hkl=miller, size=st.tuples(st.integers(1, 3), st.integers(1, 3)), data=st.data())
@examples
def test_every_facet_is_a_stack_of_counted_planes(
    name: str, hkl: tuple[int, int, int], size: tuple[int, int], data: st.DataObject
) -> None:
    surfaces = Surface(facet(name, hkl)).terminations()
    surface = data.draw(st.sampled_from(surfaces))
    lattice = BULKS[name].lattice
    usual = int(surface.slab(lattice=lattice).info["layers"])
    layers = usual + data.draw(st.integers(0, 3))
    slab = surface.slab(layers=layers, size=size, lattice=lattice)

    assert slab.cell[2, :2].tolist() == [0, 0]
    assert slab.cell[:2, 2].tolist() == [0, 0]
    assert np.linalg.det(slab.cell) > 0
    assert len(np.unique(slab.positions[:, 2].round(4))) == layers
    # As many atoms as the crystal has in the volume of a repeat, spread over its planes.
    thick = surface.slab(layers=layers + len(surface.stacking.planes), size=size, lattice=lattice)
    grown = thick.cell.volume - slab.cell.volume
    reference = BULKS[name].crystal
    assert len(thick) - len(slab) == pytest.approx(len(reference) * grown / reference.cell.volume)

    middle = coordination_of_middle(slab)
    assert middle.found == middle.bulk == (NEIGHBORS[name],)
    layer = layer_compositions(slab)[0]
    assert "".join(layer) == surface.termination_labels[surface.termination_index].split("-")[0]
    assert set(stoichiometry(slab).counts) == set(reference.get_chemical_symbols())


@pytest.mark.parametrize("name", METALS)
@given(hkl=miller, data=st.data())
@examples
def test_a_slab_too_thin_for_a_middle_says_so(
    name: str, hkl: tuple[int, int, int], data: st.DataObject
) -> None:
    """The builder's answer, from planes, is that of the neighbours counted in the slab."""
    surface = Surface(facet(name, hkl))
    least = surface.stacking.least_layers(surface.cut.top)
    layers = max(1, least + data.draw(st.integers(-2, 1)))
    with warnings.catch_warnings(record=True) as record:
        warnings.simplefilter("always")
        slab = surface.slab(layers=layers, lattice=BULKS[name].lattice)
    assert bool(record) == (layers < least)
    assert bool(record) or coordination_of_middle(slab).is_bulk
    if name != "Ru":  # where bonds reach differently far up and down
        assert coordination_of_middle(slab).is_bulk == (layers >= least)


@pytest.mark.parametrize("name", METALS)
@given(hkl=miller, data=st.data())
@examples
def test_equivalent_indices_are_the_same_surfaces(
    name: str, hkl: tuple[int, int, int], data: st.DataObject
) -> None:
    rotation, _ = data.draw(st.sampled_from(symmetry(BULKS[name].crystal)))
    turned = tuple(int(x) for x in np.array(hkl) @ rotation)
    first, second = Surface(facet(name, hkl)), Surface(facet(name, turned))
    assert first.termination_labels == second.termination_labels
    for one, other in zip(first.terminations(), second.terminations(), strict=True):
        slabs = [s.slab(layers=15, lattice=BULKS[name].lattice) for s in (one, other)]
        areas = [np.linalg.norm(np.cross(*slab.cell[:2])) for slab in slabs]
        assert areas[0] == pytest.approx(areas[1])
        heights = [slab.positions[::-1, 2] for slab in slabs]
        np.testing.assert_allclose(heights[0], heights[1], atol=1e-9)
        assert layer_compositions(slabs[0]) == layer_compositions(slabs[1])


@pytest.mark.parametrize("name", METALS)
@given(hkl=miller, matrix=st.tuples(*[st.integers(-2, 3)] * 4))
@examples
def test_every_cell_of_a_facet_holds_the_same_surface(
    name: str, hkl: tuple[int, int, int], matrix: tuple[int, ...]
) -> None:
    a, b, c, d = matrix
    assume(a * d != b * c)
    surface = Surface(facet(name, hkl))
    plain = surface.slab(lattice=BULKS[name].lattice, vacuum=6.0)
    slab = surface.slab(size=((a, b), (c, d)), lattice=BULKS[name].lattice, vacuum=6.0)
    count = abs(a * d - b * c)
    assert len(slab) == count * len(plain)
    assert np.linalg.det(slab.cell) == pytest.approx(count * np.linalg.det(plain.cell))
    np.testing.assert_allclose(slab.positions[:, 2], np.repeat(plain.positions[:, 2], count))
    # No two atoms coincide, and neighbours are as in the plain cell.
    for reach in (0.9, 1.1):
        wanted = shells(plain, reach * A)
        assert shells(slab, reach * A) == [row for row in wanted for _ in range(count)]


def shells(slab: Atoms, radius: float) -> list[tuple[float, ...]]:
    """Sorted distances to other atoms, for the atoms of each layer in turn."""
    pairs = pairs_within(slab, radius)
    rows = [tuple(sorted(pairs.distance[pairs.i == i].round(3))) for i in range(len(slab))]
    return [row for _, row in sorted(zip(slab.get_tags().tolist(), rows, strict=True))]


@pytest.mark.parametrize("name", METALS)
@given(hkl=miller)
@examples
def test_a_rectangular_cell_is_a_cell_of_the_facet(name: str, hkl: tuple[int, int, int]) -> None:
    surface = Surface(facet(name, hkl))
    # With this c/a no lattice but that of a symmetric facet has a small rectangle.
    lattice = (A, None) if BULKS[name].lattice[1] is None else (A, 1.6180339 * A)
    plain = surface.slab(lattice=lattice, vacuum=6.0)
    said = ""
    try:
        slab = surface.slab(orthogonal=True, lattice=lattice, vacuum=6.0)
    except SurfaceError as refusal:
        said = str(refusal)
    if said:
        assert name in ("Ru", "CuAu")
        assert "no rectangular cell of up to 16 surface cells" in said
        return
    assert slab.cell.angles() == pytest.approx([90, 90, 90])
    size = np.array(slab.info["size"])
    vectors = (size if size.ndim == 2 else np.diag(size)) @ plain.cell[:2]
    np.testing.assert_allclose(slab.cell[:2] @ slab.cell[:2].T, vectors @ vectors.T, atol=1e-6)
    assert len(slab) == round(slab.cell.volume / plain.cell.volume) * len(plain)
