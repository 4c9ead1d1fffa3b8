"""Adsorption-energy tables: their schema, cards, loading, alignment and import.

A table never carries a bare energy: adsorbate, reference species, functional and, where known,
coverage travel with every row, and a status says whether the row may be learned from.
"""
