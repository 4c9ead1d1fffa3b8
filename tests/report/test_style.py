import matplotlib as mpl
import pytest

from catml.report.style import (
    ORIGIN_COLORS,
    ORIGIN_MARKERS,
    ORIGINS,
    energy_label,
    new_figure,
    styled,
    typeset_equation,
    typeset_surface,
)


@pytest.mark.parametrize(
    ("name", "typeset"),
    [
        ("Pt(111)", "Pt(111)"),
        ("Pt3Ni(111):NiPt", "Pt₃Ni(111):NiPt"),
        ("Cu3Zr@Cu(100)", "Cu₃Zr@Cu(100)"),
        ("CuAu[L10](101)", "CuAu[L10](101)"),
        ("Ru(10-10)", "Ru(10-10)"),
        ("Pt1/Cu(111)", "Pt₁/Cu(111)"),
    ],
)
def test_surface_names_are_typeset(name, typeset):
    assert typeset_surface(name) == typeset


def test_labels_and_equations_are_typeset():
    assert energy_label("NH3") == "ΔE(NH₃*) / eV"
    assert typeset_equation("N2(g) + 6 H+ + 6 e- -> 2 NH3(g)") == "N₂(g) + 6 H⁺ + 6 e⁻ → 2 NH₃(g)"


def test_origins_differ_in_shape_and_in_colour():
    assert len({ORIGIN_MARKERS[origin] for origin in ORIGINS}) == 3
    assert len({ORIGIN_COLORS[origin] for origin in ORIGINS}) == 3


def test_the_callers_settings_are_left_alone():
    before = dict(mpl.rcParams)

    @styled
    def draw():
        return mpl.rcParams["svg.fonttype"]

    assert draw() == "none"
    assert dict(mpl.rcParams) == before


def test_figures_need_no_pyplot():
    import subprocess
    import sys

    code = (
        "import sys, catml.report.document, catml.report.figures_volcano as v; "
        "assert 'matplotlib.pyplot' not in sys.modules"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
    assert new_figure(2, 3).get_size_inches().tolist() == [2, 3]
