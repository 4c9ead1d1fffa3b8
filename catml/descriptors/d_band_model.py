"""The d band of every atom without DFT: centre, width, shape, upper edge and filling."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from catml.descriptors.tight_binding import band_centers, rms_widths
from catml.elements.properties import element_array
from catml.structures.batches import SiteBatch

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class DBandEstimate:
    """The d bands of the N atoms of S surfaces; energies relative to the Fermi level.

    All arrays have the shape (S, N), and NaN for elements without d band.

    Attributes
    ----------
    center_ev, rms_width_ev : float array
        First moment and root of the second central moment, in eV.
    skewness, kurtosis : float array
        μ3/μ2^1.5 and μ4/μ2².
    upper_edge_ev : float array
        Centre plus two rms widths, in eV.
    filling : float array
        Fraction of the band below the Fermi level.
    """

    center_ev: Array
    rms_width_ev: Array
    skewness: Array
    kurtosis: Array
    upper_edge_ev: Array
    filling: Array

    @property
    def rectangular_width_ev(self) -> Array:
        """Full width √(12 μ2) of the rectangular band with this second moment, in eV."""
        return np.sqrt(12) * self.rms_width_ev

    @property
    def semielliptic_width_ev(self) -> Array:
        """Full width 4 √μ2 of the semi-elliptic band with this second moment, in eV."""
        return 4 * self.rms_width_ev


def estimate_d_bands(batch: SiteBatch) -> DBandEstimate:
    """Return the estimated d band of every atom.

    Complete only for atoms whose neighbours the batch lists, as it does for those of the sites.

    Notes
    -----
    A semi-elliptic band (skewness 0, kurtosis 2) of the tight-binding width, its centre scaled
    from the element's own bulk (`catml.descriptors.tight_binding`).
    """
    center = band_centers(batch)
    width = rms_widths(batch)
    known = np.isfinite(center)
    return DBandEstimate(
        center_ev=center,
        rms_width_ev=width,
        skewness=np.where(known, 0.0, np.nan),
        kurtosis=np.where(known, 2.0, np.nan),
        upper_edge_ev=center + 2 * width,
        filling=np.where(known, element_array("d_filling")[batch.numbers], np.nan),
    )
