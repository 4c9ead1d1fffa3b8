import warnings
from pathlib import Path

import numpy as np
import pytest
from ase.build import sort
from ase.io import read
from hypothesis import given, settings
from hypothesis import strategies as st

from catml.elements.lattice import lattice_constants
from catml.errors import CatmlError
from catml.structures.adsorbates import place
from catml.structures.files import write_slab
from catml.structures.sites import find_sites
from catml.structures.surface import Surface
from tests.structures.crystal_examples import CRYSTALS


@pytest.mark.parametrize(
    ("name", "thickness", "layers"),
    [
        # Planes of fcc(111) at a = 4 Å lie 2.309 Å apart, of fcc(100) 2 Å, of fcc(211) 0.816 Å.
        ("Pt(111)", 6.9, 4),
        ("Pt(111)", 7.0, 5),
        ("Pt(100)", 8.0, 5),
        ("Pt(100)", 8.1, 6),
        ("Pt(211)", 8.0, 11),
        # Never less than it takes for bulk coordination.
        ("Pt(111)", 0.5, 3),
        ("Pt(211)", 3.0, 7),
        ("Cu-Ni@Cu(111)", 1.0, 4),
    ],
)
def test_thickness_takes_the_fewest_planes(name: str, thickness: float, layers: int) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        slab = Surface(name).slab(thickness_ang=thickness, lattice=(4.0, None))
    assert slab.info["layers"] == layers


@settings(max_examples=20, deadline=None)
@given(
    st.sampled_from(["Pt(321)", "Ru(10-11)", "Ru(10-10)", "CuAu(211)", "Pt3Ni(210)", "Fe(111)"]),
    st.floats(9, 60),
)
def test_thickness_is_reached_and_not_without_need(name: str, thickness: float) -> None:
    slab = Surface(name).slab(thickness_ang=thickness)
    heights = np.unique(slab.positions[:, 2].round(6))
    assert heights[-1] - heights[0] >= thickness - 1e-5
    assert heights[-1] - heights[1] < thickness


def test_fixed_layers_are_the_lowest() -> None:
    slab = Surface("Pt3Ni(111)").slab(layers=4, size=(2, 2), fixed_layers=2)
    (constraint,) = slab.constraints
    z = slab.positions[:, 2]
    assert sorted(constraint.index) == np.flatnonzero(z < np.sort(z)[32] - 0.1).tolist()
    assert not Surface("Pt(111)").slab().constraints
    assert len(Surface("Pt(111)").slab(fixed_layers=4).constraints[0].index) == 4


@pytest.mark.parametrize("name", ["s.traj", "s.extxyz", "POSCAR", "s.json", "s.db"])
def test_fixed_layers_survive_writing(name: str, tmp_path: Path) -> None:
    slab = Surface("Cu-Ni@Cu(100)").slab(size=(2, 2), fixed_layers=2)
    again = read(write_slab(slab, tmp_path / name))
    if name == "POSCAR":
        slab = sort(slab)  # by element
    assert again.constraints[0].index.tolist() == slab.constraints[0].index.tolist()
    assert again.positions == pytest.approx(slab.positions, abs=1e-6)


def test_fixed_layers_stay_fixed_under_an_adsorbate() -> None:
    slab = Surface("Pt1/Cu(111)").slab(fixed_layers=2)
    both = place(slab, find_sites(slab)[0], "CO")
    assert both.constraints[0].index.tolist() == list(range(18))


def test_strain_stretches_the_plane_and_not_the_normal() -> None:
    plain = Surface("Pt(110)").slab(layers=5, size=(2, 2))
    both = Surface("Pt(110)").slab(layers=5, size=(2, 2), strain=0.03)
    along_y = Surface("Pt(110)").slab(layers=5, size=(2, 2), strain=(0.0, -0.02))
    for slab, factor in ((both, [1.03, 1.03, 1]), (along_y, [1, 0.98, 1])):
        np.testing.assert_allclose(slab.positions, plain.positions * factor, atol=1e-12)
        np.testing.assert_allclose(slab.cell, plain.cell * factor, atol=1e-12)
    assert (both.info["strain"], along_y.info["strain"]) == ([0.03, 0.03], [0.0, -0.02])


