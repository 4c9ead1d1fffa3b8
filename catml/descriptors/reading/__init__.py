"""Files with densities of states, one reader per program, and what lies beside them.

`catml.descriptors.dos_files.read_dos` chooses the reader.
"""
