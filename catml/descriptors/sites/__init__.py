"""What surrounds a site: elements, coordination, geometry and electronic numbers, as columns.

`inputs` turns whatever names or holds sites into a table of them, `rows` finds the surfaces of its
rows and `matching` their sites, and `transformer` is what the featurizers share.
"""
