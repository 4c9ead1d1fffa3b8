"""d bands by calculation, with an engine that solves a tight-binding Hamiltonian."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from ase import Atoms
from ase.build import bulk, fcc100, fcc111, molecule
from ase.neighborlist import neighbor_list

from catml.descriptors.calculated_d_bands import calculate_d_bands
from catml.descriptors.calculating import cache as dos_cache
from catml.descriptors.calculating.calculated_dos import calculate_dos
from catml.descriptors.calculating.settings import PRESETS, preset_settings
from catml.descriptors.calculating.slab_boxes import kpoint_mesh
from catml.descriptors.d_band import d_band_table
from catml.descriptors.dos_engines import engine_named, register_engine
from catml.elements.d_band_windows import DEFAULT_WINDOW_EV
from catml.errors import CatmlError, DescriptorError
from catml.structures.surface import Surface
from tests.descriptors import d_band_engine

ROOT = Path(__file__).parents[2]
CU = "Cu(111)"


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    register_engine("bands", d_band_engine.calculate, version="1", basis="d orbitals")
    monkeypatch.setenv("CATML_CACHE", str(tmp_path / "cache"))
    d_band_engine.calls.clear()
    return tmp_path / "cache" / "d_bands"


def bands(slabs=CU, **options):
    return calculate_d_bands(slabs, engine="bands", **options)


def run_elsewhere(cache, *, die_at="", names=(CU,)):
    """Start another process that calculates `names` and prints their centres."""
    script = (
        "from tests.descriptors import d_band_engine\n"
        "from catml.descriptors.dos_engines import register_engine\n"
        "from catml.descriptors.calculated_d_bands import calculate_d_bands\n"
        "register_engine('bands', d_band_engine.calculate, version='1')\n"
        f"table = calculate_d_bands({list(names)!r}, engine='bands')\n"
        "print(len(d_band_engine.calls), *table['d_band_center_ev'].map('{:.12f}'.format))\n"
    )
    environment = {**os.environ, "CATML_CACHE": str(cache.parent), "DIE_AT": die_at}
    return subprocess.Popen(
        [sys.executable, "-c", script],
        cwd=ROOT,
        env={**environment, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_the_moments_are_those_that_the_hoppings_sum_to():
    """Centre: the orbitals' own energy. Second moment: the squares of all hoppings, closed form."""
    table = bands(window_ev=(-12, 11.9))
    (found,) = calculate_dos(CU, engine="bands")
    # 1² + 2 (4/6)² + 2 (1/6)² over five orbitals, at the nearest neighbours' distance.
    box = found.slab.box
    (distance,) = {d.round(6) for d in neighbor_list("d", box, 3.0)}
    one = (
        (1 + 2 * 16 / 36 + 2 / 36)
        / 5
        * (d_band_engine.DDS_EV * (d_band_engine.NEAREST_ANG / distance) ** 5) ** 2
    )
    neighbours = {1: 9, 2: 12, 3: 12, 4: 9}
    for row in table.to_dict("records"):
        assert row["d_band_center_ev"] == pytest.approx(-row["fermi_level_ev"], abs=1e-6)
        expected = neighbours[row["layer"]] * one + d_band_engine.BROADENING_EV**2 / 2
        assert row["rms_width_ev"] ** 2 == pytest.approx(expected, abs=1e-4)


def test_the_table_is_that_of_a_file_with_surface_engine_preset_and_layer():
    table = bands()
    (found,) = calculate_dos(CU, engine="bands")
    expected = d_band_table(found.dos, window_ev=DEFAULT_WINDOW_EV)
    pd.testing.assert_frame_equal(table[expected.columns], expected)
    assert list(table.columns[:5]) == ["surface", "engine", "preset", "layer", "atom"]
    assert set(table["surface"]) == {CU}
    assert set(table["engine"]) == {"bands"}
    assert table["layer"].tolist() == [4, 3, 2, 1]
    top = bands(layer=1)
    assert top["atom"].tolist() == [3]
    assert bands(elements=["Cu"])["atom"].isna().tolist() == [*[False] * 4, True]


def test_what_is_known_is_not_calculated_again(capsys):
    first = bands()
    assert d_band_engine.calls == [CU]
    told = capsys.readouterr().err
    assert "iteration 64" in told
    assert "done in" in told
    pd.testing.assert_frame_equal(bands(), first)
    assert d_band_engine.calls == [CU]
    assert "known from a calculation" in capsys.readouterr().err
    bands(quiet=True)
    assert capsys.readouterr() == ("", "")


