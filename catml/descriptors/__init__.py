"""Physical numbers of a site: what surrounds it, how it is coordinated, how its d band lies.

The featurizer turns a site table into model input with the scikit-learn transformer interface;
the other modules hold one family of descriptors each and work on arrays, without density
functional theory. `d_band` describes the calculated density of states that `dos_files` reads from
files of VASP and GPAW, or `dos` wraps from arrays; its mathematics is in `moments`. Where there is
no file, `calculated_d_bands` calculates it with GPAW or another engine (`dos_engines`).
`soap_featurizer` describes whole surroundings, `similarity` says how alike two of them are.
"""
