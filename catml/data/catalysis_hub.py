"""Importing what Catalysis-Hub gives out: the JSON of a ``reactions`` query, or a table as CSV.

Only reactions that are one adsorption make an adsorption energy: gas species and the clean
surface on the left, one kind of adsorbate (and gas species) on the right. The reference is what
the gas species say. Field names are those of the public interface
(doi:10.1038/s41597-019-0081-y), in either of its two spellings.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Mapping
from fractions import Fraction
from functools import reduce
from math import gcd
from pathlib import Path
from typing import Any

import pandas as pd

from catml.data.importers import ImportResult, finish_import
from catml.data.references import format_reference
from catml.data.schema import Problem, Status
from catml.data.table_files import read_text_table
from catml.errors import DatasetError, SurfaceError
from catml.structures.surface import Surface

_FIELDS = (
    "id",
    "Equation",
    "reactants",
    "products",
    "reactionEnergy",
    "surfaceComposition",
    "chemicalComposition",
    "facet",
    "sites",
    "coverages",
    "dftFunctional",
)
_OTHER_SPELLINGS = {
    "reaction_id": "id",
    "equation": "Equation",
    "reaction_energy": "reactionEnergy",
    "surface_composition": "surfaceComposition",
    "chemical_composition": "chemicalComposition",
    "dft_functional": "dftFunctional",
}
_NEEDED = ("reactionEnergy", "dftFunctional", "surfaceComposition")
_TERM = re.compile(r"^(\d+/\d+|\d*\.?\d*)\s*([A-Za-z]\w*\(g\)|[A-Za-z]\w*\*|\*)$")


def import_catalysis_hub(
    path: str | Path, *, source: str = "catalysis-hub", strict: bool = False
) -> ImportResult:
    """Import a saved Catalysis-Hub answer.

    Parameters
    ----------
    path
        A ``.json`` file with the answer to a GraphQL ``reactions`` query (``data.reactions.edges``
        of ``node``), or a CSV with one reaction per row. Needed are `reactionEnergy`,
        `dftFunctional`, `surfaceComposition` and either `reactants` and `products` or `Equation`;
        `facet` and `sites` give the surface and the site.
    source
        Key of the new dataset.
    strict
        Raise instead of keeping bad rows apart.

    Returns
    -------
    ImportResult
        Rows are numbered from 1 in JSON (the order of the edges) and from 2 in CSV.

    Raises
    ------
    DatasetError
        If the file is not of either form, lacks a needed field, or, with `strict`, any row has a
        problem.
    """
    file = Path(path)
    raw = _read_json(file) if file.suffix == ".json" else read_text_table(file)
    raw = raw.rename(columns=_OTHER_SPELLINGS)
    missing = [name for name in _NEEDED if name not in raw]
    if not ({"reactants", "products"} <= set(raw) or "Equation" in raw):
        missing.append("Equation (or reactants and products)")
    if missing:
        raise DatasetError(
            f"{str(file)!r} lacks {', '.join(missing)}; ask the reactions query for "
            f"{', '.join(_FIELDS)}"
        )
    numbers = raw.index.tolist()
    rows, problems = [], []
    for number, fields in zip(numbers, raw.to_dict("records"), strict=True):
        cells, found = _cells_of({str(name): str(value) for name, value in fields.items()}, number)
        rows.append(cells)
        problems += found
    return finish_import(
        pd.DataFrame(rows),
        raw=raw,
        row_numbers=numbers,
        source=source,
        names={"energy_ev": "reactionEnergy", "functional": "dftFunctional", "surface": "facet"},
        earlier=problems,
        strict=strict,
    )


def _read_json(file: Path) -> pd.DataFrame:
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise DatasetError(f"{str(file)!r} does not exist; give a saved answer") from None
    except (OSError, ValueError) as reason:
        raise DatasetError(f"{str(file)!r} cannot be read as JSON: {reason}") from None
    for key in ("data", "reactions", "edges"):
        if isinstance(content, dict) and key in content:
            content = content[key]
    if not isinstance(content, list) or not all(isinstance(edge, dict) for edge in content):
        raise DatasetError(
            f"{str(file)!r} is not the answer to a reactions query; it must hold "
            "data.reactions.edges, a list of nodes"
        )
    nodes = [edge.get("node", edge) for edge in content]
    if not nodes:
        raise DatasetError(f"{str(file)!r} holds no reaction; widen the query and save it again")
    cells = [{key: _as_text(value) for key, value in node.items()} for node in nodes]
    return pd.DataFrame(cells, index=range(1, len(nodes) + 1)).fillna("")


def _as_text(value: Any) -> str:
    if value is None:
        return ""
    return json.dumps(value) if isinstance(value, (dict, list)) else str(value)


def _cells_of(fields: Mapping[str, str], number: int) -> tuple[dict[str, str], list[Problem]]:
    """Return the schema's cells of one reaction, and what is wrong with it."""
    cells = {
        "energy_ev": fields["reactionEnergy"],
        "functional": fields["dftFunctional"],
        "source_label": fields.get("id", ""),
        "adsorbate": "",
        "reference": "",
    }
    problems: list[Problem] = []
    sides = _sides(fields)
    adsorption = None if sides is None else _adsorption(*sides)
    if adsorption is None:
        shown = fields.get("Equation") or fields.get("reactants", "")
        allowed = "one adsorption: gas species and * on the left, one kind of adsorbate right"
        problems.append(Problem(number, "Equation", shown or "empty", allowed))
    else:
        cells["adsorbate"], cells["reference"] = adsorption
        if cells["adsorbate"][0].isdigit():
            cells["status"] = Status.DISSOCIATED.value
            cells["status_note"] = "several separate adsorbates on one cell"
    cells |= _surface_cells(fields)
    cells["coverage_ml"] = _value_for(fields.get("coverages", ""), cells["adsorbate"])
    cells["site_label"] = _value_for(fields.get("sites", ""), cells["adsorbate"])
    return cells, problems


