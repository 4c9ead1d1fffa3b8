"""What is placed on a surface and how: molecules, bond lengths, contacts, patterns.

`catml.structures.adsorbates`, `coverage` and `coadsorption` put these together.
"""
