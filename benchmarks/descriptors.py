"""Time descriptors one beside the other, and beside ASE, pymatgen, matminer and DScribe.

    python benchmarks/descriptors.py                     # all tables, a minute on one core
    python benchmarks/descriptors.py cost -o cost.md     # some: rate, cost, coordination

Prints Markdown, or writes it to a file: medians of repeated calls in one process bound to one core,
in time of the processor, as `benchmarks/structures.py` does. Targets are judged below each table;
nothing fails where one is missed. DScribe (``catml[soap]``) and matminer take part where they are
installed; matminer holds pandas below 3 and wants an environment of its own.
"""

from __future__ import annotations

# First of all: it sets the number of threads, which numpy reads when it is loaded.
from structures import disordered, family_names, judge, median_time, milliseconds, print_table

# isort: split
import argparse
import importlib
import os
import platform
import statistics
import sys
import time
import warnings
from collections.abc import Callable, Sequence
from contextlib import redirect_stdout
from importlib.metadata import PackageNotFoundError, version
from io import StringIO
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from ase import Atoms
from ase.neighborlist import neighbor_list
from pymatgen.analysis.local_env import CrystalNN, VoronoiNN
from pymatgen.io.ase import AseAtomsAdaptor

import catml
from catml.atomic_files import write_atomically
from catml.descriptors.d_band_model import estimate_d_bands
from catml.descriptors.featurizer import SiteFeaturizer
from catml.descriptors.sites import coordination, electronegativity
from catml.descriptors.sites.electronic import electronic_numbers
from catml.descriptors.sites.elemental import environment_features
from catml.descriptors.sites.geometry import site_numbers
from catml.descriptors.sites.orbital_coordination import orbital_coordination
from catml.descriptors.soap.sites import soap_of_batch, soap_of_sites
from catml.descriptors.tight_binding.hopping_moments import hopping_moments
from catml.descriptors.tight_binding.second_moments import second_moments
from catml.elements.properties import element_symbols
from catml.errors import WorkflowError
from catml.structures.batches import KEPT_BATCHES, SiteBatch, batch_of_slab
from catml.structures.families import site_batch
from catml.structures.site_table import site_table, site_table_of_slab, surface_named
from catml.structures.sites import find_sites
from catml.structures.surface import Surface

KINDS = ("environment", "geometry", "electronic")
SURFACES = 1200
"""A3B(111) surfaces of the family path, nine sites each."""

VACUUM_ANG = 5.0
"""On either side of the slab of 500 atoms. Voronoi cells of surface atoms need their periodic image
to be within reach; with 10 Å pymatgen takes five times as long and CrystalNN counts wrong."""

ASE_CUTOFF_ANG = 3.2
"""Between the first and second neighbours of platinum, 2.8 and 4.0 Å."""

Call = Callable[[], Any]


class Cost(NamedTuple):
    """A descriptor, and what computes it for the family path and for a single slab."""

    name: str
    numbers: int
    family: Call
    slab: Call


def rate() -> None:
    """Describe surfaces never seen before, from their names."""
    names = family_names()

    def describe(kind: Any, wanted: Sequence[str]) -> tuple[tuple[int, int], float, float]:
        start, wall_start = time.process_time(), time.perf_counter()
        shape = SiteFeaturizer(kind).fit_transform(site_table(wanted)).shape
        return shape, time.process_time() - start, time.perf_counter() - wall_start

    thousands = [names[first : first + 1000] for first in range(0, 4000, 1000)]
    rows, rates = [], {}
    for place, kind in enumerate(("geometry", "electronic")):
        describe(kind, names[4000:])
        done = [describe(kind, wanted) for wanted in thousands[2 * place : 2 * place + 2]]
        seconds = statistics.mean(seconds for _, seconds, _ in done)
        wall_s = statistics.mean(wall_s for _, _, wall_s in done)
        shape = done[0][0]
        rates[kind] = shape[0] / seconds
        found = (f"{seconds:.3f}", f"{rates[kind]:,.0f}", f"{shape[0] / wall_s:,.0f}")
        rows.append((f"`{kind}`", *shape, *found))
    print("### The family path: 1,000 L1₂(111) surfaces, from names to the finished table\n")
    print(
        "Names read, sites found (`site_table`), descriptors computed (`SiteFeaturizer`): the mean "
        "of two thousands never seen before, after other surfaces have prepared the family. The "
        "kind `environment` is part of `geometry`. By the clock: what other work on the machine "
        "left of it.\n"
    )
    print_table(("kind", "sites", "numbers", "time / s", "sites per s", "by the clock"), rows)
    for kind, found in rates.items():
        judge(f"{kind}: ≥ 100,000 sites a second", found >= 1e5, f"{found:,.0f}")


