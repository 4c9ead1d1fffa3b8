"""How catml's figures look: palette, sizes, fonts, marker shapes and typeset names.

Colours are those of Okabe and Ito, which stay apart for colour-blind readers
(https://jfly.uni-koeln.de/color/). Shape carries every distinction that colour does.
"""

import re
from collections.abc import Callable, Mapping
from functools import wraps
from types import MappingProxyType
from typing import Any, Literal, ParamSpec, TypeVar, get_args

import matplotlib as mpl
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

Origin = Literal["known", "predicted", "extrapolated"]
"""Where an energy comes from: a dataset, the model inside its domain, the model outside it."""
ORIGINS: tuple[Origin, ...] = get_args(Origin)

BLACK = "#000000"
ORANGE = "#E69F00"
SKY_BLUE = "#56B4E9"
GREEN = "#009E73"
BLUE = "#0072B2"
VERMILLION = "#D55E00"
PURPLE = "#CC79A7"
INK = "#222222"
GREY = "#8A8A8A"
PALE = "#E4E4E4"
SERIES = (BLUE, VERMILLION, GREEN, PURPLE, ORANGE, SKY_BLUE)

SINGLE_COLUMN_IN = 3.35
DOUBLE_COLUMN_IN = 7.0
PNG_DPI = 300

ORIGIN_MARKERS: Mapping[Origin, str] = MappingProxyType(
    {"known": "o", "predicted": "D", "extrapolated": "^"}
)
ORIGIN_COLORS: Mapping[Origin, str] = MappingProxyType(
    {"known": BLUE, "predicted": GREEN, "extrapolated": VERMILLION}
)
ORIGIN_LABELS: Mapping[Origin, str] = MappingProxyType(
    {
        "known": "known (dataset value)",
        "predicted": "predicted",
        "extrapolated": "extrapolated",
    }
)
SITE_MARKERS: Mapping[str, str] = MappingProxyType({"ontop": "o", "bridge": "s", "hollow": "^"})

_RC: dict[Any, Any] = {
    "font.family": "DejaVu Sans",
    "font.size": 7.5,
    "mathtext.fontset": "dejavusans",
    "text.color": INK,
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "axes.labelsize": 8.0,
    "axes.titlesize": 8.0,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.linewidth": 0.7,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.unicode_minus": True,
    "xtick.color": INK,
    "ytick.color": INK,
    "xtick.labelsize": 7.0,
    "ytick.labelsize": 7.0,
    "xtick.major.width": 0.7,
    "ytick.major.width": 0.7,
    "xtick.major.size": 3.0,
    "ytick.major.size": 3.0,
    "lines.linewidth": 1.2,
    "hatch.linewidth": 0.6,
    "legend.fontsize": 7.0,
    "legend.frameon": False,
    "legend.handlelength": 1.4,
    "legend.columnspacing": 1.2,
    "figure.facecolor": "white",
    "savefig.facecolor": "white",
    "svg.fonttype": "none",
    "svg.hashsalt": "catml",
}

_P = ParamSpec("_P")
_R = TypeVar("_R")


def styled(function: Callable[_P, _R]) -> Callable[_P, _R]:
    """Run `function` under catml's matplotlib settings and leave the caller's as they were."""

    @wraps(function)
    def under_style(*args: _P.args, **kwargs: _P.kwargs) -> _R:
        with mpl.rc_context(_RC):
            return function(*args, **kwargs)

    return under_style


def new_figure(width_in: float, height_in: float) -> Figure:
    """Return an empty figure that belongs to no window and no pyplot state."""
    return Figure(figsize=(width_in, height_in), dpi=100, layout="constrained")


def legend_marker(
    marker: str, label: str, *, color: str = INK, filled: bool = True, size: float = 4.6
) -> Line2D:
    """Return a legend entry: one marker and its meaning."""
    return Line2D(
        [],
        [],
        marker=marker,
        color=color,
        markerfacecolor=color if filled else "white",
        markersize=size,
        linestyle="",
        label=label,
    )


def origin_handles() -> list[Line2D]:
    """Return the legend entries of known, predicted and extrapolated energies."""
    return [
        legend_marker(ORIGIN_MARKERS[o], ORIGIN_LABELS[o], color=ORIGIN_COLORS[o]) for o in ORIGINS
    ]


_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_COUNT = re.compile(r"(?<=[A-Za-z)])\d+(\.\d+)?")
_INDICES = re.compile(r"(\([^()]*\)|\[[^\[\]]*\])")


def typeset_formula(formula: str) -> str:
    """Return a chemical formula with subscript counts.

    Examples
    --------
    >>> typeset_formula("Cu3Zr")
    'Cu₃Zr'
    >>> typeset_formula("Cu0.75Pd0.25")
    'Cu₀.₇₅Pd₀.₂₅'
    >>> typeset_formula("1/2 N2(g)")
    '1/2 N₂(g)'
    """
    return _COUNT.sub(lambda match: match.group().translate(_SUBSCRIPTS), formula)


def typeset_surface(name: str) -> str:
    """Return a surface name with subscript counts; prototypes and Miller indices stay.

    Examples
    --------
    >>> typeset_surface("Cu3Zr@Cu(100)")
    'Cu₃Zr@Cu(100)'
    >>> typeset_surface("Pt1/Cu(111)")
    'Pt₁/Cu(111)'
    >>> typeset_surface("CuAu3[L12](0001)")
    'CuAu₃[L12](0001)'
    """
    return "".join(
        part if part.startswith(("(", "[")) else typeset_formula(part)
        for part in _INDICES.split(name)
    )


_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_POWER = re.compile(r"(?<=[A-Za-z])-?\d")


def typeset_activity(label: str) -> str:
    """Return the label of an activity with raised powers and the base of the logarithm lowered.

    Examples
    --------
    >>> typeset_activity("log10(j / (mA/cm2))")
    'log₁₀(j / (mA/cm²))'
    >>> typeset_activity("log10(TOF / s-1)")
    'log₁₀(TOF / s⁻¹)'
    """
    raised = _POWER.sub(lambda m: m.group().translate(_SUPERSCRIPTS), label.replace("log10", "\0"))
    return raised.replace("\0", "log₁₀")


_CHARGE = re.compile(r"(?<=[A-Za-z])[+-](?=\s|$)")


def typeset_equation(equation: str) -> str:
    """Return a reaction with lowered counts, raised charges and an arrow.

    Examples
    --------
    >>> typeset_equation("CO2(g) + 2 H+ + 2 e- -> CO(g) + H2O(l)")
    'CO₂(g) + 2 H⁺ + 2 e⁻ → CO(g) + H₂O(l)'
    """
    charged = _CHARGE.sub(lambda m: "⁺" if m.group() == "+" else "⁻", equation)
    return typeset_formula(charged).replace("->", "→")


def energy_label(adsorbate: str) -> str:
    """Return the axis label of an adsorption energy.

    Examples
    --------
    >>> energy_label("CO")
    'ΔE(CO*) / eV'
    """
    return f"ΔE({typeset_formula(adsorbate)}*) / eV"
