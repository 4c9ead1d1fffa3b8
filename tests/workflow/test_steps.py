"""The steps of a screening by hand."""

import pandas as pd

from catml.workflow.steps import DFT_NOISE_EV, with_known_energies


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
