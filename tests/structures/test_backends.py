"""Slabs of other builders against catml's own and against hand counts."""

import warnings

import numpy as np
import pytest
from ase import Atoms
from ase.build import bulk, fcc100
from ase.neighborlist import neighbor_list

from catml.errors import SurfaceError
from catml.structures import backends
from catml.structures.backends import build_with
from catml.structures.sites import find_sites
from catml.structures.surface import Surface

# Distinct sites counted by hand on the closed surface net.
SITES = {
    "Pt(111)": 4,
    "Ru(0001)": 4,
    "Pt(100)": 3,
    "Fe(110)": 4,
    "Pt(211)": 14,
    "Pt3Ni(111)": 9,
    "CuAu(101)": 10,
    "Pt3Ni(211)": 22,
}
TERMINATIONS = (
    *("Pt3Ni(100):Pt", "Pt3Ni(100):NiPt", "Pt3Ni(110):Pt", "Pt3Ni(110):NiPt"),
    *("Pt3Ni(211):Pt", "Pt3Ni(211):NiPt", "CuAu(001):Cu", "CuAu(001):Au"),
    *("CuAu(100):Cu", "CuAu(100):Au", "Ru(10-10):Ru-1", "Ru(10-10):Ru-2"),
)
MODIFIED = (
    *("Ni@Cu(100)", "Cu-Ni@Cu(100)", "Cu3Zr@Cu(100)", "Pt1/Cu(111)"),
    *("Cu0.75Pd0.25(111)", "Pt3Ni-Pt0.5Ni0.5@Pt(111)"),
)
COMPOUNDS = ("Ti3Al(0001)", "MgO(111):O", "RuO2(110):ORu")
BACKENDS = ("ase", "pymatgen", pytest.param("catkit", marks=pytest.mark.slow))


def fingerprint(atoms: Atoms) -> list[tuple[object, ...]]:
    """Every distance up to 6 Å with its elements and heights: the slab, however it is turned."""
    i, j, distance = neighbor_list("ijd", atoms, 6.0)
    height = atoms.positions[:, 2] - atoms.positions[:, 2].min()
    rows = zip(
        atoms.numbers[i].tolist(),
        atoms.numbers[j].tolist(),
        np.round(height[i] + 1e-6, 3).tolist(),
        np.round(height[j] + 1e-6, 3).tolist(),
        np.round(distance + 1e-6, 3).tolist(),
        strict=True,
    )
    return sorted(rows)


def levels(atoms: Atoms) -> int:
    return len(np.unique(np.round(atoms.positions[:, 2], 3)))


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("name", SITES)
def test_every_builder_gives_the_hand_counted_sites(backend, name) -> None:
    assert len(find_sites(build_with(backend, name, size=(2, 1)))) == SITES[name]


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize(
    "name", [*SITES, *TERMINATIONS, *MODIFIED, *COMPOUNDS, "Pt(532)", "Ru(11-21)"]
)
def test_every_builder_makes_the_same_structure(backend, name) -> None:
    options = {"size": (2, 2), "vacuum": 8.0}
    theirs, ours = build_with(backend, name, **options), Surface(name).slab(**options)
    assert fingerprint(theirs) == fingerprint(ours)
    assert theirs.get_tags().tolist() == ours.get_tags().tolist()
    assert theirs.info == ours.info | {"backend": backend}
    assert theirs.pbc.tolist() == [True, True, False]
    assert type(theirs) is Atoms


@pytest.mark.parametrize("backend", BACKENDS)
def test_either_side_of_a_polar_crystal_can_be_the_top(backend) -> None:
    wurtzite = bulk("ZnO", "wurtzite", a=3.25, c=5.2)
    for surface in Surface.from_bulk(wurtzite, (0, 0, 0, 1)).terminations():
        theirs = build_with(backend, surface, layers=6)
        assert fingerprint(theirs) == fingerprint(surface.slab(layers=6))


