"""Writers of table files that take the rows of one document after the other, so that an archive of any size fits into memory.

Each writes to the path it is given (a temporary one; `files.py` renames it) and is of use only after `close`.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Protocol

from recognizer.exporting.tables import ColumnKind, Columns, Table
from recognizer.exporting.text import writable_in_workbook

ROW_GROUP = 10_000  # rows of each group of a Parquet file, whatever documents they come from
SHEET_ROWS = 1_048_576  # what Excel can hold in a sheet
CELL_CHARACTERS = 32_767  # what Excel can hold in a cell
_FORMULA_SIGNS = ("=", "+", "-", "@")


class TableWriter(Protocol):
    """Takes the rows of one table and writes them; `discard` gives up what it holds open."""

    def append(self, rows: Columns) -> None: ...
    def close(self) -> None: ...
    def discard(self) -> None: ...


class CsvWriter:
    """UTF-8 with a byte-order mark, a header line, texts as printed, whole numbers without a decimal point."""

    def __init__(self, path: Path, table: Table) -> None:
        self._table = table
        self._file = path.open("w", encoding="utf-8-sig", newline="")
        self._writer = csv.writer(self._file)  # ends lines with \r\n, without which it would not quote a lone \r
        self._writer.writerow(table.columns)

    def append(self, rows: Columns) -> None:
        self._writer.writerows(_printed_rows(self._table, rows))

    def close(self) -> None:
        self._file.close()

    def discard(self) -> None:
        self._file.close()


class ParquetWriter:
    """One Parquet file whose column types follow from the table, not from the rows that happen to come first."""

    def __init__(self, path: Path, table: Table) -> None:
        import pyarrow
        import pyarrow.parquet

        types: dict[ColumnKind, Any] = {
            "text": pyarrow.string(), "number": pyarrow.float64(), "integer": pyarrow.int64(), "flag": pyarrow.bool_()}
        self._schema = pyarrow.schema([(column, types[kind]) for column, kind in table.columns.items()])
        self._file = path.open("wb")
        self._writer = pyarrow.parquet.ParquetWriter(self._file, self._schema)
        self._rows: Columns = {column: [] for column in table.columns}

    def append(self, rows: Columns) -> None:
        for column, held in self._rows.items():
            held.extend(rows[column])
        while self._held >= ROW_GROUP:
            self._write()

    def close(self) -> None:
        if self._held:
            self._write()
        self._writer.close()
        self._file.close()

    def discard(self) -> None:
        self._rows.clear()
        self._writer.close()
        self._file.close()

    @property
    def _held(self) -> int:
        return len(next(iter(self._rows.values())))

    def _write(self) -> None:
        import pyarrow

        columns = [_column(self._rows[field.name][:ROW_GROUP], field.type) for field in self._schema]
        self._writer.write_table(pyarrow.Table.from_arrays(columns, schema=self._schema))
        for held in self._rows.values():
            del held[:ROW_GROUP]


def _column(values: list[Any], kind: Any) -> Any:
    """The Arrow array of a column, None where nothing is known. Built from buffers: from a list, Arrow would import pandas."""
    import numpy
    import pyarrow

    def packed(flags: list[bool]) -> Any:
        return pyarrow.py_buffer(numpy.packbits(flags, bitorder="little"))

    known = packed([value is not None for value in values])
    if kind == pyarrow.string():
        texts = [(value or "").encode() for value in values]
        offsets = numpy.cumsum([0, *map(len, texts)], dtype=numpy.int32)
        buffers = [known, pyarrow.py_buffer(offsets), pyarrow.py_buffer(b"".join(texts))]
    elif kind == pyarrow.bool_():
        buffers = [known, packed([bool(value) for value in values])]
    else:
        numbers = numpy.asarray([value or 0 for value in values], kind.to_pandas_dtype())
        buffers = [known, pyarrow.py_buffer(numbers)]
    return pyarrow.Array.from_buffers(kind, len(values), buffers)


class Workbook:
    """An Excel workbook with a sheet a table, in which every cell is text: nothing becomes a formula, a number or a date."""

    def __init__(self, path: Path) -> None:
        import openpyxl

        self._path = path
        self._book = openpyxl.Workbook(write_only=True)

    def sheet(self, table: Table) -> SheetWriter:
        """A writer for the table's sheet."""
        return SheetWriter(self._book, table)

    def save(self) -> None:
        """Writes the file."""
        with self._path.open("wb") as file:
            self._book.save(file)


class SheetWriter:
    """A sheet of a `Workbook`; what does not fit into one goes on in `records 2`, `records 3` and so on."""

    def __init__(self, book: Any, table: Table) -> None:
        self._book = book
        self._name = table.name
        self._table = table
        self._sheets: list[Any] = []
        self._begin_sheet()

    def append(self, rows: Columns) -> None:
        for row in _printed_rows(self._table, rows):
            if self._filled == SHEET_ROWS:
                self._begin_sheet()
            self._append(row)

    def close(self) -> None:
        """Nothing to do: `Workbook.save` writes all sheets."""

    def discard(self) -> None:
        for sheet in self._sheets:
            sheet.close()

    def _begin_sheet(self) -> None:
        self._sheet = self._book.create_sheet(f"{self._name} {len(self._sheets) + 1}" if self._sheets else self._name)
        self._sheet.freeze_panes = "A2"
        self._sheets.append(self._sheet)
        self._filled = 0
        self._append(list(self._table.columns))

    def _append(self, texts: Iterable[str]) -> None:
        self._sheet.append([self._cell(text) for text in texts])
        self._filled += 1

    def _cell(self, text: str) -> Any:
        from openpyxl.cell import WriteOnlyCell

        if not text:
            return None
        held = writable_in_workbook(text)
        cell = WriteOnlyCell(self._sheet, held if len(held) <= CELL_CHARACTERS else held[: CELL_CHARACTERS - 1] + "…")
        cell.data_type = "s"  # openpyxl takes =… for a formula and #N/A for an error
        if held.startswith(_FORMULA_SIGNS):
            cell.quotePrefix = True  # keeps it text when somebody edits the cell
        return cell


def _printed_rows(table: Table, rows: Columns) -> Iterable[tuple[str, ...]]:
    """The rows of a table as texts."""
    columns: list[list[Any]] = []
    for column, kind in table.columns.items():
        values: list[Any] = rows[column]
        columns.append([value or "" for value in values] if kind == "text" else [_printed(value) for value in values])
    return zip(*columns, strict=True)


def _printed(value: str | float | int | bool | None) -> str:
    """A value as text: nothing for None, whole numbers without a decimal point."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)
