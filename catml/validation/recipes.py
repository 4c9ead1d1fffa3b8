"""The published systems by name: their descriptors and algorithm, as table models.

What a paper does not say, or what our data do not have, is written at its recipe. Settings are
chosen by cross-validation inside the training rows, on at most a few thousand of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from sklearn.impute import SimpleImputer
from sklearn.model_selection import ParameterGrid
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from catml.descriptors.featurizer import DFT_COLUMNS
from catml.errors import DatasetError
from catml.validation.fingerprint import ElementalFingerprint
from catml.validation.table_models import (
    D_BAND_CENTER,
    ChosenColumns,
    ChosenRegressor,
    DescribedRegressor,
)

Need = Literal["calculated d band", "geometry", "dscribe"]


@dataclass(frozen=True)
class Recipe:
    """A published system.

    Attributes
    ----------
    name
        As on the command line.
    title
        Descriptors → algorithm, in words.
    doi
        Of the paper.
    needs
        What a dataset must have (calculated d bands, the geometry of its sites), and the optional
        library it takes.
    make
        Gives the unfitted table model.
    """

    name: str
    title: str
    doi: str
    needs: tuple[Need, ...]
    make: Callable[[], DescribedRegressor]


def network_on_d_band_moments() -> DescribedRegressor:
    """Ma 2015: moments of the calculated d band and local electronegativity → neural network.

    One network of one or two small hidden layers; its size and weight decay are chosen.
    """
    from sklearn.compose import TransformedTargetRegressor
    from sklearn.neural_network import MLPRegressor

    candidates = [
        TransformedTargetRegressor(
            make_pipeline(
                SimpleImputer(),
                StandardScaler(),
                MLPRegressor(
                    hidden_layer_sizes=layers,
                    alpha=decay,
                    activation="tanh",
                    solver="lbfgs",
                    max_iter=200,
                    random_state=0,
                ),
            ),
            transformer=StandardScaler(),
        )
        for layers in ((8,), (6, 3))
        for decay in (0.1, 1.0)
    ]
    return DescribedRegressor(
        ChosenColumns({"d_band": list(DFT_COLUMNS)}), ChosenRegressor(candidates, n_folds=3)
    )


def similarity_of_soap() -> DescribedRegressor:
    """Jinnouchi & Asahi 2017: SOAP vectors of the sites → local-similarity kernel regression.

    Theirs has one channel for each element; ours are of elemental properties, so that elements
    not trained on can be described. Exponent and ridge are chosen.
    """
    from catml.descriptors.soap_featurizer import SoapFeaturizer

    return DescribedRegressor(SoapFeaturizer(), _similarity_regression())


def similarity_of_zones() -> DescribedRegressor:
    """The same kernel on what elements are around the site, for sites without geometry."""
    return DescribedRegressor(ChosenColumns({"similarity": None}), _similarity_regression())


def _similarity_regression() -> ChosenRegressor:
    from catml.models.regressors.local_similarity import LocalSimilarityRegression

    candidates = [
        make_pipeline(SimpleImputer(), LocalSimilarityRegression(exponent=exponent, alpha=ridge))
        for exponent in (2, 4, 8)
        for ridge in (0.001, 0.01)
    ]
    return ChosenRegressor(candidates, most_rows=1000)


def trees_on_fingerprint() -> DescribedRegressor:
    """Tran & Ulissi 2018: elemental fingerprint → extra trees or random forest, as TPOT chose."""
    from sklearn.ensemble import ExtraTreesRegressor, RandomForestRegressor

    candidates = [
        kind(100, max_features=share, min_samples_leaf=leaf, random_state=0)
        for kind in (ExtraTreesRegressor, RandomForestRegressor)
        for share, leaf in ((0.5, 1), (1.0, 2))
    ]
    return DescribedRegressor(ElementalFingerprint(), ChosenRegressor(candidates, n_folds=3))


def boosting_on_coordination() -> DescribedRegressor:
    """Gasper 2017: d-band centre, (generalized) coordination → gradient boosting.

    Their third descriptor, the calculated frozen adsorption energy, is in no dataset here.
    """
    from sklearn.ensemble import GradientBoostingRegressor

    columns = {
        "geometry": [
            D_BAND_CENTER,
            "coordination_number",
            "generalized_coordination_number",
            "bond_length_ang",
        ]
    }
    boosting = GradientBoostingRegressor(
        n_estimators=300, learning_rate=0.05, max_depth=4, subsample=0.8, random_state=0
    )
    return DescribedRegressor(ChosenColumns(columns), make_pipeline(SimpleImputer(), boosting))


def lasso_on_expanded_descriptors() -> DescribedRegressor:
    """O'Connor 2018: physical descriptors and their combinations → LASSO.

    Theirs are of oxides (formation and vacancy energies); here elemental and band descriptors of
    the binding atoms, their neighbours and their coordination take that place.
    """
    from catml.models.regressors.expanded_lasso import ExpandedLasso

    names = (
        "pauling_electronegativity",
        "ionization_energy_ev",
        "electron_affinity_ev",
        "cohesive_energy_ev",
        "covalent_radius_ang",
        "d_filling",
        "log_vad2_rel_cu",
    )
    zones = ("site_atoms", "same_layer", "sublayer")
    columns = {
        "environment": [
            *(f"{zone}_mean_{name}" for zone in zones for name in names),
            *(f"{zone}_count" for zone in zones),
        ],
    }
    return DescribedRegressor(
        ChosenColumns(columns), make_pipeline(SimpleImputer(), ExpandedLasso())
    )


def kernel_ridge_on_width() -> DescribedRegressor:
    """Noh 2018: tight-binding d-band width and electronegativity → kernel ridge regression.

    The width is that of muffin-tin-orbital theory; electronegativities (Pauling) are those of the
    binding atoms and, as a geometric mean, of their neighbours. Penalty and width of the Gaussian
    kernel are chosen.
    """
    columns = {
        "geometry": ["tight_binding_d_band_rectangular_width_ev"],
        "electronic": ["pauling_electronegativity", "shell_pauling_electronegativity"],
    }
    return DescribedRegressor(ChosenColumns(columns), kernel_ridge())


def kernel_ridge() -> ChosenRegressor:
    """Return kernel ridge regression whose penalty and Gaussian width are chosen."""
    from sklearn.compose import TransformedTargetRegressor
    from sklearn.kernel_ridge import KernelRidge

    grid = ParameterGrid({"alpha": (0.001, 0.01, 0.1), "gamma": (0.1, 0.5, 2.0)})
    candidates = [
        TransformedTargetRegressor(
            make_pipeline(SimpleImputer(), StandardScaler(), KernelRidge(kernel="rbf", **settings)),
            transformer=StandardScaler(),
        )
        for settings in grid
    ]
    return ChosenRegressor(candidates, most_rows=1000)


def boosting_on_motifs() -> DescribedRegressor:
    """Three-zone motifs 2021: elemental properties zone by zone → gradient boosting.

    The paper's elemental properties are not all the same as ours, and its boosting is not on
    histograms.
    """
    from sklearn.ensemble import HistGradientBoostingRegressor

    boosting = HistGradientBoostingRegressor(
        max_iter=400, learning_rate=0.08, max_leaf_nodes=24, early_stopping=False, random_state=0
    )
    return DescribedRegressor(ChosenColumns({"environment": None}), boosting)


_ALL = (
    Recipe(
        "jinnouchi2017",
        "SOAP → local-similarity kernel",
        "10.1021/acs.jpclett.7b02010",
        ("geometry", "dscribe"),
        similarity_of_soap,
    ),
    Recipe(
        "jinnouchi2017_zones",
        "elements of three zones → local-similarity kernel",
        "10.1021/acs.jpclett.7b02010",
        (),
        similarity_of_zones,
    ),
    Recipe(
        "ma2015",
        "d-band moments, local electronegativity → neural network",
        "10.1021/acs.jpclett.5b01660",
        ("calculated d band",),
        network_on_d_band_moments,
    ),
    Recipe(
        "tran2018",
        "elemental fingerprint → extra trees or random forest",
        "10.1038/s41929-018-0142-1",
        (),
        trees_on_fingerprint,
    ),
    Recipe(
        "gasper2017",
        "d-band centre, coordination → gradient boosting",
        "10.1021/acs.jpcc.6b12800",
        ("geometry",),
        boosting_on_coordination,
    ),
    Recipe(
        "oconnor2018",
        "operator-expanded descriptors → LASSO",
        "10.1038/s41929-018-0094-5",
        (),
        lasso_on_expanded_descriptors,
    ),
    Recipe(
        "noh2018",
        "tight-binding width, electronegativity → kernel ridge",
        "10.1039/c7sc03422a",
        ("geometry",),
        kernel_ridge_on_width,
    ),
    Recipe(
        "motifs2021",
        "elemental properties of three zones → gradient boosting",
        "10.1021/acs.jcim.1c00726",
        (),
        boosting_on_motifs,
    ),
)
RECIPES: Mapping[str, Recipe] = MappingProxyType({recipe.name: recipe for recipe in _ALL})


def make_recipe(name: str) -> DescribedRegressor:
    """Return the unfitted table model of a published system.

    Raises
    ------
    DatasetError
        If there is no recipe of that name.

    Examples
    --------
    >>> type(make_recipe("noh2018")).__name__
    'DescribedRegressor'
    """
    if name not in RECIPES:
        raise DatasetError(f"There is no recipe {name!r}; choose one of {', '.join(RECIPES)}.")
    return RECIPES[name].make()
