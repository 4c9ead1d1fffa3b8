from pathlib import Path

import numpy as np
import pytest
from ase.io import read

from catml.errors import SurfaceError
from catml.structures.dft.calculations import (
    folder_name,
    roomy_size,
    slab_for_calculation,
    write_structures,
)
from catml.structures.surface import Surface


@pytest.mark.parametrize(
    ("name", "size"),
    [
        ("Pt(111)", (2, 2)),
        ("Pt(211)", (2, 1)),
        ("Pt3Ni(111)", (1, 1)),
        ("CuAu(101)", (2, 1)),
        ("Pt1/Cu(111)", (3, 3)),
    ],
)
def test_copies_of_an_adsorbate_keep_their_distance(name: str, size: tuple[int, int]) -> None:
    assert roomy_size(Surface(name).slab()) == size
    slab = slab_for_calculation(Surface(name), functional="RPBE")
    assert slab.info["size"] == list(size)
    assert slab.cell.lengths()[:2].min() > 4.8


def test_the_lower_half_is_held_and_the_lattice_is_the_functionals() -> None:
    slab = slab_for_calculation(Surface("Pt(211)"), functional="PBE")
    (held,) = slab.constraints
    assert set(slab.get_tags()[held.index]) == {5, 6, 7}  # 7 layers, counted from the top
    plain = Surface("Pt(211)").slab(functional="PBE")
    assert slab.info["lattice"] == plain.info["lattice"]
    assert slab.info["lattice"] != Surface("Pt(211)").slab().info["lattice"]
    free = slab_for_calculation(Surface("Pt(111)"), functional="PBE", layers=5, fixed_layers=0)
    assert not free.constraints
    assert free.info["layers"] == 5


def test_clean_and_covered_slab_are_written_for_every_code(tmp_path: Path) -> None:
    slab = slab_for_calculation(Surface("Cu3Zr@Cu(100)"), functional="RPBE")
    names = write_structures(
        slab,
        tmp_path,
        name="Cu3Zr@Cu(100)",
        adsorbate="CO",
        site="ontop-1",
        codes=("vasp", "espresso", "vasp"),
        functional="RPBE",
    )
    assert names == ["slab", "CO-ontop-1"]
    for name in names:
        assert sorted(path.name for path in (tmp_path / name).iterdir()) == [
            "espresso",
            "structure.extxyz",
            "vasp",
        ]
    covered = read(tmp_path / "CO-ontop-1" / "structure.extxyz")
    clean = read(tmp_path / "slab" / "structure.extxyz")
    assert covered.get_chemical_symbols()[len(clean) :] == ["C", "O"]
    np.testing.assert_allclose(covered.positions[: len(clean)], clean.positions)
    carbon = covered.positions[-2]
    below = clean.positions[np.argmin(np.linalg.norm(clean.positions - carbon, axis=1))]
    np.testing.assert_allclose(below[:2], carbon[:2], atol=1e-6)
    titles = [(tmp_path / name / "vasp" / "POSCAR").read_text().split("\n")[0] for name in names]
    assert titles == ["Cu3Zr@Cu(100)", "CO on Cu3Zr@Cu(100), ontop-1"]


def test_a_site_that_does_not_exist_is_refused_with_those_that_do(tmp_path: Path) -> None:
    slab = slab_for_calculation(Surface("Cu(100)"), functional="RPBE")
    with pytest.raises(SurfaceError, match="no site 'top'; it has ontop-1, bridge-1, hollow-4fold"):
        write_structures(
            slab,
            tmp_path,
            name="Cu(100)",
            adsorbate="CO",
            site="top",
            codes=(),
            functional="RPBE",
        )


@pytest.mark.parametrize(
    "text", ["Pt1/Cu(111)", "../x", "Pt3Ni(100):NiPt", "Cu0.75Pd0.25{ordered}(111)"]
)
def test_folder_names_need_no_quoting(text: str) -> None:
    name = folder_name(text)
    assert set(name) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.+-_")
    assert name.strip(".")
