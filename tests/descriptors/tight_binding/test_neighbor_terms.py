import numpy as np
import pytest
from ase.build import fcc111

from catml.descriptors.tight_binding.neighbor_terms import POWERS, TERMS, neighbor_terms
from catml.descriptors.tight_binding.second_moments import bond_strengths
from catml.elements.properties import element_value
from catml.structures.batches import SiteBatch, batch_of_slab


def terms_of(batch: SiteBatch, atom: int) -> dict[str, np.ndarray]:
    which = np.array([atom])
    found = neighbor_terms(batch, which, bond_strengths(batch)[:, which])
    return dict(zip(TERMS, found[0, 0].reshape(len(TERMS), POWERS), strict=True))


@pytest.mark.parametrize("a_ang", [3.7, 3.95, 4.2])
def test_terms_vanish_in_a_pure_metal(a_ang: float) -> None:
    batch = batch_of_slab(fcc111("Pt", (1, 1, 6), a=a_ang, vacuum=8))
    for atom in range(6):
        for values in terms_of(batch, atom).values():
            np.testing.assert_allclose(values, 0, atol=1e-12)


def test_skin_over_another_metal_has_three_foreign_neighbours() -> None:
    slab = fcc111("Pt", (2, 2, 6), a=3.95, vacuum=8)
    slab.symbols[slab.get_tags() == 2] = "Ti"
    top = int(np.flatnonzero(slab.get_tags() == 1)[0])
    found = terms_of(batch_of_slab(slab), top)
    powers = (element_value("Pt", "d_filling") - 0.5) ** np.arange(POWERS)

    def change(name: str) -> float:
        return element_value("Ti", name) - element_value("Pt", name)

    expected = {
        "electronegativity": 3 * change("pauling_electronegativity"),
        "level": 3 * change("d_band_center_bulk_ev"),
        "filling": 3 * change("d_filling"),
        "filling_squared": 3 * change("d_filling") ** 2,
        "radius": 3 * np.log(1 + change("r_d_fitted_ang") / element_value("Pt", "r_d_fitted_ang")),
    }
    for name, value in expected.items():
        np.testing.assert_allclose(found[name], value / 12 * powers, rtol=1e-9, atol=1e-12)


def test_neighbours_without_d_band_count_only_as_foreign() -> None:
    slab = fcc111("Pt", (2, 2, 6), a=4.05, vacuum=8)
    slab.symbols[slab.get_tags() == 2] = "Al"
    top = int(np.flatnonzero(slab.get_tags() == 1)[0])
    found = terms_of(batch_of_slab(slab), top)
    assert found["misfit"][0] > 0
    for name in set(TERMS) - {"misfit"}:
        np.testing.assert_allclose(found[name], 0, atol=1e-12)
