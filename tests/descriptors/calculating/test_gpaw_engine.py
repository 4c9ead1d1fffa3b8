"""The GPAW engine. GPAW itself runs in processes of its own: beside pytest it changes numpy."""

import json
import os
import signal
import subprocess
import sys

import pytest

from catml.cli import main
from catml.data.d_bands import load_d_bands
from catml.descriptors.calculating.gpaw_engine import calculate_with_gpaw, estimated_seconds
from catml.descriptors.calculating.settings import PRESETS
from catml.descriptors.calculating.slab_boxes import slab_box
from catml.descriptors.dos_engines import register_engine

# Coarser than draft, but for the real thing: about 5 s on one core.
QUICK = [
    "--layers",
    "3",
    "--set",
    "cutoff_ev=300",
    "--set",
    "kpoint_density_ang=1.4",
    "--set",
    "vacuum_ang=6",
]


def test_without_gpaw_one_message_says_how_to_install_it(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("CATML_CACHE", str(tmp_path))
    monkeypatch.setitem(sys.modules, "gpaw", None)
    assert main(["dband", "Cu(111)", "--engine", "gpaw", "--json"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    assert "GPAW is not installed" in err
    assert "libxc-dev libopenblas-dev libopenmpi-dev" in err
    assert "pip install 'catml[gpaw]'" in err


@pytest.mark.parametrize(
    ("surface", "preset", "seconds"),
    [
        ("Cu(111)", "draft", 14),
        ("Ag(111)", "draft", 27),
        ("Pt(111)", "draft", 31),
        ("Cu(111)", "standard", 50),
        ("Ag(111)", "standard", 90),
    ],
)
def test_times_are_estimated_within_a_factor_of_2(surface, preset, seconds):
    """Against times measured on one core."""
    settings = PRESETS[preset]
    estimate = estimated_seconds(slab_box(surface, settings).box, settings)
    assert seconds / 2 < estimate < seconds * 2


def test_large_slabs_are_refused_with_the_time_they_take(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("CATML_CACHE", str(tmp_path))
    register_engine("large", calculate_with_gpaw, version="1", estimate_s=estimated_seconds)
    assert main(["dband", "Pt1/Cu(111)", "--engine", "large"]) == 2
    assert "has 36 atoms: large would take about" in capsys.readouterr().err


def dband(cache, *arguments):
    """Start the command in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "catml", "dband", *arguments, "--engine", "gpaw"],
        env={**os.environ, "CATML_CACHE": str(cache)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finished(process):
    out, err = process.communicate(timeout=600)
    assert process.returncode == 0, err
    return json.loads(out), err


@pytest.mark.slow
def test_copper_at_the_draft_preset(tmp_path):
    store, picture = tmp_path / "mine.csv", tmp_path / "dos.png"
    options = ("Cu(111)", "--window", "-12", "5", "--json", "--store", str(store))
    rows, told = finished(dband(tmp_path, *options, "--plot", str(picture)))
    assert "k-points 8 × 8 × 1" in told
    assert [row["layer"] for row in rows] == [4, 3, 2, 1]
    top, below = rows[3], rows[2]
    assert top["d_band_center_ev"] == pytest.approx(-2.42, abs=0.1)
    assert top["d_band_center_ev"] > below["d_band_center_ev"] + 0.1
    assert top["rms_width_ev"] < below["rms_width_ev"]
    assert top["filling"] > 0.95
    # Both sides are alike; the measured work function of Cu(111) is 4.94 eV.
    assert top["d_band_center_ev"] == pytest.approx(rows[0]["d_band_center_ev"], abs=0.005)
    assert top["work_function_ev"] == pytest.approx(4.94, abs=0.2)
    assert top["lower_work_function_ev"] == pytest.approx(top["work_function_ev"], abs=1e-6)
    assert picture.read_bytes().startswith(b"\x89PNG")
    table = load_d_bands(store)
    assert set(table["layer"]) == {1, 2}
    assert set(table["code"]) == {"GPAW"}
    assert set(table["cutoff_ev"]) == {350}
    again, told = finished(dband(tmp_path, *options))
    assert again == rows
    assert "iteration" not in told


@pytest.mark.slow
def test_killed_it_goes_on_and_gives_the_same(tmp_path):
    whole, told = finished(dband(tmp_path / "whole", "Cu(111)", *QUICK, "--json"))
    whole_iterations = told.count("iteration")
    assert whole_iterations > 10
    broken = dband(tmp_path / "broken", "Cu(111)", *QUICK, "--json")
    for line in broken.stderr:
        if "iteration 10," in line:
            broken.send_signal(signal.SIGKILL)
            break
    broken.communicate(timeout=60)
    assert broken.returncode == -signal.SIGKILL
    folder = tmp_path / "broken" / "d_bands"
    assert not list(folder.glob("*.npz"))
    assert list(folder.glob("*.work/restart.gpw"))
    resumed, told = finished(dband(tmp_path / "broken", "Cu(111)", *QUICK, "--json"))
    assert "goes on where it was stopped" in told
    assert told.count("iteration") < whole_iterations
    for one, other in zip(resumed, whole, strict=True):
        for name in ("d_band_center_ev", "rms_width_ev", "work_function_ev", "upper_edge_ev"):
            assert one[name] == pytest.approx(other[name], abs=0.005)
        assert one["filling"] == pytest.approx(other["filling"], abs=1e-3)


@pytest.mark.slow
def test_a_broken_restart_file_starts_it_again(tmp_path):
    options = ("Cu(111)", *QUICK, "--json", "--set")
    stopped = dband(tmp_path, *options, "max_iterations=4")
    _, told = stopped.communicate(timeout=120)
    assert stopped.returncode == 2
    assert "did not become self-consistent in 4 iterations. Ask again to go on" in told
    assert "Traceback" not in told
    (restart,) = tmp_path.glob("d_bands/*.work/restart.gpw")
    whole = restart.read_bytes()
    restart.write_bytes(whole[: len(whole) // 2])
    rows, told = finished(dband(tmp_path, *options, "max_iterations=100"))
    assert "its restart file cannot be read, so it starts again" in told
    assert rows[-1]["layer"] == 1


@pytest.mark.slow
def test_sides_that_differ_have_work_functions_of_their_own(tmp_path):
    """Copper above gold: near those of Cu(111) and Au(111), 4.94 and 5.31 eV measured."""
    rows, _ = finished(dband(tmp_path, "Au@Cu(111)", *QUICK, "--json"))
    assert rows[-1]["element"] == "Cu"
    assert rows[-1]["work_function_ev"] == pytest.approx(4.94, abs=0.35)
    assert rows[-1]["lower_work_function_ev"] == pytest.approx(5.31, abs=0.35)
    assert rows[-1]["lower_work_function_ev"] > rows[-1]["work_function_ev"] + 0.1


@pytest.mark.slow
def test_magnetic_metals_converge_with_their_moment(tmp_path):
    rows, told = finished(dband(tmp_path, "Co[A1](111)", *QUICK, "--layer", "1", "--json"))
    assert told.count("iteration") < 60
    spins = {row["spin"]: row for row in rows}
    assert list(spins) == ["both", "up", "down"]
    splitting = spins["down"]["d_band_center_ev"] - spins["up"]["d_band_center_ev"]
    assert 1.2 < splitting < 2.2
    assert spins["both"]["effective_center_ev"] < spins["both"]["d_band_center_ev"]


@pytest.mark.slow
def test_what_gpaw_refuses_is_one_message(tmp_path):
    for arguments, says in (
        (("--set", "functional=NoSuch"), "NoSuch"),
        (("Tc(0001)",), "Tc(0001): GPAW has no PBE setup of one of its elements, Tc"),
    ):
        surface = () if arguments[0].endswith(")") else ("Cu(111)",)
        process = dband(tmp_path, *surface, *arguments, *QUICK)
        out, err = process.communicate(timeout=120)
        assert process.returncode == 2
        assert out == ""
        assert says in err
        assert "Traceback" not in err
