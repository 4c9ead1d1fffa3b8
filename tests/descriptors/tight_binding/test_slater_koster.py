from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from catml.descriptors.tight_binding.second_moments import FITTED
from catml.descriptors.tight_binding.slater_koster import D_STATES, d_blocks

from ..slater_koster_table import tabulated_block

ALL_THREE = replace(FITTED, eta_dd_delta=-2.39)


@settings(max_examples=20)
@given(st.integers(0, 10_000))
def test_blocks_are_those_of_the_table(seed: int) -> None:
    direction = np.random.default_rng(seed).normal(size=3)
    direction /= np.linalg.norm(direction)
    expected = tabulated_block(direction, -16.2, 8.75, -2.39)
    np.testing.assert_allclose(d_blocks(direction, ALL_THREE), expected, atol=1e-12)


def test_blocks_turn_with_their_bond() -> None:
    turn = Rotation.from_euler("xyz", [0.3, 1.1, -0.7]).as_matrix()
    turned = np.einsum("ij,ajk,lk->ail", turn, D_STATES, turn)
    mixing = np.einsum("aij,bij->ab", turned, D_STATES)
    bond = np.array([0.6, 0.0, 0.8])
    expected = mixing.T @ d_blocks(bond, ALL_THREE) @ mixing
    np.testing.assert_allclose(d_blocks(turn @ bond, ALL_THREE), expected, atol=1e-12)


def test_the_sum_of_squares_is_that_of_the_second_moment() -> None:
    bond = np.array([1.0, 2.0, -2.0]) / 3
    assert np.isclose((d_blocks(bond, ALL_THREE) ** 2).sum(), ALL_THREE.eta_dd_squared)
