from pathlib import Path

import pytest

from catml.errors import WorkflowError
from catml.yaml_files import read_yaml_mapping


def read(path: Path) -> dict:
    return read_yaml_mapping(path, error=WorkflowError, what="workflow file")


def test_a_mapping_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("hosts: [Cu, Y]\nnested: {facets: ['0001']}\n")
    assert read(tmp_path / "a.yaml") == {"hosts": ["Cu", "Y"], "nested": {"facets": ["0001"]}}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: 1\na: 2\n", "the key 'a' is given twice"),
        ("a:\n  b: 1\n  b: 2\n", "line 3"),
        ("a: [1, 2\n", "line"),
        ("- 1\n- 2\n", "holds a list"),
        ("", "holds nothing"),
        ("a: !!python/object/apply:os.system ['true']\n", "line 1"),
        ("1: x\n", "not text"),
        ("? [a, b]\n: x\n", "not text"),
    ],
)
def test_what_is_not_a_plain_mapping_is_refused_with_its_place(
    tmp_path: Path, text: str, said: str
) -> None:
    (tmp_path / "a.yaml").write_text(text)
    with pytest.raises(WorkflowError, match=said) as refusal:
        read(tmp_path / "a.yaml")
    assert "a.yaml" in str(refusal.value)


def test_a_missing_or_binary_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WorkflowError, match="does not exist"):
        read(tmp_path / "none.yaml")
    (tmp_path / "b.yaml").write_bytes(b"\xff\xfe\x00\x80")
    with pytest.raises(WorkflowError, match="cannot be read as text"):
        read(tmp_path / "b.yaml")
