from math import gcd

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catml.structures.bulk.prototypes import PROTOTYPES
from catml.structures.bulk.surface_basis import primitive_normal, surface_basis

index = st.integers(-3, 3)


@settings(max_examples=40, deadline=None)
@given(
    st.sampled_from(sorted(PROTOTYPES)),
    st.tuples(index, index, index).filter(lambda hkl: gcd(*hkl) == 1),
)
def test_a_basis_of_the_lattice_with_two_short_vectors_in_the_plane(
    name: str, miller: tuple[int, int, int]
) -> None:
    bulk = PROTOTYPES[name]
    cell = bulk.ideal_cell()
    normal = primitive_normal(bulk, miller)
    basis = surface_basis(normal, cell)
    assert abs(round(np.linalg.det(basis))) == 1
    assert (basis @ normal).tolist() == [0, 0, 1]
    first, second, third = basis @ cell
    assert np.cross(first, second) @ third > 0
    # Reduced: neither vector gets shorter by adding or subtracting the other.
    assert first @ first <= second @ second + 1e-9
    assert abs(first @ second) <= first @ first / 2 + 1e-9


def test_the_normal_belongs_to_the_conventional_cell() -> None:
    # (111) and (100) of the cubic cell, in the primitive vectors (011)/2, (101)/2 and (110)/2.
    assert primitive_normal(PROTOTYPES["A1"], (1, 1, 1)).tolist() == [1, 1, 1]
    assert primitive_normal(PROTOTYPES["A1"], (1, 0, 0)).tolist() == [0, 1, 1]
    assert primitive_normal(PROTOTYPES["A3"], (1, 0, -1, 2)).tolist() == [1, 0, 2]
    area = np.linalg.norm(np.cross(*surface_basis(np.array([1, 1, 1]), np.eye(3))[:2]))
    assert area == pytest.approx(3**0.5)
