"""The benchmarks run, and what they count is right; how fast is not tested."""

import subprocess
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent.parent / "benchmarks"
BENCHMARK = FOLDER / "structures.py"


@pytest.mark.slow
def test_the_benchmark_runs_beside_every_tool() -> None:
    done = subprocess.run(
        [sys.executable, str(BENCHMARK), "sites"], capture_output=True, text=True, check=True
    )
    assert "every count right: **met**" in done.stdout
    assert "CatKit's `AdsorptionSites`" in done.stdout


@pytest.mark.slow
def test_an_unknown_section_is_named() -> None:
    done = subprocess.run(
        [sys.executable, str(BENCHMARK), "speed"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "unknown section 'speed': choose of family, slabs, sites, scaling" in done.stderr


@pytest.mark.slow
def test_the_descriptors_are_timed_beside_every_tool(tmp_path: Path) -> None:
    file = tmp_path / "costs.md"
    script = [sys.executable, str(FOLDER / "descriptors.py"), "coordination", "-o", str(file)]
    done = subprocess.run(script, capture_output=True, text=True, check=True)
    rows = [line.split(" | ") for line in file.read_text().splitlines() if line.startswith("| ")]
    assert {row[3] for row in rows if row[0] in ("| catml", "| ASE")} == {"9"}
    assert {row[0] for row in rows} >= {"| pymatgen", "| DScribe"}
    assert "faster than VoronoiNN of one: **" in done.stdout


@pytest.mark.slow
def test_the_similarity_of_sites_predicts_energies_of_compositions_it_has_not_seen() -> None:
    script = FOLDER / "site_similarity.py"
    done = subprocess.run(
        [sys.executable, str(script), "CO"], capture_output=True, text=True, check=True
    )
    errors = {}
    for line in done.stdout.splitlines():
        if "| composition, 10-fold | 285 in 145 groups |" in line:
            _, _, _, _, method, mean_absolute_error, *_ = line.split("|")
            errors[method.strip()] = float(mean_absolute_error.split()[0])
    assert errors["similarity of sites (SOAP)"] < 0.1
    assert errors["the mean of the training rows"] > 0.4
