import multiprocessing
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catml.data.d_bands import append_d_bands, load_d_bands
from catml.errors import DatasetError
from tests.data.d_band_rows import cells, rows


def test_a_file_grows_and_replaces_rows_of_the_same_key(tmp_path: Path) -> None:
    file = tmp_path / "new" / "mine.csv"
    assert append_d_bands(rows(), file) == 1
    assert append_d_bands(rows(row="a-2", atom="3", layer="2"), file) == 2
    assert append_d_bands(rows(d_band_center_ev="-2.5"), file) == 2
    table = load_d_bands(file)
    assert table["d_band_center_ev"].tolist() == [-2.5, -2.45]
    assert table["layer"].tolist() == [1, 2]
    assert [path.name for path in file.parent.iterdir()] == ["mine.csv"]


@given(
    center=st.floats(-9.9, 4.9),
    width=st.floats(0.01, 9.0),
    filling=st.floats(0.0, 1.0),
    atom=st.integers(0, 10**6),
)
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_numbers_come_back_as_they_went(
    tmp_path: Path, center: float, width: float, filling: float, atom: int
) -> None:
    file = tmp_path / "mine.csv"
    file.unlink(missing_ok=True)
    given_row = rows().assign(
        d_band_center_ev=center, rms_width_ev=width, filling=filling, atom=float(atom)
    )
    append_d_bands(given_row, file)
    back = load_d_bands(file)
    for name in ("d_band_center_ev", "rms_width_ev", "filling", "atom"):
        assert back[name].item() == pytest.approx(given_row[name].item(), abs=1e-6)


def test_a_packed_file_holds_the_same(tmp_path: Path) -> None:
    for name in ("mine.csv", "mine.csv.gz"):
        append_d_bands(rows(), tmp_path / name)
    plain, packed = (load_d_bands(tmp_path / name) for name in ("mine.csv", "mine.csv.gz"))
    pd.testing.assert_frame_equal(plain, packed)


def test_bad_rows_leave_the_file_as_it_was(tmp_path: Path) -> None:
    file = tmp_path / "mine.csv"
    append_d_bands(rows(), file)
    before = file.read_bytes()
    with pytest.raises(DatasetError, match="the new rows cannot be used as d bands: row 2"):
        append_d_bands(rows(row="a-2", spin="left"), file)
    assert file.read_bytes() == before


def test_a_foreign_file_is_not_written_over(tmp_path: Path) -> None:
    file = tmp_path / "mine.csv"
    file.write_text("name,energy\nCu,1\n")
    with pytest.raises(DatasetError, match="lacks the columns row, system,"):
        append_d_bands(rows(), file)
    assert file.read_text() == "name,energy\nCu,1\n"
    with pytest.raises(DatasetError, match=r"ends in \.csv or \.csv\.gz"):
        append_d_bands(rows(), tmp_path / "mine.json")


def _append(job: tuple[Path, int]) -> None:
    file, number = job
    append_d_bands(rows(row=f"a-{number}"), file)


def test_processes_that_write_at_once_lose_nothing(tmp_path: Path) -> None:
    file = tmp_path / "mine.csv"
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        pool.map(_append, [(file, number) for number in range(12)])
    assert len(load_d_bands(file)) == 12


def test_window_and_spin_are_chosen(tmp_path: Path) -> None:
    file = tmp_path / "mine.csv"
    append_d_bands(rows(), file)
    append_d_bands(rows(row="a-2", window_high_ev="8"), file)
    append_d_bands(rows(row="a-3", spin="up", spin_polarized="yes"), file)
    assert load_d_bands(file)["row"].tolist() == ["a-1"]
    assert load_d_bands(file, window_ev=(-10, 8))["row"].tolist() == ["a-2"]
    assert load_d_bands(file, spin="up")["row"].tolist() == ["a-3"]
    assert len(load_d_bands(file, spin="all", window_ev="all")) == 3
    with pytest.raises(DatasetError, match=r"from -9 to 5 eV; the table has \(-10, 5\), \(-10, 8"):
        load_d_bands(file, window_ev=(-9, 5))
    for window in ("x", 3, (1, 2, 3), ("a", "b"), None):
        with pytest.raises(DatasetError, match="is no energy window; give its lowest and highest"):
            load_d_bands(file, window_ev=window)  # type: ignore[arg-type]
    with pytest.raises(DatasetError, match="spin 'left' does not exist"):
        load_d_bands(file, spin="left")  # type: ignore[arg-type]


def test_a_broken_file_is_told_by_its_cells(tmp_path: Path) -> None:
    file = tmp_path / "mine.csv"
    cells(filling="2").to_csv(file, index=False)
    with pytest.raises(DatasetError, match="row 2, column 'filling': '2'"):
        load_d_bands(file)
    with pytest.raises(DatasetError, match="does not exist"):
        load_d_bands(tmp_path / "none.csv")
