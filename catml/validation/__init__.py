"""Judging a model honestly.

Splits that keep related rows together, scores that carry their n, unit and interval, and
cross-validation that fits everything inside each training fold.
"""
