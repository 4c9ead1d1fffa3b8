import json

import numpy as np
import pytest
import xgboost

from catml.models.files.booster_files import booster_from, decode_ubjson

N_FEATURES = 4


def booster(**settings: object) -> xgboost.Booster:
    rng = np.random.default_rng(0)
    X = rng.normal(size=(200, N_FEATURES))
    X[::7, 1] = np.nan
    data = xgboost.DMatrix(X, X[:, 0] ** 2 + rng.normal(size=200))
    return xgboost.train({"max_depth": 4, "nthread": 1, **settings}, data, num_boost_round=5)


@pytest.fixture(scope="module")
def raw() -> bytes:
    return bytes(booster().save_raw("ubj"))


def test_the_bytes_hold_what_the_json_of_xgboost_says(raw: bytes) -> None:
    ours = decode_ubjson(raw)
    theirs = json.loads(booster().save_raw("json"))
    assert ours.keys() == theirs.keys()
    trees, expected = (
        content["learner"]["gradient_booster"]["model"]["trees"] for content in (ours, theirs)
    )
    for tree, same in zip(trees, expected, strict=True):
        assert tree.keys() == same.keys()
        for name, values in same.items():
            if isinstance(values, list):
                assert np.asarray(tree[name]).tolist() == pytest.approx(values, rel=1e-6)
            else:
                assert tree[name] == values


# Splits that gain too little are taken back, which leaves nodes out of use.
@pytest.mark.parametrize(
    "settings", [{}, {"gamma": 30}, {"max_leaves": 5}, {"tree_method": "exact"}]
)
def test_boosters_come_back(settings: dict[str, object]) -> None:
    model = booster(**settings)
    again = booster_from(bytes(model.save_raw("ubj")), n_features=N_FEATURES)
    X = xgboost.DMatrix(np.random.default_rng(1).normal(size=(50, N_FEATURES)))
    np.testing.assert_array_equal(again.predict(X), model.predict(X))


def test_boosters_of_other_features_are_refused(raw: bytes) -> None:
    with pytest.raises(ValueError, match="not of regression trees on these features"):
        booster_from(raw, n_features=3)


@pytest.mark.parametrize("name", ["left_children", "right_children", "split_indices", "parents"])
def test_a_tree_that_leads_astray_is_refused(raw: bytes, name: str) -> None:
    refused = 0
    for value in (-7, 0, 10**6, 2**31 - 1):
        changed = bytearray(raw)
        # The first tree's array: its name, then the type, the length of eight bytes, the numbers.
        place = raw.index(name.encode()) + len(name) + len(b"[$l#L") + 8
        changed[place : place + 4] = value.to_bytes(4, "big", signed=True)
        if bytes(changed) == raw:
            continue
        with pytest.raises(ValueError, match="a tree"):
            booster_from(bytes(changed), n_features=N_FEATURES)
        refused += 1
    assert refused >= 3


def test_every_truncation_and_what_follows_is_refused(raw: bytes) -> None:
    for length in range(0, len(raw), 997):
        with pytest.raises(ValueError):  # noqa: PT011
            decode_ubjson(raw[:length])
    with pytest.raises(ValueError, match="after the end"):
        decode_ubjson(raw + b"Z")
    with pytest.raises(ValueError, match="without end"):
        decode_ubjson(b"[" * 100_000)
    with pytest.raises(ValueError, match="beyond the end"):
        decode_ubjson(b"[$d#L" + (2**60).to_bytes(8, "big"))
    with pytest.raises(ValueError, match="of type b'x'"):
        decode_ubjson(b"x")
    with pytest.raises(ValueError, match="'a' twice"):
        decode_ubjson(b"{i\x01aTi\x01aF}")


def test_the_constants_and_plain_arrays() -> None:
    assert decode_ubjson(b"[TFZ]") == [True, False, None]
    assert decode_ubjson(b"[#i\x02i\x05Si\x01a") == [5, "a"]
    assert decode_ubjson(b"[$l#i\x01\xff\xff\xff\xfe").tolist() == [-2]