def test_whoever_built_the_slab_it_is_the_same_calculation():
    slab = Surface(CU).slab(layers=4, functional="PBE")
    bands(slab)
    other = slab.copy()
    other.rotate(37, "z", rotate_cell=True)
    other.rotate(90, (1, 2, 0), rotate_cell=True)
    other.center(vacuum=4.0, axis=2)
    other.wrap()
    other.info.clear()
    table = bands(other)
    assert d_band_engine.calls == [CU]
    assert set(table["surface"]) == {"Cu4"}


def test_what_changes_the_result_is_calculated():
    same = [CU, Surface(CU)]
    for slab in same:
        bands(slab)
    assert len(d_band_engine.calls) == 1
    bands(layers=5)
    bands(settings=preset_settings("draft", kpoint_density_ang=1.4))
    bands("Cu(100)")
    register_engine("bands", d_band_engine.calculate, version="2")
    bands()
    assert len(d_band_engine.calls) == 5
    bands(settings=preset_settings("draft", max_iterations=10))
    assert len(d_band_engine.calls) == 5


@pytest.mark.parametrize("damage", ["cut", "noise", "empty", "of another"])
def test_a_damaged_result_is_calculated_again(cache, capsys, damage):
    first = bands()
    (file,) = cache.glob("*.npz")
    whole = file.read_bytes()
    if damage == "of another":
        bands("Ni(111)")
        (other,) = set(cache.glob("*.npz")) - {file}
        file.write_bytes(other.read_bytes())
    else:
        half = len(whole) // 2
        noise = whole[:half] + bytes(200) + whole[half + 200 :]
        file.write_bytes({"cut": whole[:half], "noise": noise, "empty": b""}[damage])
    capsys.readouterr()
    pd.testing.assert_frame_equal(bands(), first)
    assert "damaged and is calculated again" in capsys.readouterr().err
    assert d_band_engine.calls.count(CU) == 2
    assert dos_cache.kept(file.stem) is not None


@pytest.mark.parametrize(
    "die_at",
    [pytest.param("1", marks=pytest.mark.slow), "40", pytest.param("64", marks=pytest.mark.slow)],
)
def test_a_killed_calculation_goes_on(cache, die_at):
    died = run_elsewhere(cache, die_at=die_at)
    _, told = died.communicate(timeout=300)
    assert died.returncode == -9
    assert f"iteration {die_at}," in told
    assert not list(cache.glob("*.npz"))
    lived = run_elsewhere(cache)
    centers, told = lived.communicate(timeout=300)
    assert f"iteration {die_at}," not in told
    assert ("iteration 64" in told) == (die_at != "64")
    fresh = bands(settings=preset_settings("draft", bands_percent=201))
    expected = [f"{center:.12f}" for center in fresh["d_band_center_ev"]]
    assert centers.split() == ["1", *expected]
    assert not list(cache.glob("*.work"))


def test_of_several_the_finished_ones_are_not_repeated(cache):
    bands("Cu(100)")
    died = run_elsewhere(cache, die_at="64", names=["Cu(100)", "Ni(111)", CU])
    died.communicate(timeout=300)
    assert died.returncode == -9
    lived = run_elsewhere(cache, names=["Cu(100)", "Ni(111)", CU])
    out, told = lived.communicate(timeout=300)
    assert out.split()[0] == "2"
    assert "Cu(100): known" in told


def test_two_processes_calculate_it_once(cache):
    both = [run_elsewhere(cache) for _ in range(2)]
    answers = [one.communicate(timeout=300)[0].split() for one in both]
    assert answers[0][1:] == answers[1][1:]
    assert len(answers[0]) == 5
    assert sorted(answer[0] for answer in answers) == ["0", "1"]
    assert len(list(cache.glob("*.npz"))) == 1


def test_one_that_fails_keeps_none_of_the_others_back(capsys):
    def fails_on_nickel(atoms, settings, run):
        if "Ni" in atoms.symbols:
            raise DescriptorError("Ni(111): it does not converge; try more k-points")
        return d_band_engine.calculate(atoms, settings, run)

    register_engine("picky", fails_on_nickel)
    with pytest.raises(DescriptorError) as caught:
        calculate_d_bands(["Ni(111)", CU], engine="picky")
    assert str(caught.value) == (
        "1 of 2 slabs are calculated and kept; this one failed: "
        "Ni(111): it does not converge; try more k-points"
    )
    capsys.readouterr()
    calculate_d_bands(CU, engine="picky")
    assert "known" in capsys.readouterr().err


