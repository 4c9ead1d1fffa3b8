import numpy as np
import pandas as pd

from catml.descriptors.sites.elemental import property_array
from catml.descriptors.sites.zone_similarity import (
    COMPARED,
    similarity_columns,
    similarity_features,
)

SITES = pd.DataFrame(
    {
        "site_atoms": ["Cu:1", "Pd:2", "Cu:1 Pd:2", "Pt:4", "Pt:1"],
        "same_layer": ["Cu:6", "Pd:5 Ag:1", "Cu:3 Pd:6", "Pt:8", "Pt:9"],
        "sublayer": ["Cu:3", "Ni:4", "Zr:1 Cu:2", "Pt:4", ""],
    }
)


def element_kernel(first: int, second: int) -> float:
    known = np.array([property_array(name) for name in COMPARED]).T
    complete = known[np.isfinite(known).all(axis=1)]
    difference = (known[first] - known[second]) / complete.std(axis=0)
    return float(np.exp(-0.5 * np.mean(difference**2)))


def by_hand(one: dict[int, int], other: dict[int, int]) -> float:
    return sum(n * m * element_kernel(e, f) for e, n in one.items() for f, m in other.items())


def test_products_are_the_similarity_of_zones_element_by_element() -> None:
    copper, mixed = ({29: 1}, {29: 6}, {29: 3}), ({29: 1, 46: 2}, {29: 3, 46: 6}, {40: 1, 29: 2})
    shares = [
        by_hand(a, b) / np.sqrt(by_hand(a, a) * by_hand(b, b))
        for a, b in zip(copper, mixed, strict=True)
    ]
    # One binding atom and three share nothing of the fourth quarter.
    vectors = similarity_features(SITES).to_numpy()
    np.testing.assert_allclose(vectors[0] @ vectors[2], sum(shares) / 4, atol=0.01)


def test_vectors_have_unit_length_and_a_site_is_most_like_itself() -> None:
    vectors = similarity_features(SITES).to_numpy()
    assert vectors.shape == (5, len(similarity_columns()))
    kernel = vectors @ vectors.T
    np.testing.assert_allclose(np.diag(kernel), 1.0)
    assert (kernel - np.diag(np.diag(kernel))).max() < 0.999


def test_only_the_shares_of_elements_in_a_zone_count() -> None:
    doubled = SITES.assign(same_layer=["Cu:3", "Pd:10 Ag:2", "Cu:1 Pd:2", "Pt:1", "Pt:2"])
    np.testing.assert_allclose(similarity_features(doubled), similarity_features(SITES))


def test_an_empty_zone_is_like_no_other() -> None:
    vectors = similarity_features(SITES)
    below = vectors[[name for name in vectors if name.startswith("sublayer")]]
    assert (below.iloc[4] == 0).all()
