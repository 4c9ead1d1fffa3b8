import json
import warnings
from pathlib import Path

import numpy as np
import pytest
from ase import Atoms
from ase.build import bcc110, bulk, fcc100, fcc110, fcc111, fcc211, hcp0001
from ase.io import read
from ase.neighborlist import neighbor_list
from ase.spacegroup import crystal as spacegroup_crystal

from catml.errors import SurfaceError
from catml.structures.files import write_slab
from catml.structures.slabs import ThinSlabWarning, slab_from_info
from catml.structures.surface import Surface

A, C = 3.9, 3.4


def crystal(kind: str) -> Atoms:
    """Bulk crystals made without catml."""
    edge = A / np.sqrt(2)
    corners = [[0, 0, 0], [0, 0.5, 0.5], [0.5, 0, 0.5], [0.5, 0.5, 0]]
    made = {
        "Pt": bulk("Pt", "fcc", a=A),
        "Fe": bulk("Fe", "bcc", a=A),
        "Ru": bulk("Ru", "hcp", a=A, c=1.58 * A),
        "Pt3Ni": Atoms("NiPt3", scaled_positions=corners, cell=[A] * 3),
        "CuAu": Atoms("CuAu", scaled_positions=[[0] * 3, [0.5] * 3], cell=[edge, edge, C]),
        "NiAl[B2]": Atoms("NiAl", scaled_positions=[[0] * 3, [0.5] * 3], cell=[A] * 3),
        "MgO": bulk("MgO", "rocksalt", a=A),
        "TiO2": spacegroup_crystal(
            "TiO",
            [(0, 0, 0), (0.305, 0.305, 0)],
            spacegroup=136,
            cellpar=[A, A, 0.65 * A] + [90] * 3,
        ),
        "Ti3Al": spacegroup_crystal(
            "TiAl",
            [(5 / 6, 2 / 3, 1 / 4), (1 / 3, 2 / 3, 1 / 4)],
            spacegroup=194,
            cellpar=[A, A, 0.8 * A, 90, 90, 120],
        ),
    }[kind]
    made.pbc = True
    return made


def surroundings(atoms: Atoms, indices: list[int], cutoff: float) -> set[tuple[object, ...]]:
    """Sorted distances to neighbours by element, for each of the atoms."""
    center, other, distance = neighbor_list("ijd", atoms, cutoff)
    symbols = np.array(atoms.get_chemical_symbols())
    return {
        (
            symbols[i],
            *sorted(zip(symbols[other[center == i]], distance[center == i].round(4), strict=True)),
        )
        for i in indices
    }


@pytest.mark.parametrize(
    ("bulk_name", "facet"),
    [("Pt", f) for f in ("111", "100", "110", "211", "210", "311", "331", "321", "1-12")]
    + [("Fe", f) for f in ("110", "100", "111", "211", "210", "310")]
    + [("Ru", f) for f in ("0001", "10-10", "11-20", "10-11", "11-22")]
    + [("Pt3Ni", f) for f in ("111", "100", "110", "211", "210", "321")]
    + [("CuAu", f) for f in ("101", "001", "100", "110", "111", "211", "011")]
    + [("NiAl[B2]", f) for f in ("110", "100", "111", "211")]
    + [("MgO", f) for f in ("100", "110", "111", "211", "311")]
    + [("TiO2", f) for f in ("110", "100", "001", "101", "210", "1-21")]
    + [("Ti3Al", f) for f in ("0001", "10-10", "11-20", "10-11", "2-1-11")],
)
def test_inside_of_every_slab_is_the_crystal(bulk_name: str, facet: str) -> None:
    reference = crystal(bulk_name)
    ratios = {"CuAu": C / A, "Ru": 1.58, "TiO2": 0.65, "Ti3Al": 0.8}
    lattice = (A, ratios[bulk_name] * A if bulk_name in ratios else None)
    cutoff = 1.25 * A
    for surface in Surface(f"{bulk_name}({facet})").terminations():
        slab = surface.slab(layers=50, lattice=lattice)
        z = slab.positions[:, 2]
        inside = np.flatnonzero((z > z.min() + cutoff) & (z < z.max() - cutoff)).tolist()
        expected = surroundings(reference, list(range(len(reference))), cutoff)
        assert surroundings(slab, inside, cutoff) == expected
        assert np.linalg.det(slab.cell[:]) > 0


