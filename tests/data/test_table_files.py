import gzip
import io

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catml.atomic_files import sha256_of
from catml.data.schema import COLUMN_NAMES
from catml.data.table_files import (
    read_text_table,
    table_bytes,
    typed_table,
    write_table,
)
from catml.errors import DatasetError


def small_table(**columns):
    n = len(next(iter(columns.values())))
    text = pd.DataFrame({"row": [f"a-{i}" for i in range(n)], **columns})
    return typed_table(text.astype(str))


def test_columns_have_the_schemas_order_and_types():
    table = small_table(energy_ev=["-0.5", ""])
    assert tuple(table.columns) == COLUMN_NAMES
    assert table["energy_ev"].tolist()[0] == -0.5
    assert np.isnan(table["energy_ev"].tolist()[1])
    assert table["surface"].tolist() == ["", ""]


def test_sodium_and_a_facet_with_zeros_stay_text(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("row,host,surface,source_label\na-1,Na,Ru(0001),0001\na-2,NA,,null\n")
    table = typed_table(read_text_table(path))
    assert table["host"].tolist() == ["Na", "NA"]
    assert table["surface"].tolist() == ["Ru(0001)", ""]
    assert table["source_label"].tolist() == ["0001", "null"]


def test_the_same_table_gives_the_same_bytes_in_any_row_order(tmp_path):
    table = small_table(energy_ev=["-0.5", "0.25", "-1.125"])
    first = write_table(table, tmp_path / "one.csv.gz")
    second = write_table(table.iloc[::-1], tmp_path / "other_name.csv.gz")
    assert first == second == sha256_of(tmp_path / "one.csv.gz")


def test_a_compressed_table_carries_no_time_and_no_name():
    packed = table_bytes(small_table(energy_ev=["-0.5"]), compress=True)
    flags, time = packed[3], packed[4:8]
    assert flags == 0
    assert time == b"\0\0\0\0"
    assert gzip.decompress(packed) == table_bytes(small_table(energy_ev=["-0.5"]))


def test_numbers_are_written_with_fixed_decimals():
    content = table_bytes(small_table(energy_ev=["-0.10000000000000003", "-0.0000000001", "3"]))
    written = pd.read_csv(io.BytesIO(content), dtype=str)
    assert written["energy_ev"].tolist() == ["-0.1", "0", "3"]


@given(st.lists(st.floats(-20, 20).map(lambda value: round(value, 6)), min_size=1, max_size=5))
def test_energies_survive_writing_and_reading(energies):
    content = table_bytes(small_table(energy_ev=[repr(value) for value in energies]))
    read = pd.read_csv(io.BytesIO(content), dtype=str, keep_default_na=False)
    assert typed_table(read)["energy_ev"].tolist() == pytest.approx(energies, abs=5e-7)


@pytest.mark.parametrize(
    "content",
    [
        None,
        b"",
        b"\xff\xfe\x00row",
        b"a,b\n1,2,3\n",
        b"a,b\n1\n",
        b"a;b\n1;2\n",
        b"a,a\n1,2\n",
        b'a\n"1\n',
    ],
)
def test_a_file_that_is_no_csv_is_refused_by_name(tmp_path, content):
    path = tmp_path / "broken.csv"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(DatasetError, match=r"broken\.csv"):
        read_text_table(path)
