"""A whole run on real data, small enough for every test session."""

import json
import os
import re
import signal
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml
from ase.io import read

import catml
from catml.data.import_file import import_file
from catml.data.importers import write_dataset
from catml.data.tables import load_dataset
from catml.errors import CatmlError, WorkflowError
from catml.screening.reactions import load_reaction
from catml.workflow.config import load_config
from catml.workflow.runner import RunResult, describe_run, run
from catml.workflow.steps import new_model

SMALL: dict[str, Any] = {
    "title": "A small screening",
    "question": "Which skins bind CO like the optimum?",
    "reaction": "co2_reduction",
    "data": {"datasets": ["ma2015", "xu2022"]},
    "candidates": {
        "families": ["pure", "skin", "overlayer"],
        "hosts": ["Cu", "Pt"],
        "guests": ["Ni", "Zr", "Al"],
        "facets": ["100"],
    },
    "model": {"regressor": "ridge", "descriptors": "environment"},
    "validation": {"splits": ["random", "composition"], "folds": 3},
    "ranking": {"samples": 500},
    "report": {"shortlist": 3},
}
# Where it matters little what is screened.
SMALLER: dict[str, Any] = {
    "candidates": {
        "families": ["pure", "skin"],
        "hosts": ["Cu", "Pt"],
        "guests": ["Ni"],
        "facets": ["100"],
    },
    "validation": {"splits": ["composition"], "folds": 2},
    "report": {"shortlist": 1},
}


