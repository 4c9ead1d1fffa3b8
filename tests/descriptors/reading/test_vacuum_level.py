import ase
import ase.build
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catml.descriptors.reading.vacuum_level import vacuum_levels
from catml.errors import DescriptorError
from tests.descriptors.potentials import potential, slab


@settings(max_examples=25, deadline=None)
@given(
    shift=st.floats(-15, 15),
    upper=st.floats(3, 7),
    difference=st.floats(-1, 1),
    step_at=st.floats(0.42, 0.58),
)
def test_both_levels_wherever_slab_and_step_are(shift, upper, difference, step_at):
    atoms = slab(shift_ang=shift)
    atoms.wrap()
    values = potential(slab(shift_ang=shift), upper_ev=upper, lower_ev=upper + difference,
                       step_at=step_at)  # fmt: skip
    found = vacuum_levels(atoms, values)
    if abs(difference) > 0.3:
        assert found.upper_ev == pytest.approx(upper, abs=0.03)
        assert found.lower_ev == pytest.approx(upper + difference, abs=0.03)
    elif found is not None:  # a small step counts as level or not, but is never off by more
        assert found.upper_ev == pytest.approx(upper, abs=0.07)
        assert found.lower_ev == pytest.approx(upper + difference, abs=0.07)


def test_a_symmetric_slab_along_any_axis():
    atoms = slab()
    values = potential(atoms, upper_ev=4.7)
    found = vacuum_levels(atoms, values)
    assert found.upper_ev == pytest.approx(4.7, abs=0.01)
    assert found.lower_ev == pytest.approx(4.7, abs=0.01)
    turned = ase.Atoms(
        atoms.symbols,
        scaled_positions=atoms.get_scaled_positions()[:, [2, 0, 1]],
        cell=atoms.cell[[2, 0, 1]],
        pbc=True,
    )
    assert vacuum_levels(turned, values.transpose(2, 0, 1)) == found


def test_a_slope_is_no_level():
    atoms = slab()
    for difference in (0.5, 1.0, -2.0):
        sloping = potential(atoms, upper_ev=4.0, lower_ev=4.0 + difference, slope=True)
        assert vacuum_levels(atoms, sloping) is None
    # The lower level is too short to be one, and the upper must not stand in for it.
    for step_at in (0.72, 0.76, 0.8, 0.84):
        for lower in (3, 5):
            short = potential(atoms, upper_ev=4, lower_ev=lower, step_at=step_at)
            assert vacuum_levels(atoms, short) is None


def test_cells_without_one_vacuum_have_no_level():
    flat = np.full((8, 8, 8), 4.0)
    assert vacuum_levels(ase.build.bulk("Cu"), flat) is None
    assert vacuum_levels(slab(vacuum_ang=2.5), flat) is None
    assert vacuum_levels(ase.build.molecule("CO", vacuum=8.0), flat) is None
    assert vacuum_levels(ase.Atoms("Cu"), flat) is None
    with pytest.raises(DescriptorError, match="three axes"):
        vacuum_levels(slab(), np.ones(5))


def test_grids_without_their_boundary_planes():
    atoms = slab()
    atoms.pbc = (True, True, False)
    n = 239
    height = np.arange(1, n + 1) / (n + 1) * atoms.cell[2, 2]
    away = np.abs(height[:, None] - atoms.positions[:, 2]).min(axis=1)
    average = np.where(height > atoms.positions[:, 2].mean(), 5.0, 4.0) - 20 * np.exp(-away / 0.5)
    found = vacuum_levels(atoms, average[None, None], ends_left_out=True)
    assert found.upper_ev == pytest.approx(5, abs=0.01)
    assert found.lower_ev == pytest.approx(4, abs=0.01)
