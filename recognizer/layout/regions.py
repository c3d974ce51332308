"""Where on a page tables without rules stand: runs of rows with several texts, between titles, captions and notes."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from recognizer.layout.blocks import Block
from recognizer.layout.columns import MOST_PAD, Columns
from recognizer.layout.continuation import MARGIN
from recognizer.layout.lattice import distinct
from recognizer.types import Box, Page

LARGER = 1.12  # times an ideograph's usual width that those of a title have at least
FEWEST_ROWS = 3  # rows with several texts that a table has at least
FEWEST_COLUMNS = 3  # texts of a row, each under one of the row above it, from which two rows are a table
FEWEST_LINES = 3  # lines of a lone text in a column of the page before from which it is the rest of a cell
GUTTER = 8.0  # points between two tables beside each other at least
HIGHEST = 0.6  # share of the page's height that a shaded cell takes at most
SAME_LINE = 2.0  # points between two drawn lines that are one
CLOSE = 1.6  # ideographs of empty height that the rest of a cell keeps from the next row at most
ROOM = 4.0  # ideographs of empty height after which another table begins

_CAPTION = re.compile(
    r"[（(]?\s*(?:\d{4}\s*年度?|公开表?\d*|表[一二三四五六七八九十\d]+)\s*[)）]?|[（(]?[^：:]{2,8}[:：]\s*\S.*"
)
_LONGEST_NUMBER = 60  # characters of a page number and what is around it
_PAGE_NUMBER = re.compile(r"[\W_]*第?\s*\d{1,4}\s*页?[\W_]*(?:共?\s*\d{1,4}\s*页?)?[\W_]*")


@dataclass(frozen=True, slots=True)
class Ink:
    """What is drawn of tables that no rules close: level lines from top to bottom and upright ones, as boxes without height
    or width.
    """

    level: tuple[Box, ...]
    upright: tuple[Box, ...]

    def between(self, left: float, right: float) -> Ink:
        """The lines that reach into the room between two upright edges."""
        upright = tuple(line for line in self.upright if left - MOST_PAD <= line[0] <= right + MOST_PAD)
        return Ink(tuple(line for line in self.level if line[0] < right and line[2] > left), upright)

    def heights(self, top: float, bottom: float) -> list[float]:
        """The heights of the level lines between two heights, each once."""
        return distinct((line[1] for line in self.level if top <= line[1] <= bottom), SAME_LINE)

    def sides(self, top: float, bottom: float) -> list[float]:
        """Where upright lines stand, and level ones end, between two heights."""
        lines = [line[0] for line in self.upright if line[1] < bottom and line[3] > top]
        ends = [end for line in self.level if top <= line[1] <= bottom for end in (line[0], line[2])]
        return distinct((*lines, *ends), SAME_LINE)


def ink_of(page: Page) -> Ink:
    """The lines of a page's rules and of the edges of its shaded boxes."""
    boxes = [fill.bbox for fill in page.fills if fill.bbox[3] - fill.bbox[1] < HIGHEST * page.height and min(fill.color) < 1]
    level = [(rule.x0, rule.y0, rule.x1, rule.y1) for rule in page.rules if rule.y0 == rule.y1]
    upright = [(rule.x0, rule.y0, rule.x1, rule.y1) for rule in page.rules if rule.x0 == rule.x1]
    for x0, y0, x1, y1 in boxes:
        level += [(x0, y0, x1, y0), (x0, y1, x1, y1)]
        upright += [(x0, y0, x0, y1), (x1, y0, x1, y1)]
    return Ink(tuple(sorted(level, key=lambda line: line[1])), tuple(upright))


