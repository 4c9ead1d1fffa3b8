"""The energies that count as the d band, from the Fermi level, where no others are given."""

DEFAULT_WINDOW_EV = (-10.0, 5.0)
"""With it our calculated d bands are nearest to published widths and to most published centres
(``benchmarks/elemental_d_bands.py``). The bands of groups 3 to 7 reach beyond, up to 8 eV; above
that lie only states that the partial waves share with free electrons. How far the bands of a
calculation reach is a matter of its settings: without a window nothing could be compared.
"""
WHOLE_BAND_WINDOW_EV = (-10.0, 8.0)
"""Energies that hold the d band of every metal."""
