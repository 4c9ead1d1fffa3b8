"""The commands of the command line and their options."""

import argparse
from collections.abc import Callable
from typing import TypeAlias

import catml
from catml.cli import commands
from catml.cli.benchmark import benchmark_command
from catml.cli.dband import dband_command
from catml.cli.models import fit_command, model_command

Command: TypeAlias = Callable[[argparse.Namespace], None]
# Adds a command: its name, what it calls, and one line of help.
AddCommand: TypeAlias = Callable[[str, Command, str], argparse.ArgumentParser]

JSON_HELP = "print one JSON document and nothing else"
BULK_HELP = "the crystal SURFACE is of, as rutile.cif"


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of all commands."""
    parser = argparse.ArgumentParser(
        prog="catml",
        description="Catalyst adsorption-energy workbench: from a surface's name to a ranked, "
        "honest list of catalysts.",
    )
    parser.add_argument("--version", action="version", version=f"catml {catml.__version__}")
    subparsers = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)

    def command(name: str, function: Command, text: str) -> argparse.ArgumentParser:
        sub = subparsers.add_parser(name, help=text, description=text)
        sub.set_defaults(command=function)
        return sub

    _add_run(command)
    _add_build(command)
    _add_sites_and_export(command)
    _add_dband(command)
    _add_energies(command)
    _add_models(command)
    _add_data(command)
    _add_benchmark(command)
    return parser


def _add_run(command: AddCommand) -> None:
    sub = command(
        "run", commands.run_command, "screen a reaction's candidates as a workflow YAML says"
    )
    sub.add_argument("workflow", metavar="WORKFLOW.yaml")
    sub.add_argument("--out", metavar="DIR", help="output folder (default: runs/<workflow name>)")
    sub.add_argument("--overwrite", action="store_true", help="replace a finished run of that name")
    sub.add_argument("--workers", type=int, default=2, metavar="N", help="processes (default: 2)")
    sub.add_argument(
        "--dry-run", action="store_true", help="check the file, say what would be done"
    )
    sub.add_argument("--quiet", action="store_true", help="no progress on standard error")


def _add_build(command: AddCommand) -> None:
    sub = command(
        "build", commands.build_command, "build a slab and write it in any format ASE knows"
    )
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


def _add_sites_and_export(command: AddCommand) -> None:
    sub = command(
        "sites", commands.sites_command, "list a surface's symmetry-distinct adsorption sites"
    )
    sub.add_argument("surface", nargs="?", help='for example "Pt3Ni(111)"')
    sub.add_argument("--bulk", metavar="FILE", help=BULK_HELP)
    sub.add_argument("--file", metavar="SLAB", help="a slab's file instead, as relaxed.traj@-1")
    sub.add_argument("--plot", metavar="PICTURE", help="draw them into a .png or .svg")
    sub.add_argument("--size", metavar="AxB", help="surface supercell of the picture")
    sub.add_argument("--json", action="store_true", help=JSON_HELP)

    sub = command(
        "export",
        commands.export_command,
        "write a surface and its adsorbate, ready to be calculated",
    )
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


def _add_dband(command: AddCommand) -> None:
    sub = command(
        "dband", dband_command, "describe the d bands of a density of states, read or calculated"
    )
    sub.add_argument(
        "source",
        nargs="+",
        metavar="FILE|SURFACE",
        help="vasprun.xml, DOSCAR (LORBIT = 10, 11 or 12), GPAW's .gpw, or projwfc.x's folder; "
        'with --engine names of surfaces, as "Cu(111)", or files of slabs',
    )
    sub.add_argument("--structure", metavar="FILE", help="of a DOSCAR (default: that beside it)")
    sub.add_argument("--atom", action="append", metavar="N", help="from 0, as 7 or 0-3,7; repeat")
    sub.add_argument("--element", action="append", metavar="SYMBOL", help="as Cu; repeat")
    sub.add_argument("--layer", type=int, metavar="N", help="of a slab, from 1 at the top")
    sub.add_argument("--site", metavar="ID", help="its binding atoms; as `catml sites` says")
    sub.add_argument(
        "--window",
        type=float,
        nargs=2,
        metavar=("LOW", "HIGH"),
        help="eV from the Fermi level (default: all of a file's; with --engine -10 5)",
    )
    sub.add_argument(
        "--fermi-level",
        type=float,
        metavar="EV",
        help="on the file's own scale, instead of the file's",
    )
    sub.add_argument("--plot", metavar="PICTURE", help="draw the d states into a .png or .svg")
    sub.add_argument("--out", metavar="TABLE", help="write the table into a .csv or .json")
    sub.add_argument("--json", action="store_true", help=JSON_HELP)
    _add_calculation(sub)


def _add_calculation(sub: argparse.ArgumentParser) -> None:
    group = sub.add_argument_group(
        "calculating them",
        "Results are kept in catml's cache folder; what was stopped goes on when asked for again.",
    )
    group.add_argument("--engine", metavar="NAME", help="what calculates: gpaw")
    group.add_argument("--preset", metavar="NAME", help="draft (default) or standard")
    group.add_argument("--layers", type=int, metavar="N", help="atomic planes of named surfaces")
    group.add_argument(
        "--set",
        action="append",
        metavar="NAME=VALUE",
        help="another setting, as cutoff_ev=450 or kpoint_density_ang=4.2; repeat",
    )
    group.add_argument("--store", metavar="CSV", help="add the result to a table of d bands")
    group.add_argument("--long", action="store_true", help="even where it takes hours")
    group.add_argument("--quiet", action="store_true", help="no progress on standard error")


def _add_energies(command: AddCommand) -> None:
    sub = command(
        "predict", commands.predict_command, "predict adsorption energies with their uncertainty"
    )
    sub.add_argument("adsorbate", help="one that a shipped dataset has, as CO or N")
    sub.add_argument("surfaces", nargs="*", metavar="SURFACE")
    sub.add_argument("--file", metavar="CSV", help="a table with a column 'surface'")
    sub.add_argument("--model", metavar="FILE", help="a saved model instead of the default one")
    sub.add_argument("--regressor", metavar="NAME", help="another for the default one, as ridge")
    sub.add_argument(
        "--adapt",
        metavar="CSV",
        help="energies of your own, to re-anchor the model to: surface, site, energy_ev",
    )
    sub.add_argument(
        "--map", metavar="PICTURE", help="draw where the sites lie among the training rows"
    )
    sub.add_argument(
        "--most-stable",
        action="store_true",
        help="one row per surface: its lowest site that is likely a minimum, and how sure that is",
    )
    sub.add_argument("--json", action="store_true", help=JSON_HELP)

    sub = command(
        "lookup",
        commands.lookup_command,
        "a known adsorption energy with its source, else a prediction",
    )
    sub.add_argument("adsorbate")
    sub.add_argument("surface")
    sub.add_argument("--model", metavar="FILE", help="a saved model to ask where none is known")
    sub.add_argument("--json", action="store_true", help=JSON_HELP)


def _add_models(command: AddCommand) -> None:
    sub = command("fit", fit_command, "fit a model to datasets and save it in a file")
    sub.add_argument("adsorbate", help="one that the datasets have, as CO or N")
    sub.add_argument(
        "--data", action="append", metavar="KEY", help="only this dataset; may be given again"
    )
    sub.add_argument("--folder", metavar="DIR", help="your own datasets instead of the shipped")
    sub.add_argument("--functional", metavar="NAME", help="whose scale (default: of most rows)")
    sub.add_argument("--regressor", metavar="NAME", help="such as ridge (default: by the rows)")
    sub.add_argument(
        "--descriptors", metavar="KIND", help="such as electronic (default: by the rows)"
    )
    sub.add_argument("--prior", metavar="NAME", help="physics to start from, as chemisorption")
    sub.add_argument(
        "--intervals", default="novelty", metavar="NAME", help="such as mondrian (novelty)"
    )
    sub.add_argument("--seed", type=int, default=0, metavar="N", help="of whatever is random (0)")
    sub.add_argument("-o", "--output", required=True, metavar="FILE", help="such as co.skops")
    sub.add_argument("--json", action="store_true", help=JSON_HELP)

    sub = command("model", model_command, "say what is in a model file, after checking it")
    sub.add_argument("file", metavar="FILE")
    sub.add_argument("--json", action="store_true", help=JSON_HELP)


def _add_data(command: AddCommand) -> None:
    sub = command(
        "datasets",
        commands.datasets_command,
        "list the shipped datasets, or describe and check one",
    )
    sub.add_argument("name", nargs="?")
    sub.add_argument(
        "--folder", metavar="DIR", help="your own datasets instead of the shipped ones"
    )
    sub.add_argument("--json", action="store_true", help=JSON_HELP)

    sub = command(
        "import", commands.import_command, "bring your own adsorption energies into catml's schema"
    )
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


def _add_benchmark(command: AddCommand) -> None:
    sub = command(
        "benchmark",
        benchmark_command,
        "published systems, naive baselines and catml's models side by side on every split",
    )
    for name, what in (("data", "dataset"), ("split", "split"), ("model", "model")):
        sub.add_argument(
            f"--{name}",
            action="append",
            metavar="NAME",
            help=f"only this {what}; repeat (default: all)",
        )
    sub.add_argument("--list", action="store_true", help="datasets, splits and models by name")
    sub.add_argument("--quick", action="store_true", help="a small part of it, in under a minute")
    sub.add_argument("--long", action="store_true", help="also what takes minutes by itself")
    sub.add_argument("--jobs", type=int, metavar="N", help="processes (default: all, at most 4)")
    sub.add_argument(
        "--out", metavar="DIR", help="where results are kept and a stopped run goes on (cache)"
    )
    sub.add_argument("--page", metavar="DIR", help="where page, JSON and figures go (as --out)")
    sub.add_argument("--json", action="store_true", help=JSON_HELP)
    sub.add_argument("--quiet", action="store_true", help="no progress on standard error")
