import io
import zipfile
from pathlib import Path

import numpy as np
import pytest

from catml.errors import ModelError
from catml.models.files import container as model_files
from catml.models.files.container import (
    RefusedError,
    array_bytes,
    arrays_from,
    packed,
    read_model_bytes,
    unpacked,
)
from tests.models.files.archives import rewritten

HEADER = {"what": "a test", "number": 0.1}
MEMBERS = {"one.npz": bytes(range(256)), "two.ubj": b"trees", "three.ubj": b"trees of another"}


@pytest.fixture(scope="module")
def content() -> bytes:
    return packed(HEADER, MEMBERS)


def test_what_goes_in_comes_out_and_always_in_the_same_bytes(content: bytes) -> None:
    header, members = unpacked(content)
    assert members == MEMBERS
    assert header | HEADER == header
    assert packed(HEADER, MEMBERS) == content


def test_every_changed_byte_is_refused_or_changes_nothing(content: bytes) -> None:
    refused = 0
    for place in range(len(content)):
        changed = bytearray(content)
        changed[place] ^= 0x55
        try:
            header, members = unpacked(bytes(changed))
        except Exception:
            refused += 1
        else:
            # Dates and the like of the archive say nothing about the model.
            assert members == MEMBERS
            assert header | HEADER == header
    assert refused > 0.7 * len(content)


def test_every_truncation_is_refused(content: bytes) -> None:
    for length in range(len(content)):
        with pytest.raises(RefusedError, match="truncated or damaged"):
            unpacked(content[:length])


def test_swapped_removed_and_added_members_are_refused(content: bytes) -> None:
    def swap(members: dict[str, bytes]) -> None:
        members["two.ubj"], members["three.ubj"] = members["three.ubj"], members["two.ubj"]

    def remove(members: dict[str, bytes]) -> None:
        del members["two.ubj"]

    def add(members: dict[str, bytes]) -> None:
        members["../../evil.py"] = b"print()"

    for change in (swap, remove, add):
        with pytest.raises(RefusedError, match="altered"):
            unpacked(rewritten(content, change))


def test_bombs_are_refused_before_they_are_unpacked(
    content: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forbidden(*_: object) -> bytes:
        raise AssertionError

    zeros = np.zeros(1000)
    buffer = io.BytesIO()
    np.savez_compressed(buffer, zeros=zeros)
    monkeypatch.setattr(model_files, "_LARGEST_BYTES", 2000)
    monkeypatch.setattr(zipfile.ZipFile, "read", forbidden)
    with pytest.raises(RefusedError, match="unpacks to more than"):
        arrays_from(buffer.getvalue())
    with pytest.raises(RefusedError, match="unpacks to more than"):
        unpacked(packed(HEADER, {"zeros": bytes(3000)}))
    monkeypatch.setattr(model_files, "_LARGEST_BYTES", 10**6)
    monkeypatch.setattr(model_files, "_MOST_MEMBERS", 2)
    with pytest.raises(RefusedError, match="2 members"):
        unpacked(content)


def test_an_archive_that_lies_about_its_size_gives_no_more_than_it_says(content: bytes) -> None:
    big = packed(HEADER, {"zeros": bytes(10**6)})
    stated, lied = (n.to_bytes(4, "little") for n in (10**6, 10))
    assert stated in big
    with pytest.raises(Exception, match=r"damaged|altered"):
        unpacked(big.replace(stated, lied))


def test_arrays_come_back_and_pickles_do_not() -> None:
    arrays = {"a": np.arange(6.0).reshape(2, 3), "b": np.array([True, False])}
    again = arrays_from(array_bytes(arrays))
    assert again.keys() == arrays.keys()
    for name, array in arrays.items():
        np.testing.assert_array_equal(again[name], array)
        assert again[name].dtype == array.dtype
    evil = array_bytes({"evil": np.array([{}], dtype=object)})
    with pytest.raises(ValueError, match="allow_pickle=False"):
        arrays_from(evil)


def test_a_header_that_is_no_mapping_is_refused() -> None:
    for text in (b"[]", b"3", b'"catml-model"'):
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            archive.writestr("header.json", text)
        with pytest.raises(RefusedError, match="not written by catml"):
            unpacked(buffer.getvalue())


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="cannot be read: Is a directory"):
        read_model_bytes(tmp_path)
