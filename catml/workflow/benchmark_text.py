"""The benchmark's results as plain text, not wider than 100 columns."""

from __future__ import annotations

import textwrap

import pandas as pd

from catml.validation.benchmark_data import DATA
from catml.validation.benchmark_models import DEFAULT_MODEL
from catml.workflow.benchmark_tables import (
    Findings,
    floor_text,
    interval_text,
    least_covered,
    left_out_lines,
    published_on,
    split_blocks,
    split_title,
    verdicts,
)

_WIDTH = 96
_SHORT = {
    "miscalibration_area": "miscal.",
    "ence": "ENCE",
    "sharpness": "sharp",
    "dispersion": "disp.",
    "negative_log_likelihood": "NLL",
    "error_correlation": "rho",
}


def results_text(findings: Findings) -> str:
    """Return the results as plain text for a terminal, energies in eV."""
    parts = []
    for data in dict.fromkeys(findings.table["data"]):
        title = DATA[data].title
        parts.append(f"{title}\n{'=' * len(title)}\n{_filled(published_on(data))}")
        parts += [
            f"{split_title(split, rows)}\n{_models_text(rows)}"
            for key, split, rows in split_blocks(findings.table)
            if key == data
        ]
        parts += _uncertainty_text(findings, data)
    parts.append(_short_text())
    if findings.left_out:
        lines = [_filled(line, indent="  ") for line in left_out_lines(findings.left_out)]
        parts.append("\n".join(["Not measured:", *lines]))
    parts.append("\n".join(_filled(line) for line in (*verdicts(findings.table), floor_text())))
    return "\n\n".join(parts)


def _models_text(rows: pd.DataFrame) -> str:
    def number(metric: str) -> pd.Series:
        return rows[metric].map(lambda value: "" if pd.isna(value) else f"{value:.3f}")

    shown = pd.DataFrame(
        {
            "model": rows["model"],
            "MAE": rows.apply(interval_text, axis=1, metric="mae"),
            "RMSE": number("rmse"),
            "median": number("median_absolute_error"),
            "bias": number("bias"),
            "rho": rows["spearman"].map(lambda v: "" if pd.isna(v) else f"{v:.2f}"),
            "in 90 %": rows["coverage_90"].map(lambda v: "" if pd.isna(v) else f"{100 * v:.0f} %"),
            "width": rows["interval_width"].map(lambda v: "" if pd.isna(v) else f"{v:.2f}"),
            "fit": rows["fit_seconds"].map("{:.1f} s".format),
            "predict": rows["predict_seconds"].map("{:.2f} s".format),
        }
    )
    return _left_first(shown)


def _uncertainty_text(findings: Findings, data: str) -> list[str]:
    rows, least = [], []
    for key, split, _ in split_blocks(findings.table):
        if key != data:
            continue
        table = findings.uncertainty
        mine = (table["data"] == data) & (table["split"] == split)
        values = table[mine & (table["model"] == DEFAULT_MODEL)].set_index("metric")["value"]
        if values.empty:
            continue
        row = {"catml's intervals": split}
        row |= {
            short: "–" if pd.isna(values[metric]) else f"{values[metric]:.3f}"
            for metric, short in _SHORT.items()
        }
        rows.append(row)
        worst = least_covered(findings, data, split, DEFAULT_MODEL)
        text = "; ".join(f"{kind} {text}" for kind, text in worst.items())
        least.append(_filled(f"least inside 90 %, {split}: {text}", indent="  "))
    return [_left_first(pd.DataFrame(rows)) + "\n" + "\n".join(least)] if rows else []


def _short_text() -> str:
    return _filled(
        "Energies in eV; brackets: 95 % intervals over the held-out groups. rho: Spearman; in "
        "90 %: share inside the 90 % interval; width: of that interval; times of one fold on one "
        "processor. miscal.: miscalibration area; sharp: root mean square of the standard "
        "deviations; disp.: their coefficient of variation; NLL: negative log-likelihood per row; "
        "last rho: of error and standard deviation."
    )


def _left_first(table: pd.DataFrame) -> str:
    """Return a table as text, its first column set to the left."""
    first = table.columns[0]
    width = max(len(first), *(len(text) for text in table[first]))
    padded = table.assign(**{first: table[first].str.ljust(width)})
    return padded.rename(columns={first: first.ljust(width)}).to_string(index=False)


def _filled(text: str, *, indent: str = "") -> str:
    return textwrap.fill(text, _WIDTH, subsequent_indent=indent, break_long_words=False)
