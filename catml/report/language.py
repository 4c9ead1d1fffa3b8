"""The report's English: surfaces, sites and results in plain words.

Another language needs its own version of this module's functions and of ``languages/en.yaml``,
which holds every fixed sentence of the document.
"""

import math
import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from catml.errors import SurfaceError
from catml.report.style import typeset_formula
from catml.structures.grammar.mixtures import Mixture
from catml.structures.surface import Surface

_LANGUAGES = Path(__file__).with_name("languages")
_NICKNAMES = {"A1": "fcc", "A2": "bcc", "A3": "hcp"}
_NUMBERS = {1: "one", 2: "two", 3: "three", 4: "four"}
_KINDS = {"pure": "pure", "ordered-alloy": "ordered alloy"}


@lru_cache
def words() -> Mapping[str, str]:
    """Return the fixed sentences of the document, by key."""
    return dict(yaml.safe_load((_LANGUAGES / "en.yaml").read_text(encoding="utf-8")))


def describe_surface(name: str) -> str:
    """Return a surface in plain words; a name outside the grammar comes back as it is.

    Examples
    --------
    >>> describe_surface("Cu3Zr@Cu(100)")
    'one layer of Cu on Cu₃Zr, (100) face'
    >>> describe_surface("Pt3Ni(100):NiPt")
    'ordered alloy Pt₃Ni, (100) face ending in Ni and Pt'
    >>> describe_surface("Ru[A1](111)")
    'pure Ru as fcc, (111) face'
    >>> describe_surface("Cu0.75Pd0.25(111)")
    'random Cu₀.₇₅Pd₀.₂₅, (111) face'
    """
    try:
        surface = Surface(name)
    except SurfaceError:
        return name
    return f"{_body(surface)}, ({surface.facet}) face{_ending(surface)}"


def _body(surface: Surface) -> str:
    structure = f" as {_NICKNAMES[surface.prototype]}" if _is_forced(surface) else ""
    bulk = _mixture(surface.solution or surface.bulk) + structure
    if surface.modification == "near-surface":
        return f"{bulk} with its second layer replaced by {surface.second}"
    if surface.modification == "single-atom":
        return f"single {surface.guest} atoms in the top layer of {bulk}"
    if len(set(surface.coats)) > 1:
        layers = ", ".join(_mixture(coat) for coat in surface.coats)
        return f"{bulk} below layers of {layers} (from the top)"
    if surface.coats:
        n_layers = len(surface.coats)
        number = _NUMBERS.get(n_layers, str(n_layers))
        layers = f"{number} layer{'s' if n_layers > 1 else ''}"
        return f"{layers} of {_mixture(surface.coats[0])} on {bulk}"
    kind = _KINDS.get(surface.family)
    return f"{kind} {bulk}" if kind else bulk


def _mixture(mixture: Mixture | str) -> str:
    """Return a formula, and for a mixture how its atoms are arranged."""
    if isinstance(mixture, str):
        return typeset_formula(mixture)
    formula = typeset_formula(mixture.formula)
    if mixture.is_pure:
        return formula
    number = f" (arrangement {mixture.seed})" if mixture.seed else ""
    return f"{'short-range ordered' if mixture.ordered else 'random'} {formula}{number}"


def _is_forced(surface: Surface) -> bool:
    """Say whether a pure bulk has been given another structure than its own, as in Ru[A1]."""
    return "[" in surface.name and surface.prototype in _NICKNAMES


def _ending(surface: Surface) -> str:
    """Return the words for a termination label: NiPt, Pt, Ru-1."""
    if surface.termination is None:
        return ""
    label, _, cut = surface.termination.partition("-")
    elements = " and ".join(re.findall("[A-Z][a-z]?", label))
    return f" ending in {elements}" + (f" (cut {cut})" if cut else "")


def describe_site(kind: str, subtype: str = "", atoms: str = "") -> str:
    """Return an adsorption site in plain words.

    Parameters
    ----------
    kind
        "ontop", "bridge" or "hollow".
    subtype
        "fcc", "hcp", "4fold", "long" …
    atoms
        The binding atoms, ``Cu:2 Pd:1``.

    Examples
    --------
    >>> describe_site("hollow", "fcc", "Cu:2 Pd:1")
    'fcc hollow of 2 Cu and Pd'
    >>> describe_site("ontop", "", "Cu:1")
    'on top of Cu'
    """
    counted = [part.partition(":") for part in atoms.split()]
    binding = " and ".join(s if n in ("", "1") else f"{n} {s}" for s, _, n in counted)
    if kind == "ontop":
        return f"on top of {binding}" if binding else "on top"
    fold = subtype.replace("fold", "-fold")
    name = f"{fold} {kind}" if subtype else kind
    return f"{name} of {binding}" if binding else name


