from pathlib import Path

import pytest

import catml
from catml.validation.benchmark_checksum import module_checksum, numbers_checksum

MODULE = '''"""Says what it is."""

# A remark.


def double(x: float) -> float:
    """Return twice x."""
    return 2 * x
'''
SAME = """'''Says it otherwise.'''
def double(x:float)->float:
    return 2*x  # twice
"""
OTHER = MODULE.replace("2 * x", "3 * x")
# Of the package itself, with what it is for the numbers.
COUNTED = (
    "models/adsorption.py",
    "validation/splits.py",
    "validation/benchmark.py",
    "validation/benchmark_models.py",
    "validation/recipes.py",
    "data/tables.py",
    "structures/environment.py",
    "descriptors/d_band.py",
)
TABLES = ("elements/properties.csv", "descriptors/d_band_model.csv")
TELLING = (
    "report/figures_benchmark.py",
    "workflow/benchmark_page.py",
    "cli/benchmark.py",
    "validation/benchmark_plan.py",
    "validation/benchmark_results.py",
    "validation/benchmark_curves.py",
)


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A small package with the names of the real one."""
    for name in (*COUNTED, *TABLES, *TELLING, "validation/published_results.csv"):
        assert (Path(catml.__file__).parent / name).is_file()
        file = tmp_path / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(MODULE if name.endswith(".py") else "Cu,1\n")
    return tmp_path


@pytest.mark.parametrize("name", COUNTED)
def test_what_is_computed_counts_and_what_is_said_about_it_does_not(
    package: Path, name: str
) -> None:
    before = numbers_checksum(package)
    (package / name).write_text(SAME)
    assert numbers_checksum(package) == before
    (package / name).write_text(OTHER)
    assert numbers_checksum(package) != before


@pytest.mark.parametrize("name", TABLES)
def test_tables_of_the_package_count(package: Path, name: str) -> None:
    before = numbers_checksum(package)
    (package / name).write_text("Cu,2\n")
    assert numbers_checksum(package) != before


@pytest.mark.parametrize("name", TELLING)
def test_modules_that_plan_or_tell_do_not_count(package: Path, name: str) -> None:
    before = numbers_checksum(package)
    (package / name).write_text(OTHER)
    (package / "validation" / "published_results.csv").write_text("Cu,2\n")
    assert numbers_checksum(package) == before


def test_a_new_module_and_another_name_count(package: Path) -> None:
    sums = [numbers_checksum(package)]
    file = package / "models" / "new.py"
    file.write_text(MODULE)
    sums.append(numbers_checksum(package))
    file = file.rename(package / "models" / "newer.py")
    sums.append(numbers_checksum(package))
    assert len(set(sums)) == 3
    file.unlink()
    assert numbers_checksum(package) == sums[0]


def test_one_module_is_judged_by_what_it_runs(tmp_path: Path) -> None:
    sums = []
    for text in (MODULE, SAME, OTHER):
        (tmp_path / "one.py").write_text(text)
        sums.append(module_checksum(tmp_path / "one.py"))
    assert sums[0] == sums[1] != sums[2]
