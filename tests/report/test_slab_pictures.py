import numpy as np
import pytest
from ase import Atoms
from ase.cluster import Icosahedron
from matplotlib.patches import Circle

from catml.report.element_colors import usual_color
from catml.report.files import svg_bytes
from catml.report.slab_pictures import slab_figure
from catml.structures.adsorbates import place
from catml.structures.sites import find_sites
from catml.structures.surface import Surface


def _circles(axes):
    return [patch for patch in axes.patches if isinstance(patch, Circle)]


def _markers(axes):
    return [line for line in axes.lines if line.get_marker() not in ("", "None", None)]


def test_the_picture_shows_elements_sites_and_the_best_one():
    atoms = Surface("Pt3Ni(111)").slab()
    sites = find_sites(atoms)
    figure, data = slab_figure(atoms, sites, best="hollow-fcc-1")
    above, _ = figure.axes
    assert [text.get_text() for text in figure.legends[0].get_texts()] in (
        ["Ni", "Pt"],
        ["Pt", "Ni"],
    )
    marks = _markers(above)
    assert len(marks) == len(sites) == 9
    best = [mark for mark in marks if mark.get_markerfacecolor() != "white"]
    assert [mark.get_marker() for mark in best] == ["^"]
    assert data["what"].value_counts().to_dict() == {"atom": len(atoms), "site": 9}
    assert data.loc[data["highlighted"], "label"].tolist() == ["hollow-fcc-1"]


@pytest.mark.parametrize("name", ["Pt(111)", "Cu3Zr@Cu(100)", "Ru(0001)", "Pt1/Cu(111)", "Pt(211)"])
def test_every_site_lies_in_the_cell_drawn(name):
    atoms = Surface(name).slab()
    figure, _ = slab_figure(atoms, find_sites(atoms))
    above = figure.axes[0]
    cell = np.asarray(atoms.cell[:2, :2])
    places = np.array([np.ravel(mark.get_data()) for mark in _markers(above)])
    fractions = places @ np.linalg.inv(cell)
    assert (np.abs(fractions) <= 0.5 + 1e-4).all()
    low, high = above.get_xlim()
    assert ((places > low) & (places < high)).all()


def test_a_site_marker_stands_over_its_atoms():
    atoms = Surface("Cu(111)").slab()
    site = next(site for site in find_sites(atoms) if site.kind == "ontop")
    figure, _ = slab_figure(atoms, [site], best=site.id)
    (mark,) = _markers(figure.axes[0])
    x, y = np.ravel(mark.get_data())
    nearest = min(
        np.hypot(circle.center[0] - x, circle.center[1] - y) for circle in _circles(figure.axes[0])
    )
    assert nearest < 1e-6


def test_the_adsorbate_stands_on_the_surface_in_the_view_from_the_side():
    atoms = Surface("Cu(100)").slab()
    site = find_sites(atoms)[0]
    base = np.array(site.position)
    together = atoms + Atoms("CO", positions=base + np.array([[0, 0, 1.8], [0, 0, 2.95]]))
    figure, data = slab_figure(atoms, [site], best=site.id, with_adsorbate=together)
    bare, _ = slab_figure(atoms, [site], best=site.id)
    above, aside = figure.axes
    assert len(_circles(above)) == len(_circles(bare.axes[0]))
    added = sorted(_circles(aside), key=lambda circle: -circle.center[1])[:2]
    np.testing.assert_allclose(
        [circle.center for circle in added], [[0, 2.95], [0, 1.8]], atol=1e-6
    )
    assert data.query("what == 'adsorbate'")["label"].tolist() == ["C", "O"]
    assert all(circle.center[1] + circle.radius < aside.get_ylim()[1] for circle in added)


def test_a_particle_stands_alone_in_the_picture():
    particle = Icosahedron("Au", 2)
    sites = find_sites(particle)
    both = place(particle, sites[0], "O")
    figure, data = slab_figure(particle, sites, best=sites[0].id, with_adsorbate=both)
    above, _ = figure.axes
    columns = {tuple(place) for place in np.round(particle.positions[:, :2], 1)}
    assert 0 < len(_circles(above)) <= len(columns)
    assert len(_markers(above)) == len(sites)
    assert data["what"].value_counts().to_dict() == {"atom": 13, "site": 3, "adsorbate": 1}


def test_the_picture_is_small_and_the_same_every_time():
    atoms = Surface("Cu3Zr@Cu(100)").slab()
    sites = find_sites(atoms)
    first, second = (svg_bytes(slab_figure(atoms, sites, best="ontop-1")[0]) for _ in range(2))
    assert first == second
    assert len(first) < 150_000


def test_an_adsorbate_wears_its_usual_colours():
    atoms = Surface("Cu(100)").slab()
    site = find_sites(atoms)[0]
    together = place(atoms, site, "CO")
    figure, _ = slab_figure(atoms, [site], best=site.id, with_adsorbate=together)
    colors = {line.get_label(): line.get_color() for line in figure.legends[0].legend_handles}
    assert colors == {symbol: usual_color(symbol) for symbol in ("Cu", "C", "O")}