def _sides(fields: Mapping[str, str]) -> tuple[dict[str, Fraction], dict[str, Fraction]] | None:
    """Return species and coefficients of both sides, spelled ``H2(g)``, ``N*`` and ``*``."""
    sides = []
    for name, index in (("reactants", 0), ("products", 1)):
        mapping = _mapping(fields.get(name, ""))
        if mapping is None:
            parts = fields.get("Equation", "").split("->")
            mapping = _equation_side(parts[index]) if len(parts) == 2 else None
        if mapping is None:
            return None
        side: dict[str, Fraction] = {}
        for species, coefficient in mapping.items():
            spelled = re.sub(r"gas$", "(g)", re.sub(r"star$", "*", species))
            try:
                value = Fraction(str(coefficient)).limit_denominator(12)
            except (ValueError, ZeroDivisionError):
                return None
            side[spelled] = side.get(spelled, Fraction(0)) + value
        sides.append(side)
    return sides[0], sides[1]


def _mapping(text: str) -> dict[str, Any] | None:
    """Read a mapping written as JSON or as Python prints it."""
    if not text:
        return None
    try:
        value = json.loads(text)
    except ValueError:
        try:
            value = ast.literal_eval(text)
        except (ValueError, SyntaxError):
            return None
    return value if isinstance(value, dict) else None


def _equation_side(text: str) -> dict[str, Fraction] | None:
    side: dict[str, Fraction] = {}
    for sign, term in re.findall(r"(?:^|\s)([+-]?)\s*([^\s+-]+)", text.strip()):
        match = _TERM.match(term)
        if match is None:
            return None
        value = Fraction(match[1] or 1) * (-1 if sign == "-" else 1)
        side[match[2]] = side.get(match[2], Fraction(0)) + value
    return side or None


def _adsorption(
    reactants: Mapping[str, Fraction], products: Mapping[str, Fraction]
) -> tuple[str, str] | None:
    """Return adsorbate and reference of an adsorption reaction, None for any other."""
    adsorbed = {name[:-1]: n for name, n in products.items() if name.endswith("*") and name != "*"}
    others = [name for name in reactants if name != "*" and not name.endswith("(g)")]
    if len(adsorbed) != 1 or others or "*" in products:
        return None
    (name, number), *_ = adsorbed.items()
    if number < 1 or number.denominator != 1:
        return None
    gas = {name[:-3]: n for name, n in reactants.items() if name.endswith("(g)")}
    for species, coefficient in products.items():
        if species.endswith("(g)"):
            gas[species[:-3]] = gas.get(species[:-3], Fraction(0)) - coefficient
    return (name if number == 1 else f"{number}{name}"), format_reference(gas)


def _surface_cells(fields: Mapping[str, str]) -> dict[str, str]:
    """Return surface and elements; the surface stays empty where the grammar has no name."""
    composition = fields["surfaceComposition"].strip()
    facet = re.sub(r"[^0-9]", "", fields.get("facet", ""))
    counts = re.findall(r"([A-Z][a-z]?)(\d*)", composition)
    elements = "-".join(sorted({symbol for symbol, _ in counts}))
    shared = reduce(gcd, (int(number or 1) for _, number in counts), 0) or 1
    formula = "".join(
        symbol + (str(int(number or 1) // shared) if int(number or 1) > shared else "")
        for symbol, number in counts
    )
    for name in (f"{formula}({facet})", f"{formula}[A1]({facet})", composition):
        try:
            surface = Surface(name)
        except SurfaceError:
            continue
        # The formula of a compound leaves open which polymorph it is: TiO2 is not always rutile.
        return {
            "surface": "" if surface.family == "compound" else surface.name,
            "elements": elements,
        }
    return {"surface": "", "elements": elements}


def _value_for(text: str, adsorbate: str) -> str:
    """Return the adsorbate's entry of a ``{"CO": ...}`` cell, empty when there is none."""
    mapping = _mapping(text)
    if mapping is None:
        return ""
    fragment = adsorbate.lstrip("0123456789")
    value = mapping.get(adsorbate, mapping.get(fragment, mapping.get(f"{fragment}star", "")))
    return "" if value is None else str(value)
