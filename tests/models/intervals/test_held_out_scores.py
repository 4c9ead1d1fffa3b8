import numpy as np
import pytest

from catml.models.intervals.held_out_scores import held_out_score


def test_errors_by_hand() -> None:
    score = held_out_score("composition", 2, np.array([0.1, 0.2, 0.3, 0.6]))
    assert (score.split, score.n_rows, score.n_groups) == ("composition", 4, 2)
    assert score.mae_ev == pytest.approx(0.3)
    assert score.rmse_ev == pytest.approx(np.sqrt(0.5 / 4))
    assert score.median_ev == pytest.approx(0.25)
