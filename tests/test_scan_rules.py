"""Rules in scans: thin ones stay whole however close text stands to them, and lines of text make none."""

from __future__ import annotations

import random

import cv2
import numpy as np
import pymupdf
import pytest

from recognizer.generation.scanning import ScanStyle, scanned_page
from recognizer.reading.scanned.ink import Pixels, grey_of, ink_of
from recognizer.reading.scanned.lines import PixelBox, drawn_rules, em_of, stretches
from recognizer.reading.scanned.recognition import read_stretches

TEXT = "采购安装调试村卫生室设备数量目标指标年度重要"
LEFT, MIDDLE, RIGHT, TOP, PITCH, LINES = 50, 200, 350, 50, 13, 6  # points
STYLE = ScanStyle(skew=0.0)
PIXEL = 72 / 200  # points


def table(texts: list[str], size: float = 10, level: bool = True, grey: float = 0.6) -> Pixels:
    """(height, width) a scanned table of two columns, a line of text in each row; the text nearly touches the thin rules."""
    with pymupdf.open() as document:
        page = document.new_page(width=400, height=150)
        for line in range(LINES + 1):
            y = TOP + line * PITCH
            if level:
                page.draw_line((LEFT, y), (RIGHT, y), width=0.4, color=(grey,) * 3)
            if line < LINES:
                page.insert_text((LEFT + 4, y + 11), texts[line % len(texts)], fontname="china-s", fontsize=size)
                page.insert_text((MIDDLE + 4, y + 11), texts[line % len(texts)], fontname="china-s", fontsize=size)
        for x in (LEFT, MIDDLE, RIGHT) if level else ():
            page.draw_line((x, TOP), (x, TOP + LINES * PITCH), width=0.4, color=(grey,) * 3)
        picture = scanned_page(page, STYLE, random.Random("rules"))
    stored = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, STYLE.quality])[1]
    return grey_of(np.asarray(cv2.imdecode(stored, cv2.IMREAD_COLOR), np.uint8))


def covered(rules: tuple[PixelBox, ...], y: float) -> float:
    """The share of the table's width that level rules at a height cover."""
    columns = np.zeros(round((RIGHT - LEFT) / PIXEL), bool)
    for x0, y0, x1, y1 in rules:
        if abs((y0 + y1) / 2 - y / PIXEL) < 4:
            columns[max(round(x0 - LEFT / PIXEL), 0) : max(round(x1 - LEFT / PIXEL), 0)] = True
    return float(columns.mean())


@pytest.mark.parametrize("grey", [0.0, 0.4, 0.6])
def test_thin_rules_between_crowded_lines_stay_whole_and_no_others_are_seen(grey: float) -> None:
    picture = table([TEXT[:14], TEXT[8:22]], grey=grey)
    ink = ink_of(picture)
    drawn = drawn_rules(picture, ink, em_of(ink))
    assert [covered(drawn.level, TOP + line * PITCH) for line in range(LINES + 1)] == pytest.approx([1.0] * (LINES + 1), abs=0.02)
    heights = {round(((y0 + y1) / 2 * PIXEL - TOP) / PITCH, 1) for _, y0, _, y1 in drawn.level}
    assert heights == {float(line) for line in range(LINES + 1)}
    places = {round((x0 + x1) / 2 * PIXEL) for x0, _, x1, _ in drawn.upright}
    assert places == {LEFT, MIDDLE, RIGHT}


@pytest.mark.parametrize("size", [9, 10, 12])
def test_lines_of_text_make_no_rules(size: float) -> None:
    picture = table([TEXT[:8], "目目目目目目目目", "一般公共预算拨款"], size, level=False)
    ink = ink_of(picture)
    drawn = drawn_rules(picture, ink, em_of(ink))
    assert not drawn.level
    assert not drawn.upright


def test_a_comma_does_not_part_a_line_and_a_sign_alone_in_its_cell_is_read() -> None:
    picture = table(["采购，安装、调试设备", "≥", "5"])
    ink = ink_of(picture)
    em = em_of(ink)
    read = [one.text for one in read_stretches(picture, stretches(ink, drawn_rules(picture, ink, em), em), em)]
    assert sorted(set(read)) == ["5", "≥", "采购，安装、调试设备"]
