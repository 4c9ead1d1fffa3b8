import math

import pandas as pd
import pytest

from catml.report.language import (
    answer,
    describe_site,
    describe_surface,
    interval,
    number,
    percent,
    words,
)

from . import synthetic


@pytest.mark.parametrize(
    ("name", "meaning"),
    [
        ("Pt(111)", "pure Pt, (111) face"),
        ("Ru(0001)", "pure Ru, (0001) face"),
        ("Ru[A1](111)", "pure Ru as fcc, (111) face"),
        ("Pt3Ni(111)", "ordered alloy Pt₃Ni, (111) face"),
        ("Pt3Ni(100):Pt", "ordered alloy Pt₃Ni, (100) face ending in Pt"),
        ("CuAu(101)", "ordered alloy CuAu, (101) face"),
        ("Ni@Cu(100)", "one layer of Cu on Ni, (100) face"),
        ("Cu-Ni@Cu(100)", "Cu with its second layer replaced by Ni, (100) face"),
        ("Cu3Zr@Cu(100)", "one layer of Cu on Cu₃Zr, (100) face"),
        ("Pt1/Cu(111)", "single Pt atoms in the top layer of Cu, (111) face"),
        ("Ni-Cu@Cu(100)", "two layers of Cu on Ni, (100) face"),
        ("Ni@Cu0.4Pd0.6(111)", "one layer of random Cu₀.₄Pd₀.₆ on Ni, (111) face"),
        ("Pt3Ni-Ni@Pt(111)", "Pt₃Ni below layers of Pt, Ni (from the top), (111) face"),
        ("Cu0.75Pd0.25(111)", "random Cu₀.₇₅Pd₀.₂₅, (111) face"),
        (
            "Fe0.5Ni0.5[A1]{ordered,seed=3}(111)",
            "short-range ordered Fe₀.₅Ni₀.₅ (arrangement 3) as fcc, (111) face",
        ),
        ("MgO(100)", "MgO, (100) face"),
        ("my own slab", "my own slab"),
        ("", ""),
    ],
)
def test_surfaces_in_plain_words(name, meaning):
    assert describe_surface(name) == meaning


@pytest.mark.parametrize(
    ("site", "meaning"),
    [
        (("ontop", "", "Cu:1"), "on top of Cu"),
        (("bridge", "", "Cu:1 Pd:1"), "bridge of Cu and Pd"),
        (("bridge", "long", "Fe:2"), "long bridge of 2 Fe"),
        (("hollow", "4fold", "Cu:4"), "4-fold hollow of 4 Cu"),
        (("hollow", "fcc"), "fcc hollow"),
        (("ontop",), "on top"),
    ],
)
def test_sites_in_plain_words(site, meaning):
    assert describe_site(*site) == meaning


def test_numbers_have_true_minus_signs_and_no_negative_zero():
    assert number(-1.255, 1) == "−1.3"
    assert number(-0.001) == "0.00"
    assert number(math.nan) == "–"


def test_intervals_are_plus_minus_where_symmetric():
    assert interval(-0.67, -0.82, -0.52) == "−0.67 ± 0.15"
    assert interval(1.1, 0.2, 1.2, 1) == "1.1 (0.2 to 1.2)"
    assert interval(-0.6, math.nan, math.nan) == "−0.60"


@pytest.mark.parametrize(
    ("fraction", "text"),
    [(0.0, "< 1 %"), (0.009, "< 1 %"), (0.01, "1 %"), (0.5, "50 %"), (1.0, "> 99 %")],
)
def test_percentages_claim_no_certainty(fraction, text):
    assert percent(fraction) == text


def test_the_answer_counts_names_and_warns():
    table = synthetic.candidates()
    text = answer(table, table[table["shortlisted"]], adsorbate="CO", window_ev=synthetic.WINDOW_EV)
    assert text.startswith("Of 174 surfaces, 6 lie with at least 50 % probability in the optimum")
    assert (
        "First on the list: one layer of Cu on Cu₃Al, (100) face, with ΔE(CO*) = −0.68 ± 0.15 eV"
        in text
    )
    assert "1 is an extrapolation" in text


def test_the_answer_without_a_shortlist_stays_true():
    table = synthetic.candidates().assign(probability_in_window=0.0)
    text = answer(table, table.head(0), adsorbate="CO", window_ev=synthetic.WINDOW_EV)
    assert text == (
        "Of 174 surfaces, none lies with at least 50 % probability in the optimum window, "
        "ΔE(CO*) = −0.77 to −0.57 eV."
    )


def test_every_fixed_sentence_is_text():
    assert {type(sentence) for sentence in words().values()} == {str}
    assert not pd.Series(words()).str.strip().eq("").any()
