"""Tables that go on over the page: whether two parts are one table, and that table as one grid.

Parts belong together where the first ends its page and the second begins the next, furniture aside, and their columns have
the same edges. What was one cell before the page cut it is not said here: that is for `repair`, which reads the texts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from recognizer.types import Box, Cell, Gap, Grid, Line

SAME_EDGE = 3.0  # points by which a column's edge may move from page to page
SHARED = 0.5  # share of the fewer inner column edges that both parts must have
HEADING_ROWS = 6  # rows from the top of a table among which its heading begins
SAME_PLACE = 3.0  # points by which a running head may move from page to page
SMALLER = 0.9  # share of a title's height that a running head of its text is smaller than
MARGIN = 0.12  # share of the page's height at its top and bottom where running heads stand

_LONGEST_NUMBER = 60  # characters of a page number and what is around it
_NUMBER = r"(?:\d{1,4}|[ivxlc]{1,6}|[一二三四五六七八九十百]{1,5})"
_PAGE_NUMBER = re.compile(rf"[\W_]*(?:第|page)?\s*{_NUMBER}\s*页?(?:[\W_]*(?:共|of|/)?\s*{_NUMBER}\s*页?)?[\W_]*", re.IGNORECASE)
_DIGITS = re.compile(r"\d+")
_BLANKS = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class TextLine:
    """A line outside tables, with its box as laid out, its height and that of its page."""

    line: Line
    page: int
    box: Box
    height: float
    page_height: float


@dataclass(frozen=True, slots=True)
class Part:
    """The part of a table that stands on one page: the edges of its columns, its cells, its box, what stands before it."""

    page: int
    xs: tuple[float, ...]
    cells: tuple[Cell, ...]
    box: Box
    gap: Gap = "page"


Item = TextLine | Part


def continues(
    parts: Sequence[Part], part: Part, before: Sequence[Item], items: Sequence[Item], after: Sequence[Item] = ()
) -> bool:
    """Whether `part`, the first table of its page, goes on with the table that `parts` make so far.

    `before` is all that stands on the page before, `items` all that stands on the part's, `after` on the next.
    """
    last = parts[-1]
    if last.page != part.page - 1 or not _same_columns(last.xs, part.xs):
        return False
    repeats = repeated_rows(parts[0].cells, part.cells)
    if not repeats and _begins_anew(parts[0].cells, part.cells):
        return False
    own, earlier, later = (
        [line for line in page if isinstance(line, TextLine)] for page in (items, before, after)
    )
    foot = [line for line in earlier if line.box[1] >= last.box[3]]
    head = [line for line in own if line.box[3] <= part.box[1]]
    # A title over each page is a running head only where the table's heading is printed again too.
    return all(_is_furniture(line, own) for line in foot) and all(
        _is_furniture(line, (*earlier, *later)) or (repeats > 0 and _again(line, earlier)) for line in head
    )


def _is_furniture(line: TextLine, others: Sequence[TextLine]) -> bool:
    """Whether a line is a page number, or a running head or foot: one that stands on other pages too, or repeats a title."""
    if not _in_margin(line):
        return False
    return (
        (len(line.line.text) <= _LONGEST_NUMBER and _PAGE_NUMBER.fullmatch(line.line.text) is not None)
        or _again(line, others)
        or any(_masked(line) == _masked(other) and line.height < SMALLER * other.height for other in others)
    )


def _again(line: TextLine, others: Iterable[TextLine]) -> bool:
    return any(_same_place(line, other) and _masked(line) == _masked(other) for other in others)


def _same_place(line: TextLine, other: TextLine) -> bool:
    return abs(line.box[1] - other.box[1]) <= SAME_PLACE


def _masked(line: TextLine) -> str:
    return _DIGITS.sub("0", _BLANKS.sub("", line.line.text))


def _in_margin(line: TextLine) -> bool:
    return line.box[3] < MARGIN * line.page_height or line.box[1] > (1 - MARGIN) * line.page_height


def _same_columns(xs: Sequence[float], others: Sequence[float]) -> bool:
    """Whether two parts have the same outer edges, and most inner edges of the one with fewer."""
    if abs(xs[0] - others[0]) > SAME_EDGE or abs(xs[-1] - others[-1]) > SAME_EDGE:
        return False
    fewer, more = sorted((xs[1:-1], others[1:-1]), key=len)
    shared = sum(any(abs(edge - other) <= SAME_EDGE for other in more) for edge in fewer)
    return shared >= SHARED * len(fewer)


def _first_row(cells: Sequence[Cell]) -> list[str]:
    return [_BLANKS.sub("", cell.text) for cell in cells if cell.row == 0 and cell.text]


def _begins_anew(cells: Sequence[Cell], others: Sequence[Cell]) -> bool:
    """Whether the other cells begin as a table of their own does: with the same key before another text."""
    own, other = _first_row(cells), _first_row(others)
    return bool(own and other) and own[0] == other[0]


def repeated_rows(cells: Sequence[Cell], others: Sequence[Cell]) -> int:
    """How many rows of the table's heading the other cells print again at their top."""
    rows, other_rows = _rows(cells), _rows(others)
    for start in range(min(HEADING_ROWS, len(rows))):
        same = 0
        while start + same < len(rows) and same < len(other_rows) and rows[start + same] == other_rows[same]:
            same += 1
        # A heading has at least two texts, and no cell of it reaches down into the data.
        while same and not any(cell.row < same < cell.row + cell.row_span for cell in others) and same < len(other_rows):
            if sum(bool(text) for row in other_rows[:same] for text in row) >= 2:
                return same
            break
    return 0


