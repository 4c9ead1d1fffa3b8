import pytest
from ase import Atoms

from catml.errors import SurfaceError
from catml.structures.modify import embed_atom, replace_layers
from catml.structures.surface import Surface


def layers_from_top(slab: Atoms) -> list[str]:
    tags = slab.get_tags()
    return [slab[tags == tag].get_chemical_formula() for tag in range(1, tags.max() + 1)]


def test_overlayer_is_one_monolayer() -> None:
    slab = Surface("Ni@Cu(100)").slab(layers=5, size=(2, 2))
    assert layers_from_top(slab) == ["Cu4", "Ni4", "Ni4", "Ni4", "Ni4"]


def test_overlayer_has_the_lattice_of_its_substrate() -> None:
    overlayer, substrate = Surface("Ni@Cu(100)").slab(), Surface("Ni(100)").slab()
    assert overlayer.positions == pytest.approx(substrate.positions)


def test_near_surface_alloy_has_its_guest_second() -> None:
    slab = Surface("Cu-Ni@Cu(111)").slab(layers=4)
    assert layers_from_top(slab) == ["Cu", "Ni", "Cu", "Cu"]


def test_skin_is_pure_on_either_plane() -> None:
    natural, filled = (s.slab(layers=4) for s in Surface("Cu3Zr@Cu(100)").terminations())
    assert layers_from_top(natural) == ["Cu2", "CuZr", "Cu2", "CuZr"]
    assert layers_from_top(filled) == ["Cu2", "Cu2", "CuZr", "Cu2"]


def test_skin_on_a_mixed_plane_replaces_the_other_element() -> None:
    slab = Surface("Pt3Ni@Pt(111)").slab(layers=4)
    assert layers_from_top(slab) == ["Pt4", "NiPt3", "NiPt3", "NiPt3"]


def test_monolayer_on_a_stepped_facet_covers_the_terrace() -> None:
    slab = Surface("Ni@Cu(211)").slab()
    assert layers_from_top(slab)[:5] == ["Cu", "Cu", "Cu", "Ni", "Ni"]
    buried = Surface("Cu-Ni@Cu(211)").slab()
    assert layers_from_top(buried)[:7] == ["Cu", "Cu", "Cu", "Ni", "Ni", "Ni", "Cu"]


def test_single_atom_stands_alone_in_the_top_layer() -> None:
    slab = Surface("Pt1/Cu(111)").slab()
    assert layers_from_top(slab) == ["Cu8Pt", "Cu9", "Cu9", "Cu9"]
    guest = next(atom for atom in slab if atom.symbol == "Pt")
    assert guest.position[:2] == pytest.approx([0, 0])


def test_single_atoms_need_room() -> None:
    surface = Surface("Pt1/Cu(111)")
    assert surface.slab(size=(2, 2)).get_chemical_formula() == "Cu15Pt"
    for size in [(1, 1), (2, 1)]:
        with pytest.raises(SurfaceError, match="at least \\(2, 2\\), for single atoms"):
            surface.slab(size=size)


def test_originals_stay_as_they_are() -> None:
    slab = Surface("Pt(111)").slab()
    replace_layers(slab, "Au", 1, 1)
    embed_atom(slab, "Au")
    assert slab.get_chemical_formula() == "Pt4"


@pytest.mark.parametrize(("first", "last"), [(0, 1), (2, 1), (1, 4), (5, 6)])
def test_layers_that_cannot_be_replaced(first: int, last: int) -> None:
    with pytest.raises(SurfaceError, match="at least one layer must stay below"):
        replace_layers(Surface("Pt(111)").slab(layers=4), "Au", first, last)


def test_overlayer_needs_a_substrate() -> None:
    with pytest.raises(SurfaceError, match=r"layers=1: .* at least 2; the default is 4"):
        Surface("Ni@Cu(100)").slab(layers=1)
    with pytest.raises(SurfaceError, match="at least 7"):
        Surface("Cu-Ni@Cu(211)").slab(layers=6)
