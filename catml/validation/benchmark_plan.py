"""What the benchmark compares: datasets, splits, models, and which of their combinations.

A cell is one dataset, split and model. Random splits never stand alone: a dataset has them only
beside grouped ones, and a selection that asks for random alone is refused.
"""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from types import MappingProxyType

from catml.errors import DatasetError
from catml.models.adsorption import AdsorptionModel
from catml.models.regressors.names import REGRESSOR_NAMES
from catml.validation.benchmark_data import DATA
from catml.validation.benchmark_models import (
    DEFAULT_MODEL,
    MODELS,
    BenchmarkModel,
    regressor_descriptors,
)
from catml.validation.splits import SPLITS

LONGEST_CELL_S: Mapping[str, float] = MappingProxyType(
    {"baseline": 80.0, "published": 80.0, "ours": 25.0}
)
"""Kind of model → seconds on one core. A cell that would take longer is left out, unless asked
for; of our own regressors new compositions may take `LONGEST_COMPOSITION_S`."""
LONGEST_COMPOSITION_S = 80.0

_TRAINING_SHARES = (0.125, 0.25, 0.5)


QUICK_MODELS = (
    "mean",
    "host_mean",
    "linear_d_band_center",
    "ma2015",
    "oconnor2018",
    "noh2018",
    "ridge",
    "catml_dft",
    "catml",
)
_QUICK_DATA = "ma2015"
_QUICK_SPLITS = ("random", "composition", "host")


@dataclass(frozen=True)
class Cell:
    """One dataset, split and model.

    Attributes
    ----------
    data, split, model
        Their keys.
    folds
        As in `catml.validation.splits.make_folds`.
    train_share
        Share of the training compositions that are learned from: 1, or less on a learning curve.
    """

    data: str
    split: str
    model: str
    folds: int | None
    train_share: float = 1.0

    @property
    def key(self) -> str:
        """Name of the cell, usable as a file name."""
        share = "" if self.train_share == 1.0 else f"-{self.train_share:g}"
        return f"{self.data}--{self.split}--{self.model}{share}"

    @property
    def seconds(self) -> float:
        """Estimate of the time on one core."""
        n_folds = self.folds or _FOLDS_ONE_BY_ONE.get((self.data, self.split), 1)
        model, data = MODELS[self.model], DATA[self.data]
        return n_folds * model.seconds(data.n_rows * self.train_share)


# Number of groups where one is left out at a time.
_FOLDS_ONE_BY_ONE = {
    ("ma2015", "host"): 6,
    ("co-surfaces", "host"): 11,
    ("co-surfaces", "facet"): 6,
    ("n", "facet"): 2,
}


@dataclass(frozen=True)
class LeftOut:
    """A combination that is not measured, and why."""

    data: str
    split: str
    model: str
    reason: str


@dataclass(frozen=True)
class Plan:
    """What will be measured, and what not."""

    cells: tuple[Cell, ...]
    left_out: tuple[LeftOut, ...]

    @property
    def seconds(self) -> float:
        """Estimate of the time on one core."""
        return sum(cell.seconds for cell in self.cells)


def make_plan(
    *,
    data: Collection[str] | None = None,
    splits: Collection[str] | None = None,
    models: Collection[str] | None = None,
    quick: bool = False,
    long: bool = False,
) -> Plan:
    """Return the cells of a selection.

    Parameters
    ----------
    data, splits, models
        Keys to keep; None keeps all.
    quick
        One small dataset, three splits and a few models only, before the selection.
    long
        Also what takes longer than `LONGEST_CELL_S`.

    Raises
    ------
    DatasetError
        If a key does not exist, nothing is left, or only random splits are.
    """
    keys = _known(data, DATA, "dataset")
    wanted_splits = _known(splits, SPLITS, "split")
    names = _known(models, MODELS, "model")
    if quick:
        keys = [key for key in keys if key == _QUICK_DATA]
        wanted_splits = [name for name in wanted_splits if name in _QUICK_SPLITS]
        names = [name for name in names if name in QUICK_MODELS]
    cells, left_out = [], []
    for key in keys:
        for split, folds in DATA[key].splits.items():
            if split not in wanted_splits:
                continue
            for name in names:
                cell = Cell(key, split, name, folds)
                reason = _why_not(cell, long=long)
                if reason is None:
                    cells.append(cell)
                elif reason:
                    left_out.append(LeftOut(key, split, name, reason))
    _check_splits(cells)
    if not quick:
        cells += _learning_curves(cells)
    return Plan(tuple(cells), tuple(left_out))


