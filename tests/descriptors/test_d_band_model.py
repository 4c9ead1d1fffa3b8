import numpy as np

from catml.descriptors.d_band_model import estimate_d_bands
from tests.descriptors.batches import fcc_bulk


def test_widths_are_of_one_second_moment() -> None:
    bands = estimate_d_bands(fcc_bulk("Pt"))
    np.testing.assert_allclose(bands.rectangular_width_ev, np.sqrt(12) * bands.rms_width_ev)
    np.testing.assert_allclose(bands.semielliptic_width_ev, 4 * bands.rms_width_ev)


def test_elements_without_d_band_have_none() -> None:
    bands = estimate_d_bands(fcc_bulk("Al", 4.05))
    assert np.isnan(bands.center_ev).all()
    assert np.isnan(bands.skewness).all()
    assert np.isnan(bands.upper_edge_ev).all()
