"""Text dumps: what programs that pull text out of PDFs leave of a drawn table, one visual line or one piece a line.

Three orders occur. `cells`: cell after cell, neighbours of one line joined by a blank. `pieces`: every line of every cell
on a line of its own. `visual`: all pieces of the same height on one line, so that centred labels and wrapped neighbours
stand between each other.
"""

from __future__ import annotations

from dataclasses import dataclass

from .damage import Damage
from .draw import Draw
from .scroll import Scroll, Typesetter
from .sheet import Block, Box, Lines, Mark, Table

_LABELS = ("level1", "level2", "header", "goal_key", "fund_key")


@dataclass(slots=True)
class DumpStyle:
    """How a program dumps tables; the same for the whole document."""

    order: str
    spacing: str  # where empty lines stand: none, all (after each line), rows (after each row), inside (within rows only)
    separator: str
    wrap: bool
    vertical: bool  # labels at the left edge stand one character a line
    page_lines: int  # a page ends about every so many lines; 0 for never
    page_mark: str  # blank or form_feed
    page_number: str
    top_aligned: bool
    name_width: int  # characters in a line of a name, 0 for the column's own width
    value_width: int
    joins_tail: float  # how often the value stands on the line of a wrapped name's tail
    breaks_anywhere: bool  # pages end within wrapped cells too


def draw_dump_style(draw: Draw) -> DumpStyle:
    """A random program's style."""
    order = draw.weighted({"dump_cell_order": 0.45, "pieces": 0.25, "visual": 0.3})
    draw.tags.add(order)
    return DumpStyle(
        order=order.replace("dump_cell_order", "cells"),
        spacing=draw.pick(("all", "all", "all", "rows", "inside")) if draw.habit("dump_blank_lines", 0.45) else "none",
        separator=draw.pick((" ", " ", " ", "  ", "    ")),
        wrap=draw.habit("wrapped_cells", 0.75),
        vertical=draw.habit("vertical_labels", 0.3),
        page_lines=draw.pick((30, 45, 60)) if draw.habit("dump_page_break", 0.5) else 0,
        page_mark=draw.pick(("blank", "form_feed")),
        page_number=draw.pick(("", "", "— {} —", "- {} -", "{}", "第{}页", "第 {} 页 共 20 页")),
        top_aligned=draw.chance(0.2),
        name_width=draw.pick((0, 8, 9, 10, 11, 11, 12, 14)),
        value_width=draw.pick((0, 0, 5, 6, 8, 12, 20)),
        joins_tail=draw.pick((0.0, 0.0, 0.5, 1.0)),
        breaks_anywhere=draw.chance(0.5),
    )


def write_dump(draw: Draw, damage: Damage, blocks: list[Block], setter: Typesetter, furniture: list[Mark]) -> str:
    """The dump of a document; page numbers become marks added to `furniture`."""
    style = draw_dump_style(draw)
    dump = _Dump(draw, style, setter, damage, furniture)
    for block in blocks:
        if isinstance(block, Lines):
            dump.lines(block)
        else:
            dump.table(block)
    return dump.scroll.text()


