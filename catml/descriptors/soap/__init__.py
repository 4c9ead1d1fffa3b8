"""SOAP vectors of sites: `vectors` of given centres, `sites` that find them.

`catml.descriptors.soap_featurizer` is the transformer over both.
"""
