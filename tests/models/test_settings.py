from pathlib import Path
from typing import Any

import numpy as np
import pytest

from catml.data.tables import load_dataset
from catml.errors import CatmlError
from catml.models.adsorption import AdsorptionModel
from catml.models.files.persistence import load_model
from catml.models.settings import check_settings


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"seed": -1}, "The seed is -1; give a whole number from 0 to 4294967295"),
        ({"seed": None}, "The seed is None"),
        ({"seed": 1.5}, "The seed is 1.5"),
        ({"seed": 2**32}, "The seed is 4294967296"),
        ({"n_jobs": "all"}, "n_jobs is 'all'"),
        ({"groups": None}, "The groups are None"),
        ({"groups": ["elements"]}, r"The groups are \['elements'\]"),
        ({"regressor": ""}, "no regressor ''; choose one of 'gaussian_process'"),
        ({"regressor": ["ridge"]}, r"no regressor \['ridge'\]"),
        ({"descriptors": ["soap"]}, r"descriptors \['soap'\]: choose one of environment"),
        ({"prior": "newns"}, "no prior 'newns'; choose one of 'chemisorption'"),
        ({"intervals": None}, "no intervals None; choose one of 'novelty'"),
        ({"prior": "pure_metals", "pure_energies_ev": [1]}, "give element → energy in eV"),
        ({"prior": "pure_metals", "pure_energies_ev": {"Qq": 1.0}}, "'Qq', which is no element"),
    ],
)
def test_a_setting_that_means_nothing_is_one_message(
    settings: dict[str, Any], message: str
) -> None:
    model = AdsorptionModel("CO").set_params(**settings)
    with pytest.raises(CatmlError, match=message):
        check_settings(model.get_params())
    with pytest.raises(CatmlError, match=message):
        model.fit(load_dataset("ma2015"))


def test_numbers_of_numpy_are_saved_as_numbers(tmp_path: Path) -> None:
    model = AdsorptionModel(
        "CO",
        regressor="ridge",
        descriptors="geometry",
        prior="pure_metals",
        pure_energies_ev={"Rh": np.float32(-1.5)},
        seed=np.int64(3),  # type: ignore[arg-type]
        n_jobs=np.int64(1),  # type: ignore[arg-type]
    )
    model.fit(load_dataset("ma2015").head(60)).save(tmp_path / "co.skops")
    restored = load_model(tmp_path / "co.skops").get_params()
    assert (restored["seed"], restored["n_jobs"]) == (3, 1)
    assert restored["pure_energies_ev"] == {"Rh": -1.5}
