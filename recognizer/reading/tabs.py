"""Tab-separated tables with prose around them, as programs that pull tables out of PDFs and Word files write them.

A run of lines with tabs is a table. Its columns may differ from row to row; they are kept as printed, for only a later
room can know which cell slipped into its neighbour's place.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..types import Cell, Piece, Place
from .parts import Format, Part, SourceLine, Table, drop_markup, line_runs, row_cells

# Lines without a tab that may stand inside a table (a cell that breaks its line); more of them are prose between tables.
_LONGEST_BREAK = 3
# Lines that a quoted field, as Excel copies it, may reach over.
_LONGEST_QUOTED = 50
_ENUMERATION = re.compile(r"\W?(?:\d{1,2}|[一二三四五六七八九十]{1,3})\W{0,2}|\W?[A-Za-z]\W{1,2}|\W")


def take(parts: list[Part]) -> list[Part]:
    """The parts with runs of tabbed lines as tables."""
    taken: list[Part] = []
    doubtful: list[int] = []
    for run in line_runs(parts):
        if isinstance(run, Table):
            taken.append(run)
            continue
        for stretch in _stretches(run):
            if "\t" not in stretch[0].text:
                taken.extend(stretch)
            elif _is_table(stretch):
                taken.append(_table(stretch))
            else:
                doubtful.append(len(taken))
                taken.extend(stretch)
    # Beside real tables a lone line of two fields is a row that a page break cut off; elsewhere it is prose.
    if doubtful and any(isinstance(part, Table) for part in taken):
        for place in doubtful:
            line = taken[place]
            if isinstance(line, SourceLine) and _is_lone_row(line.text):
                taken[place] = _table([line])
    return taken


FORMAT = Format("tabs", take)


def _stretches(lines: list[SourceLine]) -> Iterator[list[SourceLine]]:
    """The lines cut into stretches, each either all prose or all of one table (its first line then has a tab)."""
    prose: list[SourceLine] = []
    at = 0
    while at < len(lines):
        if "\t" not in lines[at].text:
            prose.append(lines[at])
            at += 1
            continue
        if prose:
            yield prose
            prose = []
        end = _end_of_table(lines, at)
        yield lines[at:end]
        at = end
    if prose:
        yield prose


def _end_of_table(lines: list[SourceLine], start: int) -> int:
    """The index behind the last line of the table that begins at `start`."""
    end = start + 1
    while end < len(lines):
        text = lines[end].text
        if text.startswith("\f"):
            break
        if "\t" in text:
            end += 1
            continue
        resume = _resumption(lines, end)
        if resume is None:
            break
        end = resume
    return end


def _resumption(lines: list[SourceLine], end: int) -> int | None:
    """The index where a table goes on after lines without tabs inside it, None where it has ended."""
    for ahead in range(end, min(end + _LONGEST_BREAK + 1, len(lines))):
        text = lines[ahead].text
        if "\t" in text:
            return ahead
        if not text.strip() or "\f" in text:
            return None
    return None


def _is_table(stretch: list[SourceLine]) -> bool:
    """Whether tabbed lines are a table, not prose with an indent or a tab behind its numbering."""
    tabbed = [line.text for line in stretch if "\t" in line.text]
    if any(text.rstrip("\r\n").count("\t") >= 2 and text.strip() for text in tabbed):
        return True
    return len(tabbed) > 1 and any(_is_lone_row(text) for text in tabbed)


def _is_lone_row(text: str) -> bool:
    first, _, second = text.strip("\f").partition("\t")
    return bool(first.strip() and second.strip()) and not _ENUMERATION.fullmatch(first.strip())


def _table(stretch: list[SourceLine]) -> Table:
    cells: list[Cell] = []
    row = 0
    at = 0
    while at < len(stretch):
        line = stretch[at]
        text = line.text
        if '"' in text:
            quoted = _quoted_end(stretch, at)
            if quoted > at:
                cells.extend(_quoted_row(stretch[at:quoted + 1], row))
                row += 1
                at = quoted + 1
                continue
        cells += row_cells(row, _fields(text), line.number)
        row += 1
        at += 1
    return Table(tuple(cells), page_before=stretch[0].text.startswith("\f"))


def _quoted_end(stretch: list[SourceLine], at: int) -> int:
    """The index of the line where a field that opens a quotation mark in line `at` closes it; `at` itself if none does."""
    last = stretch[at].text.rsplit("\t", 1)[-1]
    if not last.startswith('"') or last.count('"') % 2 == 0:
        return at
    for ahead in range(at + 1, min(at + _LONGEST_QUOTED, len(stretch))):
        if stretch[ahead].text.split("\t", 1)[0].count('"') % 2:
            return ahead if stretch[ahead].text.split("\t", 1)[0].rstrip().endswith('"') else at
    return at


def _quoted_row(lines: list[SourceLine], row: int) -> list[Cell]:
    """The cells of a row whose one field, in quotation marks, reaches over several lines."""
    before, _, opening = lines[0].text.rpartition("\t")
    closing, _, after = lines[-1].text.partition("\t")
    first, last = lines[0].number, lines[-1].number
    cells = row_cells(row, _fields(before), first) if "\t" in lines[0].text else []
    quoted = "\n".join([opening, *(line.text for line in lines[1:-1]), closing.rstrip()])[1:-1].replace('""', '"').strip()
    column = len(cells)
    pieces = (Piece(quoted, Place((first, last)), column),) if quoted else ()
    cells.append(Cell(row, column, quoted, pieces, gap="tab" if column else "line"))
    if "\t" in lines[-1].text:
        cells += row_cells(row, _fields(after), last, column + 1, 1)
    return cells


def _fields(text: str) -> list[str]:
    fields = text.split("\t")
    return [drop_markup(field) for field in fields] if "<" in text or "&" in text else fields
