"""A copper slab with an oxygen atom on it, and densities of d states known exactly."""

import ase.build
import numpy as np

from catml.descriptors.dos import dos_from_arrays

ENERGY = np.linspace(-12, 8, 20001)


def box(low, high, states=10.0):
    """A rectangular band; its corners lie between grid points."""
    return np.where(
        np.abs(ENERGY - (low + high) / 2) < (high - low) / 2, states / (high - low), 0.0
    )


def covered_slab():
    atoms = ase.build.fcc111("Cu", (1, 1, 4), vacuum=8.0)
    atoms.append("O")
    atoms.positions[-1] = atoms.positions[3] + [0, 0, 1.9]
    return atoms


def covered_slab_dos():
    """Each layer's band 0.2 eV wider than that below; next to no d states on oxygen."""
    states = [box(-4.0 - 0.2 * i, 1.0) for i in range(4)]
    return dos_from_arrays(ENERGY, [*states, box(-6, -5, 0.05)], atoms=covered_slab())
