import warnings

import numpy as np
import pytest
from ase.data import atomic_numbers

from catml.errors import ElementError, SurfaceError
from catml.structures.batches import batch_of_slab
from catml.structures.families import site_batch, template_of
from catml.structures.surface import Surface

NAMES = [
    "Pt(111)",
    "Pt(100)",
    "Pt(110)",
    "Pt(211)",
    "W(110)",
    "W(100)",
    "Ru(0001)",
    "Zn(0001)",
    "Ru(10-10)",
    "Ni3Pt(111)",
    "Pt3Ni(100):NiPt",
    "Pt3Ni(211)",
    "CuAu(101)",
    "AuCu(101)",
    "CuAu(001)",
    "NiAl[B2](110)",
    "Ni@Cu(100)",
    "Cu-Ni@Cu(100)",
    "Cu3Zr@Cu(100)",
    "Pt1/Cu(111)",
    "Pt1/Cu3Au(100):AuCu",
    "Ni-Cu@Cu(100)",
    "Pt3Ni-Ni@Pt(111)",
    "Cu-Ni-Pt@Cu(211)",
]
# c/a of the four-atom cell, from the extremes of tabulated L1_0 alloys (doi:10.1038/
# s41597-019-0080-z) through B2 (0.707) and where the neighbours change (0.80) to cubic.
RATIOS = [0.5765, 0.62, 0.70, 0.70711, 0.7085, 0.79, 0.80, 0.8021, 0.9327, 1.0, 1.13, 1.2932]


def bonds(batch, surface, atom):
    """Neighbours of an atom with their distances, in no particular order."""
    rows = zip(batch.neighbors[atom], batch.distances[surface, atom], strict=True)
    return sorted((int(j), round(float(d), 6)) for j, d in rows if np.isfinite(d))


def assert_same(batch, index):
    """A surface of a batch is what its slab is."""
    surface = batch.surfaces[index]
    a_ang, c_ang = batch.lattice_ang[index]
    lattice = (a_ang, None if np.isnan(c_ang) else c_ang)
    slab = surface.slab(layers=template_of(surface).layers, lattice=lattice)
    alone = batch_of_slab(slab)
    assert alone.sites == batch.sites
    np.testing.assert_array_equal(alone.numbers[0], batch.numbers[index])
    for atom in range(len(slab)):
        assert bonds(alone, 0, atom) == bonds(batch, index, atom)


@pytest.mark.parametrize("name", NAMES)
def test_a_batch_agrees_with_the_slab_of_its_surface(name):
    (batch,) = site_batch([Surface(name)])
    assert_same(batch, 0)


@pytest.mark.parametrize("facet", ["101", "001", "111"])
def test_batches_agree_with_slabs_at_every_ratio_of_a_tetragonal_alloy(facet):
    surfaces = [Surface(f"CuAu({facet})")] * len(RATIOS)
    batches = site_batch(surfaces, [(4.0, 4.0 * ratio) for ratio in RATIOS])
    assert sorted(np.concatenate([batch.rows for batch in batches])) == list(range(len(RATIOS)))
    for batch in batches:
        for index in range(len(batch.surfaces)):
            assert_same(batch, index)


@pytest.mark.parametrize("ratio", [1.57, 1.633, 1.886])
def test_batches_agree_with_slabs_at_every_ratio_of_a_hexagonal_metal(ratio):
    (batch,) = site_batch([Surface("Ru(0001)")], [(2.7, 2.7 * ratio)])
    assert_same(batch, 0)


@pytest.mark.parametrize(
    ("name", "layers"), [("Pt3Ni(111)", 4), ("Cu3Zr@Cu(100)", 4), ("Pt(211)", 9), ("Fe(100)", 6)]
)
def test_sites_of_a_slab_of_any_thickness_are_those_of_the_template(name, layers):
    surface = Surface(name)
    (batch,) = site_batch([surface])

    def described(given):
        return [
            (
                site.id,
                site.multiplicity,
                *(
                    sorted(given.numbers[0, list(zone)])
                    for zone in (site.atoms, site.same_layer, site.sublayer, site.below)
                ),
            )
            for site in given.sites
        ]

    assert described(batch_of_slab(surface.slab(layers=layers))) == described(batch)
    supercell = surface.slab(layers=layers, size=(2, 1))
    assert described(batch_of_slab(supercell)) == described(batch)


def test_surfaces_of_one_pattern_share_a_template():
    skins = [Surface("Cu3Zr@Cu(100)"), Surface("Pt3Ti@Pt(100)"), Surface("Au3Cu@Au(100)")]
    assert len({id(template_of(skin)) for skin in skins}) == 1
    assert template_of(skins[0]).name == "A3B@A(100)"
    (batch,) = site_batch(skins)
    assert batch.template == "A3B@A(100)"
    assert batch.surfaces == tuple(skins)
    n_atoms = batch.numbers.shape[1]
    assert batch.numbers.shape == (3, n_atoms)
    assert batch.distances.shape == (3, *batch.neighbors.shape)
    assert len(batch.neighbors) == n_atoms


def test_rows_say_where_each_surface_came_from():
    surfaces = [Surface(n) for n in ["Pt3Ni(111)", "Pt(111)", "Ni3Pt(111)", "Cu(111)"]]
    alloys, metals = site_batch(surfaces)
    assert alloys.rows.tolist() == [0, 2]
    assert metals.rows.tolist() == [1, 3]
    assert site_batch([]) == []


