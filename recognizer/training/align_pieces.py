"""The pieces of a source text as the reading and layout rooms give them, with what alignment needs to know of each.

A piece is what the source itself holds apart: a field between tabs, a cell between pipes, a `<td>`, or a run of text
between white space. Its key is (line number from 1, index within the line), see docs/labels.md.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from itertools import groupby

from recognizer.layout import lay_out
from recognizer.reading import read_text

PUNCTUATION = str.maketrans({
    "：": ":", "；": ";", "，": ",", "。": ".", "、": ",", "“": '"', "”": '"', "‘": "'", "’": "'", "（": "(", "）": ")",
    "【": "[", "】": "]", "〔": "[", "〕": "]", "《": "<", "》": ">", "—": "-", "–": "-", "－": "-", "～": "~",
    "﹤": "<", "﹥": ">", "≧": "≥", "≦": "≤", "⩾": "≥", "⩽": "≤", "·": ".", "•": "."})
# A line that is a page number beyond doubt, so that a text may go on behind it.
PAGE_NUMBER = re.compile(r"第\d+页(,?共\d+页)?|-\d{1,4}-")


@dataclass(frozen=True, slots=True)
class SourcePiece:
    """A piece that is not empty.

    `drawn` pieces stand in a table that the source draws; `row` numbers the lines that are not empty, from 0; `block`
    grows by one at each blank line or page break; `column` is the order in the row; a `page_number` line holds nothing else.
    """

    key: tuple[int, int]
    text: str
    drawn: bool
    row: int
    block: int
    column: int
    page_number: bool = False


def folded(text: str) -> str:
    """The text as alignment compares it: NFKC, punctuation of one form, no white space, lower case (eval/gold/score.py)."""
    plain = unicodedata.normalize("NFKC", text.translate(PUNCTUATION)).translate(PUNCTUATION)
    return "".join(plain.split()).lower()


def trimmed(text: str) -> str:
    """`folded` without full stops, semicolons and commas at both ends, the form in which two texts are equal."""
    return folded(text).strip(".;,")


def source_pieces(text: str) -> tuple[SourcePiece, ...]:
    """All pieces of a source text that are not empty, in reading order."""
    found: list[SourcePiece] = []
    block, row = 0, -1
    for grid in lay_out(read_text(text, "")):
        current: int | None = None
        for cell in grid.cells:
            if cell.row != current:
                block += cell.gap in ("blank_line", "page")
                row, current = row + 1, cell.row
            found += [SourcePiece(piece.key, piece.text, grid.drawn, row, block, cell.column) for piece in cell.pieces]
    return tuple(piece for _, line in groupby(found, key=lambda piece: piece.row) for piece in _marked(list(line)))


def _marked(line: list[SourcePiece]) -> list[SourcePiece]:
    is_number = not line[0].drawn and PAGE_NUMBER.fullmatch(folded("".join(piece.text for piece in line))) is not None
    return [replace(piece, page_number=True) for piece in line] if is_number else line
