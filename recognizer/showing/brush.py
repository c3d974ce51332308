"""How marks look: tints, outlines, links, numbers, periods, badges, and labels carried over.

A `Brush` draws the marks of one sheet at a frame of a page; what it drew is on the page once it is `dry`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import median
from typing import Any

import numpy as np
import pymupdf

from recognizer.language import Language
from recognizer.showing.font import broken, font, width_of
from recognizer.showing.overlay import SURE, Carried, Mark, linked
from recognizer.showing.palette import DOUBT, JOIN, WHITE, Colour, darker, family_of, period_name, word
from recognizer.showing.sheets import Sheet
from recognizer.types import Box, Role

TEXT_SIZE = 8.5  # points: marks are drawn for a page whose text is this big, and in proportion on others
SMALLEST, LARGEST = 0.6, 2.2  # but so far only may they shrink and grow
FULL, PALE, FAINT = 0.58, 0.34, 0.20  # strength of a tint: sure, less sure, carried over
PACKED = 0.08  # and of a cell that is packed with others
MULTIPLIED = 0.99  # an opacity that tints alone have: PyMuPDF names a graphics state by it, which is then told to multiply
UNSURE_DASHES, CARRIED_DASHES = (3.4, 2.3), (1.5, 2.3)  # in widths of the line
TAG, INNER_TAG, PILL, BADGE, GHOST = 4.0, 2.9, 4.4, 4.6, 7.0  # sizes of small texts in points
TAG_SHADE = 0.66  # darkness of a tag, as a share of its outline's colour
INKLESS = 0.06  # share of a character's box above and below its ink
LEADING = 1.25


class Ink:
    """Collects texts by their colour, and writes them on a page at once."""

    def __init__(self, page: Any) -> None:
        self._page = page
        self._writers: dict[tuple[Colour, float], Any] = {}

    def write(self, point: tuple[float, float], text: str, size: float, colour: Colour, opacity: float = 1.0) -> None:
        """Writes a text in one line from a point on its base line."""
        if text.strip() and size > 0:
            key = (colour, opacity)
            if key not in self._writers:
                self._writers[key] = pymupdf.TextWriter(self._page.rect, opacity=opacity, color=colour)
            self._writers[key].append(point, text, font(), size)

    def dry(self) -> None:
        """Puts what was written on the page."""
        for writer in self._writers.values():
            writer.write_text(self._page)
        self._writers.clear()


def pale(colour: Colour, strength: float) -> Colour:
    """A colour thinned with white."""
    red, green, blue = (1 - strength * (1 - part) for part in colour)
    return (red, green, blue)


def dashes(pattern: tuple[float, float], width: float) -> str:
    """A pattern of dashes, in widths of the line, as PDF has it."""
    return f"[{pattern[0] * width:.2f} {pattern[1] * width:.2f}] 0"


def arrow(shape: Any, x: float, y: float, half: float, *, up: bool) -> None:
    """A white arrow head in the middle of (x, y)."""
    tip = -half if up else half
    shape.draw_polyline([(x - half, y - tip), (x + half, y - tip), (x, y + tip)])
    shape.finish(color=None, fill=WHITE, closePath=True)


class Brush:
    """Draws the marks of a sheet at `frame`, in the sheet's own coordinates."""

    def __init__(self, page: Any, frame: Any, sheet: Sheet, language: Language, *, detailed: bool) -> None:
        self._page, self._frame, self._language, self._detailed = page, frame, language, detailed
        self._share = frame.width / sheet.width
        self._is_set = sheet.is_set
        heights = [min(box[3] - box[1], box[2] - box[0]) for box in sheet.printed[::7]]
        size = median(heights) / TEXT_SIZE if heights else 1.0
        self._unit = min(max(size, SMALLEST), LARGEST) * self._share
        self._shape = page.new_shape()
        self._ink = Ink(page)
        boxes = np.asarray(sheet.printed, float).reshape(-1, 4) * self._share + (frame.x0, frame.y0, frame.x0, frame.y0)
        boxes[:, 1::2] += INKLESS * (boxes[:, 3] - boxes[:, 1])[:, None] * (1, -1)
        self._printed = boxes

    def dry(self, *, multiplied: bool = False) -> None:
        """Puts what was drawn on the page, tints multiplied with what is below them."""
        self._shape.commit()
        self._ink.dry()
        self._shape = self._page.new_shape()
        if multiplied:
            _multiply(self._page)

    def tint(self, mark: Mark) -> None:
        """Fills a mark with the colour of its role, the paler the less sure it is."""
        tint = family_of(mark.role).tint
        if tint:
            strength = PACKED if mark.holds else FULL if mark.sureness >= SURE else PALE
            self._fill([self._rect(box) for box in mark.boxes], pale(tint, strength))

    def tint_carried(self, label: Carried) -> None:
        """Fills the room of a label carried over."""
        tint = family_of(label.role).tint
        if tint:
            self._fill([self._rect(label.box)], pale(tint, FAINT))

    def repeated(self, boxes: Sequence[Box]) -> None:
        """Fills and draws round headings that are printed again."""
        family = family_of(Role.HEADER)
        if family.tint and boxes:
            self._fill([self._rect(box) for box in boxes], pale(family.tint, FAINT))
            width = 0.7 * self._unit
            self._stroke([self._rect(box, width) for box in boxes], family.line, width, CARRIED_DASHES)

    def outline(self, mark: Mark) -> None:
        """Draws round a mark: in red what is to be reviewed, dashed what is less sure."""
        if mark.doubtful and not mark.holds:
            width = (0.8 if mark.inside else 1.5) * self._unit
            width = width if self._detailed else max(width, 0.5 if mark.inside else 1.2)
            self._stroke([self._rect(box, width / 2) for box in mark.boxes], DOUBT, width)
        elif self._detailed:
            family = family_of(mark.role)
            width = (0.3 if mark.inside else 0.7) * self._unit
            pattern = UNSURE_DASHES if mark.sureness < SURE or family.tint is None else None
            self._stroke([self._rect(box, width) for box in mark.boxes], family.line, width, pattern)

    def links(self, mark: Mark) -> None:
        """Draws lines between the pieces of a cell that stand apart."""
        if mark.inside or mark.in_table:
            return
        for one, other in linked(mark.boxes):
            ends = _nearest(self._rect(one), self._rect(other), 3 * self._unit)
            self._shape.draw_line(*ends)
            self._shape.finish(color=JOIN, width=0.8 * self._unit)
            for point in ends:
                self._shape.draw_circle(point, 1.1 * self._unit)
            self._shape.finish(color=None, fill=JOIN)

    def carried(self, label: Carried) -> None:
        """Draws the room of a label carried over, its words where nothing else is printed, and where it comes from."""
        unit = self._unit
        rect = self._rect(label.box, 0.8 * unit)
        self._stroke([rect], JOIN, 0.7 * unit, CARRIED_DASHES)
        if not self._detailed:
            return
        if label.blank:
            lines = broken("".join(label.text.split()), GHOST * unit, rect.width - 2 * unit)
            step = LEADING * GHOST * unit
            lines = lines[: max(int((rect.height - 2 * PILL * unit) / step), 0)]
            y = (rect.y0 + rect.y1 - step * len(lines)) / 2 + GHOST * unit
            for number, line in enumerate(lines):
                x = (rect.x0 + rect.x1 - width_of(line, GHOST * unit)) / 2
                self._ink.write((x, y + number * step), line, GHOST * unit, JOIN, 0.75)
        self._pill(rect.x0 + 1.2 * unit, rect.y0 + 1.2 * unit, word("from", self._language, page=label.page), up=True)

    def tags(self, mark: Mark) -> None:
        """Writes a mark's number, its period, how doubtful it is, and from where it comes or where it goes on."""
        unit = self._unit
        first, last = self._rect(mark.boxes[0]), self._rect(mark.boxes[-1])
        size = min((INNER_TAG if mark.inside else TAG) * unit, 0.45 * first.height)
        colour = DOUBT if mark.doubtful else darker(family_of(mark.role).line, TAG_SHADE)
        badge = mark.doubtful and not mark.holds
        number = str(mark.number)
        period = period_name(mark.period, self._language) if mark.period and not badge else ""
        if mark.in_table:
            taken = self._corner_tag(first, number, size, colour, left=True, badge=badge)
            if period:
                self._corner_tag(first, period, size, colour, left=False, taken=taken)
        elif mark.inside:
            self._ink.write((first.x0, first.y0 + 0.25 * size), number, size, colour)
            self._ink.write((first.x1 - width_of(period, size), first.y0 + 0.25 * size), period, size, colour)
        else:
            self._ink.write((first.x0 - width_of(number, size) - 0.6 * unit, first.y0 + size), number, size, colour)
            self._ink.write((first.x1 + 0.8 * unit, first.y0 + size), period, size, colour)
        if badge:
            self._badge(mark, first)
        if mark.comes_from:
            words = word("from_sheet" if self._is_set else "from", self._language, page=mark.comes_from)
            self._pill(first.x0 + 1.2 * unit, first.y0 - (1.1 if mark.in_table else 1.5) * PILL * unit, words, up=True)
        if mark.goes_on:
            words = word("on_sheet" if self._is_set else "on", self._language, page=mark.goes_on)
            self._pill(last.x0 + 1.2 * unit, last.y1 + (-0.3 if mark.in_table else 0.1) * PILL * unit, words, up=False)

    def _rect(self, box: Box, inner: float = 0.0) -> Any:
        """A box where it is drawn, smaller by `inner` on each side if it has room for that."""
        left, top, share = self._frame.x0, self._frame.y0, self._share
        x0, y0, x1, y1 = left + box[0] * share, top + box[1] * share, left + box[2] * share, top + box[3] * share
        by = inner if min(x1 - x0, y1 - y0) > 2 * inner else 0.0
        return pymupdf.Rect(x0 + by, y0 + by, x1 - by, y1 - by)

    def _fill(self, rects: Sequence[Any], colour: Colour) -> None:
        for rect in rects:
            self._shape.draw_rect(rect)
        self._shape.finish(color=None, fill=colour, fill_opacity=MULTIPLIED)

    def _stroke(self, rects: Sequence[Any], colour: Colour, width: float, pattern: tuple[float, float] | None = None) -> None:
        for rect in rects:
            self._shape.draw_rect(rect)
        self._shape.finish(color=colour, width=width, dashes=dashes(pattern, width) if pattern else None)

    def _corner_tag(
        self, rect: Any, text: str, size: float, colour: Colour, *, left: bool, badge: bool = False,
        taken: tuple[float, float] | None = None
    ) -> tuple[float, float]:
        """Writes a tag in a corner of a cell where nothing is printed, its own corner above all; returns where.

        The right upper corner is left to a badge. Where no corner is free, a number is written all the same; a period,
        which yields to the number's place `taken`, is not.
        """
        unit, width = self._unit, width_of(text, size)
        lefts = (rect.x0 + 1.2 * unit, rect.x1 - width - 1.2 * unit)
        tops = (rect.y0 + 0.4 * unit, rect.y1 - 1.15 * size - 0.4 * unit)
        own, other = lefts if left else lefts[::-1]
        corners = [(own, tops[0]), (own, tops[1]), (other, tops[1]), *([] if badge else [(other, tops[0])])]
        for x, y in corners:
            clear = taken is None or abs(y - taken[1]) >= size or abs(x - taken[0]) > max(width, 3 * size)
            if clear and not self._prints(x, y, x + width, y + size):
                self._ink.write((x, y + size), text, size, colour)
                return x, y
        if taken is None:
            self._ink.write((own, tops[0] + size), text, size, colour)
        return own, tops[0]

    def _prints(self, x0: float, y0: float, x1: float, y1: float) -> bool:
        """Whether the sheet prints a character in a box."""
        a = self._printed
        return bool(((a[:, 0] < x1) & (a[:, 2] > x0) & (a[:, 1] < y1) & (a[:, 3] > y0)).any())

    def _badge(self, mark: Mark, rect: Any) -> None:
        """A doubtful mark's confidence at its right, where it hides no text, and an exclamation mark where a check fired."""
        confidence = math.floor(100 * (mark.confidence or 0.0))
        words = "!" if mark.checked and confidence >= 99 else f"{confidence}%" + ("!" if mark.checked else "")
        size = (0.62 if mark.inside else 1.0) * BADGE * self._unit
        width, height = width_of(words, size) + 0.5 * size, 1.25 * size
        left = rect.x1 - (width if mark.in_table or mark.inside else 0.0)
        top = rect.y0
        if mark.inside:
            top -= 0.7 * size
        elif mark.in_table:
            above = rect.y0 - 0.5 * height
            free = (y for y in (rect.y0, rect.y1 - height) if not self._prints(left, y, left + width, y + height))
            top = next(free, above)
        self._shape.draw_rect(pymupdf.Rect(left, top, left + width, top + height))
        self._shape.finish(color=None, fill=DOUBT)
        self._ink.write((left + 0.25 * size, top + size), words, size, WHITE)

    def _pill(self, x: float, y: float, words: str, *, up: bool) -> None:
        """Words on a dark ground with an arrow before them, (x, y) being the left upper corner."""
        size = PILL * self._unit
        box = pymupdf.Rect(x, y, x + width_of(words, size) + 1.8 * size, y + 1.4 * size)
        self._shape.draw_rect(box, radius=0.4)
        self._shape.finish(color=None, fill=JOIN)
        arrow(self._shape, x + 0.7 * size, (box.y0 + box.y1) / 2, 0.35 * size, up=up)
        self._ink.write((x + 1.3 * size, y + 1.05 * size), words, size, WHITE)


