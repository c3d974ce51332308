"""The edge that draws: overlays become pictures by PyMuPDF, a sheet with its legend or many sheets on one.

Tints are multiplied with the page, so that black text stays black under them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pymupdf

from recognizer.language import Language
from recognizer.showing.brush import Brush, Ink
from recognizer.showing.contact import thumbnails
from recognizer.showing.font import width_of
from recognizer.showing.legend import Legend
from recognizer.showing.overlay import Overlay
from recognizer.showing.palette import DESK, DOUBT, EDGE, GREY, INK, SHADOW, WALL, WHITE, word
from recognizer.showing.sheets import SIZE, Sheet

NARROWEST = 300.0  # points of a picture, so that its legend has room
POINTS = 72.0  # to the inch
MOST_PIXELS = 60e6  # a picture of more is drawn coarser: viewers refuse it, and memory is short
FINER = 1.5  # how much finer a PDF's page is rendered than the picture it is put on
CAPTION_SIZE = 9.5  # points

Background = Callable[[Any, Sheet, Any, float], None]  # prints a sheet on a part of a page that is rendered at so many dpi


def page_picture(
    overlay: Overlay, background: Background, *, name: str, pages: int, language: Language, dpi: int, note: str = ""
) -> bytes:
    """A sheet with its cells drawn over it and a legend below, as PNG."""
    sheet = overlay.sheet
    width = max(sheet.width, NARROWEST)
    legend = Legend([overlay], language, width)
    where = word("sheet" if sheet.is_set else "page", language, page=sheet.number, pages=pages)
    with pymupdf.open() as canvas:
        page = canvas.new_page(width=width, height=sheet.height + legend.height)
        page.draw_rect(page.rect, color=None, fill=WHITE)
        frame = pymupdf.Rect(0, 0, sheet.width, sheet.height)
        resolution = _resolution(page, dpi)
        background(page, sheet, frame, resolution)
        _draw(page, overlay, frame, language, detailed=True)
        legend.draw(page, sheet.height, [name, where, note, *_counts([overlay], language)])
        return _png(page, resolution)


def contact_sheet(
    overlays: Sequence[Overlay], background: Background, *, name: str, language: Language, dpi: int, notes: Mapping[int, str]
) -> bytes:
    """All sheets as thumbnails, in rows, with a legend below, as PNG."""
    layout = thumbnails([(one.sheet.width, one.sheet.height) for one in overlays])
    legend = Legend(overlays, language, layout.width, detailed=False)
    many = word("sheets" if overlays[0].sheet.is_set else "pages", language, pages=len(overlays))
    with pymupdf.open() as canvas:
        page = canvas.new_page(width=layout.width, height=layout.height + legend.height)
        page.draw_rect(page.rect, color=None, fill=DESK)
        resolution = _resolution(page, dpi)
        for overlay, box in zip(overlays, layout.boxes, strict=True):
            frame = pymupdf.Rect(box)
            page.draw_rect(pymupdf.Rect(frame.x0 + 1.5, frame.y0 + 2, frame.x1 + 1.5, frame.y1 + 2), color=None, fill=SHADOW)
            page.draw_rect(frame, color=None, fill=WHITE)
            background(page, overlay.sheet, frame, resolution)
            _draw(page, overlay, frame, language, detailed=False)
            page.draw_rect(frame, color=EDGE, width=0.5)
            _caption(page, overlay, frame, notes.get(overlay.sheet.number, ""), language)
        legend.draw(page, layout.height, [name, many, *_counts(overlays, language)])
        return _png(page, resolution)


def _resolution(page: Any, dpi: int) -> float:
    """Pixels to the inch: those asked for, or as many as make a picture that is not too large."""
    return min(dpi, POINTS * math.sqrt(MOST_PIXELS / (page.rect.width * page.rect.height)))


def _png(page: Any, resolution: float) -> bytes:
    scale = resolution / POINTS
    return bytes(page.get_pixmap(matrix=pymupdf.Matrix(scale, scale), alpha=False).tobytes("png"))


def _counts(some: Sequence[Overlay], language: Language) -> list[str]:
    cells, doubts = sum(len(one.marks) for one in some), sum(one.doubts for one in some)
    if not cells:
        return [word("no_cells", language)]
    counted = word("cell" if cells == 1 else "cells", language, cells=f"{cells:,}")
    return [counted, word("doubts" if doubts else "no_doubts", language, doubts=f"{doubts:,}")]


def _caption(page: Any, overlay: Overlay, frame: Any, note: str, language: Language) -> None:
    """The sheet's number below its thumbnail, and what a reader should know before opening it."""
    ink = Ink(page)
    size = min(CAPTION_SIZE, frame.width / 14)
    ink.write((frame.x0, frame.y1 + 1.5 * size), str(overlay.sheet.number), size, INK)
    doubts = word("doubts", language, doubts=overlay.doubts) if overlay.doubts else ""
    words = note or doubts
    ink.write((frame.x1 - width_of(words, size), frame.y1 + 1.5 * size), words, size, GREY if note else DOUBT)
    ink.dry()


def pdf_background(source: Any) -> Background:
    """Prints the pages of an open PDF as they are displayed; one that cannot be rendered stays blank."""

    def print_page(page: Any, sheet: Sheet, frame: Any, resolution: float) -> None:
        detail = FINER * resolution / POINTS * frame.width / sheet.width
        try:
            pixels = source[sheet.number - 1].get_pixmap(matrix=pymupdf.Matrix(detail, detail), alpha=False)
        except Exception:  # MuPDF raises classes of many kinds; the reader has said what is wrong with the page
            return
        page.insert_image(frame, pixmap=pixels)

    return print_page


def set_background(page: Any, sheet: Sheet, frame: Any, _resolution: float) -> None:
    """Prints a sheet that was set here: its tables' walls, its text, the numbers of the source's lines."""
    share = frame.width / sheet.width
    if sheet.slots:
        shape = page.new_shape()
        for slot in sheet.slots:
            shape.draw_rect(pymupdf.Rect(slot) * share + (frame.x0, frame.y0, frame.x0, frame.y0))
        shape.finish(color=WALL, width=0.5 * share)
        shape.commit()
    ink = Ink(page)
    for run in sheet.letters:
        ink.write((frame.x0 + run.x * share, frame.y0 + run.base * share), run.text, SIZE * share, (0.0, 0.0, 0.0))
    for number, base in sheet.line_numbers:
        size = 0.62 * SIZE * share
        x = frame.x0 + 30 * share - width_of(str(number), size)
        ink.write((x, frame.y0 + base * share), str(number), size, GREY)
    ink.dry()


def _draw(page: Any, overlay: Overlay, frame: Any, language: Language, *, detailed: bool) -> None:
    """Everything of an overlay on a part of a page; only the colours and the doubts where it is not `detailed`."""
    brush = Brush(page, frame, overlay.sheet, language, detailed=detailed)
    for mark in overlay.marks:
        brush.tint(mark)
    for label in overlay.carried:
        brush.tint_carried(label)
    brush.repeated(overlay.repeated)
    brush.dry(multiplied=True)
    for label in overlay.carried:
        brush.carried(label)
    for mark in sorted(overlay.marks, key=lambda mark: mark.doubtful):
        brush.outline(mark)
        brush.links(mark)
        if detailed:
            brush.tags(mark)
    brush.dry()