def write(path: Path, **changes: object) -> Path:
    path.write_text(yaml.safe_dump(SMALL | changes), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> RunResult:
    folder = tmp_path_factory.mktemp("runs")
    return run(write(folder / "small.yaml"), out=folder / "small", workers=1, quiet=True)


def table(done: RunResult, name: str) -> pd.DataFrame:
    return pd.read_csv(done.folder / "tables" / f"{name}.csv", keep_default_na=False)


def test_every_table_figure_and_record_is_there(done: RunResult) -> None:
    tables = {path.stem for path in (done.folder / "tables").iterdir()}
    assert tables >= {"candidates", "sites", "scores", "validation", "training", "left_out"}
    figures = list((done.folder / "figures").glob("*.png"))
    assert {path.stem for path in figures} >= {
        "volcano",
        "parity",
        "calibration",
        "ranking",
        "descriptor-map",
    }
    for figure in figures:
        assert figure.with_suffix(".svg").is_file()
        assert figure.with_suffix(".csv").is_file()
    assert not list(done.folder.parent.glob("*.partial"))


def test_the_record_says_what_was_run_on_what(done: RunResult) -> None:
    record = json.loads((done.folder / "run.json").read_text())
    assert record["workflow"]["candidates"]["guests"] == ["Ni", "Zr", "Al"]
    assert record["versions"]["catml"] == catml.__version__
    assert set(record["checksums"]) == {
        "small.yaml",
        "ma2015.csv",
        "xu2022.csv",
        "catml (all modules)",
    }
    assert all(re.fullmatch("[0-9a-f]{64}", value) for value in record["checksums"].values())
    resolved = yaml.safe_load((done.folder / "workflow.yaml").read_text())
    assert resolved["ranking"] == {
        "samples": 500,
        "site_error_correlation": 0.5,
        "site_survival": False,
    }


def test_the_written_configuration_runs_and_gives_the_same_tables(
    done: RunResult, tmp_path: Path
) -> None:
    again = run(done.folder / "workflow.yaml", out=tmp_path / "again", workers=2, quiet=True)
    for path in sorted((done.folder / "tables").iterdir()):
        assert path.read_bytes() == (again.folder / "tables" / path.name).read_bytes(), path.name


def test_candidates_are_ranked_and_known_values_are_used_as_they_are(done: RunResult) -> None:
    candidates, sites = table(done, "candidates"), table(done, "sites")
    assert candidates["rank"].tolist() == list(range(1, len(candidates) + 1))
    assert candidates["probability_in_window"].is_monotonic_decreasing
    assert candidates["probability_best"].sum() == pytest.approx(1, abs=1e-3)
    known = sites[sites["origin"] == "known"].set_index("surface")
    assert known.loc["Pt3Ni@Pt(100)", "energy_ev"] == -1.51  # as in ma2015
    assert known.loc["Pt3Ni@Pt(100)", "source"] == "ma2015"
    assert known.loc["Pt3Ni@Pt(100)", "predicted_energy_ev"] != -1.51


def test_what_the_data_do_not_cover_is_marked_and_not_proposed(done: RunResult) -> None:
    candidates = table(done, "candidates")
    aluminium = candidates[candidates["guest"] == "Al"]
    assert (aluminium["origin"] == "extrapolated").all()
    assert aluminium["domain_reason"].str.contains("Al").any()
    shortlist = done.shortlist
    assert not (shortlist["origin"] == "extrapolated").any()
    assert len(shortlist) <= 3


def test_every_score_names_its_split_n_unit_and_interval(done: RunResult) -> None:
    scores = table(done, "scores")
    assert set(scores["split"]) == {"random", "composition"}
    assert (scores["low"] <= scores["value"]).all()
    assert (scores["value"] <= scores["high"]).all()
    assert (scores["n"] == 520).all()
    held_out = table(done, "validation")
    assert (held_out.groupby("split").size() == 520).all()


class Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.loaded: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name == "src" or (tag == "link" and name == "href"):
                self.loaded.append(value or "")


def test_the_report_is_one_file_that_needs_nothing_else(done: RunResult) -> None:
    html = done.report.read_text(encoding="utf-8")
    links = Links()
    links.feed(html)
    assert len(links.loaded) > 5
    assert all(link.startswith("data:image/") for link in links.loaded)
    for words in ("Which skins bind CO like the optimum?", "10.1021/acs.jpclett.5b01660", "520"):
        assert words in html
    for surface in done.shortlist["surface"]:
        assert surface in html


def test_the_shortlist_lies_ready_to_be_calculated(done: RunResult) -> None:
    index = pd.read_csv(done.folder / "structures" / "index.csv")
    assert index["surface"].tolist() == done.shortlist["surface"].tolist()
    assert index["site"].tolist() == done.shortlist["best_site"].tolist()
    for row in index.to_dict("records"):
        place = done.folder / "structures" / row["folder"]
        covered = place / f"CO-{row['site']}"
        assert {path.name for path in place.iterdir()} == {"slab", covered.name}
        assert read(place / "slab" / "structure.extxyz").info["surface"] == row["surface"]
        poscar = read(covered / "vasp" / "POSCAR")
        assert poscar.get_chemical_formula().count("C") >= 1
        assert len(poscar) == row["atoms"] + 2
        assert poscar.constraints
        assert "RPBE" in (covered / "vasp" / "INCAR").read_text()
    html = done.report.read_text(encoding="utf-8")
    assert "structures/index.csv" in html
    assert "with input files for VASP" in html


def test_structures_can_be_larger_for_other_codes_or_for_none(tmp_path: Path) -> None:
    wanted = {"codes": ["espresso", "gpaw"], "size": [3, 1], "layers": 6, "fixed_layers": 2}
    workflow = write(tmp_path / "small.yaml", **SMALLER, structures=wanted)
    folder = run(workflow, out=tmp_path / "out", workers=1, quiet=True).folder
    (row,) = pd.read_csv(folder / "structures" / "index.csv").to_dict("records")
    assert (row["size"], row["layers"]) == ("3x2", 6)  # twice, or adsorbates would be too close
    slab = folder / "structures" / row["folder"] / "slab"
    assert {path.name for path in slab.iterdir()} == {"structure.extxyz", "espresso", "gpaw"}
    held = read(slab / "structure.extxyz").constraints[0].index
    assert len(held) == row["atoms"] / 3
    assert "Quantum ESPRESSO, GPAW" in (folder / "report.html").read_text(encoding="utf-8")


def test_the_summary_says_where_the_report_is(done: RunResult) -> None:
    assert str(done.report) in done.summary()
    assert done.shortlist["surface"].iloc[0] in done.summary()


def test_where_the_data_know_one_kind_of_site_only_nothing_is_proposed(tmp_path: Path) -> None:
    workflow = write(tmp_path / "small.yaml", **SMALLER, data={"datasets": ["ma2015"]})
    done = run(workflow, out=tmp_path / "out", workers=1, quiet=True)
    assert done.shortlist.empty
    assert "No candidate" in done.summary()
    reasons = table(done, "candidates")["domain_reason"]
    assert reasons.str.contains("site kind bridge not in the training data").any()


def test_the_saved_model_predicts_what_the_run_predicted(done: RunResult) -> None:
    model = catml.load_model(done.folder / "model.skops")
    predicted = model.predict("Cu3Zr@Cu(100)").set_index("site")["energy_ev"]
    sites = table(done, "sites")
    here = sites[sites["surface"] == "Cu3Zr@Cu(100)"].set_index("site")["predicted_energy_ev"]
    assert predicted.to_dict() == pytest.approx(here.to_dict(), abs=1e-5)


def test_a_dry_run_says_what_would_be_done_and_writes_nothing(tmp_path: Path) -> None:
    text = describe_run(write(tmp_path / "small.yaml"), out=tmp_path / "out")
    assert "520 rows of CO (ma2015, xu2022), RPBE" in text
    assert "14 surfaces" in text
    assert [path.name for path in tmp_path.iterdir()] == ["small.yaml"]


def test_the_model_learns_what_the_prior_leaves(tmp_path: Path) -> None:
    model = SMALL["model"] | {"prior": "pure_metals"}
    path = write(tmp_path / "small.yaml", model=model)
    assert "ridge on environment descriptors, prior pure_metals" in describe_run(path)
    fitted = new_model(load_config(path), load_reaction("co2_reduction"))
    assert fitted.prior == "pure_metals"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"reaction": "alchemy"}, "reaction 'alchemy' is not known"),
        ({"reaction": "mine.yaml"}, "does not exist"),
        ({"data": {"datasets": ["mamun2019"]}}, "holds no CO; those that do: gaspy2018, ma2015"),
        ({"candidates": {"surfaces": ["Xx(111)"]}}, "Xx"),
        ({"structures": {"codes": ["castep"]}}, "structures.codes.*'castep' is not allowed"),
        ({"structures": {"size": [0, 2]}}, "structures.size.*0 is not allowed"),
        ({"ranking": {"site_survival": True}}, "ranking.site_survival: the training data do not"),
    ],
)
def test_input_that_cannot_work_is_refused_before_anything_is_written(
    tmp_path: Path, changes: dict[str, object], said: str
) -> None:
    workflow = write(tmp_path / "small.yaml", **changes)
    with pytest.raises(CatmlError, match=said):
        run(workflow, out=tmp_path / "out", workers=1, quiet=True)
    assert not (tmp_path / "out").exists()


