import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from catml.errors import WorkflowError
from catml.workflow.run_folder import run_folder


def finish(out: Path, text: str = "done", **options: bool) -> None:
    with run_folder(out, **options) as folder:
        (folder / "run.json").write_text(text)


def test_the_folder_appears_only_when_complete(tmp_path: Path) -> None:
    out = tmp_path / "deep" / "run"
    with run_folder(out) as folder:
        (folder / "run.json").write_text("{}")
        assert not out.exists()
    assert [p.name for p in out.iterdir()] == ["run.json"]
    assert [p.name for p in out.parent.iterdir()] == ["run"]


def test_a_failed_run_leaves_nothing_under_the_name_and_does_not_hinder_the_next(
    tmp_path: Path,
) -> None:
    out = tmp_path / "run"

    def half_a_run() -> None:
        with run_folder(out) as folder:
            (folder / "run.json").write_text("half")
            (folder / "tables").mkdir()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        half_a_run()
    assert not out.exists()
    finish(out)
    assert [p.name for p in out.iterdir()] == ["run.json"]


def test_a_finished_run_is_kept_unless_told_otherwise(tmp_path: Path) -> None:
    out = tmp_path / "run"
    finish(out, "first")
    with pytest.raises(WorkflowError, match="--overwrite"):
        finish(out, "second")
    assert (out / "run.json").read_text() == "first"
    finish(out, "second", overwrite=True)
    assert (out / "run.json").read_text() == "second"
    assert [p.name for p in tmp_path.iterdir()] == ["run"]


def test_a_failing_overwrite_keeps_the_old_run(tmp_path: Path) -> None:
    out = tmp_path / "run"
    finish(out, "first")
    with pytest.raises(RuntimeError), run_folder(out, overwrite=True):
        raise RuntimeError
    assert (out / "run.json").read_text() == "first"


def test_a_folder_of_somebody_else_is_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("years of work")
    with pytest.raises(WorkflowError, match="not a catml run"):
        finish(tmp_path, overwrite=True)
    with pytest.raises(WorkflowError, match="is a file"):
        finish(tmp_path / "thesis.tex")
    assert (tmp_path / "thesis.tex").read_text() == "years of work"


def test_a_place_that_cannot_be_written_is_one_message(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(WorkflowError, match="cannot be written"):
        finish(tmp_path / "file" / "run")


HOLD = """
import sys, time
from catml.workflow.run_folder import run_folder
with run_folder(sys.argv[1]) as folder:
    (folder / "table.csv").write_text("half a ta")
    print("writing", flush=True)
    time.sleep(60)
"""


def test_two_runs_are_kept_apart_and_a_killed_one_is_taken_over(tmp_path: Path) -> None:
    out = tmp_path / "run"
    other = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(out)], stdout=subprocess.PIPE, text=True
    )
    try:
        assert other.stdout is not None
        assert other.stdout.readline() == "writing\n"
        with pytest.raises(WorkflowError, match="another run is writing"):
            finish(out)
    finally:
        os.kill(other.pid, signal.SIGKILL)
        other.wait()
    assert not out.exists()
    finish(out)
    assert [p.name for p in out.iterdir()] == ["run.json"]
