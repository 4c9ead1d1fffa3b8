import numpy as np
import pytest
from ase.build import add_adsorbate, bulk, fcc111, hcp0001

from catml.errors import SurfaceError
from catml.structures.bulk.of_slabs import bulk_crystal, bulk_formula, known_bulk, slab_atoms
from catml.structures.surface import Surface


def test_the_bulk_is_the_one_given_then_the_one_named_then_the_only_element() -> None:
    slab = Surface("Pt3Ni(111)").slab()
    assert known_bulk(slab, None) == Surface("Pt3Ni(111)")
    assert known_bulk(slab, "CuAu(101)") == Surface("CuAu(101)")
    crystal = bulk("Cu")
    assert known_bulk(slab, crystal) is crystal
    assert known_bulk(fcc111("Ag", (1, 1, 3), vacuum=8), None) == Surface("Ag(111)")
    ruthenium = hcp0001("Ru", (1, 1, 3), vacuum=8)
    add_adsorbate(ruthenium, "O", 1.2)
    assert known_bulk(ruthenium, None) == Surface("Ru(0001)")
    assert slab_atoms(ruthenium).tolist() == [0, 1, 2]


def test_a_bulk_that_nobody_says() -> None:
    slab = fcc111("Cu", (1, 1, 3), vacuum=8)
    slab.symbols[0] = "Pd"
    with pytest.raises(SurfaceError, match="Cu2Pd does not say what its bulk is"):
        known_bulk(slab, None)
    slab.info = {"surface": "Cu[x](111)", "crystal": {"formula": "Cu"}}
    with pytest.raises(SurfaceError, match="does not say how the slab was built"):
        known_bulk(slab, None)


def test_formulas() -> None:
    assert bulk_formula(Surface("RuO2(110)")) == {"Ru": 1, "O": 2}
    assert bulk_formula(Surface("Cu0.75Pd0.25(111)")) == {"Cu": 0.75, "Pd": 0.25}
    assert bulk_formula(Surface("Ni@Cu(100)")) == {"Ni": 1}
    assert bulk_formula(bulk("NaCl", "rocksalt", a=5.6, cubic=True)) == {"Cl": 1, "Na": 1}


def test_crystals_have_the_lattice_constants_of_the_slab() -> None:
    slab = Surface("CuAu(101)").slab(lattice=(4.0, 3.7))
    crystal = bulk_crystal(Surface("CuAu(101)"), slab.info["lattice"])
    assert crystal.cell.lengths() == pytest.approx([np.sqrt(8), np.sqrt(8), 3.7])
    assert crystal.get_chemical_formula() == "AuCu"
