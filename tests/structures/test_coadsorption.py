import numpy as np
import pytest
from ase.build import fcc111
from ase.cluster import Icosahedron

import catml
from catml.errors import SurfaceError
from catml.structures.coadsorption import coadsorb
from catml.structures.coverage import cover
from catml.structures.sites import find_sites
from catml.structures.surface import Surface

PT2 = fcc111("Pt", (2, 2, 4), vacuum=10)
PT3 = fcc111("Pt", (3, 3, 4), vacuum=10)


def site_of(slab, site_id):
    return next(site for site in find_sites(slab) if site.id == site_id)


def test_coadsorbates_keep_their_distance():
    top, fcc = site_of(PT3, "ontop-1"), site_of(PT3, "hollow-fcc-1")
    for least in (2.0, 3.0, 4.0):
        both = coadsorb(PT3, [(top, "CO"), (fcc, "O")], min_distance_ang=least)
        distances = both.get_distances(-1, [len(PT3), len(PT3) + 1], mic=True)
        assert distances.min() >= least
    near = coadsorb(PT3, [(top, "CO"), (fcc, "O")], min_distance_ang=2.0)
    far = coadsorb(PT3, [(top, "CO"), (fcc, "O")], min_distance_ang=4.0)
    assert near.get_distance(-1, -3, mic=True) < far.get_distance(-1, -3, mic=True)
    np.testing.assert_allclose(near.positions[len(PT3), :2], top.position[:2], atol=1e-6)


def test_the_nearest_copy_is_found_that_keeps_the_distance():
    """Against all copies, placed by hand."""
    top = site_of(PT3, "ontop-1")
    placed = coadsorb(PT3, [(top, "O"), (top, "O")], min_distance_ang=2.9)
    spacing = PT3.get_distance(0, 1, mic=True)
    assert placed.get_distance(-1, -2, mic=True) == pytest.approx(np.sqrt(3) * spacing, rel=1e-3)


def test_earlier_ones_make_room():
    top = site_of(PT3, "ontop-1")
    spacing = PT3.get_distance(0, 1, mic=True)
    three = coadsorb(PT3, [(top, "O")] * 3, min_distance_ang=1.7 * spacing)
    lengths = three[-3:].get_all_distances(mic=True)[~np.eye(3, dtype=bool)]
    np.testing.assert_allclose(lengths, np.sqrt(3) * spacing, rtol=1e-3)


def test_no_room_is_said_with_the_distance_there_is():
    top, fcc = site_of(PT2, "ontop-1"), site_of(PT2, "hollow-fcc-1")
    with pytest.raises(SurfaceError, match=r"no room for O on hollow-fcc-1, 6 Å away .* is \d\.\d"):
        coadsorb(PT2, [(top, "CO"), (fcc, "O")], min_distance_ang=6)
    with pytest.raises(SurfaceError, match="no room for O on ontop-1"):
        coadsorb(PT2, [(top, "CO")] + [(top, "O")] * 4, min_distance_ang=1.0)


def test_what_is_there_already_keeps_its_distance_too():
    top, fcc = site_of(PT3, "ontop-1"), site_of(PT3, "hollow-fcc-1")
    first = cover(PT3, top, "CO", coverage_ml=1 / 9)
    more = coadsorb(first, [(fcc, "H")], min_distance_ang=1.5)
    assert more.symbols.count("H") == 1
    with pytest.raises(SurfaceError, match="H on hollow-fcc-1 comes within"):
        coadsorb(first, [(fcc, "H")], min_distance_ang=4.0)


@pytest.mark.parametrize("pairs", [[], "CO", None, [("ontop-1", "CO")], [(1, 2, 3)]])
def test_pairs_of_sites_and_adsorbates_are_wanted(pairs):
    with pytest.raises(SurfaceError, match="Give the adsorbates as pairs of a site"):
        coadsorb(PT3, pairs)


@pytest.mark.parametrize("distance", [-1, np.nan, "far", None])
def test_distances_are_numbers(distance):
    with pytest.raises(SurfaceError, match=r"min_distance_ang=.* is not a distance"):
        coadsorb(PT3, [(site_of(PT3, "ontop-1"), "CO")], min_distance_ang=distance)


@pytest.mark.parametrize("named", [True, False])
def test_rattled_slabs_hold_them_too(named):
    ideal = Surface("Pt(111)").slab(size=(3, 3))
    rattled = ideal.copy()
    rattled.rattle(0.05, seed=2)
    if not named:
        rattled.info.clear()
    parent = None if named else ideal
    top, fcc = (find_sites(rattled, parent=parent)[k] for k in (0, 2))
    both = coadsorb(rattled, [(fcc, "O"), (top, "CO")], parent=parent)
    assert both.get_distances(len(ideal), [-1, -2], mic=True).min() > 2.5


def test_vertices_of_a_particle():
    particle = Icosahedron("Au", 3)
    vertex = site_of(particle, "ontop-vertex-1")
    both = coadsorb(particle, [(vertex, "CO"), (vertex, "O")], min_distance_ang=4.0)
    assert both.get_distances(-1, [-2, -3]).min() > 4.0


def test_public_names():
    assert catml.coadsorb is coadsorb
    assert catml.cover is cover
