import pickle
from pathlib import Path

import numpy as np
import pytest
from ase import Atoms
from ase.build import bulk
from ase.io import write
from ase.neighborlist import neighbor_list
from pymatgen.core.surface import SlabGenerator
from pymatgen.io.ase import AseAtomsAdaptor

from catml.errors import SurfaceError
from catml.structures.bulk.crystal_files import read_crystal
from catml.structures.bulk.crystal_names import facet_text, parse_crystal_name
from catml.structures.slabs import slab_from_info
from catml.structures.surface import Surface
from tests.structures.bulk.test_terminations import brute_force_count
from tests.structures.crystal_examples import CRYSTALS
from tests.structures.test_slabs import surroundings


def test_names_carry_the_label_and_round_trip() -> None:
    surface = Surface.from_bulk(CRYSTALS["anatase"], (1, 0, 1), label="anatase")
    assert str(surface) == "TiO2[anatase](101)"
    assert (surface.bulk, surface.species, surface.facet) == ("TiO2", ("Ti", "O"), "101")
    assert (surface.prototype, surface.modification) == ("anatase", "none")
    assert Surface(surface.name, crystal=surface.crystal) == surface
    assert Surface("TiO2(101)", crystal=surface.crystal) == surface
    assert pickle.loads(pickle.dumps(surface)) == surface
    assert "anatase" in repr(surface)
    with pytest.raises(SurfaceError, match=r"\[anatase\] does not fit"):
        Surface(surface.name)


def test_indices_of_hexagonal_crystals() -> None:
    corundum = CRYSTALS["corundum"]
    assert Surface.from_bulk(corundum, (0, 0, 1)).name == "Al2O3[sg167](0001)"
    assert Surface.from_bulk(corundum, "1-102").miller == (1, -1, 0, 2)
    assert Surface.from_bulk(corundum, (1, 1, -2, 0)) == Surface.from_bulk(corundum, (1, 1, 0))
    with pytest.raises(SurfaceError, match=r"-\(h\+k\) = -2"):
        Surface.from_bulk(corundum, (1, 1, 0, 0))
    with pytest.raises(SurfaceError, match="three Miller indices"):
        Surface.from_bulk(CRYSTALS["anatase"], (1, 0, -1, 0))


def test_surfaces_of_different_crystals_differ() -> None:
    one, other = (
        Surface.from_bulk(bulk("MgO", "rocksalt", a=a), (1, 0, 0), label="x") for a in (4.2, 4.3)
    )
    assert one.name == other.name
    assert one != other
    assert len({one, other}) == 2
    assert one == Surface.from_bulk(bulk("MgO", "rocksalt", a=4.2), "100", label="x")
    assert Surface("MgO(100)") != Surface.from_bulk(bulk("MgO", "rocksalt", a=4.2), "100")


@pytest.mark.parametrize(
    "miller", [(1, 1), "", (1, 1, 12), (1, 0.5, 0), None, (2, 2, 0), (0, 0, 0)]
)
def test_facets_that_are_none(miller: object) -> None:
    with pytest.raises(SurfaceError):
        Surface.from_bulk(CRYSTALS["copper"], miller)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["MgO(100)", "Pt1/TiO2(101)", "TiO2@Pt(101)", "TiO2[b](101)", "x"])
def test_names_of_another_bulk(name: str) -> None:
    crystal = read_crystal(CRYSTALS["anatase"])
    with pytest.raises(SurfaceError, match=r"Write TiO2\[sg141\]\(110\)"):
        parse_crystal_name(name, crystal)


def test_facets_as_text() -> None:
    assert facet_text(np.array([1, -1, 0]).tolist()) == "1-10"
    assert facet_text(" (0001) ") == "0001"


@pytest.mark.parametrize(
    ("name", "miller", "labels"),
    [
        # Nothing turns (111) of zincblende round: either end of either element, two each.
        ("zincblende", "111", ["Zn-1", "S-1", "Zn-2", "S-2"]),
        ("zincblende", "110", [None]),
        ("wurtzite", "0001", ["Zn-1", "O-1", "Zn-2", "O-2"]),
        ("perovskite", "001", ["OSr", "OTi"]),
        ("perovskite", "111", ["OSr", "Ti"]),
        ("rutile", "110", ["O-1", "ORu", "O-2"]),
        ("copper", "111", [None]),
    ],
)
def test_terminations_of_crystals(name: str, miller: str, labels: list[str | None]) -> None:
    found = Surface.from_bulk(CRYSTALS[name], miller).terminations()
    assert [surface.termination for surface in found] == labels
    assert all(Surface(one.name, crystal=one.crystal) == one for one in found)


def test_the_default_of_corundum_is_a_single_layer_of_aluminium() -> None:
    surface = Surface.from_bulk(CRYSTALS["corundum"], "0001")
    heights = surface.slab().positions[:, 2]
    # It leaves two equal halves, Al-O3-Al; with both layers of Al between two of oxygen the
    # second plane would follow after 0.5 Å.
    assert np.diff(np.unique(heights.round(3)))[-1] == pytest.approx(0.85, abs=0.05)


@pytest.mark.parametrize(
    ("name", "miller"),
    [("zincblende", (1, 1, 1)), ("zincblende", (1, 1, 0)), ("wurtzite", (0, 0, 1))]
    + [("perovskite", m) for m in ((0, 0, 1), (1, 1, 0), (1, 1, 1), (2, 1, 0))]
    + [("anatase", m) for m in ((1, 0, 1), (0, 0, 1), (1, 0, 0), (1, 1, 0))]
    + [("corundum", (0, 0, 1)), ("corundum", (1, 1, 0)), ("baddeleyite", (0, 0, 1))],
)
def test_as_many_terminations_as_the_crystal_has_ends(
    name: str, miller: tuple[int, int, int]
) -> None:
    found = Surface.from_bulk(CRYSTALS[name], miller).terminations()
    unit_cell = CRYSTALS[name]
    if len(unit_cell) < 4:
        unit_cell = bulk("ZnS", "zincblende", a=5.41, cubic=True)
    assert len(found) == brute_force_count(unit_cell, miller)


