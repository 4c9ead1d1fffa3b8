import sys

import pytest

from catml.descriptors.calculating.settings import PRESETS, DosSettings
from catml.descriptors.dos_engines import engine_named, engine_names, register_engine
from catml.errors import DescriptorError


def nothing(atoms, settings, run):
    raise DescriptorError("no engine at all")


def test_gpaw_is_one_of_the_engines_and_asked_for_only_when_used(monkeypatch):
    monkeypatch.setitem(sys.modules, "gpaw", None)
    gpaw = engine_named("gpaw")
    assert (gpaw.code, gpaw.basis, gpaw.broadening_ev) == ("GPAW", "plane waves", 0.1)
    assert gpaw.presets is PRESETS
    with pytest.raises(DescriptorError, match="GPAW is not installed; install the headers"):
        gpaw.version()


def test_engines_are_registered_and_replaced():
    own = {"only": DosSettings("only", 3, 100.0, 1.0)}
    first = register_engine("mine", nothing, version="1", presets=own, code="My code")
    assert engine_named("mine") is first
    assert (first.version(), first.code, first.presets) == ("1", "My code", own)
    second = register_engine("mine", nothing, version=lambda: "2")
    assert engine_named("mine") is second
    assert (second.version(), second.code, second.basis) == ("2", "mine", "not stated")
    assert engine_names().count("mine") == 1


def test_refusals():
    with pytest.raises(DescriptorError, match="needs a name"):
        register_engine("", nothing)
    with pytest.raises(DescriptorError, match=r"no engine 'qe'; there are .*register_engine"):
        engine_named("qe")
