"""The row that the walk stands in, and the headings over it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from recognizer.types import LabelledCell, LabelledGrid, Role

# What stands below a table's headings, or begins another table.
BELOW = frozenset({
    Role.TITLE, Role.ATTRIBUTE_KEY, Role.GOAL_KEY, Role.GOAL_TEXT, Role.FUND_AMOUNT, Role.LEVEL1, Role.LEVEL2, Role.NAME,
    Role.TEMPLATE, Role.VALUE,
})


@dataclass(slots=True)
class Rows:
    """The current row, the headings met last, and which of them stands over each column of a drawn grid."""

    drawn: bool = False
    row: tuple[LabelledCell, ...] = ()
    columns: dict[int, LabelledCell] = field(default_factory=dict)
    headings: list[LabelledCell] = field(default_factory=list)
    heading_row: bool = False

    def begin(self, row: tuple[LabelledCell, ...], drawn: bool) -> None:
        """Goes on to the next row; its headings join those of a row of headings just above, or take their place."""
        self.row, self.drawn = row, drawn
        headings = [entry for entry in row if entry.label.role is Role.HEADER and entry.label.heads]
        if headings:
            if not self.heading_row:
                self.columns, self.headings = {}, []
            self.headings.extend(headings)
            for entry in headings:
                for column in range(entry.cell.column, entry.cell.column + entry.cell.column_span):
                    self.columns[column] = entry
        # Where every heading is a line of its own, one that was taken for something else parts them no more than a page does.
        goes_on = not drawn and self.heading_row and not any(entry.label.role in BELOW for entry in row)
        self.heading_row = len(headings) >= 2 or (bool(headings) and not drawn) or goes_on

    def heading(self, entry: LabelledCell, heads: Role) -> LabelledCell | None:
        """The heading over a cell: that of its rank where the row has as many such cells as headings, else its column's.

        Rank goes before column, because rows from which an exporter dropped a merged cell are shifted.
        """
        if not self.drawn:
            return None
        own = [other for other in self.row if other.label.role is heads]
        over = [other for other in self.headings if other.label.heads is heads]
        if len(own) == len(over) and entry in own:
            return over[own.index(entry)]
        found = self.columns.get(entry.cell.column)
        return found if found and found.label.heads is heads else None


def naming_column(grid: LabelledGrid) -> int | None:
    """The column of a drawn list in which projects are named: headed as attributes are, with names in half its fields or more.

    A list that goes on from another page has no headings; then any column may be it. None where there is none. What one
    cell's label says is so checked against the others of its column.
    """
    named: Counter[int] = Counter()
    filled: Counter[int] = Counter()
    headed: set[int] = set()
    for row in grid.rows:
        if any(entry.label.role is Role.ATTRIBUTE_KEY for entry in row):
            continue
        for entry in row:
            column = entry.cell.column
            if entry.label.role is Role.ATTRIBUTE_VALUE:
                filled[column] += 1
                named[column] += entry.names_project
            elif entry.label.heads is Role.ATTRIBUTE_VALUE:
                headed.update(range(column, column + entry.cell.column_span))
    best = max(headed or set(filled), key=lambda column: named[column], default=None)
    return best if best is not None and named[best] and 2 * named[best] >= filled[best] else None
