"""Workflows: a YAML file's schema, the steps it names, and the runner that carries them out."""
