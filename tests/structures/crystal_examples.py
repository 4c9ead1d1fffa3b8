"""Bulk crystals made with ASE, for several tests."""

from ase import Atoms
from ase.build import bulk
from ase.spacegroup import crystal

CRYSTALS: dict[str, Atoms] = {
    "copper": bulk("Cu", a=3.61),
    "zincblende": bulk("ZnS", "zincblende", a=5.41),
    "wurtzite": bulk("ZnO", "wurtzite", a=3.25, c=5.2, u=0.382),
    "perovskite": crystal(
        ["Sr", "Ti", "O"],
        [(0, 0, 0), (0.5, 0.5, 0.5), (0.5, 0.5, 0)],
        spacegroup=221,
        cellpar=[3.905, 3.905, 3.905, 90, 90, 90],
    ),
    "anatase": crystal(
        ["Ti", "O"],
        [(0, 0, 0), (0, 0, 0.2081)],
        spacegroup=141,
        cellpar=[3.785, 3.785, 9.514, 90, 90, 90],
    ),
    "rutile": crystal(
        ["Ru", "O"],
        [(0, 0, 0), (0.3053, 0.3053, 0)],
        spacegroup=136,
        cellpar=[4.4968, 4.4968, 3.1049, 90, 90, 90],
    ),
    "corundum": crystal(
        ["Al", "O"],
        [(0, 0, 0.3522), (0.3063, 0, 0.25)],
        spacegroup=167,
        cellpar=[4.759, 4.759, 12.991, 90, 90, 120],
    ),
    "baddeleyite": crystal(
        ["Zr", "O", "O"],
        [(0.2754, 0.0395, 0.2083), (0.07, 0.3317, 0.3447), (0.4496, 0.7569, 0.4792)],
        spacegroup=14,
        cellpar=[5.15, 5.212, 5.317, 90, 99.23, 90],
    ),
}
