import numpy as np
import pytest
from ase.build import fcc111, fcc211
from ase.constraints import FixAtoms

from catml.errors import SurfaceError
from catml.structures.dft.job import dft_job, kpoint_grid
from catml.structures.surface import Surface
from tests.structures.dft.dft_slabs import covered_slab


@pytest.mark.parametrize(
    ("size", "grid"), [((1, 1), (12, 12, 1)), ((2, 2), (6, 6, 1)), ((3, 3), (4, 4, 1))]
)
def test_k_points_thin_out_as_the_cell_grows(size, grid):
    assert kpoint_grid(Surface("Pt(111)").slab(size=size)) == grid


def test_the_density_of_k_points_is_that_of_vasps_automatic_grids():
    # Rk = 30: N = int(max(1, Rk |b| + 0.5)), |b| = 1 / 2.556 Å and 1 / 7.668 Å.
    slab = fcc111("Cu", (1, 3, 3), a=2.556 * np.sqrt(2), vacuum=8, orthogonal=False)
    lengths = 1 / (2.556 * np.sqrt(3) / 2), 1 / (3 * 2.556 * np.sqrt(3) / 2)
    assert kpoint_grid(slab) == (*(int(max(1, 30 * b + 0.5)) for b in lengths), 1)
    assert kpoint_grid(slab, length_ang=5.0) == (2, 1, 1)


@pytest.mark.parametrize("length", [0.0, -3.0, float("nan")])
def test_a_density_that_is_none_is_refused(length):
    with pytest.raises(SurfaceError, match="k-point length"):
        kpoint_grid(Surface("Pt(111)").slab(), length_ang=length)


def test_the_structure_is_sorted_and_nothing_else_changes():
    atoms = covered_slab()
    job = dft_job(atoms, functional="RPBE")
    assert job.symbols == ("C", "Ni", "O", "Pt")
    assert job.atoms.pbc.tolist() == [True, True, False]
    assert job.title == "CNi4OPt12"
    given, made = (
        {(s, *np.round(p, 6)) for s, p in zip(a.get_chemical_symbols(), a.positions, strict=True)}
        for a in (atoms, job.atoms)
    )
    assert given == made
    held = [job.atoms.positions[i] for c in job.atoms.constraints for i in c.index]
    low = sorted(atoms.positions[:, 2])[7]
    assert len(held) == 8
    assert all(place[2] <= low for place in held)
    assert atoms.pbc.tolist() == [True, True, False]


def test_a_slab_of_any_orientation_comes_to_stand_upright():
    slab = fcc211("Pt", (3, 2, 3), vacuum=8)
    slab.set_constraint(FixAtoms([0, 1, 2]))
    turned = slab.copy()
    turned.set_constraint()
    turned.rotate(40, (1, -2, 0.5), rotate_cell=True)
    turned.set_constraint(FixAtoms([0, 1, 2]))
    job = dft_job(turned, functional="PBE")
    cell = job.atoms.cell.array
    np.testing.assert_allclose(cell[2, :2], 0, atol=1e-9)
    np.testing.assert_allclose(cell[:2, 2], 0, atol=1e-9)
    assert cell[0, 1] == pytest.approx(0, abs=1e-9)
    np.testing.assert_allclose(job.atoms.cell.lengths(), slab.cell.lengths())
    # Turned, but with all distances as before.
    np.testing.assert_allclose(
        job.atoms.get_all_distances(mic=True), slab.get_all_distances(mic=True), atol=1e-6
    )


@pytest.mark.parametrize("named", [True, False])
def test_atoms_that_have_moved_stay_where_they_are(named):
    slab = Surface("Pt(111)").slab(size=(2, 2))
    slab.rattle(0.05, seed=1)
    if not named:
        slab.info = {}
    job = dft_job(slab, functional="PBE")
    np.testing.assert_allclose(job.atoms.positions, slab.positions, atol=1e-9)


def test_a_slab_cut_by_the_boundary_is_put_together():
    slab = Surface("Cu(100)").slab()
    slab.pbc = True
    slab.positions[:, 2] += slab.cell[2, 2] - slab.positions[:, 2].mean()
    slab.wrap()
    assert np.ptp(slab.positions[:, 2]) > 20
    job = dft_job(slab, functional="PBE")
    assert np.ptp(job.atoms.positions[:, 2]) == pytest.approx(3 * 1.8, abs=0.1)
    assert 0 < job.atoms.positions[:, 2].min() < job.atoms.positions[:, 2].max() < slab.cell[2, 2]


def test_the_vacuum_is_opposite_to_the_slab():
    job = dft_job(covered_slab(), functional="PBE")
    heights = job.atoms.positions[:, 2] / job.atoms.cell[2, 2]
    assert job.slab_middle == pytest.approx((heights.min() + heights.max()) / 2)
    distance = np.abs(heights - job.vacuum_middle)
    gap = 1 - np.ptp(heights)
    assert np.minimum(distance, 1 - distance).min() == pytest.approx(gap / 2)


def test_ferromagnets_start_with_moments_and_others_without():
    job = dft_job(covered_slab(), functional="PBE")
    moments = dict(
        zip(job.atoms.get_chemical_symbols(), job.atoms.get_initial_magnetic_moments(), strict=True)
    )
    assert moments == {"C": 0.0, "Ni": 0.9, "O": 0.0, "Pt": 0.0}
    assert not dft_job(Surface("Pt(111)").slab(), functional="PBE").magnetic
    own = Surface("Fe(110)").slab()
    own.set_initial_magnetic_moments([2.0, -2.0, 2.0, -2.0])
    kept = dft_job(own, functional="PBE").atoms.get_initial_magnetic_moments()
    assert kept.tolist() == [2.0, -2.0, 2.0, -2.0]


@pytest.mark.parametrize(
    ("slab", "functional", "said"),
    [
        (Surface("Cu(100)").slab(vacuum=2.0), "PBE", "4.0 Å of vacuum"),
        (Surface("Cu(100)").slab(), "LDA+U", "functional 'LDA\\+U'; known are BEEF-vdW, PBE, RPBE"),
    ],
)
def test_what_cannot_be_calculated_is_refused(slab, functional, said):
    with pytest.raises(SurfaceError, match=said):
        dft_job(slab, functional=functional)
