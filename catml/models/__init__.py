"""Models of adsorption energies.

Regressors behind one interface, calibrated prediction intervals, the applicability domain, safe
saving and loading, and the look-up of known values before predicted ones.
"""
