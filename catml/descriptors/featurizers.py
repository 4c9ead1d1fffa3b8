"""The featurizers by name, for whatever takes a kind of descriptors as an option."""

from typing import Literal

from catml.descriptors.featurizer import Kind, SiteFeaturizer
from catml.descriptors.sites.transformer import SiteTransformer

Descriptors = Literal[Kind, "soap"]


def make_featurizer(kind: str) -> SiteTransformer:
    """Return an unfitted featurizer.

    Parameters
    ----------
    kind
        One of `Descriptors`; ``"soap"`` needs ``catml[soap]``.

    Examples
    --------
    >>> make_featurizer("similarity")
    SiteFeaturizer(kind='similarity')
    """
    if kind == "soap":
        from catml.descriptors.soap_featurizer import SoapFeaturizer

        return SoapFeaturizer()
    return SiteFeaturizer(kind)  # type: ignore[arg-type]
