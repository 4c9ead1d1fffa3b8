"""The command line: parse, call, print.

Exit codes: 0 done; 2 the input is wrong (one message, no traceback); 1 anything else.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import warnings
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import catml
from catml.errors import CatmlError
from catml.structures.building.option_text import joined_negatives

if TYPE_CHECKING:
    import pandas as pd

    from catml.structures.surface import Surface

JSON_HELP = "print one JSON document and nothing else"
BULK_HELP = "the crystal SURFACE is of, as rutile.cif"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    given = sys.argv[1:] if arguments is None else arguments
    options = build_parser().parse_args(joined_negatives(given))
    try:
        options.command(options)
    except CatmlError as problem:
        print(f"catml: {problem}", file=sys.stderr)
        return 2
    except BrokenPipeError:
        # The reader (head, less) has what it wanted; nothing is left for Python to flush at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        print("\ncatml: stopped", file=sys.stderr)
        return 1
    except OSError as problem:
        place = f"{problem.filename}: " if problem.filename else ""
        print(f"catml: {place}{problem.strerror or problem}", file=sys.stderr)
        return 1
    return 0


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of all commands."""
    parser = argparse.ArgumentParser(
        prog="catml",
        description="Catalyst adsorption-energy workbench: from a surface's name to a ranked, "
        "honest list of catalysts.",
    )
    parser.add_argument("--version", action="version", version=f"catml {catml.__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)

    def command(
        name: str, function: Callable[[argparse.Namespace], None], text: str
    ) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=text, description=text)
        sub.set_defaults(command=function)
        return sub

    sub = command("run", _run, "screen a reaction's candidates as a workflow YAML says")
    sub.add_argument("workflow", metavar="WORKFLOW.yaml")
    sub.add_argument("--out", metavar="DIR", help="output folder (default: runs/<workflow name>)")
    sub.add_argument("--overwrite", action="store_true", help="replace a finished run of that name")
    sub.add_argument("--workers", type=int, default=2, metavar="N", help="processes (default: 2)")
    sub.add_argument(
        "--dry-run", action="store_true", help="check the file, say what would be done"
    )
    sub.add_argument("--quiet", action="store_true", help="no progress on standard error")

    sub = command("build", _build, "build a slab and write it in any format ASE knows")
    sub.add_argument("surface", help='for example "Pt3Ni(111)"')
    sub.add_argument("--bulk", metavar="FILE", help=BULK_HELP)
    sub.add_argument("--termination", metavar="LABEL", help="by its top layer's elements, as NiPt")
    sub.add_argument("--layers", type=int, metavar="N", help="atomic planes (default: enough)")
    sub.add_argument(
        "--thickness", type=float, metavar="Å", help="height from the lowest to the highest plane"
    )
    sub.add_argument(
        "--size", metavar="SIZE", help='repeats, as 2x2, or new cell vectors, as "1 1; -1 2"'
    )
    sub.add_argument("--orthogonal", action="store_true", help="the smallest rectangular cell")
    sub.add_argument("--vacuum", type=float, default=10.0, metavar="Å", help="on each side")
    sub.add_argument("--fixed", type=int, default=0, metavar="N", help="layers fixed, from below")
    sub.add_argument("--functional", default="BEEF-vdW", help="whose lattice constants (BEEF-vdW)")
    sub.add_argument("--backend", default="catml", help="builder: catml, ase, pymatgen or catkit")
    sub.add_argument(
        "--strain", default="0", metavar="X", help="in-plane fraction, as 0.02; or two, as 0.02,0"
    )
    sub.add_argument("-o", "--output", required=True, metavar="FILE")
    sub.add_argument("--format", metavar="NAME", help="ASE's name of it (default: FILE's name)")
    sub.add_argument("--json", action="store_true", help=JSON_HELP)

    sub = command("sites", _sites, "list a surface's symmetry-distinct adsorption sites")
    sub.add_argument("surface", nargs="?", help='for example "Pt3Ni(111)"')
    sub.add_argument("--bulk", metavar="FILE", help=BULK_HELP)
    sub.add_argument("--file", metavar="SLAB", help="a slab's file instead, as relaxed.traj@-1")
    sub.add_argument("--plot", metavar="PICTURE", help="draw them into a .png or .svg")
    sub.add_argument("--size", metavar="AxB", help="surface supercell of the picture")
    sub.add_argument("--json", action="store_true", help=JSON_HELP)

    sub = command("export", _export, "write a surface and its adsorbate, ready to be calculated")
    sub.add_argument("surface", nargs="?", help='for example "Cu3Zr@Cu(100)"')
    sub.add_argument("--bulk", metavar="FILE", help=BULK_HELP)
    sub.add_argument("--file", metavar="SLAB", help="a slab's file instead, taken as it is")
    sub.add_argument("--adsorbate", metavar="NAME", help="such as CO (default: the clean slab)")
    sub.add_argument("--site", metavar="ID", help="as `catml sites` says (default: most stable)")
    sub.add_argument(
        "--code", action="append", metavar="CODE", help="vasp (default), espresso or gpaw; repeat"
    )
    sub.add_argument("--functional", metavar="NAME", help="default: that of the prediction")
    sub.add_argument("--model", metavar="FILE", help="a saved model to choose the site")
    sub.add_argument("--size", metavar="AxB", help="supercell (default: room for the adsorbate)")
    sub.add_argument("--layers", type=int, metavar="N", help="atomic planes (default: enough)")
    sub.add_argument("--fixed", type=int, metavar="N", help="held planes (default: lower half)")
    sub.add_argument("--vacuum", type=float, default=10.0, metavar="Å", help="on each side")
    sub.add_argument("--out", required=True, metavar="DIR", help="a new folder")

    sub = command("predict", _predict, "predict adsorption energies with their uncertainty")
    sub.add_argument("adsorbate", help="one that a shipped dataset has, as CO or N")
    sub.add_argument("surfaces", nargs="*", metavar="SURFACE")
    sub.add_argument("--file", metavar="CSV", help="a table with a column 'surface'")
    sub.add_argument("--model", metavar="FILE", help="a saved model instead of the default one")
    sub.add_argument("--json", action="store_true", help=JSON_HELP)

    sub = command("lookup", _lookup, "a known adsorption energy with its source, else a prediction")
    sub.add_argument("adsorbate")
    sub.add_argument("surface")
    sub.add_argument("--json", action="store_true", help=JSON_HELP)

    sub = command("datasets", _datasets, "list the shipped datasets, or describe and check one")
    sub.add_argument("name", nargs="?")
    sub.add_argument(
        "--folder", metavar="DIR", help="your own datasets instead of the shipped ones"
    )
    sub.add_argument("--json", action="store_true", help=JSON_HELP)

    sub = command("import", _import, "bring your own adsorption energies into catml's schema")
    sub.add_argument("file", help="CSV, ASE database (.db, .json) or Catalysis-Hub export")
    sub.add_argument("--name", required=True, metavar="KEY", help="name of the new dataset")
    sub.add_argument("--out", required=True, metavar="DIR", help="folder for table and card")
    sub.add_argument(
        "--column",
        action="append",
        default=[],
        metavar="THEIRS=OURS",
        help="a column of the file and the schema's name for it, as in E_ads=energy_ev",
    )
    sub.add_argument(
        "--default",
        action="append",
        default=[],
        metavar="OURS=VALUE",
        help="a value the file does not give, as in functional=PBE or 'reference=CO(g)'",
    )
    return parser


