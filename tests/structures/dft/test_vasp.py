import numpy as np
import pytest
from pymatgen.io.vasp import Incar, Kpoints, Poscar

from catml.errors import SurfaceError
from catml.structures.dft.espresso import espresso_files
from catml.structures.dft.gpaw import gpaw_files
from catml.structures.dft.job import dft_job
from catml.structures.dft.vasp import potcar_names, vasp_files
from catml.structures.surface import Surface
from tests.structures.dft.dft_slabs import covered_slab


def test_the_structure_and_every_flag_are_read_back_by_pymatgen():
    atoms = covered_slab()
    poscar = Poscar.from_str(vasp_files(dft_job(atoms, functional="RPBE"))["POSCAR"])
    assert poscar.site_symbols == ["C", "Ni", "O", "Pt"]
    assert poscar.natoms == [1, 4, 1, 12]
    lowest_two = np.sort(np.unique(np.round(atoms.positions[:, 2], 3)))[1]
    for site, flags in zip(poscar.structure, poscar.selective_dynamics, strict=True):
        held = site.coords[2] < lowest_two + 0.1
        assert list(flags) == [not held] * 3
        assert site.specie.symbol in ("Ni", "Pt") or not held
    sorted_atoms = dft_job(atoms, functional="RPBE").atoms
    np.testing.assert_allclose(poscar.structure.cart_coords, sorted_atoms.positions, atol=1e-9)


@pytest.mark.parametrize(("name", "metallic"), [("Cu(100)", True), ("MgO(100)", False)])
def test_smearing_fits_what_the_slab_is_of(name, metallic):
    job = dft_job(Surface(name).slab(), functional="PBE")
    assert Incar.from_str(vasp_files(job)["INCAR"])["ISMEAR"] == (1 if metallic else 0)
    smearing = "methfessel-paxton" if metallic else "gaussian"
    assert f"smearing         = '{smearing}'" in espresso_files(job)["relax.in"]
    assert f'"order": {int(metallic)}' in gpaw_files(job)["relax.py"]


def test_an_adsorbate_makes_no_metal_an_insulator():
    assert dft_job(covered_slab(), functional="PBE").metallic


def test_without_held_atoms_there_are_no_flags():
    text = vasp_files(dft_job(Surface("Cu(100)").slab(), functional="PBE"))["POSCAR"]
    assert Poscar.from_str(text).selective_dynamics is None


def test_the_settings_are_those_of_a_slab_relaxation():
    job = dft_job(covered_slab(), functional="BEEF-vdW", title="CO on Pt3Ni(111), ontop-1")
    files = vasp_files(job)
    incar = Incar.from_str(files["INCAR"])
    # The tags ASE's own interface sets for the functional.
    assert (incar["GGA"], incar["LUSE_VDW"], incar["ZAB_VDW"]) == ("Bf", True, -1.8867)
    assert (incar["IBRION"], incar["ISIF"], incar["EDIFFG"]) == (2, 2, -0.02)
    assert (incar["LDIPOL"], incar["IDIPOL"]) == (True, 3)
    assert incar["ISPIN"] == 2
    assert incar["MAGMOM"] == [0.0] + 4 * [0.9] + 13 * [0.0]
    middle = [float(part) for part in str(incar["DIPOL"]).strip("[]").replace(",", " ").split()]
    assert middle == pytest.approx([0.5, 0.5, job.slab_middle], abs=1e-4)
    assert files["INCAR"].isascii()
    assert files["POSCAR"].startswith("CO on Pt3Ni(111), ontop-1\n")


def test_k_points_are_one_along_the_normal():
    text = vasp_files(dft_job(Surface("Pt(111)").slab(size=(3, 3)), functional="PBE"))["KPOINTS"]
    kpoints = Kpoints.from_str(text)
    assert list(kpoints.kpts[0]) == [4, 4, 1]
    assert kpoints.style.name == "Gamma"


def test_the_potentials_are_named_in_the_order_of_the_structure():
    files = vasp_files(dft_job(covered_slab(), functional="PBE"))
    assert files["POTCAR.spec"].split() == ["C", "Ni_pv", "O", "Pt"]
    assert "cat C/POTCAR Ni_pv/POTCAR O/POTCAR Pt/POTCAR > POTCAR" in files["INCAR"]


def test_only_ferromagnets_are_spin_polarized():
    assert "ISPIN" not in vasp_files(dft_job(Surface("Cu(100)").slab(), functional="PBE"))["INCAR"]


def test_an_element_without_a_potential_is_refused():
    with pytest.raises(SurfaceError, match="no PBE potential for Og"):
        potcar_names(["Pt", "Og"])
