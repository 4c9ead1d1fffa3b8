import numpy as np
import pytest
from ase.build import bcc110, bulk, fcc110, fcc111, surface

from catml.structures.finding.exposure import exposed_atoms
from catml.structures.finding.surface_cell import surface_cell
from catml.structures.neighbors import pairs_within
from catml.structures.sites import find_sites


def exposed(slab):
    cell = surface_cell(slab)
    pairs = pairs_within(cell.atoms(), 1.9 * cell.spacing_ang)
    reach, slack = 0.9 * cell.spacing_ang, 0.03 * cell.spacing_ang
    found = exposed_atoms(cell, pairs, reach_ang=reach, slack_ang=slack)
    return cell.positions[found, 2]


@pytest.mark.parametrize(
    ("slab", "planes"),
    [
        (fcc111("Pt", (1, 1, 6), vacuum=6), 1),
        (bcc110("Fe", (1, 1, 6), vacuum=6), 1),
        (fcc110("Pt", (1, 1, 8), vacuum=6), 2),
        (surface(bulk("Pt", cubic=True), (2, 1, 1), 14, vacuum=6), 3),
    ],
)
def test_only_the_open_planes_of_both_sides_are_exposed(slab, planes):
    heights = np.unique(surface_cell(slab).positions[:, 2].round(4)).tolist()
    assert np.unique(exposed(slab).round(4)).tolist() == [*heights[:planes], *heights[-planes:]]


def test_valleys_of_a_large_random_alloy_have_all_their_sites():
    """Every valley of fcc(110) takes a flip of a diagonal; all sites differ, none is lost."""
    slab = fcc110("Pt", (12, 12, 5), vacuum=6)
    slab.symbols[np.random.default_rng(3).random(len(slab)) < 0.5] = "Ni"
    sites = find_sites(slab)
    kinds = [site.kind for site in sites]
    assert [kinds.count(kind) for kind in ("ontop", "bridge", "hollow")] == [288, 864, 576]
    assert {site.multiplicity for site in sites} == {1}
    assert len({site.id for site in sites}) == len(sites)
