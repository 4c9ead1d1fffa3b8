"""Folders for calculations: a clean slab, and the adsorbate on a site of it.

Such a folder holds ``slab`` and, with an adsorbate, one such as ``CO-ontop-1``; each has the
structure as ``structure.extxyz`` and a folder with input files for every code asked for.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING

from catml.errors import SurfaceError
from catml.structures.adsorbates import place
from catml.structures.building.cells import Size
from catml.structures.dft.inputs import dft_files
from catml.structures.files import write_slab
from catml.structures.sites import Site, find_sites
from catml.structures.surface import Surface

if TYPE_CHECKING:
    from ase import Atoms

LEAST_WIDTH_ANG = 4.8
"""Least distance between an adsorbate and its periodic copies where no size is given."""

_UNSAFE = re.compile(r"[^A-Za-z0-9.+-]+")


def write_structures(
    slab: Atoms,
    folder: Path,
    *,
    name: str,
    adsorbate: str | None,
    site: str | None,
    codes: Sequence[str],
    functional: str,
) -> list[str]:
    """Write a slab, and an adsorbate on a site of it, into an existing folder.

    Returns
    -------
    list of str
        Names of the folders made in it.

    Raises
    ------
    SurfaceError
        If the slab has no such site, the adsorbate cannot be placed, or a code or functional is
        not known.
    """
    structures = {"slab": (slab, name)}
    if adsorbate is not None:
        chosen = _site_named(slab, str(site), name)
        title = f"{adsorbate} on {name}, {chosen.id}"
        structures[folder_name(f"{adsorbate}-{chosen.id}")] = (
            place(slab, chosen, adsorbate),
            title,
        )
    for part, (atoms, title) in structures.items():
        (folder / part).mkdir()
        write_slab(atoms, folder / part / "structure.extxyz")
        for code in dict.fromkeys(codes):
            files = dft_files(atoms, code=code, functional=functional, title=title)
            (folder / part / code).mkdir()
            for file, content in files.items():
                (folder / part / code / file).write_text(content, encoding="utf-8")
    return list(structures)


def folder_name(text: str) -> str:
    """Return text as the name of a folder that needs no quoting anywhere.

    Examples
    --------
    >>> folder_name("Cu3Zr@Cu(100)"), folder_name("Pt1/Cu(111)")
    ('Cu3Zr_Cu_100', 'Pt1_Cu_111')
    """
    return _UNSAFE.sub("_", text).strip("_.") or "slab"


def slab_for_calculation(
    surface: Surface,
    *,
    functional: str,
    size: Size | None = None,
    layers: int | None = None,
    fixed_layers: int | None = None,
    vacuum: float = 10.0,
) -> Atoms:
    """Return a slab with its lower part held and room for an adsorbate.

    Parameters
    ----------
    surface
        The surface.
    functional
        Whose lattice constants it gets.
    size, layers, vacuum
        As `catml.structures.slabs.build_slab` takes them; by default a size that keeps an
        adsorbate 4.8 Å from its copies.
    fixed_layers
        Number of planes from the bottom whose atoms are held; by default the lower half.

    Raises
    ------
    SurfaceError
        If an option is out of range.
    """
    plain = surface.slab()
    if size is None:
        size = roomy_size(plain)
    if fixed_layers is None:
        fixed_layers = int(layers or plain.info["layers"]) // 2
    return surface.slab(
        layers=layers,
        size=size,
        vacuum=vacuum,
        fixed_layers=fixed_layers,
        functional=functional,
    )


def roomy_size(slab: Atoms) -> tuple[int, int]:
    """Return the repeats of the surface cell that keep an adsorbate away from its copies.

    Parameters
    ----------
    slab
        Of the default size; single atoms have a larger one, which counts as it is.

    Examples
    --------
    >>> roomy_size(Surface("Pt(111)").slab()), roomy_size(Surface("Pt3Ni(111)").slab())
    ((2, 2), (1, 1))
    """
    first, second = slab.info["size"]
    a_ang, b_ang, _ = slab.cell.lengths()
    return (
        int(first) * max(1, ceil(LEAST_WIDTH_ANG / a_ang)),
        int(second) * max(1, ceil(LEAST_WIDTH_ANG / b_ang)),
    )


def _site_named(slab: Atoms, site: str, name: str) -> Site:
    sites = {found.id: found for found in find_sites(slab)}
    if site not in sites:
        raise SurfaceError(f"{name} has no site {site!r}; it has {', '.join(sites)}")
    return sites[site]
