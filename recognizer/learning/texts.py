"""Teaching a text model new texts: a heading that a person has named once is known wherever it stands again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recognizer.model import TextModel
from recognizer.model.text import hashed, plain

ROUNDS = 25  # of L-BFGS (Liu & Nocedal 1989)


def taught(
    model: TextModel, new: Sequence[tuple[str, str]], old: Sequence[str], *, weight: float, pull: float
) -> TextModel:
    """The model fitted on to `new` (text, class) pairs, each of which counts as much as `weight` of the `old` texts.

    Of old texts it is to say what it said before. Equal pairs count once; `pull` draws the weights back to what they were. Pairs
    of classes that the model does not have are passed over. The lexicon stays as it was.
    """
    from scipy.optimize import minimize

    place = {name: number for number, name in enumerate(model.classes)}
    fresh = sorted({(plain(text), code) for text, code in new if code in place})
    if not fresh:
        return model
    taken = {text for text, _ in fresh}
    kept = [text for text in old if text not in taken]
    matrix: Any = hashed([*(text for text, _ in fresh), *kept])
    columns = np.unique(matrix[: len(fresh)].indices)  # no other weight has a say in these texts
    matrix = matrix[:, columns]
    turned = matrix.T.tocsr()
    first = np.concatenate([model.weights[columns].astype(np.float32), model.bias[None]])
    before = np.concatenate([model.scores([text for text, _ in fresh]), model.scores(kept)])
    base = np.log(before / (1 - before))
    truth = before.copy()
    truth[: len(fresh)] = 0
    truth[np.arange(len(fresh)), [place[code] for _, code in fresh]] = 1
    counts = np.ones((len(truth), 1), np.float32)
    counts[: len(fresh)] = weight

    def loss(flat: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        moved = flat.reshape(first.shape).astype(np.float32)
        odds = base + matrix @ moved[:-1] + moved[-1]
        error = 1 / (1 + np.exp(-np.clip(odds, -30, 30))) - truth
        slope = np.concatenate([turned @ (error * counts), (error * counts).sum(axis=0)[None]]) + pull * moved
        total = float((counts * (np.logaddexp(0, odds) - truth * odds)).sum()) + pull / 2 * float((moved * moved).sum())
        return total, slope.ravel().astype(np.float64)

    found = minimize(loss, np.zeros(first.size), jac=True, method="L-BFGS-B", options={"maxiter": ROUNDS})
    now = first + found.x.reshape(first.shape).astype(np.float32)
    weights = model.weights.copy()
    weights[columns] = now[:-1].astype(np.float16)
    return TextModel(model.classes, weights, now[-1].astype(np.float32), model.lexicon)
