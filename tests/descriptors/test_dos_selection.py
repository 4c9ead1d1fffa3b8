import ase.build
import pytest

import catml
from catml.descriptors.dos import dos_from_arrays
from catml.descriptors.dos_selection import select_atoms
from catml.errors import DescriptorError
from tests.descriptors.covered_copper import ENERGY, box, covered_slab, covered_slab_dos


@pytest.fixture(scope="module")
def slab():
    return covered_slab()


@pytest.fixture(scope="module")
def dos():
    return covered_slab_dos()


def test_selections(dos, slab):
    assert select_atoms(dos) == [0, 1, 2, 3]
    assert select_atoms(dos, elements=["O"]) == [4]
    # ASE tags layers from the top.
    for layer in (1, 4):
        expected = [a.index for a in slab if a.tag == layer and a.symbol == "Cu"]
        assert select_atoms(dos, layer=layer) == expected
    assert select_atoms(dos, elements=["Cu", "O"], atoms=[4, 1]) == [1, 4]


def test_layers_of_a_slab_from_a_file_leave_adsorbates_out(slab):
    untagged = slab.copy()
    untagged.set_tags(0)
    dos = dos_from_arrays(ENERGY, [box(-4, 1)] * 5, atoms=untagged)
    top = max(range(4), key=lambda i: slab.positions[i, 2])
    assert select_atoms(dos, layer=1) == [top]


def test_atoms_that_bind_a_site():
    atoms = ase.build.fcc111("Pt", (2, 2, 4), vacuum=8.0)
    dos = dos_from_arrays(ENERGY, [box(-6, 1)] * len(atoms), atoms=atoms)
    sites = {site.id: site for site in catml.find_sites(atoms)}
    hollow = sites["hollow-fcc-1"]
    chosen = select_atoms(dos, site="hollow-fcc-1")
    assert chosen == sorted(hollow.atoms) == select_atoms(dos, site=hollow)
    assert len(chosen) == 3
    assert set(chosen) <= {a.index for a in atoms if a.tag == 1}
    with pytest.raises(DescriptorError, match="no site 'hollow-9'; it has ontop"):
        select_atoms(dos, site="hollow-9")
