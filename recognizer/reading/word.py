"""Word files (.docx, .docm): paragraphs and tables in the order of the text, each cell with its true rows and columns.

A cell merged downwards is one cell, a text box stands after the paragraph that holds it, a table that only lays out others
dissolves in them. Deleted and hidden text is not displayed, and not read; inserted text is.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from os import PathLike
from pathlib import Path
from typing import Any

from ..errors import DamagedFileError
from ..limits import Limits
from ..types import Cell, Document, Gap, Piece, Place
from .package import checked_package
from .parts import Part, SourceLine, Table
from .text import gather

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
# What a text box, a note or a deletion holds is no part of the paragraph it is anchored in.
_APART = frozenset({_FALLBACK, f"{_W}txbxContent", f"{_W}del", f"{_W}moveFrom", f"{_W}rPr", f"{_W}pPr", f"{_W}instrText"})
_BREAKS = {f"{_W}tab": "\t", f"{_W}cr": "\n", f"{_W}noBreakHyphen": "-", f"{_W}ptab": "\t"}
# The signs that Word inserts from its Symbol font, and that no font is needed for.
_SYMBOLS = {
    0xB3: "≥", 0xA3: "≤", 0xB1: "±", 0xB4: "×", 0xB8: "÷", 0xB9: "≠", 0xBB: "≈", 0xB7: "·", 0xB0: "°", 0xA5: "∞", 0x25: "%"}
_WIDEST = 1000  # columns of a table
_DEEPEST = 20  # tables within tables


@dataclass(slots=True)
class _Slot:
    """A cell while its table is read: what stands in it (texts and tables), and the rows it goes on through."""

    row: int
    column: int
    columns: int
    content: list[str | list[_Slot]] = field(default_factory=list)
    rows: int = 1

    def text(self) -> str:
        lines = [line.strip() for part in self.content if isinstance(part, str) for line in part.replace("\f", "\n").split("\n")]
        return "\n".join(lines).strip("\n")


def read_word(data: bytes, path: Path, limits: Limits) -> Document:
    """The lines and tables of a Word file. A cell's place is its table (`table 1`, in reading order) and its column and row
    in it (`B3`), a line's the number of its paragraph.

    Raises DamagedFileError, DangerousFileError, EncryptedFileError or UnsupportedFormatError.
    """
    warnings = checked_package(data, path, limits)
    body = _body(data, path)
    parts = list(_Reader().parts(body))
    unknown = sum("\ufffd" in part.text for part in parts if isinstance(part, SourceLine))
    unknown += sum("\ufffd" in cell.text for part in parts if isinstance(part, Table) for cell in part.cells)
    if unknown:
        warnings.append(f"signs from a picture font (U+FFFD) in {unknown} cells or lines")
    return Document(path.name, "docx", gather(parts), encoding="docx", warnings=tuple(warnings))


def _body(data: bytes, path: str | PathLike[str]) -> Any:
    import docx

    try:
        return docx.Document(io.BytesIO(data)).element.body
    except Exception as error:  # libraries raise what they like over a broken package
        reason = " ".join(str(error).split()) or type(error).__name__
        raise DamagedFileError(f"damaged: {reason}", path=path, hint="repair it or save it anew") from error


class _Reader:
    """Numbers paragraphs, tables and pieces while it goes through the text once."""

    def __init__(self) -> None:
        self.paragraphs, self.tables, self.pieces = count(1), count(1), count()

    def parts(self, container: Any) -> Iterator[Part]:
        """The lines and tables of a body or a text box."""
        for block in _blocks(container):
            if block.tag == f"{_W}tbl":
                yield from self.placed(_slots(block, 1))
                continue
            number = next(self.paragraphs)
            for line in _text(block).split("\n"):
                yield SourceLine(number, line)
            for box in _boxes(block):
                yield from self.parts(box)

    def placed(self, slots: list[_Slot]) -> Iterator[Part]:
        """A table with its cells in place; one that only lays out others dissolves in lines and tables."""
        inner = [part for slot in slots for part in slot.content if isinstance(part, list)]
        if inner and sum(map(_size, inner)) >= sum(bool(slot.text()) for slot in slots):
            for slot in slots:
                for part in slot.content:
                    if isinstance(part, list):
                        yield from self.placed(part)
                    elif part.strip():
                        number = next(self.paragraphs)
                        yield from (SourceLine(number, line) for line in part.split("\n"))
            return
        if slots:
            yield Table(tuple(self.cells(slots)))
        for nested in inner:
            yield from self.placed(nested)

    def cells(self, slots: list[_Slot]) -> Iterator[Cell]:
        from openpyxl.utils.cell import get_column_letter

        sheet = f"table {next(self.tables)}"
        row = -1
        for slot in sorted(slots, key=lambda slot: (slot.row, slot.column)):
            gap: Gap = "tab" if slot.row == row else "line"
            row = slot.row
            text = slot.text()
            place = Place(sheet=sheet, cell=f"{get_column_letter(slot.column + 1)}{slot.row + 1}")
            pieces = (Piece(text, place, next(self.pieces)),) if text else ()
            yield Cell(slot.row, slot.column, text, pieces, slot.rows, slot.columns, gap)


def _size(slots: list[_Slot]) -> int:
    """How many cells with text a table holds, those of tables within it too."""
    return sum(bool(slot.text()) + sum(_size(part) for part in slot.content if isinstance(part, list)) for slot in slots)


def _blocks(container: Any) -> Iterator[Any]:
    """The paragraphs and tables of a container, those in content controls and insertions too."""
    for child in container:
        if child.tag in (f"{_W}p", f"{_W}tbl"):
            yield child
        elif child.tag in (f"{_W}sdt", f"{_W}sdtContent", f"{_W}ins", f"{_W}customXml", f"{_W}moveTo"):
            yield from _blocks(child)


def _children(container: Any, tag: str) -> Iterator[Any]:
    """The rows of a table or the cells of a row, those in content controls too."""
    for child in container:
        if child.tag == tag:
            yield child
        elif child.tag in (f"{_W}sdt", f"{_W}sdtContent", f"{_W}customXml"):
            yield from _children(child, tag)


def _slots(table: Any, depth: int) -> list[_Slot]:
    """The cells of a table; a cell that goes on in the row below is one cell."""
    found: list[_Slot] = []
    above: dict[int, _Slot] = {}  # by column, the cell that may go on
    for row, line in enumerate(_children(table, f"{_W}tr")):
        column = _number(line, "trPr", "gridBefore", 0)
        going_on: dict[int, _Slot] = {}
        for cell in _children(line, f"{_W}tc"):
            columns = min(max(_number(cell, "tcPr", "gridSpan", 1), 1), _WIDEST)
            merge = cell.find(f"{_W}tcPr/{_W}vMerge")
            merged = merge is not None and merge.get(f"{_W}val", "continue") == "continue"
            upper = above.get(column)
            if merged and upper is not None and upper.columns == columns:
                upper.rows = row - upper.row + 1
                slot = upper
            else:
                slot = _Slot(row, column, columns)
                found.append(slot)
            slot.content.extend(_content(cell, depth))
            if merge is not None:
                going_on[column] = slot
            column += columns
        above = going_on
    return found


def _content(cell: Any, depth: int) -> Iterator[str | list[_Slot]]:
    """The texts and the tables of a cell, in order; beyond the deepest nesting a table is text."""
    for block in _blocks(cell):
        if block.tag == f"{_W}p":
            yield _text(block)
            for box in _boxes(block):
                yield from _content(box, depth)
        elif depth < _DEEPEST:
            yield _slots(block, depth + 1)
        else:
            yield "".join(block.itertext(f"{_W}t"))


def _number(element: Any, properties: str, name: str, otherwise: int) -> int:
    found = element.find(f"{_W}{properties}/{_W}{name}")
    try:
        return int(found.get(f"{_W}val")) if found is not None else otherwise
    except (TypeError, ValueError):
        return otherwise


def _text(paragraph: Any) -> str:
    """What a paragraph displays, without what stands in its text boxes."""
    return "".join(_runs(paragraph))


def _runs(element: Any) -> Iterator[str]:
    for child in element:
        tag = child.tag
        if tag in (f"{_W}t", f"{_M}t"):
            yield child.text or ""
        elif tag in _BREAKS:
            yield _BREAKS[tag]
        elif tag == f"{_W}br":
            yield "\f" if child.get(f"{_W}type") == "page" else "\n"
        elif tag == f"{_W}sym":
            yield _symbol(child)
        elif tag not in _APART and isinstance(tag, str) and not _is_hidden(child):
            yield from _runs(child)


def _is_hidden(run: Any) -> bool:
    mark = run.find(f"{_W}rPr/{_W}vanish") if run.tag == f"{_W}r" else None
    return mark is not None and mark.get(f"{_W}val", "1") not in ("0", "false", "off")


def _symbol(sign: Any) -> str:
    """The character that a sign of the Symbol font stands for, U+FFFD for one of another picture font."""
    try:
        code = int(sign.get(f"{_W}char", ""), 16) & 0xFF
    except ValueError:
        return ""
    return _SYMBOLS.get(code, "\ufffd") if sign.get(f"{_W}font") == "Symbol" else "\ufffd"


def _boxes(element: Any) -> Iterator[Any]:
    """The contents of the text boxes anchored in a paragraph, each once."""
    for child in element:
        if child.tag == f"{_W}txbxContent":
            yield child
        elif child.tag not in (_FALLBACK, f"{_W}del", f"{_W}moveFrom"):
            yield from _boxes(child)
