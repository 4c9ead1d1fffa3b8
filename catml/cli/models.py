"""`catml fit` and `catml model`: making a model file, and saying what is in one."""

from __future__ import annotations

import argparse
import json

from catml.cli.model_text import model_text
from catml.errors import CatmlError


def fit_command(options: argparse.Namespace) -> None:
    """Fit a model to datasets and save it."""
    from catml.data.tables import MOST_ROWS, keep_datasets, load_dataset
    from catml.models.adsorption import AdsorptionModel
    from catml.models.default import tell_of_fit
    from catml.models.settings import check_settings

    model = AdsorptionModel(
        options.adsorbate,
        regressor=options.regressor,
        descriptors=options.descriptors,
        prior=options.prior,
        intervals=options.intervals,
        seed=options.seed,
    )
    check_settings(model.get_params())  # Before any work.
    table = load_dataset(
        options.adsorbate, align=options.functional or MOST_ROWS, folder=options.folder
    )
    if table.attrs["adsorbate"] != options.adsorbate:
        raise CatmlError(
            f"{options.adsorbate!r} is a dataset; name the adsorbate, and the dataset with --data"
        )
    if options.data:
        table = keep_datasets(table, options.data, folder=options.folder)
    tell_of_fit(model, len(table))
    model.fit(table).save(options.output)
    _print(options.output, as_json=options.json)


def model_command(options: argparse.Namespace) -> None:
    """Say what is in a model file."""
    _print(options.file, as_json=options.json)


def _print(path: str, *, as_json: bool) -> None:
    from catml.models.files.persistence import describe_model

    stated = describe_model(path)
    print(json.dumps(stated, ensure_ascii=False) if as_json else model_text(stated))