def _rows(cells: Sequence[Cell]) -> list[tuple[str, ...]]:
    found: list[list[str]] = []
    for cell in cells:
        while len(found) <= cell.row:
            found.append([])
        found[cell.row].append(_BLANKS.sub("", cell.text))
    return [tuple(row) for row in found]


def one_grid(parts: Sequence[Part]) -> Grid:
    """The parts of a table as one grid, over all the columns that any of them has; headings printed again stand apart."""
    first = parts[0]
    if len(parts) == 1:
        return Grid((replace(first.cells[0], gap=first.gap), *first.cells[1:]), drawn=True, gap=first.gap)
    cells: list[Cell] = []
    repeated: list[Cell] = []
    rows = 0
    for number, (part, columns) in enumerate(zip(parts, _columns(parts), strict=True)):
        again = repeated_rows(first.cells, part.cells) if number else 0
        for cell in part.cells:
            column = columns[cell.column]
            span = columns[cell.column + cell.column_span] - column
            gap = cell.gap
            # Every cell of the row says what it follows, for the row's first cell is often an empty one.
            if number and cell.row == again:
                gap = "page"
            elif not number and not cells:
                gap = part.gap
            row = cell.row - again + rows
            same = (row, column, span, gap) == (cell.row, cell.column, cell.column_span, cell.gap)
            placed = cell if same else replace(cell, row=row, column=column, column_span=span, gap=gap)
            (repeated if cell.row < again else cells).append(placed)
        rows += max(cell.row + cell.row_span for cell in part.cells) - again
    return Grid(tuple(cells), drawn=True, gap=first.gap, repeated=tuple(repeated))


def _columns(parts: Sequence[Part]) -> list[list[int]]:
    """For each part the numbers of its column edges among those of all parts; two edges of one part are never the same."""
    numbers = [[0] * len(part.xs) for part in parts]
    number, start = -1, 0.0
    seen: set[int] = set()
    for edge, part, index in sorted((edge, part, index) for part, one in enumerate(parts) for index, edge in enumerate(one.xs)):
        if number < 0 or edge - start > SAME_EDGE or part in seen:
            number, start, seen = number + 1, edge, set()
        seen.add(part)
        numbers[part][index] = number
    return numbers
