import sys

import numpy as np
import pytest
from ase import Atoms
from ase.build import fcc111, molecule
from dscribe.descriptors import SOAP
from hypothesis import given, settings
from hypothesis import strategies as st

from catml.descriptors.soap.vectors import CHANNEL_PROPERTIES, SoapSettings, soap_vectors
from catml.elements.properties import element_array, element_value
from catml.errors import DescriptorError, SurfaceError

SMALL = SoapSettings(n_max=4, l_max=3)
POINT = [[1.0, 0.7, 0.4]]


def alloy() -> Atoms:
    slab = fcc111("Cu", (2, 2, 3), vacuum=7.0)
    slab.numbers[[1, 6, 11]] = 78
    slab.rattle(0.1, seed=3)
    slab.translate([0.0, 0.0, -7.0])
    return slab


def above(slab: Atoms) -> np.ndarray:
    """Points on the top layer of a slab, one of them an atom."""
    return np.array([slab.positions[-1], slab.positions[-4:-1].mean(axis=0)])


def scaled(name: str, symbol: str) -> float:
    values = element_array(name)
    return (element_value(symbol, name) - np.nanmin(values)) / (
        np.nanmax(values) - np.nanmin(values)
    )


def test_two_lone_atoms_are_alike_by_the_cosines_of_their_differences():
    copper, platinum = (soap_vectors(Atoms(one), [[0, 0, 0.5]])[0] for one in ("Cu", "Pt"))
    cosines = [
        np.cos(np.pi / 2 * (scaled(name, "Cu") - scaled(name, "Pt"))) for name in CHANNEL_PROPERTIES
    ]
    alike = copper @ platinum / np.linalg.norm(copper) / np.linalg.norm(platinum)
    assert alike == pytest.approx((1 + sum(cosines)) / (1 + len(cosines)), abs=1e-12)
    assert np.linalg.norm(copper) == pytest.approx(np.linalg.norm(platinum), abs=1e-12)


@pytest.mark.parametrize("channel", ["density", "period_cos", "covalent_radius_ang_sin"])
def test_channels_are_those_of_weighted_densities_around_a_cut_out_cluster(channel):
    # (1 + w)² - (1 - w)² = 4 w: the cross term of two spectra that DScribe weighs itself, of the
    # atoms repeated by hand and without periodicity.
    slab = alloy()
    points = above(slab)
    cluster = slab.repeat((5, 5, 1))
    cluster.pbc = False
    middle = points + 2 * slab.cell[0] + 2 * slab.cell[1]
    weight = {"Cu": 1.0, "Pt": 1.0}
    if channel != "density":
        name, function = channel[:-4], getattr(np, channel[-3:])
        weight = {one: float(function(np.pi / 2 * scaled(name, one))) for one in weight}

    def spectrum(sign: int) -> np.ndarray:
        engine = SOAP(
            n_max=4,
            l_max=3,
            sigma=0.5,
            r_cut=5.0,
            weighting={"function": "poly", "r0": 5.0, "c": 1, "m": 1},
            compression={
                "mode": "mu2",
                "species_weighting": {one: 1 + sign * w for one, w in weight.items()},
            },
            species=["Cu", "Pt"],
        )
        return engine.create(cluster, centers=middle)

    cross = (spectrum(1) - spectrum(-1)) / 4
    place = SMALL.channels.index(channel)
    ours = soap_vectors(slab, points, SMALL).reshape(2, len(SMALL.channels), 4, 4, 4)[:, place]
    symmetric = (ours + ours.transpose(0, 1, 3, 2)) / 2
    upper = np.triu_indices(4)
    # DScribe's symmetric spectra have one number for n, n' and n', n, in the order l, n, n'.
    expected = cross.reshape(2, 4, 10)
    assert np.allclose(symmetric[:, :, *upper], expected, atol=1e-10)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_a_slab_may_be_moved_turned_repeated_shuffled_and_given_more_vacuum(seed):
    random = np.random.default_rng(seed)
    slab = alloy()
    points = above(slab)
    expected = soap_vectors(slab, points, SMALL)
    other = slab.repeat((random.integers(1, 4), random.integers(1, 4), 1))
    other.cell[2] += random.uniform(0, 10) * np.array([0.1, 0.2, 1.0])
    other.pbc = (True, True, bool(random.integers(2)))
    other = other[random.permutation(len(other))]
    turn, _ = np.linalg.qr(random.normal(size=(3, 3)))
    turn *= np.sign(np.linalg.det(turn))
    shift = random.uniform(-20, 20, size=3)
    other.set_cell(other.cell.array @ turn.T)
    other.positions = other.positions @ turn.T + shift
    lattice = random.integers(-3, 4, size=(len(points), 2)) @ other.cell.array[:2]
    moved = points @ turn.T + shift + lattice
    assert np.allclose(soap_vectors(other, moved, SMALL), expected, atol=1e-9)


