import pytest
from hypothesis import given
from hypothesis import strategies as st

from catml.errors import SurfaceError
from catml.structures.names import parse_name

# Each wrong name with what its message must say: the culprit, and what to write instead.
WRONG_NAMES = {
    "": ["empty", "Pt(111)"],
    "   ": ["empty"],
    "Pt": ["no facet", "Pt(111)"],
    "Pt3Ni[L12]": ["no facet"],
    "nonsense": ["no facet"],
    "Pt(111": ["Cannot read"],
    "Pt(111))": ["Cannot read"],
    "(111)": ["Cannot read"],
    "Pt3Ni(100):": ["Cannot read"],
    "Pt(11)": ["(11)", "three Miller indices"],
    "Pt(abc)": ["(abc)", "three Miller indices"],
    "Pt(11111)": ["(11111)"],
    "Pt(١١١)": ["Miller indices"],
    "Pt(000)": ["only zeros", "(111)"],
    "Ru(0000)": ["only zeros", "(0001)"],
    "Pt(222)": ["common factor 2", "(111)"],
    "Ru(0002)": ["common factor 2", "(0001)"],
    "Ru(1010)": ["-(h+k) = -1", "(10-10)"],
    "Xx(111)": ["Unknown element 'Xx'"],
    "X(111)": ["Unknown element 'X'"],
    "Pt3Xx(111)": ["Unknown element 'Xx'"],
    "Ni@Xx(100)": ["Unknown element 'Xx'"],
    "Xx1/Cu(111)": ["Unknown element 'Xx'"],
    "pt(111)": ["Cannot read the bulk 'pt'"],
    "3Pt(111)": ["Cannot read the bulk '3Pt'"],
    "O(111)": ["O cannot make up a surface"],
    "Fe2O3(111)": ["O cannot make up a surface of Fe2O3", "MgO", "RuO2"],
    "CO(100)": ["C cannot make up a surface of CO", "metals"],
    "PtHe(100)": ["He cannot make up a surface"],
    "MgNiO(100)": ["O cannot make up a surface"],
    "Mg1O1(100)": ["O cannot make up a surface"],
    "Pt1/O(111)": ["O cannot make up a surface"],
    "Cu@C(100)": ["top layer", "cannot be C"],
    "Cu-O@Cu(100)": ["second layer", "cannot be O"],
    "O1/Cu(100)": ["single atom", "cannot be O"],
    "TiAl2(110)": ["No prototype", "'TiAl2'"],
    "Ru(111)": ["four Miller indices", "Ru(0001)", "Ru[A1](111)"],
    "Os@Ru(111)": ["Os@Ru(0001)", "Os[A1]@Ru(111)"],
    "Pt1/Ru(111)": ["Pt1/Ru(0001)", "Pt1/Ru[A1](111)"],
    "Pt(0001)": ["three Miller indices", "Pt(111)", "Pt[A3](0001)"],
    "CuAu(0001)": ["three Miller indices", "CuAu(111)"],
    "Ni@Cu(0001)": ["three Miller indices", "Ni@Cu(111)"],
    "Pt3Ni2(111)": ["No prototype", "'Pt3Ni2'", "Pt3Ni"],
    "Pt2(111)": ["No prototype", "'Pt2'"],
    "Pt1(111)": ["No prototype", "'Pt1'"],
    "PtNiCu(111)": ["No prototype"],
    "Pt3Pt(111)": ["nothing but Pt"],
    "CuCu(101)": ["nothing but Cu"],
    "Cu@Cu(100)": ["nothing but Cu", "pure metal"],
    "Cu-Cu@Cu(100)": ["nothing but Cu", "pure metal"],
    "Cu3Cu@Cu(100)": ["nothing but Cu", "pure metal"],
    "Cu1/Cu(111)": ["nothing but Cu", "pure metal"],
    "Cu-Ni@Ni(100)": ["near-surface", "same metal", "Cu-Ni@Cu"],
    "Cu3Zr-Ni@Cu(100)": ["near-surface", "same metal"],
    "Cu-Ni(100)": ["Cannot read the surface 'Cu-Ni'"],
    "Ni@Cu@Pt(100)": ["Cannot read the surface"],
    "@Cu(100)": ["Cannot read the bulk ''"],
    "Ni@(100)": ["one element symbol"],
    "Ni@Cu3Pt(111)": ["top layer", "one element symbol", "'Cu3Pt'"],
    "Pt/Cu(111)": ["with a 1", "Pt1/Cu"],
    "Pt2/Cu(111)": ["with a 1", "Pt1/Cu"],
    "Pt1/Cu3Zr(111)": ["only a pure metal"],
    "Pt3Ni[A1](111)": ["[A1] does not fit", "[L12]"],
    "Pt[L12](111)": ["[L12] does not fit", "[A1] or [A2] or [A3]"],
    "CuAu[L12](111)": ["[L12] does not fit", "[L10] or [B2]"],
    "Pt[](111)": ["[] does not fit"],
    "Pt[fcc](111)": ["[fcc] does not fit", "[A1]"],
}


