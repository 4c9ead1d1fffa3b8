from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catml.data.references import (
    adsorbate_atoms,
    canonical_reference,
    format_reference,
    is_balanced,
    parse_reference,
)
from catml.errors import DatasetError

SPECIES = ("CO", "CH4", "H2O", "H2", "N2", "H2S", "NH3", "O2")


@pytest.mark.parametrize(
    ("adsorbate", "reference"),
    [
        ("CO", "CO(g)"),
        ("N", "1/2 N2(g)"),
        ("O", "H2O(g) - H2(g)"),
        ("CH3", "CH4(g) - 1/2 H2(g)"),
        ("SH", "H2S(g) - 1/2 H2(g)"),
        ("NH", "1/2 H2(g) + 1/2 N2(g)"),
        ("2N", "N2(g)"),
    ],
)
def test_references_of_the_shipped_tables_hold_the_adsorbates_atoms(adsorbate, reference):
    assert canonical_reference(reference) == reference
    assert is_balanced(adsorbate, reference)


@pytest.mark.parametrize(
    ("adsorbate", "reference"), [("C", "CO(g)"), ("N", "N2(g)"), ("CH", "CH4(g) - 2 H2(g)")]
)
def test_a_reference_of_other_atoms_is_not_balanced(adsorbate, reference):
    assert not is_balanced(adsorbate, reference)


def test_spellings_of_one_reference_are_one():
    assert canonical_reference("-2.0 H2(g)+CH4(g)") == "CH4(g) - 2 H2(g)"
    assert canonical_reference("0.5N2(g) + 0.5H2(g)") == "1/2 H2(g) + 1/2 N2(g)"


@pytest.mark.parametrize("text", ["", "CO", "CO(g) CO(g)", "half N2(g)", "CO(g) +", "1//2 N2(g)"])
def test_a_reference_that_is_not_gas_species_is_refused_with_an_example(text):
    with pytest.raises(DatasetError, match=r"1/2 N2\(g\)"):
        parse_reference(text)


@pytest.mark.parametrize("label", ["", "co", "CO*", "N-2", "2"])
def test_an_adsorbate_that_is_no_formula_is_refused(label):
    with pytest.raises(DatasetError, match="not a formula"):
        adsorbate_atoms(label)


@given(
    st.dictionaries(
        st.sampled_from(SPECIES),
        st.fractions(min_value=-6, max_value=6, max_denominator=12).filter(bool),
        min_size=1,
    )
)
def test_what_is_written_is_read_back(species):
    assert parse_reference(format_reference(species)) == {
        name: Fraction(value) for name, value in species.items()
    }
