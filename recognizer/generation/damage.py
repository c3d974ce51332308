"""What exporters, page breaks and OCR do to a drawn table on its way into a grid of fields.

A `Matrix` holds, for each field, the piece of a mark that stands there. Damage moves and drops pieces; it never changes
what a mark is, so that the truth survives: a shifted cell keeps its label.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from .draw import Draw
from .pages import Matrix, Slot, paged, wrapped_rows
from .sheet import Mark, Table

_LEVELS = ("level1", "level2")
_FILLERS = ("✓", "☑", "○", "●", "—", "*", "√√", "×", "□", "☐", "■", "※", "△", "-", "V", "v", "▲", "◎", "☆",
            "是", "无", "/", "1", "已核")


@dataclass(slots=True)
class Damage:
    """The exporter's habits, the same for all tables of a document."""

    repeat_labels: bool = False
    repeat_spans: bool = False
    centred_labels: bool = False
    span_offset: bool = False
    shift: float = 0.0
    drift: float = 0.0
    displace: float = 0.0
    lose: float = 0.0
    fuse: float = 0.0
    lose_headings: float = 0.0
    breaks: float = 0.0
    repeat_headings: bool = False
    cut: float = 0.0
    renumber: bool = False
    running_head: bool = False  # the publisher's line again at the top of each page
    wrap: float = 0.0  # share of the long rows that go on in a row of their own
    stray_column: float = 0.0
    filler: str = ""  # what a meaningless column holds in each row, ticks for the most part
    filler_column: int = 0
    garble: bool = False
    lost_words: frozenset[str] = frozenset()
    safe_words: frozenset[str] = field(default_factory=frozenset)


def draw_damage(draw: Draw, words: dict[str, str], plain_heading: bool, medium: str) -> Damage:
    """The damage of one document; about two in five documents come out clean. `safe_words` are the level-2 names that an
    indicator tells by itself, so that their labels may be lost or displaced."""
    safe = frozenset(words[slot] for slot in ("项目立项", "绩效目标", "资金投入", "资金管理", "组织实施"))
    damage = Damage(
        repeat_labels=draw.chance(0.12),
        repeat_spans=draw.chance(0.04),
        centred_labels=draw.chance(0.12),
        span_offset=draw.chance(0.12),
        safe_words=safe,
    )
    if not draw.banks.reserved and draw.chance(0.14):
        damage.filler, damage.filler_column = draw.pick(_FILLERS), draw.pick((0, 1, 2, 2, 3, 4, 6, 99))
    if medium in ("tabs", "markdown") and draw.habit("grid_page_break", 0.62 if medium == "tabs" else 0.34):
        damage.breaks = draw.pick((0.5, 0.8, 1.0))
        damage.repeat_headings = draw.habit("repeated_heading", 0.2)
        damage.cut = 0.85 if draw.habit("cut_cells", 0.8) else 0.0
        damage.renumber = draw.habit("renumbered_columns", 0.5)
        damage.running_head = draw.chance(0.2)
    if medium in ("tabs", "markdown") and draw.habit("wrapped_rows", 0.1):
        damage.wrap = draw.pick((0.1, 0.4, 0.9))
    if draw.chance(0.4):
        return damage
    if draw.habit("lost_benefit_label", 0.06):
        damage.lost_words = frozenset({words["benefit"]})
    if medium not in ("tabs", "markdown"):
        return damage
    damage.shift = draw.pick((0.03, 0.1, 0.25)) if draw.habit("shifted_rows", 0.45) else 0.0
    damage.drift = draw.pick((0.1, 0.5)) if draw.habit("drifted_amounts", 0.2) else 0.0
    damage.displace = 0.2 if draw.habit("displaced_labels", 0.2) else 0.0
    damage.lose = draw.pick((0.05, 0.15)) if draw.habit("lost_labels", 0.2) else 0.0
    damage.fuse = 0.3 if draw.habit("fused_heading_row", 0.15) else 0.0
    damage.lose_headings = 0.15 if plain_heading and draw.chance(0.1) else 0.0
    damage.stray_column = 0.5 if draw.chance(0.08) else 0.0
    damage.garble = draw.habit("garbled_heading", 0.12)
    return damage


def to_matrix(draw: Draw, damage: Damage, table: Table, further: list[Mark]) -> Matrix:
    """The fields of a drawn table: a merged cell leaves its text in one field, or in each where the exporter repeats it."""
    matrix: Matrix = [[None] * table.columns for _ in range(table.rows)]
    offset = damage.span_offset and draw.chance(0.6)
    for box in table.boxes:
        mark = box.mark
        if not mark.text or (mark.text in damage.lost_words and mark.label in _LEVELS):
            continue
        row, column = box.row, box.column
        if damage.centred_labels and box.rows > 1 and mark.label in (*_LEVELS, "header"):
            row += (box.rows - 1) // 2
        if offset and box.columns > 1 and mark.label.startswith(("attribute", "fund", "goal_text")):
            column += 1
        matrix[row][column] = (mark, mark.text)
        if damage.repeat_labels and mark.label in _LEVELS:
            for other in range(box.row + 1, box.row + box.rows):
                matrix[other][column] = (_again(mark, further), mark.text)
        if damage.repeat_spans and box.columns > 1 and not mark.parts:
            for other in range(box.column + 1, box.column + box.columns):
                if matrix[row][other] is None:
                    matrix[row][other] = (_again(mark, further), mark.text)
    return matrix


