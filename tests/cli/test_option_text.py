import pytest

from catml.cli.option_text import read_size, read_strain
from catml.errors import SurfaceError


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("2x3", [2, 3]),
        ("10X1", [10, 1]),
        ("1 1;-1 2", [[1, 1], [-1, 2]]),
        ("2,0; 1,3", [[2, 0], [1, 3]]),
    ],
)
def test_sizes(text: str, size: object) -> None:
    assert read_size(text) == size


@pytest.mark.parametrize(
    "text", ["", "2", "2x", "2by2", "2x2x2", "1 1; 2", "1 1;", "a b; c d", "1.5x2"]
)
def test_no_sizes(text: str) -> None:
    with pytest.raises(SurfaceError, match="is not a supercell: write repeats as 2x2"):
        read_size(text)


def test_strains() -> None:
    assert read_strain("-0.02") == -0.02
    assert read_strain("0.01 -2e-2") == [0.01, -0.02]
    for text in ("", "2%", "0.1,0.1,0.1"):
        with pytest.raises(SurfaceError, match="is no number: write a fraction"):
            read_strain(text)
