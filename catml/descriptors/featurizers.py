"""The featurizers by name, for whatever takes a kind of descriptors as an option."""

from catml.descriptors.featurizer import SiteFeaturizer
from catml.descriptors.sites.transformer import SiteTransformer


def make_featurizer(kind: str) -> SiteTransformer:
    """Return an unfitted featurizer.

    Parameters
    ----------
    kind
        One of `catml.descriptors.featurizer.Kind`, or ``"soap"`` (which needs ``catml[soap]``).

    Examples
    --------
    >>> make_featurizer("similarity")
    SiteFeaturizer(kind='similarity')
    """
    if kind == "soap":
        from catml.descriptors.soap_featurizer import SoapFeaturizer

        return SoapFeaturizer()
    return SiteFeaturizer(kind)  # type: ignore[arg-type]
