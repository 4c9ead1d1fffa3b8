"""The outcome of a screening, before anything is written: its tables and where they came from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from catml.screening.candidates import CandidateSpace
from catml.screening.reactions import Reaction
from catml.workflow.config import WorkflowConfig

if TYPE_CHECKING:
    from catml.models.adsorption import AdsorptionModel
    from catml.validation.crossval import CrossValidation


@dataclass(frozen=True, eq=False)
class Screening:
    """Everything a run computed.

    Attributes
    ----------
    config, reaction
        What was asked.
    table
        The rows learned from.
    model
        The model fitted on all of them.
    validations
        By split.
    space
        The candidate space, with what was left out of it.
    sites
        One row per site of every candidate, with energies, origin and probabilities.
    candidates
        One row per candidate, best first.
    """

    config: WorkflowConfig
    reaction: Reaction
    table: pd.DataFrame
    model: AdsorptionModel
    validations: dict[str, CrossValidation]
    space: CandidateSpace
    sites: pd.DataFrame
    candidates: pd.DataFrame

    @property
    def shortlist(self) -> pd.DataFrame:
        """The proposed surfaces: the first candidates whose most stable site can be trusted.

        Extrapolated candidates are ranked and reported, but a shortlist of them would send a
        laboratory after the model's blind spots.
        """
        trusted = self.candidates[self.candidates["origin"] != "extrapolated"]
        return trusted.head(self.config.report.shortlist)

    @property
    def scores(self) -> pd.DataFrame:
        """Scores of every split, one row per split and metric."""
        return pd.concat([v.scores for v in self.validations.values()], ignore_index=True)

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return every table that is written, by file name without ending."""
        predictions = [
            validation.predictions.assign(split=split)
            for split, validation in self.validations.items()
        ]
        return {
            "candidates": self.candidates,
            "sites": self.sites,
            "scores": self.scores,
            "validation": pd.concat(predictions, ignore_index=True),
            "training": self.table,
            "left_out": self.space.skipped,
            "volcano": self.reaction.volcano.curve(),
        }
