import hashlib
from pathlib import Path

import pytest

from catml.atomic_files import sha256_of, write_atomically
from catml.errors import DatasetError


def test_content_arrives_whole_and_nothing_is_left_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "new" / "a.csv"
    write_atomically(path, b"first", error=DatasetError)
    write_atomically(path, b"second", error=DatasetError)
    assert path.read_bytes() == b"second"
    assert [entry.name for entry in path.parent.iterdir()] == ["a.csv"]
    assert sha256_of(path) == hashlib.sha256(b"second").hexdigest()


def test_an_interrupted_write_keeps_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    write_atomically(path, b"old", error=DatasetError)
    with pytest.raises(TypeError):
        write_atomically(path, "text is not bytes", error=DatasetError)  # type: ignore[arg-type]
    assert path.read_bytes() == b"old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.csv"]


def test_a_place_that_cannot_be_written_is_one_message(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(DatasetError, match="cannot write"):
        write_atomically(tmp_path / "file" / "a.csv", b"", error=DatasetError)
    (tmp_path / "folder").mkdir()
    with pytest.raises(DatasetError, match="cannot write"):
        write_atomically(tmp_path / "folder", b"", error=DatasetError)
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["file", "folder"]
