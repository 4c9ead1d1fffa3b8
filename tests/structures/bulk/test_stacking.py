import pytest

from catml.structures.bulk.prototypes import PROTOTYPES
from catml.structures.bulk.stacking import stacking

# Prototype, facet, coordination numbers from the top plane down to the bulk's.
COORDINATION = [
    ("A1", (1, 1, 1), [9, 12]),
    ("A1", (1, 0, 0), [8, 12]),
    ("A1", (1, 1, 0), [7, 11, 12]),
    ("A1", (2, 1, 1), [7, 9, 10, 12]),
    ("A1", (2, 1, 0), [6, 9, 11, 12]),
    ("A1", (3, 1, 1), [7, 10, 12]),
    ("A2", (1, 1, 0), [6, 8]),
    ("A2", (1, 0, 0), [4, 8]),
    ("A2", (2, 1, 1), [5, 7, 8]),
    ("A2", (1, 1, 1), [4, 7, 7, 8]),
    ("A3", (0, 0, 0, 1), [9, 12]),
]


@pytest.mark.parametrize(("prototype", "miller", "expected"), COORDINATION)
def test_coordination_below_the_surface(
    prototype: str, miller: tuple[int, ...], expected: list[int]
) -> None:
    stack = stacking(PROTOTYPES[prototype], miller)
    top = stack.cuts[0]
    heights = stack.heights_below(top, len(expected))
    found = [
        len(plane.rises[0]) - plane.missing_neighbors(heights[0] - heights[layer])
        for layer in range(len(expected))
        for plane in [stack.plane_below(top, layer)]
    ]
    assert found == expected
    assert stack.least_layers(top) == 2 * len(expected) - 1


@pytest.mark.parametrize(
    ("prototype", "miller", "planes"),
    [
        ("A1", (1, 1, 1), 1),
        ("A1", (2, 1, 1), 3),
        ("A1", (2, 1, 0), 2),
        ("A1", (1, 1, 0), 1),
        ("A2", (1, 1, 0), 1),
        ("L1_2", (2, 1, 1), 3),
        ("A3", (0, 0, 0, 1), 1),
    ],
)
def test_top_layer_of_a_stepped_facet_is_the_terrace(
    prototype: str, miller: tuple[int, ...], planes: int
) -> None:
    stack = stacking(PROTOTYPES[prototype], miller)
    assert stack.exposed_layers(stack.cuts[0]) == planes


def test_four_planes_of_a_stepped_facet_have_no_bulk() -> None:
    stack = stacking(PROTOTYPES["A1"], (2, 1, 1))
    assert not stack.has_bulk_layer(0, 4)
    assert not stack.has_bulk_layer(0, 6)
    assert stack.has_bulk_layer(0, 7)


def test_corrugated_prism_facet_ends_with_the_narrow_gap_first() -> None:
    stack = stacking(PROTOTYPES["A3"], (1, 0, -1, 0))
    gaps = [h[0] - h[1] for h in (stack.heights_below(cut, 2) for cut in stack.cuts)]
    assert gaps == [4, 8]


def test_planes_with_alternating_species() -> None:
    stack = stacking(PROTOTYPES["L1_2"], (1, 0, 0))
    assert [sorted(stack.planes[cut].roles) for cut in stack.cuts] == [[0, 0], [0, 1]]
