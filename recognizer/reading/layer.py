"""The text layer of a PDF's page: whether it may be something else than what the page shows.

A layer is suspected for what can be told without looking at the page: pictures that cover much of it, characters that neither
Chinese nor English is written in, ideographs that make no words. Only a look at the page tells whether the suspicion is right,
and a look costs a second: so it errs on the side of looking, and `scanned` has the last word.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Any

import pymupdf

from recognizer.types import Page
from recognizer.vocabulary.words import share_of_words

PICTURED = 0.25  # share of a page that its pictures cover from which they may hold its text
STRANGE = 0.02  # share of characters outside GBK, and of control characters; printed tables have none
FEWEST = 40  # ideographs, or signs of the keyboard, whose company tells something
WORDS = 0.25  # share of neighbouring ideographs that are a word: .36 to .56 on 50 pages, under .03 where a font's map is wrong
LETTERS = 0.3  # share of letters and digits among the keyboard's signs: .4 and more on 120 pages

PICTURE = "is a picture"
_OTHERS = re.compile("[^\u4e00-\u9fff]+")  # than ideographs


def suspicion(page: Any, read: Page) -> str:
    """Why what was read of a MuPDF page may not be what it shows, as what is said of the page; "" where nothing says so."""
    text = "".join("".join(run.text for run in read.runs).split())
    if not text:
        return PICTURE if page.get_images() or pictured(page) else ""
    strange = strange_share(text)
    if strange >= STRANGE:
        return f"has characters that are no text ({strange:.0%})"
    if not makes_words(text):
        return "has characters that make no words"
    if page.get_images() and pictured(page) >= PICTURED:
        return "is a picture with some text of its own"
    return ""


def pictured(page: Any) -> float:
    """The share of a MuPDF page that pictures cover; those that overlap count twice."""
    shown = page.rect * page.derotation_matrix
    covered = sum(abs(pymupdf.Rect(picture["bbox"]) & shown) for picture in page.get_image_info())
    return min(float(covered / abs(shown)), 1.0)


def strange_share(text: str) -> float:
    """The share of characters that Chinese offices do not write: outside GBK (private use, unreadable), or controls."""
    usual = text.encode("gbk", "ignore").decode("gbk")
    controls = 0 if usual.isprintable() else sum(unicodedata.category(char) == "Cc" for char in usual)
    return 1 - (len(usual) - controls) / len(text)


def makes_words(text: str) -> bool:
    """Whether ideographs stand beside each other as in words, and letters and digits prevail among the keyboard's signs."""
    ideographs = _OTHERS.sub("", text)
    if len(ideographs) >= FEWEST:
        return share_of_words(ideographs) >= WORDS
    keyboard = [char for char in text if char.isascii()]
    return len(keyboard) < FEWEST or sum(char.isalnum() for char in keyboard) >= LETTERS * len(keyboard)
