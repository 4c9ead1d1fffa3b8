"""Sites of slabs whose atoms have moved are those of the ideal slab, on the atoms as they are."""

import numpy as np
import pandas as pd
import pytest
from ase import Atoms
from ase.build import bcc110, bulk, fcc100, fcc110, fcc111, fcc211, hcp0001, make_supercell, surface
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catml.errors import SurfaceError
from catml.structures.adsorbates import place
from catml.structures.batches import batch_of_slab
from catml.structures.environment import site_environment
from catml.structures.site_table import site_table, site_table_of_slab
from catml.structures.sites import find_sites
from catml.structures.surface import Surface

few = settings(
    max_examples=5,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)


def anonymous(slab):
    """The same atoms with nothing said about where they come from."""
    return Atoms(slab.numbers, slab.positions, cell=slab.cell, pbc=slab.pbc)


def a3b():
    atoms = bulk("Pt", cubic=True)
    atoms.symbols[0] = "Ni"
    return atoms


def random_alloy():
    slab = fcc111("Pt", (2, 2, 4), vacuum=8)
    slab.symbols[[1, 2, 5, 8, 13, 14]] = "Ni"
    return slab


FOREIGN = {
    "fcc111": fcc111("Pt", (1, 1, 4), vacuum=8),
    "fcc100": fcc100("Cu", (1, 1, 4), vacuum=8),
    "fcc110": fcc110("Cu", (1, 1, 6), vacuum=8),
    "fcc211": fcc211("Pt", (3, 1, 4), vacuum=8),
    "fcc321": anonymous(Surface("Pt(321)").slab(vacuum=8)),
    "bcc110": bcc110("Fe", (1, 1, 4), vacuum=8),
    "hcp0001": hcp0001("Ru", (2, 2, 4), vacuum=8),
    "Pt3Ni111": surface(a3b(), (1, 1, 1), 4, vacuum=8),
    "Pt3Ni100": surface(a3b(), (1, 0, 0), 2, vacuum=8),
    "random": random_alloy(),
}
NAMES = ["Pt(111)", "Fe(110)", "Pt(211)", "Pt3Ni(111)", "CuAu(101)", "Ru(0001)", "Ni@Cu(100)"]


def described(atoms, **options):
    return [
        (
            site.id,
            site.multiplicity,
            site.place,
            sorted(site.elements),
            site_environment(atoms, site, **options).text(),
        )
        for site in find_sites(atoms, **options)
    ]


@pytest.mark.parametrize(("size", "stdev_ang"), [((1, 1), 0.1), ((2, 2), 0.02), ((3, 3), 0.05)])
@pytest.mark.parametrize("name", FOREIGN)
def test_rattled_slab_from_elsewhere_keeps_its_sites(name, stdev_ang, size):
    slab = FOREIGN[name].repeat((*size, 1))
    slab.rattle(stdev_ang, seed=1)
    assert described(slab) == described(FOREIGN[name])


@pytest.mark.parametrize("name", FOREIGN)
@given(data=st.data())
@few
def test_rattled_slab_keeps_its_sites_in_any_order_rotation_and_cell(name, data):
    cells = [[[1, 0], [0, 1]], [[2, 1], [0, 1]], [[1, 1], [-1, 1]], [[1, -1], [1, 2]]]
    matrix = np.eye(3, dtype=int)
    matrix[:2, :2] = data.draw(st.sampled_from(cells))
    slab = make_supercell(FOREIGN[name], matrix)
    rng = np.random.default_rng(data.draw(st.integers(0, 999)))
    slab.rattle(data.draw(st.floats(0.0, 0.1)), rng=rng)
    slab.center(vacuum=data.draw(st.floats(4.0, 12.5)), axis=2)
    slab.rotate(data.draw(st.floats(0, 360)), rng.normal(size=3), rotate_cell=True)
    slab = slab[rng.permutation(len(slab))]
    slab.positions += rng.normal(size=3)
    if data.draw(st.booleans()):
        slab.pbc = True
        slab.wrap()
    assert described(slab) == described(FOREIGN[name])


