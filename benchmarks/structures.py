"""Time slabs, sites and descriptors beside ASE, pymatgen and CatKit, all in one run.

    python benchmarks/structures.py                 # all tables, about a minute on one core
    python benchmarks/structures.py slabs sites     # some: family, slabs, sites, scaling

Prints Markdown: medians of repeated calls in one process bound to one core, every tool on the same
surfaces and lattice constants. Times are those of the processor, which other work on the machine
hardly lengthens. Targets are stated and judged below each table; nothing fails where one is
missed. CatKit takes part where it is installed (`catml.structures.building.catkit_backend`).
"""

from __future__ import annotations

import gc
import os

# Before numpy is loaded, which reads it.
os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"

import platform
import statistics
import sys
import time
import warnings
from collections.abc import Callable, Sequence
from contextlib import suppress
from importlib.metadata import version
from itertools import permutations
from typing import Any

import ase.build
import numpy as np
from ase import Atoms
from pymatgen.analysis.adsorption import AdsorbateSiteFinder
from pymatgen.core.surface import Slab, SlabGenerator
from pymatgen.io.ase import AseAtomsAdaptor

from catml.descriptors.featurizer import SiteFeaturizer
from catml.errors import ElementError, SurfaceError
from catml.structures.building.catkit_backend import catkit_surface_module
from catml.structures.bulk.lattice import lattice_of
from catml.structures.bulk.prototypes import metals
from catml.structures.site_table import site_table
from catml.structures.sites import find_sites
from catml.structures.surface import Surface

VACUUM_ANG = 10.0
SLABS = {
    "Pt(111)": (ase.build.fcc111, 4),
    "Pt(100)": (ase.build.fcc100, 4),
    "Fe(110)": (ase.build.bcc110, 4),
    "Ru(0001)": (ase.build.hcp0001, 4),
    "Pt(211)": (ase.build.fcc211, 7),
}
SITES = {"Pt(111)": 4, "Pt(100)": 3, "Pt3Ni(111)": 9}
"""Distinct sites counted by hand: edges = atoms + faces on a closed net, less the symmetry."""

CELLS = (5, 7, 11, 16, 22)

Call = Callable[[], Any]


def median_time(call: Call, *, budget_s: float = 0.3, least: int = 3, most: int = 50) -> float:
    """Return the median time of a call in s, a first call left out."""
    call()
    times: list[float] = []
    gc.collect()
    gc.disable()
    while len(times) < least or (sum(times) < budget_s and len(times) < most):
        start = time.process_time()
        call()
        times.append(time.process_time() - start)
    gc.enable()
    return statistics.median(times)


def one_time(call: Call) -> float:
    """Return the time of a single call in s."""
    start = time.process_time()
    call()
    return time.process_time() - start


