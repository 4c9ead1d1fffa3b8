import pytest

from catml.descriptors.calculating.settings import PRESETS, DosSettings, preset_settings
from catml.errors import DescriptorError


def test_the_presets_are_those_of_the_documentation():
    assert PRESETS["draft"] == DosSettings("draft", 4, 350.0, 2.8)
    assert PRESETS["standard"] == DosSettings("standard", 5, 400.0, 4.2)
    for settings in PRESETS.values():
        assert (settings.functional, settings.smearing_ev) == ("PBE", 0.1)
        assert (settings.bands_percent, settings.vacuum_ang) == (200, 10.0)


def test_changes_are_marked_and_typed():
    changed = preset_settings("draft", layers="6", cutoff_ev=400, functional="RPBE")
    assert changed == DosSettings("draft+", 6, 400.0, 2.8, functional="RPBE")
    assert preset_settings("draft", layers="4") is PRESETS["draft"]


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"cutoff": 300}, "no setting 'cutoff'; there are layers, cutoff_ev"),
        ({"preset": "x"}, "no setting 'preset'"),
        ({"layers": "4.5"}, "layers is '4.5'; it must be a whole number"),
        ({"cutoff_ev": "high"}, "cutoff_ev is 'high'; it must be a number"),
        ({"cutoff_ev": -1}, "cutoff_ev is -1; it must be more than 0"),
        ({"smearing_ev": "nan"}, "smearing_ev is nan; it must be more than 0"),
        ({"vacuum_ang": "inf"}, "vacuum_ang is inf"),
        ({"bands_percent": 90}, "at least 110"),
        ({"kpoint_density_ang": 1e9}, "kpoint_density_ang is 1e[+]09; it must be at most 30"),
    ],
)
def test_settings_that_cannot_be_are_refused(changes, says):
    with pytest.raises(DescriptorError, match=says) as caught:
        preset_settings("draft", **changes)
    assert "\n" not in str(caught.value)
