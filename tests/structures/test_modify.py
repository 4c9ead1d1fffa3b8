from collections import Counter

import pytest
from ase import Atoms
from hypothesis import given, settings
from hypothesis import strategies as st

from catml.errors import SurfaceError
from catml.structures.modify import embed_atom, replace_layers, usual_size
from catml.structures.substitution import segregate, substitute
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


@pytest.mark.parametrize(
    "name", ["Pt1/Cu3Au(111)", "Pt1/Cu3Au(100)", "Pt1/Cu3Au(100):AuCu", "Pt1/Ti3Al(0001)"]
)
def test_single_atom_in_an_alloy_replaces_the_majority(name: str) -> None:
    bare = Surface(name.removeprefix("Pt1/")).slab(size=(3, 3))
    slab = Surface(name).slab()
    changed = [(a, b) for a, b in zip(bare.symbols, slab.symbols, strict=True) if a != b]
    assert changed == [(Surface(name).species[0], "Pt")]
    assert slab[slab.symbols == "Pt"].get_tags().tolist() == [1]


def test_single_atom_in_an_alloy_must_have_one_place() -> None:
    """On (311) of Cu3Au the three Cu atoms of the top plane are of two kinds."""
    with pytest.raises(SurfaceError, match=r"does not say which atom .* unlike Cu atoms"):
        Surface("Pt1/Cu3Au(311)").slab()


def test_single_atoms_need_room() -> None:
    surface = Surface("Pt1/Cu(111)")
    assert surface.slab(size=(2, 2)).get_chemical_formula() == "Cu15Pt"
    for size in [(1, 1), (2, 1)]:
        with pytest.raises(SurfaceError, match="at least \\(2, 2\\), for single atoms"):
            surface.slab(size=size)


def test_overlayer_of_two_monolayers() -> None:
    assert layers_from_top(Surface("Ni-Cu@Cu(100)").slab()) == ["Cu", "Cu", "Ni", "Ni"]


def test_profile_of_pure_layers_on_an_alloy() -> None:
    slab = Surface("Pt3Ni-Ni@Pt(111)").slab(layers=5)
    assert layers_from_top(slab) == ["Pt4", "Ni4", "NiPt3", "NiPt3", "NiPt3"]


def test_profile_with_a_mixed_layer() -> None:
    slab = Surface("Pt3Ni-Pt0.5Ni0.5@Pt(111)").slab(size=(2, 2))
    assert layers_from_top(slab) == ["Pt16", "Ni8Pt8", "Ni4Pt12", "Ni4Pt12"]
    assert slab.info["composition"] == {
        "bulk": {"Pt": 24, "Ni": 8},
        "layers": [{"Pt": 16}, {"Pt": 8, "Ni": 8}],
    }


def test_profile_on_a_stepped_facet_spans_several_planes() -> None:
    slab = Surface("Pt-Ni@Pt0.5Au0.5(211)").slab(size=(2, 2))
    formulas = layers_from_top(slab)
    assert formulas[3:7] == ["Ni4", "Ni4", "Ni4", "Pt4"]
    assert slab.info["composition"]["layers"] == [{"Pt": 6, "Au": 6}, {"Ni": 12}]


def test_names_and_functions_make_the_same_slab() -> None:
    by_name = Surface("Pt3Ni-Pt0.5Ni0.5{seed=7}@Pt(111)").slab(size=(2, 2))
    profile = ["Pt", {"Pt": 0.5, "Ni": 0.5}]
    by_hand = segregate(Surface("Pt3Ni(111)").slab(size=(2, 2)), profile, seed=7)
    assert by_name.numbers.tolist() == by_hand.numbers.tolist()
    solution = Surface("Cu0.75Pd0.25{seed=7}(111)").slab(size=(2, 2))
    expected = substitute(Surface("Cu(111)").slab(size=(2, 2)), {"Pd": 0.25}, seed=7)
    assert solution.numbers.tolist() == expected.numbers.tolist()


