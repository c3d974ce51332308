"""What passes from format to format while a text is read: numbered lines, and the tables found among them.

Every format is one small step (`Format.take`): it takes the lines that it knows to be tables of its own and leaves all
else to the next, so that one document may hold web tables, pipe tables, tabs and prose together.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from html import unescape

from ..types import Cell, Gap, Piece, Place


@dataclass(frozen=True, slots=True)
class SourceLine:
    """A line of the source, its number from 1; empty lines too, for they tell what belongs together."""

    number: int
    text: str


@dataclass(frozen=True, slots=True)
class Table:
    """The cells of a drawn table in reading order; `page_before` where a form feed stands before its first cell."""

    cells: tuple[Cell, ...]
    page_before: bool = False


Part = SourceLine | Table


@dataclass(frozen=True, slots=True)
class Format:
    """A kind of table in text: `take` replaces the lines it recognises by `Table`s and passes on every other part."""

    name: str
    take: Callable[[list[Part]], list[Part]]


def line_runs(parts: Iterable[Part]) -> Iterator[list[SourceLine] | Table]:
    """The parts with neighbouring lines gathered in lists, so that a format sees whole stretches of text."""
    run: list[SourceLine] = []
    for part in parts:
        if isinstance(part, SourceLine):
            run.append(part)
            continue
        if run:
            yield run
            run = []
        yield part
    if run:
        yield run


def row_cells(row: int, fields: Iterable[str], line: int, first_column: int = 0, first_index: int = 0) -> list[Cell]:
    """The cells of a row: each field stripped at its ends, its index the field's order, no piece where it is empty."""
    place = Place((line, line))
    cells: list[Cell] = []
    for column, field in enumerate(fields, first_column):
        text = field.strip()
        gap: Gap = "tab" if column else "line"
        if text:
            cells.append(Cell(row, column, text, (Piece(text, place, column - first_column + first_index),), 1, 1, gap))
        else:
            cells.append(_empty_cell(row, column, gap))
    return cells


@lru_cache(maxsize=4096)
def _empty_cell(row: int, column: int, gap: Gap) -> Cell:
    return Cell(row, column, "", (), gap=gap)


# Tags that break a line; the others only style it. Names are listed so that `<1%` and `<X人` stay text.
_BREAK = re.compile(r"<(?:br\s*/?|/(?:p|div|li|tr|h[1-6]))\s*>", re.IGNORECASE)
_TAG = re.compile(
    r"</?(?:a|abbr|b|big|blockquote|br|center|code|col|colgroup|del|div|em|font|h[1-6]|hr|i|img|ins|label|li|mark|o:p|ol|p|pre|s|small"
    r"|span|strike|strong|sub|sup|table|tbody|td|tfoot|th|thead|tr|tt|u|ul)(?:\s[^<>]{0,2000})?/?>", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z]{2,31}\d{0,2});")


def drop_markup(text: str) -> str:
    """The text without HTML tags, `<br>` and block ends as line breaks, entities as the characters they stand for."""
    if "<" in text:
        text = _TAG.sub("", _BREAK.sub("\n", text))
    if "&" in text:
        text = _ENTITY.sub(lambda entity: unescape(entity[0]), text)
    return text
