"""A picture of a page read: turned upright, laid straight, its rules and its text as those of a page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import pymupdf

from recognizer.reading.keeping import kept_or
from recognizer.types import Page, Rule, Run

from .ink import DPI, Pixels, grey_of, ink_of, skew_of, turned, without_blots
from .lines import Drawn, PixelBox, Stretch, drawn_rules, em_of, is_sideways, stretches
from .recognition import Read, read_stretches

POINTS = 72.0  # in an inch
SAMPLE = 8  # of the longest lines tell whether the picture stands upright
UPRIGHT = 0.8  # how sure the reading of upright text is on average
READABLE = 0.5  # and from where it is text at all
WIDE = 1.8  # times its height that a line is wide at least
SIGNS = 12  # characters of those lines that tell it
FEWEST = 4  # characters read surely from which a picture is a page
BLANK = 0.00005  # share of a blank picture's pixels that are ink
LEAST_SURE = 0.3  # a mark whose likeliest reading is less likely is no character
LEAST_SKEW = 0.03  # degrees that nobody sees

NOTHING = "is a picture in which no text was found (a photograph, or too coarse a scan)"
EMPTY = "is a blank picture"


@dataclass(frozen=True, slots=True)
class _Straight:
    """A picture turned (clockwise, by whole quarters) and straightened (counterclockwise, by degrees), and what stands in it."""

    grey: Pixels
    ink: Pixels
    drawn: Drawn
    found: tuple[Stretch, ...]
    em: float
    turn: int
    skew: float

    def sample(self) -> list[Read]:
        """A few lines read, the longest but no very long ones; what is no wider than high is read on its side too."""
        usual = [one for one in self.found if one.height < 1.8 * self.em and one.width > WIDE * one.height]
        longest = sorted(usual, key=lambda one: -min(one.width, 12 * self.em))[:SAMPLE]
        return read_stretches(self.grey, longest, self.em)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A picture of a page, `width` × `height` points large, the way up in which its text is read; nothing of it but a few lines
    has been read.
    """

    straight: _Straight
    width: float
    height: float

    def page(self, number: int, read: Sequence[Read]) -> Page:
        """The page with the lines that were read."""
        straight, width, height = self.straight, self.width, self.height
        if straight.turn % 180:
            width, height = height, width
        points = width / straight.grey.shape[1]
        rules = _rules(straight.drawn, points)
        return Page(number, width, height, _runs(read, points), rules, (), straight.turn, straight.skew)

    def lines(self, most: int | None = None) -> list[Read]:
        """The lines read that are text; at `most` so many, from all over the page and wide enough to be compared."""
        straight = self.straight
        chosen = straight.found
        if most:
            wide = [one for one in chosen if one.width > WIDE * one.height]
            chosen = tuple(wide[:: max(len(wide) // most, 1)])
        return [one for one in read_stretches(straight.grey, chosen, straight.em) if np.mean(one.sure) >= LEAST_SURE]


def page_of_picture(colours: Pixels, number: int, width: float, height: float, dpi: float) -> tuple[Page, str]:
    """The page that a picture (height, width[, 3]) of `dpi` pixels to the inch shows, displayed `width` × `height` points large,
    and what is to be said of it ("" for nothing). A page that was kept (see `reading.keeping`) is not read again.
    """
    size = width, height, dpi
    return kept_or(lambda: _read(laid_out(colours, *size), number, width, height), colours, number, *size)


def _read(sheet: Sheet | str, number: int, width: float, height: float) -> tuple[Page, str]:
    if isinstance(sheet, str):
        return Page(number, width, height), sheet
    read = sheet.lines()
    if sum(len(one.text) for one in read if min(one.sure) > READABLE) < FEWEST:
        return Page(number, width, height), NOTHING
    return sheet.page(number, read), ""


def laid_out(colours: Pixels, width: float, height: float, dpi: float) -> Sheet | str:
    """The picture laid upright and straight, with the places of its rules and lines; or why there is nothing to be read."""
    grey = grey_of(colours)
    scale = DPI / dpi
    if not 0.9 < scale < 1.1:
        grey = np.asarray(
            cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC), np.uint8)
    ink = without_blots(ink_of(grey), grey)
    if float(ink.mean()) < BLANK:
        return EMPTY
    best, sure = _upright(grey, ink)
    return NOTHING if best is None or sure < READABLE else Sheet(best, width, height)


def picture_of(page: Any) -> Pixels:
    """(height, width, 3) a MuPDF page drawn at the resolution that pages are read at."""
    pixels = page.get_pixmap(dpi=round(DPI), alpha=False, colorspace=pymupdf.csRGB)
    return np.frombuffer(pixels.samples, np.uint8).reshape(pixels.height, pixels.width, 3)


def read_scan(page: Any, number: int) -> tuple[Page, str]:
    """What a MuPDF page that is a picture shows, and what is to be said of it."""
    return page_of_picture(picture_of(page), number, page.rect.width, page.rect.height, DPI)


def _upright(grey: Pixels, ink: Pixels) -> tuple[_Straight | None, float]:
    """The picture the way up in which its text is read most surely, and how surely."""
    skew = skew_of(ink)
    best: _Straight | None = None
    most = 0.0
    first = _straightened(grey, 0, skew)
    sideways = is_sideways(first.ink, first.drawn, first.em)
    for turn in (90, 270, 0, 180) if sideways else (0, 180, 90, 270):
        straight = _straightened(np.ascontiguousarray(np.rot90(grey, -turn // 90)), turn, skew) if turn else first
        sample = straight.sample()
        signs = [sure for one in sample for sure in one.sure]
        sure = float(np.mean(signs)) * min(len(signs) / SIGNS, 1.0) if signs else 0.0
        if sure > most:
            best, most = straight, sure
        if most > UPRIGHT:
            break
    return best, most


def _straightened(grey: Pixels, turn: int, skew: float) -> _Straight:
    if abs(skew) >= LEAST_SKEW:
        grey = turned(grey, skew)
    else:
        skew = 0.0
    ink = without_blots(ink_of(grey), grey)
    em = em_of(ink)
    drawn = drawn_rules(grey, ink, em)
    return _Straight(grey, ink, drawn, tuple(stretches(ink, drawn, em)), em, turn, skew)


def _runs(read: Sequence[Read], points: float) -> tuple[Run, ...]:
    ordered = sorted(read, key=lambda one: (one.boxes[0][1], one.boxes[0][0]))
    return tuple(
        Run(one.text, tuple((x0 * points, y0 * points, x1 * points, y1 * points) for x0, y0, x1, y1 in one.boxes), sure=one.sure)
        for one in ordered)


def _rules(drawn: Drawn, points: float) -> tuple[Rule, ...]:
    def level(box: PixelBox) -> Rule:
        middle = (box[1] + box[3]) / 2 * points
        return Rule(box[0] * points, middle, box[2] * points, middle)

    def upright(box: PixelBox) -> Rule:
        middle = (box[0] + box[2]) / 2 * points
        return Rule(middle, box[1] * points, middle, box[3] * points)

    return (*map(level, drawn.level), *map(upright, drawn.upright))
