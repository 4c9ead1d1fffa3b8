import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catml.errors import WorkflowError
from catml.screening.candidates import FAMILIES, KEYS, candidate_space
from catml.structures.surface import Surface


def space(**changes):
    return {"families": ["pure"], "hosts": ["Cu"], "guests": ["Pt"], "facets": ["111"], **changes}


@pytest.mark.parametrize(
    ("family", "names"),
    [
        ("pure", ("Cu(111)",)),
        ("skin", ("Cu3Pt@Cu(111)",)),
        ("overlayer", ("Pt@Cu(111)",)),
        ("near-surface", ("Cu-Pt@Cu(111)",)),
        ("single-atom", ("Pt1/Cu(111)",)),
        ("ordered-alloy", ("Cu3Pt(111)",)),
    ],
)
def test_each_family_writes_its_names(family, names):
    found = candidate_space(space(families=[family])).surfaces
    assert found == names
    assert {Surface(name).family for name in found} == {family}
    assert {Surface(name).host for name in found} == {"Cu"}


def test_both_ordered_alloys_come_with_all_terminations():
    found = candidate_space(space(families=["ordered-alloy"], facets=["100", "101"]))
    assert found.surfaces == (
        "Cu3Pt(100):Cu",
        "Cu3Pt(100):CuPt",
        "CuPt(100):Cu",
        "CuPt(100):Pt",
        "CuPt(101)",
    )


def test_an_equiatomic_alloy_occurs_once_however_it_is_asked_for():
    both = space(
        families=["ordered-alloy"], hosts=["Cu", "Pt"], guests=["Cu", "Pt"], facets=["101"]
    )
    assert candidate_space(both).surfaces == ("CuPt(101)",)


def test_a_metal_on_itself_is_the_pure_surface_once():
    families = [family for family in FAMILIES if family != "pure"]
    found = candidate_space(space(families=families, guests=["Cu"], facets=["100"]))
    assert found.surfaces == ("Cu(100)",)
    assert found.skipped.empty


def test_what_fits_no_lattice_is_counted_with_a_reason():
    found = candidate_space(space(hosts=["Cu", "Ru", "Co"], facets=["111", "0001", "101"]))
    assert found.surfaces == ("Co(0001)", "Cu(111)", "Ru(0001)")
    skipped = found.skipped.set_index(["facet", "count"])["reason"]
    assert "hexagonal" in skipped["111", 2]
    assert "cubic" in skipped["0001", 1]
    assert "is the facet 110" in skipped["101", 1]
    assert found.skipped["count"].sum() == 2 + 1 + 3


def test_excluded_elements_are_gone():
    found = candidate_space(
        space(families=["overlayer"], guests=["Pt", "Cd", "Pb"], exclude_elements=["Cd", "Pb"])
    )
    assert found.surfaces == ("Pt@Cu(111)",)


def test_names_are_sorted_and_distinct():
    metals = ["Cu", "Ag", "Au", "Ni", "Pd", "Pt"]
    found = candidate_space(
        space(families=list(FAMILIES), hosts=metals, guests=metals, facets=["100", "111"])
    ).surfaces
    assert list(found) == sorted(set(found))
    assert len(found) > 340


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"famlies": ["pure"]}, "'famlies' is not a key; allowed are families, hosts"),
        ({"families": ["purse"]}, "families holds 'purse'; allowed are pure, skin"),
        ({"hosts": ["Qq"]}, "hosts holds 'Qq'; allowed are"),
        ({"guests": ["O"], "families": ["skin"]}, "guests holds 'O'; allowed are"),
        ({"facets": [111]}, "facets holds 111, which is not text; put it in quotes"),
        ({"facets": ["1x1"]}, "facets holds '1x1'"),
        ({"facets": ["222"]}, "common factor"),
        ({"facets": "111"}, "facets is '111'; it must be a list"),
        ({"facets": []}, "facets is empty"),
        ({"hosts": ["Cu"], "exclude_elements": ["Cu"]}, "hosts is empty after exclude_elements"),
        ({"families": ["skin"], "guests": []}, "guests is empty"),
        ({"hosts": ["Ru"], "facets": ["111"]}, "holds no surface"),
    ],
)
def test_bad_entries_are_named(change, problem):
    with pytest.raises(WorkflowError, match=problem):
        candidate_space(space(**change))


entries = st.lists(
    st.one_of(st.sampled_from(["Cu", "pure", "111", "Zr"]), st.text(max_size=4)), max_size=3
)


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from([*KEYS, "other"]), entries))
def test_any_mapping_is_spanned_or_refused(mapping):
    with contextlib.suppress(WorkflowError):
        assert candidate_space(mapping).surfaces


def test_mixtures_and_profiles_are_candidates_by_name() -> None:
    names = ["Cu0.750Pd0.25(111)", "Pt3Ni-Pt0.5Ni0.5@Pt(111)", "MgO(100)"]
    assert candidate_space({"surfaces": names}).surfaces == (
        "Cu0.75Pd0.25(111)",
        "MgO(100)",
        "Pt3Ni-Pt0.5Ni0.5@Pt(111)",
    )


def test_surfaces_given_by_name_join_the_space_or_make_it() -> None:
    alone = candidate_space({"surfaces": ["Ru[A1](111)", "Cu(111)"]})
    assert alone.surfaces == ("Cu(111)", "Ru[A1](111)")
    joined = candidate_space(
        {"families": ["pure"], "hosts": ["Cu"], "facets": ["111"], "surfaces": ["Ru[A1](111)"]}
    )
    assert joined.surfaces == alone.surfaces
    with pytest.raises(WorkflowError, match=r"surfaces holds 'Ru\(111\)'"):
        candidate_space({"surfaces": ["Ru(111)"]})
    with pytest.raises(WorkflowError, match="facets is empty"):
        candidate_space({"families": ["pure"], "hosts": ["Cu"], "surfaces": ["Cu(111)"]})


def test_one_structure_stands_under_one_name():
    both = candidate_space(space(families=["ordered-alloy", "skin"], guests=["Pt"], facets=["100"]))
    assert "Cu3Pt@Cu(100)" in both.surfaces
    assert "Cu3Pt(100):Cu" not in both.surfaces
    alone = candidate_space(space(families=["ordered-alloy"], guests=["Pt"], facets=["100"]))
    assert "Cu3Pt(100):Cu" in alone.surfaces
    layers = [
        tuple(tuple(sorted(slab.symbols[slab.get_tags() == tag])) for tag in (1, 2, 3))
        for slab in (Surface("Cu3Pt@Cu(100)").slab(), Surface("Cu3Pt(100):Cu").slab())
    ]
    assert layers[0] == layers[1]
