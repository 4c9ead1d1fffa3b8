"""Physical numbers of a site: what surrounds it, how it is coordinated, how its d band lies.

The featurizer turns a site table into model input with the scikit-learn transformer interface;
the other modules hold one family of descriptors each and work on arrays, without density
functional theory. Moments of a calculated density of states are in `moments`.
"""