def print_table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print a Markdown table."""
    print("| " + " | ".join(head) + " |")
    print("|" + "---|" * len(head))
    for row in rows:
        print("| " + " | ".join(str(cell) for cell in row) + " |")
    print(flush=True)


def judge(target: str, met: bool, measured: str) -> None:
    """Print whether a target is met."""
    print(f"- {target}: **{'met' if met else 'missed'}** ({measured})")


def milliseconds(seconds: float | None) -> str:
    """Return a time with three digits, a dash where there is none."""
    return "–" if seconds is None else f"{1e3 * seconds:.3g}"


def family() -> None:
    """Describe thousands of surfaces of one family, a thousand at a time."""
    names = family_names()

    def describe(wanted: Sequence[str]) -> tuple[int, int]:
        table = site_table(wanted)
        return SiteFeaturizer("geometry").fit_transform(table).shape

    n_sites, n_numbers = 0, 0
    times = []
    for first in range(0, len(names) - 999, 1000):
        start = time.process_time()
        n_sites, n_numbers = describe(names[first : first + 1000])
        times.append(time.process_time() - start)
    print(f"### The family path: L1₂(111) surfaces, {len(times)} times another thousand\n")
    print(
        "Timed from a list of names to the finished table: names read, sites found (`site_table`), "
        "descriptors computed (`SiteFeaturizer`, kind `geometry`). A site counts once, with all "
        f"its {n_numbers} descriptors. The first thousand also finds the family's sites and loads "
        "the tables of the elements; the others are surfaces never seen before, too.\n"
    )
    cases = {"the first thousand": times[0], "another thousand": statistics.median(times[1:])}
    rows = []
    for name, seconds in cases.items():
        rates = (f"{count / seconds:,.0f}" for count in (n_sites, n_sites * n_numbers))
        rows.append((name, n_sites, f"{seconds:.3f}", *rates))
    print_table(("", "sites", "time / s", "sites per s", "numbers per s"), rows)
    rate = n_sites / cases["another thousand"]
    judge("≥ 100,000 described sites a second", rate >= 1e5, f"{rate:,.0f}")


def family_names() -> list[str]:
    """Every A3B(111) of two metals whose lattice constant can be given, in random order."""
    names = []
    for pair in permutations(sorted(metals()), 2):
        surface = Surface("{}3{}(111)".format(*pair))
        with suppress(ElementError):
            lattice_of(surface)
            names.append(surface.name)
    return [names[k] for k in np.random.default_rng(0).permutation(len(names))]


def slabs() -> None:
    """Build the slabs of flat and stepped metals with every tool."""
    catkit = catkit_generator()
    rows, to_ase, to_pymatgen = [], [], []
    for name, (named, layers) in SLABS.items():
        for n in (1, 2, 3):
            ours = first_and_median(catml_call(name, layers, n))
            theirs = [
                median_time(call) if call else None
                for call in (
                    ase_call(name, named, layers, n),
                    pymatgen_call(name, layers, n),
                    catkit and catkit_call(catkit, name, layers, n),
                )
            ]
            to_ase.append(ours[1] / theirs[0])
            to_pymatgen.append(theirs[1] / ours[1])
            times = [milliseconds(seconds) for seconds in (*ours, *theirs)]
            rows.append((name, f"{n}×{n}", *times, f"{to_ase[-1]:.2f}", f"{to_pymatgen[-1]:.0f}"))
    print("\n### Slabs: ms from the name or bulk to the supercell\n")
    print(
        "ASE: its named builder (fcc111 ...; fcc211 only as a rectangle, with 9 atoms to our 7). "
        "pymatgen: `SlabGenerator(...).get_slabs()[0]`, then the supercell. CatKit: its "
        "`SlabGenerator`, without graph. First: the first call for that cell in this process.\n"
    )
    head = ("surface", "cell", "catml first", "catml", "ASE", "pymatgen", "CatKit")
    print_table((*head, "catml : ASE", "pymatgen : catml"), rows)
    judge("within 2× of ASE's named builders", max(to_ase) <= 2, f"at most {max(to_ase):.2f}×")
    judge("≥ 50× faster than pymatgen", min(to_pymatgen) >= 50, f"at least {min(to_pymatgen):.0f}×")


def catml_call(name: str, layers: int, n: int) -> Call:
    """The slab by its name, read anew each time."""
    return lambda: Surface(name).slab(**options(layers, n))


def options(layers: int, n: int) -> dict[str, Any]:
    """The options of a slab of n × n cells."""
    return {"layers": layers, "size": (n, n), "vacuum": VACUUM_ANG}


def first_and_median(call: Call) -> tuple[float, float]:
    """Time the first call alone, then the median of others."""
    return one_time(call), median_time(call)


def bulk_of(name: str) -> Atoms:
    """The conventional cell of a pure metal with catml's lattice constants."""
    surface = Surface(name)
    constants = surface.slab().info["lattice"]
    structure = {"A1": "fcc", "A2": "bcc", "A3": "hcp"}[surface.prototype]
    shape = {} if structure == "hcp" else {"cubic": True}
    lengths = {"a": constants["a_ang"], "c": constants["c_ang"]}
    return ase.build.bulk(surface.bulk, structure, **lengths, **shape)


