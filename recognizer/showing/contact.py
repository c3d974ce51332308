"""Where the thumbnails of a contact sheet stand."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from recognizer.types import Box

WIDEST, NARROWEST = 360.0, 96.0  # points, of a thumbnail
AREA = 2800.0 * 2800.0  # square points that all may take together; more pages make smaller thumbnails
SCREEN = 1.4  # width of a contact sheet as a share of its height, where pages are many
GUTTER, CAPTION = 18.0, 20.0  # points between thumbnails, and below each for its caption


@dataclass(frozen=True, slots=True)
class Thumbnails:
    """The boxes of the thumbnails of a contact sheet, in points, and the size of the whole without its legend."""

    boxes: tuple[Box, ...]
    width: float
    height: float


def thumbnails(sizes: Sequence[tuple[float, float]]) -> Thumbnails:
    """Thumbnails for pages of these (width, height), in rows from left to right; at least one page.

    All pages are drawn to one scale, the widest as wide as its column.
    """
    aspect = median(height / width for width, height in sizes)
    rows = math.ceil(len(sizes) / math.ceil(math.sqrt(len(sizes) * aspect * SCREEN)))
    columns = math.ceil(len(sizes) / rows)
    column = min(max(math.sqrt(AREA / (columns * rows * aspect)), NARROWEST), WIDEST)
    scale = column / max(width for width, _ in sizes)
    boxes: list[Box] = []
    y = GUTTER
    for start in range(0, len(sizes), columns):
        row = sizes[start : start + columns]
        for number, (width, height) in enumerate(row):
            x = GUTTER + number * (column + GUTTER)
            boxes.append((x, y, x + width * scale, y + height * scale))
        y += max(height for _, height in row) * scale + CAPTION + GUTTER / 2
    return Thumbnails(tuple(boxes), columns * (column + GUTTER) + GUTTER, y)
