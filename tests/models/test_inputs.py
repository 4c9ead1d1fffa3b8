import pandas as pd
import pytest
from ase.build import bulk, fcc111
from ase.cluster import Octahedron

from catml.errors import ModelError
from catml.models.inputs import as_site_rows, complete_table
from catml.structures.surface import Surface


def test_names_surfaces_and_slabs_keep_their_order() -> None:
    slab = fcc111("Pt", (1, 1, 4), vacuum=8.0)
    pieces = as_site_rows(["Cu(111)", Surface("Ag(111)"), slab, "Au(111)"])
    assert [len(piece.table) for piece in pieces] == [8, 4, 4]
    assert [piece.slab is None for piece in pieces] == [True, False, True]
    assert pieces[0].table["surface"].unique().tolist() == ["Cu(111)", "Ag(111)"]


def test_particles_are_understood() -> None:
    particle = Octahedron("Pt", 2)
    (piece,) = as_site_rows(particle)
    assert piece.table["site_kind"].tolist() == ["ontop", "bridge", "hollow"]
    assert piece.slab is particle


def test_surfaces_of_crystals_are_taken_as_their_slabs() -> None:
    surface = Surface.from_bulk(bulk("ZnS", "zincblende", a=5.41), "110")
    pieces = as_site_rows(["Cu(111)", surface])
    assert [piece.slab is None for piece in pieces] == [True, False]
    assert pieces[1].table["surface"].unique().tolist() == ["ZnS[sg216](110)"]


def test_pymatgen_slabs_are_understood() -> None:
    from pymatgen.io.ase import AseAtomsAdaptor

    slab = fcc111("Pt", (1, 1, 4), vacuum=8.0)
    (piece,) = as_site_rows(AseAtomsAdaptor.get_structure(slab))
    assert sorted(piece.table["site_kind"]) == ["bridge", "hollow", "hollow", "ontop"]


def test_a_bare_table_of_zones_is_completed() -> None:
    zones = {"site_atoms": ["Cu:1"], "same_layer": ["Cu:5 Pd:1"], "sublayer": ["Au:3"]}
    complete = complete_table(pd.DataFrame(zones, index=[7]))
    assert complete.loc[7, "elements"] == "Au-Cu-Pd"
    assert complete.loc[7, "surface"] == ""


def test_nothing_gives_an_empty_table() -> None:
    assert [len(piece.table) for piece in as_site_rows([])] == [0]


@pytest.mark.parametrize("thing", [42, None, ["Cu(111)", 3.0]])
def test_other_things_are_refused(thing: object) -> None:
    with pytest.raises(ModelError, match="give surface names"):
        as_site_rows(thing)


def test_a_table_without_zones_is_refused() -> None:
    with pytest.raises(ModelError, match="no column same_layer, sublayer"):
        complete_table(pd.DataFrame({"site_atoms": ["Cu:1"]}))


def test_the_kind_of_a_bare_motif_follows_from_its_binding_atoms() -> None:
    motifs = pd.DataFrame(
        {"site_atoms": ["Cu:1", "Cu:1 Pt:1", "Cu:2 Pt:2", ""], "same_layer": "", "sublayer": ""}
    )
    assert complete_table(motifs)["site_kind"].tolist() == ["ontop", "bridge", "hollow", ""]
    stated = complete_table(motifs.assign(site_kind="hollow"))
    assert set(stated["site_kind"]) == {"hollow"}
