"""What the local-similarity kernel of SOAP predicts, beside the same regression on other numbers.

    python benchmarks/site_similarity.py         # CO and N, about a minute on one core
    python benchmarks/site_similarity.py CO

Kernel ridge regression three times: on the similarity of sites (SOAP, `site_similarity`), on a
Gaussian kernel of catml's geometric descriptors, and on no kernel at all, which is the mean of the
training rows. Splits are grouped, and everything that can be chosen (exponent or width, ridge) is
chosen by cross-validation over compositions inside each training fold. Prints Markdown with 95 %
intervals from a bootstrap over the groups. Needs ``catml[soap]``.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from catml.data.tables import load_dataset
from catml.descriptors.featurizer import SiteFeaturizer
from catml.descriptors.similarity import site_similarity
from catml.descriptors.soap_featurizer import SoapFeaturizer
from catml.validation.metrics import mae, rmse
from catml.validation.splits import make_folds, split_groups

Array = NDArray[np.float64]
Kernel = Callable[[Array, Array, float], Array]

RIDGES = tuple(10.0**k for k in range(-6, 0))
EXPONENTS = (1, 2, 4, 8)
WIDTHS = (0.5, 1.0, 2.0, 4.0)
"""Of the Gaussian kernel, in the root of the number of descriptors."""

COMPOSITIONS = 100
"""Of the N table, drawn once: the demonstration then takes a minute."""

RESAMPLES = 1000


@dataclass(frozen=True)
class Method:
    """One way to compare rows: their numbers, and a kernel with one setting to choose."""

    name: str
    numbers: Array
    kernel: Kernel
    settings: Sequence[float]


def similar(X: Array, Y: Array, setting: float) -> Array:
    """The local-similarity kernel; the setting is its exponent."""
    return site_similarity(X, Y, exponent=int(setting))


def gaussian(X: Array, Y: Array, setting: float) -> Array:
    """Gaussian kernel of numbers standardized by the training rows Y; NaN counts as their mean."""
    center, spread = np.nanmean(Y, axis=0), np.nanstd(Y, axis=0)
    used = spread > 0
    A, B = (
        np.nan_to_num((rows - center)[:, used] / spread[used], posinf=0, neginf=0)
        for rows in (X, Y)
    )
    squares = (A**2).sum(axis=1)[:, None] + (B**2).sum(axis=1) - 2 * A @ B.T
    return np.asarray(np.exp(-squares / (2 * setting**2 * used.sum())))


def data(adsorbate: str) -> pd.DataFrame:
    """The rows to learn from: CO of Ma 2015, N of compositions of Mamun 2019 drawn at random."""
    if adsorbate == "CO":
        return load_dataset("ma2015").reset_index(drop=True)
    table = load_dataset("mamun2019")
    table = table[table["adsorbate"] == "N"]
    names = np.unique(table["elements"])
    drawn = np.random.default_rng(0).choice(names, COMPOSITIONS, replace=False)
    return table[table["elements"].isin(drawn)].reset_index(drop=True)


def methods(table: pd.DataFrame) -> list[Method]:
    """The two kernels with the numbers of all rows, which no energy goes into."""
    soap = SoapFeaturizer().fit_transform(table).to_numpy()
    geometry = SiteFeaturizer("geometry").fit_transform(table).dropna(axis=1, how="all").to_numpy()
    return [
        Method("similarity of sites (SOAP)", soap, similar, EXPONENTS),
        Method("Gaussian, geometric descriptors", geometry, gaussian, WIDTHS),
    ]


def held_out(method: Method, table: pd.DataFrame, split: str, folds: int | None) -> Array:
    """Predict every row by a model that was fitted and chosen without its group."""
    energies = table["energy_ev"].to_numpy()
    found = np.full(len(table), np.nan)
    for fold in make_folds(table, split, folds=folds):
        train = fold.train
        setting, ridge = chosen(method, table.iloc[train].reset_index(drop=True), train)
        found[fold.test] = predict(method, energies, train, fold.test, setting, (ridge,))[0]
    return found


def chosen(method: Method, table: pd.DataFrame, rows: NDArray[np.intp]) -> tuple[float, float]:
    """The setting and ridge of least squared error over compositions held out of the training."""
    energies = np.full(int(rows.max()) + 1, np.nan)
    energies[rows] = table["energy_ev"]
    errors = np.zeros((len(method.settings), len(RIDGES)))
    for fold in make_folds(table, "composition", folds=5, seed=1):
        train, test = rows[fold.train], rows[fold.test]
        for k, setting in enumerate(method.settings):
            guesses = predict(method, energies, train, test, setting, RIDGES)
            errors[k] += ((guesses - energies[test]) ** 2).sum(axis=1)
    best, ridge = np.unravel_index(int(errors.argmin()), errors.shape)
    return method.settings[int(best)], RIDGES[int(ridge)]


def predict(
    method: Method,
    energies: Array,
    train: NDArray[np.intp],
    test: NDArray[np.intp],
    setting: float,
    ridges: Sequence[float],
) -> Array:
    """Kernel ridge regression around the mean of the training rows, for each ridge."""
    known = method.numbers[train]
    mean = energies[train].mean()
    values, vectors = np.linalg.eigh(method.kernel(known, known, setting))
    turned = vectors.T @ (energies[train] - mean)
    across = method.kernel(method.numbers[test], known, setting) @ vectors
    return np.array([mean + across @ (turned / (values + ridge)) for ridge in ridges])


def baseline(table: pd.DataFrame, split: str, folds: int | None) -> Array:
    """The mean of the training rows."""
    energies = table["energy_ev"].to_numpy()
    found = np.full(len(table), np.nan)
    for fold in make_folds(table, split, folds=folds):
        found[fold.test] = energies[fold.train].mean()
    return found


def interval(score: Callable[[Array, Array], float], errors: Array, groups: NDArray[Any]) -> str:
    """A score of errors, and the middle 95 % of it over groups drawn again with replacement."""
    _, codes = np.unique(groups, return_inverse=True)
    members = [np.flatnonzero(codes == k) for k in range(codes.max() + 1)]
    random = np.random.default_rng(0)
    draws = []
    for _ in range(RESAMPLES):
        drawn = random.integers(len(members), size=len(members))
        some = errors[np.concatenate([members[k] for k in drawn])]
        draws.append(score(np.zeros(len(some)), some))
    low, high = np.quantile(draws, [0.025, 0.975])
    return f"{score(np.zeros(len(errors)), errors):.3f} [{low:.3f}, {high:.3f}]"


SPLITS: dict[str, tuple[tuple[str, int | None], ...]] = {
    "CO": (("composition", 10), ("host", None)),
    "N": (("composition", 5),),
}
TITLES = {"CO": "CO, {100} alloys (Ma 2015)", "N": "N, bimetallic alloys (Mamun 2019), a part"}


def main(wanted: Sequence[str]) -> None:
    """Print the table of the wanted adsorbates."""
    unknown = [name for name in wanted if name not in TITLES]
    if unknown:
        sys.exit(f"unknown adsorbate {unknown[0]!r}: choose of {', '.join(TITLES)}")
    print("| data | split | n | kernel ridge on | MAE / eV | RMSE / eV |")
    print("|---|---|---|---|---|---|")
    for adsorbate in wanted or TITLES:
        table = data(adsorbate)
        energies = table["energy_ev"].to_numpy()
        compared = methods(table)
        for split, folds in SPLITS[adsorbate]:
            groups = split_groups(table, split)
            how = f"{split}, {folds}-fold" if folds else f"{split}, one at a time"
            n = f"{len(table)} in {len(np.unique(groups))} groups"
            found = {one.name: held_out(one, table, split, folds) for one in compared}
            found["the mean of the training rows"] = baseline(table, split, folds)
            for name, guesses in found.items():
                scores = [interval(score, guesses - energies, groups) for score in (mae, rmse)]
                cells = (TITLES[adsorbate], how, n, name, *scores)
                print("| " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
