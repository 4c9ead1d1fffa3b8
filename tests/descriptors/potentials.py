"""Potentials over the height of a slab, and the LOCPOT that VASP would write of them."""

import ase.build
import numpy as np


def slab(vacuum_ang=8.0, shift_ang=0.0):
    atoms = ase.build.fcc111("Cu", (1, 1, 4), vacuum=vacuum_ang)
    atoms.pbc = True
    atoms.positions[:, 2] += shift_ang
    return atoms


def potential(atoms, *, upper_ev, lower_ev=None, step_at=0.5, slope=False, points=240):
    """Wells at the atoms, a level on each side, a step (or a slope) between them in the vacuum."""
    lower_ev = upper_ev if lower_ev is None else lower_ev
    length = atoms.cell[2, 2]
    top, bottom = atoms.positions[:, 2].max(), atoms.positions[:, 2].min()
    gap = length - (top - bottom)
    away = (np.arange(points) / points * length - top) % length  # from the top, upwards
    inside = away > gap
    share = away / gap
    blend = share if slope else 1 / (1 + np.exp(-(away - step_at * gap) / 0.15))
    levels = upper_ev + (lower_ev - upper_ev) * blend
    wells = 20 * (np.exp(-away / 0.5) + np.exp(-np.abs(gap - away) / 0.5))
    average = np.where(inside, -12.0, levels - wells)
    grid = np.broadcast_to(average, (3, 4, points)).copy()
    grid[0] += 0.3  # not the same in a plane, but the same on average
    grid[1] -= 0.3
    return grid


def locpot(atoms, values):
    """Fortran order, five values a line."""
    counts = {s: atoms.symbols.count(s) for s in dict.fromkeys(atoms.symbols)}
    head = ["slab", "1.0", *_rows(atoms.cell)]
    head += [" ".join(counts), " ".join(map(str, counts.values())), "Direct"]
    head += _rows(atoms.get_scaled_positions(wrap=False))
    flat = np.asarray(values).ravel(order="F")
    rows = [" ".join(f"{v:.9E}" for v in flat[i : i + 5]) for i in range(0, flat.size, 5)]
    return "\n".join([*head, "", " ".join(map(str, np.shape(values))), *rows]) + "\n"


def _rows(vectors):
    return [" ".join(f"{x:.8f}" for x in vector) for vector in vectors]
