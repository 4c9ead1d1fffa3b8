"""Reading surface names: formulas, layers, solid solutions and facets.

`names` is the way in; what a name means stands in `catml.structures.surface`.
"""
