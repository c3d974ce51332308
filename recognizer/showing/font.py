"""The font of all that the showing room writes: one that knows Chinese and comes with PyMuPDF, and how wide it sets a text."""

from __future__ import annotations

from functools import cache
from typing import Any


@cache
def font() -> Any:
    """The font, as PyMuPDF knows it."""
    import pymupdf

    return pymupdf.Font("cjk")


@cache
def advance(char: str) -> float:
    """How far a character moves on, as a share of the font's size."""
    return float(font().glyph_advance(ord(char)))


def width_of(text: str, size: float) -> float:
    """The width in points of a text in one line."""
    return sum(map(advance, text)) * size


def broken(text: str, size: float, room: float) -> list[str]:
    """The text in lines that fit the room; a line holds at least one character."""
    lines = [""]
    for char in text:
        if lines[-1] and width_of(lines[-1] + char, size) > room:
            lines.append("")
        lines[-1] += char
    return lines
