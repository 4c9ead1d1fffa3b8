"""CatKit's loader: the sentence where CatKit is missing, and that nothing else sees the shims."""

import subprocess
import sys
from pathlib import Path

import pytest

FAKE = {
    "__init__.py": "from .gratoms import Gratoms\nfrom . import gen\n",
    "gratoms.py": "import ase\nimport networkx as nx\nimport numpy as np\n"
    "class Gratoms(ase.Atoms):\n"
    "    def repeated(self, m):\n"
    "        self._cell = np.array([m[c] * self._cell[c] for c in range(3)])\n"
    "        return np.product(m), nx.to_numpy_matrix(nx.path_graph(2))\n",
    "gen/__init__.py": "from collections import MutableMapping\nimport numpy as np\n",
    "gen/surface.py": "import numpy as np\nfrom .. import Gratoms\n"
    "def spread(a, b):\n"
    "    return np.linalg.solve(a, b).T.ptp(axis=0), np.in1d([1, 2], [2])\n",
}
SNAPSHOT = """
import collections, networkx, numpy, types, ase
def names():
    return {
        owner.__name__: {
            key for key, value in vars(owner).items() if not isinstance(value, types.ModuleType)
        }
        for owner in (collections, numpy, numpy.linalg, numpy.ndarray, networkx, ase.Atoms)
    }
before = names()
"""


def run(script: str, **folders: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-c", script, *map(str, folders.values())],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_a_missing_catkit_gives_one_clear_sentence() -> None:
    script = (
        "import sys; sys.modules['catkit'] = None\n"
        "from catml.structures.backends import build_with\n"
        "from catml.errors import SurfaceError\n"
        "try: build_with('catkit', 'Pt(111)')\n"
        "except SurfaceError as problem: print(problem)"
    )
    said = run(script)
    assert "\n" not in said
    assert "CatKit, which is not installed" in said
    assert "pip install --no-deps catkit==0.5.4" in said


def test_old_modules_find_what_they_ask_for_and_nothing_else_sees_it(tmp_path) -> None:
    """A package that uses the dropped names as CatKit does, after a plain import has failed."""
    for name, text in FAKE.items():
        path = tmp_path / "catkit" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    script = SNAPSHOT + (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "try: import catkit\n"
        "except ImportError as problem: assert 'MutableMapping' in str(problem)\n"
        "from catml.structures.building.catkit_backend import catkit_surface_module\n"
        "surface = catkit_surface_module()\n"
        "atoms = surface.Gratoms('Pt', cell=[1, 2, 3])\n"
        "number, matrix = atoms.repeated((2, 1, 1))\n"
        "assert number == 2 and matrix.shape == (2, 2)\n"
        "assert atoms.cell.lengths().tolist() == [2, 2, 3]\n"
        "width, member = surface.spread([[2, 0], [0, 1]], [[2, 6], [1, 5]])\n"
        "assert width.tolist() == [2, 4] and member.tolist() == [False, True]\n"
        "import catkit\n"
        "assert names() == before\n"
        "assert not any('catkit' in type(finder).__name__.lower() for finder in sys.meta_path)\n"
        "print('done')"
    )
    assert run(script, folder=tmp_path) == "done"


@pytest.mark.slow
def test_the_real_catkit_leaves_every_other_module_as_it_was() -> None:
    script = SNAPSHOT + (
        "from catml.structures.backends import build_with\n"
        "slab = build_with('catkit', 'Pt3Ni(110)', size=(2, 2))\n"
        "import catkit\n"
        "assert names() == before, [\n"
        "    (k, names()[k] ^ v) for k, v in before.items() if names()[k] != v]\n"
        "print(catkit.__version__, slab.get_chemical_formula(), type(slab).__module__)"
    )
    assert run(script) == "0.5.4 Ni8Pt32 ase.atoms"
