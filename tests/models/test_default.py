from collections.abc import Iterator
from pathlib import Path

import pytest

from catml.data.tables import load_dataset
from catml.errors import ModelError
from catml.models import default


@pytest.fixture(autouse=True)
def small_and_apart(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    monkeypatch.setattr(default, "cache_folder", lambda: tmp_path)
    monkeypatch.setattr(default, "load_dataset", lambda _: load_dataset("ma2015"))
    default.default_model.cache_clear()
    yield
    default.default_model.cache_clear()


def test_another_regressor_is_cached_under_its_own_name(tmp_path: Path) -> None:
    model = default.default_model("CO", "ridge")
    assert model.get_params()["regressor"] == "ridge"
    (file,) = tmp_path.iterdir()
    assert file.name.startswith("CO-ridge-")
    default.default_model.cache_clear()
    again = default.default_model("CO", "ridge")
    assert again is not model
    assert again.training_ == model.training_


def test_long_fits_and_caches_that_cannot_be_written_are_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setattr(default, "cache_folder", lambda: tmp_path / "file")
    monkeypatch.setattr(default, "_MANY_ROWS", 100)
    with caplog.at_level("INFO", logger="catml"):
        default.default_model("CO", "ridge")
    fitting, kept = caplog.messages
    n_rows = len(load_dataset("ma2015"))
    assert fitting.startswith(f"fitting a model of CO to {n_rows} rows (ridge on geometry desc")
    assert kept.startswith("the model is not kept for the next time: ")


def test_unknown_regressors_are_refused_before_any_work(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"no regressor '\.\./svm'"):
        default.default_model("CO", "../svm")
    assert list(tmp_path.iterdir()) == []
