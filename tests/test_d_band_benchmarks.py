"""The scripts that make and compare the shipped d bands run, and make what is shipped."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from catml.data.d_band_cards import check_d_band_table, d_band_folder

BENCHMARKS = Path(__file__).parent.parent / "benchmarks"


def output(script: str, *options: str) -> str:
    command = [sys.executable, str(BENCHMARKS / script), *options]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def test_the_comparison_states_every_source_and_draws_them(tmp_path: Path) -> None:
    text = output("elemental_d_bands.py", "--figure", str(tmp_path))
    for source in ("Ruban 1997", "Vojvodic 2014", "Vijay 2022", "fcc(111)", "2021, bulk"):
        assert sum(line.startswith("| ") and source in line for line in text.splitlines()) >= 2
    assert (tmp_path / "elemental_d_bands.png").stat().st_size > 10_000


@pytest.mark.parametrize("key", ["gpaw_alloys", "gpaw_surfaces"])
def test_the_maker_makes_the_shipped_table(tmp_path: Path, key: str) -> None:
    sys.path.insert(0, str(BENCHMARKS))
    try:
        from reference_d_bands import commands, make
    finally:
        sys.path.remove(str(BENCHMARKS))
    shipped = d_band_folder()
    (tmp_path / "d_bands").mkdir()
    shutil.copy(shipped / f"{key}.yaml", tmp_path / "d_bands")
    made = make(key, shipped / f"{key}.csv", tmp_path)
    assert made.startswith(f"{key}: ")
    assert check_d_band_table(key, tmp_path).problems == ()
    for name in (f"{key}.csv", f"{key}.yaml"):
        assert (tmp_path / "d_bands" / name).read_bytes() == (shipped / name).read_bytes()
    lines = commands(key)
    assert all(line.startswith('catml dband "') and "--engine gpaw" in line for line in lines)
