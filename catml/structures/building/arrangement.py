"""Ordered arrangements: atoms of minority elements kept apart, by simulated annealing.

What is made as small as possible is the share of like atoms among the nearest neighbours of
minority atoms. Shares instead of numbers of pairs, for by numbers minority atoms would gather at
the surface, where they have fewer neighbours of any kind. Among equal arrangements those win that
metals are known to take: like atoms as second neighbours on close-packed lattices (L1_2, L1_0,
D0_19), but not on body-centred ones (D0_3), where second neighbours are nearly as close as first.
"""

from collections.abc import Sequence
from math import exp
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from catml.structures.neighbors import nearest_neighbors, shortest_distances

if TYPE_CHECKING:
    from ase import Atoms

FIRST_SHELL = 1.12
"""Largest distance of a first neighbour in units of the shortest: the next are at 1.15 in bcc."""

# What a like pair costs up to which distance, in units of the shortest. The second shells are at
# 1.15 (bcc) and 1.41 (fcc, hcp); their costs are too small to outweigh a first neighbour.
_COSTS = ((FIRST_SHELL, 1.0), (1.25, 0.05), (1.5, -0.02))
_STARTS = 10
_SWEEPS = 600
_HOT, _COLD = 0.1, 0.002

_Row = dict[int, float]


def arranged(
    atoms: "Atoms",
    chosen: NDArray[np.int64],
    kinds: NDArray[np.int64],
    elements: Sequence[str],
    *,
    seed: Sequence[int],
) -> NDArray[np.int64]:
    """Return the kinds of atoms rearranged so that like minority atoms are apart.

    Parameters
    ----------
    atoms : ase.Atoms
        The structure; of the atoms not chosen the elements count as well.
    chosen : int array (n,)
        Atoms that may exchange their kinds.
    kinds : int array (n,)
        Their kinds: places in `elements`.
    elements : sequence of str
        Element of each kind; empty for atoms that stay what they are, which count as like none.
    seed : sequence of int
        Starts the search.

    Returns
    -------
    int array (n,)
        A permutation of `kinds`. Every search ends in a minimum, for large supercells not
        necessarily in the lowest one.
    """
    rows = _costs_of_pairs(atoms)
    place = {int(atom): k for k, atom in enumerate(chosen)}
    inner = [{place[j]: w for j, w in rows[i].items() if j in place} for i in chosen]
    symbols = atoms.get_chemical_symbols()
    counted = _counted(kinds, elements)
    outer = [
        [
            sum(w for j, w in rows[i].items() if j not in place and symbols[j] == element)
            if kind in counted
            else 0.0
            for i in chosen
        ]
        for kind, element in enumerate(elements)
    ]
    rng = np.random.default_rng([*seed, 1])
    best, lowest = kinds, np.inf
    for _ in range(_STARTS):
        found, energy = _annealed(inner, outer, counted, rng.permutation(kinds).tolist(), rng)
        if energy < lowest - 1e-9:
            best, lowest = np.array(found, dtype=np.int64), energy
    return best


def _counted(kinds: NDArray[np.int64], elements: Sequence[str]) -> frozenset[int]:
    """Kinds whose atoms avoid each other: all but the one that has more atoms than any other."""
    numbers = np.bincount(kinds, minlength=len(elements))
    largest = np.flatnonzero(numbers == numbers.max())
    majority = {int(largest[0])} if len(largest) == 1 else set()
    return frozenset(k for k, element in enumerate(elements) if element) - majority


def _costs_of_pairs(atoms: "Atoms") -> list[_Row]:
    """For each atom its neighbours and what a like pair with them costs, images added up."""
    shortest = shortest_distances(atoms)
    pairs = nearest_neighbors(atoms, cutoff=_COSTS[-1][0])
    ratio = 2 * pairs.distance / (shortest[pairs.i] + shortest[pairs.j])
    ends, costs = np.array(_COSTS).T
    shell = np.searchsorted(ends, ratio)
    around = np.zeros((len(ends) + 1, len(atoms)))
    np.add.at(around, (shell, pairs.i), 1.0)
    share = (1 / around[shell, pairs.i] + 1 / np.maximum(around[shell, pairs.j], 1.0)) / 2
    weights = np.append(costs, 0.0)[shell] * share
    rows: list[_Row] = [{} for _ in range(len(atoms))]
    for i, j, weight in zip(pairs.i.tolist(), pairs.j.tolist(), weights.tolist(), strict=True):
        rows[i][j] = rows[i].get(j, 0.0) + weight
    return rows


def _annealed(
    rows: list[_Row],
    outer: list[list[float]],
    counted: frozenset[int],
    kinds: list[int],
    rng: np.random.Generator,
) -> tuple[list[int], float]:
    """Exchange kinds at falling temperature; return them and their cost."""
    fields = [list(field) for field in outer]
    for i, kind in enumerate(kinds):
        _add(fields, rows, counted, kind, i, 1.0)
    n = len(kinds)
    for temperature in np.geomspace(_HOT, _COLD, _SWEEPS).tolist() + [1e-6] * 3:
        partners = rng.integers(n, size=n).tolist()
        chances = rng.random(n).tolist()
        for i, j, chance in zip(range(n), partners, chances, strict=True):
            a, b = kinds[i], kinds[j]
            if a == b:
                continue
            change = _change(fields, rows, counted, (a, b), (i, j))
            if change > 1e-12 and chance > exp(-change / temperature):
                continue
            kinds[i], kinds[j] = b, a
            for kind, leaving, coming in ((a, i, j), (b, j, i)):
                _add(fields, rows, counted, kind, leaving, -1.0)
                _add(fields, rows, counted, kind, coming, 1.0)
    energy = sum(fields[k][i] + outer[k][i] for i, k in enumerate(kinds) if k in counted) / 2
    return kinds, energy


def _change(
    fields: list[list[float]],
    rows: list[_Row],
    counted: frozenset[int],
    kinds: tuple[int, int],
    atoms: tuple[int, int],
) -> float:
    """Change of the cost when two atoms exchange their kinds."""
    (a, b), (i, j) = kinds, atoms
    shared = (rows[i].get(i, 0.0) + rows[j].get(j, 0.0)) / 2 - rows[i].get(j, 0.0)
    change = 0.0
    if a in counted:
        change += fields[a][j] - fields[a][i] + shared
    if b in counted:
        change += fields[b][i] - fields[b][j] + shared
    return change


def _add(
    fields: list[list[float]],
    rows: list[_Row],
    counted: frozenset[int],
    kind: int,
    atom: int,
    sign: float,
) -> None:
    """Account for an atom of a kind that comes (sign 1) or goes (-1)."""
    if kind in counted:
        field = fields[kind]
        for neighbor, weight in rows[atom].items():
            field[neighbor] += sign * weight
