import itertools

import pytest
from ase.data.colors import jmol_colors

from catml.report.element_colors import element_colors, least_difference, usual_color


@pytest.mark.parametrize(
    "elements", ["Ag Pt", "Cu Ni", "Cu Fe", "Ru Rh Ir", "Ag Pd Pt", "C Cu O Zr", "Al Ni Ti", "Au"]
)
def test_elements_of_one_picture_can_be_told_apart_by_any_reader(elements):
    colors = element_colors(elements.split())
    assert set(colors) == set(elements.split())
    for one, other in itertools.combinations(colors.values(), 2):
        assert least_difference([one, other]) > 19


def test_elements_that_differ_keep_the_usual_colours():
    colors = element_colors(["Pt", "Ni", "Pt"])
    assert colors["Pt"] == tuple(jmol_colors[78])
    assert colors["Ni"] == tuple(jmol_colors[28])


@pytest.mark.parametrize("other", ["Co", "Al", "Ni"])
def test_copper_looks_like_copper_in_every_picture(other):
    assert element_colors([other, "Cu"])["Cu"] == usual_color("Cu")


def test_differences_are_those_of_colour_vision():
    assert least_difference([(0, 0, 0), (1, 1, 1)]) == pytest.approx(100, abs=0.1)
    # Red and green of one lightness are far apart, but not without the cones for green.
    assert least_difference([(0.8, 0.5, 0.2), (0.3, 0.8, 0.3)]) < 20
