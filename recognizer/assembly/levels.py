"""Levels of indicators: which printed label holds for which row, and what the page lost.

Labels are read as printed (filled down) unless the name of an indicator says that a label was printed a row too high
or too low, or was lost: the cheapest sequence of level-2 labels is found by dynamic programming (Viterbi 1967).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass

from recognizer.vocabulary import LEVEL2, children_of, framework_level2, level1_of, level2_of, parent_of

MOVED = 2.0  # cost of a label printed one row too high or too low; twice that for two rows
LOST = 4.5  # cost of a label that is not printed near the row at all
DOUBT = 1.0  # most that a name's own scores can count against a printed label
FRAMEWORK = 6.0  # cost of contradicting the published evaluation framework
CHANGE = 0.3  # cost of a change of label that is not printed where it happens
OFF_COUNT = 3.0  # cost of a run that does not begin where the numbers before the names do
OFF_CENTRE = 1.0  # cost of a label for each row that it stands off the middle of its run
MOVED_ROWS = 2
ELECTED = 0.35  # mean score of a level for the names under an unknown label from which the label is taken to mean it
REMARKABLE = 0.02  # score below which a level is as good as ruled out by the name


@dataclass(frozen=True, slots=True)
class Printed:
    """The labels that stand over an indicator as printed, filled down: texts, None where there was none yet.

    `new1` and `new2` tell whether the label was printed at this very row and not carried down to it; `number` is what the form
    puts in front of the name.
    """

    level1: str | None
    level2: str | None
    name: str | None
    new1: bool = False
    new2: bool = False
    number: int | None = None


@dataclass(frozen=True, slots=True)
class Levels:
    """Canonical levels of an indicator, their printed texts (None where lost) and how each was come by.

    `support` is how well the indicator's name speaks for level 2, against the level it speaks for best (0 to 1).
    """

    level1: str | None
    level2: str | None
    level1_raw: str | None
    level2_raw: str | None
    level1_provenance: str
    level2_provenance: str
    support: float = 1.0


def place_levels(rows: Sequence[Printed], likely: Sequence[Mapping[str, float]], mid_height: bool = False) -> list[Levels]:
    """The levels of a project's indicators in printed order; `likely` scores level 2 for each name.

    `mid_height` says that the document prints its merged labels at mid-height.
    """
    if not rows:
        return []
    labels, new = _canonical(rows, likely), [row.new2 for row in rows]
    numbers = [row.number for row in rows]
    at_middle = mid_height or begins_unlabelled(rows) or _counted(new, numbers)
    printed = centred(labels, new, likely, numbers) if at_middle else labels
    unlabelled = not any(row.level1 or row.level2 for row in rows)
    if unlabelled:
        chosen = [_named(row.name, scores) for row, scores in zip(rows, likely, strict=True)]
    else:
        chosen = _cheapest(rows, printed, likely)
    found: list[Levels] = []
    raw1: dict[str, str] = {}
    raw2: dict[str, str] = {}
    for row, meant in zip(rows, printed, strict=True):
        if row.level1:
            raw1[level1_of(row.level1) or row.level1] = row.level1
        if row.level2 and meant:
            raw2[meant] = row.level2
    for row, meant, level2, scores in zip(rows, printed, chosen, likely, strict=True):
        level1 = _level1(row, level2)
        below = children_of(level1) if level1 else ()
        if level2 is None and len(below) == 1:
            level2 = below[0]  # only one can have been lost
        printed1 = row.level1 is not None and (level1_of(row.level1) or row.level1) == level1
        printed2 = meant is not None and meant == level2
        found.append(
            Levels(
                level1,
                level2,
                raw1.get(level1) if level1 else None,
                raw2.get(level2) if level2 else None,
                _provenance(level1, printed1, row.new1, raw1),
                _provenance(level2, printed2, row.new2, raw2),
                scores.get(level2 or "", 0.0) / max(scores.values()) if scores else 1.0,
            )
        )
    return found


def _provenance(level: str | None, printed: bool, new: bool, raw: Mapping[str, str]) -> str:
    if level is None or (printed and new):
        return "printed"
    return "inherited" if printed or level in raw else "inferred"


def _level1(row: Printed, level2: str | None) -> str | None:
    """Level 1 of a row: as printed where it agrees with level 2, else the parent of level 2."""
    printed = (level1_of(row.level1) or row.level1) if row.level1 else None
    parent = parent_of(level2) if level2 else None
    if parent is None or printed == parent:
        return printed
    if level1_of(level2 or "") == printed and printed is not None:
        return printed  # 成本指标 is a level 1 as well as a level 2
    return parent


def _canonical(rows: Sequence[Printed], likely: Sequence[Mapping[str, float]]) -> list[str | None]:
    """The level 2 that each row's printed label means; the names under a label that no vocabulary knows vote on it."""
    votes: dict[str, list[Mapping[str, float]]] = {}
    for row, scores in zip(rows, likely, strict=True):
        if row.level2 and level2_of(row.level2) is None and scores:
            votes.setdefault(row.level2, []).append(scores)
    elected: dict[str, str] = {}
    for text, ballots in votes.items():
        mean = {level: sum(ballot.get(level, 0.0) for ballot in ballots) / len(ballots) for level in LEVEL2}
        best = max(mean, key=mean.__getitem__)
        if mean[best] >= ELECTED:
            elected[text] = best
    return [level2_of(row.level2) or elected.get(row.level2, row.level2) if row.level2 else None for row in rows]


