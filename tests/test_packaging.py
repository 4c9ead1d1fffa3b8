"""What a user gets: the wheel, installed elsewhere in an environment of its own."""

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    # hatchling and build come with the test extra, so no isolated environment is needed.
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "-o", str(folder), str(ROOT)],
        check=True,
        capture_output=True,
    )
    return next(folder.glob("*.whl"))


def test_the_wheel_holds_data_workflows_and_templates_and_nothing_else(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    for file in (path for path in (ROOT / "datasets").rglob("*") if path.is_file()):
        assert f"catml/shipped/datasets/{file.relative_to(ROOT / 'datasets')}" in names
    for file in (ROOT / "workflows").iterdir():
        assert f"catml/shipped/workflows/{file.name}" in names
    package = {path for path in (ROOT / "catml").rglob("*") if path.is_file()}
    inside = {path for path in package if "__pycache__" not in path.parts}
    assert {path.relative_to(ROOT).as_posix() for path in inside} - names == set()
    assert {path.suffix for path in inside} >= {".py", ".typed", ".csv", ".yaml", ".j2", ".css"}
    tops = {name.split("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"catml"}


@pytest.mark.slow
def test_the_wheel_predicts_and_runs_in_a_fresh_environment_elsewhere(
    wheel: Path, tmp_path: Path
) -> None:
    subprocess.run([sys.executable, "-m", "venv", str(tmp_path / "venv")], check=True)
    programs = tmp_path / "venv" / "bin"
    subprocess.run([programs / "pip", "install", "--quiet", str(wheel)], check=True)

    def catml(*arguments: str) -> str:
        done = subprocess.run(
            [programs / "catml", *arguments],
            cwd=tmp_path,
            env={"CATML_CACHE": str(tmp_path / "cache"), "PATH": str(programs)},
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout

    assert "gpaw_surfaces" in catml("datasets")
    script = (
        "import catml\n"
        "from catml.descriptors.descriptor_table import descriptor_table\n"
        "from catml.descriptors.featurizer import SiteFeaturizer\n"
        "print(len(catml.load_d_bands()), len(descriptor_table('electronic')),\n"
        "      SiteFeaturizer('electronic').fit_transform(['Cu(111)']).notna().all().all())\n"
    )
    said = subprocess.run(
        [programs / "python", "-c", script],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    d_bands, described, complete = said.stdout.split()
    assert int(d_bands) > 100
    assert int(described) > 10
    assert complete == "True"

    rows = json.loads(catml("predict", "N", "Ru3Ni(111)", "--json"))
    assert len(rows) == 9
    lowest = min(rows, key=lambda row: row["energy_ev"])
    # Ru(111) as fcc binds N at -0.65 eV, Ni alloys of Ru alike: hollow, and within half an eV.
    assert lowest["site_kind"] == "hollow"
    assert abs(lowest["energy_ev"] + 0.65) < 0.5
    # The trained model came with the wheel: nothing had to be fitted and kept.
    assert not list((tmp_path / "cache").glob("N-*.skops"))

    shipped = next((tmp_path / "venv").glob("lib/python*/site-packages/catml/shipped"))
    said = catml("run", str(shipped / "workflows" / "co2_reduction.yaml"), "--quiet")
    assert "Report: runs/co2_reduction/report.html" in said
    assert (tmp_path / "runs" / "co2_reduction" / "report.html").stat().st_size > 500_000
