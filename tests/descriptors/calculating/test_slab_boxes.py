import numpy as np
import pytest
from ase.build import add_adsorbate, fcc111, fcc211

from catml.descriptors.calculating.settings import PRESETS, preset_settings
from catml.descriptors.calculating.slab_boxes import kpoint_mesh, slab_box
from catml.structures.surface import Surface

DRAFT, STANDARD = PRESETS["draft"], PRESETS["standard"]


@pytest.mark.parametrize(
    ("settings", "layers", "height_ang"), [(DRAFT, 4, 26.286), (STANDARD, 5, 28.382)]
)
def test_a_surface_by_name_gets_the_layers_and_vacuum_of_its_settings(settings, layers, height_ang):
    found = slab_box("Cu(111)", settings)
    assert (found.name, found.surface, len(found.box)) == ("Cu(111)", "Cu(111)", layers)
    # 10 Å, (layers - 1) PBE spacings of 3.629 Å / √3, 10 Å.
    assert found.box.cell.lengths()[2] == pytest.approx(height_ang, abs=1e-3)
    assert found.box.pbc.tolist() == [True, True, False]
    assert found.slab.info["lattice"]["functional"] == "PBE"


def test_layers_are_those_asked_for_or_what_the_facet_needs():
    assert slab_box("Cu(111)", DRAFT, layers=6).slab.info["layers"] == 6
    needed = Surface("Pt(211)").slab().info["layers"]
    assert needed > DRAFT.layers
    assert slab_box("Pt(211)", DRAFT).slab.info["layers"] == needed


@pytest.mark.parametrize("builder", [fcc111, fcc211])
def test_boxes_of_turned_and_cut_slabs_are_the_same(builder):
    slab = builder("Cu", (3, 1, 4), vacuum=6)
    box = slab_box(slab, DRAFT).box
    other = slab.copy()
    other.rotate(50, (1, 2, 3), rotate_cell=True)
    other.positions += 0.6 * other.cell[2]
    other.pbc = True
    other.wrap()
    same = slab_box(other, DRAFT).box
    np.testing.assert_allclose(same.cell.lengths(), box.cell.lengths(), atol=1e-9)
    np.testing.assert_allclose(
        same.get_all_distances(mic=True), box.get_all_distances(mic=True), atol=1e-9
    )
    heights = same.positions[:, 2]
    np.testing.assert_allclose(heights, box.positions[:, 2], atol=1e-9)
    assert (heights.min(), same.cell[2, 2] - heights.max()) == pytest.approx((10, 10))


def test_only_slabs_as_built_bear_the_name_of_their_surface():
    built = Surface("Cu(111)").slab(size=(2, 2))
    assert slab_box(built, DRAFT).surface == "Cu(111)"
    relaxed, covered = built.copy(), built.copy()
    relaxed.positions[-1, 2] += 0.1
    add_adsorbate(covered, "O", 1.2)
    strained = Surface("Cu(111)").slab(strain=0.02)
    for slab, name in ((relaxed, "Cu16"), (covered, "Cu16O"), (strained, "Cu4")):
        found = slab_box(slab, DRAFT)
        assert (found.name, found.surface) == (name, None)


def test_magnetic_metals_start_with_moments():
    assert not slab_box("Cu(111)", DRAFT).box.get_initial_magnetic_moments().any()
    alloy = slab_box("Pt3Ni(111)", DRAFT).box
    moments = dict(zip(alloy.symbols, alloy.get_initial_magnetic_moments(), strict=True))
    assert moments == {"Pt": 0.05, "Ni": 0.7}
    own = fcc111("Ni", (1, 1, 3), vacuum=6)
    own.set_initial_magnetic_moments([1, -1, 1])
    assert slab_box(own, DRAFT).box.get_initial_magnetic_moments().tolist() == [1, -1, 1]


@pytest.mark.parametrize("density", [1.0, 2.8, 4.2, 6.0])
def test_k_points_are_as_dense_as_asked_for_and_even(density):
    settings = preset_settings("draft", kpoint_density_ang=density)
    for name in ("Cu(111)", "Pt(211)", "Pt3Ni(100)"):
        box = slab_box(name, settings).box
        mesh = kpoint_mesh(box, settings)
        reciprocal = 2 * np.pi * np.linalg.norm(np.linalg.inv(box.cell.array), axis=0)
        for n, length in zip(mesh[:2], reciprocal, strict=False):
            assert n % 2 == 0
            assert n >= density * length - 1e-9 > n - 2 - 1e-6
        assert mesh[2] == 1
