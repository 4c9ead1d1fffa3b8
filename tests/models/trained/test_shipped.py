from pathlib import Path

import pandas as pd
import pytest

from catml.atomic_files import sha256_of
from catml.data.tables import load_dataset
from catml.models.adsorption import AdsorptionModel
from catml.models.files.container import read_model_bytes, unpacked
from catml.models.trained import shipped as trained
from catml.models.trained.shipped import (
    FOLDER,
    SHIPPED,
    datasets_with,
    recipe,
    records,
    shipped_model,
    shipped_path,
    write_shipped,
)

LARGEST_BYTES = 5_000_000


@pytest.fixture(scope="module")
def model() -> AdsorptionModel:
    table = load_dataset("ma2015").iloc[::4]
    return AdsorptionModel("CO", regressor="ridge", descriptors="environment").fit(table)


def test_a_shipped_model_comes_back(model: AdsorptionModel, tmp_path: Path) -> None:
    assert shipped_model("CO", tmp_path) is None
    record = write_shipped(model, tmp_path)
    assert records(tmp_path) == {"CO": record}
    assert record.sha256 == sha256_of(shipped_path("CO", tmp_path))
    again = shipped_model("CO", tmp_path)
    assert again is not None
    names = ["Cu3Zr@Cu(100)", "Hf@Cu(100)"]
    pd.testing.assert_frame_equal(again.predict(names), model.predict(names))
    assert shipped_model("N", tmp_path) is None


def test_other_data_settings_or_schema_make_it_stale(
    model: AdsorptionModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_shipped(model, tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(trained, "SCHEMA", 99)
        assert shipped_model("CO", tmp_path) is None
    with monkeypatch.context() as patch:
        patch.setattr(trained, "datasets_with", lambda _: ["ma2015"])
        assert shipped_model("CO", tmp_path) is None
    with monkeypatch.context() as patch:
        patch.setattr(AdsorptionModel, "regressor_name", lambda *_: "ridge")
        assert shipped_model("CO", tmp_path) is None
    assert shipped_model("CO", tmp_path) is not None
    shipped_path("CO", tmp_path).write_bytes(b"damaged")
    assert shipped_model("CO", tmp_path) is None


def test_the_recipe_is_the_same_for_more_workers_and_another_for_other_data() -> None:
    assert recipe("CO", 17_000) == recipe("CO", 17_001)
    # So few rows have another regressor.
    assert recipe("CO", 17_000) != recipe("CO", 300)
    assert recipe("CO", 17_000) != recipe("N", 17_000)
    assert datasets_with("CO") == ["gaspy2018", "ma2015", "xu2022"]
    assert datasets_with("../CO") == []


def test_the_shipped_files_are_small_and_made_from_the_data_and_settings_of_today() -> None:
    found = records()
    assert set(found) in ({*SHIPPED}, set())
    for adsorbate, record in found.items():
        path = shipped_path(adsorbate)
        assert path.stat().st_size < LARGEST_BYTES
        assert sha256_of(path) == record.sha256
        again = "run python -m catml.models.trained"
        assert recipe(adsorbate, record.n_rows) == record.recipe, again
        header, _ = unpacked(read_model_bytes(path))
        assert header["training"]["n_rows"] == record.n_rows
    assert {path.name for path in FOLDER.glob("*.skops")} == {f"{name}.skops" for name in found}


@pytest.mark.slow
def test_the_shipped_models_predict_what_models_fitted_today_predict() -> None:
    for adsorbate in records():
        shipped = shipped_model(adsorbate)
        assert shipped is not None
        table = load_dataset(adsorbate)
        fresh = AdsorptionModel(adsorbate).fit(table)
        rows = table.iloc[:: max(len(table) // 200, 1)]
        ours, expected = shipped.predict(rows), fresh.predict(rows)
        again = f"{adsorbate}: run python -m catml.models.trained"
        for column in ("energy_ev", "std_ev", "lower_ev", "upper_ev", "domain_score"):
            difference = (ours[column] - expected[column]).abs()
            # On another processor, rounding may decide for another split of a tree here and there.
            assert difference.quantile(0.9) < 1e-6, (again, column)
            assert difference.max() < 0.02, (again, column)
        assert ours["domain_reason"].tolist() == expected["domain_reason"].tolist()
        assert shipped.training_ == fresh.training_
