import pytest
from hypothesis import given
from hypothesis import strategies as st

from catml.errors import SurfaceError
from catml.structures.grammar.names import parse_name

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
    "Fe2O3(111)": ["O cannot make up a surface of Fe2O3", "MgO", "RuO2", "Surface.from_bulk"],
    "CO(100)": ["C cannot make up a surface of CO", "metals"],
    "PtHe(100)": ["He cannot make up a surface"],
    "MgNiO(100)": ["O cannot make up a surface"],
    "Mg1O1(100)": ["'Mg1O1' is MgO", "Write MgO."],
    "Pt1/O(111)": ["O cannot make up a surface"],
    "Cu@C(100)": ["top layer", "cannot be C"],
    "Cu-O@Cu(100)": ["second layer", "cannot be O"],
    "O1/Cu(100)": ["single atom", "cannot be O"],
    "MgO[L10](100)": ["[L10] does not fit", "[B1]"],
    "MgO(0001)": ["three Miller indices", "MgO(111)"],
    "RuO2(0001)": ["three Miller indices", "RuO2(111)"],
    "TiAl2(110)": ["No prototype", "'TiAl2'"],
    "Ti3Al[D019](111)": ["four Miller indices", "Ti3Al(0001)", "Ti3Al(111)", "L1_2"],
    "Ru(111)": ["four Miller indices", "Ru(0001)", "Ru[A1](111)"],
    "Os@Ru(111)": ["Os@Ru(0001)", "Os[A1]@Ru(111)"],
    "Pt1/Ru(111)": ["Pt1/Ru(0001)", "Pt1/Ru[A1](111)"],
    "Pt(0001)": ["three Miller indices", "Pt(111)", "Pt[A3](0001)"],
    "Pt3Ni[L12](0001)": ["three Miller indices", "Pt3Ni(111)", "Pt3Ni(0001)", "D0_19"],
    "CuAu(0001)": ["three Miller indices", "CuAu(111)"],
    "Ni@Cu(0001)": ["three Miller indices", "Ni@Cu(111)"],
    "Pt3Ni2(111)": ["No prototype", "'Pt3Ni2'", "Pt3Ni", "write Pt0.6Ni0.4;", "Surface.from_bulk"],
    "Pt2(111)": ["'Pt2' is Pt", "Write Pt."],
    "Pt1(111)": ["'Pt1' is Pt", "Write Pt."],
    "PtNiCu(111)": ["No prototype"],
    "Pt3Pt(111)": ["nothing but Pt"],
    "CuCu(101)": ["nothing but Cu"],
    "Cu@Cu(100)": ["nothing but Cu", "pure metal"],
    "Cu-Cu@Cu(100)": ["nothing but Cu", "pure metal"],
    "Cu3Cu@Cu(100)": ["nothing but Cu", "pure metal"],
    "Cu1/Cu(111)": ["nothing but Cu", "pure metal"],
    "Cu-Cu-Ni@Cu(100)": ["lowest layer Cu", "is the bulk itself", "Cu-Ni@Cu."],
    "Cu-Cu@Ni(100)": ["lowest layer Cu", "is the bulk itself", "Cu@Ni."],
    "Cu-Ni(100)": ["Cannot read the surface 'Cu-Ni'", "behind an @", "Cu@Ni."],
    "Pt3Ni-Ni-Pt(111)": ["Cannot read the surface", "Pt3Ni-Ni@Pt."],
    "Pt3Ni-@Pt(111)": ["second layer", "one element symbol", "mixture", "got ''"],
    "Pt3Ni-Pt3Ni@Pt(111)": ["second layer", "one element symbol", "got 'Pt3Ni'"],
    "Pt-3-Cu-Ni@Pt(111)": ["layer 4 from the top", "'3'"],
    "MgO@Pt(100)": ["the compound MgO", "MgO(hkl)"],
    "Pt1/RuO2(110)": ["the compound RuO2"],
    "Ni@Cu@Pt(100)": ["Cannot read the surface"],
    "@Cu(100)": ["Cannot read the bulk ''"],
    "Ni@(100)": ["one element symbol"],
    "Ni@Cu3Pt(111)": ["top layer", "one element symbol", "'Cu3Pt'"],
    "Pt/Cu(111)": ["with a 1", "Pt1/Cu"],
    "Pt2/Cu(111)": ["with a 1", "Pt1/Cu"],
    "Pt1/CuAu(101)": ["only a pure metal", "X3Y"],
    "Pt1/Cu0.75Pd0.25(111)": ["only a pure metal", "X3Y"],
    "Cu1/Cu3Zr(111)": ["place of a Cu atom", "changes nothing"],
    "Cu75Pd25(111)": ["Write Cu3Pd, or as a solid solution Cu0.75Pd0.25."],
    "Pt1Ni3(111)": ["'Pt1Ni3' is PtNi3", "Write PtNi3, or"],
    "Ru2O4(110)": ["'Ru2O4' is RuO2", "Write RuO2."],
    "Al4O6(0001)": ["O cannot make up a surface"],
    "Cu[A3](100)": ["Write Cu[A3](10-10), or Cu[A1](100)"],
    "NiAl[B2](0001)": ["Write NiAl[B2](111)."],
    "ZnO(0001)": ["Write ZnO(111); a crystal of another structure", "Surface.from_bulk"],
    "Ru(10,-1,0)": ["Cannot read the facet (10,-1,0)", "one digit each"],
    "Ru(100)": ["takes four Miller indices", "Write Ru(10-10), or Ru[A1](100)"],
    "RuO2[sg136](110)": ["Surface.from_bulk", "--bulk"],
    f"Pt{'9' * 5000}(111)": ["Cannot read the bulk"],
    "Ru[A1]-Ru-Ni@Ru(111)": ["Leave it out: Ru[A1]-Ni@Ru."],
    "PtNiCuPd(111)": ["No prototype", "write Pt0.25Ni0.25Cu0.25Pd0.25;"],
    "Cu0.6Pd0.3(111)": ["sum to 0.9, not to 1", "Cu0.67Pd0.33"],
    "Cu0.75Pd0.3(111)": ["sum to 1.05, not to 1"],
    "Cu0.75Pd(111)": ["share of Pd", "missing", "Cu0.75Pd0.25"],
    "Cu1.0Pd0.0(111)": ["share of Cu", "1.0", "between 0 and 1"],
    "Cu0.123456Pd0.876544(111)": ["share of Cu", "at most 4 decimals"],
    "Cu0.5Cu0.5(111)": ["nothing but Cu"],
    "Cu0.5Cu0.3Pd0.2(111)": ["names Cu twice"],
    "Cu0.5O0.5(111)": ["cannot be O"],
    "Cu0.5Xx0.5(111)": ["Unknown element 'Xx'"],
    "Cu0.7.5Pd0.25(111)": ["Cannot read the fractional formula"],
    "Cu0.75Pd0.25{}(111)": ["Cannot read {}", "{seed=3}", "{ordered}"],
    "Cu0.75Pd0.25{seed=-1}(111)": ["Cannot read {seed=-1}"],
    "Cu0.75Pd0.25{seed=3,ordered}(111)": ["Cannot read {seed=3,ordered}", "{ordered,seed=3}"],
    "Cu0.75Pd0.25{seed=3(111)": ["Cannot read the bulk"],
    "Pt3Ni{seed=3}(111)": ["fractional formulas only", "Leave them out"],
    "Pt3Ni@Pt{seed=3}(111)": ["top layer", "'Pt{seed=3}'"],
    "Cu0.75Pd0.25[L12](111)": ["[L12] does not fit", "[A1] (fcc) or [A2] (bcc) or [A3] (hcp)"],
    "Ru0.75Pd0.25(111)": ["four Miller indices", "Ru0.75Pd0.25[A1](111)"],
    "Pt3Ni[A1](111)": ["[A1] does not fit", "[L12]"],
    "Pt[L12](111)": ["[L12] does not fit", "[A1] (fcc) or [A2] (bcc) or [A3] (hcp)"],
    "CuAu[L12](111)": ["[L12] does not fit", "[L10] (CuAu type) or [B2] (CsCl type)"],
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
        "Ru-Cu@Cu(100)": "A1",
        "Cu0.75Pd0.25(111)": "A1",
        "Fe0.5Ni0.5(110)": "A2",
        "Ni0.5Fe0.5(111)": "A1",
        "Fe0.4Ni0.6(111)": "A1",
        "Fe0.5Ni0.5[A1](111)": "A1",
        "Ru0.9Pt0.1(0001)": "A3",
        "Pt3Ni-Pt0.5Ni0.5@Pt(111)": "L1_2",
        "Ti3Al(0001)": "D0_19",
        "AlTi3(10-10)": "D0_19",
        "Ti3Al(111)": "L1_2",
        "Ti3Al@Ti(0001)": "D0_19",
        "MgO(100)": "B1",
        "TiC(111)": "B1",
        "OMg(100)": "B1",
        "PbTe[B1](100)": "B1",
        "RuO2(110)": "C4",
        "O2Ti(110)": "C4",
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
        "Cu0.750Pd.25(111)": "Cu0.75Pd0.25(111)",
        "Pd0.25Cu0.75(111)": "Pd0.25Cu0.75(111)",
        "Cu0.75Pd0.25[A1]{seed=0}(111)": "Cu0.75Pd0.25(111)",
        "Cu0.75Pd0.25{ordered, seed=007}(111)": "Cu0.75Pd0.25{ordered,seed=7}(111)",
        "Fe0.5Ni0.5[A1]{seed=3}(111)": "Fe0.5Ni0.5[A1]{seed=3}(111)",
        "Pt3Ni[L12]-Pt0.50Ni0.50@Pt(111)": "Pt3Ni-Pt0.5Ni0.5@Pt(111)",
        "Ti3Al[D019](0001)": "Ti3Al(0001)",
        "Ti3Al[D0_19](0001)": "Ti3Al(0001)",
        "MgO[B1](100)": "MgO(100)",
        "RuO2[C4](110)": "RuO2(110)",
        "Pt\u2083Ni(11\u03041)": "Pt3Ni(1-11)",
        "Pt(1 \u22121 0)": "Pt(1-10)",
        "Pt\u2081/Cu(111)": "Pt1/Cu(111)",
        "Pt3Ni(100):PtNi": "Pt3Ni(100):NiPt",
        "RuO2(110):RuO": "RuO2(110):ORu",
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


@given(st.text(alphabet="PtNiCuRA1235L0.@-/[]{}():=", max_size=20))
def test_near_misses_of_names_are_names_or_clear_errors(text: str) -> None:
    try:
        parts = parse_name(text)
    except SurfaceError:
        return
    assert parse_name(parts.name) == parts
