"""Models of adsorption energies.

`adsorption` has the model that users fit and ask. Around it:

====================  ==========================================================================
input                 `inputs` makes site tables of what is asked, `training_rows` picks the rows
                      to learn from
`regressors`          learners by name, behind one interface
`priors`              mean energies with few parameters, which regressors learn to correct
`intervals`           calibrated prediction intervals by name
`domain`              what is inside the training data, and where data and candidates lie
`adaptation`          re-anchoring to a few energies of one's own, read by `own_rows`
`site_survival`       whether an adsorbate stays where it was put, learned from energies by
                      `left_out_sites`
`files`, `trained`    saving without pickle, and the models that come with the package
`default`, `lookup`   the model where none is named, and known values before predicted ones
====================  ==========================================================================
"""