def number(value: float, digits: int = 2, *, signed: bool = False) -> str:
    """Return a number with a true minus sign; an en dash where it is missing.

    Examples
    --------
    >>> number(-0.674)
    '−0.67'
    >>> number(float("nan"))
    '–'
    """
    if math.isnan(value):
        return "–"
    text = f"{value:+.{digits}f}" if signed else f"{value:.{digits}f}"
    text = text.replace("-", "−")
    return text.lstrip("−") if float(f"{value:.{digits}f}") == 0 else text


def interval(value: float, low: float, high: float, digits: int = 2) -> str:
    """Return a value with its interval, as ± where both sides are equally long.

    Examples
    --------
    >>> interval(-0.67, -0.80, -0.54)
    '−0.67 ± 0.13'
    >>> interval(-0.67, -0.80, -0.40)
    '−0.67 (−0.80 to −0.40)'
    """
    if math.isnan(low) or math.isnan(high):
        return number(value, digits)
    below, above = value - low, high - value
    if abs(below - above) < 10**-digits:
        return f"{number(value, digits)} ± {number((below + above) / 2, digits)}"
    return f"{number(value, digits)} ({number(low, digits)} to {number(high, digits)})"


def percent(fraction: float) -> str:
    """Return a fraction in percent; small and large ones without false certainty.

    Examples
    --------
    >>> percent(0.742), percent(0.001), percent(0.9996)
    ('74 %', '< 1 %', '> 99 %')
    """
    if math.isnan(fraction):
        return "–"
    if fraction < 0.01:
        return "< 1 %"
    return "> 99 %" if fraction > 0.99 else f"{100 * fraction:.0f} %"


def answer(
    candidates: pd.DataFrame,
    shortlist: pd.DataFrame,
    *,
    adsorbate: str,
    window_ev: tuple[float, float],
) -> str:
    """Return the answer of a screening in a few sentences.

    Parameters
    ----------
    candidates, shortlist
        Tables with `surface`, `energy_ev`, `lower_ev`, `upper_ev`, `origin`,
        `probability_in_window`, best first.
    adsorbate, window_ev
        What the energy is of, and the optimum window in eV.
    """
    likely = int((candidates["probability_in_window"] >= 0.5).sum())
    window = f"{number(window_ev[0])} to {number(window_ev[1])} eV"
    sentences = [
        f"Of {len(candidates):,} surfaces, {likely or 'none'} lie{'' if likely > 1 else 's'} with "
        f"at least 50 % probability in the optimum window, ΔE({typeset_formula(adsorbate)}*) = "
        f"{window}."
    ]
    if not shortlist.empty:
        sentences += _first_place({str(k): v for k, v in shortlist.iloc[0].items()}, adsorbate)
        sentences.append(_trust(shortlist["origin"]))
    return " ".join(sentences)


def _first_place(best: Mapping[str, Any], adsorbate: str) -> list[str]:
    energy = interval(best["energy_ev"], best["lower_ev"], best["upper_ev"])
    return [
        f"First on the list: {describe_surface(best['surface'])}, with "
        f"ΔE({typeset_formula(adsorbate)}*) = {energy} eV, "
        f"{percent(best['probability_in_window'])} probability of lying in the window."
    ]


def _trust(origins: pd.Series) -> str:
    """Return how many of the shortlist are known, and how many to be doubted."""
    known, outside = int((origins == "known").sum()), int((origins == "extrapolated").sum())
    told = f"Of the {len(origins)} surfaces on the shortlist, {known or 'none'} "
    told += f"{'are' if known > 1 else 'is'} known from the datasets"
    if not outside:
        return f"{told}, and none is an extrapolation."
    be = "is an extrapolation" if outside == 1 else "are extrapolations"
    return f"{told}, and {outside} {be}, to be computed before anything is made."
