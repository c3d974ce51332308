"""Cells that a page break went through, as they were before it: one row, or one span over the rows of both pages.

The joiner says which texts read on. `cut_rows` adds what the whole row tells of it; from the joins, and from empty cells
beside filled ones, `mend` then puts together rows and labels. Both know of rows and columns alone and need no page.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from recognizer.layout.filling import union
from recognizer.types import Cell, Grid, Piece

Pairs = list[tuple[Cell, Cell]]  # (above the break, below it), of the same columns

SURE = 0.001  # no probability of the joiner counts for more than this, or less than the rest to one
CLEARLY_NEW = -1.9  # log odds below which no text of a row goes on, whatever the joiner says of one of them
PRIOR = 4.0  # log odds that a row whose every text has one above it goes on with it, over what the joiner says
LEFT_EMPTY = 2.0  # and for each empty cell under a filled one, in a row from the third on: only what was cut goes on there
BRACKET = 4.0  # and for a bracket that one opens and the other closes
FEW_EMPTY, MANY_EMPTY = 2, 5
LABEL = 12  # characters of a label at most
SPARE = 2.2  # characters of height that a text cut by the page's end leaves there, or at the top of the next page, at most


def cut_rows(
    grids: Sequence[Grid], cells: Sequence[Cell], pairs: NDArray[np.int64], probable: NDArray[np.float32]
) -> NDArray[np.float32]:
    """(pairs,) the joiner's probabilities with those of rows at a page break raised, or lowered, together.

    `cells` are the non-empty cells of the grids, `pairs` (pairs, 2) indices of them. A row is cut when all that it holds
    reads on, so the log odds of its pairs and a prior decide for all of them at once.
    """
    index = {id(cell): number for number, cell in enumerate(cells)}
    place = {(a, b): number for number, (a, b) in enumerate(pairs.tolist())}
    apart = _within_pages(grids, cells, pairs)
    found = np.where(apart, 0, probable).astype(np.float32)
    for grid in grids:
        for row in breaks(grid):
            for group, more in _together(grid.cells, row):
                known = [place.get((index[id(upper)], index[id(lower)])) for upper, lower in group]
                numbers = [number for number in known if number is not None]
                if not numbers or len(numbers) < len(known) or apart[numbers].any():
                    continue
                odds = [math.log(p / (1 - p)) for p in np.clip(probable[numbers], SURE, 1 - SURE).tolist()]
                # One text that surely begins anew tells more than several that might go on.
                score = (sum(odds) / len(odds) + min(odds)) / 2 + PRIOR + more
                cut = 1 / (1 + math.exp(-score))
                if score > 0:
                    found[np.isin(pairs[:, 1], pairs[numbers, 1])] = 0
                    found[numbers] = np.maximum(probable[numbers], cut)
                elif len(numbers) > 1 and score < CLEARLY_NEW:
                    found[numbers] = np.minimum(found[numbers], cut)
    return found


def _within_pages(grids: Sequence[Grid], cells: Sequence[Cell], pairs: NDArray[np.int64]) -> NDArray[np.bool_]:
    """(pairs,) whether two texts stand on different pages, but the first ends, or the second begins, far from the page's edge.

    A text that goes on over the page fills what stands before it. How far down pages reach is what their tables show.
    """
    found = np.zeros(len(pairs), np.bool_)
    across = [number for number, (a, b) in enumerate(pairs.tolist())
              if cells[b].gap == "page" and _is_placed(cells[a]) and _is_placed(cells[b])]
    if not across:
        return found
    pages: dict[int | None, list[Piece]] = {}
    for cell in (cell for grid in grids if grid.drawn for cell in grid.cells):
        for piece in cell.pieces:
            if piece.boxes and piece.place.bbox:
                pages.setdefault(piece.place.page, []).append(piece)
    turns = {page: _turn(pieces) for page, pieces in pages.items()}
    reach = {page: _extent(pieces, turns[page]) for page, pieces in pages.items()}
    lowest = {turn: max(reach[page][1] for page in pages if turns[page] == turn) for turn in set(turns.values())}
    for number in across:
        first, second = cells[pairs[number, 0]], cells[pairs[number, 1]]
        upper, lower = first.pieces[-1], second.pieces[0]
        if upper.place.page in turns and lower.place.page in turns:
            spare = SPARE * _size(upper)
            # A label over several rows ends where the last row ends that has room on its page.
            is_label = max(first.row_span, second.row_span) > 1 or len(first.text + second.text) <= LABEL
            last = reach[upper.place.page][1] if is_label else lowest[turns[upper.place.page]]
            end, start = _extent([upper], turns[upper.place.page])[1], _extent([lower], turns[lower.place.page])[0]
            found[number] = end < last - spare or start > reach[lower.place.page][0] + spare
    return found


def _is_placed(cell: Cell) -> bool:
    """Whether it is known where the cell's characters stand."""
    return bool(cell.pieces) and all(piece.boxes and piece.place.bbox for piece in cell.pieces)