def test_a_slab_cut_by_its_periodic_cell_is_the_same():
    slab = alloy()
    expected = soap_vectors(slab, above(slab), SMALL)
    cut = slab.copy()
    cut.pbc = True
    cut.translate([0, 0, -2.0])
    points = above(cut)
    cut.wrap()
    assert np.ptp(cut.positions[:, 2]) > 10
    assert np.allclose(soap_vectors(cut, points, SMALL), expected, atol=1e-9)


def test_a_mirror_image_is_the_same_and_a_moved_atom_is_not():
    slab = alloy()
    expected = soap_vectors(slab, above(slab), SMALL)
    mirrored = slab.copy()
    mirrored.positions[:, 0] *= -1
    mirrored.set_cell(mirrored.cell.array * [-1, 1, 1])
    assert np.allclose(soap_vectors(mirrored, above(mirrored), SMALL), expected, atol=1e-9)
    slab.positions[0, 2] += 0.1
    assert not np.allclose(soap_vectors(slab, above(slab), SMALL), expected, atol=1e-6)


def test_what_lies_beyond_the_cutoff_does_not_count_and_comes_in_smoothly():
    near = soap_vectors(Atoms("Cu"), [[0, 0, 0]], SMALL)
    lengths = []
    for distance in (5.01, 4.999, 4.99, 4.9):
        pair = Atoms("CuPt", positions=[[0, 0, 0], [distance, 0, 0]])
        lengths.append(np.linalg.norm(soap_vectors(pair, [[0, 0, 0]], SMALL) - near))
    assert lengths[0] == 0
    assert 0 < lengths[1] < lengths[2] < lengths[3] < 0.01 * np.linalg.norm(near)


def test_a_new_element_does_not_change_the_length():
    assert soap_vectors(molecule("CH3OH"), POINT).shape == (1, 1620)
    ten = Atoms("CuNiPdPtAgAuRhIrRuOs", positions=np.arange(30).reshape(10, 3) / 2.0)
    assert soap_vectors(ten, POINT).shape == (1, SoapSettings().n_features)
    assert len(SoapSettings().names()) == len(set(SoapSettings().names())) == 1620


def test_without_properties_all_elements_are_alike():
    plain = SoapSettings(n_max=3, l_max=2, properties=())
    slab = alloy()
    copper = slab.copy()
    copper.numbers[:] = 29
    assert np.allclose(soap_vectors(slab, POINT, plain), soap_vectors(copper, POINT, plain))


def test_an_element_without_one_property_still_counts_by_the_others():
    cerium = soap_vectors(Atoms("Ce"), [[0, 0, 0.0]], SMALL).reshape(len(SMALL.channels), -1)
    zero = ~cerium.any(axis=1)
    names = [name for name, is_zero in zip(SMALL.channels, zero, strict=True) if is_zero]
    assert names == ["group_cos", "group_sin"]


def test_nothing_to_describe_gives_nothing():
    assert soap_vectors(alloy(), np.zeros((0, 3)), SMALL).shape == (0, SMALL.n_features)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"cutoff_ang": 1.0}, r"cutoff_ang = 1.0: give a length above 1 Å"),
        ({"n_max": 0}, r"n_max = 0: give a whole number from 1"),
        ({"l_max": 21}, r"l_max = 21: give a whole number, 0 to 20"),
        ({"width_ang": -0.1}, r"width_ang = -0.1"),
        ({"properties": ("colour",)}, r"'colour'.*choose of atomic_number"),
    ],
)
def test_impossible_settings_are_refused(options, message):
    with pytest.raises(DescriptorError, match=message):
        SoapSettings(**options)


def test_an_element_nothing_is_known_of_is_named():
    with pytest.raises(DescriptorError, match="cannot tell Xe from other elements"):
        soap_vectors(Atoms("Xe"), POINT)
    with pytest.raises(DescriptorError, match="cannot tell Ce"):
        soap_vectors(Atoms("Ce"), POINT, SoapSettings(properties=("group",)))


def test_a_bulk_is_no_slab():
    with pytest.raises(SurfaceError, match="widest gap"):
        soap_vectors(Atoms("Cu", cell=[2.5, 2.5, 2.5], pbc=True), POINT)


def test_without_dscribe_it_says_how_to_install_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "dscribe.descriptors", None)
    with pytest.raises(DescriptorError, match=r'pip install "catml\[soap\]"'):
        soap_vectors(Atoms("Cu"), POINT, SoapSettings(n_max=2, l_max=1))
