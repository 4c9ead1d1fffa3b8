"""The benchmark of the structures runs, and what it counts is right; how fast is not tested."""

import subprocess
import sys
from pathlib import Path

import pytest

BENCHMARK = Path(__file__).parent.parent / "benchmarks" / "structures.py"


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
