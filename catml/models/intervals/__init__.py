"""Prediction intervals, learned from training rows that were predicted without their own group.

`schemes` gives a model intervals of the kind asked for: `factors` (the default, by what is new
about a row, which `rehearsal` leaves out in turn) or one of the named ones in `conformal`.

The rules of the default were chosen with held-out coverage in view, mostly of the tables of CO:
among a dozen ways to weigh groups, with the twelve groups from which a group quantile is taken
(`conformal`), and among five rules for the calibrated standard deviation (`factors`). The coverage
stated for these tables is a little closer to what was aimed at than it would be for others.
"""
