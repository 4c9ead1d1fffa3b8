"""Accuracies that the shipped data and default models must keep, measured as a user would."""

import pytest

from catml.data.tables import load_dataset
from catml.models.adsorption import AdsorptionModel
from catml.validation.crossval import CrossValidation, cross_validate

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def nitrogen() -> dict[str, CrossValidation]:
    table = load_dataset("N")
    return {
        split: cross_validate(AdsorptionModel("N"), table, split=split, folds=5, n_jobs=2)
        for split in ("random", "composition")
    }


def test_nitrogen_on_unseen_compositions(nitrogen: dict[str, CrossValidation]) -> None:
    # Extra trees reach 0.177 eV on this split; the public network that needs the DFT density of
    # states 0.163 eV on the random one (doi:10.1038/s41467-020-20342-6).
    assert nitrogen["composition"].score("mae") <= 0.15
    assert nitrogen["random"].score("mae") <= nitrogen["composition"].score("mae")
    assert nitrogen["composition"].n == len(load_dataset("N"))


def test_nitrogen_intervals_cover_overall_and_at_every_kind_of_site(
    nitrogen: dict[str, CrossValidation],
) -> None:
    done = nitrogen["composition"]
    assert 0.85 <= done.score("coverage_90") <= 0.95
    rows = done.predictions
    inside = rows["truth_ev"].between(rows["lower_ev"], rows["upper_ev"])
    by_kind = inside.groupby(rows["site_kind"]).mean()
    assert by_kind.between(0.85, 0.95).all(), by_kind.to_dict()


def test_co_intervals_cover_on_grouped_splits_of_the_shipped_workflow() -> None:
    table = load_dataset("CO")
    table = table[table["source"] != "gaspy2018"].reset_index(drop=True)
    for split in ("composition", "host"):
        done = cross_validate(AdsorptionModel("CO"), table, split=split, folds=5, n_jobs=2)
        assert 0.85 <= done.score("coverage_90") <= 0.95, split
