"""What is known about the elements: property tables and lattice constants, each number sourced.

Numbers stand in the CSV files of this folder with their unit and source, `sources.csv` holds the
citations, and `properties` and `lattice` are the cached loaders.
"""