def _why_not(cell: Cell, *, long: bool) -> str | None:
    """Return the reason to leave a cell out; empty where it makes no sense, None to measure it."""
    model, data = MODELS[cell.model], DATA[cell.data]
    if model.only_data and data.key not in model.only_data:
        return ""
    if "calculated d band" in model.needs and not data.has_calculated_bands:
        return "needs calculated d bands"
    if "geometry" in model.needs and not data.has_geometry:
        return "most sites are known by their elements only, without geometry"
    if "dscribe" in model.needs and find_spec("dscribe") is None:
        return "needs DScribe (pip install 'catml[soap]')"
    if model.most_rows is not None and data.n_rows > model.most_rows:
        return f"compares all rows with each other: {data.n_rows:,} are too many"
    if cell.model in REGRESSOR_NAMES and not data.compares_regressors and not long:
        return "regressors are compared on the other datasets; asked for by --long"
    if cell.model in REGRESSOR_NAMES and _is_what_catml_takes(cell.model, data.n_rows):
        return f"is what {DEFAULT_MODEL} takes by itself"
    longest = LONGEST_CELL_S[model.kind]
    if cell.split == "composition":
        longest = max(longest, LONGEST_COMPOSITION_S)
    if cell.seconds > longest and not long and cell.model != DEFAULT_MODEL:
        return "takes long; asked for by --long"
    return None


def _is_what_catml_takes(regressor: str, n_rows: int) -> bool:
    """Whether catml by itself takes this regressor on the descriptors it is measured with here."""
    as_it_comes = AdsorptionModel("CO")
    taken = (as_it_comes.regressor_name(n_rows), as_it_comes.descriptors_name(n_rows))
    return taken == (regressor, regressor_descriptors(regressor))


def _learning_curves(cells: Iterable[Cell]) -> list[Cell]:
    """Smaller training sets for our own default model, where new compositions are asked for."""
    return [
        Cell(cell.data, cell.split, cell.model, cell.folds, share)
        for cell in cells
        if cell.model == DEFAULT_MODEL and cell.split == "composition"
        for share in _TRAINING_SHARES
    ]


def _known(wanted: Collection[str] | None, known: Iterable[str], what: str) -> list[str]:
    """Return the wanted ones in the order of the known; refuse others."""
    names = list(known)
    if wanted is None:
        return names
    for name in wanted:
        if name not in names:
            close = difflib.get_close_matches(name, names, n=1)
            hint = f"; did you mean {close[0]!r}?" if close else "."
            raise DatasetError(
                f"The benchmark has no {what} {name!r}{hint} It has: {', '.join(names)}."
            )
    return [name for name in names if name in wanted]


def _check_splits(cells: Sequence[Cell]) -> None:
    if not cells:
        raise DatasetError(
            "The selection leaves nothing to measure; name other datasets, splits or models, or "
            "leave one of the three out."
        )
    for key in dict.fromkeys(cell.data for cell in cells):
        if {cell.split for cell in cells if cell.data == key} == {"random"}:
            raise DatasetError(
                f"Of {key!r} only the random split is selected, which flatters every model: "
                "relatives of the held-out rows stay in the training data. Add --split composition."
            )


def model_of(cell: Cell) -> BenchmarkModel:
    """Return the model of a cell."""
    return MODELS[cell.model]
