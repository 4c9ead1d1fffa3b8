import numpy as np
import pytest
from ase.build import fcc111
from ase.cluster import Icosahedron
from ase.constraints import FixAtoms
from matplotlib.patches import Circle, Polygon

from catml.errors import SurfaceError
from catml.report.files import svg_bytes
from catml.report.site_pictures import pushed_apart, site_figure
from catml.structures.nanoparticles import nanoparticle
from catml.structures.sites import find_sites
from catml.structures.surface import Surface
from tests.structures.hand_counts import SITES

NAMES = ("Pt(111)", "Pt(100)", "Fe(110)", "Ru(0001)", "Pt(211)", "CuAu(101)")
MARKERS = ("o", "s", "^")


def drawn(name, **options):
    slab = Surface(name).slab(**options)
    figure, data = site_figure(slab, find_sites(slab))
    return slab, figure, data


def numbers(axes):
    """Numbers in the markers of one view or of the key, with their places."""
    return {int(t.get_text()): t.xy for t in axes.texts if hasattr(t, "xy")}


@pytest.mark.parametrize(("name", "counts"), [(name, SITES[name]) for name in NAMES])
def test_every_distinct_site_is_numbered_in_both_views_and_the_key(name, counts):
    _, figure, data = drawn(name)
    above, aside, key = figure.axes
    for axes in (above, aside, key):
        assert sorted(numbers(axes)) == list(range(1, sum(counts) + 1))
        markers = [line.get_marker() for line in axes.lines if line.get_markersize() > 7]
        numbered = [m for m in markers if m in MARKERS][: sum(counts)]
        assert tuple(numbered.count(marker) for marker in MARKERS) == counts
    ids = data.loc[data["what"] == "site", "label"].tolist()
    assert set(ids) <= {text.get_text() for text in key.texts}


@pytest.mark.parametrize(
    "particle",
    [nanoparticle("Pt", "cuboctahedron", shells=2), Icosahedron("Au", 2)],
    ids=["built", "without cell"],
)
def test_a_particle_is_drawn_once_and_whole(particle):
    sites = find_sites(particle)
    figure, data = site_figure(particle, sites)
    above, aside, key = figure.axes
    for axes in (above, aside, key):
        assert sorted(numbers(axes)) == list(range(1, len(sites) + 1))
    # Every column of atoms shows its nearest atom, no copy shows any.
    columns = {tuple(place) for place in np.round(particle.positions[:, :2], 1)}
    balls = [patch for patch in above.patches if isinstance(patch, Circle)]
    assert len(balls) == len(columns)
    assert not [patch for patch in above.patches if isinstance(patch, Polygon)]
    assert len(data) == len(particle) + len(sites)


@pytest.mark.parametrize("name", ["Pt3Ni(211)", "Pt1/Cu(111)", "Pt(211)", "Fe(110)"])
def test_numbers_do_not_cover_each_other_and_stay_in_the_views(name):
    _, figure, _ = drawn(name)
    for axes in figure.axes[:2]:
        places = axes.transData.transform(np.array(list(numbers(axes).values()))) * 72 / figure.dpi
        apart = np.linalg.norm(places[:, None] - places, axis=-1)
        np.fill_diagonal(apart, np.inf)
        assert apart.min() > 8  # points; the digits are 6 points high
        box = axes.get_window_extent()
        inside = places * figure.dpi / 72
        assert (inside > (box.x0, box.y0)).all()
        assert (inside < (box.x1, box.y1)).all()


def test_both_views_and_the_bar_share_one_scale():
    slab, figure, _ = drawn("Cu(100)", size=(2, 2))
    above, aside, _ = figure.axes
    per_ang = [
        axis.get_window_extent().width / np.ptp(axis.get_xlim()) for axis in (above, aside)
    ] + [axis.get_window_extent().height / np.ptp(axis.get_ylim()) for axis in (above, aside)]
    np.testing.assert_allclose(per_ang, per_ang[0])
    (bar,) = figure.findobj(lambda artist: artist.get_label() == "scale bar")
    length = np.ptp(bar.get_xdata()) * figure.bbox.width
    assert length == pytest.approx(5 * per_ang[0])
    (outline,) = [patch for patch in above.patches if isinstance(patch, Polygon)]
    sides = np.linalg.norm(np.diff(outline.get_xy(), axis=0), axis=1)
    np.testing.assert_allclose(sides, slab.cell.lengths()[0])


def test_steps_are_seen_along_their_edges():
    _, figure, _ = drawn("Pt(211)")
    outline = next(p for p in figure.axes[0].patches if isinstance(p, Polygon)).get_xy()
    wide, tall = np.ptp(outline, axis=0)
    assert wide == pytest.approx(np.sqrt(6) * tall)  # fcc(211): a/√2 along the edge, a√3 across
    tops = sorted({round(p.center[1], 2) for p in figure.axes[1].patches if isinstance(p, Circle)})
    assert tops[-1] == 0.0
    assert len(tops) == 7


