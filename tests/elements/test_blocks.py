import pytest

from catml.elements.blocks import BLOCKS, blocks_of, element_block
from catml.errors import ElementError


@pytest.mark.parametrize(
    ("block", "symbols"),
    [
        ("s", "Li Na K Rb Cs Be Mg Ca Sr Ba"),
        ("early d", "Sc Ti V Cr Mn Y Zr Nb Mo Tc La Hf Ta W Re"),
        ("late d", "Fe Co Ni Cu Zn Ru Rh Pd Ag Cd Os Ir Pt Au Hg"),
        ("p", "Al Si Ga Ge As In Sn Sb Tl Pb Bi"),
        ("f", "Ce Gd Lu"),
    ],
)
def test_every_metal_has_its_block(block: str, symbols: str) -> None:
    assert {element_block(symbol) for symbol in symbols.split()} == {block}


def test_blocks_come_once_and_in_order() -> None:
    assert blocks_of(["Bi", "Pt", "Cu", "Xx", "La", "K"]) == ("s", "early d", "late d", "p")
    assert blocks_of([]) == ()
    assert BLOCKS[0] == "s"


def test_an_unknown_element_is_refused() -> None:
    with pytest.raises(ElementError, match="Xx"):
        element_block("Xx")
