import shutil

import pytest
import yaml

from catml.data.cards import check_dataset, list_datasets, read_card, write_card
from catml.errors import DatasetError
from catml.resources import shipped_folder


@pytest.fixture
def folder(tmp_path):
    for name in ("ma2015.csv", "ma2015.yaml"):
        shutil.copy(shipped_folder("datasets") / name, tmp_path)
    return tmp_path


def change_card(folder, **changed):
    path = folder / "ma2015.yaml"
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    path.write_text(yaml.safe_dump({**content, **changed}), encoding="utf-8")


def test_a_card_is_written_as_it_was_read(folder):
    card = read_card("ma2015", folder)
    write_card(card, folder)
    assert read_card("ma2015", folder) == card


def test_an_untouched_dataset_has_no_problem(folder):
    assert list_datasets(folder) == ("ma2015",)
    assert check_dataset("ma2015", folder).ok


def test_a_changed_cell_is_noticed(folder):
    path = folder / "ma2015.csv"
    path.write_text(path.read_text().replace("-0.69,CO(g)", "-0.96,CO(g)", 1))
    (problem,) = check_dataset("ma2015", folder).problems
    assert problem.startswith("sha256 of ma2015.csv")


def test_a_broken_cell_and_a_lost_row_are_named(folder):
    path = folder / "ma2015.csv"
    lines = path.read_text().splitlines(keepends=True)
    lines[1] = lines[1].replace("-0.69", "low")
    path.write_text("".join(lines[:-1]))
    problems = "\n".join(check_dataset("ma2015", folder).problems)
    assert "row 2, column 'energy_ev': 'low'" in problems
    assert "has 294 rows; the card says 295" in problems
    assert "adsorbate counts are {'CO': 294}" in problems


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"functional": "PBE"}, "functional holds ['RPBE']; the card says 'PBE'"),
        ({"references": {"CO": "CO2(g)"}}, "references of CO are ['CO(g)']"),
        ({"statuses": {"ok": 285, "fine": 10}}, "statuses that do not exist: ['fine']"),
    ],
)
def test_a_card_that_contradicts_its_table_is_named(folder, changed, words):
    change_card(folder, **changed)
    assert words in "\n".join(check_dataset("ma2015", folder).problems)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"rows": "many"}, "rows: .many. is not allowed; input should be a valid integer"),
        ({"sha256": "abc"}, "sha256"),
        ({"facets": [100]}, "facets.0: 100 is read as a number"),
        ({"colour": "red"}, "colour: is not a key catml knows"),
        ({"key": "other"}, "says key 'other'"),
    ],
)
def test_a_card_that_is_not_complete_is_refused(folder, changed, words):
    change_card(folder, **changed)
    with pytest.raises(DatasetError, match=words):
        read_card("ma2015", folder)


def test_an_unknown_dataset_is_refused_with_the_known_ones(folder):
    with pytest.raises(DatasetError, match="did you mean 'ma2015'"):
        read_card("ma2016", folder)
    (folder / "ma2015.csv").unlink()
    with pytest.raises(DatasetError, match="does not exist"):
        check_dataset("ma2015", folder)