def begins_unlabelled(rows: Sequence[Printed]) -> bool:
    """Whether rows stand before the first label, as they do where merged labels are printed at mid-height."""
    return any(row.new2 for row in rows) and rows[0].level2 is None


def misfit_saved(rows: Sequence[Printed], likely: Sequence[Mapping[str, float]]) -> float:
    """By how much better the names fit their labels when these are taken to stand at mid-height than when they hold downwards."""
    labels, new = _canonical(rows, likely), [row.new2 for row in rows]

    def misfit(chosen: Sequence[str | None]) -> float:
        return sum(_misfit(scores, level) if level else DOUBT for level, scores in zip(chosen, likely, strict=True))

    return misfit(labels) - misfit(centred(labels, new, likely))


def _counted(new: Sequence[bool], numbers: Sequence[int | None]) -> bool:
    """Whether the numbers before the names begin anew once a label, but not beside it."""
    restarts = [index for index, number in enumerate(numbers) if number == 1]
    return len(restarts) == sum(new) and restarts != [index for index, fresh in enumerate(new) if fresh]


def _label_runs(printed: Sequence[str | None], new: Sequence[bool]) -> list[tuple[int, int]]:
    """The first and last row of each printed label; the halves of a form that stand side by side print each one twice."""
    found: list[tuple[int, int]] = []
    for index, fresh in enumerate(new):
        if not fresh or printed[index] is None:
            continue
        if found and found[-1][1] == index - 1 and printed[index] == printed[index - 1]:
            found[-1] = (found[-1][0], index)
        else:
            found.append((index, index))
    return found


def centred(
    printed: Sequence[str | None],
    new: Sequence[bool],
    likely: Sequence[Mapping[str, float]],
    numbers: Sequence[int | None] = (),
) -> list[str | None]:
    """The labels of rows whose merged label cells were printed at mid-height, where filling down would come too late.

    The rows are cut into one run a label, so that each label stands as near to the middle of its run as can be, the names
    fit and the `numbers` before them begin with the runs (dynamic programming over the cuts).
    """
    at = _label_runs(printed, new)
    count = len(printed)
    if not at:
        return list(printed)
    numbered = _counted(new, numbers)
    away = [0.0] + [OFF_COUNT * (number is not None and number != 1) for number in numbers[1:]] if numbered else [0.0] * count
    best: list[list[tuple[float, int]]] = [[(0.0, 0)] + [(math.inf, 0)] * count]
    for first, last in at:
        level = printed[first]
        misfit = [0.0]
        for scores in likely:
            misfit.append(misfit[-1] + (_misfit(scores, level) if level else 0.0))
        row: list[tuple[float, int]] = [(math.inf, 0)] * (count + 1)
        for end in range(last + 1, count + 1):
            row[end] = min(
                (
                    best[-1][start][0]
                    + max(abs((start + end - 1) / 2 - (first + last) / 2) - 0.5, 0.0) * OFF_CENTRE
                    + away[start]
                    + misfit[end]
                    - misfit[start],
                    start,
                )
                for start in range(min(first + 1, count))
            )
        best.append(row)
    found: list[str | None] = [None] * count
    end = count
    for number in range(len(at), 0, -1):
        start = best[number][end][1]
        found[start:end] = [printed[at[number - 1][0]]] * (end - start)
        end = start
    return found


