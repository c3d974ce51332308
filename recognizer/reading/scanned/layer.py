"""A page whose text layer is suspected: what it shows against what its text says.

A few lines from all over the page are read, and held against the layer's characters in their places. Where the two agree the
layer is kept, for it is surer than any recognition; where they do not, the page is read as the picture that it is.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import Any

import numpy as np
from rapidfuzz.distance import Indel

from recognizer.reading.keeping import kept_or
from recognizer.types import Box, Page

from .ink import DPI
from .page import laid_out, picture_of

SAMPLE = 16  # lines held against the layer
SURELY = 0.9  # mean probability of a line's characters from which it can speak against the layer
SIGNS = 12  # characters of such lines from which they tell something
AGREES = 0.92  # agreement of a layer that is what the page shows: 1.0 on born-digital pages, .9 with one character in ten wrong
FEWEST_RULES = 3  # across and down, that make a table
AROUND = 0.3  # of a line's height, within which around it the layer's characters belong to it


def read_suspect(page: Any, layer: Page, reason: str) -> tuple[Page, str]:
    """What a MuPDF page shows, whose text `layer` is suspected for a reason: the layer, or what is read of the picture; and what
    is to be said of it ("" for nothing)."""
    size = page.rect.width, page.rect.height, DPI
    picture = picture_of(page)
    sheet = laid_out(picture, *size)
    if isinstance(sheet, str):
        return layer, ""
    sample = sheet.page(layer.number, sheet.lines(SAMPLE))
    agreement = agreement_of(sample, layer)
    if agreement is None:
        return layer, ""
    why = f"its text says {agreement:.0%} of what is seen on it"
    if agreement >= AGREES:
        if layer.rules or not _draws_a_table(sample):
            return layer, ""
        why = "its table is drawn in the picture"
    seen, _ = kept_or(lambda: (sheet.page(layer.number, sheet.lines()), ""), picture, layer.number, *size)
    return seen, f"{reason}, and was read as a picture: {why}"


def _draws_a_table(seen: Page) -> bool:
    upright = sum(rule.x0 == rule.x1 for rule in seen.rules)
    return min(upright, len(seen.rules) - upright) >= FEWEST_RULES


def agreement_of(seen: Page, layer: Page) -> float | None:
    """The share of what is surely `seen` on a page that the characters of its text `layer` say in the same places, from 0 to 1;
    None where too little is seen."""
    places, signs = _places(layer)
    same = total = 0.0
    for run in seen.runs:
        text = _plain(run.text)
        if not text or float(np.mean(run.sure)) < SURELY:
            continue
        x0, y0, x1, y1 = _around([seen.displayed(box) for box in run.boxes])
        near = AROUND * min(y1 - y0, x1 - x0)
        inside = (places > (x0 - near, y0 - near)).all(axis=1) & (places < (x1 + near, y1 + near)).all(axis=1)
        said = _plain("".join(signs[at] for at in np.flatnonzero(inside)))
        total += len(text)
        same += len(text) * Indel.normalized_similarity(text, said)
    return same / total if total >= SIGNS else None


def _places(layer: Page) -> tuple[Any, list[str]]:
    """(characters, 2) the middles of the layer's characters as displayed, and the characters."""
    boxes = [layer.displayed(box) for run in layer.runs for box in run.boxes]
    middles = np.array([((x0 + x1) / 2, (y0 + y1) / 2) for x0, y0, x1, y1 in boxes], np.float64).reshape(-1, 2)
    return middles, [char for run in layer.runs for char in run.text]


def _plain(text: str) -> str:
    """Letters, digits and ideographs alone: points are easily misread, and full and half width look alike."""
    return "".join(char for char in unicodedata.normalize("NFKC", text).lower() if char.isalnum())


def _around(boxes: Sequence[Box]) -> Box:
    lefts, tops, rights, bottoms = zip(*boxes, strict=True)
    return (min(lefts), min(tops), max(rights), max(bottoms))
