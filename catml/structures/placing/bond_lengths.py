"""How long the bonds between an adsorbate and a surface are, before any relaxation.

Measured ones are in `bond_lengths.csv`, each with its source, by adsorbate, metal and number of
metal atoms bound to; the facet they were measured on is not asked for, for the number of bonds
counts for more. All others are sums of covalent radii (doi:10.1039/b801115j).
"""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from ase.data import atomic_numbers, covalent_radii


@dataclass(frozen=True)
class BondLength:
    """A bond length in Å and its source; `measured` is False for a sum of covalent radii."""

    bond_ang: float
    source: str
    measured: bool


def bond_length(
    adsorbate: str, symbol: str, metal: str, site_elements: Sequence[str]
) -> BondLength:
    """Return the length of a bond between an adsorbate and one of a site's atoms.

    Parameters
    ----------
    adsorbate : str
        Its name.
    symbol : str
        Element of the adsorbate's atom.
    metal : str
        Element of the surface atom.
    site_elements : sequence of str
        Elements of all surface atoms bound to; measured lengths are for those of one element.

    Examples
    --------
    >>> bond_length("CO", "C", "Pt", ["Pt"]).bond_ang
    1.86
    >>> bond_length("CHO", "C", "Pt", ["Pt"]).measured
    False
    """
    if set(site_elements) == {metal}:
        found = _measured().get((adsorbate, symbol, metal, len(site_elements)))
        if found is not None:
            return found
    radii = covalent_radii[atomic_numbers[symbol]] + covalent_radii[atomic_numbers[metal]]
    return BondLength(float(radii), "covalent radii, doi:10.1039/b801115j", False)


@cache
def _measured() -> dict[tuple[str, str, str, int], BondLength]:
    text = (
        files("catml.structures.placing").joinpath("bond_lengths.csv").read_text(encoding="utf-8")
    )
    return {
        (row["adsorbate"], row["atom"], row["metal"], int(row["n_atoms"])): BondLength(
            float(row["bond_ang"]),
            f"{row['source']}, doi:{row['doi']}" if row["doi"] else row["source"],
            True,
        )
        for row in csv.DictReader(text.splitlines())
    }
