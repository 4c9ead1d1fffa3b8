import hashlib
from pathlib import Path

import pytest

from catml.atomic_files import new_folder, sha256_of, write_atomically
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


def test_a_folder_appears_when_everything_is_in_it(tmp_path: Path) -> None:
    target = tmp_path / "new" / "folder"
    with new_folder(target, error=DatasetError) as unfinished:
        (unfinished / "a.csv").write_text("1")
        assert not target.exists()
    assert (target / "a.csv").read_text() == "1"
    assert target.stat().st_mode & 0o777 == 0o755
    assert [entry.name for entry in target.parent.iterdir()] == ["folder"]


def test_an_interrupted_folder_leaves_nothing(tmp_path: Path) -> None:
    def fill() -> None:
        with new_folder(tmp_path / "a", error=DatasetError) as unfinished:
            (unfinished / "half").write_text("")
            raise KeyError

    with pytest.raises(KeyError):
        fill()
    assert list(tmp_path.iterdir()) == []


def test_an_empty_folder_is_used_and_a_full_one_refused(tmp_path: Path) -> None:
    with new_folder(tmp_path / "a", error=DatasetError) as unfinished:
        (unfinished / "x").write_text("")
    (tmp_path / "b").mkdir()
    with new_folder(tmp_path / "b", error=DatasetError) as unfinished:
        (unfinished / "y").write_text("")
    assert (tmp_path / "b" / "y").is_file()
    for name, said in (("a", "holds files already"), ("a/x", "is a file")):
        with (
            pytest.raises(DatasetError, match=said),
            new_folder(tmp_path / name, error=DatasetError),
        ):
            pass
    with (
        pytest.raises(DatasetError, match="cannot write the folder"),
        new_folder(tmp_path / "a" / "x" / "z", error=DatasetError),
    ):
        pass
