"""Learners by name: a matrix of features in, energies with standard deviations out.

`registry` makes a regressor from its name (`names`), and `base`, `scaling`, `folds` and `folded`
are what they share. The Gaussian processes are `gaussian_process` (with `kernels` and
`hyperparameters`), `composite_process` (with `composite_kernel`) and their mean `two_views`;
`cross_fitted` gives any scikit-learn estimator of `estimators` an honest standard deviation; those
made of others are `stacking`, `corrected`, `row_subset`, `automatic` and `tpot_search`.
"""
