"""What the lines of a document have in common: lines of one column are equally wide, and equal texts go on alike.

A cell is printed over several lines because its column was too narrow for one. So a line that others of its kind are wider
than was not full, two texts that fit into one line were not wrapped, and what goes on once goes on wherever it stands.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Indices = NDArray[np.int64]

EQUAL = 0.55  # ideographs by which equally full lines differ: a half-width character that did not fit
WIDEST = 200.0  # ideographs; wider lines are one as the other
LATIN = 0x100  # codes below it are of characters half as wide as an ideograph
NO_WORD = -0.5  # what is said of a pair that has nothing to be compared with


def widths_of(texts: Sequence[str]) -> Floats:
    """(texts,) widths in ideographs; Latin letters and digits take half of one."""
    codes = np.frombuffer("".join(texts).encode("utf-32-le", "surrogatepass"), np.uint32)
    owners = np.repeat(np.arange(len(texts)), [len(text) for text in texts])
    return np.bincount(owners, np.where(codes < LATIN, 0.5, 1.0), len(texts)).astype(np.float32)


def company(texts: Sequence[str], kinds: Indices, pairs: Indices, goes_on: Floats, is_rest: Floats, probable: Floats) -> Floats:
    """(pairs, 16) what the other lines of the document say of (pairs, 2) indices (earlier, later) into `texts`.

    `kinds` (texts,) says of which role each line is, `goes_on` and `is_rest` (texts,) how probably it is continued and continues
    another, `probable` (pairs,) how probably the pairs are one cell.
    """
    widths = np.minimum(widths_of(texts), WIDEST)
    earlier, later = pairs[:, 0], pairs[:, 1]
    alike, wider, full, widest = _columns(widths, kinds, goes_on)
    numbers = np.unique(np.asarray(texts), return_inverse=True)[1]
    again = _others(numbers[earlier] * (int(numbers.max()) + 1) + numbers[later], probable)
    known = set(texts)
    whole = np.asarray([texts[a] + texts[b] in known for a, b in pairs.tolist()], np.float32)
    room = np.clip(full[earlier] - widths[earlier], -4, 4) / 4
    over = np.clip(widths[earlier] + widths[later] - full[earlier], -8, 8) / 8
    unknown = full[earlier] < 0
    return np.stack(
        [
            *(column[earlier] for column in alike),
            *(column[earlier] for column in wider),
            np.where(unknown, 0, room),
            np.where(unknown, 0, over),
            unknown,
            np.minimum(widest[earlier] - widths[earlier], 8) / 8,
            np.clip(widths[earlier] + widths[later] - widest[earlier], -8, 8) / 8,
            np.clip(widths[earlier] - widths[later], -4, 4) / 4,
            *again,
            _others(numbers, goes_on)[0][earlier],
            _others(numbers, is_rest)[0][later],
            whole,
            kinds[earlier] == kinds[later],
        ],
        axis=1,
        dtype=np.float32,
        casting="unsafe",
    )


def _columns(widths: Floats, kinds: Indices, goes_on: Floats) -> tuple[list[Floats], list[Floats], Floats, Floats]:
    """For each line of those of its kind: how many are as wide and how they go on, how many wider and how those go on, how
    wide lines that go on are (-1: none does), and the widest.
    """
    keys = kinds * (4 * WIDEST) + widths
    order = np.argsort(keys, kind="stable")
    ranked = keys[order]
    sums = np.concatenate([[0.0], np.cumsum(goes_on[order], dtype=np.float64)])
    spread = np.concatenate([[0.0], np.cumsum((goes_on * widths)[order], dtype=np.float64)])
    start, end = np.searchsorted(ranked, keys - EQUAL), np.searchsorted(ranked, keys + EQUAL)
    first = np.searchsorted(ranked, kinds * (4 * WIDEST))
    last = np.searchsorted(ranked, (kinds + 1) * (4 * WIDEST))
    near, beyond = end - start - 1, last - end
    alike = (sums[end] - sums[start] - goes_on) / (near + 1)
    wider = (sums[last] - sums[end]) / (beyond + 1)
    weight = sums[last] - sums[first] - goes_on
    mean = (spread[last] - spread[first] - goes_on * widths) / np.maximum(weight, 0.5)
    full = np.where(weight > 0.5, mean, -1.0)
    return (
        [alike.astype(np.float32), (np.log1p(near) / 4).astype(np.float32)],
        [wider.astype(np.float32), (np.log1p(beyond) / 4).astype(np.float32)],
        full.astype(np.float32),
        widths[order][last - 1],
    )


def _others(groups: Indices, amounts: Floats) -> list[Floats]:
    """For each member the mean amount of the others of its group (`NO_WORD` where it is alone), and how many they are."""
    groups = np.unique(groups, return_inverse=True)[1]
    counts = np.bincount(groups)[groups] - 1
    total = np.bincount(groups, amounts)[groups] - amounts
    mean = np.where(counts > 0, total / np.maximum(counts, 1), NO_WORD)
    return [mean.astype(np.float32), (np.log1p(counts) / 4).astype(np.float32)]


def crossings(rows: Indices, pairs: Indices, probable: Floats) -> Floats:
    """(pairs,) the highest probability of a pair between the same two rows that crosses it; `rows` (cells,) numbers them.

    Cells keep their order from line to line, so two joins between the same lines never cross.
    """
    found = np.zeros(len(pairs), np.float32)
    upper, lower = rows[pairs[:, 0]], rows[pairs[:, 1]]
    both = upper * (int(rows.max(initial=0)) + 1) + lower
    order = np.argsort(both, kind="stable")
    cuts = np.flatnonzero(np.diff(both[order])) + 1
    for group in np.split(order, cuts):
        if len(group) < 2 or upper[group[0]] == lower[group[0]]:
            continue
        a, b = pairs[group, 0] - pairs[group, 0].min(), pairs[group, 1] - pairs[group, 1].min()
        table = np.zeros((int(a.max()) + 2, int(b.max()) + 2), np.float32)
        table[a + 1, b] = probable[group]  # one row above and one column beyond stay empty
        before = np.maximum.accumulate(np.maximum.accumulate(table, axis=0)[:, ::-1], axis=1)[:, ::-1]
        table[:] = 0
        table[a, b + 1] = probable[group]
        after = np.maximum.accumulate(np.maximum.accumulate(table[::-1], axis=0)[::-1], axis=1)
        found[group] = np.maximum(before[a, b + 1], after[a + 1, b])
    return found