@pytest.mark.parametrize(
    ("name", "facets"),
    {
        "zincblende": ["111", "110", "210"],
        "wurtzite": ["0001", "10-10", "11-21"],
        "perovskite": ["001", "110", "321"],
        "anatase": ["101", "001", "112"],
        "corundum": ["0001", "1-102", "11-20"],
        "baddeleyite": ["-111", "001", "110"],
    }.items(),
)
def test_inside_of_every_slab_is_the_crystal(name: str, facets: list[str]) -> None:
    # On the grid of whole numbers, as the slab's atoms are.
    crystal = read_crystal(CRYSTALS[name])
    reference = Atoms(
        [crystal.species[role] for role in crystal.roles],
        scaled_positions=np.array(crystal.positions) / crystal.unit,
        cell=crystal.vectors_ang,
        pbc=True,
    )
    cutoff = 3.2
    expected = surroundings(reference, list(range(len(reference))), cutoff)
    for facet in facets:
        for surface in Surface.from_bulk(crystal, facet).terminations():
            slab = surface.slab(thickness_ang=20)
            z = slab.positions[:, 2]
            inside = np.flatnonzero((z > z.min() + cutoff) & (z < z.max() - cutoff)).tolist()
            assert surroundings(slab, inside, cutoff) == expected
            top = set(slab.symbols[slab.get_tags() == 1])
            assert "".join(sorted(top)) == slab.info["termination"].partition("-")[0]


@pytest.mark.parametrize(
    ("name", "miller"), [("perovskite", (0, 0, 1)), ("anatase", (1, 0, 1)), ("rutile", (1, 1, 0))]
)
def test_slabs_repeat_as_those_of_pymatgen(name: str, miller: tuple[int, int, int]) -> None:
    structure = AseAtomsAdaptor.get_structure(CRYSTALS[name])
    slabs = SlabGenerator(structure, miller, 15, 15, primitive=True).get_slabs(ftol=0.05)
    slab = Surface.from_bulk(structure, miller).slab(layers=20)
    area = np.linalg.norm(np.cross(*slab.cell.array[:2]))
    assert area == pytest.approx(min(one.surface_area for one in slabs), rel=1e-4)
    # Whatever plane pymatgen cuts at, the elements of its ends are among the terminations.
    labels = {
        s.termination.partition("-")[0] if s.termination else ""
        for s in (Surface.from_bulk(structure, miller).terminations())
    }
    for one in slabs:
        z = one.cart_coords @ (one.normal / np.linalg.norm(one.normal))
        for edge in (z.max(), z.min()):
            ends = {
                site.specie.symbol for site, h in zip(one, z, strict=True) if abs(h - edge) < 0.05
            }
            assert "".join(sorted(ends)) in labels or labels == {""}


def test_primitive_and_conventional_cells_give_the_same_slab() -> None:
    one = Surface.from_bulk(bulk("Cu", a=3.61), "211").slab(size=(2, 1))
    other = Surface.from_bulk(bulk("Cu", a=3.61, cubic=True), "211").slab(size=(2, 1))
    named = Surface("Cu(211)").slab(size=(2, 1), lattice=(3.61, None))
    for slab in (other, named):
        np.testing.assert_allclose(slab.positions, one.positions, atol=1e-6)
        np.testing.assert_allclose(slab.cell, one.cell, atol=1e-6)


def test_polar_ends_are_the_two_faces_of_one_slab() -> None:
    zn, s = Surface.from_bulk(CRYSTALS["zincblende"], "111").terminations()[:2]
    for surface, dangling in ((zn, "Zn"), (s, "S")):
        slab = surface.slab(layers=8)
        assert set(slab.symbols[slab.get_tags() == 1]) == {dangling}
        center = neighbor_list("i", slab, 2.6)
        counts = np.bincount(center, minlength=len(slab))
        # The stable end has lost one of four neighbours, and so has the end at the bottom.
        assert counts[slab.get_tags() == 1].tolist() == [3]
        assert counts[slab.get_tags() == 8].tolist() == [3]


def test_options_of_slabs_and_the_way_back_from_info(tmp_path: Path) -> None:
    surface = Surface.from_bulk(CRYSTALS["anatase"], "101", termination=None)
    slab = surface.slab(thickness_ang=9, size=(1, 2), fixed_layers=3, strain=0.01)
    assert slab_from_info(slab.info) == slab
    write(tmp_path / "slab.extxyz", slab)
    from ase.io import read

    again = slab_from_info(read(tmp_path / "slab.extxyz").info)
    np.testing.assert_allclose(again.positions, slab.positions)
    larger = surface.slab(lattice=(4.0, None))
    assert larger.info["lattice"]["c_ang"] == pytest.approx(9.514 * 4.0 / 3.785)
    with pytest.raises(SurfaceError, match="scale all"):
        surface.slab(lattice=(4.0, 9.5))


def test_a_termination_can_be_asked_for() -> None:
    surface = Surface.from_bulk(CRYSTALS["perovskite"], "001", termination="OTi")
    slab = surface.slab()
    assert set(slab.symbols[slab.get_tags() == 1]) == {"O", "Ti"}
    with pytest.raises(SurfaceError, match="has no termination 'Ti'"):
        Surface.from_bulk(CRYSTALS["perovskite"], "001", termination="Ti")
