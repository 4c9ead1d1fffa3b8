"""The featurizers by name, for whatever takes a kind of descriptors as an option."""

from typing import Literal, get_args

from catml.descriptors.featurizer import Kind, SiteFeaturizer
from catml.descriptors.sites.transformer import SiteTransformer
from catml.errors import DescriptorError

Descriptors = Literal[Kind, "soap"]
KINDS: tuple[Descriptors, ...] = get_args(Descriptors)


def make_featurizer(kind: str) -> SiteTransformer:
    """Return an unfitted featurizer.

    Parameters
    ----------
    kind
        One of `Descriptors`; ``"soap"`` needs ``catml[soap]``.

    Raises
    ------
    DescriptorError
        There is no such kind.

    Examples
    --------
    >>> make_featurizer("similarity")
    SiteFeaturizer(kind='similarity')
    """
    if kind not in KINDS:
        raise DescriptorError(
            f"Unknown kind of descriptors {kind!r}: choose one of {', '.join(KINDS)}."
        )
    if kind == "soap":
        from catml.descriptors.soap_featurizer import SoapFeaturizer

        return SoapFeaturizer()
    return SiteFeaturizer(kind)
