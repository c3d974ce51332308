"""Columns of a table without rules: where texts leave room from top to bottom, sharpened by how they are set.

Rows with many texts say where the columns part; texts in the middle of their columns, or at their left, say where exactly.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from recognizer.layout.blocks import Block
from recognizer.layout.lattice import distinct
from recognizer.types import Box

PAD = 5.0  # points between a cell's edge and its text, where nothing tells
MOST_PAD = 14.0  # and at most at the outer edges of a table
INSIDE = 1.0  # points by which a text may stand over an edge
NEAR = 4.0  # points by which an edge may stand outside the room that the page before leaves it
KNOWN = 2.5  # points between two known edges that are one
EVEN = 1.2  # points by which the middles of a column's texts may differ for them to be centred
MOST = 0.6  # share of a column's texts that have to stand alike
SEVERAL = 3  # texts of a row whose first column may be that of labels
INDENT = 30.0  # points that such a row stands further to the right than the table at least
ROUNDS = 60  # of moving edges until centred texts are in the middle


@dataclass(slots=True)
class _Edge:
    """An edge between columns: from where to where it may stand, and whether it is drawn."""

    low: float
    high: float
    fixed: bool = False
    name: float | None = None  # where the page before has it

    @property
    def at(self) -> float:
        return (self.low + self.high) / 2 if self.name is None else min(max(self.name, self.low), self.high)


@dataclass(frozen=True, slots=True)
class Columns:
    """The edges of columns: where they stand, what the page before calls them, and from where to where each could stand.

    `head` is what the table's first row prints, by which the next table of its kind is told from the rest of this one; `data`
    tells whether its rows have reached what its headings head.
    """

    xs: tuple[float, ...]
    names: tuple[float, ...]
    rooms: tuple[tuple[float, float], ...]
    head: tuple[str, ...] = ()
    data: bool = False


def columns_of(
    rows: Sequence[Sequence[Block]], known: Sequence[float], before: Columns | None, outer: tuple[float, float] | None
) -> Columns:
    """The columns in which the rows' blocks stand, from left to right.

    `known` are edges that something drawn tells of, `before` the columns of a table that goes on here; `outer` are the
    table's sides where they are drawn.
    """
    boxes = [block.box for row in rows for block in row]
    left, right = min(box[0] for box in boxes), max(box[2] for box in boxes)
    edges = [_Edge(at, at, True) for at in distinct(known, KNOWN) if left < at < right]
    if before and before.names[0] < left + INSIDE and right - INSIDE < before.names[-1]:
        outer = (before.names[0], before.names[-1])
        for at, (low, high) in list(zip(before.names, before.rooms, strict=True))[1:-1]:
            near = [edge for edge in edges if low - NEAR <= edge.at <= high + NEAR]
            if near:
                min(near, key=lambda edge: abs(edge.at - at)).name = at
            else:
                edges.append(_Edge(low - NEAR / 2, high + NEAR / 2, name=at))
    for row in sorted(rows, key=len, reverse=True):
        ordered = sorted(row, key=lambda block: block.box[0])
        for one, other in pairwise(ordered):
            if other.box[0] > one.box[2]:
                _narrow(edges, one.box[2], other.box[0])
        # Left of a row of several texts stands a label that its page does not print.
        start = ordered[0].box[0]
        if len(row) >= SEVERAL and start - left > INDENT:
            ends = [box[2] for box in boxes if box[2] < start]
            _narrow(edges, max(ends, default=left), start)
    edges.sort(key=lambda edge: edge.at)
    first = _Edge(outer[0], outer[0], True) if outer else _side(known, left - MOST_PAD, left, left - PAD)
    last = _Edge(outer[1], outer[1], True) if outer else _side(known, right, right + MOST_PAD, right + PAD)
    edges = [first, *edges, last]
    xs = _sharpened(edges, boxes)
    names = tuple(at if edge.name is None else edge.name for at, edge in zip(xs, edges, strict=True))
    return Columns(xs, names, tuple((edge.low, edge.high) for edge in edges))


def _side(known: Sequence[float], low: float, high: float, usual: float) -> _Edge:
    for at in known:
        if low - INSIDE <= at <= high + INSIDE:
            return _Edge(at, at, True)
    half = min(usual - low, high - usual)
    return _Edge(usual - half, usual + half)


def _narrow(edges: list[_Edge], low: float, high: float) -> None:
    """Takes the room between two neighbours of a row into account: it holds one edge or more."""
    met = [edge for edge in edges if edge.low <= high and edge.high >= low]
    if not met:
        edges.append(_Edge(low, high))
    elif len(met) == 1 and not met[0].fixed:
        met[0].low, met[0].high = max(met[0].low, low), min(met[0].high, high)


def _sharpened(edges: list[_Edge], boxes: Sequence[Box]) -> tuple[float, ...]:
    """The edges moved, each within its room, so that the texts of centred columns stand in their middle."""
    at = [edge.at for edge in edges]
    middles: list[tuple[int, float]] = []
    held = [edge.fixed for edge in edges]
    for column, (first, second) in enumerate(pairwise(edges)):
        own = [box for box in boxes if first.at - INSIDE <= box[0] and box[2] <= second.at + INSIDE]
        if not own:
            continue
        start, center = median(box[0] for box in own), median((box[0] + box[2]) / 2 for box in own)
        level = sum(abs(box[0] - start) <= EVEN for box in own)
        centered = [box for box in own if abs((box[0] + box[2]) / 2 - center) <= EVEN]
        others = [(box[0] + box[2]) / 2 for box in own if abs(box[0] - start) > EVEN]
        # Texts of one width say nothing by themselves: a heading over them does, which is centred in any case.
        if len(own) > 2 and level >= MOST * len(own) and (level > len(centered) or (level == len(centered) and others)):
            at[column] = at[column] if held[column] else min(max(start - PAD, first.low), first.high)
            held[column] = True
            if others:
                middles.append((column, median(others)))
        elif len(centered) >= MOST * len(own):
            middles.append((column, center))
    for _ in range(ROUNDS):
        for column, middle in middles:
            wrong = 2 * middle - at[column] - at[column + 1]
            free = [index for index in (column, column + 1) if not held[index]]
            for index in free:
                at[index] = min(max(at[index] + wrong / len(free), edges[index].low), edges[index].high)
    return tuple(at)


def columns_under(xs: Sequence[float], box: Box) -> tuple[int, int]:
    """The columns that a text stands in, as (first, after the last)."""
    first, last = box[0] + INSIDE, box[2] - INSIDE
    if last <= first:
        first = last = (box[0] + box[2]) / 2
    start = min(max(bisect_left(xs, first) - 1, 0), len(xs) - 2)
    return start, min(max(bisect_left(xs, last), start + 1), len(xs) - 1)
