"""How right a table's structure is, told from cells alone: their place, spans and text.

- Cells exact: text and spans, wherever the cell came to stand.
- Adjacency relations: M. Göbel, T. Hassan, E. Oro, G. Orsi, "ICDAR 2013 Table Competition", ICDAR 2013: which texts are
  neighbours, to the right and below, blank cells passed over.

Texts are compared without blanks and otherwise exactly. All figures are 1 where both sides are the same.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from recognizer.measuring.confusion import Share
from recognizer.measuring.facts import Counts
from recognizer.types import Cell, Grid

Relation = tuple[str, str, str]  # text, neighbour's text, right or below
_LABELS = ("level", "header", "goal_key", "attribute_key", "fund_key")
_LABEL_LENGTH = 12  # characters that a label has at most where the truth does not name labels
_TALL = 1.7  # a text so many times as high as its document's lowest stands on several lines


@dataclass(frozen=True, slots=True)
class StructureCell:
    """A cell: place (from 0), spans and text; `pages` are those it covers, carried over onto them or printed there."""

    row: int
    column: int
    text: str
    row_span: int = 1
    column_span: int = 1
    pages: frozenset[int] = field(default_factory=frozenset)

    def places(self) -> Iterable[tuple[int, int]]:
        """The rows and columns it covers."""
        return ((row, column) for row in range(self.row, self.row + self.row_span)
                for column in range(self.column, self.column + self.column_span))


Table = Sequence[StructureCell]


@dataclass(frozen=True, slots=True)
class StructureScores:
    """What of a document's tables was read rightly. Shares: labels that run down or wrap and came out whole; cells cut by
    a page end that came out joined; labels known on all the pages that they cover.
    """

    cells: Counts = field(default_factory=Counts)
    relations: Counts = field(default_factory=Counts)
    labels: Share = field(default_factory=Share)
    joined: Share = field(default_factory=Share)
    carried: Share = field(default_factory=Share)

    def __add__(self, other: StructureScores) -> StructureScores:
        return StructureScores(
            self.cells + other.cells,
            self.relations + other.relations,
            self.labels + other.labels,
            self.joined + other.joined,
            self.carried + other.carried,
        )


def measure_structure(truth: Mapping[str, Any], read: Sequence[Table]) -> StructureScores:
    """The scores of a document's read tables; `truth` has the form of eval/pdfs/*.truth.json."""
    tables = [truth_cells(table) for table in truth["tables"]]
    entries = [entry for table in truth["tables"] for entry in table["cells"] if entry["text"].strip()]
    heights = [part["bbox"][3] - part["bbox"][1] for entry in entries for part in entry["fragments"]]
    lowest = min(heights, default=0.0)
    upright = [entry["text"] for entry in entries if _is_label(entry) and _has_lines(entry, lowest)]
    several = [entry for entry in entries if len({part["page"] for part in entry["fragments"]}) > 1]
    cut = [entry["text"] for entry in several if not _is_printed_again(entry)]
    covering = [cell for table in tables for cell in table if len(cell.pages) > 1]
    on_each = {plain(entry["text"]) for entry in several}
    over = [cell for cell in covering if cell.text and plain(cell.text) not in on_each]
    return StructureScores(
        cells_exact(tables, read),
        adjacency(tables, read),
        whole_texts(upright, tables, read),
        whole_texts(cut, tables, read),
        _carried(over, read),
    )


def truth_cells(table: Mapping[str, Any]) -> tuple[StructureCell, ...]:
    """The cells of a table in the form of eval/pdfs/*.truth.json; pages are those of its rows."""
    pages_of: dict[int, set[int]] = {}
    for entry in table["cells"]:
        if entry["rowspan"] == 1:
            pages_of.setdefault(entry["row"], set()).update(part["page"] for part in entry["fragments"])
    return tuple(
        StructureCell(
            entry["row"],
            entry["col"],
            entry["text"],
            entry["rowspan"],
            entry["colspan"],
            frozenset(entry.get("pages", ()))
            or frozenset(part["page"] for part in entry["fragments"])
            | {page for row in range(entry["row"], entry["row"] + entry["rowspan"]) for page in pages_of.get(row, ())},
        )
        for entry in table["cells"]
    )


