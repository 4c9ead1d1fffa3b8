from itertools import pairwise

import numpy as np
import pytest
from ase import Atoms
from ase.build import bulk, surface
from ase.neighborlist import neighbor_list
from ase.spacegroup import crystal

from catml.structures.surface import Surface


def test_terminations_of_compounds_by_hand() -> None:
    # Rutile (110): a metal-oxygen plane between two oxygen planes. (001): all planes are images
    # of each other by the screw axis. (100) and (101): metal, oxygen and oxygen.
    counts = {"110": 3, "001": 1, "100": 3, "101": 3}
    assert {f: len(Surface(f"RuO2({f})").terminations()) for f in counts} == counts
    # Rocksalt: planes hold one element where the indices are all odd.
    counts = {"100": 1, "110": 1, "111": 2, "211": 1, "311": 2}
    assert {f: len(Surface(f"MgO({f})").terminations()) for f in counts} == counts
    # D0_19: close-packed planes alike; (11-20) planes are A4 and A2B2 in turn; (10-10) has the
    # wide and narrow gaps of hcp, below planes of A2 and of AB.
    counts = {"0001": 1, "11-20": 2, "10-10": 4}
    assert {f: len(Surface(f"Ti3Al({f})").terminations()) for f in counts} == counts


def test_the_default_breaks_the_fewest_bonds() -> None:
    names = [s.termination for s in Surface("RuO2(110)").terminations()]
    assert names == ["O-1", "ORu", "O-2"]
    slab = Surface("RuO2(110)").slab(layers=9, lattice=(4.5, 3.1))
    # The bridging oxygen has lost one of its three metal neighbours.
    center = neighbor_list("i", slab, 2.2)
    assert np.bincount(center)[slab.get_tags() == 1].tolist() == [2]
    assert Surface("MgO(111)").terminations()[0].termination == "Mg"


def brute_force_count(unit_cell: Atoms, miller: tuple[int, int, int]) -> int:
    """Count the ends of a crystal that differ, whichever way up, by taking off plane by plane."""
    found: list[np.ndarray] = []
    repeat = surface(unit_cell, miller, 1, periodic=True).cell[2, 2]
    slab = surface(unit_cell, miller, int(24 / repeat) + 1, vacuum=5.0)
    for sign in (1, -1):
        z = sign * slab.positions[:, 2]
        heights = np.unique(z.round(3))
        starts = [heights[0], *(b for a, b in pairwise(heights) if b - a > 0.05)]
        for height in (h for h in starts if h > heights[-1] - 1.2 * repeat):
            end = fingerprint(slab[z < height - 0.02], sign)
            if not any(np.allclose(end, other, rtol=1e-4) for other in found):
                found.append(end)
    return len(found)


def fingerprint(slab: Atoms, sign: int) -> np.ndarray:
    """Smooth sums over the atoms near the end and their neighbours, equal for mirror images."""
    z = sign * slab.positions[:, 2]
    center, other, distance = neighbor_list("ijd", slab, 5.0)
    near_end = np.exp(-(((z.max() - z) / 2.5) ** 2))
    numbers = slab.numbers
    return np.array(
        [
            near_end @ np.bincount(center, numbers[other] ** p * np.exp(-((distance / w) ** 2)))
            for w in (1.0, 1.5)
            for p in (0.5, 1.5)
        ]
    )


CRYSTALS = {
    "Pt3Ni": Atoms(
        "NiPt3",
        scaled_positions=[[0, 0, 0], [0, 0.5, 0.5], [0.5, 0, 0.5], [0.5, 0.5, 0]],
        cell=[3.9] * 3,
        pbc=True,
    ),
    "MgO": bulk("MgO", "rocksalt", a=4.2, cubic=True),
    "RuO2": crystal(
        "RuO", [(0, 0, 0), (0.305, 0.305, 0)], spacegroup=136, cellpar=[4.5, 4.5, 3.1, 90, 90, 90]
    ),
    "Ti3Al": crystal(
        "TiAl",
        [(5 / 6, 2 / 3, 1 / 4), (1 / 3, 2 / 3, 1 / 4)],
        spacegroup=194,
        cellpar=[5.8, 5.8, 4.65, 90, 90, 120],
    ),
}


@pytest.mark.parametrize(
    ("name", "facet", "miller"),
    [("Pt3Ni", f, tuple(map(int, f))) for f in ("111", "100", "110", "211", "310")]
    + [("MgO", f, tuple(map(int, f))) for f in ("100", "110", "111", "210", "311", "331")]
    + [("RuO2", f, tuple(map(int, f))) for f in ("110", "100", "001", "101", "111", "210", "112")]
    + [("Ti3Al", "0001", (0, 0, 1)), ("Ti3Al", "10-10", (1, 0, 0)), ("Ti3Al", "11-20", (1, 1, 0))]
    + [("Ti3Al", "10-11", (1, 0, 1)), ("Ti3Al", "11-21", (1, 1, 1))],
)
def test_as_many_terminations_as_a_crystal_has_ends(
    name: str, facet: str, miller: tuple[int, int, int]
) -> None:
    found = Surface(f"{name}({facet})").terminations()
    assert len(found) == brute_force_count(CRYSTALS[name], miller)
