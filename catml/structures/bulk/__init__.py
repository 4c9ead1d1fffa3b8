"""Bulk crystals: the named prototypes and any other, their planes along a facet and where they end.

Start with `prototypes` and `crystals`; `stacking` counts the planes, `terminations` the ends, and
`of_slabs` tells what bulk a slab was cut from.
"""
