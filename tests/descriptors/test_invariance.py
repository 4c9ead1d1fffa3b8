"""One suite for every featurizer: what must not matter for the descriptors of a site.

A new featurizer is one more line in `FEATURIZERS`.
"""

from functools import cache

import numpy as np
import pytest
from ase import Atoms
from ase.build import fcc111, fcc211, hcp0001
from ase.cluster import Icosahedron

from catml.descriptors.featurizer import SiteFeaturizer
from catml.descriptors.sites.inputs import sites_of
from catml.descriptors.soap_featurizer import SoapFeaturizer
from catml.structures.nanoparticles import nanoparticle
from catml.structures.surface import Surface

SMALL_SOAP = {"n_max": 3, "l_max": 3, "properties": ("group",)}
FEATURIZERS = {
    "environment": lambda: SiteFeaturizer("environment"),
    "geometry": lambda: SiteFeaturizer("geometry"),
    "electronic": lambda: SiteFeaturizer("electronic"),
    "soap of the site": lambda: SoapFeaturizer(**SMALL_SOAP),
    "soap of its atoms": lambda: SoapFeaturizer(center="atoms", **SMALL_SOAP),
}
NAMES = {
    "Pt(111)": 4,
    "Cu3Zr@Cu(100)": 5,
    "Fe(110)": 4,
    "CuAu(101)": 4,
    "Pt3Ni(211)": 9,
    "NiAl[B2](110)": 4,
}
TOLERANCE = 1e-9


def _alloyed_step() -> Atoms:
    slab = fcc211("Pd", (3, 1, 4), a=3.9, vacuum=8)
    slab.symbols[[0, 5]] = "Ag"
    return slab


def _rattled() -> Atoms:
    """A slab whose elements leave no symmetry, so that no two of its sites are copies.

    Of copies that noise has made different, one stands for all; which one, atoms' order decides.
    """
    slab = fcc111("Cu", (3, 3, 3), a=3.61, vacuum=8)
    slab.symbols[[18, 19, 21, 9, 11]] = "Au", "Ag", "Ni", "Pd", "Au"
    slab.rattle(0.05, seed=7)
    return slab


def _decorated_icosahedron() -> Atoms:
    cluster = Icosahedron("Cu", 2, latticeconstant=3.61)
    cluster.symbols[0] = "Pd"
    return cluster


SLABS = {
    **{name: lambda name=name: Surface(name).slab(layers=NAMES[name]) for name in NAMES},
    "alloyed step": _alloyed_step,
    "hcp of ASE": lambda: hcp0001("Ti", (1, 1, 5), vacuum=8),
    "rattled": _rattled,
}
PARTICLES = {
    "cuboctahedron": lambda: nanoparticle("Pt", "cuboctahedron", shells=2),
    "decorated icosahedron": _decorated_icosahedron,
}
STRUCTURES = SLABS | PARTICLES


@cache
def described(name, featurizer):
    return by_site(STRUCTURES[name](), featurizer)


def by_site(structure, featurizer):
    features = FEATURIZERS[featurizer]().fit_transform(structure)
    return features.set_axis(features.index.get_level_values("site_id"), axis=0)


def assert_unchanged(changed, name, featurizer):
    expected, found = described(name, featurizer), by_site(changed, featurizer)
    assert sorted(found.index) == sorted(expected.index)
    np.testing.assert_allclose(found.loc[expected.index], expected, rtol=0, atol=TOLERANCE)


THOROUGH = {"soap of its atoms"}


@pytest.fixture(
    params=[
        pytest.param(name, marks=pytest.mark.slow if name in THOROUGH else ())
        for name in FEATURIZERS
    ]
)
def featurizer(request):
    return request.param


@pytest.mark.parametrize("name", STRUCTURES)
def test_rotation(name, featurizer):
    structure = STRUCTURES[name]()
    structure.rotate(37, (0.3, -0.5, 1), rotate_cell=True)
    assert_unchanged(structure, name, featurizer)


@pytest.mark.parametrize("name", STRUCTURES)
def test_translation(name, featurizer):
    structure = STRUCTURES[name]()
    structure.translate([0.7, -1.3, 2.1])
    assert_unchanged(structure, name, featurizer)


@pytest.mark.parametrize("name", SLABS)
def test_wrapping_into_the_cell(name, featurizer):
    slab = SLABS[name]()
    slab.translate(slab.cell.array[0] / 3)
    slab.wrap()
    assert_unchanged(slab, name, featurizer)


@pytest.mark.parametrize("name", STRUCTURES)
def test_order_of_atoms(name, featurizer):
    structure = STRUCTURES[name]()
    order = np.random.default_rng(3).permutation(len(structure))
    assert_unchanged(structure[order], name, featurizer)


@pytest.mark.parametrize("name", SLABS)
def test_supercell(name, featurizer):
    assert_unchanged(SLABS[name]().repeat((2, 1, 1)), name, featurizer)


@pytest.mark.parametrize("name", SLABS)
def test_vacuum(name, featurizer):
    slab = SLABS[name]()
    slab.center(vacuum=5.5, axis=2)
    assert_unchanged(slab, name, featurizer)


@pytest.mark.parametrize("name", SLABS)
def test_choice_of_the_cell(name, featurizer):
    slab = SLABS[name]()
    cell = slab.cell.array.copy()
    cell[1] += 2 * cell[0]
    cell[2] += cell[0] + cell[1]
    slab.set_cell(cell)
    assert_unchanged(slab, name, featurizer)


@pytest.mark.parametrize("name", PARTICLES)
def test_box_around_a_particle(name, featurizer):
    particle = PARTICLES[name]()
    particle.center(vacuum=7)
    particle.pbc = True
    assert_unchanged(particle, name, featurizer)


@pytest.mark.parametrize("name", STRUCTURES)
def test_what_stands_beside_it(name, featurizer):
    together = FEATURIZERS[featurizer]().fit_transform(["Rh(111)", STRUCTURES[name](), "Al(100)"])
    features = together.loc[1]
    features = features.set_axis(features.index.get_level_values("site_id"), axis=0)
    np.testing.assert_allclose(features, described(name, featurizer), rtol=0, atol=TOLERANCE)


def test_the_structures_are_many_different_ones():
    sizes = {name: len(sites_of(make())) for name, make in STRUCTURES.items()}
    assert sizes["Pt(111)"] == 4
    assert sizes["rattled"] > 20
    assert sum(sizes.values()) > 80
