"""Names of surfaces of crystals read from a file, ``TiO2[anatase](101)``.

The brackets hold the crystal's label. Such a name belongs to a `Crystal`; without it nobody can
tell what the bulk is.
"""

import re
from collections.abc import Sequence

import numpy as np

from catml.elements.lattice import parse_formula
from catml.errors import ElementError, SurfaceError
from catml.structures.bulk.crystals import Crystal
from catml.structures.grammar.names import (
    SurfaceParts,
    check_indices,
    plain_text,
    read_facet,
    sorted_label,
)
from catml.structures.quantities import is_count

_NAME = re.compile(r"(?P<bulk>[^():]*)\((?P<facet>[^():]*)\)(?::(?P<termination>[^:]+))?")
_BULK = re.compile(r"(?P<formula>[A-Za-z0-9]+)(\[(?P<label>[^\[\]]*)\])?")


def parse_crystal_name(text: str, crystal: Crystal) -> SurfaceParts:
    """Return the parts of the name of a crystal's surface.

    The label may be left out, ``TiO2(101)``, and where the crystal is hexagonal the third of four
    Miller indices; the name in the result has both.

    Raises
    ------
    SurfaceError
        If the text is no such name, or is the name of another bulk.
    """
    bulk = f"{crystal.formula}[{crystal.label}]"
    match = _NAME.fullmatch(plain_text(text))
    example = f"{bulk}({'0001' if crystal.n_indices == 4 else '110'})"
    if match is None:
        raise SurfaceError(f"Cannot read {text!r} as a surface of {bulk}. Write {example}.")
    if not _is_name_of(match["bulk"], crystal):
        raise SurfaceError(
            f"{text!r} is no surface of the crystal {bulk} ({crystal.source}). Write {example}; "
            "layers of other elements and single atoms are for the bulks that a name describes."
        )
    miller = read_facet(match["facet"], text)
    if crystal.n_indices == 4 and len(miller) == 3:
        miller = (*miller[:2], -(miller[0] + miller[1]), miller[2])
    if len(miller) != crystal.n_indices:
        raise SurfaceError(
            f"({match['facet']}) is no facet of {bulk}, which takes three Miller indices: its "
            f"conventional cell is not hexagonal. Write {example}."
        )
    check_indices(miller)
    facet = facet_text(miller)
    termination = sorted_label(match["termination"])
    suffix = f":{termination}" if termination else ""
    return SurfaceParts(
        name=f"{bulk}({facet}){suffix}",
        bulk=crystal.formula,
        species=crystal.species,
        prototype=crystal,
        miller=miller,
        facet=facet,
        modification="none",
        termination=termination,
    )


def facet_text(miller: Sequence[int] | str) -> str:
    """Return Miller indices as names write them.

    Raises
    ------
    SurfaceError
        If they are not three or four whole numbers of one digit.

    Examples
    --------
    >>> facet_text((1, 0, -1, 0)), facet_text("110")
    ('10-10', '110')
    """
    if isinstance(miller, str):
        return plain_text(miller).removeprefix("(").removesuffix(")")
    given = list(miller) if isinstance(miller, Sequence | np.ndarray) else []
    indices = [int(index) for index in given if is_count(index)]
    if len(indices) not in (3, 4) or len(indices) < len(given) or max(map(abs, indices)) > 9:
        raise SurfaceError(
            f"{miller!r} are no Miller indices. Give three, or four for a hexagonal crystal, whole "
            "numbers of one digit, such as (1, 1, 0)."
        )
    return "".join(str(index) for index in indices)


def _is_name_of(bulk: str, crystal: Crystal) -> bool:
    match = _BULK.fullmatch(bulk)
    if match is None or match["label"] not in (None, crystal.label):
        return bulk == ""
    try:
        return parse_formula(match["formula"]) == parse_formula(crystal.formula)
    except ElementError:
        return False