def _run(options: argparse.Namespace) -> None:
    from catml.workflow.runner import describe_run, run

    if options.dry_run:
        print(describe_run(options.workflow, out=options.out))
        return
    result = run(
        options.workflow,
        out=options.out,
        overwrite=options.overwrite,
        workers=options.workers,
        quiet=options.quiet,
    )
    print(result.summary())


def _build(options: argparse.Namespace) -> None:
    from catml.structures.building.option_text import read_size, read_strain
    from catml.structures.files import write_slab
    from catml.structures.layers import describe_slab
    from catml.structures.slabs import ThinSlabWarning

    name = options.surface
    if options.termination is not None:
        if ":" in name:
            raise CatmlError(f"{name!r} names a termination already; leave --termination out")
        name = f"{name}:{options.termination}"
    surface = _surface(name, options.bulk)
    with warnings.catch_warnings(record=True) as doubts:
        warnings.simplefilter("always")
        slab = surface.slab(
            layers=options.layers,
            thickness_ang=options.thickness,
            size=read_size(options.size),
            vacuum=options.vacuum,
            orthogonal=options.orthogonal,
            fixed_layers=options.fixed,
            functional=options.functional,
            strain=read_strain(options.strain),
            backend=options.backend,
        )
    for doubt in doubts:
        if issubclass(doubt.category, ThinSlabWarning):
            print(f"catml: warning: {doubt.message}", file=sys.stderr)
    write_slab(slab, options.output, file_format=options.format)
    if options.json:
        print(json.dumps({"file": options.output, **describe_slab(slab)}, ensure_ascii=False))
        return
    info, lattice = slab.info, slab.info["lattice"]
    known = lattice["functional"] != "unknown"
    origin = lattice["functional"] if known else lattice["source"]
    estimated = ", estimated" if lattice["estimated"] else ""
    print(
        f"{options.output}: {info['surface']}, {len(slab)} atoms in {info['layers']} layers; "
        f"lattice constants of {origin}{estimated}"
    )


def _sites(options: argparse.Namespace) -> None:
    from catml.structures.building.option_text import read_size
    from catml.structures.site_table import site_table, site_table_of_slab
    from catml.structures.surface import Surface

    if options.size and not (options.plot and options.surface):
        raise CatmlError("--size is that of the picture of a named surface; give --plot with it")
    given = _surface_or_slab(options)
    named = isinstance(given, Surface)
    table = site_table([given]) if named else site_table_of_slab(given)
    if options.plot:
        from catml.report.files import write_picture
        from catml.report.site_pictures import site_figure
        from catml.structures.sites import find_sites

        atoms = given.slab(size=read_size(options.size)) if named else given
        figure, _ = site_figure(atoms, find_sites(atoms), name=str(table["surface"].iloc[0]))
        write_picture(figure, options.plot)
    _print_table(table, as_json=options.json)


