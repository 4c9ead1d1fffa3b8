import numpy as np
import pandas as pd
import pytest

from catml.errors import ModelError
from catml.models.priors.pure_metals import MetalSites, PureMetalMean

ENERGIES = {"Ag": -0.1, "Au": -0.3, "Cu": -0.6, "Ni": -1.5, "Pd": -1.3, "Pt": -1.7}


def pure(energies=ENERGIES, *, facet: str = "100", kind: str = "ontop") -> pd.DataFrame:
    rows = [(f"{name}({facet})", kind, f"{name}:1", name) for name in energies]
    return pd.DataFrame(rows, columns=["surface", "site_kind", "site_atoms", "elements"])


def sites(surface: str, atoms: str, elements: str, kind: str = "ontop") -> MetalSites:
    row = [(surface, kind, atoms, elements)]
    columns = ["surface", "site_kind", "site_atoms", "elements"]
    return MetalSites.read(pd.DataFrame(row, columns=columns))


def fitted(energies=ENERGIES, **given) -> PureMetalMean:
    return PureMetalMean.fit(
        MetalSites.read(pure(energies)), np.array(list(energies.values())), **given
    )


def test_a_metal_with_a_pure_row_has_its_energy() -> None:
    mean = fitted()
    at = mean.at(sites("Ni@Cu(100)", "Cu:1", "Cu-Ni"))
    assert at[0] == pytest.approx(-0.6, abs=1e-6)


def test_a_site_of_two_elements_takes_their_mean_by_atoms() -> None:
    at = fitted().at(sites("", "Cu:1 Pt:2", "Cu-Pt"))
    assert at[0] == pytest.approx((-0.6 - 2 * 1.7) / 3, abs=1e-6)


def test_alloy_rows_do_not_move_the_anchors() -> None:
    alloys = pd.DataFrame(
        {
            "surface": ["Ni@Cu(100)"],
            "site_kind": ["ontop"],
            "site_atoms": ["Cu:1"],
            "elements": ["Cu-Ni"],
        }
    )
    both = MetalSites.read(pd.concat([pure(), alloys], ignore_index=True))
    mean = PureMetalMean.fit(both, np.array([*ENERGIES.values(), 7.0]))
    assert mean.energies_ev == pytest.approx(ENERGIES, abs=1e-6)


def test_a_metal_without_a_pure_row_lies_between_the_others_and_says_so() -> None:
    mean = fitted()
    value = mean.at(sites("", "Rh:1", "Cu-Rh"))[0]
    assert min(ENERGIES.values()) <= value <= max(ENERGIES.values())
    assert value < np.mean(list(ENERGIES.values()))  # binds as other metals with d holes do
    assert mean.at(sites("", "Cl:1", "Cl"))[0] == pytest.approx(mean.level_ev)


def test_given_energies_take_the_place_of_rows_and_fill_gaps() -> None:
    mean = fitted(given_ev={"Cu": -0.5, "Rh": -1.6})
    assert mean.energies_ev["Cu"] == -0.5
    assert mean.at(sites("", "Rh:1", "Cu-Rh"))[0] == pytest.approx(-1.6, abs=1e-6)
    assert mean.energies_ev["Pt"] == pytest.approx(-1.7, abs=1e-6)


def test_site_kinds_and_facets_shift_all_metals_alike() -> None:
    kinds = {"ontop": 0.0, "hollow": -0.4, "bridge": -0.2}
    tables = [pure(kind=kind) for kind in kinds]
    energy = np.concatenate([np.array(list(ENERGIES.values())) + s for s in kinds.values()])
    mean = PureMetalMean.fit(MetalSites.read(pd.concat(tables, ignore_index=True)), energy)
    hollow = mean.at(sites("Ni@Cu(100)", "Cu:4", "Cu-Ni", "hollow"))
    ontop = mean.at(sites("Ni@Cu(100)", "Cu:1", "Cu-Ni", "ontop"))
    assert hollow[0] - ontop[0] == pytest.approx(-0.4, abs=0.1)  # shrunk a little


def test_one_pure_metal_is_too_few() -> None:
    with pytest.raises(ModelError, match="at least two pure metals"):
        fitted({"Cu": -0.6})
    assert fitted({"Cu": -0.6}, given_ev={"Pt": -1.7}).energies_ev["Pt"] == -1.7
