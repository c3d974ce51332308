"""Laying out: from a document's blocks and pages to grids of cells, drawn or not."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import groupby
from pathlib import Path

from recognizer.limits import Limits, from_environment
from recognizer.types import Cell, Document, Gap, Grid, Page, Piece, Place, TextBlock

_RUN = re.compile(r"\S+")
_BLANKS = (" ", "\u3000", "\xa0")


def lay_out(
    document: Document, limits: Limits | None = None, warn: Callable[[str], None] = lambda _: None, *, layout: str = "native",
    path: Path | None = None,
) -> tuple[Grid, ...]:
    """The grids of a document in reading order; `layout` says which engines lay its pages out (see `engines.Layout`), `path`
    where its file stands, which all but our own read by themselves.

    `warn` is told of each page or table that the limits (the environment's, if not given) leave out, and of each page on which
    a second engine failed.

    Drawn grids stay as their reader made them; pages become the grids that their rules or texts show, and text blocks. A text
    block becomes an undrawn grid whose rows are its lines and whose cells are the runs of text between white space: whether two
    of them are one cell is for `repair` to say.
    """
    limits = limits or from_environment()
    blocks = _blocks(document, limits, warn, layout, path)
    return tuple(
        _grid_of_lines(block) if isinstance(block, TextBlock) else block for block in blocks
        if not (isinstance(block, Grid) and _too_many_cells(block, limits, warn)))


def _too_many_cells(grid: Grid, limits: Limits, warn: Callable[[str], None]) -> bool:
    if len(grid.cells) < limits.table_cells:
        return False
    warn(f"a table has {len(grid.cells)} cells (limit table_cells: {limits.table_cells}), and was not read")
    return True


def _blocks(
    document: Document, limits: Limits, warn: Callable[[str], None], layout: str, path: Path | None
) -> Iterator[TextBlock | Grid]:
    for is_page, blocks in groupby(document.blocks, lambda block: isinstance(block, Page)):
        if is_page:
            # Only documents with pages need the engines for them.
            from recognizer.layout.engines import second_opinion
            from recognizer.layout.pages import lay_out_pages

            second = second_opinion(layout, path, warn)
            yield from lay_out_pages((block for block in blocks if isinstance(block, Page)), limits, warn, second)
        else:
            yield from (block for block in blocks if not isinstance(block, Page))


def _grid_of_lines(block: TextBlock) -> Grid:
    cells: list[Cell] = []
    for row, line in enumerate(block.lines):
        gap: Gap = line.gap
        end = 0
        for index, found in enumerate(_RUN.finditer(line.text)):
            if index:
                gap = "blank" if line.text[end : found.start()] in _BLANKS else "wide"
            end = found.end()
            # A page's line knows its runs with their boxes.
            piece = line.pieces[index] if line.pieces else Piece(found[0], Place(lines=(line.number, line.number)), index)
            cells.append(Cell(row, index, found[0], (piece,), gap=gap))
    return Grid(tuple(cells), drawn=False, gap=block.lines[0].gap if block.lines else "blank_line")
