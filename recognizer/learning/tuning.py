"""Fitting a trained network to a few new examples without forgetting the many old ones.

Adam (Kingma & Ba 2015) from the trained weights on, with a pull back to them (L2-SP: Li, Grandvalet & Davoine 2018, "Explicit
inductive bias for transfer learning with convolutional networks").
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from recognizer.model import Network

Floats = NDArray[np.float32]
BATCH = 256
SOON, LATE, TINY = 0.9, 0.999, 1e-8  # decay of Adam's means, and what keeps it from dividing by zero


def tuned(
    network: Network, inputs: Floats, targets: Floats, weights: Floats, *, epochs: int, rate: float, pull: float, seed: int
) -> Network:
    """The network fitted on to (rows, features) `inputs` with (rows, classes) `targets`, each row counting `weights` times.

    `rate` is the learning rate, which falls to nothing over the `epochs`; `pull` draws every weight back to what it was. The
    network given is not changed.
    """
    first = [*network.weights, *network.biases]
    now = [array.astype(np.float32, copy=True) for array in first]
    mean = [np.zeros_like(array) for array in now]
    square = [np.zeros_like(array) for array in now]
    layers = len(network.weights)
    draw = np.random.default_rng(seed)
    steps = epochs * -(-len(inputs) // BATCH)
    step = 0
    scaled = weights / weights.mean() if len(weights) else weights
    for _ in range(epochs):
        order = draw.permutation(len(inputs))
        for start in range(0, len(order), BATCH):
            chosen = order[start : start + BATCH]
            slopes = _slopes(now[:layers], now[layers:], inputs[chosen], targets[chosen], scaled[chosen])
            step += 1
            pace = np.float32(rate * (1 - (step - 1) / steps) * (1 - LATE**step) ** 0.5 / (1 - SOON**step))
            for index, slope in enumerate(slopes):
                slope += np.float32(pull) * (now[index] - first[index])
                mean[index] += np.float32(1 - SOON) * (slope - mean[index])
                square[index] += np.float32(1 - LATE) * (slope * slope - square[index])
                now[index] -= pace * mean[index] / (np.sqrt(square[index]) + np.float32(TINY))
    return Network(network.classes, now[:layers], now[layers:])


def _slopes(matrices: list[Floats], biases: list[Floats], inputs: Floats, targets: Floats, weights: Floats) -> list[Floats]:
    """The gradient of the weighted cross entropy by each matrix, then by each bias."""
    layers = [inputs]
    for index, (matrix, bias) in enumerate(zip(matrices, biases, strict=True)):
        total = layers[-1] @ matrix + bias
        layers.append(np.maximum(total, 0) if index < len(matrices) - 1 else total)
    found = layers.pop()
    found -= found.max(axis=1, keepdims=True)
    np.exp(found, out=found)
    found /= found.sum(axis=1, keepdims=True)
    error: Floats = (found - targets) * (weights / np.float32(len(targets)))[:, None]
    by_matrix: list[Floats] = []
    by_bias: list[Floats] = []
    for index in range(len(matrices) - 1, -1, -1):
        by_matrix.append(layers[index].T @ error)
        by_bias.append(error.sum(axis=0))
        if index:
            error = np.where(layers[index] > 0, error @ matrices[index].T, np.float32(0))
    return [*reversed(by_matrix), *reversed(by_bias)]
