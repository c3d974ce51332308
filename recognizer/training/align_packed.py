"""The parts of a packed cell: levels, names, headings and values of several indicators run together in one text."""

from __future__ import annotations

import re

from recognizer.training.align_pieces import folded
from recognizer.training.align_words import period_of

HEADING = re.compile(r"(实施周期|年度|全年|半年|中期|长期)?指标值(?=\s*[:：])")
LEVEL1 = re.compile(r"\d-[^;；:：,，。\d]{2,10}(?=\s*[;；:：,，])")
LEVEL2 = re.compile(r"\d\d-[^;；:：,，。\d]{2,12}(?=\s*[;；:：,，])")
NEXT_INDICATOR = re.compile(r"[。;；.]?\s*\d{1,2}\s*[、.．]\s*(?=\d-)")
SEPARATORS = " \t;；:：,，"

# (start, end, label code) of each part, character offsets within the packed text.
Parts = tuple[tuple[int, int, str], ...]


def is_packed(text: str) -> bool:
    """Whether one cell holds several facts of indicators, as the texts of its own level codes and headings show."""
    return len(LEVEL1.findall(text)) + len(LEVEL2.findall(text)) >= 2 and HEADING.search(text) is not None


def packed_parts(text: str) -> Parts:
    """Every part of a packed text, in reading order; the rest are numbers and separators."""
    starts = [match.end() for match in NEXT_INDICATOR.finditer(text)]
    ends = [match.start() for match in NEXT_INDICATOR.finditer(text)]
    bounds = list(zip(starts or [0], [*ends[1:], len(text.rstrip(" 。."))], strict=False))
    parts: list[tuple[int, int, str]] = []
    for start, end in bounds:
        parts += _indicator_parts(text, start, end)
    return tuple(parts)


def overlaid(text: str, parts: Parts, corrections: Parts) -> Parts:
    """The parts of a packed text with corrections laid over them, which cut away what they cover."""
    kept = list(corrections)
    for start, end, label in parts:
        for over_start, over_end, _ in corrections:
            if over_start <= start < over_end:
                start = over_end
            elif start < over_start < end:
                end = over_start
        if text[start:end].strip(SEPARATORS + "。."):
            kept.append((start, end, label))
    return tuple(sorted(kept))


def _indicator_parts(text: str, start: int, end: int) -> list[tuple[int, int, str]]:
    parts: list[tuple[int, int, str]] = []
    at = start
    for pattern, label in ((LEVEL1, "level1"), (LEVEL2, "level2")):
        match = pattern.match(text, at, end)
        if match:
            parts.append((match.start(), match.end(), label))
            at = _past_separators(text, match.end(), end)
    headings = list(HEADING.finditer(text, at, end))
    name = _trimmed(text, at, headings[0].start() if headings else end)
    if name[0] < name[1]:
        parts.append((*name, "name"))
    for heading, until in zip(headings, [*(following.start() for following in headings[1:]), end], strict=False):
        period = period_of(folded(heading.group()))
        parts.append((heading.start(), heading.end(), f"header>value@{period}"))
        value = _trimmed(text, heading.end(), until)
        if value[0] < value[1]:
            parts.append((*value, f"value@{period}"))
    return parts


def _past_separators(text: str, at: int, end: int) -> int:
    while at < end and text[at] in SEPARATORS:
        at += 1
    return at


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """The span without separators at both ends."""
    start = _past_separators(text, start, end)
    while end > start and text[end - 1] in SEPARATORS:
        end -= 1
    return start, end
