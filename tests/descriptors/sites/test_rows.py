"""Rows of site tables and the batches they belong to."""

import numpy as np
import pandas as pd
import pytest

from catml.descriptors.featurizer import SiteFeaturizer
from catml.descriptors.sites import rows
from catml.descriptors.sites.rows import row_groups
from catml.structures.site_table import site_table

NAMES = ["Pt3Ni(111)", "Cu(100)", "Cu3Au(111)", "Pd(100)", "Ag3Pd(111)", "FePt(111)"]


@pytest.mark.parametrize("kind", ["geometry", "electronic"])
def test_few_surfaces_at_a_time_give_what_all_at_once_give(kind, monkeypatch):
    table = site_table(NAMES)
    together = SiteFeaturizer(kind).fit_transform(table)
    monkeypatch.setattr(rows, "_BONDS_AT_ONCE", 1)
    one_by_one = SiteFeaturizer(kind).fit_transform(table)
    pd.testing.assert_frame_equal(one_by_one, together, rtol=1e-12)


def test_groups_hold_every_row_with_its_own_surface_and_site():
    table = site_table(NAMES).sample(frac=1.0, random_state=0)
    seen = []
    for group in row_groups(table):
        sites = group.weights.argmax(axis=1)
        for row, surface, site in zip(group.rows, group.surfaces, sites, strict=True):
            seen.append(row)
            assert group.batch.surfaces[surface].name == table["surface"].iloc[row]
            assert group.batch.sites[site].id == table["site"].iloc[row]
    assert sorted(seen) == list(range(len(table)))


def test_one_name_with_two_lattice_constants_is_two_surfaces():
    table = site_table(["Cu(111)", "Cu(111)"], lattice=[(3.6, None), (3.7, None)])
    (group,) = row_groups(table)
    assert group.batch.lattice_ang[group.surfaces, 0].tolist() == [3.6] * 4 + [3.7] * 4


def test_missing_lattice_constants_are_the_tabulated_ones():
    table = site_table(["Cu(111)"])
    expected = SiteFeaturizer("geometry").fit_transform(table)
    table.loc[1:, ["lattice_a_ang", "lattice_c_ang"]] = np.nan
    found = SiteFeaturizer("geometry").fit_transform(table)
    pd.testing.assert_frame_equal(found, expected)
