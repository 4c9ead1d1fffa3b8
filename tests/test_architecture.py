"""The arrows between the rooms, held by reading the imports of every module."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import catml

PACKAGE = Path(__file__).parent.parent / "catml"
GROUND = {"atomic_files", "errors", "file_locks", "units", "resources", "yaml_files"}
MAY_IMPORT = {
    "elements": GROUND,
    "structures": GROUND | {"elements"},
    "descriptors": GROUND | {"elements", "structures"},
    "data": GROUND | {"elements", "structures"},
    "models": GROUND | {"elements", "structures", "descriptors", "data"},
    # Validation also judges what a screening makes of predictions, such as the most stable site.
    "validation": GROUND | {"elements", "structures", "descriptors", "data", "models", "screening"},
    # Screening and report take tables, never models: they serve anyone's energies.
    "screening": GROUND | {"elements", "structures"},
    "report": GROUND | {"elements", "structures"},
    "workflow": GROUND
    | {"elements", "structures", "descriptors", "data", "models", "validation"}
    | {"screening", "report"},
}
MODULES = sorted(PACKAGE.rglob("*.py"))


def imported_rooms(module: Path) -> set[str]:
    rooms = set()
    for node in ast.walk(ast.parse(module.read_text())):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module}: write imports in full"
            names = [node.module or ""]
        rooms |= {name.split(".")[1] for name in names if name.startswith("catml.")}
    return rooms


@pytest.mark.parametrize("room", MAY_IMPORT)
def test_a_room_imports_only_what_lies_below_it(room: str) -> None:
    modules = [module for module in MODULES if module.is_relative_to(PACKAGE / room)]
    assert modules
    for module in modules:
        assert imported_rooms(module) <= MAY_IMPORT[room] | {room}, module


def test_every_module_has_a_room() -> None:
    top = {module.relative_to(PACKAGE).parts[0].removesuffix(".py") for module in MODULES}
    assert top == {*MAY_IMPORT, *GROUND, "__init__", "__main__", "cli"}


def test_tests_lie_where_what_they_test_lies() -> None:
    tests = PACKAGE.parent / "tests"
    modules = {module.relative_to(PACKAGE).with_suffix("") for module in MODULES}
    homes = modules | {module.parent for module in modules if module.name == "__init__"}
    for test in tests.rglob("test_*.py"):
        place = test.relative_to(tests).with_name(test.stem.removeprefix("test_"))
        assert (PACKAGE / place.parent).is_dir(), test
        namesakes = {h for h in homes if h.name == place.name and h.parts[0] == place.parts[0]}
        assert not namesakes or place in namesakes, f"{test} is of {namesakes}"


def test_a_module_reads_in_one_sitting() -> None:
    assert {str(m): n for m in MODULES if (n := m.read_text().count("\n")) > 400} == {}


def test_every_name_of_the_package_is_where_it_says() -> None:
    assert {*catml.__all__} == {*catml._HOMES, "__version__"}
    for name, home in catml._HOMES.items():
        assert getattr(catml, name).__module__ == home


def test_import_and_help_load_nothing_heavy() -> None:
    script = (
        "import sys, catml, catml.cli\n"
        "catml.cli.build_parser().format_help()\n"
        "print([m for m in ('numpy', 'pandas', 'ase', 'sklearn') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