def cost() -> None:
    """What each descriptor costs, once the sites are known."""
    known = set(element_symbols())  # thorium and what follows have no properties
    surfaces = map(surface_named, family_names())
    names = [one.name for one in surfaces if known.issuperset(one.elements)][:SURFACES]
    slab = disordered(perfect_slab())
    table, own = site_table(names), site_table_of_slab(slab)
    rows = []
    for one in costs(names, table, slab, own):
        times = []
        for call, count in ((one.family, len(table)), (one.slab, len(own))):
            seconds = median_time(call, budget_s=0.2, least=2, most=20)
            times.append(f"{1e6 * seconds / count:.3g}")
        rows.append((one.name, one.numbers, *times))
    print("\n### What each descriptor costs: µs for each site\n")
    print(
        f"Family: {len(names):,} L1₂(111) surfaces, {len(table):,} sites at once. Slab: a single "
        f"one of {len(slab)} atoms, half of them at random, {len(own)} distinct sites. The single "
        "descriptors begin with known sites and neighbours, the kinds of `SiteFeaturizer` with the "
        "site table. Those of atoms are computed for all atoms, not only for those of sites.\n"
    )
    print_table(("descriptor", "numbers", "family", "slab"), rows)


def costs(names: Sequence[str], table: pd.DataFrame, slab: Atoms, own: pd.DataFrame) -> list[Cost]:
    """Everything whose cost is told."""
    surfaces = [Surface(name) for name in names]
    batches, single = site_batch(surfaces), [batch_of_slab(slab)]
    found = find_sites(slab)

    def both(name: str, numbers: int, describe: Callable[[SiteBatch], Any]) -> Cost:
        calls = (lambda some=some: [describe(one) for one in some] for some in (batches, single))
        return Cost(name, numbers, *calls)

    def sites_anew() -> None:
        KEPT_BATCHES.clear()
        batch_of_slab(slab)

    def kind(name: Any) -> Cost:
        featurizer = SiteFeaturizer(name).fit(table)
        return Cost(
            f"kind `{name}`",
            len(featurizer.get_feature_names_out()),
            lambda: featurizer.transform(table),
            lambda: featurizer.transform(own, slab=slab),
        )

    chosen = [
        Cost("sites and neighbours", 0, lambda: site_batch(surfaces), sites_anew),
        Cost(
            "elements of the zones",
            environment_features(table).shape[1],
            lambda: environment_features(table),
            lambda: environment_features(own),
        ),
        both("coordination, generalized coordination", 2, coordinations),
        both("bond lengths, strain", 2, lengths),
        both("all numbers of geometry", site_numbers(single[0]).shape[2], site_numbers),
        both("orbital-wise coordination s, d, sd", 3, orbital_coordination),
        both("electronegativity of the shell, two scales", 2, shells),
        both("d band: second moment", 1, second_moments),
        both("d band: second, third, fourth moment", 3, hopping_moments),
        both("d band: estimate of centre, width, edge ...", 6, estimate_d_bands),
        both("all electronic numbers", electronic_numbers(single[0]).shape[2], electronic_numbers),
    ]
    if peer("dscribe") is not None:
        vectors = soap_of_sites(slab, found)
        chosen.append(
            Cost(
                "SOAP (DScribe, by elemental properties)",
                vectors.shape[1],
                lambda: [
                    sum(len(some) for _, some in soap_of_batch(one, range(len(one.numbers))))
                    for one in batches
                ],
                lambda: soap_of_sites(slab, found),
            )
        )
    return [*chosen, *(kind(name) for name in KINDS)]


