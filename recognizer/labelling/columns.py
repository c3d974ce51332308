"""Columns that a text dump has lost, found again in the order of its cells: rows follow each other as the headings do.

A dump prints a row's cells in the order of their headings, leaves out empty ones and prints merged ones once. Which heading each
cell stands under is decided for the whole table at once (Viterbi 1967): what the networks say of each cell against what the
order of the columns, and how often each is filled, say of all.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recognizer.types import Label, LabelledCell, Role

Floats = NDArray[np.floating[Any]]

FEWEST = 3  # headings that make a table
FAINT = 0.002  # probability below which no label of a cell counts for less
STRAY = 4.0  # cost of a cell that the order of the columns does not explain
AGAIN = 4.0  # cost of a second cell under the same heading
BACKWARD = 8.0  # cost of a cell that stands in one line with a cell of a column after its own
SELDOM, MOSTLY = 0.01, 0.99  # how often a column is filled at least and at most
# What stands in the rows of such a table.
LISTED = frozenset({
    Role.LEVEL1, Role.LEVEL2, Role.NAME, Role.TEMPLATE, Role.VALUE, Role.COMPARATOR, Role.UNIT, Role.STANDARD, Role.SCORE,
    Role.REMARK, Role.ATTRIBUTE_VALUE, Role.FUND_AMOUNT, Role.GOAL_TEXT,
})
_FIRST, _STRAY = -1, -2  # a cell that is the first of its table; one that stands under no heading
LEVELS = (Role.LEVEL1, Role.LEVEL2)
ENDING = frozenset({Role.TITLE, Role.ATTRIBUTE_KEY, Role.GOAL_KEY, Role.FUND_KEY})  # what begins another part of the form


@dataclass(frozen=True, slots=True)
class Odds:
    """(cells, roles) probabilities of `roles` and (cells, periods) probabilities of `periods`."""

    mass: Floats
    roles: tuple[str, ...]
    timed: Floats
    periods: tuple[str, ...]

    def of(self, label: Label, cells: Sequence[int]) -> Floats:
        """(cells,) the probability that each cell is what the heading of `label` speaks of."""
        found = self.mass[cells, self.roles.index(label.role)] if label.role in self.roles else np.zeros(len(cells))
        if label.role is Role.NAME and Role.TEMPLATE in self.roles:
            found = np.maximum(found, self.mass[cells, self.roles.index(Role.TEMPLATE)])
        if label.period is not None and label.period in self.periods:
            found = found * self.timed[cells, self.periods.index(label.period)]
        return found


def follow_headings(cells: Sequence[LabelledCell], odds: Odds) -> list[LabelledCell]:
    """The labelled cells of an undrawn grid in reading order, those of tables labelled as the order of their headings tells.

    `odds` are those of the same cells.
    """
    found = list(cells)
    for columns, body in _tables(found):
        for index, column in zip(body, _columns_of(body, columns, found, odds), strict=True):
            if column is not None:
                found[index] = _relabelled(found[index], index, column, odds)
    return found


def _tables(cells: Sequence[LabelledCell]) -> Iterator[tuple[list[Label], list[int]]]:
    """What the headings of each table speak of, and the cells below them."""
    columns: list[Label] = []
    body: list[int] = []
    for heads, group in groupby(range(len(cells)), lambda index: cells[index].label.heads is not None):
        members = list(group)
        run = [Label(label.heads, None, label.period) for label in (cells[index].label for index in members) if label.heads]
        if heads and len(run) >= FEWEST and any(column.role is Role.NAME for column in run):
            if body:
                yield columns, body
            columns, body = run, []
            continue
        for index in members:
            if cells[index].label.role in ENDING:
                if body:
                    yield columns, body
                columns, body = [], []
            elif columns:
                body.append(index)
    if body:
        yield columns, body


def _columns_of(
    body: Sequence[int], columns: Sequence[Label], cells: Sequence[LabelledCell], odds: Odds
) -> list[Label | None]:
    """For each cell of the body the heading that it stands under, None where none."""
    start, steps = _steps(_filled(columns, Counter(cells[index].label for index in body)))
    within = steps + BACKWARD * np.tri(len(columns), k=-1)  # a line never holds cells of two rows
    likely = -np.log(np.maximum(np.stack([odds.of(column, body) for column in columns], axis=1), FAINT))
    for number, column in enumerate(columns):
        if column.role in LEVELS:  # the words of levels tell them wherever they stand
            likely[:, number] += [STRAY * (cells[index].label.role is not column.role) for index in body]
    stray = [STRAY * (cells[index].label.role in LISTED) - math.log(max(cells[index].probability, FAINT)) for index in body]
    line_of = [cells[index].cell.row for index in body]
    every = np.arange(len(columns))
    costs = np.full(len(columns), np.inf)  # of the cheapest reading that met each column last
    idle = 0.0  # cost of having met none yet
    back: list[list[int]] = []
    for number, lost in enumerate(stray):
        through = costs[:, None] + (within if number and line_of[number] == line_of[number - 1] else steps)
        best = through.argmin(axis=0)
        came = np.where(through[best, every] <= idle + start, best, _FIRST)
        reached = np.minimum(through[best, every], idle + start) + likely[number]
        back.append(np.where(costs + lost <= reached, _STRAY, came).tolist())
        costs = np.minimum(costs + lost, reached)
        idle += lost
    chosen: list[Label | None] = [None] * len(body)
    state = int(costs.argmin())
    if idle <= costs[state]:
        return chosen
    for number in range(len(body) - 1, -1, -1):
        origin = back[number][state]
        if origin == _STRAY:
            continue
        chosen[number] = columns[state]
        if origin == _FIRST:
            break
        state = origin
    return chosen


def _filled(columns: Sequence[Label], shown: Mapping[Label, int]) -> Floats:
    """(columns,) in which share of the rows each column is filled, by how many cells `shown` counts of each label."""
    name, template = Label(Role.NAME), Label(Role.TEMPLATE)
    rows = max(shown.get(name, 0) + shown.get(template, 0), 1) / columns.count(name)
    shares = [MOSTLY if column == name else shown.get(column, 0) / columns.count(column) / rows for column in columns]
    return np.asarray([min(max(share, SELDOM), MOSTLY) for share in shares])


def _steps(filled: Floats) -> tuple[Floats, Floats]:
    """What it costs to begin a row with each column, and (columns, columns) to go on from one to another: all columns between
    them are empty, those of the row's end and of the next row's beginning too where it goes back.
    """
    passed = np.concatenate([[0.0], np.cumsum(-np.log1p(-filled))])
    start = passed[:-1]
    to_end = passed[-1] - passed[1:]
    ahead = start[None, :] - passed[1:, None]
    anew = to_end[:, None] + start[None, :]
    steps = np.where(np.tri(len(filled), dtype=bool), anew, ahead)
    np.fill_diagonal(steps, np.minimum(AGAIN, np.diagonal(anew)))
    return start, steps


def _relabelled(entry: LabelledCell, index: int, column: Label, odds: Odds) -> LabelledCell:
    """The cell as one of the column, as probable as the networks held that."""
    if entry.label == column or (column.role is Role.NAME and entry.label.role is Role.TEMPLATE):
        return entry
    probability = float(odds.mass[index, odds.roles.index(column.role)])
    share = float(odds.timed[index, odds.periods.index(column.period)]) if column.period in odds.periods else 1.0
    return replace(entry, label=column, probability=min(probability, 1.0), period_probability=min(share, 1.0))
