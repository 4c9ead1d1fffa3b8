"""Models of CO and N that come with the package; ``python -m catml.models.trained`` makes them."""
