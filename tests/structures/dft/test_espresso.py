import io

import numpy as np
import pytest
from ase.io import read
from ase.io.espresso import read_fortran_namelist

from catml.structures.dft.espresso import espresso_files
from catml.structures.dft.job import dft_job
from catml.structures.surface import Surface
from tests.structures.dft.dft_slabs import covered_slab


def written(atoms, **options):
    job = dft_job(atoms, **{"functional": "RPBE"} | options)
    (text,) = espresso_files(job).values()
    return job, text


def test_the_structure_and_every_flag_are_read_back_by_ase():
    job, text = written(covered_slab())
    back = read(io.StringIO(text), format="espresso-in")
    assert back.get_chemical_symbols() == job.atoms.get_chemical_symbols()
    np.testing.assert_allclose(back.positions, job.atoms.positions, atol=1e-8)
    np.testing.assert_allclose(back.cell.array, job.atoms.cell.array, atol=1e-8)
    held = set()
    for constraint in back.constraints:
        held |= set(np.atleast_1d(constraint.index).tolist())
    assert held == set(job.atoms.constraints[0].index.tolist())
    flags = [line.split()[4:] for line in text.partition("ATOMIC_POSITIONS")[2].splitlines()[1:]]
    fixed = [i for i, flag in enumerate(flags) if flag == ["0", "0", "0"]]
    assert fixed == sorted(held)


def test_the_field_of_the_images_is_cancelled_in_the_vacuum():
    job, text = written(covered_slab())
    system = read_fortran_namelist(io.StringIO(text))[0]["system"]
    control = read_fortran_namelist(io.StringIO(text))[0]["control"]
    assert control["tefield"] is control["dipfield"] is True
    assert system["edir"] == 3
    heights = job.atoms.positions[:, 2] / job.atoms.cell[2, 2]
    for fraction in np.linspace(system["emaxpos"], system["emaxpos"] + system["eopreg"], 5):
        away = np.abs((heights - fraction + 0.5) % 1.0 - 0.5).min()
        assert away * job.atoms.cell[2, 2] > 5.0


@pytest.mark.parametrize(
    ("functional", "name"), [("PBE", "PBE"), ("RPBE", "RPBE"), ("BEEF-vdW", "BEEF-VDW")]
)
def test_the_functional_is_named_as_pw_x_knows_it(functional, name):
    system = read_fortran_namelist(
        io.StringIO(written(Surface("Cu(100)").slab(), functional=functional)[1])
    )[0]["system"]
    assert system["input_dft"] == name


def test_placeholders_and_k_points_stand_where_they_are_looked_for():
    _, text = written(covered_slab())
    assert "placeholders: put PBE ones into ./pseudo as C.UPF, Ni.UPF, O.UPF, Pt.UPF" in text
    assert "Pt  195.084 Pt.UPF" in text
    assert "K_POINTS automatic\n6 6 1  0 0 0\n" in text
    # Namelists that older releases do not know are left out.
    assert "&FCP" not in text
    assert "&RISM" not in text


def test_magnets_start_with_a_share_of_their_electrons():
    system = read_fortran_namelist(io.StringIO(written(covered_slab())[1]))[0]["system"]
    assert system["nspin"] == 2
    shares = [value for key, value in system.items() if key.startswith("starting_mag")]
    assert max(shares) == pytest.approx(0.09)
    assert "nspin" not in written(Surface("Pt(100)").slab())[1]