def test_strain_of_the_area() -> None:
    plain, strained = (
        Surface("Pt3Ni(111)").slab(size=((1, 1), (-1, 2)), strain=e) for e in (0.0, (0.01, 0.02))
    )
    assert strained.get_volume() / plain.get_volume() == pytest.approx(1.01 * 1.02)


@pytest.mark.parametrize("functional", ["RPBE", "experiment"])
def test_functional_chooses_the_lattice_constant(functional: str) -> None:
    slab = Surface("Pt(100)").slab(functional=functional)
    expected = lattice_constants("Pt", "A1", functional=functional)
    assert slab.cell[0, 0] == pytest.approx(expected.a_ang / np.sqrt(2))
    assert slab.info["lattice"]["functional"] == expected.functional


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"layers": 0}, "layers=0.*at least 1; the default is 4"),
        ({"layers": 2.5}, "layers=2.5"),
        ({"layers": True}, "layers=True"),
        ({"layers": "4"}, "layers='4'"),
        ({"vacuum": 0}, "vacuum=0"),
        ({"vacuum": float("inf")}, "vacuum=inf"),
        ({"vacuum": None}, "vacuum=None"),
        ({"layers": 4, "thickness_ang": 8.0}, "give one of the two"),
        ({"thickness_ang": 0}, "thickness_ang=0: give the height"),
        ({"thickness_ang": float("nan")}, "thickness_ang=nan"),
        ({"thickness_ang": "8"}, "thickness_ang='8'"),
        ({"thickness_ang": 1e6}, "up to 10000"),
        ({"fixed_layers": 5}, "fixed_layers=5.*of the 4 layers.*0 to 4"),
        ({"fixed_layers": -1}, "fixed_layers=-1"),
        ({"fixed_layers": 1.5}, "fixed_layers=1.5"),
        ({"strain": 2}, "strain=2: give a fraction \\(0.02 is 2 %\\)"),
        ({"strain": (0.1, 0.1, 0.1)}, "strain=\\(0.1, 0.1, 0.1\\)"),
        ({"strain": "0.1"}, "strain='0.1'"),
        ({"strain": float("nan")}, "strain=nan"),
        ({"strain": None}, "strain=None"),
        ({"orthogonal": "yes"}, "orthogonal='yes': give True or False"),
        ({"orthogonal": True, "size": ((1, 1), (-1, 1))}, "leave orthogonal out"),
        ({"functional": "B3LYP"}, "'B3LYP': choose one of BEEF-vdW, RPBE, PBE, experiment"),
        ({"layers": 10**9}, "1e\\+09 atoms, and 1000000 are allowed"),
        ({"size": (2000, 2000)}, "4000000 surface cells"),
        ({"vacuum": True}, "vacuum=True"),
        ({"vacuum": 1e9}, "up to 10000"),
    ],
)
def test_options_out_of_range(options: dict[str, object], said: str) -> None:
    with pytest.raises(CatmlError, match=said):
        Surface("Pt(111)").slab(**options)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "layers", "formula"),
    [
        ("RuO2(110)", 6, "O8Ru4"),  # two O-RuO-O units
        ("RuO2(101)", 9, "O12Ru6"),  # O-Ru-O units
        ("RuO2(110):ORu", 6, "O8Ru4"),
        ("MgO(111):O", 4, "Mg2O2"),
        ("MgO(100)", 4, "Mg4O4"),
        ("Pt3Ni(110)", 5, "Ni2Pt8"),  # metals keep the fewest planes
    ],
)
def test_compounds_have_their_formula_by_default(name: str, layers: int, formula: str) -> None:
    slab = Surface(name).slab()
    assert (slab.info["layers"], slab.get_chemical_formula()) == (layers, formula)


def test_default_slabs_of_compounds_have_no_dipole_where_that_can_be() -> None:
    # A layer of anatase (101) is O-Ti-O-O-Ti-O; one and a half of them have the formula too.
    anatase = Surface.from_bulk(CRYSTALS["anatase"], "101")
    slab = anatase.slab()
    means = [slab.positions[slab.symbols == element, 2].mean() for element in ("Ti", "O")]
    assert slab.info["layers"] == 12
    assert means[0] == pytest.approx(means[1])
    wurtzite = Surface.from_bulk(CRYSTALS["wurtzite"], "0001").slab()
    assert wurtzite.symbols.formula.reduce()[1] == 3
