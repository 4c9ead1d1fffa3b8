"""Writing figures: PNG, SVG and the data beside them, each complete or not there."""

import io
import re
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from catml.atomic_files import write_atomically
from catml.errors import WorkflowError
from catml.report.style import PNG_DPI, styled

_FILE_NAME = re.compile(r"[a-z0-9][a-z0-9_-]*")
_LAYOUT_ROUNDS = 4
# DejaVu Sans comes with matplotlib, not with every browser; Verdana has its widths.
_FONTS_DRAWN, _FONTS_NAMED = "'DejaVu Sans'", "'DejaVu Sans', Verdana, Arial, sans-serif"


@dataclass(frozen=True)
class FigureFiles:
    """Where a saved figure lies: `png` (300 dpi), `svg` (text as text) and `csv` (its data)."""

    png: Path
    svg: Path
    csv: Path


def save_figure(figure: Figure, data: pd.DataFrame, folder: str | Path, name: str) -> FigureFiles:
    """Write a figure as PNG and SVG with its data as CSV; the same figure gives the same bytes.

    Parameters
    ----------
    figure, data
        What a figure function of this room returned.
    folder
        Where to write; made where it is missing.
    name
        File name without ending: lower-case letters, digits, ``-`` and ``_``.

    Raises
    ------
    WorkflowError
        When the name is no such name, or the folder cannot be written.
    """
    if not _FILE_NAME.fullmatch(name):
        raise WorkflowError(
            f"the figure name {name!r} cannot be a file name; use lower-case letters, digits, "
            "'-' and '_'"
        )
    settle(figure)
    target = Path(folder)
    files = FigureFiles(*(target / f"{name}.{ending}" for ending in ("png", "svg", "csv")))
    write_atomically(files.csv, data.to_csv(index=False).encode(), error=WorkflowError)
    write_atomically(files.svg, svg_bytes(figure), error=WorkflowError)
    write_atomically(files.png, png_bytes(figure), error=WorkflowError)
    return files


def write_picture(figure: Figure, path: str | Path, *, dpi: int = PNG_DPI) -> Path:
    """Write a figure as PNG (300 dpi, or `dpi`) or SVG (text as text), as its name asks for.

    Raises
    ------
    WorkflowError
        When the name ends in neither ``.png`` nor ``.svg``, or the file cannot be written.
    """
    target = Path(path)
    ending = target.suffix.lower()
    if ending not in (".png", ".svg"):
        raise WorkflowError(
            f"the picture {str(target)!r} cannot be drawn; its name must end in .png or .svg"
        )
    settle(figure)
    content = png_bytes(figure, dpi=dpi) if ending == ".png" else svg_bytes(figure)
    write_atomically(target, content, error=WorkflowError)
    return target


@styled
def settle(figure: Figure) -> None:
    """Fix the layout where it stays when drawn again.

    Axes of equal scales move matplotlib's constrained layout once more after the first drawing;
    saved before that, text at the rim is cut off.
    """
    for _ in range(_LAYOUT_ROUNDS):
        figure.draw_without_rendering()
    figure.set_layout_engine("none")


@styled
def svg_bytes(figure: Figure) -> bytes:
    """Return a figure as SVG with searchable text, without a date."""
    buffer = io.BytesIO()
    FigureCanvasSVG(figure).print_svg(buffer, metadata={"Date": None, "Creator": "catml"})
    return buffer.getvalue().replace(_FONTS_DRAWN.encode(), _FONTS_NAMED.encode())


@styled
def png_bytes(figure: Figure, *, dpi: int = PNG_DPI) -> bytes:
    """Return a figure as PNG, by default at print resolution."""
    buffer = io.BytesIO()
    FigureCanvasAgg(figure)
    figure.savefig(buffer, format="png", dpi=dpi, metadata={"Software": "catml"})
    return buffer.getvalue()
