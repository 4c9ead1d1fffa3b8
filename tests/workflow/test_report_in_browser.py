"""The report of a real run in a real browser: without a network, on paper and on a phone."""

import shutil
import subprocess
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.image import imread

from catml.resources import shipped_folder
from catml.workflow.runner import run

pytestmark = pytest.mark.slow

# As root and without a network; every request of the browser itself is switched off.
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--hide-scrollbars",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("runs") / "co2"
    return run(shipped_folder("workflows") / "co2_reduction.yaml", out=out, quiet=True).report


def browser(report: Path, folder: Path, *options: str) -> str:
    program = shutil.which("chromium")
    assert program, "this test needs Chromium: apt-get install chromium"
    done = subprocess.run(
        [program, *FLAGS, f"--user-data-dir={folder / 'profile'}", *options, report.as_uri()],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    return done.stdout


def test_what_is_proposed_lies_around_the_optimum(report: Path) -> None:
    candidates = pd.read_csv(report.parent / "tables" / "candidates.csv")
    proposed = candidates[candidates["origin"] != "extrapolated"].head(10)
    assert "Cu(100)" in set(proposed["surface"])
    assert proposed["probability_in_window"].min() > 0.5


def test_everything_is_shown_without_a_network(report: Path, tmp_path: Path) -> None:
    # Whatever the page asked for elsewhere would go to a closed port and be logged as an error.
    page = browser(
        report, tmp_path, "--dump-dom", "--proxy-server=127.0.0.1:9", "--virtual-time-budget=2000"
    )
    assert "</html>" in page
    assert "Shortlist" in page
    assert page.count("data:image/") > 12


@pytest.mark.parametrize(("width", "height"), [(1400, 3000), (390, 3000)])
def test_the_page_is_drawn_at_both_widths(
    report: Path, tmp_path: Path, width: int, height: int
) -> None:
    picture = tmp_path / "page.png"
    browser(report, tmp_path, f"--screenshot={picture}", f"--window-size={width},{height}")
    drawn = imread(picture)[..., :3]
    # Not an empty page: a good part of it is ink, and the right-hand margin stays paper.
    assert 0.02 < float((drawn.mean(axis=2) < 0.9).mean()) < 0.6
    assert float(np.mean(drawn[:, -3:] > 0.95)) > 0.97


def test_it_prints(report: Path, tmp_path: Path) -> None:
    pdf = tmp_path / "report.pdf"
    browser(report, tmp_path, f"--print-to-pdf={pdf}")
    content = pdf.read_bytes()
    assert content.startswith(b"%PDF")
    assert 5 <= content.count(b"/Type /Page\n") + content.count(b"/Type /Page ") <= 40
