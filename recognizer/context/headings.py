"""Which headings and keys speak for a cell: those over it, those of its rank, those met last."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from recognizer.context.neighbours import Context

Floats = NDArray[np.float32]
FADE = 0.985  # how much of a heading's say is left a cell further on
OVER_NAMES = 0.3  # score from which a heading counts as one of names
HEADING_ROW = 1.2  # summed heading scores from which a row counts as a row of headings


def last_keys(keys: Floats) -> list[Floats]:
    """The heading or key met last before each cell, the one before that, and how far back they are."""
    count, width = keys.shape
    last, second = np.zeros((count, width), np.float32), np.zeros((count, width), np.float32)
    distance = np.ones((count, 2), np.float32)
    strongest = keys.max(axis=1, initial=0)
    met: list[int] = []
    for index in range(count):
        for found, number in ((last, 1), (second, 2)):
            if len(met) >= number:
                found[index] = keys[met[-number]]
                distance[index, number - 1] = min(index - met[-number], 20) / 20
        if strongest[index] > 0.5:
            met.append(index)
    return [last, second, distance]


def recent_keys(keys: Floats) -> Floats:
    """(cells, keys) the headings and keys met so far, fading with distance, so that columns lost in a text dump still speak."""
    found = np.empty_like(keys)
    running = np.zeros(keys.shape[1], np.float32)
    for index in range(len(keys)):
        found[index] = running
        running = np.maximum(running * FADE, keys[index])
    return found


def headings_after_name(keys: Floats, heading: Floats, names: Floats, outer: Floats, over_names: Floats) -> Floats:
    """(cells, keys) for each cell the heading as many places after that of the names as the cell stands after its name.

    In reading order, so that rows shifted as a whole, or printed over several lines, find their headings all the same. Where
    several headings are of names (halves side by side), names take turns under them, beginning anew at each level 1. `names`
    (cells,) says how much each is a name, or the form's place for one, `outer` how much it is a level 1, `over_names` how much it
    is the heading of the names.
    """
    found = np.zeros_like(keys)
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
            found[index] = keys[active[turn][offset]]
    return found


def headings_over(context: Context, keys: Floats, heading: Floats) -> list[Floats]:
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
