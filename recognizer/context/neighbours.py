"""Where each cell stands among the others: the neighbours that the labeller looks at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recognizer.types import Cell, Gap, Grid

GAPS: tuple[Gap, ...] = ("start", "blank", "wide", "tab", "line", "blank_line", "page", "mark")
_GAP = {gap: tuple(float(gap == other) for other in GAPS) for gap in GAPS}
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
    position: list[list[float]] = []
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
            width = max(cell.column + cell.column_span for cell in row_cells)
            indices = []
            for rank, cell in enumerate(filled):
                index = len(cells)
                indices.append(index)
                cells.append(cell)
                grid_of.append(number)
                row_of.append(len(rows))
                down.append(-1)
                key = cell.column if grid.drawn else rank
                upper = above.get(key, -1)
                up.append(upper)
                if upper >= 0 and down[upper] < 0:
                    down[upper] = index
                position.append(_position(cell, grid, rank, len(filled), width, order / last_row, len(row_cells)))
            for rank, (cell, index) in enumerate(zip(filled, indices, strict=True)):
                for column in range(cell.column, cell.column + cell.column_span) if grid.drawn else (rank,):
                    above[column] = index
            rows.append(indices)
    _gaps_after(cells, position)
    return Context(
        tuple(cells),
        np.asarray(grid_of, np.int64),
        np.asarray(row_of, np.int64),
        rows,
        np.asarray(up, np.int64),
        np.asarray(down, np.int64),
        np.asarray(position, np.float32).reshape(len(cells), POSITIONS),
    )


def _position(cell: Cell, grid: Grid, rank: int, filled: int, width: int, depth: float, printed: int) -> list[float]:
    after = width - cell.column - cell.column_span
    return [
        float(grid.drawn),
        min(rank, 6) / 6,
        min(filled - rank - 1, 6) / 6,
        min(filled, 8) / 8,
        float(filled == 1),
        float(rank == 0),
        float(rank == filled - 1),
        float(grid.drawn) * min(cell.column - rank, 6) / 6,
        float(grid.drawn) * min(max(after - (filled - rank - 1), 0), 6) / 6,
        min(cell.column_span - 1, 4) / 4,
        min(cell.row_span - 1, 8) / 8,
        float(grid.drawn) * min(width, 12) / 12,
        depth,
        float(cell.row == 0),
        min(len(cell.pieces) - 1, 6) / 6,
        float(len(cell.pieces) > 1 and all(len(piece.text) == 1 for piece in cell.pieces)),
        min(printed - filled, 6) / 6,
        *_GAP[cell.gap],
    ]


def _gaps_after(cells: list[Cell], position: list[list[float]]) -> None:
    """Appends to each cell's position what stands between it and the next one."""
    for index, row in enumerate(position):
        row.extend(_GAP[cells[index + 1].gap if index + 1 < len(cells) else "start"])
