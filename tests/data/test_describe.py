import pytest

from catml.data.describe import datasets_table, describe_dataset
from catml.errors import DatasetError


def test_the_table_counts_what_may_be_learned_from():
    table = datasets_table().set_index("dataset")
    assert table.loc["ma2015", ["rows", "ok_rows"]].tolist() == [295, 285]
    assert table.loc["mamun2019", "functional"] == "BEEF-vdW"
    assert "2N" in table.loc["mamun2019", "adsorbates"].split(", ")
    assert (table["ok_rows"] <= table["rows"]).all()


def test_a_description_holds_source_terms_and_caveats():
    text = describe_dataset("mamun2019")
    for words in (
        "doi:10.1038/s41597-019-0080-z",
        "Licence: CC BY 4.0",
        "N: 4999 rows, against 1/2 N2(g)",
        "dissociated: 4665 - the adsorbate is in separate pieces",
        "Mn alloys are noisy",
    ):
        assert words in " ".join(text.split())
    assert max(map(len, text.splitlines())) <= 88


def test_an_unknown_dataset_cannot_be_described():
    with pytest.raises(DatasetError, match="not known"):
        describe_dataset("none")
