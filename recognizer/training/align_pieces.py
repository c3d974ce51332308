"""The pieces of a source text, cut and numbered by the key conventions of docs/labels.md.

A piece is what the source itself holds apart: a field between tabs, a cell between pipes, a `<td>`, or a run of text
between white space. A key is (line number from 1, index within the line).
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

PUNCTUATION = str.maketrans({
    "：": ":", "；": ";", "，": ",", "。": ".", "、": ",", "“": '"', "”": '"', "‘": "'", "’": "'", "（": "(", "）": ")",
    "【": "[", "】": "]", "〔": "[", "〕": "]", "《": "<", "》": ">", "—": "-", "–": "-", "－": "-", "～": "~",
    "﹤": "<", "﹥": ">", "≧": "≥", "≦": "≤", "⩾": "≥", "⩽": "≤", "·": ".", "•": "."})

TABLE = re.compile(r"<table\b.*?</table>", re.IGNORECASE | re.DOTALL)
TABLE_CELL = re.compile(r"<(td|th)\b[^>]*>(.*?)(?=</\1>|<t[dh]\b|</tr>|</table>|\Z)", re.IGNORECASE | re.DOTALL)
TAG = re.compile(r"<[^>]{0,200}>")
SEPARATOR_LINE = re.compile(r"^\s*\|?[\s:|-]*-[\s:|-]*\|?\s*$")


@dataclass(frozen=True, slots=True)
class SourcePiece:
    """A piece that is not empty. `drawn` pieces stand in a table that the source draws; `row` numbers the visual lines
    that are not empty, from 0; `block` counts blank lines before, so pieces with the same block stand in one run of lines.
    """

    key: tuple[int, int]
    text: str
    drawn: bool
    row: int
    block: int


def folded(text: str) -> str:
    """The text as alignment compares it: NFKC, punctuation of one form, no white space, lower case (eval/gold/score.py)."""
    plain = unicodedata.normalize("NFKC", text.replace("<br>", "").translate(PUNCTUATION)).translate(PUNCTUATION)
    return "".join(plain.split()).lower()


def trimmed(text: str) -> str:
    """`folded` without full stops, semicolons and commas at both ends, the form in which two texts are equal."""
    return folded(text).strip(".;,")


def source_pieces(text: str) -> tuple[SourcePiece, ...]:
    """All pieces of a source text that are not empty, in reading order."""
    html_cells, html_lines = _html_cells(text)
    found: list[SourcePiece] = []
    block, row, after_blank = 0, 0, False
    for number, line in enumerate(text.split("\n"), 1):
        cells = html_cells.get(number) or ([] if number in html_lines else _line_cells(line))
        drawn = number in html_lines or "\t" in line or _is_pipe_line(line)
        if not any(cell.strip() for cell in cells):
            after_blank = after_blank or not line.strip()
            continue
        block += after_blank
        after_blank = False
        for index, cell in enumerate(cells):
            if cell.strip():
                found.append(SourcePiece((number, index), cell.strip(), drawn, row, block))
        row += 1
    return tuple(found)


def _is_pipe_line(line: str) -> bool:
    return line.strip().startswith("|") and line.strip().endswith("|") and len(line.strip()) > 1


def _line_cells(line: str) -> list[str]:
    if "\t" in line:
        return line.rstrip("\r").split("\t")
    if _is_pipe_line(line):
        return [] if SEPARATOR_LINE.match(line) else line.strip()[1:-1].split("|")
    return line.split()


def _html_cells(text: str) -> tuple[dict[int, list[str]], set[int]]:
    """The cells of HTML tables by the line their start tag begins on, and all the lines that the tables take up."""
    cells: dict[int, list[str]] = {}
    lines: set[int] = set()
    for table in TABLE.finditer(text):
        first = text.count("\n", 0, table.start()) + 1
        lines.update(range(first, first + table.group().count("\n") + 1))
        for cell in TABLE_CELL.finditer(text, table.start(), table.end()):
            line = text.count("\n", 0, cell.start()) + 1
            cells.setdefault(line, []).append(" ".join(TAG.sub("", cell.group(2)).split()))
    return cells, lines
