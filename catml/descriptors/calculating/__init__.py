"""Densities of states by calculation: settings, the slab as calculated, GPAW, cache, progress.

`catml.descriptors.calculated_d_bands` is what a script calls, and
`catml.descriptors.dos_engines.register_engine` takes other programs.
"""
