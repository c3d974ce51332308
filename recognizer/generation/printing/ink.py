"""What is drawn of a table on a page besides its texts: shaded cells and rules."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from itertools import pairwise

from .paging import CellPart
from .sizing import SizedTable
from .style import Style

Segment = tuple[float, float, float, float]  # x0, y0, x1, y1 with y from the top
_LABELS = ("level1", "level2", "header", "goal_key", "attribute_key", "fund_key")


def shades(parts: list[CellPart], table: SizedTable, left: float, style: Style) -> list[Segment]:
    """The boxes of the shaded cells of one page."""
    boxes = []
    for part in parts:
        label, row = part.cell.box.mark.label, part.cell.box.row
        shaded = {
            "heading": label.startswith("header"),
            "labels": label.startswith(_LABELS),
            "bands": row % 2 == 1,
        }.get(style.shading, False)
        if shaded:
            boxes.append(_frame(part, table, left))
    return boxes


def rules(parts: list[CellPart], table: SizedTable, left: float, style: Style) -> list[Segment]:
    """The rules of one page's part of a table, each edge once; nothing for a table without rules."""
    if style.rules == "none" or (style.rules == "half" and style.half == "bands"):
        return []
    across: set[tuple[float, float, float]] = set()  # y, x0, x1 between neighbouring columns
    down: set[tuple[float, float, float]] = set()  # x, y0, y1 between neighbouring rows' ends
    heights = sorted({round(edge, 2) for part in parts for edge in (part.top, part.bottom)})
    open_top = style.open_ends and not any(part.opens and part.cell.box.row == 0 and not part.again for part in parts)
    open_bottom = style.open_ends and not any(
        part.closes and part.cell.box.row + part.cell.box.rows >= len(table.heights) for part in parts
    )
    heading = _below_headings(parts, table)
    for part in parts:
        box = part.cell.box
        top, bottom = round(part.top, 2), round(part.bottom, 2)
        for column in range(box.column, box.column + box.columns):
            x0, x1 = left + table.edges[column], left + table.edges[column + 1]
            for y, is_top in ((top, True), (bottom, False)):
                if (open_top and y == heights[0]) or (open_bottom and y == heights[-1]):
                    continue
                at_end = y in (heights[0], heights[-1])
                if style.rules == "half" and style.half == "head" and not at_end and y != heading:
                    continue
                if style.rules == "half" and is_top and not at_end:
                    continue
                across.add((y, x0, x1))
        if style.rules == "full":
            x0, x1 = left + table.edges[box.column], left + table.edges[box.column + box.columns]
            stops = [y for y in heights if top <= y <= bottom]
            for y0, y1 in pairwise(stops):
                down.update(((x0, y0, y1), (x1, y0, y1)))
    if style.drawing == "lines" or style.rules == "half":
        return [(x0, y, x1, y) for y, x0, x1 in _joined(across)] + [(x, y0, x, y1) for x, y0, y1 in _joined(down)]
    return [(x0, y, x1, y) for y, x0, x1 in sorted(across)] + [(x, y0, x, y1) for x, y0, y1 in sorted(down)]


def frames(parts: list[CellPart], table: SizedTable, left: float) -> list[Segment]:
    """The frame of each cell, as programs draw them that know nothing of neighbours."""
    return [_frame(part, table, left) for part in parts]


def outline(parts: list[CellPart], table: SizedTable, left: float) -> Segment:
    """The box around a page's part of a table."""
    return (left, min(part.top for part in parts), left + table.edges[-1], max(part.bottom for part in parts))


def _frame(part: CellPart, table: SizedTable, left: float) -> Segment:
    box = part.cell.box
    return (left + table.edges[box.column], part.top, left + table.edges[box.column + box.columns], part.bottom)


def _below_headings(parts: list[CellPart], table: SizedTable) -> float:
    """The height at which the heading rows end on this page, -1 where none stands on it."""
    rows = set(table.headings) or {0}
    return max((round(part.bottom, 2) for part in parts if part.cell.box.row in rows and part.cell.box.rows == 1), default=-1.0)


def _joined(segments: Iterable[tuple[float, float, float]]) -> list[tuple[float, float, float]]:
    """Segments of the same height (or column) made one where they touch."""
    by_place: dict[float, list[tuple[float, float]]] = defaultdict(list)
    for place, start, end in segments:
        by_place[place].append((start, end))
    joined = []
    for place in sorted(by_place):
        current: tuple[float, float] | None = None
        for start, end in sorted(by_place[place]):
            if current and start <= current[1] + 0.05:
                current = (current[0], max(current[1], end))
            else:
                joined += [(place, *current)] if current else []
                current = (start, end)
        joined += [(place, *current)] if current else []
    return joined
