import hashlib
from pathlib import Path

import pytest

from catml.data.card_files import Licence
from catml.data.d_band_cards import (
    ConvergenceTest,
    DBandCard,
    check_d_band_table,
    list_d_band_tables,
    read_d_band_card,
    write_d_band_card,
)
from catml.data.d_bands import append_d_bands, load_d_bands
from catml.data.describe import check_any_dataset, datasets_table, describe_dataset
from catml.errors import DatasetError
from tests.data.d_band_rows import rows


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of datasets with one table of one row."""
    table = tmp_path / "d_bands" / "mine.csv"
    append_d_bands(rows(source="mine"), table)
    card = DBandCard(
        key="mine",
        title="d band of Cu(111)",
        table="mine.csv",
        sha256=hashlib.sha256(table.read_bytes()).hexdigest(),
        licence=Licence(name="MIT", statement="Own."),
        citation="Nobody.",
        functional="PBE",
        code="GPAW",
        recompute="catml dband",
        settings=("plane waves",),
        rows=1,
        systems=1,
        elements=("Cu",),
        windows_ev=((-10.0, 5.0), (-10.0, 8.0)),
        convergence=(
            ConvergenceTest(
                system="Cu(111)", change="7 layers for 5", center_ev=0.0123, rms_width_ev=-0.004
            ),
        ),
        caveats=("One row only.",),
    )
    write_d_band_card(card, tmp_path)
    return tmp_path


def test_a_card_is_read_as_it_was_written(folder: Path) -> None:
    assert list_d_band_tables(folder) == ("mine",)
    card = read_d_band_card("mine", folder)
    assert card.windows_ev == ((-10.0, 5.0), (-10.0, 8.0))
    assert card.convergence[0].work_function_ev is None
    write_d_band_card(card, folder)
    assert read_d_band_card("mine", folder) == card
    assert check_d_band_table("mine", folder).ok
    assert len(load_d_bands("mine", folder=folder)) == len(load_d_bands(folder=folder)) == 1


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"rows": 2}, "has 1 rows; the card says 2"),
        ({"systems": 2}, "has 1 systems; the card says 2"),
        ({"elements": ("Pt",)}, "elements are ['Cu']; the card says ['Pt']"),
        ({"functional": "RPBE"}, "functional holds ['PBE']; the card says 'RPBE'"),
        ({"sha256": "0" * 64}, "sha256 of mine.csv is"),
    ],
)
def test_a_contradiction_between_card_and_table_is_found(
    folder: Path, changes: dict[str, object], words: str
) -> None:
    card = read_d_band_card("mine", folder).model_copy(update=changes)
    write_d_band_card(card, folder)
    (problem,) = check_d_band_table("mine", folder).problems
    assert words in problem


def test_a_cell_that_breaks_the_schema_is_found(folder: Path) -> None:
    table = folder / "d_bands" / "mine.csv"
    table.write_text(table.read_text().replace(",0.98,", ",1.98,"))
    problems = check_any_dataset("mine", folder).problems
    assert "column 'filling': '1.98'" in problems[0]
    assert "sha256" in problems[1]


def test_it_is_listed_and_described_beside_adsorption_tables(folder: Path) -> None:
    (row,) = datasets_table(folder).to_dict("records")
    assert (row["dataset"], row["kind"], row["rows"]) == ("mine", "d bands", 1)
    text = describe_dataset("mine", folder)
    for words in (
        "1 rows of 1 systems",
        "-10 to 5 eV (the default), -10 to 8 eV",
        "7 layers for 5: centre +0.012 eV, rms width -0.004 eV",
        "One row only.",
    ):
        assert words in " ".join(text.split())
    assert max(map(len, text.splitlines())) <= 88


def test_an_unknown_table_is_told_with_those_there_are(folder: Path) -> None:
    with pytest.raises(DatasetError, match="did you mean 'mine'"):
        load_d_bands("mina", folder=folder)
    with pytest.raises(DatasetError, match="'mina' is not known; did you mean 'mine'"):
        describe_dataset("mina", folder)
