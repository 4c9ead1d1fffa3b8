"""What surrounds a site: elements, coordination, geometry and electronic numbers, as columns.

`inputs` turns whatever names or holds sites into a table of them, `rows` finds the batch and place
of every row, and `transformer` is what the featurizers share.
"""
