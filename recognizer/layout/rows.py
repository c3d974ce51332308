"""Rows of a table without rules: texts whose middles (or tops) stand at one height, and labels that hold for several rows.

A label that a cell over several rows prints in its middle stands at the height of no row, or beside rows that have nothing in
its columns; it makes no row of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from recognizer.layout.blocks import Block, parted
from recognizer.types import Box

SAME_ROW = 0.17  # ideographs by which the middles of a row's texts may differ
LOWEST = 1.0  # ideographs from the middle of a row to that of the next at least
DENSE = 0.85  # share of the texts above each other that are parted by a line from which all rows are drawn


def are_top_aligned(blocks: Sequence[Block], em: float) -> bool:
    """Whether the first lines of a page's cells stand level, and not their middles."""
    tall = [block for block in blocks if len(block.segments) > 1]
    others = [block for block in blocks if len(block.segments) == 1]
    by_middle = sum(any(abs(block.middle - other.middle) < SAME_ROW * em for other in others) for block in tall)
    by_top = sum(any(abs(block.segments[0].middle - other.middle) < SAME_ROW * em for other in others) for block in tall)
    return by_top > by_middle


def clusters_of(blocks: Sequence[Block], heights: dict[int, float], em: float) -> list[list[Block]]:
    """The blocks of each height, from top to bottom."""
    found: list[list[Block]] = []
    start = 0.0
    for block in sorted(blocks, key=lambda block: heights[id(block)]):
        if found and heights[id(block)] - start <= SAME_ROW * em:
            found[-1].append(block)
        else:
            found.append([block])
            start = heights[id(block)]
    return found


def without_labels(clusters: list[list[Block]], em: float) -> tuple[list[list[Block]], list[Block]]:
    """The clusters that are rows, and the blocks between them, which belong to several rows."""
    kept = list(clusters)
    labels: list[Block] = []
    for size in range(1, max(map(len, clusters), default=0) + 1):
        for cluster in clusters:
            if len(cluster) != size:
                continue
            index = next(number for number, other in enumerate(kept) if other is cluster)
            if 0 < index < len(kept) - 1 and _is_between(cluster, kept[index - 1], kept[index + 1], em):
                del kept[index]
                labels += cluster
    return _apart(kept, em), labels


def _apart(clusters: Sequence[list[Block]], em: float) -> list[list[Block]]:
    """The clusters with those made one that are too near each other for two rows: cells cut by the page begin at its edge."""
    found: list[list[Block]] = []
    for cluster in clusters:
        near = bool(found) and cluster[0].middle - found[-1][0].middle < LOWEST * em
        if near and not any(_over(block, other) for block in cluster for other in found[-1]):
            found[-1] = [*found[-1], *cluster]
        else:
            found.append(cluster)
    return found


def _is_between(cluster: Sequence[Block], above: Sequence[Block], below: Sequence[Block], em: float) -> bool:
    """Whether the blocks hold for the rows above and below: those have texts further to the right, but
    none in the blocks' columns; or have columns of their own between the blocks', as a heading with headings under it has.
    """
    if any(_over(block, other) for block in cluster for other in (*above, *below)):
        return False
    headed = len(above) < len(below) and all(any(_over(upper, lower) for lower in below) for upper in above)
    first, last = min(block.center for block in above), max(block.center for block in above)
    if headed and any(block.center < first for block in cluster) and any(block.center > last for block in cluster):
        return True
    for block in cluster:
        if not all(any(other.box[0] >= block.box[2] for other in row) for row in (above, below)):
            return False
    # The texts of a row end before those of the next begin; what reaches beside those of another row is no row.
    beside = any(_reach(block, em)[0] < _reach(other, em)[1] and _reach(other, em)[0] < _reach(block, em)[1]
                 for block in cluster for other in (*above, *below))
    return beside or len(cluster) < min(len(above), len(below))


def _reach(block: Block, em: float) -> tuple[float, float]:
    return block.segments[0].middle - em / 2, block.segments[-1].middle + em / 2


def _over(block: Block, other: Block) -> bool:
    return block.box[0] < other.box[2] and other.box[0] < block.box[2]


def are_drawn(rows: Sequence[Sequence[Block]], walls: Sequence[Box]) -> bool:
    """Whether lines part nearly all the texts of rows that follow each other."""
    pairs = [(one, other) for upper, lower in pairwise(rows) for one in upper for other in lower if _over(one, other)]
    return sum(parted(upper, lower, walls) for upper, lower in pairs) >= DENSE * max(len(pairs), 1)


def row_edges(
    rows: list[list[Block]], known: Sequence[float], all_drawn: bool, top: float, bottom: float, em: float
) -> tuple[float, ...]:
    """The edges of the rows: drawn ones, and between rows that nothing parts the middle of the room between them.

    Where all rows are drawn, what stands between two lines is one row.
    """
    inner = [at for at in known if top + 0.5 * em < at < bottom - 0.5 * em]
    edges = [top, *inner, bottom]
    if all_drawn:
        return tuple(edges)
    extents = [_extent(row, rows[max(number - 1, 0) : number] + rows[number + 1 : number + 2], em)
               for number, row in enumerate(rows)]
    for (upper, lower), ((_, end), (start, _)) in zip(pairwise(rows), pairwise(extents), strict=True):
        first, second = _middle(upper), _middle(lower)
        if any(first < at < second for at in edges):
            continue
        edges.append((end + start) / 2 if end < start else (first + second) / 2)
    return tuple(sorted(edges))


def _middle(row: Sequence[Block]) -> float:
    return sum(block.middle for block in row) / len(row)


def _extent(row: Sequence[Block], beside: Sequence[Sequence[Block]], em: float) -> tuple[float, float]:
    """From where to where a row's text reaches, labels left aside that seem to hold for the rows above and below too."""
    own = [block for block in row if any(_over(block, other) for near in beside for other in near)]
    last = max((block.box[0] for block in own), default=0.0)
    counted = [block for block in row if block in own or block.box[0] > last] or list(row)
    return min(_reach(block, em)[0] for block in counted), max(_reach(block, em)[1] for block in counted)
