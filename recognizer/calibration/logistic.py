"""Logistic regression that knows the direction of every signal: more doubt never raises a probability.

Minimises the log loss with a quadratic pull towards prior weights (a Gaussian prior, so that a doubt never seen still counts)
under bounds, by L-BFGS-B (Byrd et al. 1995).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def probabilities(signals: Floats, weights: Floats, intercept: float) -> Floats:
    """(facts,) probability that a fact is right."""
    answer: Floats = 1.0 / (1.0 + np.exp(-np.clip(signals @ weights + intercept, -30.0, 30.0)))
    return answer


def fit(signals: Floats, right: Floats, importance: Floats, prior: Floats, strength: float) -> tuple[Floats, float]:
    """The weights (all at most 0) and the intercept.

    `right` is 0 or 1 for each fact, `importance` its weight in the loss; `strength` says how many facts the prior is worth.
    """
    from scipy.optimize import minimize

    def loss(parameters: Floats) -> tuple[float, Floats]:
        weights, intercept = parameters[:-1], parameters[-1]
        margin = signals @ weights + intercept
        probable = 1.0 / (1.0 + np.exp(-np.clip(margin, -30.0, 30.0)))
        value = float((importance * (np.logaddexp(0.0, margin) - right * margin)).sum())
        value += strength / 2 * float(((weights - prior) ** 2).sum())
        slope = importance * (probable - right)
        return value, np.append(signals.T @ slope + strength * (weights - prior), slope.sum())

    bounds = [(None, 0.0)] * len(prior) + [(None, None)]
    found = minimize(loss, np.append(prior, 3.0), jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": 500})
    return np.asarray(found.x[:-1]), float(found.x[-1])
