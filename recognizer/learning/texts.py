"""Teaching the text model new texts: a heading that a person has named once is known wherever it stands again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recognizer.model import TextModel
from recognizer.model.text import hashed, plain

Floats = NDArray[np.float32]
ROUNDS = 25  # of L-BFGS (Liu & Nocedal 1989)


def taught(
    model: TextModel, new: Sequence[tuple[str, str]], known: Sequence[tuple[str, str]], *, weight: float, pull: float
) -> TextModel:
    """The model fitted on to `new` (text, class) pairs, each of which counts as much as `weight` of the `known` ones.

    Equal pairs count once; `pull` draws the weights back to what they were, so that where both agree nothing changes. Pairs of
    classes that the model does not have are passed over. The lexicon stays as it was.
    """
    from scipy.optimize import minimize

    place = {name: number for number, name in enumerate(model.classes)}
    fresh, old = (sorted({(plain(text), code) for text, code in pairs if code in place}) for pairs in (new, known))
    if not fresh:
        return model
    rows = fresh + old
    matrix: Any = hashed([text for text, _ in rows])
    columns = np.unique(matrix.indices)  # no other weight has a say in these texts
    matrix = matrix[:, columns]
    turned = matrix.T.tocsr()
    truth = np.zeros((len(rows), len(place)), np.float32)
    truth[np.arange(len(rows)), [place[code] for _, code in rows]] = 1
    counts = np.ones((len(rows), 1), np.float32)
    counts[: len(fresh)] = weight
    first = np.concatenate([model.weights[columns].astype(np.float32), model.bias[None]])

    def loss(flat: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        moved = flat.reshape(first.shape).astype(np.float32)
        odds = matrix @ (first[:-1] + moved[:-1]) + first[-1] + moved[-1]
        error = 1 / (1 + np.exp(-np.clip(odds, -30, 30))) - truth
        slope = np.concatenate([turned @ (error * counts), (error * counts).sum(axis=0)[None]]) + pull * moved
        total = float((counts * (np.logaddexp(0, odds) - truth * odds)).sum()) + pull / 2 * float((moved * moved).sum())
        return total, slope.ravel().astype(np.float64)

    found = minimize(loss, np.zeros(first.size), jac=True, method="L-BFGS-B", options={"maxiter": ROUNDS})
    now = first + found.x.reshape(first.shape).astype(np.float32)
    weights = model.weights.copy()
    weights[columns] = now[:-1].astype(np.float16)
    return TextModel(model.classes, weights, now[-1].astype(np.float32), model.lexicon)
