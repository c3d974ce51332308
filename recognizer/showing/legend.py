"""The legend below a picture: what it shows, the colours that occur in it, and the signs that occur in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pymupdf

from recognizer.language import Language
from recognizer.showing.brush import CARRIED_DASHES, FAINT, FULL, UNSURE_DASHES, Ink, arrow, dashes, pale
from recognizer.showing.font import width_of
from recognizer.showing.overlay import SURE, Overlay, linked
from recognizer.showing.palette import (
    BAND,
    DOUBT,
    EDGE,
    FAMILIES,
    GREY,
    INK,
    JOIN,
    Colour,
    Family,
    family_of,
    period_name,
    word,
)
from recognizer.types import Period, Role

SIZE = 6.6  # points of its words below a page of the usual width
USUAL_WIDTH = 595.0
LARGEST = 2.2  # times SIZE
MANY = 1.6  # a contact sheet is looked at from further away, so that its legend grows slower
ROW = 1.75  # height of a row, and the rest of its measures, in SIZE
SAMPLE, GAP, AROUND = 2.4, 1.6, 1.5


class Legend:
    """The legend of some overlays, `width` points wide; `height` is what it needs."""

    def __init__(self, some: Sequence[Overlay], language: Language, width: float, *, detailed: bool = True) -> None:
        scale = width / USUAL_WIDTH if detailed else max(width / USUAL_WIDTH / MANY, 1.0)
        self.width, self.language, self.size = width, language, SIZE * min(scale, LARGEST)
        self._items = list(_items(some, language, detailed))
        widths = [(SAMPLE + GAP) * self.size + width_of(words, self.size) for words, _ in self._items]
        self._rows = list(in_rows(widths, width - 2 * AROUND * self.size))
        self.height = (3.4 + ROW * len(self._rows)) * self.size

    def draw(self, page: Any, top: float, title: Sequence[str]) -> None:
        """Draws it from `top` down, with the words of the title, those that are empty left out."""
        size = self.size
        ink = Ink(page)
        shape = page.new_shape()
        shape.draw_rect(pymupdf.Rect(0, top, self.width, top + self.height))
        shape.finish(color=None, fill=BAND)
        shape.draw_line((0, top), (self.width, top))
        shape.finish(color=EDGE, width=0.1 * size)
        words = "  ·  ".join(filter(None, title))
        fitting = min(1.2 * size, (self.width - 2 * AROUND * size) / max(width_of(words, 1.0), 1.0))
        ink.write((AROUND * size, top + 2.0 * size), words, fitting, INK)
        for number, row in enumerate(self._rows):
            y = top + (3.9 + ROW * number) * size
            for index, x in row:
                words, sign = self._items[index]
                self._sample(shape, ink, AROUND * size + x, y, sign)
                ink.write((AROUND * size + x + SAMPLE * size, y), words, size, INK)
        shape.commit()
        ink.dry()

    def _sample(self, shape: Any, ink: Ink, x: float, y: float, sign: Family | str) -> None:
        size = self.size
        thin = 0.09 * size
        box = pymupdf.Rect(x, y - 0.85 * size, x + 1.9 * size, y + 0.2 * size)
        middle = (box.y0 + box.y1) / 2
        if isinstance(sign, Family):
            fill = pale(sign.tint, FULL) if sign.tint else None
            _box(shape, box, sign.line, thin, fill, None if sign.tint else dashes(UNSURE_DASHES, thin))
        elif sign == "unsure":
            _box(shape, box, INK, thin, None, dashes(UNSURE_DASHES, thin))
        elif sign == "carried":
            _box(shape, box, JOIN, thin, None, dashes(CARRIED_DASHES, thin))
        elif sign == "repeated":
            header = family_of(Role.HEADER)
            _box(shape, box, header.line, thin, pale(header.tint or BAND, FAINT), dashes(CARRIED_DASHES, thin))
        elif sign == "doubt":
            _box(shape, box, DOUBT, 2 * thin, None, None)
            ink.write((x + 0.38 * size, y - 0.08 * size), "62%", 0.65 * size, DOUBT)
        elif sign in ("order", "period"):
            words = "12" if sign == "order" else period_name(Period.ANNUAL, self.language)
            small = min(0.8 * size, box.width / max(width_of(words, 1.0), 1.0))
            ink.write((box.x0 + (box.width - width_of(words, small)) / 2, y - 0.05 * size), words, small, GREY)
        elif sign == "joined":
            shape.draw_rect(box, radius=0.4)
            shape.finish(color=None, fill=JOIN)
            arrow(shape, (box.x0 + box.x1) / 2, middle, 0.3 * size, up=False)
        else:
            shape.draw_line((box.x0, middle), (box.x1, middle))
            shape.finish(color=JOIN, width=thin)
            for end in (box.x0, box.x1):
                shape.draw_circle((end, middle), 0.16 * size)
            shape.finish(color=None, fill=JOIN)


def _box(shape: Any, box: Any, colour: Colour, width: float, fill: Colour | None, dashed: str | None) -> None:
    shape.draw_rect(box)
    shape.finish(color=colour, fill=fill, width=width, dashes=dashed)


def _items(some: Sequence[Overlay], language: Language, detailed: bool) -> Iterator[tuple[str, Family | str]]:
    """What the legend explains: its words, and the family whose colour or the sign that stands before them."""
    marks = [mark for one in some for mark in one.marks]
    roles = {mark.role for mark in marks}
    yield from ((family.called(language), family) for family in FAMILIES if family.roles & roles)
    signs = {
        "order": detailed and bool(marks),
        "period": detailed and any(mark.period for mark in marks),
        "unsure": detailed and any(mark.sureness < SURE and not mark.doubtful for mark in marks),
        "doubt": any(mark.doubtful for mark in marks),
        "joined": detailed and any(mark.goes_on or mark.comes_from for mark in marks),
        "carried": any(one.carried for one in some),
        "repeated": any(one.repeated for one in some),
        "linked": any(not mark.inside and not mark.in_table and linked(mark.boxes) for mark in marks),
    }
    yield from ((word(sign, language), sign) for sign, occurs in signs.items() if occurs)


def in_rows(widths: Sequence[float], room: float) -> Iterator[list[tuple[int, float]]]:
    """Items of these widths in rows that fit the room: of each its index and where it begins."""
    row: list[tuple[int, float]] = []
    x = 0.0
    for index, width in enumerate(widths):
        if row and x + width > room:
            yield row
            row, x = [], 0.0
        row.append((index, x))
        x += width
    if row:
        yield row
