from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from catml.validation.benchmark_curves import CURVE_COLUMNS, CURVES, make_curve
from catml.validation.benchmark_data import DATA
from catml.validation.benchmark_models import MODELS


def test_curves_are_of_known_data_and_models() -> None:
    for name, curve in CURVES.items():
        assert name == curve.name
        assert curve.data in DATA
        assert set(curve.models) <= set(MODELS)


def test_a_curve_is_made_once_and_then_kept(tmp_path: Path) -> None:
    calls = []

    def values() -> pd.DataFrame:
        calls.append(1)
        return pd.DataFrame([("a", 1, 1 / 3, 0.1, 0.5, 10)], columns=list(CURVE_COLUMNS))

    curve = replace(CURVES["few-shot"], make=values)
    first, kept = make_curve(curve, tmp_path)
    assert not kept
    again, kept = make_curve(curve, tmp_path)
    assert kept
    assert len(calls) == 1
    pd.testing.assert_frame_equal(first, again)
    assert first["value"].item() == pytest.approx(1 / 3, abs=1e-6)
    (tmp_path / "curves" / "few-shot.json").write_text("{}")
    make_curve(curve, tmp_path)
    assert len(calls) == 2


@pytest.mark.slow
@pytest.mark.parametrize("name", CURVES)
def test_a_curve_falls_with_more_calculations(name: str) -> None:
    curve = CURVES[name].make()
    assert list(curve.columns) == list(CURVE_COLUMNS)
    for _, rows in curve.groupby("series"):
        assert rows["value"].iloc[-1] < rows["value"].iloc[0]
        assert (rows["low"] <= rows["value"]).all()
        assert (rows["value"] <= rows["high"]).all()
