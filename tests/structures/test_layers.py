from pathlib import Path

import numpy as np
import pytest
from ase import Atoms
from ase.build import add_adsorbate, bcc110, bulk, fcc110, fcc111, fcc211, hcp0001, surface
from ase.io import read
from pymatgen.core import Lattice, Structure
from pymatgen.core.surface import SlabGenerator
from pymatgen.io.ase import AseAtomsAdaptor

from catml.errors import SurfaceError
from catml.structures.adsorbates import place
from catml.structures.files import write_slab
from catml.structures.layers import (
    coordination_of_middle,
    describe_slab,
    layer_compositions,
    layer_numbers,
    slab_ends,
    stoichiometry,
)
from catml.structures.sites import find_sites
from catml.structures.slabs import ThinSlabWarning, slab_from_info
from catml.structures.surface import Surface

OXIDE = {"lattice": (4.2, None)}
RUTILE = {"lattice": (4.5, 3.1)}


def test_layers_by_hand() -> None:
    assert layer_compositions(Surface("CuAu(001):Au").slab(layers=3, size=(2, 1))) == [
        {"Au": 2},
        {"Cu": 2},
        {"Au": 2},
    ]
    assert layer_compositions(Surface("Cu-Ni@Cu(111)").slab(layers=4)) == [
        {"Cu": 1},
        {"Ni": 1},
        {"Cu": 1},
        {"Cu": 1},
    ]
    assert layer_compositions(Surface("RuO2(110)").slab(layers=5, **RUTILE)) == [
        {"O": 1},
        {"O": 2, "Ru": 2},
        {"O": 1},
        {"O": 1},
        {"O": 2, "Ru": 2},
    ]


def test_layers_of_any_builder_in_any_position() -> None:
    slab = fcc111("Cu", (2, 2, 3), vacuum=6)
    slab.symbols[[-1, -2]] = "Pd"
    expected = [{"Cu": 2, "Pd": 2}, {"Cu": 4}, {"Cu": 4}]
    assert layer_compositions(slab) == expected
    slab.set_tags(0)
    slab.rotate(65, (1, 2, 0), rotate_cell=True)
    assert layer_compositions(slab) == expected
    slab.pbc = True
    slab.positions += 0.4 * slab.cell[2]
    slab.wrap()
    assert layer_compositions(slab) == expected


def test_layers_by_height_are_those_the_builder_tagged() -> None:
    for name in ("Pt(321)", "Ru(10-11)", "Pt3Ni(211)", "CuAu(211)"):
        slab = Surface(name).slab(layers=11, size=(2, 2))
        assert layer_numbers(slab, tolerance_ang=0.1).tolist() == slab.get_tags().tolist()


def test_adsorbates_are_no_layers() -> None:
    slab = Surface("Pt3Ni(111)").slab(size=(2, 2))
    both = place(slab, find_sites(slab)[0], "CO")
    assert layer_compositions(both) == layer_compositions(slab)
    assert stoichiometry(both) == stoichiometry(slab)
    assert slab_ends(both) == slab_ends(slab)
    assert layer_numbers(both)[-2:].tolist() == [0, 0]
    other = fcc111("Pt", (2, 2, 4), vacuum=8)
    add_adsorbate(other, "O", 1.2, "fcc")
    assert len(layer_compositions(other)) == 4


def test_buckled_layers() -> None:
    slab = Surface("Pt(100)").slab(size=(2, 2))
    slab.positions[slab.get_tags() == 1, 2] += [0.0, 0.2, 0.0, 0.2]
    # The builder's tags still say what belongs together; without them it takes a tolerance.
    assert layer_compositions(slab) == [{"Pt": 4}] * 4
    assert len(layer_compositions(slab, tolerance_ang=0.1)) == 5
    slab.info.clear()
    assert len(layer_compositions(slab)) == 5
    assert layer_compositions(slab, tolerance_ang=0.5) == [{"Pt": 4}] * 4


