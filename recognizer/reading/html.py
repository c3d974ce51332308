"""HTML: whole web pages, and tables standing as HTML in other text, as OCR programs and Markdown writers leave them.

One pass over the tags builds the tables; spans are then put into true rows and columns. A scanner of our own, because
the place of a cell is the line and order of its start tag in the source, which tree builders lose or repair away.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass, field
from html import unescape

from ..types import Cell, Gap, Piece, Place
from .parts import Format, Part, SourceLine, Table

_PAGE = re.compile(r"<(?:!doctype\s+html|html|body|head)\b", re.IGNORECASE)
_TABLE = re.compile(r"<table\b|<tr\b[^<>]*>\s*<t[dh]\b", re.IGNORECASE)
_TOKEN = re.compile(
    r"<!--.*?(?:-->|\Z)"
    r"|<(?:script|style|title)\b[^>]*>.*?(?:</(?:script|style|title)\s*>|\Z)"
    r"|<[!?][^>]*>"
    r"""|<(?P<end>/?)(?P<name>[a-zA-Z][a-zA-Z0-9:-]*)(?P<attributes>(?:\s(?:[^<>"']|"[^"]{0,5000}"|'[^']{0,5000}')*)?)/?>""",
    re.DOTALL | re.IGNORECASE)
_ROW_SPAN = re.compile(r"\browspan\s*=\s*[\"']?\s*(\d{1,5})", re.IGNORECASE)
_COLUMN_SPAN = re.compile(r"\bcolspan\s*=\s*[\"']?\s*(\d{1,5})", re.IGNORECASE)
_BLANKS = re.compile(r"[ \t\r\n\f]+")
_BLANK_BREAKS = re.compile(r"[ \n]*\n[ \n]*")

_LINE_BREAKERS = frozenset({"article", "blockquote", "br", "center", "dd", "div", "dl", "dt", "footer", "form", "header", "hr",
                            "li", "ol", "pre", "section", "ul"})
_PARAGRAPHS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6", "p"})
# What a page holds beside its document: ways to other pages, and what to choose from.
_BESIDE = frozenset({"aside", "button", "footer", "iframe", "nav", "noscript", "select", "svg", "template"})
_LINKED = 0.5  # share of a line's characters in links from which it leads to other pages and says nothing
_LINKED_TABLE = 0.9  # the same of a table, which may say something and link it too
_DEEPEST = 20  # tables within tables; a page that nests deeper is broken, and its inner tables are read as one
_WIDEST_SPAN = 1000  # columns, the limit that browsers keep


class _Link(str):
    """Text that stands in a link."""

    __slots__ = ()


@dataclass(slots=True)
class _OpenCell:
    """A cell while its content is read: texts, line breaks and the tables within it, in order."""

    line: int
    index: int
    row_span: int = 1
    column_span: int = 1
    content: list[str | _OpenTable] = field(default_factory=list)
    last_line: int = 0

    def text(self) -> str:
        """The cell's own text, without that of the tables within it."""
        joined = "".join([part for part in self.content if isinstance(part, str)])
        return _BLANK_BREAKS.sub("\n", joined).strip() if "\n" in joined else joined.strip()


@dataclass(slots=True)
class _OpenTable:
    rows: list[list[_OpenCell]] = field(default_factory=list)
    loose: list[SourceLine] = field(default_factory=list)  # captions, and text that stands between cells
    row_open: bool = False
    cell_open: bool = False


def take(parts: list[Part]) -> list[Part]:
    """The parts with HTML tables as tables; the lines of a web page become its text, without tags."""
    lines = [part for part in parts if isinstance(part, SourceLine)]
    text = "\n".join(line.text for line in lines)
    if "<" not in text or len(lines) != len(parts):
        return parts
    is_page = _PAGE.search(text) is not None
    if not is_page and not _TABLE.search(text):
        return parts
    return _Scanner(text, is_page).scan()


FORMAT = Format("html", take)


class _Scanner:
    """One pass over the source. Outside tables a page's text goes line by line through `prose`; where HTML tables stand
    in other text, the source lines around them are passed on untouched for the next format to read."""

    def __init__(self, text: str, is_page: bool) -> None:
        self.text = text
        self.lower = text.lower() if is_page else ""
        self.is_page = is_page
        self.line_starts = [0, *(found.end() for found in re.finditer("\n", text))]
        self.starts_on_line: Counter[int] = Counter()
        self.tables: list[_OpenTable] = []  # from the outermost to the innermost open one
        self.too_deep = 0
        self.parts: list[Part] = []
        self.prose: list[str] = []
        self.prose_line = 0
        self.blank_pending = False
        self.in_pre = False
        self.outside_since = 0
        self.in_link = False
        self.beside: list[str] = []  # open elements that are no part of the document

    def scan(self) -> list[Part]:
        position = 0
        for token in _TOKEN.finditer(self.text):
            if token.start() > position:
                self._add_text(position, token.start())
            position = token.end()
            name = token["name"]
            if name:
                self._add_tag(name.lower(), bool(token["end"]), token["attributes"] or "", token.start(), token.end())
        if position < len(self.text):
            self._add_text(position, len(self.text))
        while self.tables:
            self._close_table(len(self.text))
        self._leave_outside(len(self.text))
        return self.parts

    def _line(self, offset: int) -> int:
        return bisect_right(self.line_starts, offset)

    def _add_text(self, start: int, end: int) -> None:
        if self.beside:
            return
        raw = self.text[start:end]
        if self.tables:
            table = self.tables[-1]
            if not table.cell_open and raw.isspace():
                return
            text = _BLANKS.sub(" ", raw)
            if "&" in text:
                text = unescape(text)
            if table.cell_open:
                table.rows[-1][-1].content.append(_Link(text) if self.in_link else text)
            elif text.strip():
                table.loose.append(SourceLine(self._line(start + len(raw) - len(raw.lstrip())), text.strip()))
        elif self.is_page:
            if self.in_pre:
                for number, line in enumerate(raw.split("\n"), self._line(start)):
                    self.parts.append(SourceLine(number, unescape(line)))
                return
            if not self.prose:
                if not raw.strip():
                    return
                self.prose_line = self._line(start + len(raw) - len(raw.lstrip()))
            text = unescape(_BLANKS.sub(" ", raw))
            self.prose.append(_Link(text) if self.in_link else text)

    def _add_tag(self, name: str, is_end: bool, attributes: str, start: int, end: int) -> None:
        if name == "table":
            if is_end:
                self._end_table(end)
            else:
                self._start_table(start)
        elif name in ("td", "th", "tr", "tbody", "thead", "tfoot", "caption"):
            self._add_structure(name, is_end, attributes, start)
        elif self.is_page and name == "a":
            self.in_link = not is_end
        elif self.is_page and name in _BESIDE:
            self._step_beside(name, is_end, end)
        elif name in _LINE_BREAKERS or name in _PARAGRAPHS:
            if self.tables:
                if self.tables[-1].cell_open:
                    self.tables[-1].rows[-1][-1].content.append("\n")
                return
            self._end_prose_line()
            self.blank_pending = self.blank_pending or name in _PARAGRAPHS
            if name == "pre":
                self.in_pre = not is_end and self.is_page

    def _step_beside(self, name: str, is_end: bool, end: int) -> None:
        """Into an element beside the document, or out of it; one that is never closed is none."""
        if is_end and name in self.beside:
            del self.beside[self.beside.index(name) :]
        elif not is_end and self.lower.find(f"</{name}", end) >= 0:
            self._end_prose_line()
            self.beside.append(name)

    def _start_table(self, start: int) -> None:
        if self.tables and not self.tables[-1].cell_open:
            self._close_table(start)  # its end tag was forgotten
        if len(self.tables) >= _DEEPEST:
            self.too_deep += 1
            return
        table = _OpenTable()
        if self.tables:
            self.tables[-1].rows[-1][-1].content.append(table)
        else:
            self._leave_outside(start)
        self.tables.append(table)

    def _end_table(self, end: int) -> None:
        if self.too_deep:
            self.too_deep -= 1
        elif self.tables:
            self._close_table(end)

    def _close_table(self, end: int) -> None:
        table = self.tables.pop()
        if table.cell_open:
            table.rows[-1][-1].last_line = self._line(max(end - 1, 0))
        if not self.tables:
            self.parts.extend(_parts(table))
            self.outside_since = end

    def _add_structure(self, name: str, is_end: bool, attributes: str, start: int) -> None:
        if not self.tables:
            if is_end or name == "caption":
                return
            self._start_table(start)
        table = self.tables[-1]
        if table.cell_open:
            table.rows[-1][-1].last_line = self._line(start)
        table.cell_open = False
        if name in ("td", "th"):
            if not is_end:
                if not table.row_open:
                    table.rows.append([])
                    table.row_open = True
                self._start_cell(table, attributes, start)
        else:
            table.row_open = name == "tr" and not is_end
            if table.row_open:
                table.rows.append([])

    def _start_cell(self, table: _OpenTable, attributes: str, start: int) -> None:
        line = self._line(start)
        index = self.starts_on_line[line]
        self.starts_on_line[line] += 1
        cell = _OpenCell(line, index)
        if attributes:
            row_span, column_span = _ROW_SPAN.search(attributes), _COLUMN_SPAN.search(attributes)
            cell.row_span = int(row_span[1]) if row_span else 1
            cell.column_span = min(max(int(column_span[1]), 1), _WIDEST_SPAN) if column_span else 1
        table.rows[-1].append(cell)
        table.cell_open = True

    def _end_prose_line(self) -> None:
        text = _BLANKS.sub(" ", "".join(self.prose)).strip()
        leads_away = _linked(self.prose) > _LINKED
        self.prose = []
        if not text or leads_away:
            return
        if self.blank_pending and self.parts:
            self.parts.append(SourceLine(self.prose_line, ""))
        self.blank_pending = False
        self.parts.append(SourceLine(self.prose_line, text))

    def _leave_outside(self, end: int) -> None:
        """Passes on what stood before a table or at the end of the document."""
        if self.is_page:
            self._end_prose_line()
            if self.blank_pending and self.parts and end < len(self.text):
                self.parts.append(SourceLine(self._line(end), ""))
            self.blank_pending = False
            return
        first = self._line(self.outside_since)
        lines = [SourceLine(number, line) for number, line in enumerate(self.text[self.outside_since:end].split("\n"), first)]
        # The rest of a line that a table ends on, or the start of one that it begins on, is no empty line.
        if lines and not lines[0].text.strip(" \t") and self.outside_since:
            del lines[0]
        if lines and not lines[-1].text.strip(" \t") and end < len(self.text):
            del lines[-1]
        self.parts.extend(lines)


def _parts(table: _OpenTable) -> list[Part]:
    """A closed table as parts: captions as lines, then its cells. A table that only lays out others dissolves in them."""
    inner = [part for row in table.rows for cell in row for part in cell.content if isinstance(part, _OpenTable)]
    parts: list[Part] = [*table.loose]
    if _linked(_strings(table)) > _LINKED_TABLE:
        return parts
    if inner and sum(map(_size, inner)) >= sum(bool(cell.text()) for row in table.rows for cell in row):
        for row in table.rows:
            for cell in row:
                parts.extend(_dissolved(cell))
        return parts
    cells = _placed(table.rows)
    if cells:
        parts.append(Table(tuple(cells)))
    for nested in inner:
        parts.extend(_parts(nested))
    return parts


def _size(table: _OpenTable) -> int:
    """How many cells with text a table holds, those of tables within it too."""
    return sum(bool(cell.text()) + sum(_size(part) for part in cell.content if isinstance(part, _OpenTable))
               for row in table.rows for cell in row)


def _strings(table: _OpenTable) -> list[str]:
    """All strings of a table's cells, those of tables within it too."""
    return [string for row in table.rows for cell in row for part in cell.content
            for string in ([part] if isinstance(part, str) else _strings(part))]


def _linked(strings: list[str]) -> float:
    """The share of the characters, blanks apart, that stand in links."""
    sizes = [(len("".join(string.split())), isinstance(string, _Link)) for string in strings]
    return sum(size for size, is_link in sizes if is_link) / max(sum(size for size, _ in sizes), 1)


def _dissolved(cell: _OpenCell) -> list[Part]:
    """The content of a layout cell as lines and tables in order."""
    parts: list[Part] = []
    line: list[str] = []
    for part in [*cell.content, None]:
        if isinstance(part, str) and part != "\n":
            line.append(part)
            continue
        text = "".join(line).strip()
        if text and _linked(line) <= _LINKED:
            parts.append(SourceLine(cell.line, text))
        line = []
        if isinstance(part, _OpenTable):
            parts.extend(_parts(part))
    return parts


def _placed(rows: list[list[_OpenCell]]) -> list[Cell]:
    """The cells in their true rows and columns: a cell moves right past those that reach down into its row."""
    cells: list[Cell] = []
    busy_until: dict[int, int] = {}  # column -> first row in which it is free again
    for row_number, row in enumerate(rows):
        column = 0
        gap: Gap = "line"
        for cell in row:
            while busy_until.get(column, 0) > row_number:
                column += 1
            # A span of 0 means to the end; none reaches below the last row.
            below = len(rows) - row_number
            row_span = min(cell.row_span, below) if cell.row_span else below
            text = cell.text()
            pieces = (Piece(text, Place((cell.line, max(cell.line, cell.last_line))), cell.index),) if text else ()
            cells.append(Cell(row_number, column, text, pieces, row_span, cell.column_span, gap))
            if row_span > 1:
                for covered in range(column, column + cell.column_span):
                    busy_until[covered] = row_number + row_span
            column += cell.column_span
            gap = "tab"
    return cells
