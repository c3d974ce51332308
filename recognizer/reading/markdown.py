"""Markdown: pipe tables, and heading marks in front of lines.

A table may lack its outer pipes, may have a data row where Markdown wants a header, and may be drawn with `+---+` rules.
"""

from __future__ import annotations

import re

from ..types import Cell
from .parts import Format, Part, SourceLine, Table, drop_markup, line_runs, row_cells

_HEADING = re.compile(r"^(\f?)[ \t]{0,3}#{1,6}[ \t]+(?=\S)")
_CLOSING_HEADING = re.compile(r"[ \t]+#+[ \t]*$")
# Possessive: a thousand blanks can be parted in too many ways.
_SEPARATOR = re.compile(r"\s*+\|?\s*+:?-++:?\s*+(?:\|\s*+:?-++:?\s*+)*+\|?\s*+")
_RULE = re.compile(r"\s*\+(?:[-=:]+\+)+\s*")
_UNESCAPED_PIPE = re.compile(r"(?<!\\)\|")
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")
_BOLD = re.compile(r"(\*\*|__)(?=\S)([^*_]+)(?<=\S)\1")


def take(parts: list[Part]) -> list[Part]:
    """The parts with pipe tables as tables, and lines without their heading marks."""
    taken: list[Part] = []
    for run in line_runs(parts):
        if isinstance(run, Table):
            taken.append(run)
            continue
        if not any("|" in line.text or "#" in line.text for line in run):
            taken.extend(run)
            continue
        at = 0
        while at < len(run):
            end = _end_of_table(run, at)
            table = _table(run[at:end]) if end > at else None
            if table and table.cells:
                taken.append(table)
                at = end
            else:
                taken.append(_without_heading_marks(run[at]))
                at += 1
    return taken


FORMAT = Format("markdown", take)


def _end_of_table(lines: list[SourceLine], start: int) -> int:
    """The index behind the table that begins at `start`; `start` itself where none does."""
    text = lines[start].text
    if "|" not in text and "+" not in text:
        return start
    if _is_row(text) or _RULE.fullmatch(text):
        end = start + 1
        while end < len(lines) and not lines[end].text.startswith("\f") and (
                _is_row(lines[end].text) or _RULE.fullmatch(lines[end].text)):
            end += 1
        # A lone line that starts with a pipe is a table only if a pipe closes it too.
        rows = sum(_is_row(line.text) for line in lines[start:end])
        return end if rows > 1 or (rows == 1 and text.rstrip().endswith("|") and text.count("|") > 1) else start
    header_follows = start + 1 < len(lines) and _is_separator(lines[start + 1].text)
    if not header_follows or "|" not in lines[start + 1].text:
        return start
    end = start + 2
    while end < len(lines) and "|" in lines[end].text:
        end += 1
    return end


def _is_row(text: str) -> bool:
    return text.lstrip().startswith("|")


def _is_separator(text: str) -> bool:
    return "-" in text and _SEPARATOR.fullmatch(text) is not None


def _table(lines: list[SourceLine]) -> Table:
    cells: list[Cell] = []
    row = 0
    for position, line in enumerate(lines):
        text = line.text
        # Further down a lone dash is data (no amount printed); only a longer rule separates there.
        if ((position == 1 or "---" in text) and _is_separator(text)) or ("+" in text and _RULE.fullmatch(text)):
            continue
        cells += row_cells(row, _fields(text), line.number)
        row += 1
    return Table(tuple(cells), page_before=lines[0].text.startswith("\f"))


def _fields(text: str) -> list[str]:
    """The fields of a row, without the outer pipes, escapes and markup undone."""
    text = text.strip()
    fields = _UNESCAPED_PIPE.split(text) if "\\" in text else text.split("|")
    if text.startswith("|"):
        del fields[0]
    if len(fields) > 1 and not fields[-1].strip():
        fields.pop()
    marked = "\\" in text or "<" in text or "&" in text or "**" in text or "__" in text
    return [_plain(field) for field in fields] if marked else fields


def _plain(field: str) -> str:
    field = drop_markup(field.strip())
    # Only a field that is bold as a whole: the stars of `≥**%` are a template's, and stay.
    bold = _BOLD.fullmatch(field)
    if bold:
        field = bold[2]
    return _ESCAPE.sub(r"\1", field)


def _without_heading_marks(line: SourceLine) -> SourceLine:
    if "#" not in line.text:
        return line
    text = _HEADING.sub(r"\1", line.text)
    return line if text == line.text else SourceLine(line.number, _CLOSING_HEADING.sub("", text))
