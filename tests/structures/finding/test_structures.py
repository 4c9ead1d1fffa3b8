import numpy as np
import pytest
from ase import Atoms
from ase.build import bulk, fcc111
from ase.cluster import Octahedron

from catml.errors import SurfaceError
from catml.structures.adsorbates import place
from catml.structures.finding.structures import checked_structure
from catml.structures.site_table import site_table_of_slab
from catml.structures.sites import find_sites
from catml.structures.surface import Surface

WIRE = 2.7 * np.array([[0, 0, 0], [0, 1, 0], [0, 0, 1], [0, 1, 1]])


def with_positions(change):
    slab = fcc111("Pd", (2, 2, 4), vacuum=8)
    change(slab.positions)
    return slab


def same_place(positions):
    positions[3] = positions[4]


def no_number(positions):
    positions[3] = np.nan


@pytest.mark.parametrize(
    ("structure", "message"),
    [
        ("Pt(111)", "is no structure"),
        (None, "is no structure"),
        (Surface("Pt(111)"), "is no structure"),
        (with_positions(no_number), "positions that are no numbers, first of atom 3"),
        (with_positions(same_place), "two atoms in one place: 3 and 4"),
    ],
)
def test_what_is_no_structure_is_refused(structure, message):
    for look in (find_sites, site_table_of_slab):
        with pytest.raises(SurfaceError, match=message):
            look(structure)


def boxed(particle, move=0.0):
    box = particle.copy()
    box.center(vacuum=6)
    box.pbc = True
    box.translate([move, 0, 0])
    box.wrap()
    return box


@pytest.mark.parametrize("cell", ["right-angled", "skewed"])
def test_a_particle_in_a_periodic_box_is_a_particle(cell):
    particle = Octahedron("Pt", 5, 1)
    box = boxed(particle)
    if cell == "skewed":
        box.cell[1] += 0.2 * box.cell[0]
    expected = [(site.id, site.multiplicity) for site in find_sites(particle)]
    assert [(site.id, site.multiplicity) for site in find_sites(box)] == expected
    placed = place(box, find_sites(box)[0], "CO")
    assert placed.pbc.all()
    assert [site.id for site in find_sites(placed)] == [site_id for site_id, _ in expected]


def test_a_particle_that_its_box_cuts_is_refused():
    with pytest.raises(SurfaceError, match="its periodic cell cuts"):
        find_sites(boxed(Octahedron("Pt", 5, 1), move=9.0))


@pytest.mark.parametrize(
    "slab",
    [
        fcc111("Cs", (1, 1, 4), vacuum=8, a=8.0),
        fcc111("Pt", (3, 3, 4), vacuum=8, periodic=True),
        Atoms("Pt4", positions=WIRE, cell=[2.7, 30, 30], pbc=True),
        bulk("Pt", cubic=True),
    ],
)
def test_everything_else_stays_as_it_is(slab):
    assert checked_structure(slab) is slab
