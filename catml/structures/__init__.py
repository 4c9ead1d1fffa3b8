"""Surfaces and their atoms: names, bulk crystals, slabs, particles, sites and adsorbates.

What a script uses lies here: `surface`, `slabs`, `layers`, `modify`, `substitution`, `backends`,
`nanoparticles`, `sites`, `site_table`, `families`, `adsorbates`, `coverage`, `coadsorption`,
`files`. How it is done lies in `grammar`, `bulk`, `building`, `finding`, `particles`, `placing` and
`dft`.
"""
