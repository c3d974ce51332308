"""Which cells to ask about first: those whose answers settle the most doubt about the most facts, in different columns.

A decision settles its own cell and, as far as they share its doubt, the cells that it may reach: what stands in the same column
(the same role and period in the same layout). So the gain of asking is the doubt that is shared times what hangs on it, summed
over the reach; once a cell is chosen, what is settled no longer counts for the next (greedy maximal coverage: Nemhauser,
Wolsey & Fisher 1978).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recognizer.newcity.questions import Question

SCOPES = ("cell", "table", "layout", "everywhere")
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


def propose(questions: Sequence[Question], number: int, decided: frozenset[tuple[str, int]] = frozenset()) -> list[Proposal]:
    """The cells to ask about next, the most rewarding first, without those `decided` (document, number) before."""
    doubts = np.array([0.0 if (one.document, one.number) in decided else one.doubt for one in questions])
    stakes = np.array([one.stake for one in questions])
    columns = _groups(questions, "layout")
    texts = _groups(questions, "everywhere")
    gains = np.zeros(len(questions))
    for members in columns.values():
        gains[members] = _gains(doubts[members], stakes[members])
    found: list[Proposal] = []
    while len(found) < min(number, len(questions)):
        best = int(gains.argmax())
        if gains[best] <= 0:
            break
        one = questions[best]
        members = columns[group_of(one, "layout")]
        found.append(Proposal(one, len(members), float(gains[best])))
        touched = {group_of(one, "layout")}
        _settle(doubts, members, best, IN_COLUMN)
        for other in texts[group_of(one, "everywhere")]:
            touched.add(group_of(questions[other], "layout"))
        _settle(doubts, texts[group_of(one, "everywhere")], best, SAME_TEXT)
        for other in (best - 1, best + 1):
            if 0 <= other < len(questions) and questions[other].document == one.document:
                _settle(doubts, [other], best, BESIDE)
                touched.add(group_of(questions[other], "layout"))
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


def group_of(question: Question, scope: str) -> Hashable:
    """What the cells that a decision about this one reaches in a scope have in common with it. Never their text alone."""
    if scope == "everywhere":
        return "".join(question.text.split()), question.label
    if scope == "layout":
        return question.layout, question.part is not None, question.label
    if scope == "table":
        return question.document, question.table, question.part is not None, question.label
    return question.document, question.number


def _groups(questions: Sequence[Question], scope: str) -> Mapping[Hashable, list[int]]:
    found: dict[Hashable, list[int]] = defaultdict(list)
    for index, one in enumerate(questions):
        found[group_of(one, scope)].append(index)
    return found


def reached(question: Question, scope: str, questions: Sequence[Question]) -> list[Question]:
    """The other cells that a decision reaches in a scope, the least sure first: what is shown before it acts."""
    wanted = group_of(question, scope)
    others = [one for one in questions if one != question and group_of(one, scope) == wanted]
    return sorted(others, key=lambda one: -one.doubt)
