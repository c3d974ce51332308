"""Where each cell stands among the others: the neighbours that the labeller looks at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recognizer.types import Cell, Gap, Grid

GAPS: tuple[Gap, ...] = ("start", "blank", "wide", "tab", "line", "blank_line", "page", "mark")
_GAP = {gap: number for number, gap in enumerate(GAPS)}
POSITIONS = 17 + 2 * len(GAPS)  # features of a cell's position
Indices = NDArray[np.int64]
Floats = NDArray[np.float32]


@dataclass(slots=True)
class Context:
    """The non-empty cells of a document in reading order, and for each the index of its neighbours (-1: none).

    `row_of` numbers the rows of all grids from 0; `rows` lists the cell indices of each. `up` and `down` are the
    nearest cells in the same column of a drawn grid, of the same rank in an undrawn one.
    """

    cells: tuple[Cell, ...]
    grid_of: Indices
    row_of: Indices
    rows: list[list[int]]
    up: Indices
    down: Indices
    position: Floats


def context_of(grids: Sequence[Grid]) -> Context:
    """The context of all non-empty cells of `grids`."""
    cells: list[Cell] = []
    grid_of: list[int] = []
    row_of: list[int] = []
    rows: list[list[int]] = []
    up: list[int] = []
    down: list[int] = []
    measures: list[tuple[float, ...]] = []
    for number, grid in enumerate(grids):
        above: dict[int, int] = {}
        by_row: dict[int, list[Cell]] = {}
        for cell in grid.cells:
            by_row.setdefault(cell.row, []).append(cell)
        last_row = max(len(by_row) - 1, 1)
        for order, row_cells in enumerate(by_row.values()):
            filled = [cell for cell in row_cells if cell.text]
            if not filled:
                continue
            width = max([cell.column + cell.column_span for cell in row_cells])
            indices = list(range(len(cells), len(cells) + len(filled)))
            cells += filled
            grid_of += [number] * len(filled)
            row_of += [len(rows)] * len(filled)
            down += [-1] * len(filled)
            place = (len(filled), width, order / last_row, len(row_cells))
            for rank, (cell, index) in enumerate(zip(filled, indices, strict=True)):
                upper = above.get(cell.column if grid.drawn else rank, -1)
                up.append(upper)
                if upper >= 0 and down[upper] < 0:
                    down[upper] = index
                measures.append((grid.drawn, rank, *place, *_measures(cell)))
            for rank, (cell, index) in enumerate(zip(filled, indices, strict=True)):
                for column in range(cell.column, cell.column + cell.column_span) if grid.drawn else (rank,):
                    above[column] = index
            rows.append(indices)
    return Context(
        tuple(cells),
        np.asarray(grid_of, np.int64),
        np.asarray(row_of, np.int64),
        rows,
        np.asarray(up, np.int64),
        np.asarray(down, np.int64),
        _positions(measures),
    )


def _measures(cell: Cell) -> tuple[float, ...]:
    """What `_positions` makes features of, besides where the cell stands in its row."""
    pieces = len(cell.pieces)
    broken = pieces > 1 and all(len(piece.text) == 1 for piece in cell.pieces)
    return (cell.row, cell.column, cell.row_span, cell.column_span, pieces, broken, _GAP[cell.gap])


def _positions(measures: list[tuple[float, ...]]) -> Floats:
    """(cells, POSITIONS) from the measures of all cells in reading order."""
    if not measures:
        return np.zeros((0, POSITIONS), np.float32)
    columns = np.asarray(measures, np.float64).T
    drawn, rank, filled, width, depth, printed, row, column, row_span, column_span, pieces, broken, gap = columns
    after = width - column - column_span
    found = np.stack(
        [
            drawn,
            np.minimum(rank, 6) / 6,
            np.minimum(filled - rank - 1, 6) / 6,
            np.minimum(filled, 8) / 8,
            filled == 1,
            rank == 0,
            rank == filled - 1,
            drawn * np.minimum(column - rank, 6) / 6,
            drawn * np.minimum(np.maximum(after - (filled - rank - 1), 0), 6) / 6,
            np.minimum(column_span - 1, 4) / 4,
            np.minimum(row_span - 1, 8) / 8,
            drawn * np.minimum(width, 12) / 12,
            depth,
            row == 0,
            np.minimum(pieces - 1, 6) / 6,
            broken,
            np.minimum(printed - filled, 6) / 6,
        ],
        axis=1,
        dtype=np.float32,
        casting="same_kind",
    )
    marks = np.eye(len(GAPS), dtype=np.float32)
    before = gap.astype(np.int64)
    # What stands between a cell and the next one is told of both.
    return np.concatenate([found, marks[before], marks[np.append(before[1:], _GAP["start"])]], axis=1)
