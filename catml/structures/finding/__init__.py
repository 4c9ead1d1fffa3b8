"""How sites are found: the primitive cell, its symmetry, the net of exposed atoms, the order.

`catml.structures.sites` puts these together. A slab whose atoms have moved is first put back on its
ideal `parents`.
"""