def _surface_or_slab(options: argparse.Namespace) -> Any:
    """Return the surface named, of a crystal of one's own or not, or the slab of ``--file``."""
    from catml.structures.files import read_slab

    if (options.surface is None) == (options.file is None):
        raise CatmlError("give a surface's name, or the file of a slab with --file, and not both")
    if options.file is None:
        return _surface(options.surface, options.bulk)
    if options.bulk:
        raise CatmlError(
            "--bulk goes with a surface's name, not with --file; leave one of them out"
        )
    return read_slab(options.file)


def _surface(name: str, bulk: str | None) -> Surface:
    from catml.structures.bulk.crystal_files import read_crystal
    from catml.structures.surface import Surface

    return Surface(name, crystal=read_crystal(bulk) if bulk else None)


def _export(options: argparse.Namespace) -> None:
    from catml.models.persistence import load_model
    from catml.structures.building.option_text import read_size
    from catml.workflow.export import export_structures

    exported = export_structures(
        _surface_or_slab(options),
        options.out,
        adsorbate=options.adsorbate,
        site=options.site,
        codes=options.code or ["vasp"],
        functional=options.functional,
        model=load_model(options.model) if options.model else None,
        size=read_size(options.size),
        layers=options.layers,
        fixed_layers=options.fixed,
        vacuum=options.vacuum,
    )
    print(exported.summary())


def _predict(options: argparse.Namespace) -> None:
    from catml.models.default import default_model
    from catml.models.persistence import load_model

    surfaces = [*options.surfaces, *(_surfaces_in(options.file) if options.file else [])]
    if not surfaces:
        raise CatmlError("no surface is given; name some, or a table with --file")
    model = load_model(options.model) if options.model else default_model(options.adsorbate)
    if model.adsorbate != options.adsorbate:
        raise CatmlError(
            f"the model {options.model!r} predicts {model.adsorbate}, not {options.adsorbate}"
        )
    _print_table(model.predict(surfaces), as_json=options.json)


def _surfaces_in(path: str) -> list[str]:
    import pandas as pd

    try:
        table = pd.read_csv(path, dtype=str, keep_default_na=False)
    except (OSError, ValueError) as reason:
        raise CatmlError(f"--file {path!r} cannot be read as CSV: {reason}") from None
    if "surface" not in table:
        raise CatmlError(
            f"--file {path!r} has no column 'surface'; it has: {', '.join(map(str, table.columns))}"
        )
    return list(table["surface"])


def _lookup(options: argparse.Namespace) -> None:
    from catml.models.lookup import lookup

    _print_table(lookup(options.surface, options.adsorbate), as_json=options.json)


def _datasets(options: argparse.Namespace) -> None:
    from catml.data.cards import check_dataset
    from catml.data.describe import datasets_table, describe_dataset

    if options.name is None:
        _print_table(datasets_table(options.folder), as_json=options.json)
        return
    check = check_dataset(options.name, options.folder)
    if options.json:
        card = check.card.model_dump(mode="json")
        print(json.dumps({"card": card, "problems": check.problems}, ensure_ascii=False))
    else:
        print(describe_dataset(options.name, options.folder))
        print("\nCheck of schema, counts and checksum: " + ("passed" if check.ok else "FAILED"))
        for problem in check.problems:
            print(f"  - {problem}")
    if not check.ok:
        raise CatmlError(
            f"dataset {options.name!r} does not pass its check; see the problems above"
        )


def _import(options: argparse.Namespace) -> None:
    from catml.data.import_file import import_file
    from catml.data.importers import write_dataset

    result = import_file(
        options.file,
        source=options.name,
        columns=_pairs(options.column, "--column"),
        defaults=_pairs(options.default, "--default"),
    )
    for problem in result.problems:
        print(f"catml: not imported: {problem}", file=sys.stderr)
    card = write_dataset(result.table, options.out, key=options.name)
    print(
        f"{len(result.table)} rows imported, {len(result.rejected)} not; complete the card: {card}"
    )


def _pairs(texts: Sequence[str], option: str) -> dict[str, str]:
    for text in texts:
        if "=" not in text:
            raise CatmlError(f"{option} {text!r} is no pair; write it as name=value")
    return dict(text.split("=", 1) for text in texts)


def _print_table(table: pd.DataFrame, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(_records(table), ensure_ascii=False, allow_nan=False))
    elif table.empty:
        print("nothing found")
    else:
        print(table.to_string(index=False, float_format=lambda value: f"{value:.3f}"))


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows as JSON-able mappings; a missing number becomes null."""
    return json.loads(table.to_json(orient="records", double_precision=10))
