from pathlib import Path

import numpy as np
import pytest
from ase.constraints import FixAtoms
from ase.io import read, write

from catml.errors import SurfaceError
from catml.structures.files import read_slab, write_slab
from catml.structures.surface import Surface


@pytest.mark.parametrize("name", ["a.extxyz", "a.cif", "a.traj", "POSCAR", "a.xyz", "a.json"])
def test_a_slab_comes_back_as_it_was(tmp_path: Path, name: str) -> None:
    slab = Surface("Pt3Ni(111)").slab()
    back = read(write_slab(slab, tmp_path / name))
    assert sorted(back.get_chemical_symbols()) == sorted(slab.get_chemical_symbols())
    if name != "a.xyz":
        assert np.allclose(back.cell.cellpar(), slab.cell.cellpar(), atol=1e-5)
    assert [path.name for path in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize(
    "name", ["a.nonsense", "slab", "missing/a.extxyz", "a.pwi", "a.ascii", "a.car"]
)
def test_what_cannot_be_written_is_one_message_and_leaves_nothing(
    tmp_path: Path, name: str
) -> None:
    with pytest.raises(SurfaceError, match="cannot be written"):
        write_slab(Surface("Cu(111)").slab(), tmp_path / name)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["a.extxyz", "a.traj", "a.json", "POSCAR", "a.vasp"])
def test_fixed_atoms_stay_fixed(tmp_path: Path, name: str) -> None:
    slab = Surface("Pt3Ni(111)").slab()
    slab.set_constraint(FixAtoms(indices=[1, 5]))
    back = read_slab(write_slab(slab, tmp_path / name))
    (held,) = back.constraints
    assert np.allclose(back.positions[np.sort(held.index)], slab.positions[[1, 5]], atol=1e-6)


@pytest.mark.parametrize("name", ["POSCAR", "a.vasp", "POSCAR.gz"])
def test_each_element_stands_once_in_the_files_of_vasp(tmp_path: Path, name: str) -> None:
    slab = Surface("Pt3Ni(100):NiPt").slab(fixed_layers=1)
    written = write_slab(slab, tmp_path / name)
    back = read(written, format="vasp")
    assert back.get_chemical_symbols() == ["Ni"] * 2 + ["Pt"] * 6
    (held,) = back.constraints
    assert sorted(back.symbols[held.index]) == sorted(slab.symbols[slab.constraints[0].index])
    assert np.allclose(back.positions[held.index, 2], slab.positions[:, 2].min())


def test_what_is_in_the_way_of_a_file_is_said(tmp_path: Path) -> None:
    slab = Surface("Cu(111)").slab()
    with pytest.raises(SurfaceError, match="it is a folder"):
        write_slab(slab, tmp_path)
    with pytest.raises(SurfaceError, match="knows no such format"):
        write_slab(slab, tmp_path / "slab.nonsense")
    with pytest.raises(SurfaceError, match="takes more than a structure"):
        write_slab(slab, tmp_path / "slab.pwi")


def test_a_slab_read_back_says_what_it_is(tmp_path: Path) -> None:
    slab = Surface("CuAu(101)").slab()
    back = read_slab(write_slab(slab, tmp_path / "slab.extxyz"))
    assert back.info["surface"] == "CuAu(101)"
    assert back.info["lattice"]["a_ang"] == slab.info["lattice"]["a_ang"]
    assert np.allclose(back.positions, slab.positions)


def test_one_of_several_structures_must_be_named(tmp_path: Path) -> None:
    slabs = [Surface(name).slab() for name in ("Cu(111)", "Cu(100)", "Cu(211)")]
    path = tmp_path / "relaxed.traj"
    write(path, slabs)
    with pytest.raises(SurfaceError, match=r"holds 3 structures; .*relaxed\.traj@-1"):
        read_slab(path)
    assert len(read_slab(f"{path}@-1")) == len(slabs[2])
    assert len(read_slab(f"{path}@1")) == len(slabs[1])
    for frame in (3, -4):
        with pytest.raises(SurfaceError, match=f"no structure {frame}; it holds 3"):
            read_slab(f"{path}@{frame}")


def test_a_file_whose_name_has_an_at_sign_is_taken_as_it_is(tmp_path: Path) -> None:
    written = write_slab(Surface("Ni@Cu(100)").slab(), tmp_path / "slab.traj")
    assert len(read_slab(written.rename(tmp_path / "slab@1"))) == 4


BROKEN = {
    "cut.extxyz": '4\nLattice="1 0 0 0 1 0 0 0 9" Properties=species:S:1:pos:R:3\nCu 0 0',
    "text.cif": "this is not a crystal",
    "POSCAR": "Cu\n1.0\n1 0 0\n0 1 0\n",
    "noise.traj": "\x00\x01\x02",
    "noise.json": "{",
    "slab.xyz": "many\n",
    "data.nonsense": "1 2 3",
    "vasprun.xml": "<modeling><unclosed></modeling>",
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_is_one_message(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_text(BROKEN[name])
    with pytest.raises(SurfaceError, match="slab file") as refusal:
        read_slab(path)
    assert str(path) in str(refusal.value)
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize(
    ("name", "said"),
    [("none.cif", "does not exist"), ("folder", "is a folder"), ("e.cif", "empty")],
)
def test_what_is_no_file_with_a_slab_is_one_message(tmp_path: Path, name: str, said: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "e.cif").touch()
    with pytest.raises(SurfaceError, match=said):
        read_slab(tmp_path / name)
