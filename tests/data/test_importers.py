import pandas as pd
import pytest

from catml.data.card_files import Licence
from catml.data.cards import Paper, check_dataset
from catml.data.importers import import_csv, write_dataset
from catml.data.tables import load_dataset
from catml.errors import AlignmentError, DatasetError

DEFAULTS = {"adsorbate": "CO", "reference": "CO(g)", "functional": "PBE"}


def write(tmp_path, text):
    path = tmp_path / "own.csv"
    path.write_text(text)
    return path


def test_a_site_named_in_words_gets_its_zones(tmp_path):
    path = write(
        tmp_path,
        "surface,site_label,energy_ev\nPt3Ni(111),hollow|A_A_B|FCC,-1.5\nCu(100),top,-0.6\n",
    )
    result = import_csv(path, source="mine", defaults=DEFAULTS)
    assert result.problems == ()
    first, second = result.table.to_dict("records")
    assert (first["site_kind"], first["site_subtype"]) == ("hollow", "fcc")
    assert first["site_atoms"] == "Ni:1 Pt:2"
    assert (first["elements"], first["host"], first["family"]) == ("Ni-Pt", "Pt", "ordered-alloy")
    assert (second["site_atoms"], second["same_layer"], second["sublayer"]) == (
        "Cu:1",
        "Cu:4",
        "Cu:4",
    )
    assert result.table["row"].tolist() == ["mine-00001", "mine-00002"]
    assert set(result.table["status"]) == {"ok"}


def test_columns_are_mapped_and_problems_speak_the_files_words(tmp_path):
    path = write(tmp_path, "slab,E_ads,where,comment\nCu(100),strong,top,x\nCu(100),-0.6,top,y\n")
    result = import_csv(
        path,
        columns={"slab": "surface", "E_ads": "energy_ev", "where": "site_label", "comment": ""},
        defaults=DEFAULTS,
    )
    assert len(result.table) == 1
    (problem,) = result.problems
    assert (problem.row, problem.column, problem.value) == (2, "E_ads", "strong")
    assert "eV" in problem.allowed
    assert result.rejected.loc[2, "comment"] == "x"


def test_no_row_is_lost(tmp_path):
    text = "surface,energy_ev,site_label\n" + "".join(
        f"{surface},{energy},{label}\n"
        for surface in ("Cu(111)", "Xy(111)")
        for energy in ("-0.5", "")
        for label in ("fcc", "bridge", "nowhere", "")
    )
    result = import_csv(write(tmp_path, text), defaults=DEFAULTS)
    assert len(result.table) + len(result.rejected) == 16
    assert set(result.rejected.index) == {problem.row for problem in result.problems}


def test_a_label_that_fits_several_sites_leaves_the_row_without_one(tmp_path):
    path = write(tmp_path, "surface,site_label,energy_ev\nPt3Ni(111),hollow,-1.5\n")
    (row,) = import_csv(path, defaults=DEFAULTS).table.to_dict("records")
    assert (row["status"], row["site"]) == ("no-site", "")
    assert "fits 4 distinct sites" in row["status_note"]
    assert row["source_label"] == "hollow"


def test_motifs_without_a_surface_come_in(tmp_path):
    path = write(
        tmp_path,
        "site_atoms,same_layer,sublayer,energy_ev\nPd:1 Cu:2,Cu:7 Pd:2,Cu:6,-0.9\n",
    )
    (row,) = import_csv(path, defaults=DEFAULTS).table.to_dict("records")
    assert (row["site_atoms"], row["elements"], row["status"]) == ("Cu:2 Pd:1", "Cu-Pd", "ok")


def test_strict_raises_and_lists_at_most_twenty(tmp_path):
    rows = "".join("Cu(100),top,high\n" for _ in range(25))
    path = write(tmp_path, "surface,site_label,energy_ev\n" + rows)
    with pytest.raises(DatasetError, match="25 of 25 rows") as caught:
        import_csv(path, defaults=DEFAULTS, strict=True)
    assert str(caught.value).count("row ") == 20
    assert "and 5 more" in str(caught.value)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"columns": {"E": "energy_ev"}}, "has no column 'E'"),
        ({"columns": {"energy": "energy"}}, "cannot be mapped to 'energy'"),
        ({}, "does not know: energy"),
        ({"columns": {"energy": ""}, "defaults": DEFAULTS}, "no column energy_ev"),
        ({"columns": {"energy": "surface"}}, "several columns are mapped to surface"),
        ({"columns": {"energy": "energy_ev"}, "defaults": {"xc": "PBE"}}, "default for 'xc'"),
    ],
)
def test_a_mapping_that_does_not_fit_is_refused(tmp_path, arguments, words):
    with pytest.raises(DatasetError, match=words):
        import_csv(write(tmp_path, "surface,energy\nCu(100),-0.6\n"), **arguments)


def imported(tmp_path, **defaults):
    path = write(tmp_path, "surface,site_label,energy_ev\nCu(100),top,-0.6\nCu(100),bridge,-0.5\n")
    return import_csv(path, defaults={**DEFAULTS, **defaults}).table


def test_a_written_dataset_checks_and_loads_by_key_and_adsorbate(tmp_path):
    write_dataset(
        imported(tmp_path),
        tmp_path,
        key="mine",
        title="Two rows",
        papers=[Paper(authors="A", title="T", journal="J", year=2026, doi="10.1/x")],
        licence=Licence(name="CC BY 4.0", statement="own work"),
    )
    outcome = check_dataset("mine", tmp_path)
    assert outcome.problems == ()
    assert outcome.card.facets == ("100",)
    for name in ("mine", "CO"):
        table = load_dataset(name, folder=tmp_path)
        assert table["energy_ev"].tolist() == [-0.6, -0.5]
        assert table.attrs["functional"] == "PBE"


def test_a_dataset_of_two_functionals_or_references_is_not_written(tmp_path):
    one, other = imported(tmp_path), imported(tmp_path, functional="RPBE")
    with pytest.raises(DatasetError, match="one functional"):
        write_dataset(pd.concat([one, other]), tmp_path, key="mixed")
    with pytest.raises(AlignmentError, match="different references"):
        write_dataset(
            pd.concat([one, one.assign(reference="CO2(g) - 1/2 O2(g)")]), tmp_path, key="mixed"
        )
    with pytest.raises(DatasetError, match="no row"):
        write_dataset(one.iloc[:0], tmp_path, key="mixed")
    assert not list(tmp_path.glob("mixed*"))
