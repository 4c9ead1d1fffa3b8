import numpy as np

from catml.structures.building.plans import coordinates, planned_slab
from catml.structures.bulk.prototypes import PROTOTYPES
from catml.structures.surface import Surface


def test_a_plan_counts_planes_and_copies():
    """Rocksalt (100): each plane holds a metal (role 0) and a non-metal (role 1) per cell."""
    surface = Surface("MgO(100)")
    plan = planned_slab(surface.structure, *surface.cut, 3, ((2, 0), (0, 3)))
    assert plan.roles.tolist().count(0) == plan.roles.tolist().count(1) == 3 * 6
    assert np.bincount(plan.tags).tolist() == [0, 12, 12, 12]
    assert {tuple(cell) for cell in plan.cells.tolist()} == {
        (i, j) for i in (0, 1) for j in range(3)
    }


def test_coordinates_of_fcc_planes():
    """On fcc(100) with a = 4 Å atoms are 2.83 Å apart, the next plane 2 Å higher and between."""
    surface = Surface("Pt(100)")
    plan = planned_slab(PROTOTYPES["A1"], *surface.cut, 2, ((1, 0), (0, 1)))
    vectors = np.array(surface.stacking.vectors) @ PROTOTYPES["A1"].cell(4.0)
    positions, cell = coordinates(plan, vectors, 5.0, (0.0, 0.1))
    side = 4 / np.sqrt(2)
    np.testing.assert_allclose(cell, np.diag([side, 1.1 * side, 12.0]), atol=1e-9)
    expected = [[side / 2, 1.1 * side / 2, 5.0], [0.0, 0.0, 7.0]]
    np.testing.assert_allclose(positions, expected, atol=1e-9)
