"""Where rows and cells come to stand on pages: rows in slices, cells in parts, and which lines of a cell each part holds."""

from __future__ import annotations

from dataclasses import dataclass, field

from .sizing import SizedCell, SizedTable
from .style import Style


@dataclass(frozen=True, slots=True)
class Slice:
    """The part of a row that stands on one page (from 0), between two heights from the top of the page."""

    page: int
    top: float
    bottom: float


@dataclass(slots=True)
class CellPart:
    """The part of a cell on one page: its rows there, its height and the lines that stand in it.

    `opens` and `closes` tell whether the cell begins and ends here; `again` marks a second print of the same text.
    """

    cell: SizedCell
    page: int
    top: float
    bottom: float
    lines: list[str] = field(default_factory=list)
    opens: bool = True
    closes: bool = True
    again: bool = False


@dataclass(slots=True)
class Cursor:
    """Where the next thing is printed: a page (from 0) and a height, between the first and last usable height of pages."""

    top: float
    bottom: float
    page: int = 0
    y: float = 0.0

    def turn(self) -> None:
        """Goes to the top of the next page."""
        self.page += 1
        self.y = self.top


def page_table(table: SizedTable, style: Style, cursor: Cursor) -> list[CellPart]:
    """Places a table from the cursor on, which then stands below it. A table whose labels do not fit their parts grows."""
    start = (cursor.page, cursor.y)
    for _ in range(6):
        cursor.page, cursor.y = start
        slices, again = _slice_rows(table, style, cursor)
        parts: list[CellPart] = []
        missing: dict[int, float] = {}
        for cell in table.cells:
            placed, lacking = _place(cell, table, style, slices)
            parts += placed
            if lacking > 0:
                last = cell.box.row + cell.box.rows - 1
                missing[last] = max(missing.get(last, 0.0), lacking)
        if not missing:
            break
        for row, height in missing.items():
            table.heights[row] += height
    return parts + _headings_again(table, again)


def _slice_rows(table: SizedTable, style: Style, cursor: Cursor) -> tuple[list[list[Slice]], list[list[Slice]]]:
    """The slices of each row, and those of the heading rows as repeated, by page."""
    slices: list[list[Slice]] = []
    again: list[list[Slice]] = []
    repeated = _rows_to_repeat(table) if style.repeats_headings else []
    room_of_page = cursor.bottom - cursor.top
    first = cursor.top  # where the first row of the page begins, below headings printed again
    for row, height in enumerate(table.heights):
        parts: list[Slice] = []
        left, lines = height, table.lines[row]
        while left > cursor.bottom - cursor.y + 0.01:
            room = cursor.bottom - cursor.y
            fitting = int((room - 2 * style.pad_y) / table.line)
            may_cut = (style.cuts_rows and lines > 1) or height > room_of_page - table.line
            if may_cut and 0 < fitting < lines:
                parts.append(Slice(cursor.page, cursor.y, cursor.bottom))
                lines -= fitting
                left = lines * table.line + 2 * style.pad_y
            elif cursor.y <= first + 0.01:
                left = room
                break
            cursor.turn()
            if repeated and row > repeated[-1]:
                tops = []
                for heading in repeated:
                    tops.append(Slice(cursor.page, cursor.y, cursor.y + table.heights[heading]))
                    cursor.y += table.heights[heading]
                again.append(tops)
            first = cursor.y
        parts.append(Slice(cursor.page, cursor.y, cursor.y + left))
        cursor.y += left
        slices.append(parts)
    return slices, again


def _rows_to_repeat(table: SizedTable) -> list[int]:
    """The heading rows at the top of a table, where no cell reaches from them into the rows below."""
    rows = [row for at, row in enumerate(table.headings) if row == at]
    crossing = any(cell.box.row < len(rows) < cell.box.row + cell.box.rows for cell in table.cells)
    return [] if crossing or sum(table.heights[row] for row in rows) > 120 else rows


def _place(cell: SizedCell, table: SizedTable, style: Style, slices: list[list[Slice]]) -> tuple[list[CellPart], float]:
    """A cell's parts with their lines, and how much height they lack."""
    parts: list[CellPart] = []
    for row in range(cell.box.row, cell.box.row + cell.box.rows):
        for each in slices[row]:
            if parts and parts[-1].page == each.page:
                parts[-1].bottom = max(parts[-1].bottom, each.bottom)
            else:
                parts.append(CellPart(cell, each.page, each.top, each.bottom))
    for at, part in enumerate(parts):
        part.opens, part.closes = at == 0, at == len(parts) - 1
    if not cell.lines:
        return parts, 0.0
    step = table.pitch if cell.stacked else table.line
    rooms = [max(0, int((part.bottom - part.top - 2 * style.pad_y + 0.05) / step)) for part in parts]
    count = len(cell.lines)
    fits = [room >= count for room in rooms]
    if len(parts) == 1:
        parts[0].lines = cell.lines
        return parts, 0.0
    across = style.across if cell.box.rows > 1 else "flow"
    if across == "each" and all(fits):
        for part in parts:
            part.lines, part.again = cell.lines, part is not parts[0]
    elif across in ("each", "larger") and any(fits):
        largest = max(range(len(parts)), key=lambda at: (parts[at].bottom - parts[at].top, -at))
        parts[largest].lines = cell.lines
    elif across == "first" and fits[0]:
        parts[0].lines = cell.lines
    else:
        return parts, _flow(cell, parts, rooms, style, step)
    return parts, 0.0


def _flow(cell: SizedCell, parts: list[CellPart], rooms: list[int], style: Style, step: float) -> float:
    """Fills the parts one after the other; returns the height that the last one lacks."""
    at = 0
    for part, room in zip(parts, rooms, strict=True):
        end = len(cell.lines) if part is parts[-1] else at + room
        part.lines, at = cell.lines[at:end], min(end, len(cell.lines))
    lacking = len(parts[-1].lines) - rooms[-1]
    return lacking * step if lacking > 0 else 0.0


def _headings_again(table: SizedTable, again: list[list[Slice]]) -> list[CellPart]:
    parts = []
    for slices in again:
        for cell in table.cells:
            if cell.box.row < len(slices):
                last = slices[cell.box.row + cell.box.rows - 1]
                top = slices[cell.box.row].top
                parts.append(CellPart(cell, last.page, top, last.bottom, cell.lines, again=True))
    return parts