def side_by_side(blocks: Sequence[Block], ink: Ink, goes_on: bool) -> list[list[Block]]:
    """The blocks of tables that stand beside each other, from left to right: parted by a strip that no text and no level line
    crosses, with level lines on both sides of it, or with the same headings; where a table `goes_on`, no row may be headings.
    """
    top = [] if goes_on else _top_row(blocks)
    lines = sorted((line[0], line[2]) for line in ink.level if line[2] - line[0] > GUTTER)
    spans = sorted([*lines, *((block.box[0], block.box[2]) for block in blocks)])
    cuts: list[float] = []
    reach = spans[0][1] if spans else 0.0
    for start, end in spans:
        if start - reach >= GUTTER:
            left, right = sum(line[1] <= reach for line in lines), sum(line[0] >= start for line in lines)
            twice = len(top) >= 2 * FEWEST_COLUMNS and _texts(top, 0.0, reach) == _texts(top, start, float("inf"))
            cuts += [(reach + start) / 2] if min(left, right) > FEWEST_ROWS or twice else []
        reach = max(reach, end)
    groups: list[list[Block]] = [[] for _ in range(len(cuts) + 1)]
    for block in blocks:
        groups[bisect_left(cuts, block.center)].append(block)
    return [group for group in groups if group]


def _top_row(blocks: Sequence[Block]) -> list[Block]:
    """The first row of a page that has several texts, from left to right."""
    for block in blocks:
        row = [other for other in blocks if abs(other.middle - block.middle) <= SAME_LINE]
        if len(row) > FEWEST_COLUMNS:
            return sorted(row, key=lambda one: one.box[0])
    return []


def _texts(row: Sequence[Block], left: float, right: float) -> list[str]:
    return [block.text for block in row if left <= block.box[0] and block.box[2] <= right]


@dataclass(frozen=True, slots=True)
class Region:
    """Where a table stands: its clusters of blocks, and whether nothing but running heads stands above it on its page."""

    clusters: list[list[Block]]
    on_top: bool


def regions_of(
    page: Page, clusters: Sequence[Sequence[Block]], ink: Ink, em: float, before: Columns | None = None
) -> list[Region]:
    """The tables of a page; a table with the columns `before` of the page before may end in it, with as few rows as it likes."""
    names = before.names if before else ()
    found: list[tuple[list[list[Block]], bool]] = []  # clusters of a table, and whether something heads it
    current: list[list[Block]] = []
    bottom = 0.0
    headed = False
    head = before.head if before else ()
    tops = [min(block.box[1] for block in cluster) for cluster in clusters]
    for number, cluster in enumerate(clusters):
        top = min(tops[number:])  # what stands lower in the middle may begin higher
        inside = _inside(cluster, ink)
        far = bool(current) and top - bottom > ROOM * em and len(cluster) == 1 and not inside
        if _is_furniture(page, cluster):
            continue
        around = (*clusters[max(number - 2, 0) : number], *clusters[number + 1 : number + 3])
        near = [block for other in around for block in other]
        if _is_title(cluster, em) or (_is_caption(cluster) and not inside and not _beside(cluster, near, em)):
            found.append((current, headed))
            current, headed, head = [], True, ()
        elif far or (current and (_are_two(ink, bottom, top) or _first_text(cluster) == head[:1])):
            found.append((current, headed))
            current = [list(cluster)]
            head = head_of(current)
        else:
            current.append(list(cluster))
            head = head or head_of(current)
        bottom = max(bottom, max(block.box[3] for block in cluster))
    found.append((current, headed))
    regions: list[Region] = []
    for region, has_head in found:
        rest = before is not None and not regions and not has_head and not _begins_anew(region, before.head)
        trimmed = _trimmed(region, ink, em, names if rest else ())
        several = [cluster for cluster in trimmed if len(cluster) > 1]
        goes_on = rest and (bool(several) or any(_in_a_column(cluster[0], names) for cluster in trimmed))
        if goes_on or len(several) >= FEWEST_ROWS or any(map(_are_aligned, several, several[1:])):
            regions.append(Region(trimmed, rest))
    return regions


def head_of(clusters: Sequence[Sequence[Block]]) -> tuple[str, ...]:
    """What the first row of a table prints, from left to right."""
    return tuple(block.text for block in sorted(clusters[0], key=lambda block: block.box[0])) if clusters else ()


def _first_text(cluster: Sequence[Block]) -> tuple[str, ...]:
    return head_of([cluster])[:1]


