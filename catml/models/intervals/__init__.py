"""Prediction intervals, learned from training rows that were predicted without their own group.

`schemes` gives a model intervals of the kind asked for: `factors` (the default, by what is new
about a row, which `rehearsal` leaves out in turn) or one of the named ones in `conformal`.
"""
