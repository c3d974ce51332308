"""Breaks a text into the lines of a column: a text breaks between ideographs, never inside a number or a Latin word that fits
a line; closing marks do not open a line, opening ones do not end it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

import pymupdf

Advance = Callable[[str], float]

_TOKENS = re.compile(r"[!-~]+|.", re.DOTALL)
_CLOSING = frozenset("，。；：、）%％”’》】〕！？,.;:)]}…")
_OPENING = frozenset("（“‘《【〔([{")
_NEW_ITEM = re.compile(r"(?<=[；。;])(?=(?:\d{1,2}[.、．]|（[一二三四五六七八九十]+）|目标\d))")
_LINES_OF_SLACK = 0.01


@lru_cache(maxsize=8)
def advance_of(latin: str) -> Advance:
    """The function that gives a text's width at size 1, digits and Latin letters set in the font `latin` (cjk: half width)."""
    if latin == "cjk":
        widths = {chr(code): 0.5 for code in range(32, 127)}
    else:
        font = pymupdf.Font(latin)
        widths = {chr(code): float(font.glyph_advance(code)) for code in range(32, 127)}
    return lambda text: sum(widths.get(character, 1.0) for character in text)


def break_lines(text: str, width: float, advance: Advance) -> list[str]:
    """The text in lines at most `width` wide (at size 1); joined they are the text, blanks at the ends of lines included."""
    lines: list[str] = []
    line, used = "", 0.0
    width += _LINES_OF_SLACK
    for token in _TOKENS.findall(text):
        size = advance(token)
        if used + size <= width or token == " ":
            line, used = line + token, used + size
            continue
        for piece in token if size > width else (token,):
            size = advance(piece)
            while line and used + size > width:
                kept = _kept(line, piece)
                lines.append(line[:kept])
                line = line[kept:]
                used = advance(line)
            line, used = line + piece, used + size
    return [*lines, line] if line else lines


def break_items(text: str, width: float, advance: Advance) -> list[str]:
    """The lines of a text whose numbered items begin lines of their own."""
    return [line for item in _NEW_ITEM.split(text) for line in break_lines(item, width, advance)]


def _kept(line: str, coming: str) -> int:
    """How many characters of a full line stay on it when `coming` opens the next."""
    kept = len(line)
    if coming[0] in _CLOSING:
        kept -= 1
        while kept > 1 and line[kept] in _CLOSING:
            kept -= 1
    while kept > 1 and line[kept - 1] in _OPENING:
        kept -= 1
    return kept if kept > 0 else len(line)