def test_a_slab_of_any_orientation_gives_the_same_picture():
    slab = fcc111("Pt", (1, 1, 4), vacuum=8)
    turned = slab.copy()
    turned.rotate(35, (1, 2, 3), rotate_cell=True)
    places = []
    for atoms in (slab, turned):
        figure, _ = site_figure(atoms, find_sites(atoms))
        places.append(numbers(figure.axes[0]))
    for number, place in places[0].items():
        np.testing.assert_allclose(places[1][number], place, atol=1e-5)


def test_the_title_is_typeset_and_says_what_is_shown():
    _, figure, _ = drawn("Pt3Ni(111)")
    texts = [text.get_text() for text in figure.texts]
    assert texts[0] == "Pt₃Ni(111)"
    assert "9 distinct sites" in texts[1]
    assert "in 4 layers" in texts[1]
    assert "5 Å" in texts
    key = [text.get_text() for text in figure.axes[2].texts]
    assert {"On top", "Bridge", "Hollow", "hollow-fcc-1", "Pt₂Ni", "Ni", "Pt"} <= set(key)


def test_held_atoms_are_crossed_and_explained():
    slab = Surface("Cu(100)").slab()
    slab.set_constraint(FixAtoms([0, 1]))
    figure, _ = site_figure(slab, find_sites(slab))
    _, aside, key = figure.axes
    heights = {round(float(m.get_ydata()[0]), 2) for m in aside.lines if m.get_marker() == "x"}
    depths = slab.positions[:, 2] - slab.positions[:, 2].max()
    assert heights == set(np.round(depths[:2], 2))
    assert "held fixed" in [text.get_text() for text in key.texts]


def test_marks_part_as_little_as_needed():
    places = np.array([[0, 0], [0, 0], [0.4, 0], [5, 5]], float)
    moved = pushed_apart(places, gap=1.0)
    apart = np.linalg.norm(moved[:, None] - moved, axis=-1)
    assert apart[np.triu_indices(4, 1)].min() > 0.99
    np.testing.assert_array_equal(moved[3], places[3])


def test_the_picture_is_the_same_every_time():
    first, second = (svg_bytes(drawn("Pt3Ni(211)")[1]) for _ in range(2))
    assert first == second


def test_without_sites_there_is_nothing_to_draw():
    with pytest.raises(SurfaceError, match="find_sites"):
        site_figure(Surface("Cu(100)").slab(), [])


def test_the_key_says_where_on_a_step_a_site_is():
    _, figure, _ = drawn("Pt(211)")
    words = [text.get_text() for text in figure.axes[2].texts]
    # A terrace of fcc(211) is three rows wide: its edge, its middle, and the foot of the next step.
    ontop = words[words.index("ontop-1") : words.index("Bridge")]
    assert {"edge", "terrace", "lower"} <= set(ontop)
    _, figure, _ = drawn("Pt(111)")
    assert not {"edge", "terrace", "lower"} & {t.get_text() for t in figure.axes[2].texts}


def test_a_relaxed_slab_is_drawn_as_it_is():
    slab = Surface("Pt(111)").slab(size=(2, 2))
    slab.rattle(0.05, seed=1)
    figure, _ = site_figure(slab, find_sites(slab))
    aside = figure.axes[1]
    drawn_heights = {round(p.center[1], 3) for p in aside.patches if isinstance(p, Circle)}
    heights = slab.positions[:, 2] - slab.positions[:, 2].max()
    assert {round(float(z), 3) for z in heights} >= drawn_heights
    assert len(drawn_heights) > 4


def test_a_crowd_of_sites_gets_a_wider_page_and_a_key_of_several_columns():
    slab = Surface("Cu0.75Pd0.25(111)").slab()
    sites = find_sites(slab)
    figure, _ = site_figure(slab, sites)
    key = figure.axes[2]
    assert sorted(numbers(key)) == list(range(1, len(sites) + 1))
    assert len({round(x, 2) for x, _ in numbers(key).values()}) == 2
    assert figure.get_figwidth() > 9 > figure.get_figheight()
    heads = [text for text in key.texts if text.get_text() in ("On top", "Bridge", "Hollow")]
    assert len(heads) == 3
    small, _ = site_figure(Surface("Cu(111)").slab(), find_sites(Surface("Cu(111)").slab()))
    assert small.get_figwidth() == pytest.approx(7.0, abs=0.05)


def test_rows_run_up_the_page_as_the_slabs_own_vectors_do():
    for matrix in (np.diag([1, 1, 1]), np.diag([-1, -1, 1])):
        slab = Surface("Pt(211)").slab()
        slab.set_cell(matrix @ slab.cell.array)
        figure, _ = site_figure(slab, find_sites(slab))
        outline = next(p for p in figure.axes[0].patches if isinstance(p, Polygon)).get_xy()
        first, second = outline[1] - outline[0], outline[3] - outline[0]
        np.testing.assert_allclose(first / np.linalg.norm(first), [0, 1], atol=1e-6)
        np.testing.assert_allclose(second / np.linalg.norm(second), [-1, 0], atol=1e-6)