def coordinations(batch: SiteBatch) -> Any:
    """Coordination of the binding atoms, and generalized coordination of the sites."""
    numbers = coordination.coordination_numbers(batch)
    return coordination.site_mean(numbers, batch), coordination.generalized_coordination(batch)


def lengths(batch: SiteBatch) -> Any:
    """Mean bond lengths and strain of all atoms."""
    return coordination.bond_lengths(batch), coordination.strain(batch)


def shells(batch: SiteBatch) -> Any:
    """Electronegativity around all atoms."""
    scale = electronegativity.shell_electronegativity
    return scale(batch, scale="pauling"), scale(batch, scale="mulliken")


def perfect_slab() -> Atoms:
    """Pt(111), five layers of 10 × 10 atoms, without what `info` says of it."""
    slab = Surface("Pt(111)").slab(layers=5, size=(10, 10), vacuum=VACUUM_ANG)
    slab.info = {}
    return slab


def neighbours() -> None:
    """CN and GCN of a slab of 500 atoms beside what others take for one of its atoms."""
    slab = disordered(perfect_slab())
    top = len(slab) - 1
    calls = {**catml_calls(slab), **pymatgen_calls(slab, top), **matminer_calls(slab, top)}
    calls |= dscribe_calls(slab, top)
    ours_s, rows, ratios = 0.0, [], {}
    for (tool, work, atoms), call in calls.items():
        seconds = median_time(call, budget_s=0.2, least=2, most=20)
        ours_s = ours_s or seconds
        ratios[tool, work] = seconds / ours_s
        value = call()
        counted = f"{value:g}" if isinstance(value, int | float | np.number) else "–"
        rows.append((tool, work, atoms, counted, milliseconds(seconds), f"{seconds / ours_s:.2g}"))
    print("\n### Coordination of a slab of 500 atoms, beside one atom by others: ms\n")
    print(
        f"Pt(111), five layers of 10 × 10, {VACUUM_ANG:g} Å of vacuum on either side, half of the "
        "atoms Ni at random. CN: what the tool counts for the same atom of the top layer; it has 9 "
        "neighbours. Ratio: time over that of the first row.\n"
    )
    print_table(("tool", "work", "atoms", "CN", "ms", "ratio"), rows)
    voronoi = ratios["pymatgen", "`VoronoiNN`, CN"]
    measured = f"{voronoi:.1f}× the time for one atom"
    judge("CN and GCN of 500 atoms faster than VoronoiNN of one", voronoi > 1, measured)


Calls = dict[tuple[str, str, int], Call]


def catml_calls(slab: Atoms) -> Calls:
    """All atoms, with and without the distinct sites; and by ASE, whose cutoff is known here."""

    def with_sites() -> float:
        KEPT_BATCHES.clear()
        batch = batch_of_slab(slab)
        coordinations(batch)
        return float(coordination.coordination_numbers(batch)[0, -1])

    def by_ase() -> int:
        i, j = neighbor_list("ij", slab, ASE_CUTOFF_ANG)
        numbers = np.bincount(i, minlength=len(slab))
        np.bincount(i, weights=numbers[j], minlength=len(slab)) / 12
        return int(numbers[-1])

    distinct = len(find_sites(slab))
    n = len(slab)
    return {
        ("catml", "`coordination_of_atoms`, CN and GCN", n): lambda: int(
            coordination.coordination_of_atoms(slab).numbers[-1]
        ),
        ("catml", f"the same of {distinct} distinct sites, which are found", n): with_sites,
        ("ASE", f"`neighbor_list`, cutoff {ASE_CUTOFF_ANG} Å, CN and GCN", n): by_ase,
    }


def pymatgen_structure(slab: Atoms) -> Any:
    """The slab as pymatgen takes it: Voronoi cells want it periodic in three directions."""
    periodic = slab.copy()
    periodic.pbc = True
    return AseAtomsAdaptor.get_structure(periodic)


