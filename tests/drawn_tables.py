"""Labelled tables drawn by hand as text, for tests of what is made of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from recognizer.assembly import assemble
from recognizer.model import shipped_model
from recognizer.types import Cell, Document, Indicator, Label, LabelledCell, LabelledGrid, Piece, Place, Records, Role


def labelled(text: str, code: str, row: int = 0, column: int = 0, line: int = 1) -> LabelledCell:
    """A cell labelled for certain; `attribute_value>name` is an attribute's value that names its project."""
    label = Label.parse(code)
    named = label.role is Role.ATTRIBUTE_VALUE and label.heads is Role.NAME
    cell = Cell(row, column, text, (Piece(text, Place(lines=(line, line)), column),))
    return LabelledCell(cell, Label(Role.ATTRIBUTE_VALUE) if named else label, 1.0, names_project=named)


def table(drawing: str, *, drawn: bool = True, first_line: int = 1) -> LabelledGrid:
    """The grid of a drawing: a line a row, `text|label code` for each cell, two blanks between them, `.` for an empty one."""
    rows = []
    for row, line in enumerate(drawing.strip().splitlines()):
        cells = [part.strip() for part in line.strip().split("  ") if part.strip()]
        rows.append(tuple(
            labelled(*cell.rsplit("|", 1), row=row, column=column, line=first_line + row)
            for column, cell in enumerate(cells) if cell != "."))
    return LabelledGrid(tuple(row for row in rows if row), drawn)


def unpacked(grid: LabelledGrid, parts: Sequence[str]) -> LabelledGrid:
    """The grid with the `parts` (`text|label code`) of its one packed cell, which holds their texts in that order."""

    def opened(entry: LabelledCell) -> LabelledCell:
        if entry.label.role is not Role.PACKED:
            return entry
        found, start = [], 0
        for part in parts:
            text, code = part.rsplit("|", 1)
            start = entry.cell.text.index(text, start)
            found.append(labelled(text, code, column=start, line=entry.cell.pieces[0].key[0]))
            start += len(text)
        return replace(entry, parts=tuple(found))

    return replace(grid, rows=tuple(tuple(map(opened, row)) for row in grid.rows))


def put_together(*grids: LabelledGrid) -> Records:
    return assemble(Document("a.txt", "text", ()), grids, shipped_model())


def rows_of(indicators: Sequence[Indicator]) -> list[tuple[str | None, str | None, dict[str, str]]]:
    """(level 2, name, values by period) of each indicator."""
    return [(one.level2, one.name, {value.period.value: value.text for value in one.values}) for one in indicators]
