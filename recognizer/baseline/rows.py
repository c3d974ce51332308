"""From a document to plain rows of texts: what the rules work on."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from ..layout import lay_out
from ..types import Document, Grid, Page, TextBlock
from ..vocabulary import fold
from .words import heading_role, is_amount, is_attribute_key, is_fund_key, is_level

_ONE_CHARACTER = re.compile(r"[\u4e00-\u9fff]")
_MOST_JOINED = 4  # lines that a wrapped label may reach over


@dataclass(frozen=True, slots=True)
class Row:
    """The texts of a row by column, empty ones left out; in undrawn rows a column is only the order of a run of text."""

    texts: tuple[tuple[int, str], ...]
    drawn: bool

    @property
    def words(self) -> list[str]:
        """The texts from left to right."""
        return [text for _, text in self.texts]


def rows_of(document: Document) -> list[Row]:
    """The rows of a document in reading order, rows without text left out."""
    rows: list[Row] = []
    for block in document.blocks:
        if isinstance(block, Grid):
            rows.extend(_drawn(block))
        elif isinstance(block, TextBlock):
            rows.extend(_undrawn([line.text.split() for line in block.lines]))
    for grid in lay_out(replace(document, blocks=tuple(block for block in document.blocks if isinstance(block, Page)))):
        rows.extend(_drawn(grid) if grid.drawn else _undrawn(_words(grid)))
    return rows


def _words(grid: Grid) -> list[list[str]]:
    lines: dict[int, list[str]] = {}
    for cell in grid.cells:
        lines.setdefault(cell.row, []).append(cell.text)
    return list(lines.values())


def _drawn(grid: Grid) -> list[Row]:
    rows: dict[int, list[tuple[int, str]]] = {}
    for cell in grid.cells:
        if cell.text:
            rows.setdefault(cell.row, []).append((cell.column, fold(cell.text)))
    return [Row(tuple(texts), True) for _, texts in sorted(rows.items())]


def _undrawn(lines: list[list[str]]) -> list[Row]:
    found = _labels_with_texts(_wrapped_labels(_vertical_labels(lines)))
    return [Row(tuple(enumerate(words)), False) for words in found if words]


def _vertical_labels(lines: list[list[str]]) -> list[list[str]]:
    """Runs of lines of one character each become one line: labels that stand upright in the form."""
    joined: list[list[str]] = []
    run = ""
    for words in [*lines, []]:
        if len(words) == 1 and _ONE_CHARACTER.fullmatch(words[0]):
            run += words[0]
            continue
        if run:
            joined.extend([part] for part in _labels_in(run))
            run = ""
        if words:
            joined.append(words)
    return joined


def _labels_in(run: str) -> list[str]:
    """An upright run cut where a label begins that it ends with (the tail of a name, then the label below it)."""
    for start in range(len(run)):
        rest = run[start:]
        if start and (is_level(rest) or heading_role(rest)):
            return [run[:start], rest]
    return [run]


def _wrapped_labels(lines: list[list[str]]) -> list[list[str]]:
    """Lines of one run each are joined where only together they are a label."""
    joined: list[list[str]] = []
    at = 0
    while at < len(lines):
        words = lines[at]
        length = _label_length(lines, at) if len(words) == 1 else 1
        if length > 1:
            joined.append(["".join(line[0] for line in lines[at:at + length])])
        elif joined and len(words) == 1 and re.fullmatch(r"[(（][^)）]{1,4}[)）]", words[0]) and len(joined[-1]) == 1:
            joined[-1] = [joined[-1][0] + words[0]]
        else:
            joined.append(words)
        at += length
    return joined


def _label_length(lines: list[list[str]], at: int) -> int:
    """How many lines from `at` on make a label, the most that do; 1 where none do."""
    best = 1
    text = lines[at][0]
    for length in range(2, _MOST_JOINED + 1):
        if at + length > len(lines) or len(lines[at + length - 1]) != 1:
            break
        text += lines[at + length - 1][0]
        if len(text) > 16:
            break
        if is_level(text) or is_attribute_key(text):
            best = length
    return best


def _labels_with_texts(lines: list[list[str]]) -> list[list[str]]:
    """A label that fills its line is joined with the line below, which holds its text or its amount."""
    joined: list[list[str]] = []
    for words in lines:
        above = joined[-1] if joined else []
        if len(above) == 1 and ((is_attribute_key(above[0]) and not is_attribute_key(words[0]))
                                or (is_fund_key(above[0]) and is_amount(words[0]))):
            joined[-1] = [*above, *words]
        else:
            joined.append(words)
    return joined