@pytest.mark.parametrize("size", [(1, 1), (1, 3)])
@pytest.mark.parametrize("name", NAMES)
def test_rattled_slab_made_here_keeps_its_sites(name, size):
    slab = Surface(name).slab(size=size)
    expected = described(slab)
    for seed in range(2):
        moved = slab.copy()
        moved.rattle(0.1, seed=seed)
        moved.rotate(30 * seed, "x", rotate_cell=True)
        assert described(moved) == expected


@pytest.mark.parametrize("change", [-0.1, 0.1])
@pytest.mark.parametrize("name", [*NAMES, "Pt(100)", "Pt(110)", "Pt(331)"])
def test_relaxed_layers_keep_the_sites(name, change):
    """The two top spacings change by 10 % and 5 %, the layers below are fixed."""
    slab = Surface(name).slab(size=(1, 2))
    heights = np.unique(slab.positions[:, 2].round(4))
    tags = slab.get_tags()
    spacing = heights[-1] - heights[-2]
    relaxed = slab.copy()
    relaxed.positions[tags == 1, 2] += (change - change / 2) * spacing
    relaxed.positions[tags == 2, 2] -= change / 2 * spacing
    assert described(relaxed) == described(slab)
    assert described(anonymous(relaxed)) == described(anonymous(slab))
    relaxed.rattle(0.03, seed=2)
    assert described(relaxed) == described(slab)


def test_sites_lie_where_the_atoms_are_now():
    slab = Surface("Pt(211)").slab(size=(3, 1))
    moved = slab.copy()
    moved.rattle(0.1, seed=4)
    moved.positions += [3.0, 1.0, 0.5]
    for site in find_sites(moved):
        shifts = np.array([image[1:] for image in site.images]) @ moved.cell.array[:2]
        corners = moved.positions[list(site.atoms)] + shifts
        distances = np.linalg.norm(corners - site.position, axis=1)
        assert np.ptp(distances) < 0.6
        assert site.kind != "ontop" or distances[0] == pytest.approx(0, abs=1e-9)
        assert np.linalg.norm(corners.mean(axis=0) - site.position) < 0.8


def test_bonds_are_the_parents_and_distances_the_real_ones():
    slab = Surface("Pt3Ni(111)").slab(size=(2, 2))
    moved = slab.copy()
    moved.rattle(0.08, seed=4)
    ideal, real = batch_of_slab(slab), batch_of_slab(moved)
    assert real.sites == ideal.sites
    assert (real.neighbors == ideal.neighbors).all()
    for atom in (0, 5, 13):
        near = real.neighbors[atom] >= 0
        expected = moved.get_distances(atom, real.neighbors[atom][near], mic=True)
        np.testing.assert_allclose(real.distances[0, atom][near], expected)
    assert np.ptp(real.distances[np.isfinite(real.distances)]) > 0.2


def test_site_table_of_a_rattled_slab_is_that_of_its_surface():
    slab = Surface("Cu3Zr@Cu(100)").slab(size=(2, 2))
    slab.rattle(0.05, seed=3)
    pd.testing.assert_frame_equal(site_table_of_slab(slab), site_table(["Cu3Zr@Cu(100)"]))


def test_adsorbate_stands_on_the_atoms_of_a_rattled_slab():
    slab = Surface("Pt(111)").slab(size=(3, 3))
    slab.rattle(0.1, seed=3)
    for site in find_sites(slab):
        both = place(slab, site, "CO")
        lengths = both.get_distances(len(slab), list(site.atoms), mic=True)
        assert 1.8 < lengths.min() < 2.2


def test_given_parent_lends_its_sites():
    ideal = fcc111("Pt", (2, 2, 4), vacuum=8)
    slab = ideal.copy()
    slab.rattle(0.15, seed=3)
    slab.rotate(70, "y", rotate_cell=True)
    slab.center(vacuum=4, axis=2)
    assert described(slab, parent=ideal) == described(ideal)