def pymatgen_calls(slab: Atoms, top: int) -> Calls:
    """One atom by pymatgen."""
    structure = pymatgen_structure(slab)
    finders = (VoronoiNN(), CrystalNN())
    return {
        ("pymatgen", f"`{type(one).__name__}`, CN", 1): lambda one=one: one.get_cn(structure, top)
        for one in finders
    }


def matminer_calls(slab: Atoms, top: int) -> Calls:
    """One atom by matminer."""
    module = peer("matminer.featurizers.site")
    if module is None:
        return {}
    structure = pymatgen_structure(slab)
    count = module.CoordinationNumber.from_preset("VoronoiNN")
    prints = {
        "`CrystalNNFingerprint`": module.CrystalNNFingerprint.from_preset("ops"),
        "`OPSiteFingerprint`": module.OPSiteFingerprint(),
        "`AGNIFingerprints`": module.AGNIFingerprints(),
    }
    calls: Calls = {
        ("matminer", "`CoordinationNumber` (VoronoiNN), CN", 1): lambda: count.featurize(
            structure, top
        )[0]
    }
    for name, one in prints.items():
        calls["matminer", name, 1] = lambda one=one: one.featurize(structure, top)
    return calls


def dscribe_calls(slab: Atoms, top: int) -> Calls:
    """SOAP of one atom and of all, with a block for every pair of elements and catml's settings."""
    module = peer("dscribe.descriptors")
    if module is None:
        return {}
    engine = module.SOAP(
        r_cut=5.0, n_max=6, l_max=4, sigma=0.5, species=["Ni", "Pt"], periodic=True
    )
    return {
        ("DScribe", "`SOAP`", 1): lambda: engine.create(slab, centers=[top]),
        ("DScribe", "`SOAP`", len(slab)): lambda: engine.create(slab),
    }


ABSENT: set[str] = set()
HOW_TO_INSTALL = {
    "dscribe": 'pip install "catml[soap]"',
    "matminer": "pip install matminer, in an environment of its own (it holds pandas below 3)",
}


def peer(module: str) -> Any:
    """A package that need not be there, None where it is not."""
    try:
        return importlib.import_module(module)
    except ImportError:
        ABSENT.add(module.partition(".")[0])
        return None


SECTIONS = {"rate": rate, "cost": cost, "coordination": neighbours}


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the wanted sections, `rate` first: it must find nothing prepared."""
    parser = argparse.ArgumentParser(description="Time descriptors.")
    parser.add_argument("sections", nargs="*", help=", ".join(SECTIONS))
    parser.add_argument("-o", "--output", type=Path, help="write the Markdown there, too")
    options = parser.parse_args(arguments)
    unknown = [name for name in options.sections if name not in SECTIONS]
    if unknown:
        sys.exit(f"unknown section {unknown[0]!r}: choose of {', '.join(SECTIONS)}")
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    warnings.simplefilter("ignore")
    start = time.process_time()
    written = [about()]
    print(written[0], flush=True)
    for name, section in SECTIONS.items():
        if not options.sections or name in options.sections:
            text = StringIO()
            with redirect_stdout(text):
                section()
            written.append(text.getvalue())
            print(written[-1], end="", flush=True)
    for name in sorted(ABSENT):
        print(f"{name} takes no part: {HOW_TO_INSTALL[name]}.", file=sys.stderr)
    print(f"\nAll of it took {time.process_time() - start:.0f} s of the processor.")
    if options.output:
        content = "\n".join(written).encode()
        write_atomically(options.output, content, error=WorkflowError)


def about() -> str:
    """The versions and the machine, and how busy it is."""
    tools = ("numpy", "ase", "pymatgen", "dscribe", "matminer")
    present = [f"catml {catml.__version__}"]
    present += [f"{name} {version(name)}" for name in tools if installed(name)]
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
    cores = f"one core of {os.cpu_count()}, load {load:.1f}"
    return f"Python {platform.python_version()}, {', '.join(present)}; {cores}.\n"


def installed(name: str) -> bool:
    """Whether there is a package of that name."""
    try:
        version(name)
    except PackageNotFoundError:
        return False
    return True


if __name__ == "__main__":
    main()
