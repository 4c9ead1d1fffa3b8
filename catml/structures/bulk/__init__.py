"""Bulk crystals: the named prototypes and any other, their planes along a facet and where they end.

Start with `prototypes` and `crystals`; `stacking` counts the planes, `terminations` the ends.
"""
