import numpy as np
import pandas as pd
import pytest
from ase.build import bulk, fcc111
from ase.cluster import Octahedron
from pymatgen.core import Lattice, Structure
from pymatgen.core.surface import SlabGenerator
from pymatgen.io.ase import AseAtomsAdaptor

from catml.descriptors.sites.inputs import KEYS, as_site_rows, sites_of
from catml.errors import DescriptorError, SurfaceError
from catml.structures.site_table import site_table
from catml.structures.surface import Surface


def test_a_mixture_keeps_its_order_and_its_keys():
    slab, particle = fcc111("Pt", (1, 1, 4), vacuum=8), Octahedron("Pt", 3)
    given = ["Cu(111)", slab, Surface("Ag(100)"), particle, "Cu(111)", "Pt3Ni(111)"]
    table = sites_of(given)
    assert table.index.names == list(KEYS)
    assert table.index.is_unique
    items = table.index.get_level_values("item")
    assert list(items) == sorted(items)
    sizes = items.value_counts().sort_index().tolist()
    assert sizes[:3] == [4, 4, 3]
    assert sizes[4:] == [4, 9]
    names = table["surface"].groupby(items).first().tolist()
    assert names[:3] == ["Cu(111)", "Pt4", "Ag(100)"]
    assert names[4:] == ["Cu(111)", "Pt3Ni(111)"]


@pytest.mark.parametrize("given", ["Cu(111)", Surface("Cu(111)"), ("Cu(111)",), iter(["Cu(111)"])])
def test_one_surface_in_any_wrapping(given):
    pd.testing.assert_frame_equal(sites_of(given).reset_index(drop=True), site_table(["Cu(111)"]))


def test_other_spellings_of_a_name_count_as_the_surface():
    table = sites_of(["Pt3Ni[L12](111)", "Cu(111)", "Pt3Ni(111)"])
    assert table.index.get_level_values("item").value_counts().to_dict() == {0: 9, 1: 4, 2: 9}


def test_series_and_arrays_of_names():
    names = ["Cu(111)", "Ag(100)"]
    expected = sites_of(names)
    pd.testing.assert_frame_equal(sites_of(pd.Series(names)), expected)
    pd.testing.assert_frame_equal(sites_of(np.array(names)), expected)


def test_pymatgen_structures_and_slabs():
    crystal = Structure.from_spacegroup("Fm-3m", Lattice.cubic(3.95), ["Pt"], [[0, 0, 0]])
    slab = SlabGenerator(crystal, (1, 1, 1), 8, 12, center_slab=True).get_slabs()[0]
    assert len(sites_of(slab)) == 4
    assert len(sites_of([slab, "Cu(111)"])) == 8
    plain = AseAtomsAdaptor.get_structure(fcc111("Pt", (2, 2, 4), vacuum=8))
    assert sorted(sites_of(plain)["site_kind"]) == ["bridge", "hollow", "hollow", "ontop"]


def test_a_surface_of_a_crystal_is_its_slab():
    surface = Surface.from_bulk(bulk("ZnS", "zincblende", a=5.41), "110")
    (piece,) = as_site_rows(surface)
    assert piece.slab is not None
    assert set(piece.items) == {0}


def test_nothing_is_an_empty_table():
    table = sites_of([])
    assert len(table) == 0
    assert table.index.names == list(KEYS)


@pytest.mark.parametrize(
    "thing", [42, None, b"Cu(111)", {"Cu(111)": 1}, {"Cu(111)"}, ["Cu(111)", 3.0], np.eye(2)]
)
def test_other_things_are_refused(thing):
    with pytest.raises(DescriptorError, match=r"Cannot find sites on .*give surface names"):
        sites_of(thing)


def test_names_and_structures_without_sites_say_so():
    with pytest.raises(SurfaceError, match="Pt"):
        sites_of("Pt")
    with pytest.raises(SurfaceError, match="Pt"):
        sites_of(bulk("Pt", "fcc", a=3.95, cubic=True))


def test_a_bad_one_among_many_is_named():
    slab = fcc111("Pt", (1, 1, 4), vacuum=8)
    with pytest.raises(SurfaceError, match="Item 2 of those given: Pt is not a slab"):
        sites_of([slab, "Cu(111)", bulk("Pt", "fcc", a=3.95), slab])
    with pytest.raises(DescriptorError, match=r"on \[0, 1, 2, 3, 4, 5, \.\.\.\] of type list"):
        sites_of([list(range(10_000))])
