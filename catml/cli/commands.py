"""What each command does: call the package, print what it returns."""

from __future__ import annotations

import argparse
import json
import sys
import warnings
from typing import TYPE_CHECKING, Any

from catml.cli.printing import print_table
from catml.errors import CatmlError

if TYPE_CHECKING:
    import pandas as pd

    from catml.structures.surface import Surface


def run_command(options: argparse.Namespace) -> None:
    """Screen the candidates of a workflow."""
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


def build_command(options: argparse.Namespace) -> None:
    """Build a slab and write it."""
    from catml.cli.option_text import read_size, read_strain
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


def sites_command(options: argparse.Namespace) -> None:
    """List the sites of a surface or slab, and draw them."""
    from catml.cli.option_text import read_size
    from catml.structures.site_table import site_table, site_table_of_slab
    from catml.structures.sites import find_sites
    from catml.structures.surface import Surface

    if options.size and not (options.plot and options.surface):
        raise CatmlError("--size is that of the picture of a named surface; give --plot with it")
    given = _surface_or_slab(options)
    named = isinstance(given, Surface)
    table = site_table([given]) if named else site_table_of_slab(given)
    atoms = given.slab(size=read_size(options.size)) if named else given
    sites = find_sites(atoms)
    multiplicities = table["site"].map({site.id: site.multiplicity for site in sites})
    table.insert(list(table.columns).index("site_atoms") + 1, "multiplicity", multiplicities)
    if options.plot:
        from catml.report.files import write_picture
        from catml.report.site_pictures import site_figure

        figure, _ = site_figure(atoms, sites, name=str(table["surface"].iloc[0]))
        write_picture(figure, options.plot)
    print_table(table, as_json=options.json)


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


def export_command(options: argparse.Namespace) -> None:
    """Write a surface and its adsorbate, ready to be calculated."""
    from catml.cli.option_text import read_size
    from catml.models.files.persistence import load_model
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


def predict_command(options: argparse.Namespace) -> None:
    """Predict adsorption energies."""
    from catml.models.default import default_model
    from catml.models.explanation import explanation
    from catml.models.files.persistence import load_model

    surfaces = [*options.surfaces, *(_surfaces_in(options.file) if options.file else [])]
    if not surfaces:
        raise CatmlError("no surface is given; name some, or a table with --file")
    if options.model and options.regressor:
        raise CatmlError("--model is a model already; leave --regressor out")
    if options.model:
        model = load_model(options.model)
    else:
        model = default_model(options.adsorbate, options.regressor)
    if model.adsorbate != options.adsorbate:
        raise CatmlError(
            f"the model {options.model!r} predicts {model.adsorbate}, not {options.adsorbate}"
        )
    if options.adapt:
        model = model.adapt(_table_in(options.adapt, "--adapt"))
    chosen = explanation(model.regressor_) if options.model or options.regressor else ""
    if chosen and not options.json:
        print(chosen, file=sys.stderr)
    asked = list(dict.fromkeys(surfaces)) if options.most_stable else surfaces
    table = model.predict(asked)
    if options.map:
        from catml.report.files import write_picture
        from catml.workflow.descriptor_maps import draw_descriptor_map

        figure, _ = draw_descriptor_map(model, asked, ~table["in_domain"])
        write_picture(figure, options.map)
    if options.most_stable:
        from catml.screening.stable_site import most_stable_sites

        table = most_stable_sites(table).surfaces
    print_table(table, as_json=options.json)


def _surfaces_in(path: str) -> list[str]:
    table = _table_in(path, "--file", dtype=str, keep_default_na=False)
    if "surface" not in table:
        raise CatmlError(
            f"--file {path!r} has no column 'surface'; it has: {', '.join(map(str, table.columns))}"
        )
    return list(table["surface"])


def _table_in(path: str, option: str, **settings: Any) -> pd.DataFrame:
    """The table in a CSV file, read by pandas with these settings."""
    import pandas as pd

    try:
        return pd.read_csv(path, **settings)
    except (OSError, ValueError) as reason:
        raise CatmlError(f"{option} {path!r} cannot be read as CSV: {reason}") from None


def lookup_command(options: argparse.Namespace) -> None:
    """Look an adsorption energy up."""
    from catml.models.files.persistence import load_model
    from catml.models.lookup import lookup

    model = load_model(options.model) if options.model else None
    print_table(lookup(options.surface, options.adsorbate, model=model), as_json=options.json)


def datasets_command(options: argparse.Namespace) -> None:
    """List, describe and check datasets."""
    from catml.data.describe import check_any_dataset, datasets_table, describe_dataset

    if options.name is None:
        print_table(datasets_table(options.folder), as_json=options.json)
        return
    check = check_any_dataset(options.name, options.folder)
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


def import_command(options: argparse.Namespace) -> None:
    """Bring a file of adsorption energies into the schema."""
    from catml.cli.option_text import read_pairs
    from catml.data.import_file import import_file
    from catml.data.importers import write_dataset

    result = import_file(
        options.file,
        source=options.name,
        columns=read_pairs(options.column, "--column"),
        defaults=read_pairs(options.default, "--default"),
    )
    for problem in result.problems:
        print(f"catml: not imported: {problem}", file=sys.stderr)
    card = write_dataset(result.table, options.out, key=options.name)
    print(
        f"{len(result.table)} rows imported, {len(result.rejected)} not; complete the card: {card}"
    )