def three_indices(name: str) -> tuple[int, int, int]:
    """Miller indices as pymatgen and CatKit take them."""
    h, k, *_, l = Surface(name).miller  # noqa: E741
    return h, k, l


def ase_call(name: str, named: Callable[..., Atoms], layers: int, n: int) -> Call:
    """ASE's named builder; fcc211 counts terraces three atoms deep."""
    bulk = bulk_of(name)
    lengths = {"a": float(bulk.cell.lengths()[0])}
    if named is ase.build.hcp0001:
        lengths["c"] = float(bulk.cell.lengths()[2])
    stepped = named is ase.build.fcc211
    size = (3 * n, n, 3) if stepped else (n, n, layers)
    return lambda: named(bulk.symbols[0], size, vacuum=VACUUM_ANG, **lengths)


def pymatgen_call(name: str, layers: int, n: int) -> Call:
    """The generator of pymatgen, asked for the thickness of our slab."""
    structure = AseAtomsAdaptor.get_structure(bulk_of(name))
    miller = three_indices(name)
    heights = Surface(name).slab(**options(layers, 1)).positions[:, 2]
    thickness = float(np.ptp(heights)) * layers / (layers - 1) - 0.1

    def call() -> Any:
        made = SlabGenerator(structure, miller, thickness, 2 * VACUUM_ANG, center_slab=True)
        return made.get_slabs()[0].make_supercell((n, n, 1))

    return call


def catkit_generator() -> type | None:
    """CatKit's slab generator, None where it is not installed."""
    try:
        return catkit_surface_module().SlabGenerator
    except SurfaceError as problem:
        print(f"CatKit takes no part. {problem}", file=sys.stderr)
        return None


def catkit_call(generator: type, name: str, layers: int, n: int) -> Call:
    """CatKit's generator, layers counted as planes, without the graph."""
    bulk, miller = bulk_of(name), three_indices(name)
    settings = {"layers": layers, "layer_type": "trim", "vacuum": VACUUM_ANG}

    def call() -> Any:
        made = generator(bulk, miller, **settings, attach_graph=False, standardize_bulk=True)
        return made.get_slab(size=(n, n))

    return call


def sites() -> None:
    """Find the distinct sites of supercells."""
    rows, ratios = [], []
    for name, right in SITES.items():
        for n in (2, 3):
            atoms = Surface(name).slab(**options(4, n))
            atoms.info = {}
            slab = pymatgen_slab(atoms, name)

            def theirs(slab: Any = slab) -> list[Any]:
                return AdsorbateSiteFinder(slab).find_adsorption_sites()["all"]

            ours_s = median_time(lambda atoms=atoms: find_sites(atoms))
            theirs_s = median_time(theirs)
            ratios.append(theirs_s / ours_s)
            counts = (right, len(find_sites(atoms)), len(theirs()))
            cells = (milliseconds(ours_s), milliseconds(theirs_s), f"{ratios[-1]:.0f}")
            rows.append((name, f"{n}×{n}", *counts, *cells))
    print("\n### Distinct sites of a slab of four planes: ms\n")
    print(
        "pymatgen: `AdsorbateSiteFinder(slab).find_adsorption_sites()` with its default reduction "
        "by symmetry, on the same atoms. `info` was emptied: catml too sees nothing but atoms.\n"
    )
    counts_head = ("right", "catml finds", "pymatgen finds")
    print_table(("slab", "cell", *counts_head, "catml", "pymatgen", "pymatgen : catml"), rows)
    judge("≥ 3× faster than pymatgen", min(ratios) >= 3, f"at least {min(ratios):.1f}×")
    agree = all(row[2] == row[3] for row in rows)
    judge("every count right", agree, "catml" if agree else "see the table")
    catkit = catkit_generator()
    if catkit:
        print(f"- CatKit's `AdsorptionSites`: {catkit_sites(catkit)}")