class _Dump:
    def __init__(self, draw: Draw, style: DumpStyle, setter: Typesetter, damage: Damage, furniture: list[Mark]) -> None:
        self.draw, self.style, self.setter, self.damage, self.furniture = draw, style, setter, damage, furniture
        self.scroll = Scroll()
        self.page_start = 0
        self.page = 1
        self.feed = ""

    def line(self, fragments: list[tuple[Mark, str]], close: bool = False) -> None:
        """One line; `close` keeps the next line near it even where lines are set apart."""
        fragments = [(mark, text) for mark, text in fragments if text.strip()]
        if not fragments:
            return
        if self.damage.filler and sum(len(text.split()) for _, text in fragments) > 1:
            filler = Mark("furniture", self.damage.filler)
            self.furniture.append(filler)
            fragments.append((filler, filler.text))
        self.scroll.runs(fragments, self.style.separator, before=self.feed)
        self.feed = ""
        if self.style.spacing in ("all", "inside") and not close:
            self.scroll.blank()

    def end_row(self) -> None:
        """What stands between two rows: an empty line, or none where rows are the closer ones."""
        if self.style.spacing == "rows":
            self.scroll.blank()
        elif self.style.spacing == "inside" and self.scroll.lines and not self.scroll.lines[-1]:
            self.scroll.lines.pop()

    def lines(self, block: Lines) -> None:
        for line in block.marks:
            if len(line) > 1 or not self.style.wrap:
                self.line([(mark, self.setter.set(mark, mark.text)) for mark in line])
                continue
            for piece in wrap(self.setter.set(line[0], line[0].text), 42):
                self.line([(line[0], piece)])
        self.end_page_if_full()

    def end_page_if_full(self) -> None:
        """Ends the page where enough lines stand on it."""
        style = self.style
        used, airy = len(self.scroll.lines) - self.page_start, style.spacing == "all"
        if not style.page_lines or used < style.page_lines * (2 if airy else 1):
            return
        if style.page_number:
            mark = Mark("furniture", style.page_number.format(self.page))
            self.furniture.append(mark)
            self.line([(mark, mark.text)])
        if style.page_mark == "blank":
            self.scroll.blank(2 if airy else self.draw.pick((2, 3, 4)))
        else:
            self.feed = "\f"
        self.page += 1
        self.page_start = len(self.scroll.lines)

    def cell_lines(self, box: Box, widths: list[int]) -> list[str]:
        """The lines of a cell as wrapped in its column."""
        mark = box.mark
        if not mark.text or (mark.text in self.damage.lost_words and mark.label.startswith("level")):
            return []
        text = self.setter.set(mark, mark.text)
        width = sum(widths[box.column : box.column + box.columns]) if widths else 10
        upright = box.rows > 1 and (box.column == 0 or mark.label == "level1")
        upright = upright or (box.column == 0 and mark.label.startswith("goal_key") and len(mark.text) < 8)
        if self.style.vertical and (upright or (mark.label == "header>level1" and width <= 2)):
            return [character for character in mark.text if character.strip()]
        if not self.style.wrap:
            return [text]
        if mark.label == "name" and self.style.name_width:
            width = self._width_of_name(len(text))
        if mark.label.startswith("value") and self.style.value_width:
            width = self.style.value_width
        if mark.label.startswith(("value", "fund_amount", "attribute_value")):
            width = max(width, 5)
        if mark.label.startswith("goal_text"):
            width = max(width, 30)
        return wrap(text, max(width, 2))

    def _width_of_name(self, length: int) -> int:
        """The width of a name's lines, at times one that leaves a tail of one to three characters."""
        width = self.style.name_width
        tails = [other for other in (width, width - 1, width + 1) if length > other and 1 <= length % other <= 3]
        return self.draw.pick(tails) if tails and self.draw.chance(0.5) else width

    def table(self, table: Table) -> None:
        if self.style.order == "visual":
            self.visual(table)
        else:
            self.cell_by_cell(table)

    def cell_by_cell(self, table: Table) -> None:
        """Cell after cell; in `cells` order neighbours of a single line share it."""
        by_row: dict[int, list[Box]] = {}
        for box in table.in_order():
            by_row.setdefault(box.row, []).append(box)
        for row in range(table.rows):
            current: list[tuple[Mark, str]] = []
            previous_long = False
            for box in by_row.get(row, ()):
                lines = self.cell_lines(box, table.widths)
                if not lines:
                    continue
                spanning = box.rows > 1
                if self.style.order == "cells" and len(lines) == 1 and not spanning:
                    current.append((box.mark, lines[0]))
                    previous_long = False
                    continue
                self.line(current)
                current = []
                joined = self.style.order == "cells" and box.mark.label == "name" and self.draw.chance(self.style.joins_tail)
                for number, text in enumerate(lines):
                    if joined and number and number == len(lines) - 1:
                        current = [(box.mark, text)]
                        continue
                    # The value after a wrapped name's tail stands on the very next line.
                    near = self.style.order == "cells" and number == len(lines) - 1 and len(lines) == 2 and not spanning
                    self.line([(box.mark, text)], close=near or (joined and number == len(lines) - 2))
                    if self.style.breaks_anywhere:
                        self.end_page_if_full()
                previous_long = len(lines) > 1
            self.line(current)
            self.end_row()
            if not previous_long or self.draw.chance(0.3):
                self.end_page_if_full()

    def visual(self, table: Table) -> None:
        """All pieces by height, then from left to right."""
        boxes = [(box, lines) for box in table.in_order() if (lines := self.cell_lines(box, table.widths))]
        heights = [1] * table.rows
        for box, lines in boxes:
            if box.rows == 1:
                heights[box.row] = max(heights[box.row], len(lines))
        for box, lines in boxes:
            if box.rows > 1:
                missing = len(lines) - sum(heights[box.row : box.row + box.rows])
                if missing > 0:
                    heights[box.row + box.rows - 1] += missing
        tops = [0]
        for height in heights:
            tops.append(tops[-1] + height)
        placed: dict[int, list[tuple[int, Mark, str]]] = {}
        for box, lines in boxes:
            room = tops[box.row + box.rows] - tops[box.row]
            top = tops[box.row] + (0 if self.style.top_aligned else (room - len(lines)) // 2)
            for offset, text in enumerate(lines):
                placed.setdefault(top + offset, []).append((box.column, box.mark, text))
        row_ends = set(tops)
        for height in range(tops[-1]):
            pieces = sorted(placed.get(height, ()), key=lambda piece: piece[0])
            self.line([(mark, text) for _, mark, text in pieces])
            if height + 1 in row_ends:
                self.end_row()
            if height + 1 in row_ends or self.style.breaks_anywhere:
                self.end_page_if_full()


def wrap(text: str, width: int) -> list[str]:
    """The text in lines of at most `width` full-width characters; closing marks do not open a line."""
    if len(text) <= width:
        return [text]
    lines, line, used = [], "", 0.0
    for character in text:
        size = 0.5 if character < "\u0100" else 1.0
        if used + size > width and character not in "，。；：、）)%”》！？,.;:" and line.strip():
            lines.append(line)
            line, used = "", 0.0
        line += character
        used += size
    if line.strip():
        lines.append(line)
    return [line.strip() for line in lines if line.strip()]
