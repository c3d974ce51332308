"""Projects of a list whose merged cells were dumped at mid-height: what stands above a project's name is its own too.

The walk begins a project at its name. Where a program dumps what stands at one height on one line, the name comes in the middle
of the project's rows; so the indicators are dealt out again, each name as near to the middle of its rows as can be.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import groupby

from recognizer.assembly.drafts import IndicatorDraft, ProjectDraft
from recognizer.types import LabelledCell
from recognizer.vocabulary import parent_of

CENTRED = 1.0  # lines by which the names may stand off the middle of their rows on average
TORN = 1.0  # cost in lines of a project that ends between two indicators of one level

Scores = Mapping[str, Mapping[str, float]]


def at_mid_height(drafts: Sequence[ProjectDraft], lines: Sequence[int], likely: Scores) -> list[ProjectDraft]:
    """The drafts, those of undrawn lists with their indicators, goals and funds dealt out by the middle of the rows.

    `lines` are the lines that the tables take, in order; `likely` scores level 2 for each indicator's name.
    """
    found: list[ProjectDraft] = []
    for listed, group in groupby(drafts, lambda draft: draft.listed or draft.name is None):
        members = list(group)
        found += _dealt_out(members, lines, likely) if listed else members
    return found


def _dealt_out(drafts: list[ProjectDraft], lines: Sequence[int], likely: Scores) -> list[ProjectDraft]:
    named = [draft for draft in drafts if draft.listed and draft.name]
    rows = [indicator for draft in drafts for indicator in draft.indicators]
    above = drafts[0].name is None and bool(drafts[0].indicators)  # rows before the first name
    if not named or not above or any(not _lines(_cells(row), lines) for row in rows):
        return drafts
    spans = [_lines(_cells(row), lines) for row in rows]
    middles = [_middle([draft.name], lines) for draft in named if draft.name]
    cuts, cost = _cuts(spans, middles, [_best(row, likely) for row in rows])
    if cost > CENTRED * len(named):
        return drafts
    runs = [rows[start:end] for start, end in zip([0, *cuts[:-1]], cuts, strict=True)]
    ends = [max(max(span) for span in spans[:cut]) for cut in cuts]
    return _filled(drafts, named, runs, ends, lines)


def _without_earlier_labels(rows: Sequence[IndicatorDraft]) -> list[IndicatorDraft]:
    """The rows of a project without the labels that the walk carried over from the project before."""
    found: list[IndicatorDraft] = []
    met1 = met2 = False
    for row in rows:
        met1, met2 = met1 or row.new1, met2 or row.new2
        found.append(replace(row, level1=row.level1 if met1 else None, level2=row.level2 if met2 else None))
    return found


def _cells(row: IndicatorDraft) -> list[LabelledCell]:
    return [entry for entry in (row.name, *row.cells) if entry]


def _lines(entries: Sequence[LabelledCell | None], lines: Sequence[int]) -> list[int]:
    """The lines that cells stand on, counted over those that the tables take."""
    return [
        bisect_left(lines, piece.place.lines[0]) for entry in entries if entry for piece in entry.cell.pieces if piece.place.lines
    ]


def _middle(entries: Sequence[LabelledCell | None], lines: Sequence[int]) -> float:
    own = _lines(entries, lines) or [0]
    return (min(own) + max(own)) / 2


def _best(row: IndicatorDraft, likely: Scores) -> str | None:
    scores = likely.get(row.text or "", {})
    return max(scores, key=scores.__getitem__) if scores else None


def _cuts(spans: Sequence[Sequence[int]], middles: Sequence[float], levels: Sequence[str | None]) -> tuple[list[int], float]:
    """Where each project's rows end, and by how many lines the names stand off the middle of their rows altogether."""
    count = len(spans)
    torn = [0.0] + [
        TORN * (levels[at] is not None and (levels[at] == levels[at - 1]) + 0.5 * (_outer(levels[at]) == _outer(levels[at - 1])))
        for at in range(1, count)
    ] + [0.0]
    first = [min(span) for span in spans]
    last = [max(span) for span in spans]
    best: list[list[tuple[float, int]]] = [[(0.0, 0)] + [(math.inf, 0)] * count]
    for middle in middles:
        before = best[-1]
        row: list[tuple[float, int]] = [(math.inf, 0)] * (count + 1)
        for end in range(1, count + 1):
            row[end] = min(
                (before[start][0] + max(abs((first[start] + last[end - 1]) / 2 - middle) - 0.5, 0.0) + torn[end], start)
                for start in range(end)
            )
        best.append(row)
    cuts = [count]
    for number in range(len(middles), 1, -1):
        cuts.append(best[number][cuts[-1]][1])
    return cuts[::-1], best[-1][count][0]


def _outer(level: str | None) -> str | None:
    return parent_of(level) if level else None


def _filled(
    drafts: Sequence[ProjectDraft],
    named: Sequence[ProjectDraft],
    runs: Sequence[list[IndicatorDraft]],
    ends: Sequence[int],
    lines: Sequence[int],
) -> list[ProjectDraft]:
    """The named drafts with these indicators, and with what else stands beside them."""
    found = [
        replace(draft, indicators=_without_earlier_labels(run), attributes=[], goals={}, funds=[], amounts=[])
        for draft, run in zip(named, runs, strict=True)
    ]

    def owner(entries: Sequence[LabelledCell]) -> ProjectDraft:
        return found[min(bisect_left(ends, _middle(entries, lines)), len(found) - 1)]

    for draft in drafts:
        for name, entries in draft.attributes:
            owner(entries).attributes.append((name, entries))
        for period, entries in draft.goals.items():
            for entry in entries:
                owner([entry]).goals.setdefault(period, []).append(entry)
        for fund, amount in zip(draft.funds, draft.amounts, strict=True):
            project = owner([amount])
            project.funds.append(fund)
            project.amounts.append(amount)
    return found
