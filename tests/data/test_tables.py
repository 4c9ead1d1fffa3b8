import pandas as pd
import pytest

from catml.data.tables import adsorbates_by_dataset, load_dataset, table_facts
from catml.errors import AlignmentError, DatasetError


def test_an_adsorbate_joins_every_table_on_one_scale():
    table = load_dataset("CO")
    assert set(table["source"]) == {"ma2015", "xu2022", "gaspy2018"}
    assert set(table["functional"]) == {"RPBE"}
    assert set(table["reference"]) == {"CO(g)"}
    assert set(table["status"]) == {"ok"}
    assert table.attrs["adsorbate"] == "CO"
    assert table.attrs["functional"] == "RPBE"
    assert len(table.attrs["citations"]) == 3


def test_the_offset_stands_in_the_tables_metadata():
    table = load_dataset("CO")
    (offset,) = table.attrs["alignment"]
    assert (offset["source"], offset["from"], offset["to"]) == (
        "xu2022",
        "BEEF-vdW",
        "RPBE",
    )
    # RPBE and BEEF-vdW differ by a few hundredths of an eV for CO on metals.
    assert abs(offset["offset_ev"]) < 0.1
    assert 0 < offset["standard_error_ev"] < 0.03
    assert offset["n_matched"] >= 50
    apart = load_dataset("xu2022", adsorbate="CO").set_index("row")["energy_ev"]
    moved = table[table["source"] == "xu2022"].set_index("row")["energy_ev"]
    assert (moved - apart[moved.index]).to_numpy() == pytest.approx(offset["offset_ev"])


def test_none_keeps_the_functionals_apart():
    table = load_dataset("CO", align=None)
    assert set(table["functional"]) == {"RPBE", "BEEF-vdW"}
    assert table.attrs["functional"] is None
    assert table.attrs["alignment"] == []


def test_the_other_scale_moves_the_other_tables():
    table = load_dataset("CO", align="BEEF-vdW")
    assert set(table["functional"]) == {"BEEF-vdW"}
    (forth,) = load_dataset("CO").attrs["alignment"]
    offsets = {offset["source"]: offset["offset_ev"] for offset in table.attrs["alignment"]}
    assert offsets == pytest.approx(
        {"gaspy2018": -forth["offset_ev"], "ma2015": -forth["offset_ev"]}
    )


def test_tables_of_one_functional_need_no_offset():
    table = load_dataset("O")
    assert set(table["source"]) == {"mamun2019", "xu2022"}
    assert table.attrs["alignment"] == []
    assert table.attrs["reference"] == "H2O(g) - H2(g)"


def test_a_dataset_of_many_adsorbates_says_every_reference():
    table = load_dataset("mamun2019", status=None)
    assert table.attrs["adsorbate"] is None
    assert table.attrs["references"]["N"] == "1/2 N2(g)"
    assert table.attrs["references"]["2O"] == "O2(g)"
    assert len(table.attrs["references"]) == 15


def test_status_chooses_rows():
    everything = load_dataset("gaspy2018", status=None)
    ok = load_dataset("gaspy2018")
    failed = load_dataset("gaspy2018", status=("out-of-range", "suspect"))
    assert len(everything) == 16965
    assert set(failed["status"]) == {"out-of-range", "suspect"}
    assert len(ok) < len(everything)


def test_loading_twice_gives_independent_tables():
    first = load_dataset("ma2015")
    first.loc[:, "energy_ev"] = 0.0
    assert load_dataset("ma2015")["energy_ev"].ne(0.0).all()


def test_facts_are_read_from_the_columns_after_pandas_has_dropped_the_attributes():
    table = load_dataset("N")
    plain = pd.DataFrame(table.to_dict("list"))
    assert plain.attrs == {}
    facts = table_facts(plain)
    assert facts.references == {"N": "1/2 N2(g)"}
    assert facts.functionals == ("BEEF-vdW",)
    assert facts.sources == {"mamun2019": len(table)}


def test_facts_of_a_table_without_provenance_are_refused():
    with pytest.raises(DatasetError, match="no column reference"):
        table_facts(pd.DataFrame({"adsorbate": ["CO"], "functional": ["PBE"], "source": ["a"]}))


def test_d_bands_are_no_energies_and_the_way_to_them_is_told():
    with pytest.raises(DatasetError, match=r"load it by catml\.load_d_bands\('gpaw_surfaces'\)"):
        load_dataset("gpaw_surfaces")


@pytest.mark.parametrize(
    ("name", "hint"), [("mamun", "'mamun2019'"), ("gaspy", "'gaspy2018'"), ("NO2", "Adsorbates:")]
)
def test_an_unknown_name_lists_what_there_is(name, hint):
    with pytest.raises(DatasetError, match="neither a dataset nor an adsorbate") as caught:
        load_dataset(name)
    assert hint in str(caught.value)
    assert "gaspy2018, ma2015, mamun2019, xu2022" in str(caught.value)


def test_what_cannot_be_given_is_refused():
    with pytest.raises(DatasetError, match="'fine' does not exist; allowed: ok, duplicate"):
        load_dataset("CO", status=("fine",))
    with pytest.raises(DatasetError, match="has no adsorbate 'CO'"):
        load_dataset("mamun2019", adsorbate="CO")
    with pytest.raises(DatasetError, match="contradicts"):
        load_dataset("CO", adsorbate="H")
    with pytest.raises(AlignmentError, match="choose align from BEEF-vdW"):
        load_dataset("N", align="PBE")


def test_every_adsorbate_of_the_cards_can_be_loaded():
    labels = {label for labels in adsorbates_by_dataset().values() for label in labels}
    assert {"CO", "N", "H", "C", "O", "OH", "CH3", "2N"} <= labels
    for label in sorted(labels):
        table = load_dataset(label, status=None)
        assert set(table["adsorbate"]) == {label}