def _turn(pieces: Sequence[Piece]) -> tuple[int, int]:
    """Where most characters of a page follow each other as displayed: to the right (1, 0), downwards (0, 1) and so on."""
    count: Counter[tuple[int, int]] = Counter()
    for piece in pieces:
        if len(piece.boxes) > 1:
            first, last = piece.boxes[0], piece.boxes[-1]
            across, down = last[0] - first[0], last[1] - first[1]
            level = abs(across) > abs(down)
            count[((across > 0) - (across < 0), 0) if level else (0, (down > 0) - (down < 0))] += len(piece.boxes)
    return count.most_common(1)[0][0] if count else (1, 0)


def _extent(pieces: Sequence[Piece], turn: tuple[int, int]) -> tuple[float, float]:
    """From where to where pieces reach downwards, for a reader who holds the page so that its text runs to the right."""
    x0, y0, x1, y1 = union([piece.place.bbox for piece in pieces if piece.place.bbox])
    return {(1, 0): (y0, y1), (-1, 0): (-y1, -y0), (0, 1): (-x1, -x0), (0, -1): (x0, x1)}.get(turn, (y0, y1))


def _size(piece: Piece) -> float:
    return max(max(x1 - x0, y1 - y0) for x0, y0, x1, y1 in piece.boxes)


def _together(cells: Sequence[Cell], row: int) -> Iterator[tuple[Pairs, float]]:
    """The pairs over a break that read on all together or not at all, with the log odds that empty cells beside them give.

    Those are all of a row; or, of merged cells that begin and end with each other, each that has its siblings' cells empty
    after the break: what holds for the same rows goes on together.
    """
    pairs = _beside(cells, row)
    filled = [(upper, lower) for upper, lower in pairs if not _only_label(upper, lower)]
    if _is_whole(cells, row, pairs) and filled and all(upper.text for upper, _ in filled):
        empty = sum(_left_empty(upper, lower) for upper, lower in pairs)
        more = max(min(empty, MANY_EMPTY) - FEW_EMPTY, 0) if empty >= len(filled) else 0
        yield filled, LEFT_EMPTY * more
    for upper, lower in filled:
        if upper.text and max(upper.row_span, lower.row_span) > 1:
            spans = (upper.row_span, lower.row_span)
            siblings = [pair for pair in pairs if (pair[0].row_span, pair[1].row_span) == spans]
            empty = sum(bool(first.text) and not second.text for first, second in siblings)
            yield [(upper, lower)], LEFT_EMPTY * min(empty, MANY_EMPTY) + BRACKET * _closes(upper.text, lower.text)


def _left_empty(upper: Cell, lower: Cell) -> bool:
    """Whether a cell of one row is empty under one with text, or under one that a break before has left empty itself."""
    return upper.row_span == lower.row_span == 1 and not lower.text and (bool(upper.text) or upper.gap == "page")


def _closes(text: str, rest: str) -> bool:
    """Whether the rest closes a bracket that the text leaves open."""
    return _depth(text) > 0 > _depth(rest)


def _depth(text: str) -> int:
    return sum((char in "（([【") - (char in "）)]】") for char in text)


def breaks(grid: Grid) -> list[int]:
    """The rows of a grid that are the first of a further page."""
    return sorted({cell.row for cell in grid.cells if cell.gap == "page" and cell.row > 0}) if grid.drawn else []


def _beside(cells: Sequence[Cell], row: int) -> Pairs:
    """The cells on both sides of the break before a row in pairs of the same columns, from left to right."""
    above = {(cell.column, cell.column_span): cell for cell in cells if cell.row + cell.row_span == row}
    below = sorted((cell for cell in cells if cell.row == row), key=lambda cell: cell.column)
    return [(above[cell.column, cell.column_span], cell) for cell in below if (cell.column, cell.column_span) in above]


def _is_whole(cells: Sequence[Cell], row: int, pairs: Pairs) -> bool:
    """Whether every cell at the break is one of the pairs."""
    return len(pairs) == sum(cell.row == row for cell in cells) == sum(cell.row + cell.row_span == row for cell in cells)


