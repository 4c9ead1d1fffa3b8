"""The d band from hops between atoms: moments of any order up to four, and neutral levels.

`second_moments` serves whole families at once; `hopping_moments` follows closed paths of hops over
the blocks of `slater_koster`; `local_bands` finds the level an atom's charge asks for.
`catml.descriptors.d_band_model` makes the estimate from them.
"""
