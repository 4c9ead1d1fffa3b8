"""How slabs are built: checked options, supercells, ordered arrangements, CatKit as a builder.

`catml.structures.slabs`, `substitution` and `backends` put these together.
"""
