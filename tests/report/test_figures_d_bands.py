from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from catml.errors import DatasetError
from catml.report.figures_d_bands import d_band_parity_figure
from catml.report.files import png_bytes, settle

ELEMENTS = ["Ag", "Au", "Cu", "Pd", "Pt", "Ir", "Rh", "Os", "Re", "W", "Ta", "Hf"]


def pairs(*, sources: int = 2, quantities: tuple[str, ...] = ("center", "rms width")):
    rng = np.random.default_rng(1)
    rows = []
    for number in range(sources):
        for quantity in quantities:
            ours = np.linspace(-4, 2, len(ELEMENTS)) if quantity == "center" else rng.uniform(1, 3)
            rows.append(
                pd.DataFrame(
                    {
                        "source": f"source {number}",
                        "system": "surface",
                        "quantity": quantity,
                        "element": ELEMENTS,
                        "ours_ev": ours,
                        "published_ev": ours + rng.normal(0, 0.2, len(ELEMENTS)),
                    }
                )
            )
    return pd.concat(rows, ignore_index=True)


def test_every_element_is_named_once_in_each_panel_and_no_name_covers_another() -> None:
    figure, data = d_band_parity_figure(pairs())
    assert len(data) == 4 * len(ELEMENTS)
    settle(figure)
    assert len(figure.axes) == 2
    for axes in figure.axes:
        names = [text for text in axes.texts if text.get_text() in ELEMENTS]
        assert sorted(text.get_text() for text in names) == sorted(ELEMENTS)
        boxes = sorted((text.get_window_extent() for text in names), key=lambda box: box.x0)
        assert all(a.x1 <= b.x0 + 1 for a, b in pairwise(boxes))


def test_sources_differ_in_shape_and_colour() -> None:
    figure, _ = d_band_parity_figure(pairs(sources=6, quantities=("center",)))
    (legend,) = figure.legends
    markers = [handle.get_marker() for handle in legend.legend_handles][:6]
    colors = [handle.get_color() for handle in legend.legend_handles][:6]
    assert len(set(markers)) == len(set(colors)) == 6


def test_a_picture_of_one_quantity_can_be_written() -> None:
    figure, data = d_band_parity_figure(pairs(quantities=("rms width",)))
    assert len(figure.axes) == 1
    assert set(data["quantity"]) == {"rms width"}
    assert png_bytes(figure)[:4] == b"\x89PNG"


def test_surfaces_and_bulks_have_panels_of_their_own() -> None:
    table = pd.concat([pairs(), pairs().assign(system="bulk", source="bulk source")])
    figure, _ = d_band_parity_figure(table)
    titles = [axes.get_title(loc="left") for axes in figure.axes]
    assert titles == ["a  surface atoms", "b  surface atoms", "c  bulk", "d  bulk"]


def test_tables_it_has_no_place_for_are_refused() -> None:
    with pytest.raises(DatasetError, match="lacks the column"):
        d_band_parity_figure(pairs().drop(columns="element"))
    with pytest.raises(DatasetError, match="has no rows"):
        d_band_parity_figure(pairs().iloc[:0])
    with pytest.raises(DatasetError, match="the surface edge; allowed are surface center"):
        d_band_parity_figure(pairs().assign(quantity="edge"))
    with pytest.raises(DatasetError, match="tells 6 sources apart, and 7 are given"):
        d_band_parity_figure(pairs(sources=7))
