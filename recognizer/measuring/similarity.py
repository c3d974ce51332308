"""How similar two tables are as a whole, told from cells alone.

- TEDS: X. Zhong, E. ShafieiBavani, A. Jimeno Yepes, "Image-based table recognition: data, model, and evaluation", ECCV 2020:
  the edit distance of the tables as trees of rows and cells (K. Zhang, D. Shasha, SIAM J. Comput. 18, 1989).
- GriTS: B. Smock, R. Pesala, R. Abraham, "GriTS: Grid table similarity metric for table structure recognition", ICDAR 2023:
  the most similar substructures of two grids, of contents or of spans, rows and columns aligned one after the other.

Texts are compared without blanks and otherwise exactly. All figures are 1 where both sides are the same.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import Indel, Levenshtein

from recognizer.measuring.structure import StructureCell, Table, plain

# Trees of rows and cells.


def teds(truth: Table, read: Table) -> float:
    """Tree-edit-distance similarity, from 0 to 1; 0 also where the formula goes below, as for a row against a column."""
    first, second = _tree(truth), _tree(read)
    if len(first.cells) == len(second.cells) == 1:
        return 1.0
    return max(0.0, 1.0 - _tree_distance(first, second) / max(len(first.cells), len(second.cells)))


@dataclass(frozen=True, slots=True)
class _Tree:
    """Nodes in postorder: a cell, or the name of an inner node; `leftmost` leaves, and the keyroots of Zhang and Shasha."""

    cells: list[StructureCell | str]
    leftmost: list[int]
    keyroots: list[int]


def _tree(table: Table) -> _Tree:
    nodes: list[StructureCell | str] = []
    leftmost: list[int] = []
    keyroots: list[int] = []
    by_row: dict[int, list[StructureCell]] = {}
    for cell in sorted(table, key=lambda cell: (cell.row, cell.column)):
        by_row.setdefault(cell.row, []).append(cell)
    rows = max((cell.row + cell.row_span for cell in table), default=0)
    for row in range(rows):
        start = len(nodes)
        for cell in by_row.get(row, ()):
            if len(nodes) > start:
                keyroots.append(len(nodes))
            leftmost.append(len(nodes))
            nodes.append(cell)
        if row:
            keyroots.append(len(nodes))
        leftmost.append(start)
        nodes.append("tr")
    keyroots.append(len(nodes))
    leftmost.append(0)
    nodes.append("table")
    return _Tree(nodes, leftmost, keyroots)


def _tree_distance(first: _Tree, second: _Tree) -> float:
    distance = [[0.0] * len(second.cells) for _ in first.cells]
    costs: dict[tuple[int, int], float] = {}
    for one in first.keyroots:
        for other in second.keyroots:
            _keyroot_distance(first, second, one, other, distance, costs)
    return distance[-1][-1]


def _keyroot_distance(
    first: _Tree, second: _Tree, one: int, other: int, distance: list[list[float]], costs: dict[tuple[int, int], float]
) -> None:
    """Fills in the distances of the subtrees whose forests end in the keyroots `one` and `other`."""
    low, left = first.leftmost[one], second.leftmost[other]
    forest = [[0.0] * (other - left + 2) for _ in range(one - low + 2)]
    for down in range(1, len(forest)):
        forest[down][0] = forest[down - 1][0] + 1.0
    forest[0] = [float(number) for number in range(other - left + 2)]
    for down in range(1, len(forest)):
        here, above, i = forest[down], forest[down - 1], low + down - 1
        leftmost_i = first.leftmost[i]
        for right in range(1, other - left + 2):
            j = left + right - 1
            cheapest = min(above[right], here[right - 1]) + 1.0
            if leftmost_i == low and second.leftmost[j] == left:
                cost = costs.get((i, j))
                if cost is None:
                    cost = costs[i, j] = _renaming(first.cells[i], second.cells[j])
                here[right] = min(cheapest, above[right - 1] + cost)
                distance[i][j] = here[right]
            else:
                here[right] = min(cheapest, forest[leftmost_i - low][second.leftmost[j] - left] + distance[i][j])


def _renaming(one: StructureCell | str, other: StructureCell | str) -> float:
    if isinstance(one, str) or isinstance(other, str):
        return float(one != other)
    if (one.row_span, one.column_span) != (other.row_span, other.column_span):
        return 1.0
    return float(Levenshtein.normalized_distance(plain(one.text), plain(other.text)))


# Grids.


def grits_con(truth: Table, read: Table) -> float:
    """GriTS of contents: cells are as alike as the longest common subsequence of their texts is long."""
    first, second = _matrix(truth, lambda cell, *_: plain(cell.text)), _matrix(read, lambda cell, *_: plain(cell.text))
    return _grits(first, second, lambda one, other: float(Indel.normalized_similarity(one, other)))


def grits_top(truth: Table, read: Table) -> float:
    """GriTS of topology: grid places are as alike as the overlap of the spans around them, over their union."""
    first, second = _matrix(truth, _relative_span), _matrix(read, _relative_span)
    return _grits(first, second, _overlap)


def _matrix(table: Table, content: Callable[[StructureCell, int, int], Any]) -> list[list[Any]]:
    rows = max((cell.row + cell.row_span for cell in table), default=0)
    columns = max((cell.column + cell.column_span for cell in table), default=0)
    matrix = [[content(StructureCell(row, column, ""), row, column) for column in range(columns)] for row in range(rows)]
    for cell in table:
        for row, column in cell.places():
            matrix[row][column] = content(cell, row, column)
    return matrix


def _relative_span(cell: StructureCell, row: int, column: int) -> tuple[int, int, int, int]:
    top, left = cell.row - row, cell.column - column
    return top, left, top + cell.row_span, left + cell.column_span


def _overlap(one: tuple[int, int, int, int], other: tuple[int, int, int, int]) -> float:
    height = min(one[2], other[2]) - max(one[0], other[0])
    width = min(one[3], other[3]) - max(one[1], other[1])
    shared = max(0, height) * max(0, width)
    areas = sum((box[2] - box[0]) * (box[3] - box[1]) for box in (one, other))
    return shared / (areas - shared)


def _grits(first: list[list[Any]], second: list[list[Any]], alike: Callable[[Any, Any], float]) -> float:
    """The better of both directions: where several alignments are best, they may take different ones."""
    return max(_grits_of(first, second, alike), _grits_of(second, first, alike))


def _grits_of(first: list[list[Any]], second: list[list[Any]], alike: Callable[[Any, Any], float]) -> float:
    if not first or not second:
        return float(not first and not second)
    shape = (len(first), len(first[0]), len(second), len(second[0]))
    kinds = [list(dict.fromkeys(entry for row in matrix for entry in row)) for matrix in (first, second)]
    likeness = np.array([[alike(one, other) for other in kinds[1]] for one in kinds[0]])
    codes = [
        np.array([[{kind: at for at, kind in enumerate(known)}[entry] for entry in row] for row in matrix])
        for known, matrix in zip(kinds, (first, second), strict=True)
    ]
    rewards = likeness[codes[0].reshape(-1)[:, None], codes[1].reshape(-1)[None, :]].reshape(shape)
    rows = _aligned(_best_sums(np.moveaxis(rewards, (1, 3), (0, 1))))
    columns = _aligned(_best_sums(np.moveaxis(rewards, (0, 2), (0, 1))))
    total = sum(
        float(rewards[row, column, other_row, other_column]) for row, other_row in rows for column, other_column in columns
    )
    return 2 * total / (shape[0] * shape[1] + shape[2] * shape[3])


def _best_sums(rewards: NDArray[np.float64]) -> NDArray[np.float64]:
    """The sums of the best alignments over the first two axes, for each place of the last two."""
    size, other = rewards.shape[:2]
    best = np.zeros((size + 1, other + 1, *rewards.shape[2:]))
    for one in range(size):
        for two in range(other):
            straight = best[one, two] + rewards[one, two]
            best[one + 1, two + 1] = np.maximum(straight, np.maximum(best[one, two + 1], best[one + 1, two]))
    return best[size, other]


def _aligned(rewards: NDArray[np.float64]) -> list[tuple[int, int]]:
    """The pairs of the best alignment of two sequences, both in order."""
    size, other = rewards.shape
    best = np.zeros((size + 1, other + 1))
    for one in range(size):
        for two in range(other):
            best[one + 1, two + 1] = max(best[one, two] + rewards[one, two], best[one, two + 1], best[one + 1, two])
    pairs = []
    one, two = size, other
    while one and two:
        if best[one, two] == best[one - 1, two - 1] + rewards[one - 1, two - 1]:
            one, two = one - 1, two - 1
            pairs.append((one, two))
        elif best[one, two] == best[one - 1, two]:
            one -= 1
        else:
            two -= 1
    return pairs[::-1]
