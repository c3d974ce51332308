"""What the labeller sees of a cell: its text's scores, its shape, its position, its neighbours, the headings over it.

The same features serve both looks. The first look knows of a neighbour what its text alone says; the second look
knows what the first look said of it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from recognizer.context.neighbours import Context
from recognizer.context.shape import shape
from recognizer.types import Role

Floats = NDArray[np.float32]
WINDOW = (-4, -3, -2, -1, 1, 2, 3, 4)  # neighbours in reading order
FADE = 0.985  # how much of a heading's say is left a cell further on
HEADING_ROW = 1.2  # summed heading scores from which a row counts as a row of headings

_GROUPS = [role.value for role in Role]


def group_matrix(classes: Sequence[str]) -> Floats:
    """(classes, roles): which role each class code belongs to."""
    matrix = np.zeros((len(classes), len(_GROUPS)), np.float32)
    for index, code in enumerate(classes):
        matrix[index, _GROUPS.index(code.partition("@")[0].partition(">")[0])] = 1
    return matrix


def key_columns(classes: Sequence[str]) -> NDArray[np.int64]:
    """The columns of classes that speak for the cells below or beside them: headings and keys of goals and funds."""
    return np.asarray(
        [index for index, code in enumerate(classes) if code.startswith(("header", "goal_key", "fund_key"))], np.int64
    )


def features(context: Context, own: Floats, scores: Floats, classes: Sequence[str]) -> Floats:
    """(cells, features) inputs of a look.

    `own` are the scores of the cell itself, `scores` (cells, classes) what is known of every cell as a neighbour.
    """
    count = len(context.cells)
    groups = np.minimum(scores @ group_matrix(classes), 1.0)
    keys = scores[:, key_columns(classes)]
    heading = groups[:, _GROUPS.index(Role.HEADER.value)]
    shapes = np.stack([shape(cell.text) for cell in context.cells]) if count else np.zeros((0, 0), np.float32)
    padded = np.concatenate([groups, np.zeros((1, groups.shape[1]), np.float32)])
    slim = np.concatenate([shapes[:, [0, 1, 6, 7, 11, 13, 20]], np.zeros((1, 7), np.float32)])
    columns: list[Floats] = [own, shapes, context.position]
    order = np.arange(count)
    for offset in WINDOW:
        there = order + offset
        valid = (there >= 0) & (there < count)
        there = np.where(valid, there, count)
        same_row = np.where(valid, context.row_of[np.minimum(there, count - 1)] == context.row_of, False)
        columns.extend((padded[there], slim[there], same_row[:, None].astype(np.float32)))
    second_up = np.where(context.up >= 0, context.up[np.maximum(context.up, 0)], -1)
    first_of_row = np.asarray([context.rows[row][0] for row in context.row_of], np.int64)
    for neighbour in (context.up, second_up, context.down, first_of_row):
        columns.append(padded[np.where(neighbour >= 0, neighbour, count)])
    columns.extend(_headings(context, keys, heading))
    columns.append(_recent(keys))
    whole = np.concatenate([groups.mean(axis=0), keys.max(axis=0)]) if count else np.zeros(0, np.float32)
    columns.append(np.broadcast_to(whole, (count, len(whole))))
    return np.concatenate(columns, axis=1, dtype=np.float32)


def _recent(keys: Floats) -> Floats:
    """(cells, keys) the headings and keys met so far, fading with distance, so that columns lost in a text dump still speak."""
    found = np.empty_like(keys)
    running = np.zeros(keys.shape[1], np.float32)
    for index in range(len(keys)):
        found[index] = running
        running = np.maximum(running * FADE, keys[index])
    return found


def _headings(context: Context, keys: Floats, heading: Floats) -> list[Floats]:
    """The headings over each cell: in its column, of its rank from the right and from the left, and one level higher.

    A row of headings speaks for the rows below it until the next one, over a page break by rank alone.
    """
    count, width = keys.shape
    by_column, from_right, from_left, higher = (np.zeros((count, width), np.float32) for _ in range(4))
    distance = np.ones((count, 2), np.float32)
    active: list[int] = []
    upper: list[int] = []
    since = 0
    for row in context.rows:
        headings = [index for index in row if heading[index] > 0.5]
        grid = context.grid_of[row[0]]
        for index in row:
            if not active:
                continue
            cell = context.cells[index]
            same_grid = context.grid_of[active[0]] == grid
            distance[index] = (min(since, 20) / 20, float(same_grid))
            if same_grid:
                for other in active:
                    start = context.cells[other].column
                    if start <= cell.column < start + context.cells[other].column_span:
                        by_column[index] = keys[other]
            rank = row.index(index)
            if rank < len(active):
                from_left[index] = keys[active[rank]]
            if len(row) - rank <= len(active):
                from_right[index] = keys[active[rank - len(row)]]
            beside = [other for other in upper if context.cells[other].column <= cell.column]
            if beside and same_grid:
                higher[index] = keys[beside[-1]]
        since += 1
        if len(headings) >= 2 and heading[row].sum() > HEADING_ROW and len(headings) * 2 >= len(row):
            upper, active, since = active, headings, 0
    return [by_column, from_right, from_left, higher, distance]
