"""What is known before the regressor learns: chemisorption, pure metals, other adsorbates.

`base` has the interface and `names` the closed set that a model can be asked for by name.
"""
