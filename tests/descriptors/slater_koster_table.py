"""The d-d elements of the table of Slater and Koster (doi:10.1103/PhysRev.94.1498), row by row."""

import numpy as np
from numpy.typing import NDArray


def tabulated_block(
    direction: NDArray[np.float64], s: float, p: float, d: float
) -> NDArray[np.float64]:
    """Over xy, yz, zx, x²-y², 3z²-r² for a bond with these direction cosines."""
    l, m, n = direction  # noqa: E741 the letters of the table
    l2, m2, n2, r3 = l * l, m * m, n * n, np.sqrt(3)
    upper = {
        (0, 0): 3 * l2 * m2 * s + (l2 + m2 - 4 * l2 * m2) * p + (n2 + l2 * m2) * d,
        (0, 1): l * n * (3 * m2 * s + (1 - 4 * m2) * p + (m2 - 1) * d),
        (0, 2): m * n * (3 * l2 * s + (1 - 4 * l2) * p + (l2 - 1) * d),
        (1, 1): 3 * m2 * n2 * s + (m2 + n2 - 4 * m2 * n2) * p + (l2 + m2 * n2) * d,
        (1, 2): l * m * (3 * n2 * s + (1 - 4 * n2) * p + (n2 - 1) * d),
        (2, 2): 3 * n2 * l2 * s + (n2 + l2 - 4 * n2 * l2) * p + (m2 + n2 * l2) * d,
        (0, 3): l * m * (l2 - m2) * (1.5 * s - 2 * p + 0.5 * d),
        (1, 3): m * n * (1.5 * (l2 - m2) * s - (1 + 2 * (l2 - m2)) * p + (1 + (l2 - m2) / 2) * d),
        (2, 3): n * l * (1.5 * (l2 - m2) * s + (1 - 2 * (l2 - m2)) * p - (1 - (l2 - m2) / 2) * d),
        (0, 4): r3 * l * m * ((n2 - (l2 + m2) / 2) * s - 2 * n2 * p + (1 + n2) / 2 * d),
        (1, 4): r3 * m * n * ((n2 - (l2 + m2) / 2) * s + (l2 + m2 - n2) * p - (l2 + m2) / 2 * d),
        (2, 4): r3 * l * n * ((n2 - (l2 + m2) / 2) * s + (l2 + m2 - n2) * p - (l2 + m2) / 2 * d),
        (3, 3): 0.75 * (l2 - m2) ** 2 * s
        + (l2 + m2 - (l2 - m2) ** 2) * p
        + (n2 + (l2 - m2) ** 2 / 4) * d,
        (3, 4): r3 * (l2 - m2) * ((n2 - (l2 + m2) / 2) / 2 * s - n2 * p + (1 + n2) / 4 * d),
        (4, 4): (n2 - (l2 + m2) / 2) ** 2 * s + 3 * n2 * (l2 + m2) * p + 0.75 * (l2 + m2) ** 2 * d,
    }
    block = np.zeros((5, 5))
    for (a, b), value in upper.items():
        block[a, b] = block[b, a] = value
    return block
