"""VASP's DOSCAR: the densities of states of LORBIT = 10, 11 and 12.

Format: https://www.vasp.at/wiki/index.php/DOSCAR. Six lines of header, NEDOS lines of the total
density of states (3 columns, 5 where spins are told apart), then for each atom one line of header
and NEDOS lines: the energy and the orbitals s, p, d (and f), or s, py, pz, px, dxy ... one by one,
each as one column, as two (up, down), or as four in a non-collinear calculation (the density and
the three components of its magnetisation).
"""

import re
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from catml.errors import DescriptorError

_HEADER_LINES = 6
_PRODUCED_BY = "it is written with LORBIT = 10, 11 or 12"
# Number of orbitals in a file -> which of them are d.
_D_COLUMNS = {3: slice(2, 3), 4: slice(2, 3), 9: slice(4, 9), 16: slice(4, 9)}
# Fortran leaves out the E of an exponent with three digits: 0.1234-104.
_EXPONENT = re.compile(r"(?<=\d)([+-]\d{3})\b")


class Doscar(NamedTuple):
    """What a DOSCAR holds: energies in eV on its own scale, shape (n,), and d states."""

    energy_ev: NDArray[np.float64]
    d_states: NDArray[np.float64]
    fermi_level_ev: float


def parse_doscar(text: str, *, source: str) -> Doscar:
    """Read the text of a DOSCAR.

    Parameters
    ----------
    text
        The file's content.
    source
        Its name, for messages.

    Returns
    -------
    Doscar
        With d states of shape (atoms, spins, orbitals, n); of a non-collinear calculation the
        density, one spin.

    Raises
    ------
    DescriptorError
        If the text is no DOSCAR, is cut short, or has no densities of atoms.
    """
    lines = text.rstrip().splitlines()
    if any("; Z=" in line for line in lines):
        raise DescriptorError(
            f"{source} is of LOBSTER, whose orbitals stand in another order; give VASP's DOSCAR"
        )
    n_atoms, n_energies, fermi_level_ev = _header(lines, source)
    total = _block(lines, _HEADER_LINES, n_energies, "the total density of states", source)
    if total.shape[1] not in (3, 5):
        raise DescriptorError(
            f"{source}: the total density of states has {total.shape[1]} columns, not 3 or 5; it "
            "is no DOSCAR of VASP"
        )
    if len(lines) <= _HEADER_LINES + n_energies:
        raise DescriptorError(
            f"{source} has no densities of states of atoms; {_PRODUCED_BY}, calculate again so"
        )
    polarized = total.shape[1] == 5
    d_states = []
    for atom in range(n_atoms):
        start = _HEADER_LINES + n_energies + atom * (n_energies + 1) + 1
        block = _block(lines, start, n_energies, f"atom {atom} of {n_atoms}", source)
        d_states.append(_d_states(block[:, 1:], polarized, source))
    if len({states.shape for states in d_states}) != 1:
        raise DescriptorError(f"{source}: its atoms have different numbers of columns")
    return Doscar(total[:, 0], np.stack(d_states), fermi_level_ev)


def _header(lines: list[str], source: str) -> tuple[int, int, float]:
    try:
        n_atoms = int(lines[0].split()[0])
        _, _ = (int(word) for word in lines[0].split()[1:3])
        line = lines[_HEADER_LINES - 1]
        words = line.split()
        if len(words) != 5:
            # Ten thousand energies and more stand without a space before them.
            words = [line[:16], line[16:32], line[32:37], line[37:53]]
        n_energies, fermi_level_ev = int(words[2]), float(words[3])
    except (IndexError, ValueError):
        raise DescriptorError(
            f"{source} is no DOSCAR: its header should give the number of atoms in line 1 and "
            "EMAX, EMIN, NEDOS and the Fermi level in line 6; give the DOSCAR or vasprun.xml"
        ) from None
    if n_atoms < 1 or n_energies < 3:
        raise DescriptorError(
            f"{source} has {n_atoms} atoms and {n_energies} energies; at least 1 and 3 are needed"
        )
    return n_atoms, n_energies, fermi_level_ev


def _block(lines: list[str], start: int, count: int, what: str, source: str) -> NDArray[np.float64]:
    rows = lines[start : start + count]
    if len(rows) < count:
        raise DescriptorError(
            f"{source} is cut short: {what} has {len(rows)} of {count} lines; copy it again, or "
            "let the calculation end"
        )
    width = len(rows[0].split())
    try:
        words = " ".join(rows)
        try:
            numbers = np.array(words.split(), dtype=float)
        except ValueError:
            numbers = np.array(_EXPONENT.sub(r"E\1", words).split(), dtype=float)
        return numbers.reshape(count, width)
    except ValueError:
        raise DescriptorError(
            f"{source}: {what} is no table of {count} lines and {width} columns of numbers; the "
            "file is damaged or cut short"
        ) from None


def _d_states(columns: NDArray[np.float64], polarized: bool, source: str) -> NDArray[np.float64]:
    """Return the d states of one atom, shape (spins, orbitals, n)."""
    found = columns.shape[1]
    if polarized:
        channels = 2
    elif found in _D_COLUMNS and not (found == 16 and _is_magnetisation(columns)):
        channels = 1
    else:
        channels = 4
    orbitals, rest = divmod(found, channels)
    if rest or orbitals not in _D_COLUMNS:
        raise DescriptorError(
            f"{source}: its atoms have {found} columns of orbitals, which is none of VASP's "
            "layouts; " + _PRODUCED_BY
        )
    by_orbital = columns.reshape(len(columns), orbitals, channels)[:, _D_COLUMNS[orbitals]]
    spins = 2 if channels == 2 else 1
    return by_orbital[:, :, :spins].transpose(2, 1, 0)


def _is_magnetisation(columns: NDArray[np.float64]) -> bool:
    """Whether 16 columns are s, p, d, f with a magnetisation each, and not 16 orbitals.

    A magnetisation is nowhere larger than its density.
    """
    by_orbital = columns.reshape(len(columns), 4, 4)
    length = np.linalg.norm(by_orbital[:, :, 1:], axis=2)
    return bool((length <= 1.01 * np.abs(by_orbital[:, :, 0]) + 1e-4).all())