@pytest.mark.parametrize(
    ("name", "layers", "size", "reference"),
    [
        ("Pt(111)", 4, (3, 3), fcc111("Pt", (3, 3, 4), a=A, vacuum=8)),
        ("Pt(100)", 4, (3, 3), fcc100("Pt", (3, 3, 4), a=A, vacuum=8)),
        ("Pt(110)", 5, (3, 3), fcc110("Pt", (3, 3, 5), a=A, vacuum=8)),
        # ase counts terraces here, three planes and three atoms to each.
        ("Pt(211)", 9, (3, 1), fcc211("Pt", (3, 3, 3), a=A, vacuum=8)),
        ("Fe(110)", 4, (3, 3), bcc110("Fe", (3, 3, 4), a=A, vacuum=8)),
        ("Ru(0001)", 4, (3, 3), hcp0001("Ru", (3, 3, 4), a=A, c=1.58 * A, vacuum=8)),
    ],
)
def test_slabs_agree_with_the_builders_of_ase(
    name: str, layers: int, size: tuple[int, int], reference: Atoms
) -> None:
    lattice = (A, 1.58 * A if name.startswith("Ru") else None)
    slab = Surface(name).slab(layers=layers, size=size, vacuum=8, lattice=lattice)
    assert len(slab) == len(reference)
    assert slab.get_volume() == pytest.approx(reference.get_volume())
    everything = list(range(len(slab)))
    assert surroundings(slab, everything, 1.3 * A) == surroundings(reference, everything, 1.3 * A)


@pytest.mark.parametrize(
    ("name", "per_layer", "area", "spacing"),
    [
        ("Pt(111)", 1, A**2 * np.sqrt(3) / 4, A / np.sqrt(3)),
        ("Pt(100)", 1, A**2 / 2, A / 2),
        ("Pt(110)", 1, A**2 / np.sqrt(2), A / np.sqrt(8)),
        ("Pt(211)", 1, A**2 * np.sqrt(6) / 2, A / np.sqrt(24)),
        ("Fe(110)", 1, A**2 / np.sqrt(2), A / np.sqrt(2)),
        ("Pt3Ni(111)", 4, A**2 * np.sqrt(3), A / np.sqrt(3)),
        ("Pt3Ni(100)", 2, A**2, A / 2),
    ],
)
def test_smallest_cells_and_spacings(
    name: str, per_layer: int, area: float, spacing: float
) -> None:
    slab = Surface(name).slab(layers=8, lattice=(A, None))
    heights = np.unique(slab.positions[:, 2].round(8))
    assert len(slab) == 8 * per_layer
    assert np.linalg.norm(np.cross(slab.cell[0], slab.cell[1])) == pytest.approx(area)
    np.testing.assert_allclose(np.diff(heights), spacing, rtol=1e-6)


@pytest.mark.parametrize("name", ["Pt(211)", "Pt3Ni(211):NiPt", "CuAu(100):Au", "Ru(10-10)"])
@pytest.mark.parametrize("layers", [1, 4, 7, 10])
def test_layers_are_atomic_planes_tagged_from_the_top(name: str, layers: int) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ThinSlabWarning)
        slab = Surface(name).slab(layers=layers, size=(2, 1), vacuum=6.0)
    z = slab.positions[:, 2]
    assert len(np.unique(z.round(6))) == layers == slab.info["layers"]
    by_height = {height: tag for tag, height in enumerate(sorted(set(z.round(6)))[::-1], start=1)}
    assert slab.get_tags().tolist() == [by_height[height] for height in z.round(6)]
    assert z.min() == pytest.approx(6.0)
    assert slab.cell[2, 2] - z.max() == pytest.approx(6.0)
    assert slab.pbc.tolist() == [True, True, False]
    assert slab.cell[2, :2].tolist() == [0, 0]


def test_atoms_go_by_layer_then_position() -> None:
    slab = Surface("Pt3Ni(111)").slab(layers=4, size=(2, 3))
    assert (np.diff(slab.get_tags()) <= 0).all()
    inside = slab.get_scaled_positions(wrap=False)
    for tag in range(1, 5):
        rows = inside[slab.get_tags() == tag].round(5)
        assert rows[:, [1, 0]].tolist() == sorted(rows[:, [1, 0]].tolist())
        assert rows.min() >= 0
        assert rows[:, :2].max() < 1


def test_top_termination_is_the_one_named() -> None:
    for surface in Surface("Pt3Ni(211)").terminations():
        for layers in (7, 8):
            slab = surface.slab(layers=layers)
            top = slab[slab.get_tags() == 1]
            assert "".join(sorted(set(top.get_chemical_symbols()))) == surface.termination
            assert slab.info["termination"] == surface.termination
    assert Surface("Pt3Ni(211)").slab().info["termination"] == "Pt"


def test_order_of_atoms_does_not_depend_on_the_lattice_constants() -> None:
    surface = Surface("CuAu(211)")
    orders = [
        surface.slab(size=(2, 2), lattice=(4.0, ratio * 4.0)).get_chemical_symbols()
        for ratio in (0.58, 0.93, 1.0, 1.29)
    ]
    assert all(order == orders[0] for order in orders)


