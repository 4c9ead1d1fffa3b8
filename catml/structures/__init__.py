"""Surfaces and their atoms: names, bulk prototypes, slabs, adsorption sites and their surroundings.

A surface's name (`surface`) leads to its bulk (`prototypes`), its stack of atomic planes
(`stacking`), its slab (`slabs`, `modify`), its sites and to arrays for whole families of surfaces.
"""