def _nearest(one: Any, other: Any, inset: float) -> tuple[tuple[float, float], tuple[float, float]]:
    """Where a link between two boxes begins and ends: straight down near their left edges where it can."""
    if other.y0 >= one.y1 or one.y0 >= other.y1:
        upper = other.y0 >= one.y1
        x = max(one.x0, other.x0) + inset
        xs = (x, x) if x < min(one.x1, other.x1) else ((one.x0 + one.x1) / 2, (other.x0 + other.x1) / 2)
        return (xs[0], one.y1 if upper else one.y0), (xs[1], other.y0 if upper else other.y1)
    ahead = other.x0 >= one.x0
    return (one.x1 if ahead else one.x0, (one.y0 + one.y1) / 2), (other.x0 if ahead else other.x1, (other.y0 + other.y1) / 2)


def _multiply(page: Any) -> None:
    """Tells the graphics state of the tints to multiply with what is below them (PDF 32000-1, 11.3.5)."""
    kind, resources = page.parent.xref_get_key(page.xref, "Resources")
    xref, path = (int(resources.split()[0]), "") if kind == "xref" else (page.xref, "Resources/")
    name = f"fitzca99{round(100 * MULTIPLIED)}"
    if name in page.parent.xref_get_key(xref, f"{path}ExtGState")[1]:
        page.parent.xref_set_key(xref, f"{path}ExtGState/{name}/BM", "/Multiply")
