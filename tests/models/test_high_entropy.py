"""A model of two- and three-element motifs, asked about five-element surfaces."""

from collections import Counter

import numpy as np
import pandas as pd
import pytest
from ase import Atoms
from ase.build import fcc111
from ase.neighborlist import neighbor_list

from catml.models.adsorption import AdsorptionModel
from catml.structures.environment import format_zone, parse_zone

ELEMENTS = ("Ag", "Au", "Cu", "Pd", "Pt")
LEVEL_EV = {"Ag": 0.0, "Au": -0.1, "Cu": -0.5, "Pd": -1.4, "Pt": -1.5}
BESIDE_EV = {"Ag": -0.02, "Au": -0.01, "Cu": 0.02, "Pd": 0.0, "Pt": 0.01}
BELOW_EV = {"Ag": 0.03, "Au": 0.0, "Cu": 0.02, "Pd": -0.01, "Pt": -0.04}


def energy_ev(site: str, beside: Counter[str], below: Counter[str]) -> float:
    return (
        LEVEL_EV[site]
        + sum(BESIDE_EV[e] * n for e, n in beside.items())
        + sum(BELOW_EV[e] * n for e, n in below.items())
    )


def motifs(n: int) -> pd.DataFrame:
    """On-top motifs of at most three elements, with energies that follow from the neighbours."""
    rng = np.random.default_rng(0)
    rows = []
    for _ in range(n):
        chosen = rng.choice(ELEMENTS, 3, replace=False)
        site, beside, below = chosen[0], *(Counter(rng.choice(chosen, k)) for k in (6, 3))
        rows.append(
            {
                "adsorbate": "CO",
                "reference": "CO(g)",
                "functional": "RPBE",
                "status": "ok",
                "site_kind": "ontop",
                "site_atoms": f"{site}:1",
                "same_layer": format_zone(beside),
                "sublayer": format_zone(below),
                "elements": "-".join(sorted({site, *beside, *below})),
                "energy_ev": energy_ev(site, beside, below) + 0.02 * rng.normal(),
            }
        )
    return pd.DataFrame(rows)


def high_entropy_slab(seed: int) -> Atoms:
    slab = fcc111("Pt", (3, 3, 4), a=3.99, vacuum=8.0)
    slab.symbols = np.random.default_rng(seed).choice(ELEMENTS, len(slab))
    return slab


def top_sites(slab: Atoms) -> Counter[tuple[str, str, str]]:
    """Zones of the atoms of the top layer, counted from plain distances."""
    first, second = neighbor_list("ij", slab, 3.2)
    height = slab.positions[:, 2]
    sites: Counter[tuple[str, str, str]] = Counter()
    for i in np.flatnonzero(height > height.max() - 0.1):
        around = second[first == i]
        beside = [slab.symbols[j] for j in around if abs(height[j] - height[i]) < 0.1]
        below = [slab.symbols[j] for j in around if height[j] < height[i] - 0.1]
        zones = (Counter([slab.symbols[i]]), Counter(beside), Counter(below))
        sites[tuple(map(format_zone, zones))] += 1
    return sites


@pytest.fixture(scope="module")
def model() -> AdsorptionModel:
    return AdsorptionModel("CO", descriptors="composition", n_jobs=1).fit(motifs(400))


def test_every_top_atom_is_a_site_with_its_own_surroundings() -> None:
    from catml.descriptors.sites.inputs import sites_of

    for seed in range(3):
        slab = high_entropy_slab(seed)
        table = sites_of(slab)
        tops = table[table["site_kind"] == "ontop"]
        assert len(table) == 9 * (1 + 3 + 2)
        zones = tops[["site_atoms", "same_layer", "sublayer"]].itertuples(index=False, name=None)
        assert Counter(zones) == top_sites(slab)


def test_the_neighbours_decide_within_one_metal(model: AdsorptionModel) -> None:
    from catml.descriptors.sites.inputs import sites_of

    parts = []
    for seed in range(6):
        slab = high_entropy_slab(seed)
        table = sites_of(slab).reset_index(drop=True)
        predicted = model.predict(slab)
        assert predicted["site_atoms"].tolist() == table["site_atoms"].tolist()
        zones = table[["site_atoms", "same_layer", "sublayer"]].map(parse_zone)
        truth = [energy_ev(next(iter(a)), Counter(b), Counter(c)) for a, b, c in zones.to_numpy()]
        parts.append(predicted.assign(truth_ev=truth)[table["site_kind"] == "ontop"])
    tops = pd.concat(parts)
    # Nothing is unseen; of some surroundings the model may be less sure than usual.
    assert tops["in_domain"].mean() > 0.8, tops["domain_reason"].unique()
    assert (tops["domain_score"] < 1.5).all()
    by_metal = tops.groupby("site_atoms")
    truth = tops["truth_ev"] - by_metal["truth_ev"].transform("mean")
    ours = tops["energy_ev"] - by_metal["energy_ev"].transform("mean")
    # The mean of each metal, the yardstick, leaves all of `truth`.
    assert np.sqrt(np.mean((ours - truth) ** 2)) < 0.5 * np.sqrt(np.mean(truth**2))
    assert np.corrcoef(ours, truth)[0, 1] > 0.9
