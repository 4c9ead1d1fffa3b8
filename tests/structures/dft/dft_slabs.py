"""Slabs that the tests of input files share."""

from ase import Atoms

from catml.structures.adsorbates import place
from catml.structures.sites import find_sites
from catml.structures.surface import Surface


def covered_slab() -> Atoms:
    """CO on Pt3Ni(111), two of four layers held; 18 atoms of four elements."""
    slab = Surface("Pt3Ni(111)").slab(fixed_layers=2)
    return place(slab, find_sites(slab)[0], "CO")
