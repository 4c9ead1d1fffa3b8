"""The errors catml raises for input it cannot use.

Every message says what was wrong, the value, what is allowed and what to do. The command line
prints it as it stands and exits with code 2; anything that is not a `CatmlError` is a bug.
"""


class CatmlError(Exception):
    """Base of every error caused by the user's input."""


class SurfaceError(CatmlError):
    """A surface name, slab, site or adsorbate that cannot exist or cannot be built."""


class ElementError(CatmlError):
    """An element or elemental property without a tabulated value."""


class DatasetError(CatmlError):
    """A table of adsorption energies or d bands that breaks its schema, or does not exist."""


class AlignmentError(DatasetError):
    """Energies of different functionals or reference species about to be mixed."""


class DescriptorError(CatmlError):
    """A descriptor that cannot be computed from the table, structure or density of states given."""


class ModelError(CatmlError):
    """A model that is not fitted, not known, or not readable."""


class ReactionError(CatmlError):
    """A reaction whose steps, energies or volcano are not complete."""


class WorkflowError(CatmlError):
    """A workflow file or output folder that cannot be used."""


def in_one_line(reason: Exception, *, most: int = 120) -> str:
    r"""Return what another library's error says, in one line of at most so many letters.

    Examples
    --------
    >>> in_one_line(ValueError("line 3:\n  no number"))
    'line 3: no number'
    """
    return " ".join(str(reason).split())[:most]
