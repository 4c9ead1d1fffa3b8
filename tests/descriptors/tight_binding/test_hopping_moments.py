import numpy as np
import pytest
from ase import Atoms
from ase.build import bulk, fcc111
from ase.cluster import Octahedron

from catml.descriptors.tight_binding.hopping_moments import HoppingMoments, hopping_moments
from catml.descriptors.tight_binding.second_moments import FITTED, SOLID_STATE, HoppingParameters
from catml.elements.properties import element_array
from catml.errors import DescriptorError
from catml.structures.batches import SiteBatch, batch_of_slab
from catml.structures.families import site_batch
from catml.structures.neighbors import nearest_neighbors
from catml.structures.surface import Surface
from catml.units import HBAR2_PER_ELECTRON_MASS_EV_ANG2

from ..batches import batch_without_sites, fcc_bulk
from ..slater_koster_table import tabulated_block


def alloy_cluster() -> Atoms:
    cluster = Octahedron("Pt", 4, latticeconstant=3.95)
    cluster.numbers[::3] = 28
    cluster.positions += np.random.default_rng(0).normal(scale=0.03, size=cluster.positions.shape)
    return cluster


def dense_moments(
    atoms: Atoms, levels: np.ndarray, parameters: HoppingParameters
) -> list[np.ndarray]:
    """(H - ε_i)^n averaged over the d states of each atom of the whole matrix."""
    n = len(atoms)
    matrix = np.kron(np.diag(levels), np.eye(5))
    radius = element_array(parameters.radius_property)[atoms.numbers]
    pairs = nearest_neighbors(atoms)
    for i, j in zip(pairs.i, pairs.j, strict=True):
        bond = atoms.positions[j] - atoms.positions[i]
        d = np.linalg.norm(bond)
        strength = HBAR2_PER_ELECTRON_MASS_EV_ANG2 * (radius[i] * radius[j]) ** 1.5 / d**5
        strength *= np.sqrt(5 * parameters.normalization)
        block = tabulated_block(bond / d, parameters.eta_dd_sigma, parameters.eta_dd_pi, 0.0)
        matrix[5 * i : 5 * i + 5, 5 * j : 5 * j + 5] += strength * block
    moments = []
    for order in (2, 3, 4):
        per_atom = []
        for i in range(n):
            power = np.linalg.matrix_power(matrix - levels[i] * np.eye(5 * n), order)
            per_atom.append(np.trace(power[5 * i : 5 * i + 5, 5 * i : 5 * i + 5]) / 5)
        moments.append(np.array(per_atom))
    return moments


def all_three(moments: HoppingMoments) -> list[np.ndarray]:
    return [moments.second_ev2, moments.third_ev3, moments.fourth_ev4]


@pytest.mark.parametrize("parameters", [FITTED, SOLID_STATE])
def test_moments_are_those_of_the_whole_matrix(parameters: HoppingParameters) -> None:
    cluster = alloy_cluster()
    levels = np.where(cluster.numbers == 28, -1.7, -2.6)
    found = hopping_moments(
        batch_without_sites(cluster), levels_ev=levels[None], parameters=parameters
    )
    for ours, dense in zip(
        all_three(found), dense_moments(cluster, levels, parameters), strict=True
    ):
        np.testing.assert_allclose(ours[0], dense, rtol=1e-9)


def test_moments_do_not_turn_with_the_cluster() -> None:
    cluster = alloy_cluster()
    turned = cluster.copy()
    turned.rotate(73, (1, 2, 3))
    for one, other in zip(
        all_three(hopping_moments(batch_without_sites(cluster))),
        all_three(hopping_moments(batch_without_sites(turned))),
        strict=True,
    ):
        np.testing.assert_allclose(one, other, rtol=1e-9)


def test_a_supercell_has_the_moments_of_its_cell() -> None:
    small = hopping_moments(fcc_bulk("Pt", 3.95))
    large = hopping_moments(batch_without_sites(bulk("Pt", "fcc", a=3.95).repeat(4)))
    for one, many in zip(all_three(small), all_three(large), strict=True):
        np.testing.assert_allclose(many, np.full(many.shape, one[0, 0]), rtol=1e-9)


def test_a_dimer_has_only_even_moments() -> None:
    dimer = Atoms("Pt2", [[0, 0, 0], [0, 0, 2.8]])
    found = hopping_moments(batch_without_sites(dimer))
    radius = element_array("r_d_fitted_ang")[78]
    strength = HBAR2_PER_ELECTRON_MASS_EV_ANG2 * radius**3 / 2.8**5
    sigma, pi = 16.2 * strength, 8.75 * strength
    np.testing.assert_allclose(found.second_ev2, sigma**2 + 2 * pi**2)
    np.testing.assert_allclose(found.third_ev3, 0, atol=1e-9)
    np.testing.assert_allclose(found.fourth_ev4, 5 * (sigma**4 + 2 * pi**4))


@pytest.mark.parametrize(
    "names", [["Pt3Ni(111)", "Pd3Cu(111)"], ["CuAu(101)", "PtNi(101)"], ["Ru(0001)", "Zn(0001)"]]
)
def test_families_agree_with_single_slabs(names: list[str]) -> None:
    for batch in site_batch([Surface(name) for name in names]):
        family = hopping_moments(batch)
        for s, surface in enumerate(batch.surfaces):
            slab = slab_of(surface, batch)
            single = hopping_moments(batch_of_slab(slab))
            for one, other in zip(all_three(family), all_three(single), strict=True):
                np.testing.assert_allclose(one[s], other[0], rtol=1e-9)


def slab_of(surface: Surface, batch: SiteBatch) -> Atoms:
    """The slab with as many layers as the batch's template."""
    for layers in range(3, 30):
        slab = surface.slab(layers=layers)
        if len(slab) == batch.numbers.shape[1]:
            return slab
    raise AssertionError("no such slab")


def test_neighbours_without_d_band_take_no_part() -> None:
    slab = fcc111("Pt", (2, 2, 3), a=3.95, vacuum=6)
    slab.numbers[::2] = 13
    levels = np.where(slab.numbers == 13, 50.0, -2.0)[None]
    batch = batch_of_slab(slab)
    found = hopping_moments(batch, levels_ev=levels)
    assert np.isnan(found.second_ev2[0, slab.numbers == 13]).all()
    equal = hopping_moments(batch)
    np.testing.assert_allclose(found.fourth_ev4, equal.fourth_ev4)


def test_batches_without_vectors_and_wrong_levels_are_refused() -> None:
    batch = fcc_bulk("Pt")
    bare = SiteBatch("", (), batch.numbers, batch.neighbors, batch.distances, ())
    with pytest.raises(DescriptorError, match="no bond vectors"):
        hopping_moments(bare)
    with pytest.raises(DescriptorError, match="levels have the shape"):
        hopping_moments(batch, levels_ev=np.zeros((1, 2)))
