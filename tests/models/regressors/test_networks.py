import numpy as np
import pytest

from catml.models.regressors.networks import Network, Training, _gradients, train

TRAINING = Training((24, 12), 60, 1, 64, 5e-3, 0.01, 0.0)


def problem(n: int = 600, *, seed: int = 0):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, 3)).astype(np.float32)
    return X, (np.sin(X[:, 0]) + 0.5 * X[:, 1] * X[:, 2]).astype(np.float32)


def loss(network: Network, X, y) -> float:
    error = network.values(X) - y
    return float(np.mean(np.sqrt(error**2 + 0.01)))


def test_gradients_are_those_of_the_loss():
    rng = np.random.default_rng(0)
    sizes = [(3, 5), (5, 4), (4, 1)]
    network = Network(
        tuple(rng.normal(size=size).astype(np.float32) for size in sizes),
        tuple(rng.normal(size=size[1]).astype(np.float32) for size in sizes),
    )
    X, y = problem(50)
    gradients = _gradients(network, X, y, 0.0, rng)
    for parameter, gradient in zip([*network.weights, *network.biases], gradients, strict=True):
        place = np.unravel_index(np.argmax(np.abs(gradient)), gradient.shape)
        kept, step = parameter[place], np.float32(1e-2)
        parameter[place] = kept + step
        above = loss(network, X, y)
        parameter[place] = kept - step
        below = loss(network, X, y)
        parameter[place] = kept
        assert gradient[place] == pytest.approx((above - below) / (2 * step), rel=0.03)


def test_a_product_is_learned_and_a_seed_gives_the_same():
    X, y = problem()
    network = train(X, y, TRAINING, seed=1)
    X_new, y_new = problem(seed=7)
    assert np.abs(network.values(X_new) - y_new).mean() < 0.12
    again = train(X, y, TRAINING, seed=1)
    np.testing.assert_array_equal(again.values(X_new), network.values(X_new))


def test_a_tenth_of_wild_targets_does_not_pull():
    X, y = problem(1500)
    wild = np.arange(len(y)) % 10 == 0
    spoiled = np.where(wild, y + np.float32(8), y)
    network = train(X, spoiled, TRAINING, seed=0)
    X_new, y_new = problem(seed=5)
    error = network.values(X_new) - y_new
    # The mean of the targets is 0.8 too high; their median is not.
    assert abs(np.median(error)) < 0.15


def test_silent_units_still_learn():
    X, y = problem()
    network = train(X, y, Training((24,), 60, 1, 64, 5e-3, 0.01, 0.2), seed=0)
    assert np.abs(network.values(X) - y).mean() < 0.5 * np.abs(y - np.median(y)).mean()
