"""A printed document with its truth: what each cell is, which of its lines stand where, and what records follow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ...truth import LabelledDocument, TruthCell
from ...types import Grid, Piece, Place

Area = tuple[float, float, float, float]
UNKNOWN = "?"  # the label of what a reader mixed up, which nobody should learn from
_FAR = 2.0  # points that a piece's middle may lie outside its fragment


@dataclass(frozen=True, slots=True)
class Fragment:
    """The part of a cell on one page (from 1): the box of its text, the text, and the box of the cell itself there.

    Boxes are points with the origin at the top left of the page as displayed; outside tables `area` is the text's box.
    """

    page: int
    bbox: Area
    text: str
    area: Area


@dataclass(frozen=True, slots=True)
class PrintedCell:
    """A true cell: its label's code, text and fragments. `table` is -1 outside tables, where row and column mean nothing.

    `parts` of a packed cell are (start, end, label code) within `text`. `again` marks a label or heading that a page prints
    once more: a true cell of its own that is no cell of the table. `lines` counts those that
    its column makes of it; `stacked` texts run from top to bottom.
    """

    label: str
    text: str
    fragments: tuple[Fragment, ...]
    project: int = -1
    parts: tuple[tuple[int, int, str], ...] = ()
    table: int = -1
    row: int = -1
    column: int = -1
    row_span: int = 1
    column_span: int = 1
    again: bool = False
    lines: int = 1
    stacked: bool = False


@dataclass(frozen=True, slots=True)
class PrintedDocument:
    """A PDF, its true cells (empty ones too) and the gold records (schema of eval/gold/README.md) it should become."""

    name: str
    pdf: bytes
    cells: tuple[PrintedCell, ...]
    records: dict[str, Any]
    source: str = ""
    tags: frozenset[str] = frozenset()
    pages: int = 0
    made_with: str = ""

    def structure(self) -> dict[str, Any]:
        """The truth of its tables in the form of eval/pdfs/*.truth.json, with each cell's pages, lines and label besides."""
        tables: dict[int, list[dict[str, Any]]] = {}
        again = {(cell.table, cell.row, cell.column): cell.fragments for cell in self.cells if cell.again and cell.table >= 0}
        for cell in self.cells:
            if cell.table < 0 or cell.again:
                continue
            entry: dict[str, Any] = {
                "row": cell.row,
                "col": cell.column,
                "rowspan": cell.row_span,
                "colspan": cell.column_span,
                "text": cell.text,
                "fragments": [_fragment(fragment) for fragment in cell.fragments if fragment.text],
                "pages": sorted({fragment.page for fragment in cell.fragments}),
                "lines": cell.lines,
                "label": cell.label,
            }
            if cell.stacked:
                entry["vertical"] = True
            if (cell.table, cell.row, cell.column) in again:
                entry["again"] = [_fragment(fragment) for fragment in again[cell.table, cell.row, cell.column]]
            tables.setdefault(cell.table, []).append(entry)
        return {
            "document": self.name,
            "made_with": self.made_with,
            "pages": self.pages,
            "tables": [
                {
                    "nrows": max(entry["row"] + entry["rowspan"] for entry in cells),
                    "ncols": max(entry["col"] + entry["colspan"] for entry in cells),
                    "cells": sorted(cells, key=lambda entry: (entry["row"], entry["col"])),
                }
                for _, cells in sorted(tables.items())
            ],
        }


def _fragment(fragment: Fragment) -> dict[str, Any]:
    return {"page": fragment.page, "bbox": [round(edge, 1) for edge in fragment.bbox], "text": fragment.text}


def aligned(document: PrintedDocument, places: Sequence[Place]) -> list[tuple[int, int]]:
    """For the place of each piece read from the PDF its true cell's number in `document.cells` and its order within that cell.

    A piece belongs to the fragment on its page that the middle of its box lies in, or by a hair outside; (-1, 0) where there is
    none. The order is that of reading: by page, then from top to bottom, then from left to right.
    """
    by_page: dict[int, list[tuple[Area, int]]] = {}
    for number, cell in enumerate(document.cells):
        for fragment in cell.fragments:
            if fragment.text:
                by_page.setdefault(fragment.page, []).append((fragment.bbox, number))
    owners = [_owner(place, by_page.get(place.page or 0, ())) for place in places]
    members: dict[int, list[int]] = {}
    for index, owner in enumerate(owners):
        members.setdefault(owner, []).append(index)
    order = [0] * len(places)
    for owner, indices in members.items():
        if owner >= 0:
            for rank, index in enumerate(sorted(indices, key=lambda index: _reading_order(places[index]))):
                order[index] = rank
    return list(zip(owners, order, strict=True))


def labelled(document: PrintedDocument, grids: Sequence[Grid]) -> LabelledDocument:
    """The document as its reader saw it: true cells with the keys of the pieces that a reader of the PDF made of them.

    `grids` are those of the whole document, before any repair; keys are (page, index). A cell whose pieces say what is not
    in it (a reader mixed two cells up) has the label `?`, as has a piece that belongs to no cell. `text` stays empty.
    """
    pieces = [piece for grid in grids for cell in (*grid.cells, *grid.repeated) for piece in cell.pieces]
    members: dict[int, list[tuple[int, Piece]]] = {}
    found: list[TruthCell] = []
    for piece, (owner, order) in zip(pieces, aligned(document, [piece.place for piece in pieces]), strict=True):
        if owner < 0:
            found.append(TruthCell(UNKNOWN, (piece.key,), piece.text))
        else:
            members.setdefault(owner, []).append((order, piece))
    for owner, parts in members.items():
        cell = document.cells[owner]
        ordered = [piece for _, piece in sorted(parts, key=lambda part: part[0])]
        text = "".join(piece.text for piece in ordered)
        whole = "".join(text.split()) in "".join(cell.text.split())
        offsets = _moved(cell.parts, cell.text, text) if whole else ()
        found.append(TruthCell(cell.label if whole else UNKNOWN, tuple(p.key for p in ordered), text, cell.project, offsets))
    cells = tuple(sorted(found, key=lambda cell: cell.pieces[0]))
    return LabelledDocument(document.name, "", cells, document.records, document.source, document.tags)


def _moved(parts: tuple[tuple[int, int, str], ...], printed: str, read: str) -> tuple[tuple[int, int, str], ...]:
    """Offsets within the printed text as offsets within the read one, which may have other blanks."""
    places = [at for at, character in enumerate(read) if not character.isspace()]
    before = [0]
    for character in printed:
        before.append(before[-1] + (not character.isspace()))
    return tuple(
        (places[before[start]], places[before[end] - 1] + 1, label)
        for start, end, label in parts
        if before[start] < before[end] <= len(places)
    )


def _owner(place: Place, fragments: Sequence[tuple[Area, int]]) -> int:
    if place.bbox is None:
        return -1
    x0, y0, x1, y1 = place.bbox
    x, y = (x0 + x1) / 2, (y0 + y1) / 2
    best, nearest = -1, _FAR
    for (left, top, right, bottom), number in fragments:
        away = max(left - x, x - right, top - y, y - bottom, 0.0)
        if away < nearest:
            best, nearest = number, away
    return best


def _reading_order(place: Place) -> tuple[int, float, float]:
    left, top = place.bbox[:2] if place.bbox else (0.0, 0.0)
    return (place.page or 0, round(top), left)
