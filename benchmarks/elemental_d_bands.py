"""Compare the shipped d bands of elemental surfaces with published ones: table and figure.

    python benchmarks/elemental_d_bands.py                   # prints Markdown
    python benchmarks/elemental_d_bands.py --figure FOLDER   # and writes the parity figure

Ours are the rows of `catml.load_d_bands("gpaw_surfaces")`: top layers beside published surfaces,
middle layers beside published bulks. Nothing is fitted. The published numbers come from
`catml.elements` (sources ruban1997, vojvodic2014, wang2021) and from published_d_bands.csv.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd

from catml.data.d_bands import load_d_bands
from catml.elements.d_band_windows import DEFAULT_WINDOW_EV, WHOLE_BAND_WINDOW_EV
from catml.elements.properties import element_table
from catml.report.figures_d_bands import d_band_parity_figure
from catml.report.files import save_figure
from catml.validation.agreement import agreement_table

PUBLISHED = Path(__file__).with_name("published_d_bands.csv")
FACETS = {"A1": "(111)", "A2": "(110)", "A3": "(0001)"}
WINDOWS_EV = (DEFAULT_WINDOW_EV, WHOLE_BAND_WINDOW_EV)

FEWEST = 3

Layer = Literal["top", "middle"]


@dataclass(frozen=True)
class PublishedSet:
    """Published d bands: what they are of, and how to read ours beside them.

    Attributes
    ----------
    title
        What stands in table and figure.
    what
        System and method, as far as the source says.
    layer, facet
        Which of our rows stand beside it; facet None: the closest-packed one.
    center, rectangular_width
        Properties of `catml.elements` that hold it.
    rows
        Or else source and surface of its rows in published_d_bands.csv.
    """

    title: str
    what: str
    layer: Layer
    facet: str | None = None
    center: str = ""
    rectangular_width: str = ""
    rows: tuple[str, str] = ("", "")

    def values(self) -> pd.DataFrame:
        """Return `element`, `center_ev` and `rms_width_ev`, NaN where there is none."""
        if not self.center:
            file = pd.read_csv(PUBLISHED)
            source, surface = self.rows
            return file[(file["source"] == source) & (file["surface"] == surface)]
        elements = element_table()
        width = elements[self.rectangular_width] if self.rectangular_width else np.nan
        columns = {"center_ev": elements[self.center], "rms_width_ev": width / np.sqrt(12)}
        table = pd.DataFrame(columns, index=elements.index)
        return table[table["center_ev"].notna()].rename_axis("element").reset_index()


PUBLISHED_SETS = (
    PublishedSet(
        "Ruban 1997, closest-packed surface",
        "surfaces, LMTO in the local-density approximation, doi:10.1016/S1381-1169(96)00348-2",
        "top",
        center="d_band_center_surface_ev",
    ),
    PublishedSet(
        "Vojvodic 2014, surface",
        "surfaces, facet and functional not stated in the copy used, doi:10.1007/s11244-013-0159-2",
        "top",
        center="d_band_center_surface_vojvodic_ev",
    ),
    PublishedSet(
        "Vijay 2022, surface, fitted semi-ellipse",
        "topmost atom of slabs, PBE, Quantum ESPRESSO; centre of a semi-ellipse fitted to the "
        "density of states, no moment (ChemRxiv 625ec82788636c3acf17bcee)",
        "top",
        rows=("vijay2022", "surface"),
    ),
    PublishedSet(
        "Wang 2021, fcc(111)",
        "fcc(111) surfaces of the TinNet training data, functional not stated in the code, "
        "doi:10.1038/s41467-021-25639-8",
        "top",
        "(111)",
        rows=("wang2021", "fcc(111)"),
    ),
    PublishedSet(
        "Wang 2021, fcc(100)",
        "as before, fcc(100)",
        "top",
        "(100)",
        rows=("wang2021", "fcc(100)"),
    ),
    PublishedSet(
        "Wang 2021, bulk",
        "bulk, density functional theory, doi:10.1038/s41467-021-25639-8; rms width from the "
        "rectangular one",
        "middle",
        center="d_band_center_bulk_ev",
        rectangular_width="d_band_width_bulk_rectangular_ev",
    ),
)


def our_values(table: pd.DataFrame, *, layer: Layer, facet: str | None) -> pd.DataFrame:
    """Return element, centre and rms width of one layer of one facet of each metal."""
    surfaces = table["surface"].str.extract(r"^(?P<metal>[A-Z][a-z]?)(?P<facet>\(.*\))$")
    closest = ~surfaces["facet"].isin(["(100)", "(211)"])
    rows = table[closest if facet is None else surfaces["facet"] == facet]
    if layer == "top":
        rows = rows[rows["layer"] == 1]
    else:
        rows = rows[rows["layer"] == rows.groupby("surface")["layer"].transform("max")]
    return rows[["element", "d_band_center_ev", "rms_width_ev"]]


def pairs(table: pd.DataFrame) -> pd.DataFrame:
    """Return ours beside the published numbers of every set that has enough of ours."""
    parts = []
    for published in PUBLISHED_SETS:
        ours = our_values(table, layer=published.layer, facet=published.facet)
        both = ours.merge(published.values(), on="element", suffixes=("", "_published"))
        for quantity, name, other in (
            ("center", "d_band_center_ev", "center_ev"),
            ("rms width", "rms_width_ev", "rms_width_ev_published"),
        ):
            part = pd.DataFrame(
                {
                    "source": published.title,
                    "system": "surface" if published.layer == "top" else "bulk",
                    "quantity": quantity,
                    "element": both["element"],
                    "ours_ev": both[name],
                    "published_ev": both[other],
                }
            )
            part = part[part["published_ev"].notna()]
            if len(part) >= FEWEST:
                parts.append(part)
    return pd.concat(parts, ignore_index=True)


def agreement_lines(window_ev: tuple[float, float]) -> list[str]:
    """Return the table of differences as Markdown."""
    scores = agreement_table(pairs(load_d_bands("gpaw_surfaces", window_ev=window_ev)))
    lines = [
        f"Window {window_ev[0]:g} to {window_ev[1]:g} eV:",
        "",
        "| published | quantity | n | mean abs. difference / eV | ours − published / eV | r |",
        "|---|---|---|---|---|---|",
    ]
    for (source, quantity), rows in scores.groupby(["source", "quantity"], sort=False):
        by_metric = rows.set_index("metric")
        cells = [
            _cell(by_metric.loc[metric])
            for metric in ("mean_absolute_difference", "mean_difference", "pearson_r")
        ]
        lines.append(f"| {source} | {quantity} | {rows['n'].iloc[0]} | {' | '.join(cells)} |")
    return lines


def _cell(score: pd.Series) -> str:
    digits = "+.2f" if score.name == "mean_difference" else ".2f"
    digits = ".3f" if score.name == "pearson_r" else digits
    return f"{score['value']:{digits}} [{score['low']:{digits}}, {score['high']:{digits}}]"


def facet_lines() -> list[str]:
    """Return centres, widths and work functions of the facets of one metal as Markdown."""
    table = load_d_bands("gpaw_surfaces")
    top = table[table["layer"] == 1]
    names = top["surface"].str.extract(r"^(?P<metal>[A-Z][a-z]?)(?P<facet>\(.*\))$")
    top = top.assign(metal=names["metal"], facet=names["facet"])
    several = top.groupby("metal")["facet"].transform("nunique") > 1
    lines = [
        "| metal | facet | coordination | centre / eV | rms width / eV | work function / eV |",
        "|---|---|---|---|---|---|",
    ]
    for _, row in top[several].sort_values(["metal", "coordination"], ascending=False).iterrows():
        lines.append(
            f"| {row['metal']} | {row['facet']} | {row['coordination']:.0f} | "
            f"{row['d_band_center_ev']:.2f} | {row['rms_width_ev']:.2f} | "
            f"{row['work_function_ev']:.2f} |"
        )
    return lines


def main() -> None:
    """Print the tables and write the figure where a folder is named."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--figure", metavar="FOLDER", help="write elemental_d_bands.png there")
    options = parser.parse_args()
    for published in PUBLISHED_SETS:
        print(f"- {published.title}: {published.what}")
    for window_ev in WINDOWS_EV:
        print("\n" + "\n".join(agreement_lines(window_ev)))
    print("\n" + "\n".join(facet_lines()))
    if options.figure:
        compared = pairs(load_d_bands("gpaw_surfaces"))
        # Beside the (111) of the same metals, those of (100) would stand at other values of ours.
        compared = compared[~compared["source"].str.contains("(100)", regex=False)]
        figure, data = d_band_parity_figure(compared)
        print(save_figure(figure, data, options.figure, "elemental_d_bands").png)


if __name__ == "__main__":
    main()
