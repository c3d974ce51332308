"""Prints blocks of a drawn document on pages: lines around tables, tables over pages, heads and numbers of pages."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ..sheet import Block, Lines, Mark, Table
from .ink import frames, outline, rules, shades
from .lines import advance_of, break_lines
from .pages import ASCENT, DESCENT, Canvas
from .paging import CellPart, Cursor, page_table
from .printed import Area, Fragment, PrintedCell
from .sizing import SizedTable, cell_height, size_table, tidy
from .style import Style

_LEFT = ("goal_text", "packed", "remark", "template", "prose")
_FOOT = 26.0  # distance of page numbers from the edge of the page


@dataclass(frozen=True, slots=True)
class _Line:
    text: str
    x: float
    top: float  # of the room the line takes
    room: float


class Press:
    """One document in print."""

    def __init__(self, style: Style) -> None:
        self.style = style
        self.canvas = Canvas(style)
        self.advance = advance_of(style.latin)
        self.left = style.margin_x
        self.width = self.canvas.width - 2 * style.margin_x
        self.cursor = Cursor(style.margin_y, self.canvas.height - style.margin_y, y=style.margin_y)
        self.cells: list[PrintedCell] = []
        self.tables = 0

    def run(self, blocks: list[Block]) -> tuple[bytes, list[PrintedCell]]:
        """The document's bytes and its true cells."""
        for at, block in enumerate(blocks):
            if isinstance(block, Lines):
                self._lines(block, self._room_needed(blocks, at))
            elif block.boxes:
                self._table(block)
        self._heads_and_numbers(blocks)
        return self.canvas.pdf(), self.cells

    # Lines around tables.

    def _room_needed(self, blocks: list[Block], at: int) -> float:
        """The height below which a line would part from the table that it heads."""
        above = 0
        while at < len(blocks) and isinstance(blocks[at], Lines):
            above, at = above + 1, at + 1
        return (above * 1.6 + 8) * self.style.size * 1.3 if at < len(blocks) and above < 4 else 0.0

    def _lines(self, block: Lines, room: float) -> None:
        style, cursor = self.style, self.cursor
        after_table = bool(self.cells) and self.cells[-1].table >= 0
        titled = block.heading or block.marks[0][0].label == "title"
        if (titled and after_table and style.page_a_table) or (room and cursor.y + room > cursor.bottom):
            cursor.turn()
        elif titled and after_table:
            cursor.y += style.size * 2
        for marks in block.marks:
            if len(marks) > 1:
                self._shared_line(marks)
            else:
                self._paragraph(marks[0], block.heading)

    def _shared_line(self, marks: list[Mark]) -> None:
        """Marks spread over one line."""
        style, cursor = self.style, self.cursor
        pitch = style.size * 1.6
        self._turn_if_short(pitch)
        share, free = self.width / len(marks), self.left
        for at, mark in enumerate(marks):
            text = mark.text.strip()
            wide = self.advance(text) * style.size
            x = max(self.left + at * share, free)
            if at and at == len(marks) - 1:
                x = max(x, self.left + self.width - wide)
            if x > free and x + wide > self.left + self.width:
                x = max(free, self.left + self.width - wide)
            if at and x + wide > self.left + self.width:
                cursor.y += pitch
                self._turn_if_short(pitch)
                x = self.left
            free = x + wide + 2 * style.size
            self._print_lines(mark, [_Line(text, x, cursor.y, pitch)], style.size)
        cursor.y += pitch

    def _paragraph(self, mark: Mark, heading: bool) -> None:
        style, cursor = self.style, self.cursor
        size = style.title_size if heading else style.size
        pitch = size * 1.6
        centred = heading or (mark.label == "caption" and not mark.text.startswith(("单位", "金额", "部门", "填报")))
        ends = mark.label == "caption" and "单位：" in mark.text[:5]
        fragments: list[Fragment] = []
        for text in break_lines(mark.text.strip(), self.width / size, self.advance):
            self._turn_if_short(pitch)
            spare = self.width - self.advance(text) * size
            x = self.left + max(0.0, spare / 2 if centred else spare if ends else 0.0)
            line = _Line(text, x, cursor.y, pitch)
            fragments.append(self._write(cursor.page, [line], size, heading))
            cursor.y += pitch
        self._outside(mark, _merged(fragments))

    def _turn_if_short(self, pitch: float) -> None:
        if self.cursor.y + pitch > self.cursor.bottom:
            self.cursor.turn()

    def _print_lines(self, mark: Mark, lines: list[_Line], size: float) -> None:
        self._outside(mark, (self._write(self.cursor.page, lines, size),))

    def _outside(self, mark: Mark, fragments: tuple[Fragment, ...]) -> None:
        if mark.text.strip():
            mark.printed = [mark.text.strip()]
            self.cells.append(PrintedCell(mark.label, mark.text.strip(), fragments, mark.project))

    def _write(self, page: int, lines: list[_Line], size: float, title: bool = False, area: Area | None = None) -> Fragment:
        """Writes lines on a page; the fragment that they make."""
        boxes: list[Area] = []
        for line in lines:
            baseline = line.top + (line.room - size) / 2 + ASCENT * size
            self.canvas.text(page, line.x, baseline, line.text, size, title)
            wide = self.advance(line.text.rstrip()) * size
            boxes.append((line.x, baseline - ASCENT * size, line.x + wide, baseline + DESCENT * size))
        bbox = (min(b[0] for b in boxes), min(b[1] for b in boxes), max(b[2] for b in boxes), max(b[3] for b in boxes))
        return Fragment(page + 1, bbox, "".join(line.text for line in lines).strip(), area or bbox)

    # Tables.

    def _table(self, table: Table) -> None:
        style = self.style
        sized = size_table(tidy(table), style, self.width)
        if self.cursor.y + sum(sized.heights[:2]) > self.cursor.bottom:
            self.cursor.turn()
        parts = page_table(sized, style, self.cursor)
        left = self.left + max(0.0, (self.width - sized.edges[-1]) / 2)
        for page in sorted({part.page for part in parts}):
            self._draw([part for part in parts if part.page == page], sized, left, page)
        order = sorted(parts, key=lambda part: part.page)
        if style.columns_first:
            order.sort(key=lambda part: (part.page, part.cell.box.column, part.cell.box.row))
        fragments: dict[int, list[tuple[CellPart, Fragment]]] = {}
        for part in order:
            fragments.setdefault(id(part.cell), []).append((part, self._cell_part(part, sized, left)))
        for cell in sized.cells:
            printed = fragments[id(cell)]
            box, mark = cell.box, cell.box.mark
            text = mark.text.strip()
            mark.printed = [text] if text else []
            whole = PrintedCell(
                label=mark.label,
                text=text,
                fragments=tuple(fragment for part, fragment in printed if not part.again),
                project=mark.project,
                parts=mark.offsets,
                table=self.tables,
                row=box.row,
                column=box.column,
                row_span=box.rows,
                column_span=box.columns,
                lines=len(cell.lines),
                stacked=cell.stacked,
            )
            again = [fragment for part, fragment in printed if part.again and text]
            self.cells += [whole, *(replace(whole, fragments=(fragment,), again=True) for fragment in again)]
        self.tables += 1
        self.cursor.y += style.size * 0.6

    def _cell_part(self, part: CellPart, table: SizedTable, left: float) -> Fragment:
        """Writes the lines of a cell's part in their place."""
        style, cell, box = self.style, part.cell, part.cell.box
        x0, x1 = left + table.edges[box.column], left + table.edges[box.column + box.columns]
        area = (x0, part.top, x1, part.bottom)
        if not part.lines:
            return Fragment(part.page + 1, area, "", area)
        step = table.pitch if cell.stacked else table.line
        shown = cell_height(cell, table.line, table.pitch) * len(part.lines) / len(cell.lines)
        room = part.bottom - part.top
        goes_on = not (part.opens and part.closes) and len(part.lines) < len(cell.lines)
        top = part.top + (style.pad_y if style.top_aligned or goes_on else (room - shown) / 2)
        lines = []
        for number, text in enumerate(part.lines):
            spare = x1 - x0 - 2 * style.pad_x - self.advance(text.rstrip()) * table.size
            x = x0 + style.pad_x + max(0.0, spare) * self._alignment(cell.box.mark, len(part.lines))
            lines.append(_Line(text, x, top + number * step, step))
        return self._write(part.page, lines, table.size, area=area)

    def _alignment(self, mark: Mark, lines: int) -> float:
        """Where in its cell a line stands: 0 at the left, 1 at the right."""
        style, label = self.style, mark.label
        if (
            label.startswith(_LEFT)
            or (label == "name" and style.left_values)
            or (label.startswith(("attribute_value", "?")) and lines > 2)
        ):
            return 0.0
        if label.startswith("fund_amount") and style.right_amounts:
            return 1.0
        if style.left_labels or (style.left_values and label.startswith(("value", "standard", "attribute_value"))):
            return 0.0
        return 0.5

    def _draw(self, parts: list[CellPart], table: SizedTable, left: float, page: int) -> None:
        """Shades and rules of one page's part of a table."""
        style, canvas = self.style, self.canvas
        for box in shades(parts, table, left, style):
            canvas.fill(page, box, style.tint)
        if style.rules == "full" and style.drawing == "cells" and not style.open_ends:
            for box in frames(parts, table, left):
                canvas.frame(page, box, style.rule_width, style.rule_colour)
        else:
            for line in rules(parts, table, left, style):
                canvas.rule(page, line, style.rule_width, style.rule_colour, style.drawing == "bars")
        if style.rules == "full" and not style.open_ends:
            around = outline(parts, table, left)
            if style.frame_width:
                canvas.frame(page, around, style.frame_width, style.rule_colour)
            if style.double_frame:
                x0, y0, x1, y1 = around
                canvas.frame(page, (x0 - 2, y0 - 2, x1 + 2, y1 + 2), style.rule_width, style.rule_colour)

    # Heads and numbers of pages.

    def _heads_and_numbers(self, blocks: list[Block]) -> None:
        style, canvas = self.style, self.canvas
        pages = max(len(canvas.pages), 1)
        head = next((block.marks[0][0].text for block in blocks if isinstance(block, Lines) and block.heading), "")
        for page in range(pages):
            texts = [(style.page_number.format(page + 1, pages), style.number_on_top)] if style.page_number else []
            if style.running_head and head and page:
                texts.append((head, not style.number_on_top or not style.page_number))
            for text, on_top in texts:
                size = min(style.size, 9.0)
                x = (canvas.width - self.advance(text) * size) / 2
                top = _FOOT - size if on_top else canvas.height - _FOOT
                fragment = self._write(page, [_Line(text, x, top, size)], size)
                self.cells.append(PrintedCell("furniture", text, (fragment,)))


def _merged(fragments: list[Fragment]) -> tuple[Fragment, ...]:
    """A fragment a page of the lines of a paragraph."""
    merged: list[Fragment] = []
    for each in fragments:
        if merged and merged[-1].page == each.page:
            x0, y0, x1, y1 = merged[-1].bbox
            bbox = (min(x0, each.bbox[0]), min(y0, each.bbox[1]), max(x1, each.bbox[2]), max(y1, each.bbox[3]))
            merged[-1] = Fragment(each.page, bbox, merged[-1].text + each.text, bbox)
        else:
            merged.append(each)
    return tuple(merged)
