from pathlib import Path

import numpy as np
import pytest
from ase.io import read

from catml.errors import SurfaceError
from catml.structures.files import write_slab
from catml.structures.surface import Surface


@pytest.mark.parametrize("name", ["a.extxyz", "a.cif", "a.traj", "POSCAR", "a.xyz", "a.json"])
def test_a_slab_comes_back_as_it_was(tmp_path: Path, name: str) -> None:
    slab = Surface("Pt3Ni(111)").slab()
    back = read(write_slab(slab, tmp_path / name))
    assert sorted(back.get_chemical_symbols()) == sorted(slab.get_chemical_symbols())
    if name != "a.xyz":
        assert np.allclose(back.cell.cellpar(), slab.cell.cellpar(), atol=1e-5)
    assert [path.name for path in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize("name", ["a.nonsense", "slab", "missing/a.extxyz"])
def test_what_cannot_be_written_is_one_message_and_leaves_nothing(
    tmp_path: Path, name: str
) -> None:
    with pytest.raises(SurfaceError, match="cannot be written"):
        write_slab(Surface("Cu(111)").slab(), tmp_path / name)
    assert list(tmp_path.iterdir()) == []