@pytest.mark.parametrize("backend", BACKENDS)
def test_layers_are_atomic_planes_whatever_the_builder_counts(backend) -> None:
    for name, layers in (("Pt(111)", 5), ("Pt(211)", 9), ("Fe(111)", 8), ("Ru(10-10)", 6)):
        slab = build_with(backend, name, layers=layers)
        assert (levels(slab), len(slab)) == (layers, layers)


def test_vacuum_and_lattice_are_those_asked_for() -> None:
    slab = build_with("pymatgen", "Cu(100)", layers=4, vacuum=7.0, lattice=(3.6, None))
    assert slab.cell.lengths() == pytest.approx([3.6 / 2**0.5, 3.6 / 2**0.5, 3 * 1.8 + 14.0])


def test_catml_is_a_backend_too() -> None:
    slab, usual = build_with("catml", Surface("Pt(111)")), Surface("Pt(111)").slab()
    assert slab == usual
    assert slab.info == usual.info


@pytest.mark.parametrize("backend", BACKENDS)
def test_every_slab_option_but_strain_is_kept(backend) -> None:
    options = {
        "thickness_ang": 8.0,
        "size": ((1, 1), (-1, 2)),
        "fixed_layers": 2,
        "functional": "PBE",
    }
    theirs = Surface("Pt(111)").slab(**options, backend=backend)
    ours = Surface("Pt(111)").slab(**options)
    assert fingerprint(theirs) == fingerprint(ours)
    assert theirs.cell.array == pytest.approx(ours.cell.array)
    assert theirs.constraints[0].index.tolist() == ours.constraints[0].index.tolist()
    rectangular = build_with(backend, "Pt3Ni(211)", orthogonal=True)
    assert fingerprint(rectangular) == fingerprint(Surface("Pt3Ni(211)").slab(orthogonal=True))


def test_an_unknown_backend_is_named() -> None:
    with pytest.raises(SurfaceError, match=r"'vasp'.*catml, ase, pymatgen, catkit"):
        build_with("vasp", "Pt(111)")


def test_options_a_backend_cannot_take_are_refused() -> None:
    with pytest.raises(
        SurfaceError, match=r"'ase' cannot build Pt\(111\) with strain=\(0\.02, 0\.02\)"
    ):
        build_with("ase", "Pt(111)", strain=0.02)


def test_a_builder_that_fails_is_quoted(monkeypatch) -> None:
    def fail(*_: object) -> Atoms:
        raise ZeroDivisionError("no such plane")

    monkeypatch.setitem(backends._BUILDERS, "ase", fail)
    with pytest.raises(SurfaceError, match=r"'ase' cannot build Pt\(111\).*no such plane"):
        build_with("ase", "Pt(111)")


@pytest.mark.parametrize("other", ["Pt", "Au"])
def test_a_builder_that_makes_something_else_is_found_out(monkeypatch, other) -> None:
    """Another element at another spacing, and another facet of the same metal."""
    slab = fcc100(other, (1, 1, 12), vacuum=5)
    monkeypatch.setitem(backends._BUILDERS, "ase", lambda *_: slab)
    with pytest.raises(SurfaceError, match=r"'ase' makes something else of Pt\(111\)"):
        build_with("ase", "Pt(111)")


def test_wrong_elements_are_found_out(monkeypatch) -> None:
    """Positions right, elements wrong: Cu where Pt3Ni has its Ni."""
    build = backends._BUILDERS["ase"]

    def swapped(*arguments):
        slab = build(*arguments)
        slab.numbers[slab.numbers == 28] = 29
        return slab

    monkeypatch.setitem(backends._BUILDERS, "ase", swapped)
    with pytest.raises(SurfaceError, match="makes something else"):
        build_with("ase", "Pt3Ni(111)")


def test_thin_slabs_warn_once_and_builders_keep_their_own_warnings() -> None:
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        build_with("ase", "Pt(211)", layers=4)
    assert [warning.category.__name__ for warning in seen] == ["ThinSlabWarning"]
