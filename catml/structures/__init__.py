"""Surfaces and their atoms: names, bulk crystals, slabs, particles, sites and adsorbates.

What a script uses lies here: `surface`, `slabs`, `layers`, `modify`, `substitution`, `backends`,
`nanoparticles`, `decoration`, `sites`, `site_copies`, `environment`, `site_table`, `batches`,
`families`, `adsorbates`, `coverage`, `coadsorption`, `files`; and `neighbors` and `quantities`,
which all of them share. How it is done lies in `grammar`, `bulk`, `building`, `finding`,
`particles`, `placing` and `dft`.
"""