@pytest.mark.parametrize(
    ("name", "size", "counts"),
    [
        ("Cu0.75Pd0.25(111)", (3, 3), {"Cu": 27, "Pd": 9}),
        ("Cu0.95Pd0.05(100)", (3, 3), {"Cu": 34, "Pd": 2}),
        ("Cu0.99Pd0.01(100)", (4, 4), {"Cu": 63, "Pd": 1}),
        ("Cu0.75Pd0.25{ordered}(111)", (2, 2), {"Cu": 12, "Pd": 4}),
        ("Pt@Pt0.5Ni0.5(111)", (4, 4), {"Pt": 56, "Ni": 8}),
        ("Pt0.34Ni0.33Cu0.33(111)", (3, 3), {"Pt": 12, "Ni": 12, "Cu": 12}),
    ],
)
def test_usual_supercell_meets_the_composition(
    name: str, size: tuple[int, int], counts: dict[str, int]
) -> None:
    slab = Surface(name).slab()
    assert slab.info["size"] == list(size)
    assert Counter(slab.get_chemical_symbols()) == counts


@pytest.mark.parametrize(
    ("name", "size"),
    [
        ("Cu0.75Pd0.25(111)", (3, 3)),
        ("Pt3Ni-Pt0.5Ni0.5@Pt(111)", (2, 2)),  # four atoms in each plane of the surface cell
        ("Pt3Ni-Pt0.5Ni0.5{ordered}@Pt(111)", (2, 2)),
        ("Pt@Pt0.5Ni0.5(111)", (4, 4)),
        ("Cu0.9Pd0.1{ordered}(111)", (4, 4)),
        ("Cu0.995Pd0.005(111)", (6, 6)),
        ("Pt3Ni-Ni@Pt(111)", (1, 1)),
    ],
)
def test_usual_size(name: str, size: tuple[int, int]) -> None:
    assert usual_size(Surface(name)) == size


@given(
    bulk=st.sampled_from(["Pt", "Pt3Ni", "Pt0.75Cu0.25", "Pt0.6Ni0.4{ordered}"]),
    coats=st.lists(st.sampled_from(["Au", "Ni", "Au0.5Ni0.5", "Cu0.3Pd0.7{seed=3}"]), max_size=3),
    facet=st.sampled_from(["111", "100", "110"]),
)
@settings(max_examples=20, deadline=None)
def test_every_layer_holds_what_the_name_says(bulk: str, coats: list[str], facet: str) -> None:
    """Numbers of atoms within one of the share, in every layer and in the bulk."""
    profile = "".join(f"-{coat}" for coat in coats[:-1]) + (f"@{coats[-1]}" if coats else "")
    surface = Surface(f"{bulk}{profile}({facet})")
    slab = surface.slab()
    assert Surface(slab.info["surface"]) == surface
    planes = surface.planes_per_layer
    for k, coat in enumerate(surface.coats):
        layer = slab[(slab.get_tags() - 1) // planes == k]
        for element in set(layer.symbols) | set(coat.elements):
            wanted = coat.shares.get(element, 0.0) * len(layer)
            assert abs((layer.symbols == element).sum() - wanted) < 1
    below = slab[(slab.get_tags() - 1) // planes >= len(surface.coats)]
    if surface.solution is not None:
        for element, share in surface.solution.shares.items():
            assert abs((below.symbols == element).sum() - share * len(below)) < 1


def test_supercell_too_small_for_the_composition() -> None:
    with pytest.raises(SurfaceError, match=r"4 atoms are too few for a share of 0\.05 of Pd"):
        Surface("Cu0.95Pd0.05(111)").slab(size=(1, 1))


def test_solid_solution_keeps_its_lattice_under_a_skin() -> None:
    solution, coated = Surface("Pt0.75Ni0.25(111)"), Surface("Pt0.75Ni0.25@Pt(111)")
    assert coated.slab().positions == pytest.approx(solution.slab().positions)
    assert layers_from_top(coated.slab())[0] == "Pt9"
    assert coated.slab().info["composition"]["bulk"] == {"Pt": 20, "Ni": 7}


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
