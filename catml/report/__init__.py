"""From tables to paper: figures with their data, pictures of slabs, and the report in HTML.

The room takes pandas tables and plain values, never models, so it serves anyone's energies. Every
figure function returns the matplotlib figure and the table that was drawn, to be saved side by
side.
"""
