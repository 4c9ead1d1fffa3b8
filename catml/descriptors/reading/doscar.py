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
_ROUNDING_EV = 1e-3
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
    header = _header(lines, source)
    n_atoms, n_energies = header.n_atoms, header.n_energies
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
    blocks = []
    for atom in range(n_atoms):
        start = _HEADER_LINES + n_energies + atom * (n_energies + 1) + 1
        block = _block(lines, start, n_energies, f"atom {atom} of {n_atoms}", source)
        blocks.append(block[:, 1:])
    if text[-1:] not in "\r\n" and len(lines[-1]) < len(lines[-2]):
        raise DescriptorError(
            f"{source} is cut short: it ends within a line; copy it again, or let the calculation "
            "end"
        )
    if len({block.shape for block in blocks}) != 1:
        raise DescriptorError(
            f"{source}: its atoms have different numbers of columns; the file is damaged"
        )
    d_states = _d_states(np.stack(blocks), total.shape[1] == 5, source)
    energy_ev = _unrounded(total[:, 0], header)
    return Doscar(energy_ev, d_states, header.fermi_level_ev)


class _Header(NamedTuple):
    n_atoms: int
    n_energies: int
    lowest_ev: float
    highest_ev: float
    fermi_level_ev: float


def _unrounded(energy_ev: NDArray[np.float64], header: _Header) -> NDArray[np.float64]:
    """Return the even energies of the header where the column is their rounding to 0.001 eV.

    On a fine grid rounded energies repeat.
    """
    exact = np.linspace(header.lowest_ev, header.highest_ev, header.n_energies)
    return exact if np.allclose(exact, energy_ev, rtol=0, atol=_ROUNDING_EV) else energy_ev


def _header(lines: list[str], source: str) -> _Header:
    try:
        n_atoms = int(lines[0].split()[0])
        _, _ = (int(word) for word in lines[0].split()[1:3])
        line = lines[_HEADER_LINES - 1]
        words = line.split()
        if len(words) != 5:
            # Ten thousand energies and more stand without a space before them.
            words = [line[:16], line[16:32], line[32:37], line[37:53]]
        highest_ev, lowest_ev, fermi_level_ev = (float(words[i]) for i in (0, 1, 3))
        n_energies = int(words[2])
    except (IndexError, ValueError):
        raise DescriptorError(
            f"{source} is no DOSCAR: its header should give the number of atoms in line 1 and "
            "EMAX, EMIN, NEDOS and the Fermi level in line 6; give the DOSCAR or vasprun.xml"
        ) from None
    if n_atoms < 1 or n_energies < 3:
        raise DescriptorError(
            f"{source} has {n_atoms} atoms and {n_energies} energies; at least 1 and 3 are needed"
        )
    return _Header(n_atoms, n_energies, lowest_ev, highest_ev, fermi_level_ev)


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
    """Return the d states, shape (atoms, spins, orbitals, n), of columns (atoms, n, columns)."""
    n_atoms, n_energies, found = columns.shape
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
    by_orbital = columns.reshape(n_atoms, n_energies, orbitals, channels)
    spins = 2 if channels == 2 else 1
    return by_orbital[:, :, _D_COLUMNS[orbitals], :spins].transpose(0, 3, 2, 1)


def _is_magnetisation(columns: NDArray[np.float64]) -> bool:
    """Whether 16 columns are s, p, d, f with a magnetisation each, and not 16 orbitals.

    A magnetisation is nowhere larger than its density. Of a light atom alone the orbitals may look
    like that, of all atoms together they do not.
    """
    by_orbital = columns.reshape(*columns.shape[:2], 4, 4)
    length = np.linalg.norm(by_orbital[..., 1:], axis=-1)
    return bool((length <= 1.01 * np.abs(by_orbital[..., 0]) + 1e-4).all())
