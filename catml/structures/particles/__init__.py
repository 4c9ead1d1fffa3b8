"""Nanoparticles: shapes and sizes, changed elements, their symmetry and their sites.

`catml.structures.nanoparticles` is the way in.
"""
