"""Input for calculations of slabs: VASP, Quantum ESPRESSO and GPAW.

`job` says what is to be calculated, `inputs` writes it for each code, `calculations` for a clean
slab and its adsorbate.
"""
