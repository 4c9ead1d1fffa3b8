import numpy as np
import pytest
from ase import Atoms

from catml.data.d_band_schema import find_d_band_problems
from catml.data.d_bands import read_back
from catml.descriptors.dos import ProjectedDos, dos_from_arrays
from catml.elements.d_band_windows import DEFAULT_WINDOW_EV
from catml.errors import DescriptorError
from catml.structures.surface import Surface
from catml.workflow.d_band_rows import ROW_WINDOWS_EV, DBandSettings, d_band_rows

HOW = DBandSettings("PBE", "GPAW", "25.7.0", "plane waves", (8, 8, 1), cutoff_ev=400.0)
ENERGY = np.linspace(-16, 16, 3201)


def gaussian(center: float, width: float, states: float = 10.0) -> np.ndarray:
    return states * np.exp(-(((ENERGY - center) / width) ** 2) / 2) / (width * np.sqrt(2 * np.pi))


def slab_dos(name: str, *, layers: int = 4, spins: int = 1) -> ProjectedDos:
    """Layer k has its band at -k/4 eV, spin down 1 eV higher, and half as many states."""
    slab = Surface(name).slab(layers=layers)
    states = [
        [gaussian(-layer / 4 + spin, 1.0, 10 / (spin + spins)) for spin in range(spins)]
        for layer in slab.get_tags()
    ]
    return dos_from_arrays(ENERGY, states, atoms=slab, work_function_ev=5.0)


def test_rows_hold_the_closed_form_of_the_band() -> None:
    rows = d_band_rows(slab_dos("Cu(111)"), HOW, windows_ev=[(-12, 12)])
    assert rows["layer"].tolist() == [1, 2]
    assert rows["multiplicity"].tolist() == [2, 2]
    assert rows["coordination"].tolist() == [9, 12]
    # Layers 4 and 3 are the lower side's first and second; the upper atom stands for both.
    assert rows["d_band_center_ev"].to_numpy() == pytest.approx([-0.25, -0.5], abs=1e-6)
    assert rows["rms_width_ev"].to_numpy() == pytest.approx(1.0, abs=1e-5)
    assert rows["kurtosis"].to_numpy() == pytest.approx(3.0, abs=1e-3)
    assert rows["d_states"].to_numpy() == pytest.approx(10.0, abs=1e-6)
    assert set(rows["work_function_ev"]) == {5.0}
    assert set(rows["k_points"]) == {"8x8x1"}


def test_rows_obey_the_schema() -> None:
    for dos, moments in (
        (slab_dos("Ni@Cu(100)"), None),
        (slab_dos("Ni(211)", layers=9, spins=2), [0.7] * 9),
    ):
        rows = d_band_rows(dos, HOW, magnetic_moments_mub=moments)
        assert find_d_band_problems(read_back(rows)) == []
        assert rows["row"].is_unique


def test_both_spins_and_the_effective_centre_of_a_magnet() -> None:
    rows = d_band_rows(slab_dos("Ni(111)", spins=2), HOW, windows_ev=[(-12, 12)])
    top = rows[rows["layer"] == 1].set_index("spin")
    assert top.loc["up", "d_band_center_ev"] == pytest.approx(-0.25, abs=1e-6)
    assert top.loc["down", "d_band_center_ev"] == pytest.approx(0.75, abs=1e-6)
    weighted = (5 * -0.25 + 10 / 3 * 0.75) / (5 + 10 / 3)
    assert top.loc["both", "d_band_center_ev"] == pytest.approx(weighted, abs=1e-6)
    assert top["effective_center_ev"].notna().tolist() == [True, False, False]


def test_a_slab_with_two_different_sides_has_no_one_work_function() -> None:
    rows = d_band_rows(slab_dos("Ni@Cu(100)"), HOW)
    assert rows["work_function_ev"].isna().all()
    top = rows[rows["layer"] == 1]
    assert set(top["element"]) == {"Cu"}
    assert set(rows["layer"]) == {1, 2, 3, 4}


def test_a_bulk_has_no_layers() -> None:
    from ase.build import bulk

    crystal = bulk("Cu", cubic=True)
    dos = dos_from_arrays(ENERGY, np.tile(gaussian(-2, 1), (4, 1)), atoms=crystal)
    rows = d_band_rows(dos, HOW, system="Cu", system_kind="bulk", windows_ev=[(-12, 12)])
    assert len(rows) == 1
    assert rows["multiplicity"].item() == 4
    assert rows["coordination"].item() == 12
    assert np.isnan(rows["layer"].item())
    assert find_d_band_problems(read_back(rows)) == []


def test_the_key_tells_settings_and_structures_apart() -> None:
    one, same = (d_band_rows(slab_dos("Cu(111)"), HOW) for _ in range(2))
    other = d_band_rows(
        slab_dos("Cu(111)"), DBandSettings("PBE", "GPAW", "25.7.0", "plane waves", (12, 12, 1))
    )
    thicker = d_band_rows(slab_dos("Cu(111)", layers=5), HOW)
    keys = [table["calculation"].iloc[0] for table in (one, same, other, thicker)]
    assert keys[0] == keys[1]
    assert len(set(keys)) == 3


def test_the_first_window_is_the_default_one() -> None:
    assert ROW_WINDOWS_EV[0] == DEFAULT_WINDOW_EV


def test_what_cannot_become_rows_is_said() -> None:
    nameless = dos_from_arrays(ENERGY, gaussian(-2, 1), symbols=["Cu"])
    with pytest.raises(DescriptorError, match="comes without a structure"):
        d_band_rows(nameless, HOW)
    low = dos_from_arrays(ENERGY[ENERGY < 4], gaussian(-2, 1)[ENERGY < 4], atoms=Atoms("Cu"))
    with pytest.raises(DescriptorError, match=r"ends 3\.99 eV above the Fermi level, .* need 8 eV"):
        d_band_rows(low, HOW, system="Cu", system_kind="other")
    from ase.build import fcc111

    foreign = dos_from_arrays(ENERGY, gaussian(-2, 1), atoms=fcc111("Cu", (1, 1, 1), vacuum=8))
    with pytest.raises(DescriptorError, match="nothing says what was calculated"):
        d_band_rows(foreign, HOW)
