"""Cells that a page break went through, as they were before it: one row, or one span over the rows of both pages.

The joiner says which texts read on; from that, and from empty cells under labels, follows what the break cut. Pure
geometry of rows and columns, so it is the same for every source that knows its columns.
"""

from __future__ import annotations

from dataclasses import replace

from recognizer.types import Cell, Grid


def mend(grid: Grid) -> Grid:
    """The grid with what page breaks cut put together again.

    Where the first row after a break only goes on with texts of the last row before it, they are one row. Elsewhere a
    label that holds for rows on both sides of the break becomes one cell over all of them.
    """
    if not grid.drawn:
        return grid
    cells = list(grid.cells)
    # From the last break to the first, so that rows before a break keep their numbers.
    for row in sorted({cell.row for cell in cells if cell.gap == "page" and cell.row > 0}, reverse=True):
        cells = _mended(cells, row)
    return grid if len(cells) == len(grid.cells) else replace(grid, cells=tuple(cells))


def _mended(cells: list[Cell], row: int) -> list[Cell]:
    """The cells with the break before a row mended."""
    above = {(cell.column, cell.column_span): cell for cell in cells if cell.row + cell.row_span == row}
    below = sorted((cell for cell in cells if cell.row == row), key=lambda cell: cell.column)
    pairs = [(above[cell.column, cell.column_span], cell) for cell in below if (cell.column, cell.column_span) in above]
    read_on = any(_crosses(upper) and not lower.text for upper, lower in pairs)
    if read_on and len(pairs) == len(below) == len(above) and not any(cell.text for cell in below):
        return _one_row(cells, pairs, row)
    last = [cell for cell in cells if cell.row <= row - 1 < cell.row + cell.row_span]
    return _one_span(cells, _cut_labels(pairs, last, below))


def _crosses(cell: Cell) -> bool:
    """Whether a cell's text stands on two pages."""
    return len(cell.pieces) > 1 and cell.pieces[0].place.page != cell.pieces[-1].place.page


def _one_row(cells: list[Cell], pairs: list[tuple[Cell, Cell]], row: int) -> list[Cell]:
    """The cells with the row after the break put into the one before."""
    upper = {id(above): below for above, below in pairs}
    lower = {id(below) for _, below in pairs}
    found = []
    for cell in cells:
        if id(cell) in upper:
            found.append(replace(cell, row_span=cell.row_span + upper[id(cell)].row_span - 1))
        elif id(cell) not in lower:
            found.append(replace(cell, row=cell.row - 1) if cell.row > row else cell)
    return found


def _cut_labels(pairs: list[tuple[Cell, Cell]], last: list[Cell], below: list[Cell]) -> list[tuple[Cell, Cell]]:
    """The pairs that are one cell though the break is one between rows: labels, which stand before the texts they hold for.

    The first column that begins anew after the break ends them, but for labels whose own text was cut.
    """
    found = []
    goes_on = True
    column = 0
    for upper, lower in pairs:
        goes_on = goes_on and lower.column == column
        column = lower.column + lower.column_span
        cut = _crosses(upper) and not lower.text
        text_beside = _filled_after(last, column) and _filled_after(below, column)
        if cut or (goes_on and text_beside and not (upper.text and lower.text)):
            found.append((upper, lower))
        else:
            goes_on = False
    return found


def _filled_after(cells: list[Cell], column: int) -> bool:
    return any(cell.text and cell.column >= column for cell in cells)


def _one_span(cells: list[Cell], pairs: list[tuple[Cell, Cell]]) -> list[Cell]:
    """The cells with each pair as one cell over the rows of both; its text is that of whichever printed it."""
    upper = {id(above): below for above, below in pairs}
    lower = {id(below) for _, below in pairs}
    found: list[Cell] = []
    for cell in cells:
        if id(cell) in upper:
            below = upper[id(cell)]
            found.append(
                replace(
                    cell,
                    text=cell.text or below.text,
                    pieces=cell.pieces or below.pieces,
                    row_span=cell.row_span + below.row_span,
                )
            )
        elif id(cell) not in lower:
            found.append(cell)
    return found
