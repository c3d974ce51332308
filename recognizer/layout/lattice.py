"""Tables of drawn rules: rules become edges, edges that meet become a lattice of boxes, boxes without a wall between them
become cells.

A chain of small steps: `edges_of` snaps and joins rules, `connected` and `stacked` part the edges of different tables,
`lattice_of` makes the boxes, their walls and from these the cells with their spans. All is in points and knows no text.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from recognizer.types import Box, Rule

SNAP = 3.0  # edges nearer than this are one: double rules, and rules drawn once for each of two neighbours
GAP = 3.0  # gaps in an edge that are bridged: dashes, and corners that were not drawn
SHORTEST = 6.0  # edges that are shorter once joined are no edge of a cell
MEET = 3.0  # how far edges may stay apart and still meet
OPEN = 6.0  # how far edges must reach beyond the outermost one across them for a side of the table to be missing there
FRAME = 6.0  # an outer column or row thinner than this is the room between the lines of a double frame
MOST_BOXES = 400_000  # a lattice of more boxes is a drawing, not a table


@dataclass(frozen=True, slots=True)
class Edge:
    """A horizontal or vertical edge: where it stands across its direction, and from where to where it reaches."""

    at: float
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Slot:
    """The room for a cell: row and column from 0, and how many of each it spans."""

    row: int
    column: int
    row_span: int
    column_span: int


@dataclass(frozen=True, slots=True)
class Lattice:
    """A table without its text: `xs` and `ys` are the edges of its columns and rows, `slots` its cells in reading order.

    `owner[row][column]` is the index of the slot that holds that box.
    """

    xs: tuple[float, ...]
    ys: tuple[float, ...]
    slots: tuple[Slot, ...]
    owner: tuple[tuple[int, ...], ...]

    @property
    def bbox(self) -> Box:
        """The box around the table."""
        return (self.xs[0], self.ys[0], self.xs[-1], self.ys[-1])

    def slot_at(self, x: float, y: float) -> int:
        """The index of the slot at a point, -1 for outside the table."""
        column, row = bisect_right(self.xs, x) - 1, bisect_right(self.ys, y) - 1
        if 0 <= row < len(self.owner) and 0 <= column < len(self.owner[0]):
            return self.owner[row][column]
        return -1

    def box_of(self, slot: Slot) -> Box:
        """The box of a slot."""
        return (
            self.xs[slot.column], self.ys[slot.row], self.xs[slot.column + slot.column_span], self.ys[slot.row + slot.row_span])


def lattices(rules: Sequence[Rule]) -> list[Lattice]:
    """The tables that the rules of a page draw, from the smallest to the largest; a frame around one box is none."""
    across = edges_of((rule.y0, rule.x0, rule.x1) for rule in rules if rule.y0 == rule.y1)
    down = edges_of((rule.x0, rule.y0, rule.y1) for rule in rules if rule.x0 == rule.x1)
    tables = [table for pair in connected(across, down) for table in stacked(*pair)]
    found = [lattice for table in tables if (lattice := lattice_of(*table))]
    return sorted(found, key=lambda lattice: (lattice.xs[-1] - lattice.xs[0]) * (lattice.ys[-1] - lattice.ys[0]))


def edges_of(strokes: Iterable[tuple[float, float, float]]) -> list[Edge]:
    """Strokes (at, start, end) snapped onto common positions and joined to edges."""
    ordered = sorted(strokes)
    if not ordered:
        return []
    edges: list[Edge] = []
    for place, group in _clusters(ordered):
        start, end = group[0][1], group[0][2]
        for _, next_start, next_end in group[1:]:
            if next_start - end <= GAP:
                end = max(end, next_end)
                continue
            edges.append(Edge(place, start, end))
            start, end = next_start, next_end
        edges.append(Edge(place, start, end))
    return [edge for edge in edges if edge.end - edge.start >= SHORTEST]


def _clusters(ordered: Sequence[tuple[float, float, float]]) -> Iterable[tuple[float, list[tuple[float, float, float]]]]:
    """Strokes at nearly the same position: that position (of their middle, by length), and the strokes by their start."""
    first = 0
    for index in range(1, len(ordered) + 1):
        if index < len(ordered) and ordered[index][0] - ordered[first][0] <= SNAP:
            continue
        group = ordered[first:index]
        length = sum(end - start for _, start, end in group)
        place = sum(at * (end - start) for at, start, end in group) / length if length else group[0][0]
        yield place, sorted(group, key=lambda stroke: stroke[1])
        first = index


def distinct(places: Iterable[float], within: float) -> list[float]:
    """The places in order, without those that are no further than `within` from the one before."""
    found: list[float] = []
    for at in sorted(places):
        if not found or at - found[-1] > within:
            found.append(at)
    return found


def connected(across: Sequence[Edge], down: Sequence[Edge]) -> list[tuple[list[Edge], list[Edge]]]:
    """The edges parted into tables: what meets, directly or over others, belongs together."""
    if not across or not down:
        return []
    h = np.asarray([(edge.at, edge.start, edge.end) for edge in across])
    v = np.asarray([(edge.at, edge.start, edge.end) for edge in down])
    meets = (
        (v[None, :, 0] >= h[:, None, 1] - MEET) & (v[None, :, 0] <= h[:, None, 2] + MEET)
        & (h[:, None, 0] >= v[None, :, 1] - MEET) & (h[:, None, 0] <= v[None, :, 2] + MEET))
    left: NDArray[np.bool_] = np.ones(len(across), bool)
    parts: list[tuple[list[Edge], list[Edge]]] = []
    for first in range(len(across)):
        if not left[first]:
            continue
        rows: NDArray[np.bool_] = np.arange(len(across)) == first
        while True:
            columns: NDArray[np.bool_] = np.logical_or.reduce(meets[rows], axis=0)
            grown: NDArray[np.bool_] = np.logical_or(np.logical_or.reduce(meets[:, columns], axis=1), rows)
            if (grown == rows).all():
                break
            rows = grown
        left &= ~rows
        parts.append(([across[i] for i in np.flatnonzero(rows).tolist()], [down[i] for i in np.flatnonzero(columns).tolist()]))
    lone = [down[i] for i in np.flatnonzero(~meets.any(axis=0)).tolist()]
    return [(rows, columns + _sides(rows, columns, lone)) for rows, columns in parts]


def _sides(across: Sequence[Edge], down: Sequence[Edge], lone: Sequence[Edge]) -> list[Edge]:
    """Of the vertical edges that meet none those that reach along the whole table: the far side of a cell over all its rows,
    whose ends at the ends of the page were not drawn.
    """
    if not across or not down:
        return []
    top, bottom = min(edge.at for edge in across), max(edge.at for edge in across)
    return [edge for edge in lone if edge.start <= top + MEET and edge.end >= bottom - MEET]


def stacked(across: list[Edge], down: list[Edge]) -> list[tuple[list[Edge], list[Edge]]]:
    """The edges parted once more where two tables nearly touch: where two edges over the whole width have no room for text
    between them, and nothing inside the table crosses that room.
    """
    left, right = min(edge.start for edge in across), max(edge.end for edge in across)
    full = sorted(edge.at for edge in across if edge.start <= left + FRAME and edge.end >= right - FRAME)
    for upper, lower in pairwise(full[1:-1]):
        middle = (upper + lower) / 2
        crossed = any(edge.start < middle < edge.end and left + FRAME < edge.at < right - FRAME for edge in down)
        if lower - upper < FRAME and not crossed:
            above = [edge for edge in across if edge.at < middle], [edge for edge in down if edge.start < upper]
            below = [edge for edge in across if edge.at > middle], [edge for edge in down if edge.end > lower]
            first = above[0], [Edge(edge.at, edge.start, min(edge.end, upper)) for edge in above[1]]
            return [first, *stacked(below[0], [Edge(edge.at, max(edge.start, lower), edge.end) for edge in below[1]])]
    return [(across, down)]


def lattice_of(across: Sequence[Edge], down: Sequence[Edge]) -> Lattice | None:
    """The lattice that edges of one table make; None where they make no two cells.

    A side of the table that was not drawn, as browsers leave out at page edges, stands where the edges across it end.
    """
    if not across or not down:
        return None
    ys = _positions(across, min(edge.start for edge in down), max(edge.end for edge in down))
    xs = _positions(down, min(edge.start for edge in across), max(edge.end for edge in across))
    rows, columns = len(ys) - 1, len(xs) - 1
    if rows < 1 or columns < 1 or not 1 < rows * columns <= MOST_BOXES:
        return None
    below = _walls(across, ys, xs)[1:-1]
    beside = _walls(down, xs, ys)[1:-1].T
    return lattice_of_walls(xs, ys, below.tolist(), beside.tolist())


def lattice_of_walls(
    xs: Sequence[float], ys: Sequence[float], below: list[list[bool]], beside: list[list[bool]]
) -> Lattice | None:
    """The lattice of boxes between the edges `xs` and `ys`; None where they make no two cells.

    `below[r][c]` is whether a wall stands under a box of any row but the last, `beside[r][c]` to its right.
    """
    slots, owner = _slots(len(ys) - 1, len(xs) - 1, below, beside)
    return Lattice(tuple(xs), tuple(ys), tuple(slots), tuple(map(tuple, owner))) if len(slots) > 1 else None


def _positions(edges: Sequence[Edge], first: float, last: float) -> list[float]:
    """The positions of edges in order, with those of missing outer edges and one for a double frame."""
    places = sorted({edge.at for edge in edges})
    if first < places[0] - OPEN:
        places.insert(0, first)
    if last > places[-1] + OPEN:
        places.append(last)
    if len(places) > 2 and places[1] - places[0] < FRAME:
        del places[0]
    if len(places) > 2 and places[-1] - places[-2] < FRAME:
        del places[-1]
    return places


def _walls(edges: Sequence[Edge], places: Sequence[float], crossing: Sequence[float]) -> NDArray[np.bool_]:
    """(places, boxes along) whether an edge stands at a place along a box: whether it covers the box's middle."""
    middles = [(before + after) / 2 for before, after in pairwise(crossing)]
    walls = np.zeros((len(places), len(middles)), bool)
    for edge in edges:
        if places[0] <= edge.at <= places[-1]:
            walls[bisect_left(places, edge.at), bisect_left(middles, edge.start) : bisect_right(middles, edge.end)] = True
    return walls


def _slots(rows: int, columns: int, below: list[list[bool]], beside: list[list[bool]]) -> tuple[list[Slot], list[list[int]]]:
    """Boxes without a wall between them as one slot. `below[r][c]` is the wall under a box, `beside[r][c]` that to its right.

    Where boxes that hang together make no rectangle, a rule is missing: the largest rectangles from the top left are taken.
    """
    owner = [[-1] * columns for _ in range(rows)]
    slots: list[Slot] = []
    for row in range(rows):
        own = owner[row]
        for column in range(columns):
            if own[column] >= 0:
                continue
            right = column + 1
            while right < columns and not beside[row][right - 1] and own[right] < 0:
                right += 1
            bottom = row + 1
            while bottom < rows and not any(below[bottom - 1][column:right]) and not any(beside[bottom][column : right - 1]) and (
                    column == 0 or beside[bottom][column - 1] or owner[bottom][column - 1] >= 0) and (
                    right == columns or beside[bottom][right - 1]):
                bottom += 1
            for line in owner[row:bottom]:
                line[column:right] = [len(slots)] * (right - column)
            slots.append(Slot(row, column, bottom - row, right - column))
    return slots, owner
