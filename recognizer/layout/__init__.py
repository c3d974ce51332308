"""Laying out: from a document's blocks to grids of cells, drawn or not."""

from __future__ import annotations

import re

from recognizer.types import Cell, Document, Gap, Grid, Piece, Place, TextBlock

_RUN = re.compile(r"\S+")


def lay_out(document: Document) -> tuple[Grid, ...]:
    """The grids of a document in reading order.

    Drawn grids stay as their reader made them. A text block becomes an undrawn grid whose rows are its lines and
    whose cells are the runs of text between white space: whether two of them are one cell is for `repair` to say.
    """
    return tuple(_grid_of_lines(block) if isinstance(block, TextBlock) else block for block in document.blocks)


def _grid_of_lines(block: TextBlock) -> Grid:
    cells: list[Cell] = []
    for row, line in enumerate(block.lines):
        gap: Gap = line.gap
        end = 0
        for index, found in enumerate(_RUN.finditer(line.text)):
            if index:
                gap = "blank" if found.start() - end == 1 else "wide"
            end = found.end()
            piece = Piece(found[0], Place(lines=(line.number, line.number)), index)
            cells.append(Cell(row, index, found[0], (piece,), gap=gap))
    return Grid(tuple(cells), drawn=False, gap=block.lines[0].gap if block.lines else "blank_line")
