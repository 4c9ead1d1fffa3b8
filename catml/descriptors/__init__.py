"""Physical numbers of a site: what surrounds it, how it is coordinated, how its d band lies.

Where a descriptor lives:

========================  ======================================================================
transformers              `featurizer` (tables of numbers by kind) and `soap_featurizer`;
                          `descriptor_table` says what every column is
around a site             `sites`: elements, electronegativity, coordination, geometry
d band without DFT        `d_band_model` estimates it with the methods of `tight_binding`
d band of a DOS           `d_band`, with its mathematics in `moments`; `dos_files` reads files with
                          the readers in `reading`, `dos` wraps arrays, `dos_selection` picks atoms
d band by calculation     `calculated_d_bands` and `dos_engines`, at work in `calculating`
whole surroundings        `soap`, and `similarity` between sites
========================  ======================================================================

All but the readers and engines work on arrays of many surfaces at once
(`catml.structures.batches.SiteBatch`), for which a single slab is the case of one.
"""
