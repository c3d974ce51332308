"""A packed cell, which holds many indicators, laid out as pieces of its own."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise

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
            cells.append(Cell(0, start, text.rstrip(), (Piece(text, place, start),), gap=gap))
        gap = "mark" if _MARKED.search(text) else "blank"
    return Grid(tuple(cells), drawn=False)


def restore(cell: Cell, packed: Cell) -> Cell:
    """A joined part with its text as the packed cell prints it, without the separators and brackets around it."""
    start = cell.pieces[0].index
    printed = packed.text[start : cell.pieces[-1].index + len(cell.pieces[-1].text)]
    text = _core(printed) or printed.strip()
    return replace(cell, text=text, pieces=(Piece(text, cell.pieces[0].place, start + printed.index(text)),))


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
