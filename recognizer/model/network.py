"""A small feed-forward network: scikit-learn trains it, plain matrix products run it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
RATES = ((2e-3, 0.6), (5e-4, 0.2), (1e-4, 0.2))  # learning rates and the share of the epochs that each is kept


@dataclass(slots=True)
class Network:
    """Layers of a multilayer perceptron with rectified hidden units and a softmax over `classes`.

    `weights[k]` is (inputs, outputs) of layer k, `biases[k]` (outputs,).
    """

    classes: tuple[str, ...]
    weights: list[Floats]
    biases: list[Floats]

    def probabilities(self, inputs: Floats) -> Floats:
        """(rows, classes) probabilities for (rows, features) inputs; each row sums to 1."""
        hidden = inputs
        last = len(self.weights) - 1
        for index, (weight, bias) in enumerate(zip(self.weights, self.biases, strict=True)):
            hidden = hidden @ weight + bias
            if index < last:
                np.maximum(hidden, 0, out=hidden)
        hidden -= hidden.max(axis=1, keepdims=True) if len(hidden) else 0
        np.exp(hidden, out=hidden)
        hidden /= hidden.sum(axis=1, keepdims=True)
        return hidden


def train_network(
    inputs: Floats,
    labels: NDArray[np.int64],
    classes: tuple[str, ...],
    *,
    hidden: tuple[int, ...],
    epochs: int,
    seed: int,
) -> Network:
    """A network fitted by Adam (Kingma & Ba 2015) on (rows, features) float32 `inputs` and class indices `labels`.

    Classes that `labels` never shows keep a place with probability near 0.
    """
    import warnings

    from sklearn.exceptions import ConvergenceWarning
    from sklearn.neural_network import MLPClassifier

    fitted: Any = MLPClassifier(
        hidden,
        batch_size=256,
        alpha=1e-5,
        tol=0.0,
        n_iter_no_change=epochs + 1,
        random_state=seed,
        warm_start=True,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        for rate, share in RATES:
            fitted.set_params(learning_rate_init=rate, max_iter=max(round(epochs * share), 1))
            fitted.fit(inputs, labels)
    weights = [np.asarray(matrix, np.float32) for matrix in fitted.coefs_]
    biases = [np.asarray(vector, np.float32) for vector in fitted.intercepts_]
    present = np.asarray(fitted.classes_, np.int64)
    if len(present) == 2 and weights[-1].shape[1] == 1:
        weights[-1] = np.concatenate([np.zeros_like(weights[-1]), weights[-1]], axis=1)
        biases[-1] = np.concatenate([np.zeros_like(biases[-1]), biases[-1]])
    wide = np.zeros((weights[-1].shape[0], len(classes)), np.float32)
    low = np.full(len(classes), -30, np.float32)
    wide[:, present] = weights[-1]
    low[present] = biases[-1]
    return Network(classes, [*weights[:-1], wide], [*biases[:-1], low])
