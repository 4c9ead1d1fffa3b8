from dataclasses import fields, replace

import numpy as np
import pytest

from catml.descriptors.calculating import cache as dos_cache
from catml.descriptors.calculating.settings import PRESETS
from catml.descriptors.calculating.slab_boxes import slab_box
from catml.descriptors.dos import ProjectedDos
from catml.errors import DescriptorError

DRAFT = PRESETS["draft"]
BOX = slab_box("Ni(111)", DRAFT).box


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("CATML_CACHE", str(tmp_path))
    return tmp_path / "d_bands"


def key(box=BOX, settings=DRAFT, engine="gpaw", version="25.7.0"):
    return dos_cache.calculation_key(box, settings, engine=engine, version=version)


def moved(by_ang):
    box = BOX.copy()
    box.positions[-1, 2] += by_ang
    return box


def test_the_key_changes_with_what_the_result_rests_on_and_nothing_else():
    known = key()
    assert known == key(moved(1e-6))
    changed = [key(moved(1e-3)), key(engine="other"), key(version="26.1.0")]
    other_element, wider, without_spin = BOX.copy(), BOX.copy(), BOX.copy()
    other_element.symbols[0] = "Cu"
    wider.cell[2, 2] += 1
    without_spin.set_initial_magnetic_moments(None)
    changed += [key(other_element), key(wider), key(without_spin)]
    shapes_the_box = {"layers", "vacuum_ang"}
    says_nothing = {"preset", "max_iterations"}
    for field in fields(DRAFT):
        value = getattr(DRAFT, field.name)
        settings = replace(
            DRAFT, **{field.name: value + "x" if value in ("PBE", "draft") else value * 2}
        )
        if field.name in shapes_the_box | says_nothing:
            assert key(settings=settings) == known
        else:
            changed.append(key(settings=settings))
    assert len({known, *changed}) == len(changed) + 1


@pytest.mark.parametrize("work_functions", [(None, None), (5.1, 4.9)])
def test_what_is_kept_comes_back_bit_by_bit(work_functions):
    rng = np.random.default_rng(0)
    dos = ProjectedDos(
        energy_ev=np.linspace(-3.3, 4.7, 101),
        d_states=rng.random((2, 2, 5, 101)),
        symbols=("Ni", "Pt"),
        fermi_level_ev=-0.1234567890123,
        work_function_ev=work_functions[0],
        lower_work_function_ev=work_functions[1],
    )
    assert dos_cache.kept("a" * 32) is None
    dos_cache.keep("a" * 32, dos, seconds=12.5)
    back = dos_cache.kept("a" * 32)
    assert back.seconds == 12.5
    np.testing.assert_array_equal(back.dos.energy_ev, dos.energy_ev)
    np.testing.assert_array_equal(back.dos.d_states, dos.d_states)
    for name in ("symbols", "fermi_level_ev", "work_function_ev", "lower_work_function_ev"):
        assert getattr(back.dos, name) == getattr(dos, name)


def test_a_result_never_runs_code(cache):
    cache.mkdir()
    with (cache / "evil.npz").open("wb") as file:
        np.savez(file, energy_ev=np.array([print], dtype=object))
    with pytest.raises(DescriptorError, match="cannot be read"):
        dos_cache.kept("evil")
