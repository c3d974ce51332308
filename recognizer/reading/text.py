"""Lines outside tables: gathers them into text blocks and says what stands before each line and each table."""

from __future__ import annotations

from dataclasses import replace

from ..types import Gap, Grid, Line, TextBlock
from .parts import Part, SourceLine, Table, drop_markup


def number_lines(text: str) -> list[Part]:
    """The lines of a text, numbered from 1. Only a line feed ends a line, so that numbers agree with every editor."""
    return [SourceLine(number, line) for number, line in enumerate(text.split("\n"), 1)]


def gather(parts: list[Part]) -> tuple[TextBlock | Grid, ...]:
    """The blocks of a document: tables as drawn grids, the lines between them as text blocks without empty lines."""
    blocks: list[TextBlock | Grid] = []
    lines: list[Line] = []
    gap: Gap = "start"
    for part in parts:
        if isinstance(part, Table):
            if lines:
                blocks.append(TextBlock(tuple(lines)))
                lines = []
            blocks.append(_grid(part, "page" if part.page_before and gap != "start" else gap))
            gap = "line"
            continue
        text = part.text
        page_before = page_after = False
        if "\f" in text:
            page_before, page_after = text.lstrip(" \t").startswith("\f"), text.rstrip(" \t").endswith("\f")
            text = text.strip(" \t\f").replace("\f", " ")
        if "<" in text or "&" in text:
            text = drop_markup(text).strip("\n").replace("\n", " ")
        if page_before:
            gap = _wider(gap, "page")
        if text.strip():
            lines.append(Line(text, part.number, gap))
            gap = "line"
        elif gap != "start":
            gap = "page" if gap in ("blank_line", "page") else "blank_line"
        if page_after:
            gap = _wider(gap, "page")
    if lines:
        blocks.append(TextBlock(tuple(lines)))
    return tuple(blocks)


def _wider(gap: Gap, other: Gap) -> Gap:
    """A gap widened to another; what starts the document starts it still."""
    return gap if gap == "start" else other


def _grid(table: Table, gap: Gap) -> Grid:
    first, *rest = table.cells
    return Grid((replace(first, gap=gap), *rest), drawn=True, gap=gap)


