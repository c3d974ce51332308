"""What the second look at a pair of pieces knows: how probable the first held it, its rivals and its companions."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from recognizer.context.neighbours import Context
from recognizer.repair.lines import company, crossings

Floats = NDArray[np.float32]
Indices = NDArray[np.int64]
_BESIDE = ((-1, -1), (1, 1), (-1, 0), (1, 0), (0, -1), (0, 1))  # pairs one piece off, as steps of (earlier, later)


def seen_again(context: Context, roles: Floats, pairs: Indices, probable: Floats) -> Floats:
    """(pairs, features) what the second look at pairs knows besides, from what the first held of all pairs.

    `roles` (cells, roles) says what each piece is part of, `probable` (pairs,) how probably the pairs are one cell.
    """
    count = len(context.cells)
    goes_on, is_rest = np.zeros(count, np.float32), np.zeros(count, np.float32)
    np.maximum.at(goes_on, pairs[:, 0], probable)
    np.maximum.at(is_rest, pairs[:, 1], probable)
    texts = [cell.text for cell in context.cells]
    lines = company(texts, roles.argmax(axis=1), pairs, goes_on, is_rest, probable)
    crossed = crossings(context.row_of, pairs, probable)
    return np.concatenate([rivals(pairs, probable), lines, crossed[:, None]], axis=1)


def rivals(pairs: Indices, probable: Floats) -> Floats:
    """(pairs, 14) features of (pairs, 2) indices (earlier, later) with their (pairs,) first probabilities.

    A cell is continued by at most one other and continues at most one: the best other pair of either piece speaks against a
    join. Pieces before the earlier and after the later one make a chain, and wrapped neighbours go on side by side: those
    speak for it.
    """
    if not len(pairs):
        return np.zeros((0, 8 + len(_BESIDE)), np.float32)
    earlier, later = pairs[:, 0], pairs[:, 1]
    count = int(pairs.max()) + 2
    best_next, other_next = _best(earlier, probable, count)
    best_before, other_before = _best(later, probable, count)
    columns = [
        probable,
        np.square(probable),
        other_next,
        other_before,
        probable - np.maximum(other_next, other_before),
        best_before[earlier],
        best_next[later],
        (best_before[earlier] > 0.5).astype(np.float32) + (best_next[later] > 0.5),
    ]
    keys = earlier * count + later
    order = np.argsort(keys)
    for step_earlier, step_later in _BESIDE:
        wanted = (earlier + step_earlier) * count + later + step_later
        found = order[np.minimum(np.searchsorted(keys, wanted, sorter=order), len(keys) - 1)]
        columns.append(np.where(keys[found] == wanted, probable[found], -0.5))
    return np.stack(columns, axis=1).astype(np.float32)


def _best(group: Indices, probable: Floats, count: int) -> tuple[Floats, Floats]:
    """(count,) the highest probability of each group, and (pairs,) for each pair the highest of the others in its group."""
    best, second = np.zeros(count, np.float32), np.zeros(count, np.float32)
    order = np.argsort(probable, kind="stable")
    best[group[order]] = probable[order]  # of equal indices the last, which is the highest, stays
    holder = np.full(count, -1, np.int64)
    holder[group[order]] = order
    rest = order[holder[group[order]] != order]
    second[group[rest]] = probable[rest]
    return best, np.where(holder[group] == np.arange(len(group)), second[group], best[group])
