"""From adsorption energies to ranked catalysts: candidate spaces, reactions, volcanoes, ranking.

The room takes tables of energies with uncertainties, never models, so it serves anyone's numbers.
"""
