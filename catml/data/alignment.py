"""Bringing energies of several functionals onto one scale, by an offset that is documented.

Two functionals differ for one adsorbate, to first order, by a constant. It is estimated on the
site environments both tables have: same adsorbate, same three zones. Rows of different reference
species are never joined, whatever the offset.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from catml.data.schema import ZONES, Status
from catml.errors import AlignmentError

# Fewer shared environments than this say nothing about an offset's error.
MINIMUM_MATCHES = 5
# Standard deviation of a normal distribution over its median absolute deviation.
_MAD_TO_STD = 1.4826
# Standard error of a median over that of a mean, for normal errors: sqrt(pi / 2).
_MEDIAN_EFFICIENCY = 1.2533


@dataclass(frozen=True)
class Offset:
    """The energy added to one table to bring it to another functional.

    Attributes
    ----------
    adsorbate
        The adsorbate it holds for.
    sources
        Keys of the tables that are shifted, sorted.
    from_functional, to_functional
        Functional of the table and of the scale it is brought to.
    offset_ev
        Median difference, target minus source, over the matched environments.
    standard_error_ev
        Standard error of that median, 1.2533 spread / sqrt(n).
    spread_ev
        Robust standard deviation of the differences (1.4826 MAD): what one row may be off by.
    n_matched
        Number of matched site environments.
    """

    adsorbate: str
    sources: tuple[str, ...]
    from_functional: str
    to_functional: str
    offset_ev: float
    standard_error_ev: float
    spread_ev: float
    n_matched: int

    def records(self) -> list[dict[str, Any]]:
        """Return the offset as plain values, once for each table it shifts.

        Keys are ``source``, ``from``, ``to``, ``adsorbate`` and the numbers under their names.
        """
        return [
            {
                "source": source,
                "from": self.from_functional,
                "to": self.to_functional,
                "adsorbate": self.adsorbate,
                "offset_ev": self.offset_ev,
                "standard_error_ev": self.standard_error_ev,
                "spread_ev": self.spread_ev,
                "n_matched": self.n_matched,
            }
            for source in self.sources
        ]


def matched_environments(moving: pd.DataFrame, fixed: pd.DataFrame) -> pd.DataFrame:
    """Return the energies of the site environments two tables share.

    Only rows of status ok with a known environment count; several rows of one environment are
    represented by their median.

    Returns
    -------
    DataFrame
        Indexed by adsorbate and the three zones; columns ``moving_ev`` and ``fixed_ev``.
    """
    keys = ["adsorbate", *ZONES]
    medians = [
        table[(table["status"] == Status.OK) & (table["site_atoms"] != "")]
        .groupby(keys)["energy_ev"]
        .median()
        .rename(name)
        for table, name in ((moving, "moving_ev"), (fixed, "fixed_ev"))
    ]
    return pd.concat(medians, axis=1, join="inner").sort_index()


def fit_offset(
    moving: pd.DataFrame, fixed: pd.DataFrame, *, minimum: int = MINIMUM_MATCHES
) -> Offset:
    """Estimate the offset that brings `moving` to the functional of `fixed`.

    Parameters
    ----------
    moving, fixed
        Dataset tables of one adsorbate, one reference and one functional each.
    minimum
        Refuse to estimate from fewer matched environments.

    Raises
    ------
    AlignmentError
        If the tables differ in adsorbate or reference, hold several functionals each, or share
        too few environments.
    """
    adsorbate = _only(pd.concat([moving, fixed]), "adsorbate")
    _only(pd.concat([moving, fixed]), "reference")
    from_functional, to_functional = _only(moving, "functional"), _only(fixed, "functional")
    sources = tuple(sorted(set(moving["source"])))
    pairs = matched_environments(moving, fixed)
    if len(pairs) < minimum:
        raise AlignmentError(
            f"{', '.join(sources)} ({from_functional}) shares {len(pairs)} site environments of "
            f"{adsorbate} with the {to_functional} tables; at least {minimum} are needed to align "
            "them. Load one dataset by its name, or use align=None to keep the functionals apart"
        )
    differences = (pairs["fixed_ev"] - pairs["moving_ev"]).to_numpy()
    offset = float(np.median(differences))
    spread = _MAD_TO_STD * float(np.median(np.abs(differences - offset)))
    return Offset(
        adsorbate=adsorbate,
        sources=sources,
        from_functional=from_functional,
        to_functional=to_functional,
        offset_ev=offset,
        standard_error_ev=_MEDIAN_EFFICIENCY * spread / float(np.sqrt(len(pairs))),
        spread_ev=spread,
        n_matched=len(pairs),
    )


def align_tables(
    tables: Sequence[pd.DataFrame], *, functional: str, minimum: int = MINIMUM_MATCHES
) -> tuple[pd.DataFrame, tuple[Offset, ...]]:
    """Join tables of one adsorbate on the scale of one functional.

    Rows of each other functional are shifted by one offset, fitted on all of them, and take the
    target's name in the ``functional`` column; ``source`` still says where they come from.

    Raises
    ------
    AlignmentError
        If no table has the functional, references differ, or an offset cannot be fitted.
    """
    everything = pd.concat(tables, ignore_index=True)
    require_one_reference(everything)
    known = sorted(set(everything["functional"]))
    if functional not in known:
        raise AlignmentError(
            f"no table is on the scale of {functional!r}; choose align from {', '.join(known)}, "
            "or None to keep them apart"
        )
    target = everything[everything["functional"] == functional]
    joined = everything.copy()
    offsets = []
    for other in known:
        if other == functional:
            continue
        moved = everything["functional"] == other
        offset = fit_offset(everything[moved], target, minimum=minimum)
        joined.loc[moved, "energy_ev"] += offset.offset_ev
        joined.loc[moved, "functional"] = functional
        offsets.append(offset)
    return joined, tuple(offsets)


def require_one_reference(table: pd.DataFrame) -> None:
    """Refuse a table that mixes reference species of one adsorbate.

    Raises
    ------
    AlignmentError
        If one adsorbate has rows of several reference species.
    """
    for adsorbate, references in table.groupby("adsorbate")["reference"].unique().items():
        if len(references) > 1:
            raise AlignmentError(
                f"energies of {adsorbate} stand against different references: "
                f"{', '.join(sorted(references))}; convert them to one reference before joining"
            )


def _only(table: pd.DataFrame, name: str) -> str:
    values = sorted(set(table[name]))
    if len(values) != 1:
        raise AlignmentError(
            f"aligning needs one {name}; the rows have {', '.join(map(repr, values)) or 'none'}"
        )
    return str(values[0])
