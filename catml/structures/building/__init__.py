"""How slabs are built: checked options, supercells, places, ordered arrangements, CatKit.

`catml.structures.slabs`, `substitution` and `backends` put these together.
"""
