from pathlib import Path

import numpy as np
import pytest
from ase import Atoms
from ase.build import bulk, fcc111, molecule
from ase.io import write
from pymatgen.core import Lattice, Structure

from catml.errors import SurfaceError
from catml.structures.bulk.crystal_files import read_crystal
from tests.structures.crystal_examples import CRYSTALS


@pytest.mark.parametrize("name", ["rutile.cif", "POSCAR", "rutile.vasp", "rutile.extxyz"])
def test_formats_give_one_crystal(tmp_path: Path, name: str) -> None:
    write(tmp_path / name, CRYSTALS["rutile"])
    crystal = read_crystal(tmp_path / name)
    assert crystal.formula == "RuO2"
    assert crystal.source == str(tmp_path / name)
    assert crystal.lengths_ang == pytest.approx((4.4968, 4.4968, 3.1049), abs=1e-4)
    assert crystal == read_crystal(str(tmp_path / name))


def test_structures_of_pymatgen() -> None:
    lattice = Lattice.tetragonal(4.4968, 3.1049)
    structure = Structure.from_spacegroup(
        "P4_2/mnm", lattice, ["Ru", "O"], [[0, 0, 0], [0.3053, 0.3053, 0]]
    )
    assert read_crystal(structure).positions == read_crystal(CRYSTALS["rutile"]).positions
    mixed = Structure(Lattice.cubic(3.6), [{"Cu": 0.5, "Ni": 0.5}], [[0, 0, 0]])
    with pytest.raises(SurfaceError, match="several elements share"):
        read_crystal(mixed)


def test_a_label_of_ones_own() -> None:
    crystal = read_crystal(CRYSTALS["anatase"], label="anatase")
    assert crystal.label == "anatase"
    assert read_crystal(crystal) is crystal
    assert read_crystal(crystal, label="mine").label == "mine"


@pytest.mark.parametrize(
    ("label", "said"),
    [
        ("P4/mnm", "letters, digits"),
        ("", "letters, digits"),
        ("a-b", "letters"),
        ("L12", "prototype"),
    ],
)
def test_labels_that_cannot_be(label: str, said: str) -> None:
    with pytest.raises(SurfaceError, match=said):
        read_crystal(CRYSTALS["copper"], label=label)


def test_files_that_are_no_crystal(tmp_path: Path) -> None:
    with pytest.raises(SurfaceError, match=r"crystal file .*none.cif' does not exist"):
        read_crystal(tmp_path / "none.cif")
    with pytest.raises(SurfaceError, match="crystal file '' does not exist"):
        read_crystal("")
    with pytest.raises(SurfaceError, match="is a folder"):
        read_crystal(tmp_path)
    empty = tmp_path / "empty.cif"
    empty.write_text("")
    with pytest.raises(SurfaceError, match="is empty"):
        read_crystal(empty)
    for name in ("broken.cif", "POSCAR", "broken.extxyz", "broken.xyzzy"):
        broken = tmp_path / name
        broken.write_text("this is\nno structure\n")
        with pytest.raises(SurfaceError, match=r"crystal file .*(cannot be read|no format)"):
            read_crystal(broken)
    several = tmp_path / "two.extxyz"
    write(several, [bulk("Cu"), bulk("Cu", a=3.7)])
    with pytest.raises(SurfaceError, match="holds 2 structures"):
        read_crystal(several)
    assert read_crystal(f"{several}@1").lengths_ang[0] == pytest.approx(3.7)


def test_files_with_errors_in_them(tmp_path: Path) -> None:
    whole = tmp_path / "whole.cif"
    write(whole, CRYSTALS["rutile"])
    text = whole.read_text()
    half = tmp_path / "half.cif"
    half.write_text(text[: len(text) // 2])
    with pytest.raises(SurfaceError, match="no complete structure"):
        read_crystal(half)
    unknown = tmp_path / "unknown.cif"
    unknown.write_text(text.replace("Ru", "Zz"))
    with pytest.raises(SurfaceError, match="there is no element 'Zz'"):
        read_crystal(unknown)
    prose = tmp_path / "prose.cif"
    prose.write_text("hello world\n")
    with pytest.raises(SurfaceError, match="of another format than it is named"):
        read_crystal(prose)


def test_partly_occupied_sites_in_a_cif(tmp_path: Path) -> None:
    path = tmp_path / "solution.cif"
    mixed = Structure(Lattice.cubic(3.6), [{"Cu": 0.5, "Ni": 0.5}], [[0, 0, 0]])
    mixed.to(str(path), fmt="cif")
    with pytest.raises(SurfaceError, match="several elements share"):
        read_crystal(path)


@pytest.mark.parametrize(
    ("atoms", "said"),
    [
        (molecule("H2O"), "repeats in three directions"),
        (Atoms(), "0 atoms"),
        (Atoms("Cu", cell=[3, 3, 3], pbc=(True, True, False)), "repeats in three directions"),
        (Atoms("Cu", cell=[[1, 0, 0], [2, 0, 0], [0, 0, 1]], pbc=True), "cell of 0 Å3"),
        (Atoms("Cu2", positions=[[0, 0, 0], [0, 0, 0.1]], cell=[3, 3, 3], pbc=True), "0.10 Å"),
        (Atoms("CuX", positions=[[0, 0, 0], [0, 0, 2]], cell=[4, 4, 4], pbc=True), "element"),
        (Atoms("Cu", positions=[[0, 0, np.nan]], cell=[3, 3, 3], pbc=True), "finite numbers"),
        (Atoms("Cu", cell=[3, 3, np.nan], pbc=True), "finite numbers"),
        (fcc111("Cu", (1, 1, 4), vacuum=8, periodic=True), "empty space along its cell vector 3"),
        (42, "got 42 of type int"),
    ],
)
def test_structures_that_are_no_bulk(atoms: object, said: str) -> None:
    with pytest.raises(SurfaceError, match=said):
        read_crystal(atoms)  # type: ignore[arg-type]


def test_reading_leaves_the_atoms_alone() -> None:
    given = CRYSTALS["wurtzite"].copy()
    before = given.copy()
    read_crystal(given)
    assert given == before
    np.testing.assert_array_equal(given.positions, before.positions)
