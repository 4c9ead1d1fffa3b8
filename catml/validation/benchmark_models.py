"""The models of the benchmark by name: naive baselines, published systems, and catml's own.

Every model says what it needs and about how long a fit takes, so that a plan can be made before
anything is fitted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache, partial
from types import MappingProxyType
from typing import Any, Literal

from catml.models.adsorption import AdsorptionModel, Descriptors
from catml.models.priors.names import PriorName
from catml.models.regressors.estimators import LARGEST_KERNEL
from catml.models.regressors.names import IN_WORDS, REGRESSOR_NAMES, RegressorName
from catml.models.regressors.registry import suggested_regressor
from catml.validation.baselines import (
    Grouping,
    GroupMean,
    SiteScaling,
    linear_d_band_center,
    partner_energies,
    rectangular_band,
)
from catml.validation.recipes import RECIPES, Need

DEFAULT_MODEL = "catml"
"""What `AdsorptionModel` is without any choice: measured everywhere, whatever it costs."""

ModelKind = Literal["baseline", "published", "ours"]


@dataclass(frozen=True)
class BenchmarkModel:
    """A model of the benchmark.

    Attributes
    ----------
    name, title
        As on the command line, and in words.
    kind
        ``"baseline"``, ``"published"`` (a published system, trained anew) or ``"ours"``.
    make
        Gives the unfitted table model for an adsorbate.
    needs
        What a dataset must have.
    cost_s
        Seconds of a fit to 285, to 4,645 and to 17,352 rows on one core, descriptors included.
    only_data
        The only datasets it makes sense for; empty for all.
    most_rows
        More rows are too many for it; None for any number.
    doi
        Of the published system.
    """

    name: str
    title: str
    kind: ModelKind
    make: Callable[[str], Any]
    needs: tuple[Need, ...] = ()
    cost_s: tuple[float, float, float] = (0.05, 0.1, 0.3)
    only_data: tuple[str, ...] = ()
    most_rows: int | None = None
    doi: str = ""

    def seconds(self, n_rows: float) -> float:
        """Estimate of the seconds of one fit and its predictions on one core.

        Between the sizes measured, and beyond them, time is taken to grow as a power of the
        number of rows.
        """
        import numpy as np

        return float(np.exp(np.interp(np.log(n_rows), np.log(_SIZES), np.log(self.cost_s))))


_SIZES = (285.0, 4645.0, 17352.0)


def _baselines() -> list[BenchmarkModel]:
    def of_groups(name: str, title: str, *groupings: Grouping) -> BenchmarkModel:
        return BenchmarkModel(name, title, "baseline", lambda _: GroupMean(groupings))

    models = [
        of_groups("mean", "mean of the training rows"),
        of_groups("host_mean", "mean of the host metal", "host"),
        of_groups("composition_mean", "mean of the set of elements", "elements"),
        of_groups("site_element_mean", "mean of the elements at the site", "site_elements"),
        BenchmarkModel(
            "linear_d_band_center",
            "line through the d-band centre",
            "baseline",
            lambda _: linear_d_band_center(),
            ("geometry",),
            (0.1, 1.0, 3.0),
        ),
        BenchmarkModel(
            "rectangular_band",
            "line through the centre of a rectangular band",
            "baseline",
            lambda _: rectangular_band(),
            ("geometry",),
            (0.1, 1.0, 3.0),
        ),
    ]
    models += [
        BenchmarkModel(
            f"scaling_{'_'.join(others).lower()}",
            f"scaling from calculated {' or '.join(others)} on the same site",
            "baseline",
            partial(_scaling, others),
            only_data=("n",),
        )
        for others in (("C",), ("H",), ("O",), ("C", "H", "O"))
    ]
    return models


def _scaling(others: tuple[str, ...], adsorbate: str) -> SiteScaling:
    return SiteScaling(_partners(), others)


@lru_cache(maxsize=1)
def _partners() -> Any:
    from catml.data.tables import load_dataset

    return partner_energies(load_dataset("mamun2019"))


_RECIPE_COSTS = {
    "jinnouchi2017": (0.6, 10.0, 60.0),
    "jinnouchi2017_zones": (0.1, 1.0, 2.0),
    "ma2015": (0.4, 10.0, 40.0),
    "tran2018": (0.6, 4.0, 8.0),
    "gasper2017": (0.1, 1.0, 4.0),
    "oconnor2018": (0.1, 0.5, 2.0),
    "noh2018": (0.2, 1.5, 10.0),
    "motifs2021": (0.2, 1.5, 4.0),
}
_COSTS: dict[str, tuple[float, float, float]] = {
    "gaussian_process": (0.2, 4.5, 12.0),
    "ridge": (0.1, 0.4, 1.5),
    "lasso": (8.0, 40.0, 100.0),
    "kernel_ridge": (0.7, 15.0, 40.0),
    "support_vectors": (0.9, 15.0, 40.0),
    "neural_network": (6.0, 60.0, 200.0),
    "random_forest": (6.0, 60.0, 200.0),
    "extra_trees": (6.0, 60.0, 200.0),
    "gradient_boosting": (11.0, 30.0, 60.0),
    "xgboost": (0.5, 4.0, 10.0),
    "robust_network": (4.0, 7.0, 9.0),
    "local_similarity": (0.5, 15.0, 30.0),
    "stacking": (6.0, 40.0, 100.0),
    "blend": (4.5, 20.0, 30.0),
    "two_views": (0.5, 9.0, 25.0),
    "automatic": (6.0, 80.0, 200.0),
    "tpot": (300.0, 600.0, 2000.0),
}
_DEFAULT_COST = (8.0, 60.0, 200.0)


def _published() -> list[BenchmarkModel]:
    return [
        BenchmarkModel(
            recipe.name,
            recipe.title,
            "published",
            partial(_recipe, recipe.name),
            recipe.needs,
            _RECIPE_COSTS.get(recipe.name, _DEFAULT_COST),
            most_rows=LARGEST_KERNEL if recipe.name in _KERNEL_RECIPES else None,
            doi=recipe.doi,
        )
        for recipe in RECIPES.values()
    ]


_KERNEL_RECIPES = ("noh2018", "jinnouchi2017")


# Of the regressors that are made for other descriptors than "geometry".
_DESCRIPTORS: Mapping[str, Descriptors] = {"two_views": "d_band_and_geometry"}


def regressor_descriptors(regressor: str) -> Descriptors:
    """Return the descriptors that a regressor of catml is measured with in the benchmark."""
    return _DESCRIPTORS.get(regressor, "geometry")


def _recipe(name: str, adsorbate: str) -> Any:
    return RECIPES[name].make()


def _ours() -> list[BenchmarkModel]:
    def ours(
        name: str, title: str, make: Callable[[str], Any], needs: tuple[Need, ...] = (), **more: Any
    ) -> BenchmarkModel:
        return BenchmarkModel(name, title, "ours", make, needs, **more)

    with_prior = {
        prior: partial(_adsorption_model, None, "d_band", prior=prior)
        for prior in ("chemisorption", "pure_metals")
    }
    models = [
        ours(
            DEFAULT_MODEL,
            "catml as it comes, no DFT input",
            partial(_adsorption_model, None, None),
            cost_s=_cost_as_it_comes(),
        ),
        ours(
            "catml_dft",
            "catml as it comes, calculated d-band moments",
            partial(_adsorption_model, None, "d_band"),
            ("calculated d band",),
        ),
        ours(
            "catml_pure_metals",
            "catml on energies of the pure metals as a prior, no DFT input",
            partial(_adsorption_model, None, "geometry", prior="pure_metals"),
            cost_s=_cost_as_it_comes(),
        ),
    ]
    models += [
        ours(
            f"catml_dft_{prior}",
            f"catml on the prior {prior.replace('_', ' ')}, calculated d-band moments",
            make,
            ("calculated d band",),
            cost_s=(0.5, 5.0, 10.0),
        )
        for prior, make in with_prior.items()
    ]
    models += [
        ours(
            name,
            IN_WORDS[name],
            partial(_adsorption_model, name, regressor_descriptors(name)),
            ("calculated d band",) if name in _DESCRIPTORS else (),
            cost_s=_COSTS.get(name, _DEFAULT_COST),
        )
        for name in REGRESSOR_NAMES
    ]
    return models


def _cost_as_it_comes() -> tuple[float, float, float]:
    """Cost of the regressor that is taken at each size where none is named."""
    names = [suggested_regressor(int(size)) for size in _SIZES]
    small, middle, large = (
        _COSTS.get(name, _DEFAULT_COST)[place] for place, name in enumerate(names)
    )
    return small, middle, large


def _adsorption_model(
    regressor: RegressorName | None,
    descriptors: Descriptors | None,
    adsorbate: str,
    *,
    prior: PriorName | None = None,
) -> Any:
    return AdsorptionModel(
        adsorbate, regressor=regressor, descriptors=descriptors, prior=prior, n_jobs=1
    )


MODELS: Mapping[str, BenchmarkModel] = MappingProxyType(
    {model.name: model for model in [*_baselines(), *_published(), *_ours()]}
)