def _named(name: str | None, scores: Mapping[str, float]) -> str | None:
    """The level 2 that a name alone makes certain, where a project's table prints no level at all.

    That of a name of the published framework, and that of satisfaction, which has no other beside it; elsewhere None.
    """
    known = framework_level2(name) if name else None
    if known or not scores:
        return known
    likeliest = max(scores, key=scores.__getitem__)
    parent = parent_of(likeliest)
    alone = parent is not None and len(children_of(parent)) == 1
    return likeliest if alone and scores[likeliest] >= ELECTED else None


def _cheapest(rows: Sequence[Printed], printed: Sequence[str | None], likely: Sequence[Mapping[str, float]]) -> list[str | None]:
    states: list[str | None] = list(dict.fromkeys([*printed, *LEVEL2]))
    # The framework speaks only where the table follows it: one of its labels is printed somewhere.
    shown = {*printed, *(level1_of(row.level1) for row in rows if row.level1)}
    costs: list[list[float]] = []
    back: list[list[int]] = []
    for index, row in enumerate(rows):
        own = _costs(states, index, printed, shown, likely[index], row.name)
        if not costs:
            costs.append(own)
            back.append([0] * len(states))
            continue
        before = costs[-1]
        cheapest = min(range(len(states)), key=before.__getitem__)
        fees = [0.0 if row.new2 and state == printed[index] else CHANGE for state in states]
        came = [number if before[number] <= before[cheapest] + fee else cheapest for number, fee in enumerate(fees)]
        costs.append(
            [own[number] + before[came[number]] + (fee if came[number] != number else 0) for number, fee in enumerate(fees)]
        )
        back.append(came)
    state = min(range(len(states)), key=costs[-1].__getitem__)
    chosen = [states[state]]
    for index in range(len(rows) - 1, 0, -1):
        state = back[index][state]
        chosen.append(states[state])
    return chosen[::-1]


def _costs(
    states: Sequence[str | None], index: int, printed: Sequence[str | None], shown: Set[str | None], likely: Mapping[str, float],
    name: str | None,
) -> list[float]:
    """What each of the states costs the row of this index."""
    near: dict[str | None, float] = {}
    for distance in range(MOVED_ROWS, 0, -1):
        for label in (printed[max(index - distance, 0)], printed[min(index + distance, len(printed) - 1)]):
            if label is not None:
                near[label] = MOVED * distance
    near[printed[index]] = 0.0
    costs = [near.get(state, LOST) for state in states]
    if not name:
        return costs
    framework = framework_level2(name)
    if framework is not None and (framework in shown or parent_of(framework) in shown):
        return [cost + (FRAMEWORK if state not in (None, framework) else 0.0) for state, cost in zip(states, costs, strict=True)]
    best = max(likely.values(), default=0.0)
    return [cost if state is None else cost + _against(likely.get(state, 0.0), best)
            for state, cost in zip(states, costs, strict=True)]


def _misfit(likely: Mapping[str, float], level: str) -> float:
    """How much a name's scores count against a level: nothing where they favour it or favour none."""
    return _against(likely.get(level, 0.0), max(likely.values(), default=0.0))


def _against(score: float, best: float) -> float:
    """How much a level's score counts against it beside the name's best."""
    return min(math.log(best / max(score, REMARKABLE)) / 2, DOUBT) if best > 0.5 and score < best else 0.0
