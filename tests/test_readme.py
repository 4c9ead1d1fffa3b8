"""The README's examples run as printed."""

import re
import shlex
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml
from ase.spacegroup import crystal

from catml.cli import build_parser
from catml.data.tables import load_dataset
from catml.models.adsorption import Descriptors
from catml.models.intervals.conformal import IntervalName
from catml.models.priors.names import PRIOR_NAMES
from catml.models.regressors.names import REGRESSOR_NAMES
from catml.workflow.config import check_config

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, flags=re.DOTALL)


def test_the_python_example(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    exec(compile(blocks("python")[0], "README.md", "exec"), names)
    assert len(names["sites"]) == 9  # type: ignore[arg-type]
    assert (tmp_path / "co.skops").is_file()


def test_the_descriptor_example(capsys: pytest.CaptureFixture[str]) -> None:
    exec(compile(blocks("python")[1], "README.md", "exec"), {})
    assert "[7 rows x" in capsys.readouterr().out


def test_the_structures_example(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    rutile = crystal(
        ["Ru", "O"],
        [(0, 0, 0), (0.3058, 0.3058, 0)],
        spacegroup=136,
        cellpar=[4.4919, 4.4919, 3.1066, 90, 90, 90],
    )
    rutile.write(tmp_path / "RuO2.cif")
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    exec(compile(blocks("python")[2], "README.md", "exec"), names)
    assert len(names["particle"]) == 147
    assert names["oxide"].name == "RuO2[sg136](110)"
    assert "Surface('Pt3Ni(100):NiPt')" in capsys.readouterr().out


def test_the_models_example() -> None:
    names: dict[str, Any] = {}
    exec(compile(blocks("python")[3], "README.md", "exec"), names)
    held_out = names["silver"].tail(3)
    error = {
        name: abs(names[name].predict(held_out)["energy_ev"] - held_out["energy_ev"]).mean()
        for name in ("model", "adapted")
    }
    assert error["adapted"] < error["model"]


def test_the_names_in_the_table_of_models_exist() -> None:
    table = README[README.index("| what | names |") : README.index("The default intervals")]
    for names in (REGRESSOR_NAMES, PRIOR_NAMES, get_args(IntervalName), get_args(Descriptors)):
        assert all(f"`{name}`" in table for name in names), names


def test_the_yaml_example_is_a_usable_workflow() -> None:
    assert check_config(yaml.safe_load(blocks("yaml")[0])).title.startswith("CO₂")


def test_the_commands_exist_with_their_options() -> None:
    text = "\n".join(blocks("bash")).replace("\\\n", " ")
    calls = re.findall(r"^catml (.+?)(?: +#.*)?$", text, flags=re.MULTILINE)
    assert len(calls) >= 6
    for call in calls:
        build_parser().parse_args(shlex.split(call))


def test_the_data_table_has_the_numbers_of_the_cards() -> None:
    for key in ("ma2015", "xu2022", "gaspy2018", "mamun2019"):
        rows = len(load_dataset(key, status=None))
        usable = len(load_dataset(key))
        assert re.search(rf"\| `{key}` \|.*\| {rows:,} \({usable:,}\) \|", README), key


def test_the_pictures_are_there() -> None:
    pictures = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", README)
    assert pictures
    assert all((ROOT / picture).stat().st_size > 10_000 for picture in pictures)
