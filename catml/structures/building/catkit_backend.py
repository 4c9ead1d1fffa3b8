"""CatKit's slab generator, loaded on demand in surroundings it can run in.

CatKit 0.5.4 (https://github.com/SUNCAT-Center/CatKit, GPL-3) is from 2018. It asks for names
that Python, numpy, networkx and ASE have dropped since, and for a package that can no longer be
installed, so it is no dependency of catml. Where it is wanted it goes in without its own
dependencies, which catml brings along:

    pip install --no-deps catkit==0.5.4

Its modules are loaded here with an ``import`` of their own, which hands them numpy, networkx and
collections with the dropped names added. Nothing else sees these: the real modules stay as they
are. Only its slab generator is used, which then works; its adsorption sites do not.
"""

from __future__ import annotations

import builtins
import collections
import sys
from collections.abc import MutableMapping, Sequence
from functools import cache
from importlib import import_module
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from importlib.util import find_spec
from types import ModuleType
from typing import TYPE_CHECKING, Any

import numpy as np

from catml.errors import SurfaceError

if TYPE_CHECKING:
    from ase import Atoms

INSTALL = "pip install --no-deps catkit==0.5.4"
"""How CatKit is installed: with its dependencies, pip fails."""


class MissingBackendError(SurfaceError):
    """A builder that is asked for but not installed."""


def catkit_slab(bulk: Atoms, miller: tuple[int, int, int], n_planes: int) -> Atoms:
    """Return a slab of CatKit's ``SlabGenerator``.

    Parameters
    ----------
    bulk : ase.Atoms
        The bulk in its standard cell.
    miller : (int, int, int)
        Miller indices in that cell. CatKit's own reading of four indices takes them for those of a
        direction.
    n_planes : int
        Number of atomic planes.

    Raises
    ------
    MissingBackendError
        If CatKit is not installed.
    """
    generator = catkit_surface_module().SlabGenerator(
        bulk,
        miller,
        layers=n_planes,
        vacuum=10.0,
        layer_type="trim",
        attach_graph=False,
        standardize_bulk=True,
    )
    return _plain(generator.get_slab())


def _plain(slab: Atoms) -> Atoms:
    """A slab of CatKit's class as an ase.Atoms."""
    from ase import Atoms

    return Atoms(
        numbers=slab.numbers,
        positions=np.array(slab.positions),
        cell=np.array(slab.cell),
        pbc=(True, True, False),
    )


@cache
def catkit_surface_module() -> ModuleType:
    """CatKit's module ``catkit.gen.surface``."""
    if find_spec("catkit") is None:
        raise MissingBackendError(
            f"The backend 'catkit' needs CatKit, which is not installed: run `{INSTALL}` "
            "(without --no-deps pip fails), or use the backend 'catml', 'ase' or 'pymatgen'."
        )
    if "catkit" not in sys.modules:
        # A plain `import catkit` fails halfway and leaves modules that lack the dropped names.
        for name in [name for name in sys.modules if name.startswith("catkit.")]:
            del sys.modules[name]
    finder = _CatkitFinder(_seen_by_catkit())
    sys.meta_path.insert(0, finder)
    try:
        return import_module("catkit.gen.surface")
    finally:
        sys.meta_path.remove(finder)


class _Extended(ModuleType):
    """A module as it is, with some names added."""

    def __init__(self, module: ModuleType, **added: object) -> None:
        super().__init__(module.__name__)
        self._module = module
        vars(self).update(added)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._module, name)


class _ArrayWithPtp(np.ndarray):
    """An array with the method that numpy 2 dropped."""

    def ptp(self, axis: int | None = None) -> Any:
        return np.ptp(np.asarray(self), axis=axis)


def _solve(a: Any, b: Any) -> _ArrayWithPtp:
    return np.linalg.solve(a, b).view(_ArrayWithPtp)


def _seen_by_catkit() -> dict[str, ModuleType]:
    """The modules that CatKit gets to see in place of those of the same name."""
    import networkx

    linalg = _Extended(np.linalg, solve=_solve)
    return {
        "collections": _Extended(collections, MutableMapping=MutableMapping),
        "numpy": _Extended(np, product=np.prod, in1d=np.isin, linalg=linalg),
        "networkx": _Extended(
            networkx,
            to_numpy_matrix=networkx.to_numpy_array,
            from_numpy_matrix=networkx.from_numpy_array,
        ),
    }


class _CatkitFinder:
    """Finds CatKit's modules, and no others."""

    def __init__(self, seen: dict[str, ModuleType]) -> None:
        self._seen = seen

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if name.partition(".")[0] != "catkit":
            return None
        spec = PathFinder.find_spec(name, path, target)
        if spec is not None and isinstance(spec.loader, SourceFileLoader):
            spec.loader = _CatkitLoader(name, spec.loader.path, self._seen)
        return spec


class _CatkitLoader(SourceFileLoader):
    """Runs a module with an ``import`` that gives it the modules meant for CatKit."""

    def __init__(self, name: str, path: str, seen: dict[str, ModuleType]) -> None:
        super().__init__(name, path)
        self._seen = seen

    def exec_module(self, module: ModuleType) -> None:
        def import_seen(name: str, *rest: Any) -> ModuleType:
            level = rest[3] if len(rest) > 3 else 0
            if level == 0 and name in self._seen:
                return self._seen[name]
            return builtins.__import__(name, *rest)

        vars(module)["__builtins__"] = {**vars(builtins), "__import__": import_seen}
        super().exec_module(module)
        if module.__name__ == "catkit.gratoms":
            # ASE renamed the attribute that CatKit's own kind of Atoms keeps its cell in.
            module.Gratoms._cell = property(
                lambda atoms: atoms.cell, lambda atoms, cell: atoms.set_cell(cell)
            )