def test_parent_of_another_lattice_constant_will_do():
    ideal, slab = fcc111("Pt", (2, 2, 4), vacuum=8), fcc111("Pt", (2, 2, 4), a=4.05, vacuum=8)
    assert described(slab, parent=ideal) == described(ideal)


def test_atom_that_left_its_place_in_the_parent_is_named():
    ideal = fcc111("Pt", (3, 3, 4), vacuum=8)
    slab = ideal.copy()
    slab.rattle(0.05, seed=3)
    slab.positions[31] += [0.0, 1.6, 1.0]
    with pytest.raises(SurfaceError, match=r"Atom 31 \(Pt\) has left its place .* [12]\.\d+ Å"):
        find_sites(slab, parent=ideal)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda slab: slab[1:], "15 atoms and its parent 16"),
        (lambda slab: _with_gold(slab), "Atom 3 is Au in the slab and Pt in its parent"),
        (lambda slab: _stretched(slab), "does not fit its parent"),
    ],
)
def test_slab_that_is_no_copy_of_its_parent_is_refused(change, message):
    ideal = fcc111("Pt", (2, 2, 4), vacuum=8)
    with pytest.raises(SurfaceError, match=message):
        find_sites(change(ideal.copy()), parent=ideal)


def _with_gold(slab):
    slab.symbols[3] = "Au"
    return slab


def _stretched(slab):
    slab.set_cell(slab.cell.array * [[1.2], [1.0], [1.0]], scale_atoms=True)
    return slab


def test_slab_that_is_not_what_its_info_says_is_taken_as_it_is():
    slab = Surface("Pt(111)").slab(size=(2, 2))
    top = int(slab.positions[:, 2].argmax())
    changed = {"element": slab.copy(), "vacancy": slab.copy(), "moved": slab.copy()}
    changed["element"].symbols[top] = "Au"
    del changed["vacancy"][top]
    changed["moved"].positions[top] += [0.0, 1.6, 2.0]
    for atoms in changed.values():
        assert described(atoms) == described(anonymous(atoms))
        assert len(find_sites(atoms)) > 4
    slab.info = {"surface": "Pt(111)", "lattice": "unknown", "layers": 4, "size": [2, 2]}
    assert len(find_sites(slab)) == 4


@pytest.mark.parametrize("ratio", [0.69, 0.7042, 0.7045, 0.7060, 0.7085, 0.7095])
def test_exact_crystal_next_to_a_more_symmetric_one_keeps_its_sites(ratio):
    """In every thickness; only c/a within 0.3 % of that of B2 (0.7071) is B2."""
    surface_ = Surface("CuAu(101)")
    slabs = [surface_.slab(layers=n, lattice=(4.0, 4.0 * ratio)) for n in (4, 5, 12)]
    found = {len(find_sites(given)) for slab in slabs for given in (slab, anonymous(slab))}
    assert found == {7 if abs(ratio / 0.5**0.5 - 1) < 0.003 else 10}


def test_sheared_crystal_that_was_rattled_keeps_the_sites_its_info_tells():
    slab = Surface("CuAu(101)").slab(lattice=(4.0, 2.8), size=(2, 2))
    slab.rattle(0.1, seed=1)
    assert len(find_sites(slab)) == 10


def test_missing_row_reconstruction_keeps_its_own_sites():
    slab = fcc110("Pt", (1, 2, 6), vacuum=8)
    del slab[int(slab.positions[:, 2].argmax())]
    ideal = described(slab)
    assert len(ideal) > len(find_sites(fcc110("Pt", (1, 1, 6), vacuum=8)))
    slab.rattle(0.05, seed=2)
    assert described(slab) == ideal


def test_adatom_keeps_its_own_sites_under_noise():
    slab = fcc111("Pt", (3, 3, 4), vacuum=8)
    hollow = next(site for site in find_sites(slab) if site.subtype == "fcc")
    slab += Atoms("Pt", positions=[np.add(hollow.position, [0, 0, 2.26])])
    ideal = described(slab)
    slab.rattle(0.05, seed=2)
    assert described(slab) == ideal
