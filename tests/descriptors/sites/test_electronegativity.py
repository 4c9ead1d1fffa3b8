import numpy as np
import pytest
from ase.build import bulk

from catml.descriptors.sites.electronegativity import electronegativities, shell_electronegativity
from catml.structures.batches import batch_of_slab
from catml.structures.surface import Surface

from ..batches import batch_without_sites


def test_mulliken_of_known_elements():
    # R. G. Pearson, Inorg. Chem. 27, 734 (1988), doi:10.1021/ic00277a030, in eV.
    published = {"Ni": 4.40, "Cu": 4.48, "Pd": 4.45, "Ag": 4.44, "Pt": 5.6, "Au": 5.77}
    numbers = {"Ni": 28, "Cu": 29, "Pd": 46, "Ag": 47, "Pt": 78, "Au": 79}
    for element, value in published.items():
        assert electronegativities("mulliken")[numbers[element]] == pytest.approx(value, abs=0.06)


def test_scales_are_read_only_and_missing_where_unknown():
    assert np.isnan(electronegativities("pauling")[18])
    with pytest.raises(ValueError, match="read-only"):
        electronegativities("mulliken")[29] = 0


@pytest.mark.parametrize(("scale", "cu", "pd"), [("pauling", 1.90, 2.20), ("mulliken", None, None)])
def test_shell_is_a_geometric_mean(scale, cu, pd):
    alloy = bulk("Cu", "fcc", a=3.7, cubic=True)
    alloy.symbols[0] = "Pd"
    cu = cu or electronegativities(scale)[29]
    pd = pd or electronegativities(scale)[46]
    shell = shell_electronegativity(batch_without_sites(alloy), scale=scale)[0]
    # L1_2 by hand: palladium among twelve copper atoms, copper among eight and four palladium.
    assert shell[0] == pytest.approx(cu)
    assert shell[1:] == pytest.approx((cu**8 * pd**4) ** (1 / 12))


def test_elements_without_a_value_take_no_part():
    alloy = bulk("Cu", "fcc", a=3.7, cubic=True)
    alloy.symbols[0] = "Ar"
    shell = shell_electronegativity(batch_without_sites(alloy), scale="pauling")
    assert shell == pytest.approx(1.90)
    dimer = bulk("Ar", "fcc", a=5.3)
    assert np.isnan(shell_electronegativity(batch_without_sites(dimer), scale="pauling")).all()


def test_only_the_atoms_asked_for():
    batch = batch_of_slab(Surface("Cu3Zr@Cu(100)").slab(layers=6))
    every = shell_electronegativity(batch, scale="mulliken")
    some = shell_electronegativity(batch, scale="mulliken", atoms=np.array([2, 5]))
    assert (some == every[:, [2, 5]]).all()