def grid_cells(grid: Grid) -> tuple[StructureCell, ...]:
    """The cells of a grid that was read; the pages of a cell are those of its pieces and of the rows that it reaches over."""
    pages_of: dict[int, set[int]] = {}
    for cell in grid.cells:
        if cell.row_span == 1:
            pages_of.setdefault(cell.row, set()).update(_pages(cell))
    return tuple(
        StructureCell(
            cell.row,
            cell.column,
            cell.text,
            cell.row_span,
            cell.column_span,
            _pages(cell).union(*(pages_of.get(row, ()) for row in range(cell.row, cell.row + cell.row_span))),
        )
        for cell in grid.cells
    )


def _pages(cell: Cell) -> frozenset[int]:
    return frozenset(piece.place.page for piece in cell.pieces if piece.place.page is not None)


def plain(text: str) -> str:
    """The text as it is compared."""
    return "".join(text.split())


# Cells and relations.


def cells_exact(truth: Iterable[Table], read: Iterable[Table]) -> Counts:
    """The cells with text whose text and spans were read exactly; `recall` is their share."""

    def key(cell: StructureCell) -> tuple[str, int, int]:
        return plain(cell.text), cell.row_span, cell.column_span

    return _counts(
        Counter(key(cell) for table in truth for cell in table if plain(cell.text)),
        Counter(key(cell) for table in read for cell in table if plain(cell.text)),
    )


def adjacency(truth: Iterable[Table], read: Iterable[Table]) -> Counts:
    """The adjacency relations of a document that were read exactly."""
    return _counts(sum((relations(table) for table in truth), Counter()), sum((relations(table) for table in read), Counter()))


def relations(table: Table) -> Counter[Relation]:
    """Each pair of a cell with text and the next such cell to the right or below, in any row or column that both share."""
    owner = {place: number for number, cell in enumerate(table) if plain(cell.text) for place in cell.places()}
    rows = max((row for row, _ in owner), default=-1) + 1
    columns = max((column for _, column in owner), default=-1) + 1
    pairs: set[tuple[int, int, str]] = set()
    lines = [("right", [(row, column) for column in range(columns)]) for row in range(rows)]
    lines += [("below", [(row, column) for row in range(rows)]) for column in range(columns)]
    for direction, places in lines:
        before: int | None = None
        for place in places:
            number = owner.get(place)
            if number is None:
                continue
            if before is not None and before != number:
                pairs.add((before, number, direction))
            before = number
    return Counter((plain(table[one].text), plain(table[other].text), direction) for one, other, direction in pairs)


def whole_texts(wanted: Iterable[str], truth: Iterable[Table], read: Iterable[Table]) -> Share:
    """How many of the wanted texts are the text of a read cell, each cell counting once, and first for the other true cells
    of its text: a label that stands elsewhere too does not answer for the one that was cut."""
    texts = Counter(plain(text) for text in wanted)
    others = Counter(plain(cell.text) for table in truth for cell in table)
    others.subtract(texts)
    found = Counter(plain(cell.text) for table in read for cell in table)
    return Share(sum(max(0, min(number, found[text] - others[text])) for text, number in texts.items()), sum(texts.values()))


def _carried(wanted: Iterable[StructureCell], read: Iterable[Table]) -> Share:
    """How many labels that reach over a page end are known on just the pages they cover."""
    expected = Counter((plain(cell.text), cell.pages) for cell in wanted)
    known = Counter((plain(cell.text), cell.pages) for table in read for cell in table)
    return Share(sum((expected & known).values()), sum(expected.values()))


def _counts(gold: Counter[Any], found: Counter[Any]) -> Counts:
    return Counts(sum((gold & found).values()), sum(found.values()), sum(gold.values()))


def _is_printed_again(entry: Mapping[str, Any]) -> bool:
    """Whether each page prints the whole text of a cell, as it does that of a repeated heading."""
    return all(plain(part["text"]) == plain(entry["text"]) for part in entry["fragments"])


def _is_label(entry: Mapping[str, Any]) -> bool:
    if entry.get("label", "?") != "?":
        return str(entry["label"]).startswith(_LABELS)
    text = plain(entry["text"])
    return 1 < len(text) <= _LABEL_LENGTH and not any(character.isdigit() for character in text)


def _has_lines(entry: Mapping[str, Any], lowest: float) -> bool:
    """Whether a cell's text runs down or stands on several lines."""
    if entry.get("vertical") or entry.get("lines", 1) > 1:
        return True
    tall = any(part["bbox"][3] - part["bbox"][1] > _TALL * lowest for part in entry["fragments"])
    return "lines" not in entry and "label" not in entry and tall