@pytest.mark.parametrize(("name", "said"), WRONG_NAMES.items())
def test_wrong_name_is_refused_with_one_clear_message(name: str, said: list[str]) -> None:
    with pytest.raises(SurfaceError) as error:
        parse_name(name)
    message = str(error.value)
    assert all(part in message for part in said), message
    assert "\n" not in message


@pytest.mark.parametrize(
    ("name", "prototype"),
    {
        "Pt(111)": "A1",
        "Fe(110)": "A2",
        "Ru(0001)": "A3",
        "Ru[A1](111)": "A1",
        "Mn(111)": "A1",
        "La(111)": "A1",
        "Pt3Ni(111)": "L1_2",
        "NiPt3(111)": "L1_2",
        "CuAu(101)": "L1_0",
        "NiAl[B2](110)": "B2",
        "Cu3Zr@Cu(100)": "L1_2",
        "CuAu@Au(101)": "L1_0",
        "Pt1/Ru(0001)": "A3",
        "Cu-Fe@Cu(100)": "A1",
        "Fe-Cu@Fe(110)": "A2",
        # Overlayers of metals with different structures: fcc where either is, unless asked.
        "Ru@Cu(100)": "A1",
        "Fe@Cu(100)": "A1",
        "Cu@Fe(100)": "A1",
        "Fe[A2]@Cu(100)": "A2",
        "Ru@Pt(0001)": "A3",
        "Ru@Mo(110)": "A2",
        "Ti3Al(111)": "L1_2",
    }.items(),
)
def test_prototype_is_inferred_or_as_written(name: str, prototype: str) -> None:
    assert parse_name(name).prototype.name == prototype


@pytest.mark.parametrize(
    ("written", "canonical"),
    {
        " Pt (1 1 1) ": "Pt(111)",
        "Pt(1,-1,0)": "Pt(1-10)",
        "Pt[A1](111)": "Pt(111)",
        "Pt3Ni[L12](111)": "Pt3Ni(111)",
        "Pt3Ni[L1_2](111)": "Pt3Ni(111)",
        "CuAu[L10](101)": "CuAu(101)",
        "CuAu[L1_0](101)": "CuAu(101)",
        "Cu3Zr[L12]@Cu(100)": "Cu3Zr@Cu(100)",
        "Cu[A1]-Ni@Cu(100)": "Cu-Ni@Cu(100)",
        "Ru[A1]@Cu(100)": "Ru@Cu(100)",
        "Pt1/Cu[A1](111)": "Pt1/Cu(111)",
        "AuCu(101)": "AuCu(101)",
        "NiPt3(111)": "NiPt3(111)",
    }.items(),
)
def test_spelling_is_made_canonical(written: str, canonical: str) -> None:
    assert parse_name(written).name == canonical
    assert parse_name(canonical).name == canonical


@given(st.text(max_size=30))
def test_any_text_is_a_name_or_a_clear_error(text: str) -> None:
    try:
        parts = parse_name(text)
    except SurfaceError:
        return
    assert parse_name(parts.name) == parts


@given(st.text(alphabet="PtNiCuRA123L0@-/[]():", max_size=20))
def test_near_misses_of_names_are_names_or_clear_errors(text: str) -> None:
    try:
        parts = parse_name(text)
    except SurfaceError:
        return
    assert parse_name(parts.name) == parts
