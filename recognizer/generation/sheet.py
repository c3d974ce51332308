"""What a drawn document is made of before it is written: cells, boxes of a table, tables and lines.

Every `Mark` is one true cell. Writers note in it the keys and texts of the pieces they printed, so that truth and
records are taken from what really stands in the source, after all damage.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

_BLANKS = re.compile(r"(?<![A-Za-z])\s+|\s+(?![A-Za-z])")


def without_blanks(text: str) -> str:
    """The text without blanks, but for those between Latin letters."""
    return _BLANKS.sub("", text)


@dataclass(slots=True, eq=False)
class Part:
    """A stretch of a packed cell: its text, and its label's code where it is no mere separator. `printed`: what came through."""

    text: str
    label: str = ""
    printed: str = ""

    def fact(self) -> str | None:
        """The printed text without blanks, None where nothing was printed."""
        return without_blanks(self.printed) or None


@dataclass(slots=True, eq=False)
class Mark:
    """A true cell. `numbering` counts the characters (blanks apart) in front that are no part of the fact."""

    label: str
    text: str
    project: int = -1
    numbering: int = 0
    parts: list[Part] = field(default_factory=list)
    keys: list[tuple[int, int]] = field(default_factory=list)
    printed: list[str] = field(default_factory=list)
    offsets: tuple[tuple[int, int, str], ...] = ()
    unreadable: bool = False

    def fact(self) -> str | None:
        """The printed text without blanks and numbering, None where nothing was printed or nobody can read it."""
        if self.unreadable:
            return None
        return without_blanks("".join(self.printed))[self.numbering :] or None

    def copy(self) -> Mark:
        """A second print of the same text: a true cell of its own."""
        return Mark(self.label, self.text, self.project, self.numbering)


Fact = Mark | Part


@dataclass(slots=True)
class Box:
    """A cell in its place: spans as the table is drawn. `text` is what of the mark's text stands here (a page may cut it)."""

    mark: Mark
    row: int
    column: int
    rows: int = 1
    columns: int = 1


@dataclass(slots=True)
class Table:
    """A drawn table: its boxes by row and column, and widths of columns in characters. `headings` are the rows that a page
    break may repeat;"""

    boxes: list[Box] = field(default_factory=list)
    columns: int = 0
    widths: list[int] = field(default_factory=list)
    headings: list[int] = field(default_factory=list)

    def put(self, mark: Mark, row: int, column: int, rows: int = 1, columns: int = 1) -> Mark:
        """Places a mark, widening the table where needed."""
        self.boxes.append(Box(mark, row, column, rows, columns))
        self.columns = max(self.columns, column + columns)
        return mark

    def append(self, other: Table) -> None:
        """Puts another table below this one."""
        below = self.rows
        self.boxes.extend(Box(box.mark, box.row + below, box.column, box.rows, box.columns) for box in other.boxes)
        self.headings.extend(row + below for row in other.headings)
        self.columns = max(self.columns, other.columns)
        self.widths = self.widths if len(self.widths) >= len(other.widths) else other.widths

    def enclose(self, above: list[list[Mark]], below: list[list[Mark]]) -> None:
        """Makes lines rows of the table, merged over all its columns."""
        for box in self.boxes:
            box.row += len(above)
        self.headings = [row + len(above) for row in self.headings]
        for start, lines in ((0, above), (self.rows, below)):
            for offset, marks in enumerate(lines):
                for index, mark in enumerate(marks):
                    first = self.columns * index // len(marks)
                    last = self.columns * (index + 1) // len(marks)
                    if last > first:
                        self.boxes.append(Box(mark, start + offset, first, 1, last - first))

    @property
    def rows(self) -> int:
        """The number of rows."""
        return max((box.row + box.rows for box in self.boxes), default=0)

    def in_order(self) -> list[Box]:
        """The boxes in reading order."""
        return sorted(self.boxes, key=lambda box: (box.row, box.column))


@dataclass(slots=True)
class Lines:
    """Lines of text outside tables, each of its marks on a line of its own (several where a line holds two)."""

    marks: list[list[Mark]]
    heading: bool = False


Block = Table | Lines


def blocks_of(structure: dict[str, Any]) -> list[Block]:
    """The blocks of tables whose structure is known (form of eval/pdfs/*.truth.json), each below its title.

    Cells may have a `label` and a `project` besides; labels are `?` where they have none.
    """
    blocks: list[Block] = []
    for table in structure["tables"]:
        if table.get("title"):
            blocks.append(Lines([[Mark("title", table["title"])]], heading=True))
        drawn = Table()
        for cell in table["cells"]:
            mark = Mark(cell.get("label", "?"), cell["text"], cell.get("project", -1))
            drawn.put(mark, cell["row"], cell["col"], cell["rowspan"], cell["colspan"])
        drawn.widths = [3 if drawn.columns > 4 and at == 0 else 8 for at in range(drawn.columns)]
        blocks.append(drawn)
    return blocks


def marks_of(blocks: list[Block]) -> Iterator[Mark]:
    """All marks of a document's blocks."""
    for block in blocks:
        if isinstance(block, Table):
            yield from (box.mark for box in block.boxes)
        else:
            for line in block.marks:
                yield from line
