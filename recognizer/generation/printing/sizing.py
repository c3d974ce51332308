"""Columns and rows of a table about to be printed: cells made disjoint and complete, widths, lines and heights from texts."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from ..sheet import Box, Mark, Table
from .lines import advance_of, break_items, break_lines
from .style import Style

_STACKED = ("level1", "level2", "header", "goal_key", "attribute_key", "fund_key")
_RUNNING_DOWN = ("level1", "header")
_KEYS = ("attribute_key", "goal_key", "fund_key")
_LONG = ("goal_text", "packed", "remark", "prose", "attribute_value")
_LEAST_SIZE = 5.0


@dataclass(slots=True)
class SizedCell:
    """A cell with its lines as wrapped in its columns; `stacked` lines hold one character each, from top to bottom."""

    box: Box
    lines: list[str]
    stacked: bool = False


@dataclass(slots=True)
class SizedTable:
    """A table ready to be paged: edges of columns (from 0), heights of rows, cells, and the size its texts are set in."""

    cells: list[SizedCell]
    edges: list[float]
    heights: list[float]
    lines: list[int]  # lines of text that a row's own cells have at most
    headings: list[int]
    size: float
    line: float
    pitch: float  # distance of stacked characters


def tidy(table: Table) -> Table:
    """The table with disjoint cells, an empty one in each gap, and no column or row that no cell's edge shows."""
    taken: set[tuple[int, int]] = set()
    boxes: list[Box] = []
    for box in table.in_order():
        rows, columns = box.rows, box.columns
        while columns > 1 and any((box.row, box.column + at) in taken for at in range(columns)):
            columns -= 1
        while rows > 1 and any((box.row + down, box.column + at) in taken for down in range(rows) for at in range(columns)):
            rows -= 1
        if (box.row, box.column) in taken or rows < 1:
            continue
        taken.update((box.row + down, box.column + at) for down in range(rows) for at in range(columns))
        boxes.append(Box(box.mark, box.row, box.column, rows, columns))
    for row in range(table.rows):
        column = 0
        while column < table.columns:
            start = column
            while column < table.columns and (row, column) not in taken:
                column += 1
            if column > start:
                boxes.append(Box(Mark("empty", ""), row, start, 1, column - start))
            column += 1
    return _without_hidden_edges(table, boxes)


def _without_hidden_edges(table: Table, boxes: list[Box]) -> Table:
    columns = sorted({edge for box in boxes for edge in (box.column, box.column + box.columns)})
    rows = sorted({edge for box in boxes for edge in (box.row, box.row + box.rows)})
    column_of = {edge: at for at, edge in enumerate(columns)}
    row_of = {edge: at for at, edge in enumerate(rows)}
    widths = table.widths if len(table.widths) >= table.columns else [*table.widths, *[6] * (table.columns - len(table.widths))]
    return Table(
        [
            Box(
                box.mark,
                row_of[box.row],
                column_of[box.column],
                row_of[box.row + box.rows] - row_of[box.row],
                column_of[box.column + box.columns] - column_of[box.column],
            )
            for box in boxes
        ],
        len(columns) - 1,
        [sum(widths[start:end]) for start, end in pairwise(columns)],
        [row_of[row] for row in table.headings if row in row_of],
    )


def size_table(table: Table, style: Style, width: float) -> SizedTable:
    """Fits a tidy table into `width`, in smaller letters where its narrowest columns need it."""
    size, pad = style.size, style.pad_x
    while True:
        widths = _column_widths(table, style, size, width)
        if sum(widths) <= width * 1.001 or size <= _LEAST_SIZE:
            break
        size -= 0.5
    edges = [0.0]
    for each in widths:
        edges.append(edges[-1] + each)
    line, pitch = size * style.leading, size * style.vertical_pitch
    cells = [_sized(box, style, size, edges[box.column + box.columns] - edges[box.column] - 2 * pad) for box in table.in_order()]
    heights, lines = _row_heights(cells, table.rows, style, line, pitch)
    return SizedTable(cells, edges, heights, lines, table.headings, size, line, pitch)


