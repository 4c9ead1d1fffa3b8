"""The steps of a screening by hand."""

import pandas as pd
import pytest

from catml.errors import WorkflowError
from catml.screening.candidates import candidate_space
from catml.screening.stable_site import most_stable_sites
from catml.workflow.steps import (
    DFT_NOISE_EV,
    predicted_sites,
    with_known_energies,
    with_site_facts,
)
from tests.models.test_site_survival import every_site, new_model, without_bridges

CHANCE = "probability_minimum"
SPACE = {"surfaces": ["Rh3Pt(111)", "Cu3Pt(111)", "Cu(100)"]}


def test_sites_count_by_their_chance_only_where_it_is_asked_for() -> None:
    model, space = new_model().fit(without_bridges()), candidate_space(SPACE)
    plain = predicted_sites(model, space, site_survival=False)
    weighed = predicted_sites(model, space, site_survival=True)
    pd.testing.assert_frame_equal(weighed.drop(columns=CHANCE), plain)
    bridges = weighed[(weighed["site_kind"] == "bridge") & weighed[CHANCE].notna()]
    assert len(bridges)
    assert bridges[CHANCE].max() < 0.05
    with pytest.raises(WorkflowError, match=r"ranking.site_survival: .* which sites are minima"):
        predicted_sites(new_model().fit(every_site()), space, site_survival=True)


def test_a_known_site_is_a_minimum_however_unlikely_it_looked() -> None:
    model = new_model().fit(without_bridges())
    sites = predicted_sites(model, candidate_space(SPACE), site_survival=True)
    bridge = every_site()[lambda rows: rows["surface"] == "Cu3Pt(111)"]
    bridge = bridge[bridge["site_kind"] == "bridge"].iloc[:1].assign(energy_ev=-9.0)
    known = with_known_energies(sites, bridge)
    assert known.loc[known["origin"] == "known", CHANCE].to_list() == [1.0]
    pd.testing.assert_series_equal(
        known.loc[known["origin"] != "known", CHANCE], sites.loc[known["origin"] != "known", CHANCE]
    )
    best = most_stable_sites(known, samples=200).surfaces.set_index("surface")
    assert best.loc["Cu3Pt(111)", "site"] == bridge["site"].item()
    assert CHANCE not in with_known_energies(sites.drop(columns=CHANCE), bridge)


def test_doubt_alone_is_no_extrapolation_and_known_sites_are_taken_as_they_are() -> None:
    doubt = "the model is unusually unsure (1.3 times the usual limit)"
    reasons = ["", doubt, "host metal Rh not in the training data", f"site unlike these; {doubt}"]
    predictions = pd.DataFrame(
        {
            "surface": "Cu(100)",
            "site": ["ontop-1", "bridge-1", "hollow-1", "hollow-2"],
            "energy_ev": -0.5,
            "std_ev": 0.2,
            "lower_ev": -0.9,
            "upper_ev": -0.1,
            "in_domain": [reason == "" for reason in reasons],
            "domain_reason": reasons,
        }
    )
    known = pd.DataFrame(
        {"surface": ["Cu(100)"], "site": ["ontop-1"], "energy_ev": [-0.63], "source": ["ma2015"]}
    )
    sites = with_known_energies(predictions, known)
    assert sites["origin"].tolist() == ["known", "predicted", "extrapolated", "extrapolated"]
    assert sites["in_domain"].tolist() == [True, True, False, False]
    assert sites["domain_reason"].tolist() == reasons
    assert sites["energy_ev"].tolist() == [-0.63, -0.5, -0.5, -0.5]
    assert sites["std_ev"].tolist() == [DFT_NOISE_EV, 0.2, 0.2, 0.2]


def test_a_surface_carries_why_its_likeliest_unknown_site_is_unlike_the_data() -> None:
    sites = pd.DataFrame(
        {
            "surface": ["Cu(100)", "Rh(100)", "Rh(100)"],
            "site": ["ontop-1", "ontop-1", "bridge-1"],
            "site_kind": ["ontop", "ontop", "bridge"],
            "site_subtype": "",
            "site_atoms": ["Cu:1", "Rh:1", "Rh:2"],
            "origin": ["known", "extrapolated", "extrapolated"],
            "in_domain": [True, False, False],
            "domain_reason": ["", "unlikely", "likely"],
            "probability_most_stable": [1.0, 0.3, 0.7],
        }
    )
    ranked = pd.DataFrame(
        {
            "surface": ["Cu(100)", "Rh(100)"],
            "best_site": ["ontop-1", "bridge-1"],
            "in_domain": [True, False],
        }
    )
    for rows, reasons in ((ranked, ["", "likely"]), (ranked.head(1), [""])):
        facts = with_site_facts(rows, sites[sites["surface"].isin(rows["surface"])])
        assert facts["domain_reason"].tolist() == reasons
        assert facts["host"].tolist() == ["Cu", "Rh"][: len(rows)]
