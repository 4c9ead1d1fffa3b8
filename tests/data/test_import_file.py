import json
from pathlib import Path

import pytest
from ase import Atoms
from ase.db import connect

from catml.data.import_file import import_file, kind_of
from catml.errors import DatasetError


def test_the_kind_is_told_by_what_the_file_holds(tmp_path: Path) -> None:
    (tmp_path / "own.csv").write_text("surface,E_ads\nCu(111),-0.5\n")
    (tmp_path / "hub.csv").write_text("Equation,reactionEnergy\nx,1\n")
    (tmp_path / "hub.json").write_text(json.dumps({"data": {"reactions": {"edges": []}}}))
    with connect(tmp_path / "ase.json") as database:
        database.write(Atoms("Cu"))
    kinds = {path.name: kind_of(path) for path in tmp_path.glob("*.[cj]*")}
    assert kinds == {
        "own.csv": "csv",
        "hub.csv": "catalysis-hub",
        "hub.json": "catalysis-hub",
        "ase.json": "ase",
    }
    assert kind_of("any.db") == "ase"


@pytest.mark.parametrize("name", ["table.xlsx", "POSCAR", "broken.json"])
def test_another_kind_is_refused_with_what_is_read(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("{")
    with pytest.raises(DatasetError, match=name):
        kind_of(tmp_path / name)


def test_a_table_with_its_own_names_comes_in(tmp_path: Path) -> None:
    (tmp_path / "own.csv").write_text(
        "surface,E_ads,place\nCu(111),-0.45,top\nPt(111),-1.4,top\nXx(111),0.1,top\n"
    )
    result = import_file(
        tmp_path / "own.csv",
        source="ours",
        columns={"E_ads": "energy_ev", "place": "site_label"},
        defaults={"adsorbate": "CO", "reference": "CO(g)", "functional": "RPBE"},
    )
    assert result.table["energy_ev"].tolist() == [-0.45, -1.4]
    assert set(result.table["source"]) == {"ours"}
    assert {problem.row for problem in result.problems} == {4}
    assert result.rejected["E_ads"].tolist() == ["0.1"]


def test_an_export_that_says_everything_takes_no_defaults(tmp_path: Path) -> None:
    (tmp_path / "hub.csv").write_text("Equation,reactionEnergy\nx,1\n")
    with pytest.raises(DatasetError, match="says everything itself"):
        import_file(tmp_path / "hub.csv", source="hub", defaults={"functional": "PBE"})
