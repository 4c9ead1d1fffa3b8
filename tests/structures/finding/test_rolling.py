import numpy as np
from ase import Atoms

from catml.structures.finding.net_faces import Face
from catml.structures.finding.rolling import reached_faces
from catml.structures.finding.surface_cell import SurfaceCell, surface_cell


def ring(angles_deg: list[float], turned: list[bool]) -> tuple[SurfaceCell, list[Face]]:
    """Faces around one side, along x, each with the probe at an angle and a third atom beside it.

    The third atom stands 20 degrees ahead of the probe, or behind it where `turned` says so.
    """
    places = [[0.0, 0.0, 0.0], [1.0, 0.0, 0.0]]
    probes = []
    for angle, back in zip(np.radians(angles_deg), turned, strict=True):
        probes.append(np.array([0.5, np.cos(angle), np.sin(angle)]))
        third = angle + np.radians(-20 if back else 20)
        places.append([0.5, 1.2 * np.cos(third), 1.2 * np.sin(third)])
    atoms = Atoms("Cu" * len(places), places, cell=[40, 40, 0], pbc=(True, True, False))
    atoms.numbers = np.arange(1, len(places) + 1)
    surface = surface_cell(atoms)
    rims = [((0, 0, 0), (1, 0, 0), (k, 0, 0)) for k in range(2, len(places))]
    shift = surface.positions[0] - places[0]
    return surface, [Face(p + shift, rim) for p, rim in zip(probes, rims, strict=True)]


def reached(angles_deg: list[float], turned: list[bool]) -> list[int]:
    surface, faces = ring(angles_deg, turned)
    ranks = [1.0] + [0.0] * (len(faces) - 1)
    found = reached_faces(surface, faces, ranks, [True] * len(faces))
    return sorted(face.rim[2][0] - 2 for face in found)


def test_the_probe_rolls_between_faces_that_nothing_parts() -> None:
    # The free way from 60 to 120 degrees: their third atoms lie to either side of it.
    assert reached([60, 120], [True, False]) == [0, 1]


def test_atoms_in_between_part_faces_with_the_same_side() -> None:
    # A second pair below, at -120 and -60 degrees, is behind the third atoms of the first.
    assert reached([60, 120, -120, -60], [True, False, True, False]) == [0, 1]


def test_a_face_without_a_way_out_is_alone() -> None:
    assert reached([60, 80], [True, True]) == [0]