def test_layers_of_a_slab_cut_from_a_built_one_are_counted_anew() -> None:
    slab = Surface("Pt3Ni(100)").slab(layers=5)
    assert layer_compositions(slab[slab.get_tags() > 1])[0] == {"Ni": 1, "Pt": 1}


def test_stoichiometry_by_hand() -> None:
    whole = stoichiometry(Surface("CuAu(001)").slab(layers=4))
    assert whole.is_stoichiometric
    assert whole.counts == {"Au": 2, "Cu": 2}
    odd = stoichiometry(Surface("CuAu(001):Cu").slab(layers=5, size=(2, 2)))
    assert odd.excess == {"Cu": 4}
    assert not odd.is_stoichiometric
    assert odd.bulk == {"Cu": 1, "Au": 1}
    skin = stoichiometry(Surface("Cu3Zr@Cu(100):Cu-2").slab(layers=4))
    assert skin.excess == {"Cu": 4}
    overlayer = stoichiometry(Surface("Ni@Cu(111)").slab(layers=4))
    assert (overlayer.bulk, overlayer.excess) == ({"Ni": 1}, {"Cu": 1})


def test_stoichiometry_of_other_slabs_needs_their_bulk() -> None:
    crystal = bulk("NiO", "rocksalt", a=4.2, cubic=True)
    slab = surface(crystal, (1, 1, 1), 4, vacuum=8)
    assert stoichiometry(slab, crystal).is_stoichiometric
    assert stoichiometry(slab, "MgO(100)").excess == {"Ni": 16, "O": 16}
    with pytest.raises(SurfaceError, match="Ni16O16 does not say what its bulk is"):
        stoichiometry(slab)
    assert stoichiometry(fcc111("Pt", (1, 1, 3), vacuum=8)).is_stoichiometric


@pytest.mark.parametrize(
    ("name", "layers", "symmetric", "same"),
    [
        ("Pt(111)", 4, True, True),
        ("Pt(211)", 8, True, True),
        ("Ru(0001)", 5, True, True),
        ("Ru(10-10)", 5, False, True),
        ("Ru(10-10)", 6, True, True),
        ("CuAu(101)", 4, True, True),
        ("CuAu(001)", 5, True, True),
        ("CuAu(001)", 4, False, False),
        ("Pt3Ni(100)", 4, False, False),
        ("Pt3Ni(100):NiPt", 5, True, True),
        ("Ni@Cu(100)", 5, False, False),
        ("Pt1/Cu(111)", 4, False, False),
    ],
)
def test_ends_by_hand(name: str, layers: int, symmetric: bool, same: bool) -> None:
    ends = slab_ends(Surface(name).slab(layers=layers))
    assert (ends.symmetric, ends.same_composition, ends.polar) == (symmetric, same, False)


@pytest.mark.parametrize(
    ("name", "layers", "polar"),
    # Tasker's types: neutral planes; charged planes with a dipole in each repeat (and none in a
    # slab with equal ends); charged planes in a neutral, symmetric trilayer.
    [
        ("MgO(100)", 4, False),
        ("MgO(111)", 6, True),
        ("MgO(111):O", 7, False),
        ("RuO2(110):O-1", 6, False),
        ("RuO2(110):ORu", 6, True),
        ("RuO2(001)", 5, False),
    ],
)
def test_polar_ends(name: str, layers: int, polar: bool) -> None:
    slab = Surface(name).slab(layers=layers, size=(2, 1), **(RUTILE if "Ru" in name else OXIDE))
    assert slab_ends(slab).polar is polar
    slab.positions += np.random.default_rng(3).normal(0, 0.02, slab.positions.shape)
    assert slab_ends(slab).polar is polar


def test_polar_slab_of_another_builder() -> None:
    slab = surface(bulk("ZnO", "wurtzite", a=3.25, c=5.2), (0, 0, 1), 3, vacuum=8)
    assert slab_ends(slab).polar is True
    strange = Atoms(
        "PtO5", positions=[[0, 0, k] for k in range(6)], cell=[3, 3, 25], pbc=(True, True, False)
    )
    assert slab_ends(strange).polar is None