def test_numbers_put_the_elements_where_the_pattern_has_them():
    (batch,) = site_batch([Surface("Ni@Cu(100)"), Surface("Pd@Au(100)")])
    (ontop,) = (site for site in batch.sites if site.kind == "ontop")
    assert batch.numbers[:, ontop.atoms[0]].tolist() == [29, 79]
    assert batch.numbers[:, ontop.sublayer[0]].tolist() == [28, 46]


def test_letters_that_can_be_exchanged_follow_the_symbols():
    batches = site_batch([Surface("CuAu(101)"), Surface("AuCu(101)")])
    elements = {
        site.id: batch.numbers[index, site.atoms[0]]
        for batch in batches
        for index in range(len(batch.surfaces))
        for site in batch.sites
        if site.kind == "ontop"
    }
    assert elements == {"ontop-1": atomic_numbers["Au"], "ontop-2": atomic_numbers["Cu"]}


def test_below_holds_the_atom_under_hcp_and_fourfold_hollows():
    (batch,) = site_batch([Surface("Pt(111)")])
    below = {site.id: len(site.below) for site in batch.sites}
    assert below == {"ontop-1": 0, "bridge-1": 0, "hollow-fcc-1": 0, "hollow-hcp-1": 1}
    (batch,) = site_batch([Surface("Cu3Zr@Cu(100)")])
    under = {batch.numbers[0, site.below[0]] for site in batch.sites if site.subtype == "4fold"}
    assert under == {atomic_numbers["Cu"], atomic_numbers["Zr"]}


@pytest.mark.parametrize("name", NAMES)
def test_neighbors_of_a_sites_neighbors_are_all_there(name):
    """Twice the layers change nothing about the first two shells of any site."""
    surface = Surface(name)
    (batch,) = site_batch([surface])
    coordination = np.isfinite(batch.distances[0]).sum(axis=1)
    bulk_like = 14 if surface.prototype in ("A2", "B2") else 12
    shell = {i for site in batch.sites for i in (*site.same_layer, *site.sublayer)}
    assert max(coordination[list(shell)]) == bulk_like
    layers = template_of(surface).layers
    lattice = tuple(None if np.isnan(x) else float(x) for x in batch.lattice_ang[0])
    thicker = batch_of_slab(surface.slab(layers=2 * layers, lattice=lattice))
    deep = np.isfinite(thicker.distances[0]).sum(axis=1)
    for site, other in zip(batch.sites, thicker.sites, strict=True):
        for zone in ("atoms", "same_layer", "sublayer"):
            ours, theirs = coordination[list(getattr(site, zone))], deep[list(getattr(other, zone))]
            assert sorted(ours) == sorted(theirs)


def test_lattice_constants_scale_distances():
    narrow, wide = site_batch([Surface("Pt(111)")] * 2, [(3.9, None), (4.1, None)])[0].distances
    np.testing.assert_allclose(wide[np.isfinite(wide)], narrow[np.isfinite(narrow)] * 4.1 / 3.9)
    assert narrow.min() == pytest.approx(3.9 / 2**0.5)


def test_default_lattice_constants_are_those_of_the_slab():
    surface = Surface("CuAu(101)")
    (batch,) = site_batch([surface])
    found = surface.slab().info["lattice"]
    assert batch.lattice_ang[0].tolist() == [found["a_ang"], found["c_ang"]]


def test_no_warning_reaches_the_user():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        site_batch([Surface("Pt(331)"), Surface("Rh3Al(210)")])


def test_lattice_of_another_length_is_refused():
    with pytest.raises(SurfaceError, match="2 surfaces came with 1 pairs"):
        site_batch([Surface("Pt(111)"), Surface("Cu(111)")], [(3.9, None)])


def test_element_without_lattice_constants_is_named():
    with pytest.raises(ElementError, match="Fr"):
        site_batch([Surface("Fr(110)")])


def test_surfaces_with_mixtures_are_batches_of_their_own() -> None:
    names = ["Pt(111)", "Cu0.75Pd0.25(111)", "Cu(111)", "Pt3Ni-Pt0.5Ni0.5@Pt(111)"]
    surfaces = [Surface(name) for name in names]
    batches = site_batch(surfaces)
    assert [batch.rows.tolist() for batch in batches] == [[0, 2], [1], [3]]
    for batch, surface in zip(batches[1:], surfaces[1::2], strict=True):
        alone = batch_of_slab(surface.slab())
        assert (batch.sites, batch.surfaces) == (alone.sites, (surface,))
        np.testing.assert_array_equal(batch.numbers, alone.numbers)
        np.testing.assert_array_equal(batch.distances, alone.distances)
    assert batches[1].lattice_ang[0, 0] == surfaces[1].slab().info["lattice"]["a_ang"]


def test_lattice_constants_given_for_a_mixture() -> None:
    (batch,) = site_batch([Surface("Cu0.75Pd0.25(100)")], [(4.0, None)])
    assert np.nanmin(batch.distances) == pytest.approx(4.0 / np.sqrt(2))


@pytest.mark.parametrize("name", ["Pt3Ni(211)", "CuAu(101)", "Ru(0001)"])
def test_bond_vectors_have_the_lengths_of_the_bonds(name):
    batch = site_batch([Surface(name)])[0]
    bonds = np.tensordot(batch.bond_scales_ang[0], batch.bonds, 1)
    listed = np.isfinite(batch.distances[0])
    np.testing.assert_allclose(np.linalg.norm(bonds, axis=-1)[listed], batch.distances[0][listed])
