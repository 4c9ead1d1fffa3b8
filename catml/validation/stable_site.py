"""How well the most stable site of surfaces is found: its energy, its interval, its place.

Two questions with different answers: which of the sites that a dataset knows is the lowest, and
which of all the sites that the surface has. The second is the one a screening asks, and the harder:
a predicted site may be one where the adsorbate does not stay.

The lowest known energy is taken for the truth. Where a table lacks the sites that bind most,
because their calculation failed, the energy found looks too low by whole eV; a few such surfaces
make much of the error among all sites (`benchmarks/stable_sites.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import clone

from catml.errors import DatasetError
from catml.models.adsorption import AdsorptionModel
from catml.models.site_survival import MINIMUM, all_sites
from catml.screening.stable_site import most_stable_sites
from catml.validation.group_coverage import clustered_share_interval
from catml.validation.metrics import score_table
from catml.validation.splits import make_folds

_ENERGIES = ("energy_ev", "std_ev", "lower_ev", "upper_ev")


@dataclass(frozen=True, eq=False)
class StableSiteValidation:
    """The most stable sites of held-out surfaces, found by models that did not see them.

    Attributes
    ----------
    known
        Among the sites that the table has; rows of
        `catml.screening.stable_site.StableSites.surfaces`.
    enumerated
        Among all sites of the surface, as if each were a minimum.
    weighed
        Among all sites of the surface, each by its chance to be a minimum; None where the models
        know no chances.
    scores
        `stable_site_scores` of these, told apart by the column `sites` ("known", "enumerated",
        "weighed").
    """

    known: pd.DataFrame
    enumerated: pd.DataFrame
    weighed: pd.DataFrame | None
    scores: pd.DataFrame


def validate_stable_sites(
    model: AdsorptionModel,
    table: pd.DataFrame,
    *,
    split: str = "composition",
    folds: int = 5,
    seed: int = 0,
    **sampling: Any,
) -> StableSiteValidation:
    """Find the most stable sites of every surface by a model of the other folds.

    Parameters
    ----------
    model
        A model, fitted or not; every fold fits a clone of it.
    table
        Dataset table; rows whose status is not ok or that name no site take no part.
    split, folds, seed
        See `catml.validation.splits.make_folds`; a surface must not be in two folds.
    sampling
        Options of `catml.screening.stable_site.most_stable_sites`.

    Raises
    ------
    DatasetError
        If the table cannot be split so, or the split tears surfaces apart.
    """
    if split == "random":
        raise DatasetError(
            "A random split puts sites of one surface on both sides, so the lowest of them cannot "
            "be validated; split by composition, host or facet."
        )
    usable = table["site"].fillna("") != ""
    if "status" in table:
        usable &= table["status"] == "ok"
    rows = table[usable].reset_index(drop=True)
    found: dict[str, list[pd.DataFrame]] = {"known": [], "enumerated": [], "weighed": []}
    for fold in make_folds(rows, split, folds=folds, seed=seed):
        train, test = rows.iloc[fold.train], rows.iloc[fold.test]
        fitted = clone(model).fit(train)
        known = fitted.predict(test.drop_duplicates(["surface", "site"]))
        everywhere = fitted.predict(all_sites(test))
        found["known"].append(most_stable_sites(known, **sampling).surfaces)
        found["enumerated"].append(most_stable_sites(everywhere, **sampling).surfaces)
        if fitted.survival_ is not None:
            weighed = everywhere.assign(**{MINIMUM: fitted.survival_.chances(everywhere)})
            found["weighed"].append(most_stable_sites(weighed, **sampling).surfaces)
    joined = {name: pd.concat(parts, ignore_index=True) for name, parts in found.items() if parts}
    scores = [
        stable_site_scores(part, rows, split=split, seed=seed).assign(sites=name)
        for name, part in joined.items()
    ]
    return StableSiteValidation(
        joined["known"],
        joined["enumerated"],
        joined.get("weighed"),
        scores=pd.concat(scores, ignore_index=True),
    )


def stable_site_scores(
    found: pd.DataFrame,
    table: pd.DataFrame,
    *,
    split: str,
    tie_ev: float = 0.01,
    seed: int = 0,
) -> pd.DataFrame:
    """Score the most stable sites of surfaces against the lowest known energies.

    Parameters
    ----------
    found
        One row per surface, as from `catml.screening.stable_site.most_stable_sites`.
    table
        Dataset rows with `surface`, `site`, `site_kind`, `elements` and `energy_ev`; the lowest
        energy of a surface is the truth.
    split
        Name of the split, for the table.
    tie_ev
        A site known to lie at most so much above the lowest counts as right too: tables hold one
        relaxed state under the labels of two sites that merge.
    seed
        Of the bootstrap.

    Returns
    -------
    DataFrame
        Split, metric, value, low, high, n, n_groups, unit: the metrics of
        `catml.validation.metrics.score_table` for the energy of the lowest site, and the shares
        of surfaces whose ``right_site`` and ``right_site_kind`` were found. Intervals are 95 %
        ones, surfaces of one set of elements drawn together.

    Raises
    ------
    DatasetError
        If a surface has no known energy.
    """
    unknown = sorted(set(found["surface"]) - set(table["surface"]))
    if unknown:
        raise DatasetError(
            f"{len(unknown)} surface(s) have no known energy, such as {unknown[0]}; leave them out."
        )
    lowest = table.groupby("surface")["energy_ev"].min()
    near = table[table["energy_ev"] <= table["surface"].map(lowest) + tie_ev]
    elements = table.drop_duplicates("surface").set_index("surface")["elements"]
    groups = found["surface"].map(elements).to_numpy(dtype=str)
    predictions = found[list(_ENERGIES)].assign(truth_ev=found["surface"].map(lowest))
    # Two energies without uncertainty make the distribution of a single value.
    predictions["std_ev"] = predictions["std_ev"].clip(lower=np.finfo(float).tiny)
    scores = score_table(predictions, split=split, groups=groups, seed=seed)
    shares = [
        _share(f"right_{name}", _among(found, near, name), groups, split)
        for name in ("site", "site_kind")
    ]
    return pd.concat([scores, pd.DataFrame(shares)], ignore_index=True)


def _among(found: pd.DataFrame, near: pd.DataFrame, name: str) -> Any:
    right = pd.MultiIndex.from_frame(near[["surface", name]])
    return pd.MultiIndex.from_frame(found[["surface", name]]).isin(right)


def _share(metric: str, right: Any, groups: Any, split: str) -> dict[str, Any]:
    low, high = clustered_share_interval(right, groups)
    return {
        "split": split,
        "metric": metric,
        "value": float(np.mean(right)),
        "low": low,
        "high": high,
        "n": len(groups),
        "n_groups": len(np.unique(groups)),
        "unit": "1",
    }
