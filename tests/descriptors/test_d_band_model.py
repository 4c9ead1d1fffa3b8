import numpy as np
import pytest
from ase.build import fcc111
from ase.cluster import Octahedron

from catml.descriptors.d_band_model import DBandEstimate, estimate_d_bands, fitted_parameters
from catml.descriptors.sites.coordination import own_bond_lengths
from catml.elements.properties import element_array, element_value
from catml.errors import DescriptorError
from catml.structures.batches import batch_of_slab
from catml.structures.families import site_batch
from catml.structures.surface import Surface

from .batches import fcc_bulk

# Centres and rms widths of (111) surfaces: density functional theory with RPBE, tables of the
# public TinNet code (doi:10.1038/s41467-021-25639-8).
PUBLISHED_111 = {
    "Ag": (-3.94, 1.13),
    "Au": (-3.25, 1.45),
    "Cu": (-2.37, 1.06),
    "Ir": (-2.10, 2.40),
    "Ni": (-1.41, 1.37),
    "Pd": (-1.72, 1.43),
    "Pt": (-2.11, 1.90),
    "Rh": (-1.69, 1.88),
}


def top_center(name: str) -> float:
    (batch,) = site_batch([Surface(name)])
    return float(estimate_d_bands(batch).center_ev[0, batch.sites[0].atoms[0]])


def arrays(bands: DBandEstimate) -> list[np.ndarray]:
    return [getattr(bands, name) for name in DBandEstimate.__dataclass_fields__]


@pytest.mark.parametrize("symbol", ["Cu", "Pd", "Pt", "Re", "W"])
def test_bulk_metals_have_their_tabulated_centre(symbol: str) -> None:
    bands = estimate_d_bands(fcc_bulk(symbol))
    tabulated = element_value(symbol, "d_band_center_bulk_ev")
    assert bands.center_ev[0, 0] == pytest.approx(tabulated, abs=0.02)
    assert bands.filling[0, 0] == pytest.approx(element_value(symbol, "d_filling"), abs=0.01)


def test_elemental_surfaces_agree_with_published_ones() -> None:
    centers, widths = [], []
    for symbol, (center, width) in PUBLISHED_111.items():
        (batch,) = site_batch([Surface(f"{symbol}(111)")])
        bands = estimate_d_bands(batch)
        top = batch.sites[0].atoms[0]
        centers.append(bands.center_ev[0, top] - center)
        widths.append(bands.rms_width_ev[0, top] - width)
    assert np.abs(centers).mean() < 0.15
    assert np.abs(widths).mean() < 0.15


def test_strain_and_coordination_move_a_late_metal_as_known() -> None:
    def center(a_ang: float) -> float:
        slab = fcc111("Pt", (1, 1, 6), a=a_ang, vacuum=8)
        return float(estimate_d_bands(batch_of_slab(slab)).center_ev[0, -1])

    assert center(3.85) < center(3.95) < center(4.05)
    assert top_center("Pt(111)") < top_center("Pt(100)")


def test_ligands_move_platinum_as_known() -> None:
    """Platinum skins over 3d metals bind weaker (doi:10.1103/PhysRevLett.93.156801)."""
    assert top_center("Pt3Co@Pt(111)") < top_center("Pt(111)")
    assert top_center("Ni@Pt(111)") < top_center("Pt3Ni@Pt(111)") < top_center("Pt(111)")
    assert top_center("Au@Pt(111)") > top_center("Pt(111)")


@pytest.mark.parametrize("names", [["Pt3Ni(111)", "Pd3Al(111)"], ["CuAu(101)"], ["Ru(0001)"]])
def test_families_agree_with_single_slabs(names: list[str]) -> None:
    (batch,) = site_batch([Surface(name) for name in names])
    family = estimate_d_bands(batch)
    exposed = sorted({i for site in batch.sites for i in site.atoms})
    layers = next(
        n for n in range(3, 30) if len(batch.surfaces[0].slab(layers=n)) == batch.numbers.shape[1]
    )
    for s, surface in enumerate(batch.surfaces):
        single = estimate_d_bands(batch_of_slab(surface.slab(layers=layers)))
        for one, other in zip(arrays(family), arrays(single), strict=True):
            np.testing.assert_allclose(one[s, exposed], other[0, exposed], rtol=1e-9, atol=1e-9)


def test_atoms_asked_for_are_as_among_all() -> None:
    batch = batch_of_slab(Octahedron("Pt", 4, latticeconstant=3.95))
    every, some = estimate_d_bands(batch), estimate_d_bands(batch, atoms=[3, 7])
    np.testing.assert_allclose(some.center_ev[0, [3, 7]], every.center_ev[0, [3, 7]], rtol=1e-9)
    assert np.isnan(np.delete(some.center_ev[0], [3, 7])).all()


def test_widths_are_of_one_second_moment() -> None:
    bands = estimate_d_bands(fcc_bulk("Pt"))
    np.testing.assert_allclose(bands.rectangular_width_ev, np.sqrt(12) * bands.rms_width_ev)
    np.testing.assert_allclose(bands.semielliptic_width_ev, 4 * bands.rms_width_ev)


def test_elements_without_d_band_have_none() -> None:
    for values in arrays(estimate_d_bands(fcc_bulk("Al", 4.05))):
        assert np.isnan(values).all()


def test_parameters_are_finite_numbers() -> None:
    parameters = fitted_parameters()
    assert min(parameters.u_ev, parameters.broadening_ev, parameters.width_scale) > 0
    assert np.isfinite(parameters.center_terms).all()
    assert np.isfinite(parameters.width_terms).all()
    known = np.isfinite(element_array("d_band_center_bulk_ev"))
    assert np.isfinite(parameters.surface_shifts_ev[known & np.isfinite(own_bond_lengths())]).all()


def test_iridium_rises_most_at_its_surface() -> None:
    """By 0.6 eV from the bulk, silver by 0.1 eV (this project's calculations)."""
    rise = {
        symbol: top_center(f"{symbol}(111)") - element_value(symbol, "d_band_center_bulk_ev")
        for symbol in ("Ag", "Au", "Pd", "Pt", "Ir")
    }
    assert min(rise, key=lambda symbol: rise[symbol]) == "Ag"
    assert rise["Ir"] == max(rise.values()) == pytest.approx(0.6, abs=0.1)


def test_early_metals_below_the_surface_pull_palladium_down() -> None:
    """By 0.47 to 0.58 eV (our own calculations), of which the model has half; on gold it rises."""
    clean = top_center("Pd(111)")
    for guest in ("Ti", "Zr", "Mo"):
        assert -0.8 < top_center(f"Pd-{guest}@Pd(111)") - clean < -0.15
    assert top_center("Au@Pd(111)") > clean


def test_a_name_is_refused_with_the_way_to_go():
    with pytest.raises(DescriptorError, match="batch_of_slab"):
        estimate_d_bands("Cu(111)")
