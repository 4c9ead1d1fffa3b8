"""Nanoparticles: their shapes and sizes, their symmetry, where their sites are.

`catml.structures.nanoparticles`, `decoration` and `sites` put these together.
"""
