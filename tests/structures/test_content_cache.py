import numpy as np
import pytest
from ase.build import fcc111
from hypothesis import given
from hypothesis import strategies as st

from catml.structures.batches import KEPT_BATCHES, batch_of_slab
from catml.structures.content_cache import ContentCache, atoms_key
from catml.structures.surface import Surface


@pytest.fixture(autouse=True)
def empty_cache():
    KEPT_BATCHES.clear()


def test_the_oldest_results_go_when_memory_is_full():
    cache = ContentCache[str](10, len)
    for name in ("aaaa", "bbbb", "aaaa", "cccc"):
        cache.get(name.encode(), lambda text=name: text)
    # "bbbb" was used longest ago and went for "cccc".
    assert cache.info()._asdict() == {"hits": 1, "misses": 3, "entries": 2, "bytes": 8}
    cache.get(b"aaaa", lambda: pytest.fail("was kept"))
    assert cache.get(b"bbbb", lambda: "new") == "new"


def test_too_large_a_result_is_given_but_not_kept():
    cache = ContentCache[str](10, len)
    cache.get(b"small", lambda: "small")
    assert cache.get(b"large", lambda: "x" * 11) == "x" * 11
    assert cache.info().entries == 1


def test_an_error_is_not_kept():
    cache = ContentCache[str](10, len)
    with pytest.raises(ZeroDivisionError):
        cache.get(b"key", lambda: str(1 / 0))
    assert cache.get(b"key", lambda: "fine") == "fine"


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(1, 40)), max_size=40))
def test_size_stays_within_the_limit_and_answers_are_right(wanted):
    cache = ContentCache[bytes](100, len)
    for number, size in wanted:
        key = bytes([number, size])
        assert cache.get(key, lambda n=number, s=size: bytes([n]) * s) == bytes([number]) * size
        assert cache.info().bytes <= 100


def test_the_same_content_in_another_object_is_found():
    first = batch_of_slab(fcc111("Cu", (2, 2, 4), a=3.6, vacuum=8))
    assert batch_of_slab(fcc111("Cu", (2, 2, 4), a=3.6, vacuum=8)) is first
    assert KEPT_BATCHES.info()[:3] == (1, 1, 1)


def test_a_changed_slab_is_never_mistaken():
    slab = fcc111("Cu", (2, 2, 4), a=3.6, vacuum=8)
    before = batch_of_slab(slab)
    slab.symbols[-1] = "Pd"
    assert batch_of_slab(slab).numbers[0, -1] == 46
    slab.symbols[-1] = "Cu"
    assert batch_of_slab(slab) is before
    slab.set_cell(slab.cell * [1.01, 1.01, 1], scale_atoms=True)
    wide = batch_of_slab(slab)
    assert wide.distances[0, -1].min() > before.distances[0, -1].min()
    slab.pbc = True
    assert batch_of_slab(slab) is not wide


def test_info_that_names_another_parent_counts():
    slab = Surface("Cu(111)").slab(layers=4)
    key = atoms_key(slab)
    other = slab.copy()
    other.info["lattice"] = {**slab.info["lattice"], "a_ang": 3.9}
    assert atoms_key(other) != key
    assert atoms_key(slab, other) != atoms_key(slab) != atoms_key(slab, None)
    slab.info["calculation"] = object()
    assert atoms_key(slab) is None
    assert batch_of_slab(slab).sites == batch_of_slab(slab).sites
    assert KEPT_BATCHES.info().entries == 0


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"a": 1}, {"a": "1"}),
        ({"a": [1, 2]}, {"a": [12]}),
        ({"a": "b:c"}, {"a": "b", "c": ""}),
        ({"a": np.arange(3)}, {"a": np.arange(3.0)}),
        ({"a": True}, {"a": 1}),
    ],
)
def test_different_info_has_different_keys(one, other):
    slab = fcc111("Cu", (1, 1, 3), vacuum=8)
    keys = []
    for info in (one, other):
        slab.info = info
        keys.append(atoms_key(slab))
    assert keys[0] != keys[1]
    assert None not in keys


def test_what_is_kept_cannot_be_spoiled():
    batch = batch_of_slab(fcc111("Cu", (1, 1, 4), vacuum=8))
    for array in (batch.numbers, batch.neighbors, batch.distances):
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 0
