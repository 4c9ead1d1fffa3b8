import pytest

from catml.errors import SurfaceError
from catml.structures.particles.sizes import particle_parameters


@pytest.mark.parametrize(
    ("shape", "n_atoms", "size"),
    [
        ("cuboctahedron", 147, {"shells": 3}),
        ("icosahedron", 309, {"shells": 4}),
        ("decahedron", 55, {"shells": 2}),
        ("octahedron", 85, {"edge": 5}),
        ("truncated-octahedron", 201, {"edge": 7, "cut": 2}),
    ],
)
def test_a_number_of_atoms_stands_for_the_size(shape, n_atoms, size):
    assert particle_parameters(shape, {"n_atoms": n_atoms}) == size


@pytest.mark.parametrize(
    ("shape", "given", "message"),
    [
        ("cube", {"shells": 1}, "'cube'.*cuboctahedron, octahedron"),
        ("cuboctahedron", {}, "needs a size: give shells, or n_atoms"),
        ("truncated-octahedron", {"edge": 4}, "give edge and cut"),
        ("decahedron", {"shells": 1, "pqr": (2, 2, 1)}, "give either shells or pqr, or n_atoms"),
        ("octahedron", {"shells": 2}, "not described by shells"),
        ("icosahedron", {"shells": 0}, "shells=0"),
        ("icosahedron", {"shells": 1.5}, "shells=1.5"),
        ("icosahedron", {"n_atoms": 100}, "nearest have 55 and 147"),
        ("icosahedron", {"n_atoms": 2}, "nearest have 13"),
        ("icosahedron", {"n_atoms": 13, "shells": 1}, "not both"),
        ("truncated-octahedron", {"edge": 4, "cut": 2}, "2 cut \\+ 1"),
        ("decahedron", {"pqr": (3, 2)}, "three whole numbers"),
        ("decahedron", {"pqr": (1, 3, 0)}, "a row of atoms"),
        ("wulff", {"n_atoms": 50}, "surface_energies"),
        ("wulff", {"surface_energies": {"111": 1.0}}, "n_atoms"),
    ],
)
def test_what_makes_no_size_is_refused(shape, given, message):
    with pytest.raises(SurfaceError, match=message):
        particle_parameters(shape, given)
