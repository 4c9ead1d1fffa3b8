import pandas as pd
import pytest

from catml.errors import DatasetError
from catml.report.figures_descriptor_map import descriptor_map_figure


def rows() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "role": ["training"] * 3 + ["candidate"] * 3,
            "x": [0.0, 1.0, 4.0, 0.5, 9.0, 9.5],
            "y": [0.0, 1.0, 4.0, 0.5, -9.0, -9.5],
            "cluster": [0, 0, 1, 0, 2, 2],
        }
    )


def test_candidates_without_training_rows_stand_out() -> None:
    figure, data = descriptor_map_figure(rows(), explained=(0.6, 0.25))
    assert data["uncharted"].tolist() == [False] * 4 + [True] * 2
    (axes,) = figure.axes
    labels = [text.get_text() for text in figure.legends[0].get_texts()]
    assert labels == [
        "training rows, n = 3",
        "candidates, clusters with training rows, n = 1",
        "candidates, clusters without, n = 2",
    ]
    assert "60 %" in axes.get_xlabel()
    assert "25 %" in axes.get_ylabel()
    assert [text.get_text() for text in axes.texts] == ["1", "2", "3"]
    drawn = [tuple(point) for dots in axes.collections for point in dots.get_offsets()]
    assert sorted(drawn) == sorted(zip(data["x"], data["y"], strict=True))


def test_candidates_are_parted_by_the_domain_where_it_is_known() -> None:
    outside = [False, False, False, True, False, False]
    figure, data = descriptor_map_figure(rows().assign(outside=outside), explained=(0.6, 0.25))
    assert data["outside"].tolist() == outside
    labels = [text.get_text() for text in figure.legends[0].get_texts()]
    assert labels[1:] == [
        "candidates, inside the training domain, n = 2",
        "candidates, outside, n = 1",
    ]


def test_training_rows_alone_can_be_drawn() -> None:
    figure, _ = descriptor_map_figure(rows().head(3), explained=(1.0, 0.0))
    assert len(figure.legends[0].get_texts()) == 1


def test_tables_that_cannot_be_drawn_are_refused() -> None:
    with pytest.raises(DatasetError, match="cluster"):
        descriptor_map_figure(rows().drop(columns="cluster"), explained=(0.6, 0.2))
    with pytest.raises(DatasetError, match="no rows"):
        descriptor_map_figure(rows().head(0), explained=(0.6, 0.2))
    with pytest.raises(DatasetError, match="role 'test'"):
        descriptor_map_figure(rows().assign(role="test"), explained=(0.6, 0.2))
