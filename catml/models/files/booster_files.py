"""XGBoost's boosters from UBJSON bytes, after their trees were walked through.

XGBoost trusts the files it reads: one that was made to mislead it can lead out of its memory. So
the bytes are decoded here first (UBJSON, draft 12, https://ubjson.org, as far as XGBoost writes
it), and handed over only if every tree stays within itself and within the features there are.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

_INTEGERS = {b"i": ">i1", b"U": ">u1", b"I": ">i2", b"l": ">i4", b"L": ">i8"}
_NUMBERS = {**_INTEGERS, b"d": ">f4", b"D": ">f8"}
_CONSTANTS = {b"T": True, b"F": False, b"Z": None}
# Deeper than any file of XGBoost, and far less deep than Python's stack.
_DEEPEST = 30
_PER_NODE = (
    "base_weights",
    "default_left",
    "left_children",
    "loss_changes",
    "parents",
    "right_children",
    "split_conditions",
    "split_indices",
    "split_type",
    "sum_hessian",
)
_OF_CATEGORIES = ("categories", "categories_nodes", "categories_segments", "categories_sizes")
_NO_PARENT = 2**31 - 1


def booster_from(raw: bytes, *, n_features: int) -> Any:
    """Return the booster of UBJSON bytes, ready to predict on one thread.

    Raises
    ------
    KeyError, TypeError, ValueError
        The bytes are no UBJSON, or no regression trees on so many features.
    """
    import xgboost

    _check_booster(decode_ubjson(raw), n_features)
    booster = xgboost.Booster({"nthread": 1})
    booster.load_model(bytearray(raw))
    return booster


def decode_ubjson(raw: bytes) -> Any:
    r"""Return the value of UBJSON bytes; typed arrays of numbers become NumPy arrays.

    Raises
    ------
    ValueError
        The bytes end early, go on after the value, or hold a type that XGBoost does not write.

    Examples
    --------
    >>> decode_ubjson(b"{i\x01nU\x03}")
    {'n': 3}
    """
    reader = _Reader(raw)
    value = reader.value(0)
    if reader.place != len(raw):
        raise ValueError("bytes after the end of the value")
    return value


class _Reader:
    """Bytes, and how far they are read."""

    def __init__(self, raw: bytes) -> None:
        self.raw = raw
        self.place = 0

    def take(self, n: int) -> bytes:
        taken = self.raw[self.place : self.place + n]
        if n < 0 or len(taken) < n:
            raise ValueError("the bytes end early")
        self.place += n
        return taken

    def value(self, depth: int) -> Any:
        if depth > _DEEPEST:
            raise ValueError("values within values without end")
        kind = self.take(1)
        if kind == b"{":
            return self._object(depth)
        if kind == b"[":
            return self._array(depth)
        if kind == b"S":
            return self._text()
        if kind in _NUMBERS:
            return self._numbers(kind, 1)[0].item()
        if kind in _CONSTANTS:
            return _CONSTANTS[kind]
        raise ValueError(f"a value of type {kind!r}")

    def _object(self, depth: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        while self._next() != b"}":
            name = self._text()
            if name in found:
                raise ValueError(f"{name!r} twice")
            found[name] = self.value(depth + 1)
        self.take(1)
        return found

    def _array(self, depth: int) -> Any:
        if self._next() == b"$":
            self.take(1)
            kind = self.take(1)
            if self.take(1) != b"#" or kind not in _NUMBERS:
                raise ValueError(f"an array of type {kind!r}")
            return self._numbers(kind, self._length())
        if self._next() == b"#":
            self.take(1)
            return [self.value(depth + 1) for _ in range(self._length())]
        found = []
        while self._next() != b"]":
            found.append(self.value(depth + 1))
        self.take(1)
        return found

    def _next(self) -> bytes:
        return self.raw[self.place : self.place + 1]

    def _length(self) -> int:
        kind = self.take(1)
        if kind not in _INTEGERS:
            raise ValueError(f"a length of type {kind!r}")
        length = int(self._numbers(kind, 1)[0])
        if not 0 <= length <= len(self.raw):
            raise ValueError("a length beyond the end")
        return length

    def _text(self) -> str:
        return self.take(self._length()).decode()

    def _numbers(self, kind: bytes, n: int) -> NDArray[Any]:
        of_type = np.dtype(_NUMBERS[kind])
        return np.frombuffer(self.take(n * of_type.itemsize), dtype=of_type)


def _check_booster(content: Any, n_features: int) -> None:
    learner = content["learner"]
    booster = learner["gradient_booster"]
    shape = learner["learner_model_param"]
    stated = [int(shape[name]) for name in ("num_feature", "num_class", "num_target")]
    if booster["name"] != "gbtree" or stated != [n_features, 0, 1]:
        raise ValueError("the booster is not of regression trees on these features")
    model = booster["model"]
    trees, n_trees = model["trees"], int(model["gbtree_model_param"]["num_trees"])
    starts = np.asarray(model["iteration_indptr"], dtype=np.int64)
    if len(trees) != n_trees or np.any(model["tree_info"]) or len(model["tree_info"]) != n_trees:
        raise ValueError("the booster has another number of trees than it states")
    if starts[0] != 0 or starts[-1] != n_trees or np.any(np.diff(starts) < 0):
        raise ValueError("the rounds of the booster are not those of its trees")
    for number, tree in enumerate(trees):
        if tree["id"] != number:
            raise ValueError("the trees of the booster are out of order")
        _check_tree(tree, n_features)


def _check_tree(tree: Any, n_features: int) -> None:
    """Every node must lead on, to nodes that exist, by features that exist."""
    stated = tree["tree_param"]
    n = int(stated["num_nodes"])
    if any(len(tree[name]) != n for name in _PER_NODE) or n < 1:
        raise ValueError("a tree has another number of nodes than it states")
    if any(len(tree[name]) for name in _OF_CATEGORIES) or np.any(tree["split_type"]):
        raise ValueError("a tree is of categories, which no model here has")
    if int(stated["num_feature"]) != n_features or int(stated["size_leaf_vector"]) > 1:
        raise ValueError("a tree is of other features or of several targets")
    left, right, feature, parents = (
        np.asarray(tree[name], dtype=np.int64)
        for name in ("left_children", "right_children", "split_indices", "parents")
    )
    inner = np.flatnonzero(left != -1)
    if np.any(right[left == -1] != -1) or parents[0] != _NO_PARENT:
        raise ValueError("a tree has half a branch or no root")
    for children in (left[inner], right[inner]):
        if np.any(children <= inner) or np.any(children >= n) or np.any(parents[children] != inner):
            raise ValueError("a tree leads out of itself")
    if np.any(feature[inner] < 0) or np.any(feature[inner] >= n_features):
        raise ValueError("a tree asks for a feature that is not there")