@pytest.mark.parametrize(
    ("name", "layers"),
    {
        "Pt(111)": 4,
        "Pt(100)": 4,
        "Pt(110)": 5,
        "Pt(211)": 7,
        "Pt(210)": 7,
        "Fe(110)": 4,
        "Fe(211)": 5,
        "Fe(111)": 7,
        "Ru(0001)": 4,
        "Pt3Ni(211)": 7,
        "Ni@Cu(100)": 4,
        "Ni@Cu(211)": 9,
    }.items(),
)
def test_default_thickness_has_a_bulk_layer(name: str, layers: int) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert Surface(name).slab().info["layers"] == layers


@pytest.mark.parametrize(("name", "layers"), [("Pt(211)", 4), ("Pt(110)", 4), ("Pt(111)", 2)])
def test_slab_without_bulk_warns(name: str, layers: int) -> None:
    with pytest.warns(
        ThinSlabWarning, match="too thin for a middle with bulk coordination"
    ) as record:
        slab = Surface(name).slab(layers=layers)
    assert record[0].filename == __file__
    assert slab.info["layers"] == layers


def test_slab_says_what_it_is() -> None:
    slab = Surface("Pt3Ni(111)").slab(layers=5, size=(2, 1))
    assert json.loads(json.dumps(slab.info)) == slab.info
    assert slab.info["surface"] == "Pt3Ni(111)"
    assert (slab.info["layers"], slab.info["size"]) == (5, [2, 1])
    assert slab.info["miller"] == [1, 1, 1]
    assert set(slab.info["lattice"]) == {"a_ang", "c_ang", "functional", "source", "estimated"}
    given = Surface("Pt(111)").slab(lattice=(3.92, None)).info["lattice"]
    assert (given["a_ang"], given["source"]) == (3.92, "given by the caller")


def test_building_twice_gives_the_same_slab() -> None:
    first, second = (Surface("Pt3Ni(210)").slab(size=(2, 2)) for _ in range(2))
    assert first == second
    assert first is not second
    first.positions += 1
    assert Surface("Pt3Ni(210)").slab(size=(2, 2)) == second


OPTIONS: list[tuple[str, dict[str, object]]] = [
    ("Pt(111)", {}),
    ("Pt3Ni(211):NiPt", {"layers": 8, "size": (2, 1), "vacuum": 7.5}),
    ("Pt3Ni(111)", {"size": ((1, 1), (-1, 2)), "fixed_layers": 2}),
    ("Ru(0001)", {"orthogonal": True, "size": (2, 3), "strain": (0.01, -0.02)}),
    ("CuAu(101)", {"thickness_ang": 9.0, "orthogonal": True, "functional": "PBE"}),
    ("CuAu(211)", {"lattice": (4.0, 3.5), "strain": -0.01}),
    ("Cu-Ni@Cu(211)", {"functional": "experiment", "fixed_layers": 3}),
    ("Pt1/Cu(111)", {"size": ((2, 0), (1, 3))}),
    ("NiAl[B2](110)", {"layers": 2, "size": np.array([[1, 1], [-1, 2]])}),
]


@pytest.mark.parametrize(("name", "options"), OPTIONS)
@pytest.mark.filterwarnings("ignore::catml.structures.slabs.ThinSlabWarning")
def test_a_slab_is_built_again_from_what_it_says(
    name: str, options: dict[str, object], tmp_path: Path
) -> None:
    slab = Surface(name).slab(**options)  # type: ignore[arg-type]
    assert json.loads(json.dumps(slab.info)) == slab.info
    write_slab(slab, tmp_path / "slab.extxyz")
    for info in (slab.info, read(tmp_path / "slab.extxyz").info):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            again = slab_from_info(info)
        np.testing.assert_allclose(again.positions, slab.positions, rtol=0, atol=1e-12)
        np.testing.assert_allclose(again.cell, slab.cell, rtol=0, atol=1e-12)
        assert again.get_tags().tolist() == slab.get_tags().tolist()
        assert again.get_chemical_symbols() == slab.get_chemical_symbols()
        assert again.info == slab.info
        for one, other in zip(again.constraints, slab.constraints, strict=True):
            assert one.index.tolist() == other.index.tolist()


def test_info_that_says_too_little() -> None:
    info = Surface("Pt(111)").slab().info
    for key in ("surface", "layers", "size", "vacuum", "lattice"):
        with pytest.raises(SurfaceError, match="does not say how the slab was built"):
            slab_from_info({k: v for k, v in info.items() if k != key})
    with pytest.raises(SurfaceError, match="does not say how the slab was built"):
        slab_from_info(info | {"lattice": "4 Å"})
