import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from catml.report.labels import name_above, spread


def test_names_apart_are_not_moved():
    np.testing.assert_allclose(spread(np.array([0.1, 0.4, 0.9]), gap=0.2), [0.1, 0.4, 0.9])


def test_a_heap_is_spread_around_its_middle():
    np.testing.assert_allclose(spread(np.full(3, 0.5), gap=0.1), [0.4, 0.5, 0.6])


@given(
    st.lists(st.floats(-0.5, 1.5), max_size=25),
    st.floats(0.001, 0.3),
    st.floats(0.3, 1.0),
)
def test_spread_keeps_order_distance_and_bounds(positions, gap, high):
    positions = np.sort(np.array(positions, float))
    moved = spread(positions, gap=gap, high=high)
    assert len(moved) == len(positions)
    if len(moved):
        assert moved.min() >= -1e-9
        assert moved.max() <= high + 1e-9
    possible = min(gap, high / max(len(positions) - 1, 1))
    assert (np.diff(moved) >= possible - 1e-9).all()


def test_crowded_names_stand_apart_inside_the_figure():
    figure = Figure(figsize=(3.35, 3), layout="constrained")
    axes = figure.add_subplot()
    axes.set_title("title", pad=50)
    x = 0.5 + 0.01 * np.arange(10)
    axes.plot(x, x, "o")
    axes.set_xlim(0, 1)
    names = [f"Cu₃Zr@Cu({number})" for number in range(100, 110)]
    name_above(figure, axes, np.column_stack([x, x]), names)
    figure.draw_without_rendering()
    renderer = FigureCanvasAgg(figure).get_renderer()
    texts = [text for text in axes.texts if text.get_text() in names]
    assert [text.get_text() for text in texts] == names
    lefts = [text.get_window_extent(renderer).x0 for text in texts]
    height_px = 7.0 / 72 * figure.dpi
    assert (np.diff(lefts) >= height_px).all()
    assert max(text.get_window_extent(renderer).x1 for text in texts) <= figure.bbox.x1 + 1
