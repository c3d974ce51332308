"""What page ends and narrow rows do to a drawn table: cells cut in mid-word, labels cut in two, columns numbered anew."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from .draw import Draw
from .sheet import Mark, Table

if TYPE_CHECKING:
    from .damage import Damage

Slot = tuple[Mark, str] | None
Matrix = list[list[Slot]]

_LEFT_LABELS = ("header", "level1")
_LONG = ("goal_text", "attribute_value", "remark", "standard", "name", "template")
_LABELS = ("level2", "fund_key", "attribute_key", "goal_key")
_SPANNING = ("level1", "level2", "header", "fund_key", "goal_key", "attribute_key")
_NUMBER_END = re.compile(r"(?<=\d)(?=[^\d.,])|(?<=[≥≤=])(?=\d)")


def paged(draw: Draw, damage: Damage, table: Table, matrix: Matrix, further: list[Mark]) -> list[Matrix]:
    """The rows by page, with cells cut in mid-word and headings repeated as the exporter does."""
    if len(matrix) < 6 or not draw.chance(damage.breaks):
        return [matrix]
    ends = _page_ends(draw, damage, matrix)
    pages = [matrix[start:end] for start, end in zip([0, *ends], [*ends, len(matrix)], strict=True)]
    for number, at in enumerate(ends, 1):
        page = pages[number]
        target = page[0]
        if draw.chance(damage.cut):
            rest = cut_row(draw, matrix[at - 1])
            if any(rest):
                if rest[0] is None and page[0][0] is not None and page[0][0][0].label in _LEFT_LABELS and draw.chance(0.4):
                    rest[0], page[0][0] = page[0][0], None
                page.insert(0, rest)
                target = rest
        _cut_labels(draw, damage, table, matrix, at, target)
        if damage.repeat_headings:
            page[:0] = _headings_again(table, matrix, at, further)
    if damage.renumber:
        pages[1:] = [_renumbered(draw, page) for page in pages[1:]]
    return pages


def _page_ends(draw: Draw, damage: Damage, matrix: Matrix) -> list[int]:
    """The rows that pages begin with; where cells are cut, the rows before them mostly hold a long one."""
    count = 2 if len(matrix) > 22 and draw.chance(0.4) else 1
    long_rows = [at + 1 for at, row in enumerate(matrix) if any(slot and len(slot[1]) > 7 and _may_cut(slot) for slot in row)]
    goals = [at + 1 for at, row in enumerate(matrix) if any(slot and slot[0].label.startswith("goal_text") for slot in row)]
    ends: list[int] = []
    for _ in range(count):
        rows = range(3, len(matrix) - 1)
        if damage.cut and draw.chance(0.85):
            options = [at for at in (goals if goals and draw.chance(0.3) else long_rows) if at in rows] or list(rows)
        else:
            options = list(rows)
        ends.append(draw.pick(options))
    if count == 2 and abs(ends[0] - ends[1]) < 4:
        del ends[1]
    return sorted(ends)


def _may_cut(slot: tuple[Mark, str]) -> bool:
    mark, text = slot
    if mark.parts or len(text) < 2:
        return False
    if mark.label.startswith("value"):
        return len(text) > 2
    return mark.label.startswith(_LONG) and len(text) > 3


def cut_row(draw: Draw, row: list[Slot], labels: float = 0.25) -> list[Slot]:
    """Cuts one or several cells of a row; returns the row with their rests. `labels` is the chance of cutting labels too."""
    rest: list[Slot] = [None] * len(row)
    open_cells = [column for column, slot in enumerate(row) if slot and _may_cut(slot)]
    if not open_cells:
        return rest
    longest = max((len(slot[1]), column) for column, slot in enumerate(row) if slot and column in open_cells)[1]
    several = draw.chance(0.5)
    for column, slot in enumerate(row):
        if slot is None:
            continue
        if column in open_cells:
            chosen = column == longest if not several else draw.chance(0.75)
        else:
            chosen = slot[0].label.startswith(_LABELS) and len(slot[1]) > 3 and draw.chance(labels)
        mark, text = slot
        cut = _place_of_cut(draw, mark, text) if chosen else 0
        if cut and text[:cut].strip() and text[cut:].strip():
            row[column], rest[column] = (mark, text[:cut]), (mark, text[cut:])
    return rest


def _place_of_cut(draw: Draw, mark: Mark, text: str) -> int:
    if mark.label.startswith("value") and draw.chance(0.7):
        ends = [match.start() for match in _NUMBER_END.finditer(text)]
        if ends:
            return draw.pick(ends)
    roll = draw.rng.random()
    if roll < 0.3:
        return len(text) - 1
    if roll < 0.45:
        return max(1, len(text) - draw.number(2, 4))
    return draw.number(1, len(text) - 1)


def _cut_labels(draw: Draw, damage: Damage, table: Table, matrix: Matrix, at: int, target: list[Slot]) -> None:
    """Labels that span the page end: cut in two by it, or printed only after it, in the row `target`."""
    if damage.repeat_labels or not damage.cut:
        return
    for box in table.boxes:
        mark = box.mark
        if not box.row < at < box.row + box.rows or not mark.label.startswith(_SPANNING) or target[box.column]:
            continue
        slot = matrix[box.row][box.column]
        if slot is None or slot[0] is not mark or slot[1] != mark.text or not draw.chance(0.4):
            continue
        if mark.label != "level1" or draw.chance(0.5):
            cut = draw.number(1, len(slot[1]) - 1) if len(slot[1]) > 1 else 0
            if cut:
                matrix[box.row][box.column], target[box.column] = (mark, slot[1][:cut]), (mark, slot[1][cut:])
        else:
            matrix[box.row][box.column], target[box.column] = None, slot


def _headings_again(table: Table, matrix: Matrix, at: int, further: list[Mark]) -> Matrix:
    """The heading rows above a page end, printed once more."""
    rows = [row for row in table.headings if row < at]
    group = [row for row in rows if row + (len(rows) - 1 - rows.index(row)) == rows[-1]]
    again: Matrix = []
    for row in group:
        fields: list[Slot] = []
        for slot in matrix[row]:
            copy = slot[0].copy() if slot and slot[0].label.startswith("header>") else None
            if copy:
                further.append(copy)
            fields.append((copy, slot[1]) if slot and copy else None)
        again.append(fields)
    return again


def _renumbered(draw: Draw, page: Matrix) -> Matrix:
    """The page without the columns that it leaves empty, at times with an empty one more, mostly at the left."""
    width = len(page[0])
    used = [column for column in range(width) if any(row[column] for row in page)]
    if draw.chance(0.4):
        used = sorted({*used, draw.number(0, width - 1)})
    before = draw.pick((1, 1, 2)) if draw.chance(0.3) else 0
    opening: list[Slot] = [None] * before
    return [[*opening, *(row[column] for column in used)] for row in page]


def wrapped_rows(draw: Draw, page: Matrix, share: float) -> Matrix:
    """Rows whose cells did not fit: their rests stand alone in a row of their own below."""
    rows: Matrix = []
    for row in page:
        rows.append(row)
        if any(slot and slot[0].label == "name" and len(slot[1]) > 8 for slot in row) and draw.chance(share):
            rest = cut_row(draw, row, 0.1)
            if any(rest):
                rows.append(rest)
    return rows
