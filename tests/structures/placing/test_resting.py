import numpy as np
import pytest
from ase.build import fcc110
from ase.data import covalent_radii

from catml.structures.adsorbates import place
from catml.structures.placing.contacts import lowest_free
from catml.structures.sites import find_sites

# Its grooves are as deep as the second layer: the wall across leans over the sites in them.
GROOVED = fcc110("Pt", (3, 3, 7), vacuum=10)


@pytest.mark.parametrize(
    ("start", "blocked", "height"),
    [
        (1.0, np.empty((0, 2)), 1.0),
        (1.0, [[2.0, 3.0]], 1.0),
        (1.0, [[1.5, 4.0], [0.5, 2.0]], 4.0),
        (1.0, [[0.0, 0.9], [0.9, 1.5]], 1.5),
    ],
)
def test_the_lowest_free_height(start, blocked, height):
    assert lowest_free(start, np.array(blocked)) == height


@pytest.mark.parametrize("name", ["O", "N", "C", "S", "CO", "NO", "OOH", "CHO", "H2O", "NH3"])
def test_adsorbates_in_a_groove_are_bonded_to_their_own_side(name):
    for site in find_sites(GROOVED):
        placed = place(GROOVED, site, name)
        first = len(GROOVED)
        lengths = placed.get_distances(first, list(site.atoms), mic=True)
        sums = covalent_radii[placed.numbers[first]] + covalent_radii[78]
        assert 0.84 < lengths.min() / sums < 1.25
        for k in range(first, len(placed)):
            near = placed.get_distances(k, range(first), mic=True)
            assert near.min() > 0.84 * (covalent_radii[placed.numbers[k]] + covalent_radii[78])


def test_oxygen_in_a_groove_is_as_far_from_all_three_of_its_atoms():
    site = next(site for site in find_sites(GROOVED) if site.id == "hollow-hcp-1")
    placed = place(GROOVED, site, "O")
    lengths = placed.get_distances(len(GROOVED), list(site.atoms), mic=True)
    assert lengths == pytest.approx([lengths[0]] * 3, abs=1e-6)


def test_a_tilt_asked_for_is_kept():
    site = next(site for site in find_sites(GROOVED) if site.id == "hollow-hcp-1")
    placed = place(GROOVED, site, "CO", tilt_deg=0)
    axis = placed.positions[-1] - placed.positions[-2]
    assert axis / np.linalg.norm(axis) == pytest.approx(site.normal, abs=1e-6)
