"""Other tools' tables of a PDF, as they give them, and what the rules-only reader makes of them.

Each of `ENGINES` gives the cells of every ruled table that it finds, page by page; those of `GENERAL` look for tables of any
kind. Spans are read off the cells' edges; texts are the tools' own. Nothing is put right that a tool got wrong: tables that go
on over a page stay apart.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pymupdf

from recognizer.baseline import read_by_rules
from recognizer.layout.lattice import distinct
from recognizer.measuring.structure import StructureCell, Table
from recognizer.types import Box, Cell, Document, Grid, Line, Piece, Place, TextBlock

SAME_EDGE = 1.0  # points within which two edges of cells are one


@dataclass(frozen=True, slots=True)
class PeerTable:
    """A table on a page (from 1): its box in points, origin top left, and its cells."""

    page: int
    box: Box
    cells: tuple[StructureCell, ...]


def pdfplumber_tables(path: Path) -> list[PeerTable]:
    """What pdfplumber finds."""
    import pdfplumber

    with pdfplumber.open(path) as pdf:
        return [_from_boxes(number, table) for number, page in enumerate(pdf.pages, 1) for table in page.find_tables()]


def pymupdf_tables(path: Path) -> list[PeerTable]:
    """What PyMuPDF finds by rules alone, without its layout network."""
    with pymupdf.open(path) as pdf:
        return [_from_boxes(number, table) for number, page in enumerate(pdf, 1)
                for table in page.find_tables(use_layout=False).tables]


def camelot_tables(path: Path) -> list[PeerTable]:
    """What camelot finds by its lattice."""
    import camelot

    with pymupdf.open(path) as pdf:
        heights = [page.rect.height for page in pdf]
    return [_from_lattice(table, heights[table.page - 1]) for table in camelot.read_pdf(str(path), pages="all", flavor="lattice")]


ENGINES: dict[str, Callable[[Path], list[PeerTable]]] = {
    "pdfplumber": pdfplumber_tables, "pymupdf": pymupdf_tables, "camelot": camelot_tables}


def pymupdf_refined(path: Path) -> list[Table]:
    """What PyMuPDF finds by rules alone, with its refinement of the cells."""
    return _refined(path, use_layout=False)


def pymupdf_network(path: Path) -> list[Table]:
    """What PyMuPDF finds with its layout network and refinement; needs pymupdf-layout."""
    import pymupdf.layout

    pymupdf.layout.activate()  # for the rest of the process; the others say that they do without
    return _refined(path, use_layout=True)


def _refined(path: Path, use_layout: bool) -> list[Table]:
    with pymupdf.open(path) as pdf:
        return [_from_spans(table.placements) if table.placements else _from_boxes(0, table).cells
                for page in pdf for table in page.find_tables(use_layout=use_layout, refine=True).tables]


def _from_spans(rows: Sequence[Sequence[Any]]) -> Table:
    """The cells of rows whose cells say how many rows and columns they span, as in HTML."""
    taken: set[tuple[int, int]] = set()
    cells = []
    for row, line in enumerate(rows):
        column = 0
        for cell in line:
            while (row, column) in taken:
                column += 1
            taken.update((row + down, column + across) for down in range(cell.rowspan) for across in range(cell.colspan))
            cells.append(StructureCell(row, column, cell.text or "", cell.rowspan, cell.colspan))
    return tuple(cells)


def _camelot(flavor: str) -> Callable[[Path], list[Table]]:
    """What camelot finds by one of its ways, texts of merged cells where it puts them."""

    def tables(path: Path) -> list[Table]:
        import camelot

        return [tuple(StructureCell(row, column, cell.text) for row, line in enumerate(table.cells)
                      for column, cell in enumerate(line) if cell.text.strip())
                for table in camelot.read_pdf(str(path), pages="all", flavor=flavor)]

    return tables


def img2table_tables(path: Path) -> list[Table]:
    """What img2table finds, tables without rules too; needs img2table."""
    from img2table.document import PDF

    found: list[Table] = []
    for tables in PDF(str(path)).extract_tables(borderless_tables=True).values():
        for table in tables:
            places: dict[tuple[int, ...], list[tuple[int, int]]] = {}  # box of a cell -> where it stands, once for each place
            texts: dict[tuple[int, ...], str] = {}
            for row, line in table.content.items():
                for column, cell in enumerate(line):
                    box = (cell.bbox.x1, cell.bbox.y1, cell.bbox.x2, cell.bbox.y2)
                    places.setdefault(box, []).append((row, column))
                    texts[box] = cell.value or ""
            found.append(tuple(_spanning(texts[box], own) for box, own in places.items()))
    return found


def _spanning(text: str, places: Sequence[tuple[int, int]]) -> StructureCell:
    rows, columns = [row for row, _ in places], [column for _, column in places]
    top, left = min(rows), min(columns)
    return StructureCell(top, left, text, max(rows) - top + 1, max(columns) - left + 1)


GENERAL: dict[str, Callable[[Path], Sequence[Table]]] = {
    "pdfplumber": lambda path: [table.cells for table in pdfplumber_tables(path)],
    "PyMuPDF": lambda path: [table.cells for table in pymupdf_tables(path)],
    "PyMuPDF refined": pymupdf_refined,
    "PyMuPDF network": pymupdf_network,
    "camelot lattice": lambda path: [table.cells for table in camelot_tables(path)],
    "camelot stream": _camelot("stream"),
    "camelot hybrid": _camelot("hybrid"),
    "img2table": img2table_tables,
}


def _from_boxes(page: int, table: Any) -> PeerTable:
    """A table of rows of boxes (None where a merged cell covers a place) with the texts that its tool extracts for them."""
    boxes = [box for row in table.rows for box in row.cells if box]
    xs, ys = (distinct((at for box in boxes for at in box[side::2]), SAME_EDGE) for side in (0, 1))
    cells = []
    for row, texts in zip(table.rows, table.extract(), strict=True):
        for box, text in zip(row.cells, texts, strict=True):
            if box:
                left, top, right, bottom = _at(xs, box[0]), _at(ys, box[1]), _at(xs, box[2]), _at(ys, box[3])
                cells.append(StructureCell(top, left, text or "", max(bottom - top, 1), max(right - left, 1)))
    return PeerTable(page, tuple(table.bbox), tuple(cells))


def _at(edges: Sequence[float], place: float) -> int:
    return min(range(len(edges)), key=lambda number: abs(edges[number] - place))


def _from_lattice(table: Any, height: float) -> PeerTable:
    """A lattice of places with drawn edges: those without an edge between them are one cell."""
    places = [(row, column) for row in range(len(table.rows)) for column in range(len(table.cols))]
    owner = {place: place for place in places}

    def root(place: tuple[int, int]) -> tuple[int, int]:
        while owner[place] != place:
            place = owner[place]
        return place

    for row, column in places:
        cell = table.cells[row][column]
        for open_edge, other in ((not cell.right, (row, column + 1)), (not cell.bottom, (row + 1, column))):
            if open_edge and other in owner:
                first, second = sorted((root((row, column)), root(other)))
                owner[second] = first
    members: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for place in places:
        members.setdefault(root(place), []).append(place)
    cells = []
    for found in members.values():
        cells.append(_spanning("".join(table.cells[row][column].text for row, column in found), found))
    x0, y0, x1, y1 = table._bbox
    return PeerTable(table.page, (x0, height - y1, x1, height - y0), tuple(cells))


def records_by_rules(path: Path, tables: Sequence[PeerTable]) -> dict[str, Any]:
    """The records that the rules-only reader makes of the tables and of the text lines outside them."""
    blocks: list[TextBlock | Grid] = []
    with pymupdf.open(path) as pdf:
        for number, page in enumerate(pdf, 1):
            own = [table for table in tables if table.page == number]
            items: list[tuple[float, TextBlock | Grid]] = [(table.box[1], _grid(table)) for table in own]
            items += [(top, TextBlock((Line(text, 0, "line"),))) for top, text in _lines_outside(page, own)]
            blocks += [block for _, block in sorted(items, key=lambda item: item[0])]
    return read_by_rules(Document(path.name, "pdf", tuple(blocks)))


def _grid(table: PeerTable) -> Grid:
    """The table as a grid; the rules fill labels down by themselves."""
    cells = [Cell(cell.row, cell.column, text, (Piece(text, Place(page=table.page)),), cell.row_span, cell.column_span)
             for cell in table.cells for text in ["".join(cell.text.splitlines()).strip()]]
    return Grid(tuple(sorted(cells, key=lambda cell: (cell.row, cell.column))), drawn=True)


def _lines_outside(page: Any, tables: Sequence[PeerTable]) -> Iterator[tuple[float, str]]:
    """The text lines of a page whose middle lies in no table, with their upper edge."""
    for block in page.get_text("dict", flags=pymupdf.TEXTFLAGS_TEXT)["blocks"]:
        for line in block.get("lines", ()):
            x0, y0, x1, y1 = line["bbox"]
            x, y = (x0 + x1) / 2, (y0 + y1) / 2
            text = "".join(span["text"] for span in line["spans"]).strip()
            inside = any(box[0] <= x <= box[2] and box[1] <= y <= box[3] for box in (table.box for table in tables))
            if text and not inside:
                yield y0, text
