"""Distinct ontop, bridge and hollow sites, counted by hand.

On the closed net of a surface's atoms there are as many edges as atoms and faces together; what the
symmetry of the whole slab takes to each other counts once.
"""

SITES = {
    "Pt(111)": (1, 1, 2),
    "Ru(0001)": (1, 1, 2),
    "Pt(100)": (1, 1, 1),
    "Fe(110)": (1, 2, 1),
    "Pt(211)": (3, 6, 5),
    "Pt3Ni(111)": (2, 3, 4),
    "Ni3Pt(111)": (2, 3, 4),
    "CuAu(101)": (2, 4, 4),
    "AuCu(101)": (2, 4, 4),
    "Pt3Ni(211):Pt": (4, 10, 8),
    "Ni3Pt(211):Ni": (4, 10, 8),
}

MORE_SITES = {"Pt(110)": (2, 3, 2), "Fe(100)": (1, 1, 1), "NiAl[B2](110)": (2, 3, 2)}
"""Of facets that some tests leave out for speed."""
