"""What the labeller sees of a cell: its text's scores, its shape, its position, its neighbours, the headings over it.

The same features serve both looks. The first look knows of a neighbour what its text alone says; the second look
knows what the first look said of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from recognizer.context.headings import headings_after_name, headings_over, last_keys, recent_keys
from recognizer.context.neighbours import Context
from recognizer.context.shape import shapes as shapes_of
from recognizer.types import Role

Floats = NDArray[np.float32]
WINDOW = (-4, -3, -2, -1, 1, 2, 3, 4)  # neighbours in reading order

_GROUPS = [role.value for role in Role]


@lru_cache(maxsize=64)
def group_matrix(classes: tuple[str, ...]) -> Floats:
    """(classes, roles): which role each class code belongs to. Made once, and not to be written to."""
    matrix = np.zeros((len(classes), len(_GROUPS)), np.float32)
    for index, code in enumerate(classes):
        matrix[index, _GROUPS.index(code.partition("@")[0].partition(">")[0])] = 1
    matrix.setflags(write=False)
    return matrix


@lru_cache(maxsize=64)
def key_columns(classes: tuple[str, ...]) -> NDArray[np.int64]:
    """The columns of classes that speak for the cells below or beside them: headings and keys of goals and funds."""
    columns = np.asarray(
        [index for index, code in enumerate(classes) if code.startswith(("header", "goal_key", "fund_key"))], np.int64
    )
    columns.setflags(write=False)
    return columns


def over_names(scores: Floats, classes: Sequence[str]) -> Floats:
    """(cells,) how much each cell heads the names."""
    code = f"{Role.HEADER}>{Role.NAME}"
    return scores[:, list(classes).index(code)] if code in classes else np.zeros(len(scores), np.float32)


def features(context: Context, own: Floats, scores: Floats, classes: tuple[str, ...]) -> Floats:
    """(cells, features) inputs of a look.

    `own` are the scores of the cell itself, `scores` (cells, classes) what is known of every cell as a neighbour.
    """
    count = len(context.cells)
    groups = np.minimum(scores @ group_matrix(classes), 1.0)
    keys = scores[:, key_columns(classes)]
    heading = groups[:, _GROUPS.index(Role.HEADER.value)]
    shapes = shapes_of([cell.text for cell in context.cells])
    padded = np.concatenate([groups, np.zeros((1, groups.shape[1]), np.float32)])
    columns: list[Floats] = [own, shapes, context.position, _around(context, groups, shapes[:, [0, 1, 6, 7, 11, 13, 20]])]
    second_up = np.where(context.up >= 0, context.up[np.maximum(context.up, 0)], -1)
    first_of_row = np.asarray([context.rows[row][0] for row in context.row_of], np.int64)
    for neighbour in (context.up, second_up, context.down, first_of_row):
        columns.append(padded[np.where(neighbour >= 0, neighbour, count)])
    columns.extend(headings_over(context, keys, heading))
    names = groups[:, _GROUPS.index(Role.NAME)] + groups[:, _GROUPS.index(Role.TEMPLATE)]
    outer = groups[:, _GROUPS.index(Role.LEVEL1)]
    columns.append(headings_after_name(keys, heading, names, outer, over_names(scores, classes)))
    columns.extend((*last_keys(keys), recent_keys(keys)))
    whole = np.concatenate([groups.mean(axis=0), keys.max(axis=0)]) if count else np.zeros(0, np.float32)
    columns.append(np.broadcast_to(whole, (count, len(whole))))
    return np.concatenate(columns, axis=1, dtype=np.float32)


def _around(context: Context, groups: Floats, shapes: Floats) -> Floats:
    """(cells, features) the groups and shapes of the cells of each one's `WINDOW`, and whether they stand in its row."""
    count, told, widest = len(groups), groups.shape[1] + shapes.shape[1], max(WINDOW)
    known = np.zeros((count + 2 * widest, told), np.float32)  # with as many of nothing before and behind
    known[widest : widest + count] = np.concatenate([groups, shapes], axis=1)
    rows = np.full(count + 2 * widest, -1)
    rows[widest : widest + count] = context.row_of
    found = np.empty((count, len(WINDOW), told + 1), np.float32)
    for place, offset in enumerate(WINDOW):
        there = slice(widest + offset, widest + offset + count)
        found[:, place, :told] = known[there]
        found[:, place, told] = rows[there] == context.row_of
    return found.reshape(count, len(WINDOW) * (told + 1))
