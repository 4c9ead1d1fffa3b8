"""The shapes of nanoparticles and the numbers that give their size."""

from collections.abc import Callable, Mapping
from typing import Any, Literal, get_args

from catml.errors import SurfaceError
from catml.structures.quantities import is_count

Shape = Literal[
    "cuboctahedron",
    "octahedron",
    "truncated-octahedron",
    "icosahedron",
    "decahedron",
    "wulff",
]

_LARGEST = 1_000_000
_SIZES: dict[str, tuple[str, ...]] = {
    "cuboctahedron": ("shells", "n_atoms"),
    "octahedron": ("edge", "n_atoms"),
    "truncated-octahedron": ("edge", "cut", "n_atoms"),
    "icosahedron": ("shells", "n_atoms"),
    "decahedron": ("shells", "pqr", "n_atoms"),
    "wulff": ("n_atoms", "surface_energies"),
}


def particle_parameters(shape: str, given: dict[str, Any]) -> dict[str, Any]:
    """Return the size of a particle as the keywords that describe it, checked and fit for JSON.

    Parameters
    ----------
    shape : str
        One of `Shape`.
    given : dict
        Those of the keywords of `catml.structures.nanoparticles.nanoparticle` that were given.

    Raises
    ------
    SurfaceError
        If the shape is unknown, or the keywords are missing, foreign to it or out of range.

    Examples
    --------
    >>> particle_parameters("octahedron", {"n_atoms": 44})
    {'edge': 4}
    """
    if shape not in get_args(Shape):
        raise SurfaceError(
            f"No nanoparticle has the shape {shape!r}: choose one of {', '.join(get_args(Shape))}."
        )
    allowed = _SIZES[shape]
    foreign = [name for name in given if name not in allowed]
    if foreign:
        raise SurfaceError(
            f"The shape {shape} is not described by {', '.join(foreign)}: "
            f"give {' or '.join(allowed)}."
        )
    if shape == "wulff":
        return _wulff_parameters(given)
    if "n_atoms" in given:
        if len(given) > 1:
            raise SurfaceError(
                f"Give either n_atoms={given['n_atoms']!r} or the size of the {shape}, not both."
            )
        return _of_number(shape, given["n_atoms"])
    least = {"shells": 1, "edge": 2, "cut": 1}
    wanted = {"truncated-octahedron": ("edge", "cut"), "octahedron": ("edge",)}.get(
        shape, ("pqr",) if "pqr" in given else ("shells",)
    )
    if set(given) != set(wanted):
        size = "either shells or pqr" if shape == "decahedron" else " and ".join(wanted)
        raise SurfaceError(f"The shape {shape} needs a size: give {size}, or n_atoms.")
    if "pqr" in given:
        return {"pqr": _checked_pqr(given["pqr"])}
    checked: dict[str, Any] = {
        name: _count(name, given[name], least=least[name]) for name in wanted
    }
    if shape == "truncated-octahedron" and checked["edge"] < 2 * checked["cut"] + 1:
        raise SurfaceError(
            f"Cannot cut {checked['cut']} layers off each corner of an octahedron with "
            f"edge={checked['edge']}: the edge must be 2 cut + 1 or longer."
        )
    return checked


def _wulff_parameters(given: dict[str, Any]) -> dict[str, Any]:
    energies = given.get("surface_energies")
    if "n_atoms" not in given or not isinstance(energies, Mapping) or not energies:
        raise SurfaceError(
            "A wulff particle needs n_atoms, the number of atoms wanted, and surface_energies, "
            "in J/m² for each facet, such as {'111': 1.3, '100': 1.5}."
        )
    return {
        "n_atoms": _count("n_atoms", given["n_atoms"], least=4),
        "surface_energies": {str(facet): energy for facet, energy in energies.items()},
    }


def _shell_number(shells: int) -> int:
    return (10 * shells**3 + 15 * shells**2 + 11 * shells + 3) // 3


def _octahedron_number(edge: int) -> int:
    return edge * (2 * edge**2 + 1) // 3


def _truncated_number(cut: int) -> int:
    return 16 * cut**3 + 15 * cut**2 + 6 * cut + 1


def _of_number(shape: str, n_atoms: object) -> dict[str, Any]:
    """The size at which the shape has so many atoms."""
    wanted = _count("n_atoms", n_atoms, least=1)
    series: dict[str, tuple[Callable[[int], int], int]] = {
        "octahedron": (_octahedron_number, 2),
        "truncated-octahedron": (_truncated_number, 1),
    }
    number, size = series.get(shape, (_shell_number, 1))
    while number(size) < wanted:
        size += 1
    if number(size) != wanted:
        near = [number(n) for n in (size - 1, size) if n >= series.get(shape, (None, 1))[1]]
        raise SurfaceError(
            f"No {shape} has {wanted} atoms; the nearest have {' and '.join(map(str, near))}."
        )
    if shape == "octahedron":
        return {"edge": size}
    if shape == "truncated-octahedron":
        return {"edge": 3 * size + 1, "cut": size}
    return {"shells": size}


def _checked_pqr(value: object) -> list[int]:
    entries = list(value) if isinstance(value, tuple | list) else []
    if len(entries) != 3:
        raise SurfaceError(
            f"Cannot use pqr={value!r}: give three whole numbers, such as (3, 2, 1)."
        )
    least = {"p": 1, "q": 1, "r": 0}
    found = [_count(n, x, least=low) for (n, low), x in zip(least.items(), entries, strict=True)]
    if found[0] + found[2] < 2:
        raise SurfaceError(
            f"pqr={tuple(found)} is a row of atoms, not a decahedron: p + r must be at least 2."
        )
    return found


def _count(name: str, value: object, *, least: int) -> int:
    if not is_count(value) or not least <= value <= _LARGEST:
        raise SurfaceError(
            f"Cannot use {name}={value!r}: give a whole number from {least} to {_LARGEST}."
        )
    return int(value)