def _column_widths(table: Table, style: Style, size: float, width: float) -> list[float]:
    """Widths by plan or by content, no column narrower than its longest number, all together as wide as the page lets them."""
    advance = advance_of(style.latin)
    least = [size + 2 * style.pad_x + 0.2] * table.columns
    content = [0.0] * table.columns
    plans = list(table.widths)
    for box in table.boxes:
        if box.columns > 1 or not box.mark.text:
            continue
        text = box.mark.text
        if box.mark.label.startswith(_KEYS) and not style.narrow_keys:
            plans[box.column] = max(plans[box.column], min(len(text), 5))
        numeric = text.isascii() or box.mark.label.startswith(("value", "fund_amount", "score", "unit"))
        token = min(advance(text), 5.0 if numeric else 1.0)
        least[box.column] = max(least[box.column], token * size + 2 * style.pad_x + 0.2)
        content[box.column] = max(content[box.column], min(advance(text), 40.0 if box.mark.label == "packed" else 16.0))
    narrow = _label_columns(table) if style.vertical else set()
    natural = []
    for column, plan in enumerate(plans):
        if column in narrow and (style.narrow_keys or plan == table.widths[column]):
            natural.append(least[column])
            continue
        chars = max(content[column], 2.0) * 0.8 if style.by_content and plan > 2 and content[column] else float(plan)
        natural.append(max(least[column], chars * size + 2 * style.pad_x))
    target = width * style.fill
    if sum(least) > target:
        return least
    # What is left over goes to the wide columns; what is missing comes from what columns have above their least.
    if sum(natural) < target:
        weights = [
            each - floor * 0.999 if each > 3.2 * size + 2 * style.pad_x else 0.0
            for each, floor in zip(natural, least, strict=True)
        ]
        weights = weights if sum(weights) > 1.0 else natural
        extra = target - sum(natural)
        return [each + extra * weight / sum(weights) for each, weight in zip(natural, weights, strict=True)]
    spare = sum(natural) - sum(least)
    share = (target - sum(least)) / spare if spare else 0.0
    return [floor + (each - floor) * share for each, floor in zip(natural, least, strict=True)]


def _label_columns(table: Table) -> set[int]:
    """The columns whose merged labels may run from top to bottom."""
    return {box.column for box in table.boxes if box.columns == 1 and box.rows > 2 and box.mark.label in _RUNNING_DOWN}


def _sized(box: Box, style: Style, size: float, inner: float) -> SizedCell:
    text, label = box.mark.text.strip(), box.mark.label
    advance = advance_of(style.latin)
    tall = box.rows > 1 or label.startswith("goal_key")
    if style.vertical and tall and label.startswith(_STACKED) and 1 < len(text) <= 12 and inner < 3.2 * size:
        return SizedCell(box, [character for character in text if character.strip()], True)
    if style.item_lines and label.startswith(_LONG):
        return SizedCell(box, break_items(text, inner / size, advance))
    return SizedCell(box, break_lines(text, inner / size, advance))


def _row_heights(cells: list[SizedCell], rows: int, style: Style, line: float, pitch: float) -> tuple[list[float], list[int]]:
    heights = [max(line + 2 * style.pad_y, style.least_row)] * rows
    lines = [1] * rows
    for cell in cells:
        if cell.box.rows == 1:
            heights[cell.box.row] = max(heights[cell.box.row], cell_height(cell, line, pitch) + 2 * style.pad_y)
            lines[cell.box.row] = max(lines[cell.box.row], len(cell.lines))
    for cell in sorted(cells, key=lambda cell: cell.box.rows):
        first, last = cell.box.row, cell.box.row + cell.box.rows
        missing = cell_height(cell, line, pitch) + 2 * style.pad_y - sum(heights[first:last])
        if cell.box.rows > 1 and missing > 0:
            grown = range(last - 1, last) if style.last_row_grows else range(first, last)
            for row in grown:
                heights[row] += missing / len(grown)
    return heights, lines


def cell_height(cell: SizedCell, line: float, pitch: float) -> float:
    """The height of a cell's text."""
    return len(cell.lines) * (pitch if cell.stacked else line)