def _begins_anew(region: Sequence[Sequence[Block]], head: Sequence[str]) -> bool:
    """Whether a region begins as a table does, but goes on otherwise: the next form and not the same heading once more."""
    own = head_of(region)
    return bool(own) and own[:1] == tuple(head[:1]) and (own != tuple(head) or len(own) < 2)


def _in_a_column(block: Block, edges: Sequence[float]) -> bool:
    return any(left <= block.box[0] and block.box[2] <= right for left, right in pairwise(edges))


def _are_aligned(row: Sequence[Block], other: Sequence[Block]) -> bool:
    """Whether the texts of the row with fewer of them each stand under, or over, one text of the other row."""
    fewer, more = sorted((row, other), key=len)
    over = [sum(one.box[0] < box[2] and box[0] < one.box[2] for box in (block.box for block in more)) for one in fewer]
    return len(fewer) >= FEWEST_COLUMNS and set(over) == {1}


def _are_two(ink: Ink, bottom: float, top: float) -> bool:
    """Whether one table ends and another begins between two rows: each with a line of its own."""
    return len(ink.heights(bottom - SAME_LINE, top + SAME_LINE)) > 1


def _is_title(cluster: Sequence[Block], em: float) -> bool:
    """Whether a text stands alone in larger letters."""
    if len(cluster) != 1 or len(cluster[0].text) < 2:
        return False
    widths = [
        box[2] - box[0] for segment in cluster[0].segments for run in segment.runs
        for char, box in zip(run.text, run.boxes, strict=True) if char >= "\u2e80"
    ]
    return bool(widths) and sum(widths) / len(widths) > LARGER * em


def _is_caption(cluster: Sequence[Block]) -> bool:
    return all(len(block.segments) < FEWEST_LINES and _CAPTION.fullmatch(block.text) for block in cluster)


def _beside(cluster: Sequence[Block], others: Sequence[Block], em: float) -> bool:
    """Whether a text stands beside others, whose middles are not at its height."""
    top, bottom = min(block.box[1] for block in cluster), max(block.box[3] for block in cluster)
    return any(min(bottom, other.box[3]) - max(top, other.box[1]) > 0.3 * em for other in others)


def _is_furniture(page: Page, cluster: Sequence[Block]) -> bool:
    top, bottom = cluster[0].box[1], cluster[0].box[3]
    in_margin = bottom < MARGIN * page.height or top > (1 - MARGIN) * page.height
    if len(cluster) != 1 or not in_margin or len(cluster[0].text) > _LONGEST_NUMBER:
        return False
    return _PAGE_NUMBER.fullmatch(cluster[0].text) is not None


def _inside(cluster: Sequence[Block], ink: Ink) -> bool:
    """Whether lines are drawn above and below, near enough to be those of a cell."""
    box = cluster[0].box
    height = box[3] - box[1]
    over = [line[1] for line in ink.level if line[0] < box[2] and line[2] > box[0]]
    return any(box[1] - 2 * height < at < box[1] + 0.3 * height for at in over) and any(
        box[3] - 0.3 * height < at < box[3] + 2 * height for at in over)


def _trimmed(region: list[list[Block]], ink: Ink, em: float, before: Sequence[float]) -> list[list[Block]]:
    """The region without lone texts at its ends that no drawn line encloses; the rest of a cell that the page before began
    may well stand alone.
    """
    def is_lone(number: int) -> bool:
        near = [block for other in (*region[max(number - 2, 0) : number], *region[number + 1 : number + 3]) for block in other]
        return len(region[number]) == 1 and not _inside(region[number], ink) and not _beside(region[number], near, em)

    first, last = 0, len(region)
    while first < last and is_lone(first):
        lone = region[first][0]
        close = first + 1 < last and min(block.box[1] for block in region[first + 1]) - lone.box[3] < CLOSE * em
        if (close or len(lone.segments) >= FEWEST_LINES) and _in_a_column(lone, before):
            break
        first += 1
    while last > first + 1 and is_lone(last - 1):
        last -= 1
    return region[first:last]