@pytest.mark.parametrize(
    ("slab", "found", "bulk_has"),
    [
        (fcc111("Pt", (2, 2, 3), vacuum=8), 12, 12),
        (fcc111("Pt", (2, 2, 2), vacuum=8), 9, 12),
        (fcc110("Cu", (1, 1, 4), vacuum=8), 11, 12),
        (fcc110("Cu", (1, 1, 5), vacuum=8), 12, 12),
        # Two and three terraces of three planes each.
        (fcc211("Pt", (3, 1, 2), vacuum=8), 10, 12),
        (fcc211("Pt", (3, 1, 3), vacuum=8), 12, 12),
        (bcc110("Fe", (1, 1, 3), vacuum=8), 8, 8),
        (bcc110("Fe", (1, 1, 2), vacuum=8), 6, 8),
        (hcp0001("Ru", (2, 1, 3), vacuum=8), 12, 12),
    ],
)
def test_middle_of_the_slabs_of_ase(slab: Atoms, found: int, bulk_has: int) -> None:
    middle = coordination_of_middle(slab)
    assert max(middle.found) == found
    assert middle.bulk == (bulk_has,)
    assert middle.is_bulk == (found == bulk_has)


def test_four_planes_of_211_are_one_terrace_of_sevenfold_atoms() -> None:
    with pytest.warns(ThinSlabWarning, match="Use layers=7 or more"):
        slab = Surface("Pt(211)").slab(layers=4)
    middle = coordination_of_middle(slab)
    assert (middle.found, middle.bulk, middle.is_bulk) == ((7,), (12,), False)


def test_middle_of_a_slab_of_pymatgen() -> None:
    crystal = Structure.from_spacegroup(
        "Pm-3m", Lattice.cubic(3.9), ["Pt", "Ni"], [[0, 0.5, 0.5], [0, 0, 0]]
    )
    thick, thin = (
        AseAtomsAdaptor.get_atoms(SlabGenerator(crystal, (1, 1, 1), size, 15).get_slab())
        for size in (8, 3)
    )
    assert coordination_of_middle(thick, "Pt3Ni(111)").is_bulk
    assert not coordination_of_middle(thin, "Pt3Ni(111)").is_bulk
    assert coordination_of_middle(thick, AseAtomsAdaptor.get_atoms(crystal)).is_bulk


def test_queries_of_a_crystal_from_a_file(tmp_path: Path) -> None:
    wurtzite = bulk("ZnO", "wurtzite", a=3.25, c=5.2)
    slab = Surface.from_bulk(wurtzite, (0, 0, 0, 1)).slab(layers=6, size=((1, 1), (-1, 2)))
    write_slab(slab, tmp_path / "slab.extxyz")
    for found in (slab, read(tmp_path / "slab.extxyz")):
        said = describe_slab(found)
        assert said["layer_compositions"][:2] in ([{"Zn": 3}, {"O": 3}], [{"O": 3}, {"Zn": 3}])
        assert (said["excess"], said["polar"], said["bulk_like_middle"]) == ({}, True, True)
        assert slab_from_info(found.info).positions == pytest.approx(slab.positions, abs=1e-9)


def test_middle_of_oxides() -> None:
    assert coordination_of_middle(Surface("MgO(100)").slab(layers=4, **OXIDE)).bulk == (6,)
    trilayers = coordination_of_middle(Surface("RuO2(110):O-2").slab(layers=11, **RUTILE))
    assert (trilayers.found, trilayers.is_bulk) == ((3, 6), True)


def test_middle_of_a_relaxed_and_strained_slab() -> None:
    slab = Surface("Pt(211)").slab(size=(2, 1), strain=0.03)
    slab.positions += np.random.default_rng(1).normal(0, 0.03, slab.positions.shape)
    assert coordination_of_middle(slab).is_bulk


def test_a_bulk_has_no_layers() -> None:
    with pytest.raises(SurfaceError, match="is not a slab"):
        layer_compositions(bulk("Cu", cubic=True))
