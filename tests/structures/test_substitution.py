import numpy as np
import pytest
from ase import Atoms
from ase.build import bulk, fcc111, make_supercell
from ase.cluster import Octahedron
from hypothesis import given, settings
from hypothesis import strategies as st

from catml.errors import SurfaceError
from catml.structures.substitution import segregate, short_range_order, substitute
from catml.structures.surface import Surface


def counts(atoms: Atoms) -> dict[str, int]:
    return dict(atoms.symbols.formula.count())


@given(
    share=st.floats(0.06, 0.94),
    repeats=st.integers(2, 4),
    seed=st.integers(0, 999),
)
@settings(max_examples=25, deadline=None)
def test_numbers_of_atoms_are_the_nearest(share: float, repeats: int, seed: int) -> None:
    slab = fcc111("Cu", (repeats, repeats, 4), vacuum=8)
    changed = substitute(slab, {"Pd": share}, seed=seed)
    assert abs(counts(changed)["Pd"] - share * len(slab)) <= 0.5 + 1e-9
    assert sum(counts(changed).values()) == len(slab)
    assert (changed.positions == slab.positions).all()
    assert set(slab.get_chemical_symbols()) == {"Cu"}


def test_arrangements_follow_the_seed() -> None:
    slab = fcc111("Cu", (4, 4, 4), vacuum=8)
    first, again = (substitute(slab, {"Pd": 0.25}, seed=3) for _ in range(2))
    other = substitute(slab, {"Pd": 0.25}, seed=4)
    assert first.numbers.tolist() == again.numbers.tolist() != other.numbers.tolist()


def test_every_place_is_equally_likely() -> None:
    """Over 400 seeds each of 16 places holds Pd in a quarter of them, give or take 4 sigma."""
    slab = fcc111("Cu", (2, 2, 4), vacuum=8)
    found = sum(substitute(slab, {"Pd": 0.25}, seed=seed).symbols == "Pd" for seed in range(400))
    assert np.abs(found - 100).max() < 4 * np.sqrt(400 * 0.25 * 0.75)


def test_layers_asked_for_and_no_others() -> None:
    slab = fcc111("Cu", (4, 4, 4), vacuum=8)
    changed = substitute(slab, {"Pd": 0.25, "Au": 0.5}, layers=[1, 3])
    tags = changed.get_tags()
    assert counts(changed[np.isin(tags, [1, 3])]) == {"Cu": 8, "Pd": 8, "Au": 16}
    assert counts(changed[np.isin(tags, [2, 4])]) == {"Cu": 32}


def test_a_share_of_an_alloy_leaves_the_rest_as_it_was() -> None:
    slab = Surface("Pt3Ni(111)").slab(size=(2, 2))
    changed = substitute(slab, {"Au": 0.25})
    kept = changed.numbers != 79
    assert (~kept).sum() == 16
    assert changed.numbers[kept].tolist() == slab.numbers[kept].tolist()


def test_particles_and_crystals_too() -> None:
    particle = Octahedron("Cu", 5, cutoff=1)
    assert counts(substitute(particle, {"Pd": 0.4})) == {"Cu": 47, "Pd": 32}
    assert counts(substitute(bulk("Cu", cubic=True) * 2, {"Pd": 0.25})) == {"Cu": 24, "Pd": 8}


def test_profile_from_the_top() -> None:
    slab = Surface("Cu(111)").slab(size=(2, 2), layers=5)
    changed = segregate(slab, ["Pt", {"Pt": 0.5, "Ni": 0.5}, {"Ni": 0.25}])
    layers = [counts(changed[changed.get_tags() == tag]) for tag in range(1, 6)]
    assert layers == [{"Pt": 4}, {"Pt": 2, "Ni": 2}, {"Cu": 3, "Ni": 1}, {"Cu": 4}, {"Cu": 4}]


def test_layers_of_one_mixture_are_arranged_independently() -> None:
    slab = Surface("Cu(100)").slab(size=(6, 6))
    half = {"Pt": 0.5, "Ni": 0.5}
    changed = segregate(slab, [half, half])
    first, second = (changed.symbols[changed.get_tags() == tag] == "Pt" for tag in (1, 2))
    assert 6 < (first == second).sum() < 30


