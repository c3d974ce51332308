"""Workbooks (.xlsx, .xlsm): each sheet as the tables and lines it shows, numbers as displayed, formulas by their last result.

Empty rows without borders part a sheet; lines above and below a bordered table, such as its title, are lines of text. What
a hidden sheet says is read, and the sheet named, so that later rooms can doubt it.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from typing import Any

from ..errors import DamagedFileError, DangerousFileError
from ..limits import Limits
from ..types import Cell, Document, Gap, Grid, Line, Piece, Place, TextBlock
from .number_format import CHINESE_FORMATS, displayed
from .package import BROKEN, checked_package

_MERGED = re.compile(rb"""mergeCell\s[^>]*\bref\s*=\s*["']([A-Za-z]{1,3})(\d{1,7}):([A-Za-z]{1,3})(\d{1,7})["']""")
_FORMULA = re.compile(rb"<(?:\w+:)?f[\s>/]")
_SHEET = re.compile(r"xl/worksheets/[^/]+\.xml", re.IGNORECASE)
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_SURROGATE = re.compile("[\ud800-\udfff]")
_WORD = re.compile(r"\S+")


@dataclass(frozen=True, slots=True)
class _Shown:
    """A cell of a sheet as displayed: text, row and column (from 0), spans, and whether a border stands at its sides."""

    row: int
    column: int
    text: str
    rows: int = 1
    columns: int = 1
    bordered: bool = False


def read_workbook(data: bytes, path: Path, limits: Limits) -> Document:
    """The tables and lines of a workbook's sheets. A cell's place is its sheet's name and its own (`B3`).

    Raises DamagedFileError, DangerousFileError, EncryptedFileError or UnsupportedFormatError.
    """
    warnings = checked_package(data, path, limits)
    calculated = _refuse_wide_merges(data, path, limits)
    book = _opened(data, path, data_only=True)
    formulas = _opened(data, path, data_only=False) if calculated else None
    blocks: list[TextBlock | Grid] = []
    hidden = []
    numbers = count()
    for sheet in book.worksheets:
        shown = sorted(_shown(sheet), key=lambda cell: (cell.row, cell.column))
        if formulas:
            warnings += _without_result(sheet, formulas[sheet.title])
        found = list(_blocks(shown, sheet.title, numbers, "page" if blocks else "start", limits.table_cells, warnings))
        if found and sheet.sheet_state != "visible":
            hidden.append(sheet.title)
            warnings.append(f"sheet {sheet.title!r} is hidden; it was read all the same")
        elif found:
            warnings += _hidden_parts(sheet, shown)
        blocks += found
    return Document(path.name, "xlsx", tuple(blocks), encoding="xlsx", warnings=tuple(warnings), hidden=tuple(hidden))


def _refuse_wide_merges(data: bytes, path: Path, limits: Limits) -> bool:
    """Whether there are formulas. Refuses merged ranges of millions of cells, of which the library would make each one."""
    calculated = False
    merged = 0
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            for name in filter(_SHEET.fullmatch, package.namelist()):
                xml = package.read(name)
                calculated = calculated or _FORMULA.search(xml) is not None
                for left, top, right, bottom in _MERGED.findall(xml):
                    merged += (int(bottom) - int(top) + 1) * (_column(right) - _column(left) + 1)
    except BROKEN as error:
        raise DamagedFileError(f"damaged: {error}", path=path, hint="repair it or download it again") from error
    if merged > 10 * limits.table_cells:
        raise DangerousFileError(f"merged ranges of {merged:,} cells; the limit is {10 * limits.table_cells:,}", path=path)
    return calculated


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def _opened(data: bytes, path: Path, *, data_only: bool) -> Any:
    import warnings

    import openpyxl

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of styles and extensions that are not needed to read texts
            return openpyxl.load_workbook(io.BytesIO(data), data_only=data_only, keep_links=False)
    except Exception as error:  # libraries raise what they like over a broken package
        reason = " ".join(str(error).split()) or type(error).__name__
        raise DamagedFileError(f"damaged: {reason}", path=path, hint="repair it or save it anew") from error


def _shown(sheet: Any) -> Iterator[_Shown]:
    """The cells that hold something, or that borders make cells of a table; a merged range is one cell."""
    merged = {(span.min_row, span.min_col): span for span in sheet.merged_cells.ranges}
    covered = {place for span in merged.values() for place in span.cells} - merged.keys()
    for cell in list(sheet._cells.values()):  # the sparse store: a sheet may name a last cell millions of rows away
        place = (cell.row, cell.column)
        if place in covered:
            continue
        text = _text(cell)
        bordered = _is_bordered(cell)
        if not text and not bordered:
            continue
        span = merged.get(place)
        rows, columns = (span.size["rows"], span.size["columns"]) if span else (1, 1)
        yield _Shown(cell.row - 1, cell.column - 1, text, rows, columns, bordered)


def _is_bordered(cell: Any) -> bool:
    try:
        border = cell.border
    except IndexError:  # its style names a border that the file does not have
        return False
    return bool((border.left and border.left.style) or (border.right and border.right.style))


def _text(cell: Any) -> str:
    value = cell.value
    own = CHINESE_FORMATS.get(cell._style.numFmtId)
    if own and isinstance(value, int | float) and not isinstance(value, bool):
        value = _moment(value, cell.parent.parent.epoch)
    text = displayed(value, own if own and not isinstance(value, str) else _format_code(cell))
    return _unescaped(text).replace("\r\n", "\n").replace("\r", "\n").strip()


def _format_code(cell: Any) -> str:
    try:
        return str(cell.number_format)
    except IndexError:  # its style names a format that the file does not have
        return "General"


def _moment(number: float, epoch: Any) -> Any:
    """The date or time that a number counts days to; the number itself where no calendar of a spreadsheet goes so far."""
    from openpyxl.utils.datetime import from_excel

    try:
        return from_excel(number, epoch) if number >= 0 else number
    except (OverflowError, ValueError):
        return number


def _unescaped(text: str) -> str:
    """The text with characters for their codes (`_x000D_`); half of a pair of codes is no character, and becomes U+FFFD."""
    text = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace") if _SURROGATE.search(text) else text


def _without_result(sheet: Any, formulas: Any) -> Iterator[str]:
    """A warning where formulas have no stored result: nothing is displayed before a spreadsheet has calculated them."""
    lacking = [cell.coordinate for place, cell in formulas._cells.items()
               if cell.data_type == "f" and (place not in sheet._cells or sheet._cells[place].value is None)]
    if lacking:
        yield f"sheet {sheet.title!r}: {len(lacking)} formulas without a stored result, the first in {lacking[0]}; they are empty"


def _hidden_parts(sheet: Any, shown: Iterable[_Shown]) -> Iterator[str]:
    """A warning where rows or columns with text are hidden."""
    from openpyxl.utils.cell import column_index_from_string

    rows = {number - 1 for number, one in sheet.row_dimensions.items() if one.hidden}
    columns: set[int] = set()
    for letters, one in sheet.column_dimensions.items():
        if one.hidden:
            first = one.min or column_index_from_string(letters)
            columns.update(range(first - 1, min(one.max or first, first + 1000)))
    cells = sum(bool(cell.text) and (cell.row in rows or cell.column in columns) for cell in shown)
    if cells:
        yield f"sheet {sheet.title!r}: {cells} cells stand in hidden rows or columns; they were read all the same"


def _blocks(
    shown: list[_Shown], sheet: str, numbers: Iterator[int], gap: Gap, most: int, warnings: list[str]
) -> Iterator[TextBlock | Grid]:
    """The tables and lines of a sheet; empty columns at the left are none of a table's."""
    for rows in _regions(shown):
        first, last = _table_within(rows)
        for part, is_table in ((rows[:first], False), (rows[first:last], True), (rows[last:], False)):
            if not any(cell.text for row in part for cell in row):
                continue
            if not is_table:
                yield _lines(part, sheet, numbers, gap)
            elif (cells := _area(part)) > most:
                warnings.append(f"sheet {sheet!r}: a table of {cells:,} cells was not read; the limit is {most:,}")
            else:
                yield _grid(part, sheet, numbers, gap)
            gap = "line"
        gap = "blank_line"


def _regions(shown: list[_Shown]) -> Iterator[list[list[_Shown]]]:
    """The rows of a sheet that follow each other without an empty one; a cell over several rows holds them together."""
    region: list[list[_Shown]] = []
    bottom = -1  # the last row that the region reaches into
    for cell in shown:
        if region and cell.row > bottom + 1:
            yield region
            region = []
        if not region or region[-1][0].row != cell.row:
            region.append([])
        region[-1].append(cell)
        bottom = max(bottom, cell.row + cell.rows - 1)
    if region:
        yield region


def _table_within(rows: list[list[_Shown]]) -> tuple[int, int]:
    """The first row of a region's table and the one behind its last: from the first to the last with borders at the sides of
    cells; without any borders, with two cells. Both are 0 where there is no table."""
    numbers = [number for number, row in enumerate(rows) if any(cell.bordered for cell in row)]
    if not numbers:
        numbers = [number for number, row in enumerate(rows) if len(row) > 1]
        numbers = numbers if len(numbers) > 1 else []
    worded = [number for number in numbers if any(cell.text for cell in rows[number])]
    return (worded[0], worded[-1] + 1) if worded else (0, 0)


def _bounds(rows: list[list[_Shown]]) -> tuple[int, int, int, int]:
    """The top and left of a table, and the row and column behind its last; empty cells at the right are none of it."""
    worded = [cell for row in rows for cell in row if cell.text]
    right = max(cell.column + cell.columns for cell in worded)
    return rows[0][0].row, min(cell.column for cell in worded), rows[-1][0].row + 1, right


def _area(rows: list[list[_Shown]]) -> int:
    top, left, bottom, right = _bounds(rows)
    return (bottom - top) * (right - left)


def _grid(rows: list[list[_Shown]], sheet: str, numbers: Iterator[int], gap: Gap) -> Grid:
    """The table with rows and columns counted from its first; no span reaches over its edge, and empty places are cells."""
    top, left, bottom, right = _bounds(rows)
    starts = {(cell.row, cell.column): cell for row in rows for cell in row}
    covered: set[tuple[int, int]] = set()
    cells: list[Cell] = []
    for row in range(top, bottom):
        before: Gap = "line"
        for column in range(left, right):
            if (row, column) in covered:
                continue
            one = starts.get((row, column)) or _Shown(row, column, "")
            height, width = min(one.rows, bottom - row), min(one.columns, right - column)
            covered.update((row + down, column + across) for down in range(height) for across in range(width))
            pieces = (Piece(one.text, _place(sheet, one), next(numbers)),) if one.text else ()
            cells.append(Cell(row - top, column - left, one.text, pieces, height, width, before))
            before = "tab"
    cells[0] = replace(cells[0], gap=gap)
    return Grid(tuple(cells), drawn=True, gap=gap)


def _lines(rows: list[list[_Shown]], sheet: str, numbers: Iterator[int], gap: Gap) -> TextBlock:
    """Rows that are no table as lines of text."""
    lines = []
    for row in rows:
        texts = [one for one in row if one.text]
        pieces = tuple(Piece(word, _place(sheet, one), next(numbers)) for one in texts for word in _WORD.findall(one.text))
        if pieces:
            text = "    ".join(one.text.replace("\n", " ") for one in texts)
            lines.append(Line(text, row[0].row + 1, gap, pieces))
            gap = "line"
    return TextBlock(tuple(lines))


def _place(sheet: str, cell: _Shown) -> Place:
    from openpyxl.utils.cell import get_column_letter

    return Place(sheet=sheet, cell=f"{get_column_letter(cell.column + 1)}{cell.row + 1}")
