"""Tables without closed rules as lattices: half-ruled, shaded and borderless ones, from their texts and what little is drawn.

Texts become blocks, blocks rows and columns; then each block's cell takes the rows and columns that no wall and no other text
keeps it from, and in which it stands as texts do stand: in the middle, or at the left.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from recognizer.layout.blocks import Block, blocks_of, em_of, segments_of
from recognizer.layout.columns import PAD, Columns, columns_of, columns_under
from recognizer.layout.lattice import Lattice, Slot
from recognizer.layout.regions import Ink, head_of, ink_of, regions_of, side_by_side
from recognizer.layout.rows import are_drawn, are_top_aligned, clusters_of, row_edges, without_labels
from recognizer.layout.tiling import tile
from recognizer.types import Box, Page, Run

MOST_TEXTS = 3000  # on a page; more are no table that people read
NEAR_WALL = 2.5  # points from a track's edge within which a line is drawn on it
EMPTY_LABEL = 4.0  # points that a label may stand off its place rather than leave a row beside it empty
CERTAIN = 1000.0  # and that any text may where lines say how far cells reach
OFF_TOP = 8.0  # for each row that a text at the top of its cell is said to stand under it
EMPTY_CELL = 0.4  # and that other texts may
MORE_COLUMNS = 3.0  # points that a text in the table's data may stand off its place for each column it would take besides
FULL = 0.75  # share of the columns that have a text in a full row
WIDE = 15.0  # points off its place from which a text stands at none


@dataclass(slots=True)
class _Placed:
    """A block and the rows and columns of its cell so far, each as (first, after the last)."""

    block: Block
    rows: tuple[int, int]
    columns: tuple[int, int]
    between: bool  # stands at the height of no row


@dataclass(frozen=True, slots=True)
class Found:
    """A table, the runs of its slots, by slot index, and its columns."""

    lattice: Lattice
    runs: dict[int, list[Run]]
    columns: Columns


def unruled(page: Page, runs: Sequence[Run], before: Columns | None) -> tuple[list[Found], list[Run]]:
    """The tables that `runs` of a page make without closed rules, and the runs outside them.

    `before` are the columns of a table at the end of the page before, which may go on here.
    """
    em = em_of(runs)
    if not em:
        return [], list(runs)
    ink = ink_of(page)
    segments = segments_of(runs, em)
    if len(segments) > MOST_TEXTS:
        return [], list(runs)
    blocks = blocks_of(segments, em, ink.level)
    found: list[Found] = []
    used: set[int] = set()
    for side in side_by_side(blocks, ink, before is not None):
        on_top = are_top_aligned(side, em)
        heights = {id(block): block.segments[0].middle if on_top else block.middle for block in side}
        for region in regions_of(page, clusters_of(side, heights, em), ink, em, before):
            rest = before if region.on_top else None
            table = _table(region.clusters, heights, on_top, ink, em, rest)
            if table:
                head = rest.head if rest else head_of(region.clusters)
                found.append(replace(table, columns=replace(table.columns, head=head)))
                used.update(id(block) for cluster in region.clusters for block in cluster)
    if not found:
        return [], list(runs)
    return found, [run for block in blocks if id(block) not in used for segment in block.segments for run in segment.runs]


def _table(
    region: list[list[Block]], heights: dict[int, float], on_top: bool, ink: Ink, em: float, before: Columns | None
) -> Found | None:
    blocks = [block for cluster in region for block in cluster]
    top, bottom = min(block.box[1] for block in blocks), max(block.box[3] for block in blocks)
    rows, labels = without_labels(region, em)
    ink = ink.between(min(block.box[0] for block in blocks), max(block.box[2] for block in blocks))
    drawn = ink.heights(top - 3 * em, bottom + 3 * em)
    first = max((at for at in drawn if at < top + 0.3 * em), default=top - PAD)
    last = min((at for at in drawn if at > bottom - 0.3 * em), default=bottom + PAD)
    all_drawn = are_drawn(rows, ink.level)
    ys = row_edges(rows, drawn, all_drawn, first, last, em)
    sides = ink.sides(first - NEAR_WALL, last + NEAR_WALL)
    lines = [line for line in ink.level if first - NEAR_WALL <= line[1] <= last + NEAR_WALL]
    outer = (min(line[0] for line in lines), max(line[2] for line in lines)) if lines else None
    left, right = min(block.box[0] for block in blocks), max(block.box[2] for block in blocks)
    if outer and (outer[0] > left + 1 or outer[1] < right - 1):
        outer = None
    columns = columns_of(_with_labels(rows, labels), sides, before, outer)
    xs = columns.xs
    if len(xs) < 3:
        return None
    between = {id(block) for block in labels}
    placed = [
        _Placed(block, _rows_under(ys, block, heights[id(block)], id(block) in between, em), columns_under(xs, block.box),
                id(block) in between)
        for block in blocks
    ]
    walls = _Walls(xs, ys, ink, all_drawn)
    # What clearly stands in the middle of several columns bars them for labels of several rows beside it.
    full = _first_full(placed, len(xs) - 1)
    data = 0 if before and before.data else len(ys) if full is None else full
    _grow_across(placed, xs, walls, data, surely=True)
    _grow_down(placed, heights, on_top, len(xs) - 1, ys, walls)
    _grow_across(placed, xs, walls, data)
    columns = replace(columns, data=full is not None or (before is not None and before.data))
    return _lattice(placed, columns, ys, before.names if before else (), _leaf_column(placed, len(xs) - 1) + 1 if before else 0)


def _with_labels(rows: Sequence[Sequence[Block]], labels: Sequence[Block]) -> list[list[Block]]:
    """The rows with the labels that stand beside them."""
    found = []
    for row in rows:
        top, bottom = min(block.box[1] for block in row), max(block.box[3] for block in row)
        found.append([*row, *(block for block in labels if block.box[1] < bottom and block.box[3] > top)])
    return found


def _rows_under(ys: Sequence[float], block: Block, height: float, between: bool, em: float) -> tuple[int, int]:
    """The rows that a block stands in: that of its height, and those that it reaches into."""
    own = next((row for row, (_, bottom) in enumerate(pairwise(ys)) if height < bottom), len(ys) - 2)
    first, last = own, own + 1
    reach = 0.3 * em if between else 0.8 * em
    top, bottom = block.segments[0].middle - em / 2, block.segments[-1].middle + em / 2
    if between or len(block.segments) > 1:
        while first > 0 and ys[first] - top > reach:
            first -= 1
        while last < len(ys) - 1 and bottom - ys[last] > reach:
            last += 1
    return first, last


class _Walls:
    """What is drawn on the edges of rows and columns."""

    def __init__(self, xs: Sequence[float], ys: Sequence[float], ink: Ink, all_drawn: bool) -> None:
        self.all_drawn = all_drawn
        self.level = [
            [any(line[0] <= (x0 + x1) / 2 <= line[2] for line in near) for x0, x1 in pairwise(xs)]
            for near in ([line for line in ink.level if abs(line[1] - y) <= NEAR_WALL] for y in ys)
        ]
        self.upright = [
            [any(line[1] <= (y0 + y1) / 2 <= line[3] for line in near) for y0, y1 in pairwise(ys)]
            for near in ([line for line in ink.upright if abs(line[0] - x) <= NEAR_WALL] for x in xs)
        ]

    def below(self, row: int, columns: tuple[int, int]) -> bool:
        """Whether something is drawn between a row and the next, in some of the columns."""
        return any(self.level[row + 1][columns[0] : columns[1]])

    def beside(self, column: int, rows: tuple[int, int]) -> bool:
        """Whether something is drawn between a column and the next, in some of the rows."""
        return any(self.upright[column + 1][rows[0] : rows[1]])


def _grow_down(
    placed: list[_Placed], heights: dict[int, float], on_top: bool, width: int, ys: Sequence[float], walls: _Walls
) -> None:
    """Gives blocks of the same columns the rows between what stands in their way."""
    count = len(ys) - 1
    leaf = _leaf_column(placed, width)
    groups: dict[tuple[int, int], list[_Placed]] = {}
    for each in placed:
        groups.setdefault(each.columns, []).append(each)
    for columns, group in groups.items():
        barred = [False] * count
        for other in placed:
            if other.columns != columns and other.columns[0] < columns[1] and columns[0] < other.columns[1]:
                barred[other.rows[0] : other.rows[1]] = [True] * (other.rows[1] - other.rows[0])
        for first, last in _stretches(barred, [walls.below(row, columns) for row in range(count - 1)]):
            own = sorted((each for each in group if first <= each.rows[0] and each.rows[1] <= last),
                         key=lambda each: heights[id(each.block)])
            if not own or any(upper.rows[1] > lower.rows[0] for upper, lower in pairwise(own)):
                continue
            if not walls.all_drawn and columns[0] > leaf and not any(each.between for each in own):
                continue
            wanted = [(each.rows[0] - first, each.rows[1] - first) for each in own]
            places = [each.block.middle for each in own]

            def fit(number: int, start: int, end: int, places: list[float] = places, wanted: list[tuple[int, int]] = wanted,
                    first: int = first) -> float:
                if on_top:
                    return OFF_TOP * (wanted[number][0] - start)
                return abs(places[number] - (ys[first + start] + ys[first + end]) / 2)

            # Where every row is drawn, what no line parts is one cell.
            left_over = CERTAIN if walls.all_drawn else EMPTY_LABEL if columns[0] <= leaf else EMPTY_CELL
            for each, (start, end) in zip(own, tile(last - first, wanted, fit, left_over), strict=True):
                each.rows = (first + start, first + end)


def _leaf_column(placed: Sequence[_Placed], columns: int) -> int:
    """The column up to which texts may be labels of several rows: the last before the one with the most texts."""
    counts = [sum(each.columns == (column, column + 1) and not each.between for each in placed) for column in range(columns)]
    most = max(counts, default=0)
    return next((column for column, number in enumerate(counts) if number >= 0.8 * most), 0) - 1


def _stretches(barred: Sequence[bool], parted: Sequence[bool]) -> list[tuple[int, int]]:
    """The runs of tracks that nothing bars, cut where something parts a track from the next."""
    found = []
    start = 0
    for track in range(len(barred) + 1):
        if track == len(barred) or barred[track]:
            if track > start:
                found.append((start, track))
            start = track + 1
        elif track > start and parted[track - 1]:
            found.append((start, track))
            start = track
    return found


def _grow_across(placed: list[_Placed], xs: Sequence[float], walls: _Walls, data: int, surely: bool = False) -> None:
    """Gives blocks of the same rows the columns between what stands in their way; tall ones first. `data` is the first row
    below the table's headings.
    """
    groups: dict[tuple[int, int], list[_Placed]] = {}
    for each in placed:
        groups.setdefault(each.rows, []).append(each)
    columns = len(xs) - 1
    used = {each.columns[0] for each in placed if each.rows[0] >= data and each.columns[1] - each.columns[0] == 1}
    for rows, group in sorted(groups.items(), key=lambda entry: entry[0][0] - entry[0][1]):
        barred = [False] * columns
        for other in placed:
            if other.rows != rows and other.rows[0] < rows[1] and rows[0] < other.rows[1]:
                barred[other.columns[0] : other.columns[1]] = [True] * (other.columns[1] - other.columns[0])
        for first, last in _stretches(barred, [walls.beside(column, rows) for column in range(columns - 1)]):
            own = sorted((each for each in group if first <= each.columns[0] and each.columns[1] <= last),
                         key=lambda each: each.columns)
            if not own or any(before.columns[1] > after.columns[0] for before, after in pairwise(own)):
                continue
            wanted = [(each.columns[0] - first, each.columns[1] - first) for each in own]
            boxes = [each.block.box for each in own]

            # Under the table's heading a cell beside an empty one stays in its column unless its text says otherwise.
            more = MORE_COLUMNS if surely or rows[0] >= data else 0.0

            def fit(number: int, start: int, end: int, boxes: list[Box] = boxes, wanted: list[tuple[int, int]] = wanted,
                    first: int = first, more: float = more) -> float:
                start, end = first + start, first + end
                x0, _, x1, _ = boxes[number]
                left, right = xs[start], xs[end]
                needed = range(first + wanted[number][0], first + wanted[number][1])
                extra = more * sum((surely or column in used) and column not in needed for column in range(start, end))
                return min(abs((x0 + x1) / 2 - (left + right) / 2), abs(x0 - left - PAD) + 1.5, WIDE) + extra

            for each, (start, end) in zip(own, tile(last - first, wanted, fit, EMPTY_CELL), strict=True):
                each.columns = (first + start, first + end)


def _first_full(placed: Sequence[_Placed], columns: int) -> int | None:
    """The first row in which most columns have a text of their own, None where there is none."""
    filled: dict[int, int] = {}
    for each in placed:
        if each.columns[1] - each.columns[0] == 1:
            for row in range(*each.rows):
                filled[row] = filled.get(row, 0) + 1
    return min((row for row, number in filled.items() if number >= FULL * columns), default=None)


def _lattice(
    placed: list[_Placed], found: Columns, ys: Sequence[float], known: Sequence[float], labels: int
) -> Found | None:
    """The cells of the blocks and empty ones around them, without columns and rows that no cell shows.

    Columns `known` from the page before stay. In the first `labels` columns what is empty at the top is one cell: that of a
    label which the page before prints.
    """
    shown_x = {0, len(found.xs) - 1} | {edge for each in placed for edge in each.columns}
    shown_x |= {edge for edge, name in enumerate(found.names) if name in known}
    shown_y = {0, len(ys) - 1} | {edge for each in placed for edge in each.rows}
    column_of = {edge: number for number, edge in enumerate(sorted(shown_x))}
    row_of = {edge: number for number, edge in enumerate(sorted(shown_y))}
    rows, columns = len(row_of) - 1, len(column_of) - 1
    if columns < 2:
        return None
    owner = [[-1] * columns for _ in range(rows)]
    held: list[tuple[Slot, list[Block]]] = []
    for each in sorted(placed, key=lambda each: (each.rows[0], each.columns[0], each.block.middle)):
        r0, r1 = row_of[each.rows[0]], row_of[each.rows[1]]
        c0, c1 = column_of[each.columns[0]], column_of[each.columns[1]]
        taken = {owner[row][column] for row in range(r0, r1) for column in range(c0, c1)} - {-1}
        if taken:
            # Two texts in one place are one cell's.
            held[min(taken)][1].append(each.block)
            continue
        for line in owner[r0:r1]:
            line[c0:c1] = [len(held)] * (c1 - c0)
        held.append((Slot(r0, c0, r1 - r0, c1 - c0), [each.block]))
    for column in range(sum(edge <= labels for edge in shown_x) - 1):
        high = next((row for row in range(rows) if owner[row][column] >= 0), rows)
        for line in owner[:high]:
            line[column] = len(held)
        if high:
            held.append((Slot(0, column, high, 1), []))
    for row, line in enumerate(owner):
        for column in range(columns):
            if line[column] < 0:
                line[column] = len(held)
                held.append((Slot(row, column, 1, 1), []))
    order = sorted(range(len(held)), key=lambda number: (held[number][0].row, held[number][0].column))
    rank = {number: place for place, number in enumerate(order)}
    lattice = Lattice(
        tuple(found.names[edge] for edge in sorted(shown_x)),
        tuple(ys[edge] for edge in sorted(shown_y)),
        tuple(held[number][0] for number in order),
        tuple(tuple(rank[number] for number in line) for line in owner),
    )
    runs = {
        rank[number]: [run for block in own for segment in block.segments for run in segment.runs]
        for number, (_, own) in enumerate(held) if own
    }
    names, rooms = lattice.xs, tuple(found.rooms[edge] for edge in sorted(shown_x))
    return Found(lattice, runs, replace(found, xs=names, names=names, rooms=rooms))
