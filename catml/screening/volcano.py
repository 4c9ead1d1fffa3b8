"""Volcanoes: the activity of a surface as a function of its descriptor energies.

A volcano knows its descriptors, its apex and the window of energies around it that counts as
optimal. `activity` returns the decimal logarithm, because activities span tens of decades.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from catml.errors import ReactionError

Array = NDArray[np.float64]

_GRID_POINTS = 2001
_GOLDEN_ROUNDS = 60


@dataclass(frozen=True, kw_only=True)
class Descriptor:
    """One adsorption energy that a volcano is drawn over.

    Attributes
    ----------
    adsorbate
        Formula: ``CO``.
    reference
        Gases of the energy: ``CO(g)``.
    functional
        The functional whose energies the volcano expects.
    low_ev, high_ev
        Range the volcano is meant for; its apex lies inside.
    free_energy_correction_ev
        ΔG − ΔE of the adsorption, at the conditions of the reaction.
    """

    adsorbate: str
    reference: str
    functional: str
    low_ev: float
    high_ev: float
    free_energy_correction_ev: float

    @property
    def label(self) -> str:
        """Axis label with unit."""
        return f"ΔE({self.adsorbate}*) / eV against {self.reference}"


@dataclass(frozen=True)
class Window:
    """The energies of one descriptor that count as optimal.

    Attributes
    ----------
    low_ev, high_ev
        Inclusive bounds.
    low_loss, high_loss
        Activity lost at the bounds against the apex, in decades.
    """

    low_ev: float
    high_ev: float
    low_loss: float
    high_loss: float

    def contains(self, energies_ev: ArrayLike) -> NDArray[np.bool_]:
        """Say of every energy whether it lies inside; NaN does not."""
        energies = np.asarray(energies_ev)
        return (energies >= self.low_ev) & (energies <= self.high_ev)


@dataclass(frozen=True, kw_only=True)
class Volcano(ABC):
    """Activity over adsorption energies.

    Attributes
    ----------
    descriptors
        The energies it takes, in order.
    quantity, symbol, unit
        What the activity is: ``current density``, ``j``, ``mA/cm2``.
    """

    descriptors: tuple[Descriptor, ...]
    quantity: str
    symbol: str
    unit: str

    @property
    def activity_label(self) -> str:
        """Axis label of the activity, with unit."""
        return f"log10({self.symbol} / ({self.unit}))"

    def activity(self, energies_ev: ArrayLike) -> Array:
        """Return log10 of the activity.

        Parameters
        ----------
        energies_ev
            Adsorption energies in eV (not free energies). With one descriptor an array of any
            shape; with several, the last axis runs over `descriptors`.

        Returns
        -------
        ndarray
            log10(activity / unit); shape of `energies_ev`, less the last axis if there are
            several descriptors. NaN where an energy is NaN.

        Raises
        ------
        ReactionError
            When the last axis does not fit several descriptors.
        """
        energies = np.asarray(energies_ev, dtype=float)
        count = len(self.descriptors)
        if count == 1:
            return self._log10_activity((energies,))
        if energies.ndim == 0 or energies.shape[-1] != count:
            raise ReactionError(
                f"energies of shape {energies.shape} do not fit a volcano over {count} "
                f"descriptors; the last axis must hold {', '.join(self.adsorbates)}"
            )
        return self._log10_activity(tuple(np.moveaxis(energies, -1, 0)))

    @property
    def adsorbates(self) -> tuple[str, ...]:
        """The adsorbates of the descriptors."""
        return tuple(descriptor.adsorbate for descriptor in self.descriptors)

    @abstractmethod
    def _log10_activity(self, energies_ev: tuple[Array, ...]) -> Array:
        """Return log10 of the activity from one array per descriptor."""

    def only_descriptor(self) -> Descriptor:
        """Return the descriptor of a volcano over one energy.

        Raises
        ------
        ReactionError
            When there are several.
        """
        if len(self.descriptors) != 1:
            raise ReactionError(
                f"the volcano has {len(self.descriptors)} descriptors "
                f"({', '.join(self.adsorbates)}); this needs a volcano over one"
            )
        return self.descriptors[0]

    def apex(self) -> tuple[float, float]:
        """Return the adsorption energy of the highest activity, in eV, and log10 of that activity.

        Raises
        ------
        ReactionError
            When the volcano has several descriptors, or rises to an end of its energy range.
        """
        descriptor = self.only_descriptor()
        grid = np.linspace(descriptor.low_ev, descriptor.high_ev, _GRID_POINTS)
        best = int(np.argmax(self.activity(grid)))
        if best in {0, _GRID_POINTS - 1}:
            raise ReactionError(
                f"the volcano has no apex between {descriptor.low_ev:g} and "
                f"{descriptor.high_ev:g} eV; widen energy_range_ev or check the signs of the legs"
            )
        energy = self._golden_section(grid[best - 1], grid[best + 1])
        return energy, float(self.activity(energy))

    def _golden_section(self, low: float, high: float) -> float:
        ratio = (np.sqrt(5.0) - 1) / 2
        for _ in range(_GOLDEN_ROUNDS):
            left, right = high - ratio * (high - low), low + ratio * (high - low)
            if self.activity(left) < self.activity(right):
                low = left
            else:
                high = right
        return float((low + high) / 2)

    def window(
        self, *, half_width_ev: float | None = None, loss_decades: float | None = None
    ) -> Window:
        """Return the window of optimal energies around the apex.

        Parameters
        ----------
        half_width_ev
            The window reaches this far to both sides of the apex.
        loss_decades
            Or: it reaches to where the activity has fallen by this many decades.

        Raises
        ------
        ReactionError
            When not exactly one of the two is given, it is not positive, or the activity does
            not fall that far inside the energy range.
        """
        given = [value for value in (half_width_ev, loss_decades) if value is not None]
        if len(given) != 1 or not given[0] > 0:
            raise ReactionError(
                f"optimum window half_width_ev={half_width_ev}, loss_decades={loss_decades}: "
                "give exactly one of the two, above zero"
            )
        energy, highest = self.apex()
        if half_width_ev is not None:
            low, high = energy - half_width_ev, energy + half_width_ev
        else:
            low, high = self._where_lost(energy, highest - given[0])
        losses = highest - self.activity(np.array([low, high]))
        return Window(low, high, float(losses[0]), float(losses[1]))

    def _where_lost(self, apex_ev: float, level: float) -> tuple[float, float]:
        """Return the energies on both sides of the apex where the activity crosses `level`."""
        descriptor = self.only_descriptor()
        bounds = []
        for end in (descriptor.low_ev, descriptor.high_ev):
            inside, outside = apex_ev, end
            if self.activity(outside) > level:
                raise ReactionError(
                    f"the activity does not fall below 10^{level:.2f} {self.unit} at {end:g} eV; "
                    "widen energy_range_ev or ask for a smaller loss"
                )
            for _ in range(_GOLDEN_ROUNDS):
                middle = (inside + outside) / 2
                if self.activity(middle) > level:
                    inside = middle
                else:
                    outside = middle
            bounds.append(inside)
        return bounds[0], bounds[1]

    def curve(self, points: int = 301) -> pd.DataFrame:
        """Return the volcano line over its energy range: `energy_ev`, `log10_activity`."""
        descriptor = self.only_descriptor()
        energies = np.linspace(descriptor.low_ev, descriptor.high_ev, points)
        return pd.DataFrame({"energy_ev": energies, "log10_activity": self.activity(energies)})


@dataclass(frozen=True)
class Leg:
    """One straight leg: ln(activity) = slope · ΔG + intercept, with ΔG of the descriptor in eV."""

    name: str
    slope_per_ev: float
    intercept: float


@dataclass(frozen=True, kw_only=True)
class LineVolcano(Volcano):
    """The lower envelope of straight legs, drawn over the free energy of one descriptor.

    Attributes
    ----------
    legs
        Each limits the activity on its side.
    """

    legs: tuple[Leg, ...]

    def _log10_activity(self, energies_ev: tuple[Array, ...]) -> Array:
        free = energies_ev[0] + self.only_descriptor().free_energy_correction_ev
        slopes = np.array([leg.slope_per_ev for leg in self.legs])
        intercepts = np.array([leg.intercept for leg in self.legs])
        lines = free[..., None] * slopes + intercepts
        return np.asarray(lines.min(axis=-1) / np.log(10.0))