def test_slabs_of_other_builders_and_their_order_of_atoms():
    slab = fcc111("Cu", (1, 1, 4), a=3.61, vacuum=7)
    table = bands(slab)
    shuffled = slab[[2, 0, 3, 1]]
    again = bands(shuffled)
    left = table.set_index("layer")["d_band_center_ev"]
    right = again.set_index("layer")["d_band_center_ev"]
    np.testing.assert_allclose(left.sort_index(), right.sort_index(), atol=1e-9)
    # Four hollow sites of fcc(100): 8 neighbours at the surface, 12 below.
    square = bands(fcc100("Cu", (1, 1, 4), a=3.61, vacuum=7), window_ev=(-12, 11.9))
    broad = d_band_engine.BROADENING_EV**2 / 2
    squared = (square["rms_width_ev"] ** 2 - broad).tolist()
    assert squared[0] / squared[1] == pytest.approx(8 / 12, rel=1e-4)


def test_what_comes_back_must_fit():
    def of_other_atoms(atoms, settings, run):
        return d_band_engine.calculate(atoms[1:], settings, run)

    register_engine("wrong", of_other_atoms)
    with pytest.raises(DescriptorError, match="returned the states of 3 atoms"):
        calculate_d_bands(CU, engine="wrong")


@pytest.mark.parametrize(
    ("slab", "options", "says"),
    [
        (CU, {"engine": "vasp"}, "no engine 'vasp'; there are .*gpaw"),
        (CU, {"preset": "fast"}, "no preset 'fast'; choose draft or standard"),
        ("Al(111)", {}, "Al is outside groups 3 to 12"),
        (bulk("Cu"), {}, "not a slab.*Add vacuum"),
        (Atoms("NiO", [(0, 0, 0), (0, 0, 1.7)]), {}, "not a slab: it must be periodic"),
        (molecule("H2O"), {}, "no d band"),
        ("Cu(", {}, "Cu"),
        (Surface(CU).slab(), {"layers": 5}, "finished slab has its layers"),
        (3, {}, "3 is no slab; give names of surfaces"),
        ([CU, None], {}, "None is no slab"),
        ([], {}, "there is no slab to calculate"),
        (CU, {"layer": 9}, "no layer 9"),
        (CU, {"atoms": [4]}, "no atom 4; its atoms are numbered from 0 to 3"),
        (CU, {"elements": ["Ni"]}, "no atom of Ni; it has Cu"),
        (CU, {"site": "top"}, "no site 'top'; it has"),
        (["Ni(111)", CU], {"elements": ["Ni"]}, r"Cu\(111\) has no atom of Ni"),
        (CU, {"window_ev": (5, -5)}, "is empty; give the lower energy first"),
        (CU, {"window_ev": (1, 3)}, "Fermi level"),
    ],
)
def test_refusals_are_one_message_before_anything_is_calculated(slab, options, says):
    with pytest.raises(CatmlError, match=says) as caught:
        calculate_d_bands(slab, **{"engine": "bands", **options})
    assert "\n" not in str(caught.value)
    assert not d_band_engine.calls


def test_long_calculations_are_asked_for():
    register_engine("slow", d_band_engine.calculate, estimate_s=lambda atoms, settings: 9e3)
    with pytest.raises(DescriptorError, match=r"4 atoms: slow would take about 2 hours.*--long"):
        calculate_d_bands(CU, engine="slow")
    assert not d_band_engine.calls
    calculate_d_bands(CU, engine="slow", allow_long=True)
    calculate_d_bands(CU, engine="slow")  # what is known takes no time
    assert len(d_band_engine.calls) == 1


def test_a_result_says_where_it_comes_from():
    (found,) = calculate_dos(CU, engine="bands", quiet=True)
    assert (found.engine, found.version) == (engine_named("bands"), "1")
    assert found.settings is PRESETS["draft"]
    assert found.kpoints == kpoint_mesh(found.slab.box, PRESETS["draft"]) == (8, 8, 1)
    assert not found.from_cache
    assert found.dos.atoms is found.slab.slab
    (again,) = calculate_dos(CU, engine="bands", quiet=True)
    assert again.from_cache
    assert (again.key, again.seconds) == (found.key, found.seconds)


def test_a_cache_that_cannot_be_written_is_said_so(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("CATML_CACHE", str(tmp_path / "file"))
    with pytest.raises(DescriptorError, match="CATML_CACHE"):
        bands()
