"""A packed cell, which holds many indicators, laid out as pieces of its own."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise

from recognizer.layout.filling import union
from recognizer.types import Cell, Gap, Grid, Piece

SEPARATORS = ";；:：。．、,，|｜/→\n\t \u3000"
_CLOSING, _OPENING = "）)】]〕", "（(【[〔"
_DASH = "-－—–"
_IDEOGRAPH = "\u4e00-\u9fff"
_COMPARATOR = "≥≤=＝<>＜＞≧≦‹›﹤﹥⩾⩽≈"
_AFTER, _BEFORE = re.escape(SEPARATORS + _CLOSING), re.escape(_OPENING)
_BOUNDARY = re.compile(
    f"(?<=[{_AFTER}])(?![{_AFTER}])"  # after a run of separators and closing brackets
    f"|(?=[{_BEFORE}])"  # before a bracket opens
    f"|(?<=[{_IDEOGRAPH}{_AFTER}])(?=[{_DASH}])|(?<=[{_DASH}])(?=[{_IDEOGRAPH}{_BEFORE}])"  # around a dash beside words
    f"|(?<=[^{_COMPARATOR}])(?=[{_COMPARATOR}])"  # before a comparator
    f"|(?=大于|小于|等于|不低于|不少于|不超过|不高于)(?<!大于)(?<!小于)"
    f"|(?<=[{_IDEOGRAPH}）)”》])(?=\\d)"  # where a number begins
    f"|(?<=\\d\\.)(?=[{_IDEOGRAPH}])"  # after the number of an item
    r"|(?=为)|(?<=为)"
)
_EDGE = re.escape(SEPARATORS + _DASH)
_EDGES = re.compile(f"^[{_EDGE}]+|[{_EDGE}]+$")
_MARKED = re.compile(f"[{_EDGE}{re.escape(_CLOSING)}]$")


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
            cells.append(Cell(0, start, text.rstrip(), (Piece(text, place, start),), gap=gap, disputed=cell.disputed))
        gap = "mark" if _MARKED.search(text) else "blank"
    return Grid(tuple(cells), drawn=False)


def restore(cell: Cell, packed: Cell) -> Cell:
    """A joined part with its text as the packed cell prints it, without the separators and brackets around it."""
    start = cell.pieces[0].index
    printed = packed.text[start : cell.pieces[-1].index + len(cell.pieces[-1].text)]
    text = _core(printed) or printed.strip()
    start += printed.index(text)
    return replace(cell, text=text, pieces=_pieces(packed, start, start + len(text)))


def _pieces(packed: Cell, start: int, end: int) -> tuple[Piece, ...]:
    """The pieces of a packed cell's text from `start` to `end`: on pages one a printed line, each with the box of its own
    characters; elsewhere one, whose place is that of the cell. Their `index` is their offset in the cell's text.
    """
    if not packed.pieces[0].boxes:
        return (Piece(packed.text[start:end], packed.pieces[0].place, start),)
    found = []
    offset = 0
    for piece in packed.pieces:
        # Between the lines of a cell there may stand a blank or a line break that no line has.
        offset = packed.text.index(piece.text, offset)
        first, last = max(start - offset, 0), min(end - offset, len(piece.text))
        if first < last:
            boxes = piece.boxes[first:last]
            place = replace(piece.place, bbox=union(boxes))
            found.append(Piece(piece.text[first:last], place, offset + first, boxes, piece.sure[first:last]))
        offset += len(piece.text)
    return tuple(found)


def _core(text: str) -> str:
    """The text without separators at its ends and without brackets that enclose it or that lack their other half."""
    while True:
        shorter = _EDGES.sub("", text).strip()
        if shorter[:1] and shorter[0] in _OPENING and _matching(shorter) in (-1, len(shorter) - 1):
            shorter = shorter[1:]
        if shorter[-1:] and shorter[-1] in _CLOSING and not any(mark in shorter for mark in _OPENING):
            shorter = shorter[:-1]
        if shorter == text:
            return text
        text = shorter


def _matching(text: str) -> int:
    """Where the bracket that opens the text closes again, -1 for nowhere."""
    depth = 0
    for index, char in enumerate(text):
        depth += (char in _OPENING) - (char in _CLOSING)
        if depth == 0:
            return index
    return -1
