"""Small dense networks in plain arrays: their values and their training on the absolute error.

Training minimizes the mean of δ·(√(e²/δ² + 1) − 1), the absolute error with its tip rounded over
δ, so that rows far off pull no harder than others. The steps are those of AdamW (Kingma & Ba,
arXiv:1412.6980; decoupled decay: Loshchilov & Hutter, arXiv:1711.05101) with a rate that falls to
zero along a cosine. Scikit-learn's networks know the squared error only.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from catml.models.regressors.base import Array

Singles = NDArray[np.float32]

# Of a negative signal this share passes: no unit is ever cut off from learning.
_LEAK = np.float32(0.01)
_DELTA = np.float32(0.1)
_MOMENTUM, _MEMORY = np.float32(0.9), np.float32(0.99)
_TINY = np.float32(1e-8)


@dataclass(frozen=True)
class Network:
    """A dense network with one output.

    Attributes
    ----------
    weights
        Matrices, (features, units), (units, units) ..., (units, 1).
    biases
        Vectors, one per matrix.
    """

    weights: tuple[Singles, ...]
    biases: tuple[Singles, ...]

    def hidden(self, X: Singles) -> Singles:
        """(n, units) signals of the last hidden layer at (n, D) features."""
        signal = X
        for weight, bias in zip(self.weights[:-1], self.biases[:-1], strict=True):
            signal = _activated(signal @ weight + bias)
        return signal

    def values(self, X: Singles) -> Array:
        """(n,) outputs at (n, D) features."""
        output = self.hidden(X) @ self.weights[-1] + self.biases[-1]
        return output[:, 0].astype(np.float64)


@dataclass(frozen=True)
class Training:
    """How a network is trained.

    Attributes
    ----------
    hidden
        Units of each hidden layer.
    n_passes
        Times that every row is seen, and more where that makes fewer than `min_steps`.
    min_steps
        A table of few rows has few batches, and still needs so many steps.
    batch_size
        Rows per step.
    learning_rate
        Of the first step.
    decay
        What the weights lose of themselves per step, over the learning rate.
    dropout
        Share of the hidden units that is silent in a step.
    """

    hidden: tuple[int, ...]
    n_passes: int
    min_steps: int
    batch_size: int
    learning_rate: float
    decay: float
    dropout: float


def train(X: Singles, y: Singles, training: Training, *, seed: int) -> Network:
    """Return a network trained on (n, D) features and (n,) targets, both of about unit spread."""
    rng = np.random.default_rng(seed)
    sizes = (X.shape[1], *training.hidden, 1)
    weights = [
        (rng.standard_normal((n, m)) * np.sqrt(2 / n)).astype(np.float32)
        for n, m in pairwise(sizes)
    ]
    weights[-1] *= np.float32(0.1)
    biases = [np.zeros(m, np.float32) for m in sizes[1:]]
    network = Network(tuple(weights), tuple(biases))
    size = min(training.batch_size, len(y))
    per_pass = len(y) // size
    n_steps = max(training.n_passes * per_pass, training.min_steps)
    steps = _Steps(network, training, n_steps)
    order = rng.permutation(len(y))
    for step in range(n_steps):
        place = step % per_pass
        if place == 0:
            order = rng.permutation(len(y))
        rows = order[place * size : (place + 1) * size]
        steps.take(_gradients(network, X[rows], y[rows], training.dropout, rng))
    return network


class _Steps:
    """The running means of AdamW for the weights, then the biases, of one network."""

    def __init__(self, network: Network, training: Training, n_steps: int) -> None:
        self.parameters = [*network.weights, *network.biases]
        self.n_decaying = len(network.weights)
        self.training, self.n_steps, self.step = training, n_steps, 0
        self.slope = [np.zeros_like(p) for p in self.parameters]
        self.square = [np.zeros_like(p) for p in self.parameters]

    def take(self, gradients: list[Singles]) -> None:
        """Change the parameters in place."""
        self.step += 1
        share = 0.5 * (1 + np.cos(np.pi * self.step / self.n_steps))
        rate = np.float32(self.training.learning_rate * share)
        for k, (parameter, gradient) in enumerate(zip(self.parameters, gradients, strict=True)):
            self.slope[k] += (1 - _MOMENTUM) * (gradient - self.slope[k])
            self.square[k] += (1 - _MEMORY) * (gradient * gradient - self.square[k])
            slope = self.slope[k] / (1 - _MOMENTUM**self.step)
            square = self.square[k] / (1 - _MEMORY**self.step)
            change = slope / (np.sqrt(square) + _TINY)
            if k < self.n_decaying:
                change += np.float32(self.training.decay) * parameter
            parameter -= rate * change


def _gradients(
    network: Network, X: Singles, y: Singles, dropout: float, rng: np.random.Generator
) -> list[Singles]:
    """Of the mean loss with respect to the weights, then the biases."""
    signals, slopes = [X], []
    for weight, bias in zip(network.weights[:-1], network.biases[:-1], strict=True):
        raw = signals[-1] @ weight + bias
        slope: Singles = np.where(raw > 0, np.float32(1), _LEAK)
        if dropout:
            heard = rng.random(raw.shape, dtype=np.float32) >= dropout
            slope *= heard / np.float32(1 - dropout)
        signals.append((raw * slope).astype(np.float32, copy=False))
        slopes.append(slope)
    error = (signals[-1] @ network.weights[-1] + network.biases[-1])[:, 0] - y
    pull = error / np.sqrt(error * error + _DELTA**2) / np.float32(len(y))
    back: Singles = pull.astype(np.float32, copy=False)[:, None]
    of_weights: list[Singles] = []
    of_biases: list[Singles] = []
    for k in reversed(range(len(network.weights))):
        of_weights.append(signals[k].T @ back)
        of_biases.append(back.sum(axis=0))
        if k:
            back = (back @ network.weights[k].T) * slopes[k - 1]
    return [*reversed(of_weights), *reversed(of_biases)]


def _activated(raw: Singles) -> Singles:
    return np.where(raw > 0, raw, _LEAK * raw)
