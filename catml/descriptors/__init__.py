"""Physical numbers of a site: what surrounds it, how it is coordinated, how its d band lies.

Where a descriptor lives:

========================  ======================================================================
transformers              `featurizer` (tables of numbers by kind) and `soap_featurizer`, which
                          share `site_transformer`, `site_inputs` and `site_rows`;
                          `descriptor_table` says what every column is
elements around a site    `elemental`, `electronegativity`
coordination, geometry    `coordination`, `orbital_coordination`, `geometry`
d band without DFT        `d_band_model` on top of `local_bands` and `tight_binding`; exact moments
                          in `hopping_moments`; `electronic` puts these numbers into columns
d band of a DOS           `d_band`, with its mathematics in `moments`; `dos_files` and the readers
                          beside it read DOS files, `dos` wraps arrays
d band by calculation     `calculated_d_bands`, `dos_engines` and the modules of GPAW
whole surroundings        `soap`, `soap_sites`, and `similarity` between sites
========================  ======================================================================

All but the readers and engines work on arrays of many surfaces at once
(`catml.structures.batches.SiteBatch`), for which a single slab is the case of one.
"""