def test_the_number_of_workers_is_checked(tmp_path: Path) -> None:
    with pytest.raises(WorkflowError, match="workers=0"):
        run(write(tmp_path / "small.yaml"), out=tmp_path / "out", workers=0, quiet=True)


def test_a_reaction_of_ones_own_lies_beside_the_workflow(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(
        (Path(catml.__file__).parent / "screening/reactions/co2_reduction.yaml").read_text()
    )
    assert load_reaction(tmp_path / "mine.yaml").name == "co2_reduction"
    text = describe_run(write(tmp_path / "small.yaml", reaction="mine.yaml"))
    assert "carbon dioxide" in text


def test_data_of_ones_own_lie_beside_the_workflow(tmp_path: Path) -> None:
    rows = load_dataset("ma2015")[["surface", "site", "energy_ev"]].assign(energy_ev=-0.5)
    rows["energy_ev"] -= 0.001 * np.arange(len(rows))
    rows.to_csv(tmp_path / "own.csv", index=False)
    defaults = {"adsorbate": "CO", "reference": "CO(g)", "functional": "RPBE"}
    result = import_file(tmp_path / "own.csv", source="ours", defaults=defaults)
    write_dataset(result.table, tmp_path / "sets", key="ours")
    workflow = write(tmp_path / "small.yaml", **SMALLER, data={"folder": "sets"})
    done = run(workflow, out=tmp_path / "out", workers=1, quiet=True)
    assert set(table(done, "training")["source"]) == {"ours"}
    assert "ours.csv" in json.loads((done.folder / "run.json").read_text())["checksums"]
    with pytest.raises(CatmlError, match="is no folder"):
        run(write(tmp_path / "other.yaml", data={"folder": "none"}), quiet=True)


def test_a_killed_run_leaves_nothing_that_looks_finished(tmp_path: Path) -> None:
    workflow = write(tmp_path / "small.yaml", **SMALLER)
    command = [sys.executable, "-m", "catml", "run", str(workflow), "--out", str(tmp_path / "out")]
    running = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    assert running.stderr is not None
    while "Validating" not in running.stderr.readline():
        assert running.poll() is None
    os.kill(running.pid, signal.SIGKILL)
    running.wait()
    assert not (tmp_path / "out").exists()
    subprocess.run([*command, "--quiet"], check=True, capture_output=True)
    assert (tmp_path / "out" / "run.json").is_file()
