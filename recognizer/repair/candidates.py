"""Which pieces may continue which: the pairs that the joiner is asked about."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from recognizer.context.neighbours import Context
from recognizer.types import Grid

ROWS_BACK = 2  # visual lines between the parts of a cell that its neighbours were printed between
CELLS_BACK = 11  # pieces looked at in those lines
LABEL_ROWS = 8  # rows that a label printed a character a row, beside the rows it holds for, may leave between two characters
SHORT = 2  # characters of a label printed a character or two a row
FAINT = 0.003  # seam score below which pieces that are not neighbours are not one cell
FAINT_ROWS = 0.05  # and the same for pieces in two rows of a page
PROSE_ROWS = 2  # lines of running heads that may stand between the two halves of a broken table


def candidates(context: Context, grids: Sequence[Grid]) -> NDArray[np.int64]:
    """(pairs, 2) indices (earlier, later) of cells of which the later may continue the earlier, by later cell."""
    pairs: list[tuple[int, int]] = []
    before_break: list[int] = []
    prose_rows = 0
    last_grid = -1
    for number, row in enumerate(context.rows):
        grid_number = int(context.grid_of[row[0]])
        grid = grids[grid_number]
        if not grid.drawn:
            prose_rows += 1
            _undrawn(context, number, row, pairs)
            continue
        if grid_number != last_grid:
            if before_break and prose_rows <= PROSE_ROWS:
                pairs.extend((earlier, later) for later in row for earlier in before_break)
            last_grid, prose_rows = grid_number, 0
        else:
            _drawn(context, number, row, pairs)
        before_break = row
    return np.asarray(pairs, np.int64).reshape(-1, 2)


def _undrawn(context: Context, number: int, row: list[int], pairs: list[tuple[int, int]]) -> None:
    back = [
        index
        for other in context.rows[max(number - ROWS_BACK, 0) : number]
        if context.grid_of[other[0]] == context.grid_of[row[0]]
        for index in other
    ][-CELLS_BACK:]
    first = row[0]
    if len(context.cells[first].text) <= SHORT and len(row) > 1:
        for other in reversed(context.rows[max(number - LABEL_ROWS, 0) : max(number - ROWS_BACK, 0)]):
            if context.grid_of[other[0]] == context.grid_of[first] and len(context.cells[other[0]].text) <= SHORT:
                pairs.append((other[0], first))
                break
    for later in row:
        previous = later - 1
        if previous >= 0 and context.grid_of[previous] == context.grid_of[later]:
            pairs.append((previous, later))
        pairs.extend((earlier, later) for earlier in back if earlier != previous)


def _drawn(context: Context, number: int, row: list[int], pairs: list[tuple[int, int]]) -> None:
    above = context.rows[number - 1]
    for rank, later in enumerate(row):
        upper = int(context.up[later])
        found = {upper} if upper in above else set()
        # A label over several rows reaches the page's end from wherever it began.
        if upper >= 0 and context.cells[later].gap == "page":
            found.add(upper)
        if upper >= 0 and len(context.cells[later].text) <= SHORT and len(context.cells[upper].text) <= SHORT:
            found.add(upper)
        if len(row) < len(above) and len(row) - rank <= len(above):
            found.add(above[rank - len(row)])
        pairs.extend((earlier, later) for earlier in sorted(found))


def plausible(context: Context, pairs: NDArray[np.int64], seams: NDArray[np.float32]) -> NDArray[np.bool_]:
    """(pairs,) which pairs are worth the joiner's look: not those of distant pieces whose characters do not read on.

    Nor those of two rows of a page, which its layout has told apart. A label printed a character or two a line reads on where its
    single characters hardly seem to.
    """
    drawn: NDArray[np.bool_] = context.position[pairs[:, 1], 0] > 0
    short = np.asarray([len(cell.text) <= SHORT for cell in context.cells], np.bool_)
    first = np.asarray([cell.pieces[0].place.page or 0 for cell in context.cells], np.int64)
    last = np.asarray([cell.pieces[-1].place.page or 0 for cell in context.cells], np.int64)
    apart = drawn & (last[pairs[:, 0]] == first[pairs[:, 1]]) & (first[pairs[:, 1]] > 0)
    kept: NDArray[np.bool_] = (drawn & ~apart) | (pairs[:, 1] - pairs[:, 0] == 1) & ~apart | (
        seams >= np.where(apart, FAINT_ROWS, FAINT)) | short[pairs].all(axis=1)
    return kept
