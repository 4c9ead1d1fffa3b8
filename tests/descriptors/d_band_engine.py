"""An engine without density functional theory: d bands of a tight-binding Hamiltonian on k-points.

Five d orbitals on every atom, hoppings dds : ddp : ddd = -6 : 4 : -1 that fall with the fifth power
of the distance, each orbital at 0 eV; the Fermi level counts the d electrons. It goes on from where
it was killed, k-point by k-point.
"""

import os
import signal

import numpy as np
from ase.data import atomic_numbers
from ase.neighborlist import neighbor_list

from catml.descriptors.calculating.slab_boxes import kpoint_mesh
from catml.descriptors.dos import ProjectedDos

DDS_EV, NEAREST_ANG = -0.9, 2.55
REACH_ANG = 3.2
BROADENING_EV = 0.15
D_ELECTRONS = {"Ni": 8.8, "Cu": 9.6, "Pt": 8.8, "Pd": 8.8}

calls = []
"""The names of the slabs calculated in this process."""


def hopping(vector):
    """The 5 × 5 hoppings along a vector: each d orbital is a traceless symmetric 3 × 3 matrix."""
    length = np.linalg.norm(vector)
    axis = vector / length
    strength = DDS_EV * (NEAREST_ANG / length) ** 5
    # Spherical harmonics about the bond are eigenvectors; dds, ddp and ddd belong to m = 0, 1, 2.
    projectors = _projectors(axis)
    return strength * (projectors[0] - 4 / 6 * projectors[1] + 1 / 6 * projectors[2])


def _d_matrices():
    s = np.sqrt(0.5)
    m = np.zeros((5, 3, 3))
    m[0][0, 1] = m[0][1, 0] = s
    m[1][1, 2] = m[1][2, 1] = s
    m[2][0, 2] = m[2][2, 0] = s
    m[3] = np.diag([s, -s, 0])
    m[4] = np.diag([-1, -1, 2]) / np.sqrt(6)
    return m


def _projectors(axis):
    """On the d orbitals of angular momentum 0, ±1 and ±2 about an axis."""
    d = _d_matrices()
    sigma = np.sqrt(1.5) * (np.outer(axis, axis) - np.eye(3) / 3)
    amplitude = np.einsum("kij,ij->k", d, sigma)
    p0 = np.outer(amplitude, amplitude)
    # The double commutator with rotations about the axis has the eigenvalue -m².
    x, y, z = axis
    turn = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    turned = np.einsum("ij,kjl->kil", turn, d) - np.einsum("kij,jl->kil", d, turn)
    rotation = np.einsum("kij,lij->kl", d, turned)
    squared = -rotation @ rotation
    p1 = squared @ (4 * np.eye(5) - squared) / 3
    p2 = squared @ (squared - np.eye(5)) / 12
    return p0, p1, p2


def calculate(atoms, settings, run):
    calls.append(run.name)
    first, second, distance = neighbor_list("ijD", atoms, REACH_ANG)
    blocks = [hopping(vector) for vector in distance]
    mesh = kpoint_mesh(atoms, settings)
    fractions = [(i / mesh[0], j / mesh[1], 0) for i in range(mesh[0]) for j in range(mesh[1])]
    levels, weights = _resumed(run.folder)
    for n, fraction in enumerate(fractions):
        if n < len(levels):
            continue
        k = 2 * np.pi * np.array(fraction) @ np.linalg.inv(atoms.cell.array).T
        matrix = np.zeros((5 * len(atoms), 5 * len(atoms)), dtype=complex)
        for i, j, vector, block in zip(first, second, distance, blocks, strict=True):
            matrix[5 * i : 5 * i + 5, 5 * j : 5 * j + 5] += block * np.exp(1j * (k @ vector))
        values, vectors = np.linalg.eigh(matrix)
        levels.append(values)
        weights.append((np.abs(vectors) ** 2).reshape(len(atoms), 5, -1))
        np.savez(run.folder / "partial.npz", levels=levels, weights=weights)
        os.replace(run.folder / "partial.npz", run.folder / "done.npz")
        run.step(n + 1)
        if os.environ.get("DIE_AT") == str(n + 1):
            os.kill(os.getpid(), signal.SIGKILL)
    return _projected(atoms, np.array(levels), np.array(weights))


def _resumed(folder):
    if not (folder / "done.npz").exists():
        return [], []
    content = np.load(folder / "done.npz")
    return list(content["levels"]), list(content["weights"])


def _projected(atoms, levels, weights):
    symbols = atoms.get_chemical_symbols()
    electrons = sum(D_ELECTRONS.get(symbol, 0) for symbol in symbols) * len(levels) / 2
    ordered = np.sort(levels.ravel())
    fermi_ev = float(np.interp(electrons, np.arange(ordered.size) + 0.5, ordered))
    energy = np.arange(-12, 12, 0.02)
    states = np.zeros((len(atoms), 1, 5, energy.size))
    for values, share in zip(levels - fermi_ev, weights, strict=True):
        peaks = np.exp(-(((energy - values[:, None]) / BROADENING_EV) ** 2))
        states[:, 0] += 2 * share @ peaks / (np.sqrt(np.pi) * BROADENING_EV * len(levels))
    assert all(atomic_numbers[symbol] for symbol in symbols)
    return ProjectedDos(energy, states, tuple(symbols), fermi_level_ev=fermi_ev)