def _again(mark: Mark, further: list[Mark]) -> Mark:
    copy = mark.copy()
    further.append(copy)
    return copy


def damaged(draw: Draw, damage: Damage, table: Table, further: list[Mark]) -> list[Matrix]:
    """The table's fields after damage, cut into pages; cells printed a second time are added to `further`."""
    matrix = to_matrix(draw, damage, table, further)
    headings = set(table.headings)
    if damage.lose_headings and draw.chance(damage.lose_headings):
        for row in table.headings:
            matrix[row] = [slot if slot and not slot[0].label.startswith("header>") else None for slot in matrix[row]]
    _move_labels(draw, damage, matrix)
    pages = paged(draw, damage, table, matrix, further)
    for number, page in enumerate(pages):
        _shift_rows(draw, damage, page, headings if number == 0 else set())
        if damage.wrap:
            page[:] = wrapped_rows(draw, page, damage.wrap)
        if damage.stray_column and draw.chance(damage.stray_column):
            column = draw.number(0, len(page[0]))
            for fields in page:
                fields.insert(column, None)
        if damage.filler:
            _fill(damage, page, further)
        _garble(draw, damage, page, further)
        for fields in page:
            fields.extend([None] * (3 - len(fields)))
    return [[row for row in page if any(row)] for page in pages]


def _fill(damage: Damage, page: Matrix, further: list[Mark]) -> None:
    """A column that says nothing: the same mark in every row."""
    for fields in page:
        mark = Mark("furniture", damage.filler)
        further.append(mark)
        fields.insert(damage.filler_column, (mark, mark.text))


def _move_labels(draw: Draw, damage: Damage, matrix: Matrix) -> None:
    """Labels lost or a row off, amounts a column off, items fused with the heading row above them."""
    for at, row in enumerate(matrix):
        for column, slot in enumerate(row):
            if slot is None:
                continue
            mark = slot[0]
            safe = (mark.label == "level1" and not damage.repeat_labels) or (
                mark.label == "level2" and mark.text in damage.safe_words
            )
            if safe and draw.chance(damage.lose) and _has_level2(row, column, mark):
                row[column] = None
            elif mark.label == "level2" and mark.text in damage.safe_words and draw.chance(damage.displace):
                other = at + draw.pick((-1, 1))
                if 0 <= other < len(matrix) and matrix[other][column] is None:
                    matrix[other][column], row[column] = slot, None
            elif (
                mark.label.startswith("fund_amount")
                and column + 1 < len(row)
                and row[column + 1] is None
                and draw.chance(damage.drift)
            ):
                row[column + 1], row[column] = slot, None
                break
    for at, row in enumerate(matrix[:-1]):
        if any(slot and slot[0].label.startswith("header>fund_amount") for slot in row) and draw.chance(damage.fuse):
            for column, slot in enumerate(matrix[at + 1]):
                if slot and slot[0].label == "fund_key" and row[column] is None:
                    row[column], matrix[at + 1][column] = slot, None
                    break


def _has_level2(row: list[Slot], column: int, mark: Mark) -> bool:
    """Whether a lost level 1 can be told from the level 2 beside it; a level 2 by itself always can."""
    return mark.label == "level2" or any(slot and slot[0].label == "level2" for slot in row[column + 1 :])


def _shift_rows(draw: Draw, damage: Damage, page: Matrix, headings: set[int]) -> None:
    """Rows that lost leading merged fields: everything moves left, the gap opens at the end."""
    if not damage.shift:
        return
    for at, row in enumerate(page):
        leading = next((column for column, slot in enumerate(row) if slot), 0)
        if leading and at not in headings and draw.chance(damage.shift):
            by = draw.number(1, leading)
            page[at] = row[by:] + [None] * by
            if by < leading and draw.chance(0.3):
                # The first cell slipped one field further than those after it.
                first = leading - by
                page[at][first - 1], page[at][first] = page[at][first], None


def _garble(draw: Draw, damage: Damage, page: Matrix, further: list[Mark]) -> None:
    """What OCR makes of a page: debris before a heading, a stray letter beside an amount, an amount that cannot be read."""
    if not damage.garble:
        return
    for row in page:
        for column, slot in enumerate(row):
            if slot is None:
                continue
            mark, text = slot
            if mark.label.startswith("header>") and draw.chance(0.04):
                row[column] = (mark, draw.pick(("新门名称:) 州市", "サ位: 万元 ", "单位：万兀 ", "口", "亻", "，、")) + text)
            elif mark.label.startswith("fund_amount") and len(text) > 3 and not mark.unreadable and draw.chance(0.05):
                mark.unreadable = True
                row[column] = (mark, text[:-1] + draw.pick(("€", "б", "?", "£", "o", "l")))
                if column + 1 < len(row) and row[column + 1] is None and draw.chance(0.4):
                    stray = Mark("furniture", draw.pick(("5", "1", "I", "。", "’")))
                    further.append(stray)
                    row[column + 1] = (stray, stray.text)
