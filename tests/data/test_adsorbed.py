import numpy as np
import pytest
from ase import Atoms
from ase.build import add_adsorbate, fcc100, fcc111

from catml.data.adsorbed import adsorbed_site, binding_images, find_adsorbate
from catml.errors import SurfaceError


def slab_with(symbol, position, *, builder=fcc111, size=(3, 3, 4), height=1.2, metal="Pt"):
    slab = builder(metal, size, vacuum=8.0)
    add_adsorbate(slab, symbol, height, position)
    return slab


@pytest.mark.parametrize(
    ("position", "height", "zones"),
    [
        ("ontop", 1.8, ("ontop", "Pt:1", "Pt:6", "Pt:3")),
        ("bridge", 1.4, ("bridge", "Pt:2", "Pt:8", "Pt:5")),
        ("fcc", 1.2, ("hollow", "Pt:3", "Pt:9", "Pt:6")),
        ("hcp", 1.2, ("hollow", "Pt:3", "Pt:9", "Pt:7")),
    ],
)
@pytest.mark.parametrize("size", [(3, 3, 4), (2, 2, 4), (1, 1, 4)])
def test_zones_are_those_of_the_site_whatever_the_cell(position, height, zones, size):
    site = adsorbed_site(slab_with("N", position, height=height, size=size), "N")
    assert (site.kind, site.site_atoms, site.same_layer, site.sublayer) == zones


def test_a_four_fold_hollow_of_an_alloy():
    slab = slab_with("O", "hollow", builder=fcc100, metal="Cu", height=0.9)
    slab.symbols[[atom.index for atom in slab if atom.tag == 2]] = "Ni"
    site = adsorbed_site(slab, "O")
    assert (site.kind, site.site_atoms, site.sublayer) == ("hollow", "Cu:4", "Ni:9")
    assert site.elements == "Cu-Ni"


def test_displacing_everything_and_wrapping_it_back_changes_nothing():
    slab = slab_with("N", "fcc")
    expected = adsorbed_site(slab, "N")
    for shift in ((0.5, 0.0, 0.0), (1.7, 5.1, 0.0), (-3.3, 2.2, 0.0)):
        moved = slab.copy()
        moved.translate(shift)
        moved.wrap(pbc=(True, True, False))
        assert adsorbed_site(moved, "N") == expected


def test_small_displacements_do_not_change_the_site():
    slab = slab_with("N", "hcp")
    expected = adsorbed_site(slab, "N")
    slab.positions += np.random.default_rng(0).normal(0, 0.03, slab.positions.shape)
    assert adsorbed_site(slab, "N") == expected


def test_an_adsorbate_cut_by_the_cells_edge_binds_to_neighbouring_images():
    # C2 lies along a row, one atom on either side of the cell's edge.
    slab = fcc111("Cu", (4, 2, 4), vacuum=8.0)
    top = slab.positions[:, 2].max()
    cell = slab.cell[0, 0]
    slab += Atoms("C2", [[0.65, 0, top + 1.9], [cell - 0.65, 0, top + 1.9]])
    images = binding_images(slab, find_adsorbate(slab, "C2"))
    assert len({index for index, _, _ in images}) == len(images)


def test_tags_tell_an_adsorbate_from_a_slab_of_the_same_element():
    slab = slab_with("Cu", "fcc", metal="Cu", height=1.9)
    assert find_adsorbate(slab, "Cu") == (len(slab) - 1,)
    slab.set_tags(0)
    with pytest.raises(SurfaceError, match="cannot be told from the slab"):
        find_adsorbate(slab, "Cu")


def test_a_missing_or_flown_adsorbate_is_named():
    with pytest.raises(SurfaceError, match="cannot be told"):
        adsorbed_site(fcc111("Pt", (2, 2, 4), vacuum=8.0), "N")
    with pytest.raises(SurfaceError, match="not bound"):
        adsorbed_site(slab_with("N", "ontop", height=5.0), "N")
