"""A packed cell, which holds many indicators, laid out as pieces of its own."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise

from recognizer.types import Cell, Gap, Grid, Piece

SEPARATORS = ";；:：。、,，|｜【】\\n\\t \u3000"
_BOUNDARY = re.compile(
    f"(?<=[{SEPARATORS}])(?![{SEPARATORS}])"  # after a run of separators
    r"|(?<=\d[-－—])(?=[\u4e00-\u9fff])|(?<=[\u4e00-\u9fff])(?=[-－—])|(?<=[\u4e00-\u9fff][-－—])"  # around a dash
    r"|(?<=[^≥≤=＝<>＜＞])(?=[≥≤=＝<>＜＞])"  # before a comparator
    r"|(?<=[\u4e00-\u9fff）)”》])(?=\d)"
)  # where a number begins
_TRAILING = re.compile(f"[{SEPARATORS}]+$")


def split_packed(cell: Cell) -> Grid:
    """The pieces of a packed cell as an undrawn grid of one row.

    A piece's `index` and its cell's column are its character offset in the cell's text; separators stay at the end
    of the piece before them, where they tell what kind of boundary it is.
    """
    place = cell.pieces[0].place
    cuts = [0, *sorted({match.start() for match in _BOUNDARY.finditer(cell.text)} - {0}), len(cell.text)]
    cells: list[Cell] = []
    gap: Gap = "start"
    for start, end in pairwise(cuts):
        text = cell.text[start:end]
        if text.strip():
            cells.append(Cell(0, start, text.rstrip(), (Piece(text, place, start),), gap=gap))
        gap = "mark" if _TRAILING.search(text) else "blank"
    return Grid(tuple(cells), drawn=False)


def restore(cell: Cell, packed: Cell) -> Cell:
    """A joined part with its text as the packed cell prints it, without the separators at its end."""
    start = cell.pieces[0].index
    end = cell.pieces[-1].index + len(cell.pieces[-1].text)
    printed = packed.text[start:end]
    text = _TRAILING.sub("", printed).strip()
    return replace(cell, text=text or printed.strip(), pieces=(Piece(text or printed.strip(), cell.pieces[0].place, start),))
