"""Which cells to ask about first: those whose answers settle the most doubt about the most facts, in different columns.

A decision settles its own cell and, as far as they share its doubt, the cells that it may reach: what stands in the same column
(the same role and period in the same layout). So the gain of asking is the doubt that is shared times what hangs on it, summed
over the reach; once a cell is chosen, what is settled no longer counts for the next (greedy maximal coverage: Nemhauser,
Wolsey & Fisher 1978).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recognizer.newcity.questions import Question

IN_COLUMN = 0.3  # share of the doubt in common that a decision settles in the rest of its column
SAME_TEXT = 0.9  # and where the same text was taken for the same
BESIDE = 0.5  # and in the cells before and after, whose boundary it settles
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Proposal:
    """A question worth asking: how many cells an answer may reach, and the facts that it is expected to put right (`gain`)."""

    question: Question
    reach: int
    gain: float


def propose(questions: Sequence[Question], number: int) -> list[Proposal]:
    """The cells to ask about next, the most rewarding first: at most `number`, none that would bring nothing."""
    doubts = np.array([one.doubt for one in questions])
    stakes = np.array([one.stake for one in questions])
    columns = _groups(questions, column_of)
    texts = _groups(questions, wording_of)
    gains = np.zeros(len(questions))
    for members in columns.values():
        gains[members] = _gains(doubts[members], stakes[members])
    found: list[Proposal] = []
    while len(found) < min(number, len(questions)):
        best = int(gains.argmax())
        if gains[best] <= 0:
            break
        one = questions[best]
        members = columns[column_of(one)]
        found.append(Proposal(one, len(members), float(gains[best])))
        touched = {column_of(one)}
        _settle(doubts, members, best, IN_COLUMN)
        for other in texts[wording_of(one)]:
            touched.add(column_of(questions[other]))
        _settle(doubts, texts[wording_of(one)], best, SAME_TEXT)
        for other in (best - 1, best + 1):
            if 0 <= other < len(questions) and questions[other].document == one.document:
                _settle(doubts, [other], best, BESIDE)
                touched.add(column_of(questions[other]))
        doubts[best] = 0.0
        for key in touched:
            gains[columns[key]] = _gains(doubts[columns[key]], stakes[columns[key]])
    return found


def _gains(doubts: Floats, stakes: Floats) -> Floats:
    """What asking about each cell of a column settles: its own doubt, and a share of what each other has in common with it."""
    order = np.argsort(doubts, kind="stable")
    lower = np.cumsum((doubts * stakes)[order])
    higher = stakes.sum() - np.cumsum(stakes[order])
    shared = np.empty(len(doubts))
    shared[order] = lower + doubts[order] * higher
    own = doubts * stakes
    return own + IN_COLUMN * (shared - own)


def _settle(doubts: Floats, members: Sequence[int], best: int, share: float) -> None:
    doubts[members] -= share * np.minimum(doubts[members], doubts[best])


def column_of(question: Question) -> Hashable:
    """What the cells of a column have in common: what they were taken for, in the same layout."""
    return question.layout, question.part is not None, question.label


def wording_of(question: Question) -> Hashable:
    """What cells have in common that say the same and were taken for the same: never the text alone."""
    return "".join(question.text.split()), question.label


def _groups(questions: Sequence[Question], key_of: Callable[[Question], Hashable]) -> Mapping[Hashable, list[int]]:
    found: dict[Hashable, list[int]] = defaultdict(list)
    for index, one in enumerate(questions):
        found[key_of(one)].append(index)
    return found
