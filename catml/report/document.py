"""The document: one HTML file with everything in it, readable offline, on paper and on a phone."""

import base64
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from catml.atomic_files import write_atomically
from catml.errors import WorkflowError
from catml.report.content import ReportContent, ReportFigure
from catml.report.language import answer, number, percent, words
from catml.report.rows import candidate_rows, extrapolation_rows, score_table
from catml.report.style import (
    typeset_activity,
    typeset_equation,
    typeset_formula,
    typeset_surface,
)

_TEMPLATES = Path(__file__).with_name("templates")
_MEDIA_TYPES = {".svg": "image/svg+xml", ".png": "image/png"}
_SHOWN, _PRINTED = 2000, 60


def build_report(content: ReportContent, folder: str | Path) -> Path:
    """Write ``report.html`` into a folder.

    1. Turn every table into rows of text.
    2. Copy figures and pictures into the document.
    3. Fill the template; whatever came from the user is escaped.
    4. Write the file in one step.

    Parameters
    ----------
    content
        What the document says.
    folder
        Where it is written; relative paths of figures and pictures start here.

    Returns
    -------
    pathlib.Path
        The file written.

    Raises
    ------
    DatasetError
        When a table lacks a column, or scores are shown for a random split alone.
    WorkflowError
        When a figure cannot be read, or the folder cannot be written.
    """
    path = Path(folder) / "report.html"
    write_atomically(path, render_report(content, Path(folder)).encode(), error=WorkflowError)
    return path


def render_report(content: ReportContent, folder: Path) -> str:
    """Return the document as HTML; see `build_report`."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        formula=typeset_formula,
        surface=typeset_surface,
        activity=typeset_activity,
        equation=typeset_equation,
        number=number,
        percent=percent,
    )
    return environment.get_template("report.html.j2").render(**_values(content, folder))


def _values(content: ReportContent, folder: Path) -> Mapping[str, Any]:
    """Return the names that the template uses."""
    shown = content.candidates.head(_SHOWN)
    pictures = {name: _data_uri(folder / file) for name, file in content.pictures.items()}
    return {
        "t": words(),
        "content": content,
        "reaction": content.reaction,
        "answer": content.answer or _answer(content),
        "shortlist": candidate_rows(content.shortlist, what="shortlist"),
        "candidates": candidate_rows(shown, what="candidate"),
        "total": len(content.candidates),
        "printed": _PRINTED,
        "pictures": pictures,
        "structures_codes": _codes_text(content.structures_codes),
        "figures": _numbered_figures(content.figures, folder),
        "scores": None if content.scores.empty else score_table(content.scores),
        "extrapolations": extrapolation_rows(content.candidates, content.shortlist),
        "datasets": content.datasets.astype(str),
    }


def _codes_text(codes: tuple[str, ...]) -> str:
    """Return the end of the sentence about the structures' folder; empty without input files."""
    if not codes:
        return ""
    names = ", ".join(words()[f"code_{code}"] for code in codes)
    return words()["structures_codes"].format(codes=names)


def _answer(content: ReportContent) -> str:
    return answer(
        content.candidates,
        content.shortlist,
        adsorbate=content.reaction.adsorbate,
        window_ev=content.reaction.window_ev,
    )


def _numbered_figures(
    figures: tuple[ReportFigure, ...], folder: Path
) -> dict[str, list[tuple[int, ReportFigure, str]]]:
    """Return by section each figure with its number in the document and its picture."""
    sections: dict[str, list[tuple[int, ReportFigure, str]]] = {
        name: [] for name in ("volcano", "validation", "extrapolation", "candidates")
    }
    count = 0
    for name, numbered in sections.items():
        for figure in figures:
            if figure.section == name:
                count += 1
                numbered.append((count, figure, _data_uri(folder / figure.file)))
    return sections


def _data_uri(file: Path) -> str:
    """Return a picture as text that stands inside the document."""
    media_type = _MEDIA_TYPES.get(file.suffix)
    if media_type is None:
        raise WorkflowError(
            f"{str(file)!r} cannot be shown in the report; allowed are .svg and .png"
        )
    try:
        content = file.read_bytes()
    except OSError as reason:
        raise WorkflowError(
            f"the picture {str(file)!r} cannot be read ({reason.strerror}); draw it before the "
            "report is written"
        ) from None
    return f"data:{media_type};base64,{base64.b64encode(content).decode()}"
