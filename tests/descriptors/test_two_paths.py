"""Surfaces by name, thousands at once, and single slabs of them must have the same descriptors."""

import numpy as np
import pytest
from ase import Atoms

from catml.descriptors.featurizer import SiteFeaturizer
from catml.structures.families import template_of
from catml.structures.surface import Surface

FAMILIES = {
    "pure": (
        "Pt(111)",
        "Ag(100)",
        "Cu(110)",
        "Pt(211)",
        "Fe(110)",
        "W(100)",
        "Ru(0001)",
        "Co(10-10)",
    ),
    "ordered-alloy": (
        "Pt3Ni(111)",
        "Pt3Ni(211)",
        "Pt3Ni(100):NiPt",
        "CuAu(101)",
        "CuZn[B2](110)",
        "Ti3Al(0001)",
        "Al3Ti(111)",
    ),
    "compound": ("MgO(100)", "RuO2(110)"),
    "overlayer": ("Ni@Cu(100)", "Ni-Cu@Cu(111)", "Ru@Pt(0001)"),
    "near-surface": ("Cu-Ni@Cu(100)", "Pt-Ru@Pt(111)"),
    "skin": ("Cu3Zr@Cu(100)", "Pt3Ni@Pt(111)"),
    "single-atom": ("Pt1/Cu(111)",),
    "segregated": ("Pt3Ni-Ni@Pt(111)", "Pt3Ni-Pt0.5Ni0.5@Pt(111)"),
    "solid-solution": ("Cu0.75Pd0.25(111)",),
}
NAMES = [name for names in FAMILIES.values() for name in names]
TOLERANCE = 1e-9


def bare(slab: Atoms) -> Atoms:
    """The same without a word of what it is, turned and shifted."""
    plain = Atoms(slab.numbers, slab.positions, cell=slab.cell, pbc=slab.pbc)
    plain.rotate(20, "z", rotate_cell=True)
    plain.translate([0.3, 0.1, 0.2])
    return plain


def slab_of(name: str) -> Atoms:
    surface = Surface(name)
    if surface.has_mixture:
        return surface.slab()
    return surface.slab(layers=template_of(surface).layers + 1)


@pytest.mark.parametrize(
    "kind", ["environment", "geometry", "composition", "electronic", "similarity"]
)
def test_one_slab_of_every_family(kind):
    together = SiteFeaturizer(kind).fit_transform(NAMES)
    single = SiteFeaturizer(kind).fit_transform([bare(slab_of(name)) for name in NAMES])
    assert together.columns.equals(single.columns)
    for item, name in enumerate(NAMES):
        fast = together.loc[item].droplevel("surface_name").sort_index()
        slow = single.loc[item].droplevel("surface_name").sort_index()
        assert fast.index.equals(slow.index), name
        np.testing.assert_allclose(fast, slow, rtol=0, atol=TOLERANCE, err_msg=name)


@pytest.mark.parametrize("family", FAMILIES)
def test_the_names_are_of_their_families(family):
    assert {Surface(name).family for name in FAMILIES[family]} == {family}