def mend(grid: Grid) -> Grid:
    """The grid with what page breaks cut put together again, once the joiner has joined texts.

    Where the first row after a break only goes on with texts of the last row before it, or prints its labels again, they
    are one row. Elsewhere a label that holds for rows on both sides of the break becomes one cell over all of them.
    """
    # From the last break to the first, so that rows before a break keep their numbers.
    for row in reversed(breaks(grid)):
        pairs = _beside(grid.cells, row)
        nothing_new = all(_only_label(upper, lower) for upper, lower in pairs)
        reads_on = any(_crosses(upper) for upper, _ in pairs) or not any(lower.text for _, lower in pairs)
        if nothing_new and reads_on and _is_whole(grid.cells, row, pairs):
            again = tuple(lower for upper, lower in pairs if upper.text and lower.text)
            grid = replace(grid, cells=tuple(_one_row(grid.cells, pairs, row)), repeated=grid.repeated + again)
        else:
            grid = _with_spans(grid, pairs, row)
    return grid


def _only_label(upper: Cell, lower: Cell) -> bool:
    """Whether the lower cell says nothing new: empty, the label printed again, or that of merged cells printed there alone."""
    return lower.text in ("", upper.text) or (not upper.text and lower.row_span > 1)


def _crosses(cell: Cell) -> bool:
    """Whether a cell's text stands on two pages."""
    return len(cell.pieces) > 1 and cell.pieces[0].place.page != cell.pieces[-1].place.page


def _one_row(cells: Sequence[Cell], pairs: Pairs, row: int) -> Iterator[Cell]:
    """The cells with the row after the break put into the one before."""
    upper = {id(above): below for above, below in pairs}
    for cell in cells:
        if id(cell) in upper:
            yield _as_one(cell, upper[id(cell)], 1)
        elif cell.row > row:
            yield replace(cell, row=cell.row - 1)
        elif cell.row < row:
            yield cell


def _as_one(upper: Cell, lower: Cell, shared: int) -> Cell:
    """Two cells as one over the rows of both, of which they share some; its text is that of whichever printed it."""
    rows = upper.row_span + lower.row_span - shared
    return replace(upper, text=upper.text or lower.text, pieces=upper.pieces or lower.pieces, row_span=rows)


def _with_spans(grid: Grid, pairs: Pairs, row: int) -> Grid:
    """The grid with labels that were cut between two rows as one cell over the rows of both pages."""
    below = [cell for cell in grid.cells if cell.row == row]
    last = [cell for cell in grid.cells if cell.row < row <= cell.row + cell.row_span]
    upper = {id(first): second for first, second in _cut_labels(pairs, last, below)}
    lower = {id(second) for second in upper.values()}
    cells: list[Cell] = []
    repeated = list(grid.repeated)
    for cell in grid.cells:
        if id(cell) in upper:
            second = upper[id(cell)]
            if cell.text and second.text:
                repeated.append(second)
            cells.append(_as_one(cell, second, 0))
        elif id(cell) not in lower:
            cells.append(cell)
    return replace(grid, cells=tuple(cells), repeated=tuple(repeated))


def _cut_labels(pairs: Pairs, last: Sequence[Cell], below: Sequence[Cell]) -> Pairs:
    """The pairs that are one cell though a row ends between them.

    Those are texts that were cut, and merged cells whose text one page or each of them prints. A cell of one row on each
    side counts only from the left on, before texts of its rows, up to the first column that begins anew.
    """
    found = []
    goes_on = True
    column = 0
    anew: list[tuple[int, int]] = []  # spans of labels that begin anew: so does all that stands right of them in their rows
    for upper, lower in pairs:
        if upper.text and lower.text and upper.text != lower.text:
            anew.append((upper.row_span, lower.row_span))
        if any(upper.row_span <= above and lower.row_span <= below for above, below in anew):
            goes_on = False
            continue
        goes_on = goes_on and lower.column == column
        column = lower.column + lower.column_span
        merged = upper.row_span > 1 or lower.row_span > 1
        one_text = bool(upper.text) != bool(lower.text)
        same = bool(upper.text) and upper.text == lower.text
        leads = goes_on and not (upper.text and lower.text) and _filled_after(last, column) and _filled_after(below, column)
        if (_crosses(upper) and not lower.text) or (merged and (one_text or same)) or leads:
            found.append((upper, lower))
        else:
            goes_on = False
    return found


def _filled_after(cells: Sequence[Cell], column: int) -> bool:
    return any(cell.text and cell.column >= column for cell in cells)
