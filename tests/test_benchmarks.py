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


@pytest.mark.slow
def test_sites_where_nothing_stays_are_weighed_down() -> None:
    done = subprocess.run(
        [sys.executable, str(FOLDER / "stable_sites.py"), "ridge"],
        capture_output=True,
        text=True,
        check=True,
    )
    rows = [line.split(" | ") for line in done.stdout.splitlines() if line.startswith("| ")]
    known, everywhere, weighed = (float(row[2].split()[0]) for row in rows[1:])
    assert known < weighed < everywhere


def run_d_bands(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(FOLDER / "d_bands.py"), *arguments],
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.slow
def test_d_bands_of_a_table_are_decoded_and_scored(tmp_path: Path) -> None:
    # Platinum atoms of a mixed Pt3Ni layer on Pt(111): by their electronegativity against that of
    # the 27 atoms within 5.5 Å, four of which are nickel; the nickel atom has none near it.
    rows = ["facet,template,host,guest,site_element,d_center_eV,d_width_eV,mulliken"]
    rows += [f"111,Pt3M-Pt,Pt,{guest},Pt,-2.2,1.9,0.19" for guest in ("Ni", "Co", "Cu")]
    rows += [f"111,Pt,Pt,{strain},Pt,-2.1,1.9,0.0" for strain in ("0.98", "1.02")]
    rows += ["111,AOR,,1,Pt,-2.1,1.9,0.0", "211,Pt3M-Pt,Pt,Ni,Pt,-2.1,1.9,0.1"]
    table = tmp_path / "atoms.csv"
    table.write_text("\n".join([*rows, ""]), encoding="utf-8")
    done = run_d_bands(str(table))
    assert done.returncode == 0, done.stderr
    assert "| kind X3M-X | 3 |" in done.stdout
    assert "| kind X | 2 |" in done.stdout
    assert "## atoms.csv" in done.stdout


@pytest.mark.slow
def test_d_bands_say_what_they_lack(tmp_path: Path) -> None:
    assert "there is no file 'nowhere.csv'" in run_d_bands("nowhere.csv").stderr
    other = tmp_path / "other.csv"
    other.write_text("facet,template\n111,Pt\n", encoding="utf-8")
    assert "lacks the columns host, guest, site_element" in run_d_bands(str(other)).stderr