def test_short_range_order_of_known_crystals() -> None:
    """Around Au in Cu3Au all 12 neighbours are Cu, in CuAu 8 of 12: both 1 - (P / x) = -1/3."""
    l12 = bulk("Cu", cubic=True)
    l12.symbols[0] = "Au"
    assert short_range_order(l12, "Au", "Cu") == pytest.approx(-1 / 3)
    assert short_range_order(l12, "Cu", "Au") == pytest.approx(-1 / 3)
    assert short_range_order(l12, "Au", "Au") == pytest.approx(1.0)
    l10 = bulk("Cu", cubic=True)
    l10.symbols[:2] = "Au"
    assert short_range_order(l10, "Au", "Cu") == pytest.approx(-1 / 3)
    b2 = bulk("Fe", cubic=True)
    b2.symbols[0] = "Al"
    assert short_range_order(b2, "Al", "Fe") == pytest.approx(-1.0)


def test_random_alloys_have_no_short_range_order() -> None:
    """The mean over arrangements is -1/(N-1) or so: an atom is not its own neighbour."""
    crystal = make_supercell(bulk("Cu", cubic=True), 4 * np.eye(3))
    orders = [
        short_range_order(substitute(crystal, {"Pd": 0.25}, seed=seed), "Pd", "Cu")
        for seed in range(8)
    ]
    assert np.mean(orders) == pytest.approx(0.0, abs=0.02)


@pytest.mark.parametrize(
    ("composition", "options", "said"),
    [
        ({}, {}, "Cannot use the composition"),
        ("Pd", {}, "Cannot use the composition"),
        ({"Xx": 0.5}, {}, "Unknown element"),
        ({"O": 0.5}, {}, "cannot be O"),
        ({"Pd": 1.5}, {}, "share of Pd is 1.5"),
        ({"Pd": float("nan")}, {}, "share of Pd is nan"),
        ({"Pd": "half"}, {}, "share of Pd is 'half'"),
        ({"Pd": 0.7, "Au": 0.6}, {}, "sum to 1.3"),
        ({"Cu": 0.5}, {}, "Some of the atoms are Cu already"),
        ({"Pd": 0.01}, {}, "16 atoms are too few"),
        ({"Pd": 0.99}, {}, "share of 0.01 of Cu"),
        ({"Pd": 0.5}, {"layers": [5]}, r"layers \[5\] of a slab with 4 layers"),
        ({"Pd": 0.5}, {"layers": [0]}, "counted from 1"),
        ({"Pd": 0.5}, {"layers": []}, "counted from 1"),
        ({"Pd": 0.5}, {"layers": "12"}, "layers '12': give their numbers"),
        ({"Pd": 0.5}, {"layers": 1}, "layers 1: give their numbers from the top"),
        ({"Pd": 0.5}, {"seed": -1}, "seed"),
        ({"Pd": 0.5}, {"seed": 1.5}, "seed 1.5"),
        ({"Pd": 0.5}, {"seed": "three"}, "seed"),
    ],
)
def test_bad_input_is_refused(composition: object, options: dict[str, object], said: str) -> None:
    slab = fcc111("Cu", (2, 2, 4), vacuum=8)
    with pytest.raises(SurfaceError, match=said):
        substitute(slab, composition, **options)  # type: ignore[arg-type]


def test_profile_needs_layers_below() -> None:
    slab = fcc111("Cu", (2, 2, 4), vacuum=8)
    for profile, planes in [(["Pt"] * 4, 1), (["Pt"], 4), (["Pt"], 0), ([], 1)]:
        with pytest.raises(SurfaceError, match="at least one"):
            segregate(slab, profile, planes=planes)
    for profile in ("Pt", None):
        with pytest.raises(SurfaceError, match=f"profile {profile!r}: list what each layer"):
            segregate(slab, profile)  # type: ignore[arg-type]
    with pytest.raises(SurfaceError, match="Layer 2 from the top"):
        segregate(slab, ["Pt", "Pt3Ni"])


def test_short_range_order_needs_both_elements() -> None:
    with pytest.raises(SurfaceError, match="No short-range order of Pd around Cu"):
        short_range_order(bulk("Cu", cubic=True), "Cu", "Pd")
