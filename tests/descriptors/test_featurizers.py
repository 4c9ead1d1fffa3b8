import pytest

from catml.descriptors.featurizers import KINDS, make_featurizer
from catml.errors import DescriptorError


def test_every_kind_has_its_featurizer() -> None:
    named = {kind: make_featurizer(kind) for kind in KINDS}
    assert type(named.pop("soap")).__name__ == "SoapFeaturizer"
    assert [featurizer.get_params() for featurizer in named.values()] == [
        {"kind": kind} for kind in named
    ]


@pytest.mark.parametrize("kind", ["shape", "", 7, ["soap"]])
def test_an_unknown_kind_is_told_all_there_are(kind: str) -> None:
    with pytest.raises(DescriptorError, match=r"environment, geometry, .*, similarity, soap\.$"):
        make_featurizer(kind)
