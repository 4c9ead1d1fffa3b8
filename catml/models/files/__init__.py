"""Model files that cannot run code.

`persistence` saves and loads models, in a `container` whose every member is checked; `states` and
its neighbours turn each fitted part into plain numbers and back.
"""
