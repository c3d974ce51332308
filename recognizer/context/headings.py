"""Which headings and keys speak for a cell: those over it, those of its rank, those met last."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from recognizer.context.neighbours import Context

Floats = NDArray[np.float32]
FADE = 0.985  # how much of a heading's say is left a cell further on
OVER_NAMES = 0.3  # score from which a heading counts as one of names
HEADING_ROW = 1.2  # summed heading scores from which a row counts as a row of headings


def gathered(keys: Floats, chosen: Sequence[int] | NDArray[np.int64]) -> Floats:
    """(cells, keys) for each cell the keys of the cell chosen for it, zeros where none is (-1)."""
    return np.concatenate([keys, np.zeros((1, keys.shape[1]), np.float32)])[np.asarray(chosen, np.int64)]


def last_keys(keys: Floats) -> list[Floats]:
    """The heading or key met last before each cell, the one before that, and how far back they are."""
    strong = np.concatenate([[-1, -1], np.flatnonzero(keys.max(axis=1, initial=0) > 0.5)])
    order = np.arange(len(keys))
    met = np.searchsorted(strong[2:], order) + 1
    found = np.stack([strong[met], strong[met - 1]])
    distance = np.where(found < 0, 1.0, np.minimum(order - found, 20) / 20)
    return [gathered(keys, found[0]), gathered(keys, found[1]), distance.T.astype(np.float32)]


def recent_keys(keys: Floats) -> Floats:
    """(cells, keys) the headings and keys met so far, fading with distance, so that columns lost in a text dump still speak."""
    found, fade = np.zeros_like(keys), np.asarray(FADE, keys.dtype)  # an array already: else each row makes one of the number
    rows = list(found)
    for before, own, after in zip(rows, keys, rows[1:], strict=False):
        np.maximum(np.multiply(before, fade, after), own, out=after)
    return found


def headings_after_name(keys: Floats, heading: Floats, names: Floats, outer: Floats, over_names: Floats) -> Floats:
    """(cells, keys) for each cell the heading as many places after that of the names as the cell stands after its name.

    In reading order, so that rows shifted as a whole, or printed over several lines, find their headings all the same. Where
    several headings are of names (halves side by side), names take turns under them, beginning anew at each level 1. `names`
    (cells,) says how much each is a name, or the form's place for one, `outer` how much it is a level 1, `over_names` how much it
    is the heading of the names.
    """
    chosen = [-1] * len(keys)
    is_heading, is_name, is_outer = (heading > 0.5).tolist(), (names > 0.5).tolist(), (outer > 0.5).tolist()
    run: list[int] = []
    active: list[list[int]] = []  # for each heading of names, the headings from there on
    turn, offset = -1, -1
    for index in range(len(keys)):
        if is_heading[index]:
            run.append(index)
            continue
        if len(run) >= 2:
            firsts = [order for order, at in enumerate(run) if over_names[at] > OVER_NAMES]
            if firsts:
                active, turn, offset = [run[first:] for first in firsts], -1, -1
        run = []
        if is_outer[index]:
            turn, offset = -1, -1
        elif is_name[index] and active:
            turn, offset = (turn + 1) % len(active), 0
        elif offset >= 0:
            offset += 1
        if active and 0 <= offset < len(active[turn]):
            chosen[index] = active[turn][offset]
    return gathered(keys, chosen)


def headings_over(context: Context, keys: Floats, heading: Floats) -> list[Floats]:
    """The headings over each cell: in its column, of its rank from the right and from the left, and one level higher.

    A row of headings speaks for the rows below it until the next one, over a page break by rank alone.
    """
    cells, grid_of = context.cells, context.grid_of.tolist()
    by_column, from_right, from_left, higher = ([-1] * len(keys) for _ in range(4))
    distance = [(1.0, 1.0)] * len(keys)
    is_heading = (heading > 0.5).tolist()
    active: list[int] = []
    upper: list[int] = []
    under: dict[int, int] = {}  # which of the active headings stands over a column
    since = 0
    for row in context.rows:
        same_grid = bool(active) and grid_of[active[0]] == grid_of[row[0]]
        away = (min(since, 20) / 20, float(same_grid))
        for index in row if active else ():
            distance[index] = away
        for index, other in zip(row, active, strict=False):
            from_left[index] = other
        for index, other in zip(reversed(row), reversed(active), strict=False):
            from_right[index] = other
        for index in row if same_grid else ():
            column = cells[index].column
            by_column[index] = under.get(column, -1)
            for other in upper:
                if cells[other].column <= column:
                    higher[index] = other
        since += 1
        headings = [index for index in row if is_heading[index]]
        if len(headings) >= 2 and heading[row].sum() > HEADING_ROW and len(headings) * 2 >= len(row):
            upper, active, since = active, headings, 0
            under = {column: other for other in active
                     for column in range(cells[other].column, cells[other].column + cells[other].column_span)}
    found = [gathered(keys, chosen) for chosen in (by_column, from_right, from_left, higher)]
    return [*found, np.asarray(distance, np.float32).reshape(len(keys), 2)]
