import numpy as np
import pandas as pd
import pytest

from catml.errors import AlignmentError, ModelError
from catml.models.adsorption import AdsorptionModel
from catml.models.priors.adsorbate_transfer import AdsorbateTransfer
from catml.validation.crossval import cross_validate
from tests.models.problems import dataset


def tables() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Rows of N on two lines, one per kind of site, in the energies of O on the same sites."""
    oxygen = dataset(240, adsorbate="O")
    above = oxygen["site_kind"].map({"ontop": 0.4, "bridge": 0.1, "hollow": 0.0})
    return oxygen.assign(adsorbate="N", energy_ev=1.3 * oxygen["energy_ev"] + above), oxygen


def transfer(others: pd.DataFrame, **options) -> AdsorbateTransfer:
    return AdsorbateTransfer("N", others, descriptors="environment", **options)


def test_few_rows_suffice_where_another_adsorbate_is_known() -> None:
    nitrogen, oxygen = tables()
    few, new = nitrogen.iloc[:24], nitrogen.iloc[120:]
    alone = AdsorptionModel("N", descriptors="environment", n_jobs=1).fit(few)
    helped = transfer(oxygen, known_compositions_only=False).fit(few)
    error = [
        np.abs(model.predict(new)["energy_ev"] - new["energy_ev"]).mean()
        for model in (alone, helped)
    ]
    assert error[1] < 0.1
    assert error[1] < error[0]
    assert helped.weights_[0] == pytest.approx(1.3, abs=0.15)


def test_the_interval_moves_with_the_energy_and_keeps_its_columns() -> None:
    nitrogen, oxygen = tables()
    model = transfer(oxygen).fit(nitrogen)
    result = model.predict(nitrogen.iloc[:5])
    assert list(result.columns) == list(model.model_.predict(nitrogen.iloc[:5]).columns)
    assert result["energy_ev"].between(result["lower_ev"], result["upper_ev"]).all()
    assert set(result["adsorbate"]) == {"N"}
    pieces = model.predict(["Cu(100)", "Ni@Cu(100)"])
    assert len(pieces) == 6
    assert list(pieces.columns) == list(result.columns)
    assert np.isfinite(pieces["energy_ev"]).all()


def test_compositions_that_the_table_lacks_are_not_learned_from() -> None:
    nitrogen, oxygen = tables()
    held_out = oxygen["elements"] == "Ag-Pt"
    spoiled = oxygen.assign(energy_ev=oxygen["energy_ev"].where(~held_out, 1e3))
    train = nitrogen[~held_out]
    pd.testing.assert_frame_equal(
        transfer(spoiled).fit(train).predict(nitrogen),
        transfer(oxygen).fit(train).predict(nitrogen),
    )


def test_it_cross_validates() -> None:
    nitrogen, oxygen = tables()
    done = cross_validate(transfer(oxygen), nitrogen, folds=2)
    assert done.score("mae") < 0.15


def test_others_that_cannot_be_learned_from_are_refused() -> None:
    nitrogen, oxygen = tables()
    with pytest.raises(ModelError, match="No other adsorbate than N has 100 usable rows on the"):
        transfer(oxygen.iloc[:50]).fit(nitrogen)
    with pytest.raises(AlignmentError, match="functionals PBE, RPBE"):
        transfer(oxygen.assign(functional="PBE")).fit(nitrogen)
    with pytest.raises(ModelError, match="not fitted"):
        transfer(oxygen).predict("Cu(100)")