def pymatgen_slab(atoms: Atoms, name: str) -> Any:
    """The same atoms as a slab of pymatgen."""
    structure = AseAtomsAdaptor.get_structure(atoms)
    return Slab(
        structure.lattice,
        structure.species,
        structure.frac_coords,
        three_indices(name),
        oriented_unit_cell=structure,
        shift=0.0,
        scale_factor=np.eye(3, dtype=int),
    )


def catkit_sites(generator: type) -> str:
    """What CatKit's site finder says of its own slab."""
    from catkit.gen.adsorption import AdsorptionSites

    slab = catkit_call(generator, "Pt(111)", 4, 2)()
    try:
        found = AdsorptionSites(slab)
    except Exception as problem:
        return f"does not run ({type(problem).__name__}: {str(problem)[:70]} ...)"
    return f"{len(found.get_symmetric_sites())} distinct sites on Pt(111) 2×2"


def scaling() -> None:
    """Time against the number of atoms, for a perfect and a disordered slab."""
    print("\n### Cost against size: ms for slabs of four planes\n")
    slabs_of = {n: Surface("Pt(111)").slab(**options(4, n)) for n in CELLS}
    atoms = np.array([len(slab) for slab in slabs_of.values()])
    for slab in slabs_of.values():
        slab.info = {}
    Surface("Pd(100)").slab()  # the facet's planes are found once, for any size
    measured = {
        "building, first": [one_time(catml_call("Pd(100)", 4, n)) for n in CELLS],
        "building": [median_time(catml_call("Pt(111)", 4, n)) for n in CELLS],
        "sites, perfect": [
            median_time(lambda slab=slab: find_sites(slab), least=2) for slab in slabs_of.values()
        ],
        "sites, disordered": [
            one_time(lambda slab=slab: find_sites(disordered(slab))) for slab in slabs_of.values()
        ],
    }
    rows = []
    for name, times in measured.items():
        exponent = np.polyfit(np.log(atoms), np.log(times), 1)[0]
        rows.append((name, *(milliseconds(seconds) for seconds in times), f"{exponent:.2f}"))
    print(
        "Building: Pt(111), first: Pd(100), each size for the first time in this process. Sites: "
        "Pt(111), and the same with half the atoms Ni at random, so that all sites are distinct.\n"
    )
    print_table(("", *(f"{n} atoms" for n in atoms), "exponent"), rows)
    for row in rows:
        judge(
            f"{row[0]}: at most linear (exponent ≤ 1.1)", float(str(row[-1])) <= 1.1, f"{row[-1]}"
        )


def disordered(slab: Atoms) -> Atoms:
    """The slab with half of its atoms, drawn at random, made Ni."""
    mixed = slab.copy()
    mixed.numbers[np.random.default_rng(0).random(len(slab)) < 0.5] = 28
    return mixed


SECTIONS = {"family": family, "slabs": slabs, "sites": sites, "scaling": scaling}


def main(wanted: Sequence[str]) -> None:
    """Print the wanted sections, `family` first: its first call must find nothing prepared."""
    unknown = [name for name in wanted if name not in SECTIONS]
    if unknown:
        sys.exit(f"unknown section {unknown[0]!r}: choose of {', '.join(SECTIONS)}")
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    warnings.simplefilter("ignore")
    tools = ", ".join(f"{name} {version(name)}" for name in ("catml", "ase", "pymatgen", "numpy"))
    print(f"Python {platform.python_version()}, {tools}; one core of {os.cpu_count()}.\n")
    start = time.process_time()
    for name, section in SECTIONS.items():
        if not wanted or name in wanted:
            section()
    print(f"\nAll of it took {time.process_time() - start:.0f} s.")


if __name__ == "__main__":
    main(sys.argv[1:])
