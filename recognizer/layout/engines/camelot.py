"""camelot's tables as lattices: its render-free engine for ruled tables, a page at a time, so that one bad page is one page."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pymupdf

from recognizer.layout.lattice import Lattice, lattice_of_walls
from recognizer.types import Page


class Camelot:
    """The ruled tables of the PDF at `path`, page by page."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._pdf = pymupdf.open(path)

    def __call__(self, page: Page) -> list[Lattice] | None:
        """The tables of a page; None where it has none, or is turned, which camelot reads in coordinates of its own.

        Raises what camelot raises.
        """
        from camelot.io import read_pdf

        source = self._pdf[page.number - 1]
        if source.rotation or page.turn or not page.rules:
            return None
        box = source.cropbox  # camelot counts from the sheet's lower left corner, MuPDF from what is shown of it
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tables = read_pdf(str(self._path), pages=str(page.number), flavor="lattice", engine="vector")
        left, top = box.x0, source.mediabox.height - box.y0
        return [lattice for table in tables if (lattice := _lattice(table, left, top))] or None


def _lattice(table: Any, left: float, top: float) -> Lattice | None:
    """A table with its edges in points from the top left of the page; None for one of a single box."""
    xs = [table.cols[0][0] - left, *(after - left for _, after in table.cols)]
    ys = [top - table.rows[0][0], *(top - lower for _, lower in table.rows)]
    below = [[bool(cell.bottom) for cell in row] for row in table.cells[:-1]]
    beside = [[bool(cell.right) for cell in row[:-1]] for row in table.cells]
    return lattice_of_walls(xs, ys, below, beside) if _rises(xs) and _rises(ys) else None


def _rises(places: Sequence[float]) -> bool:
    return list(places) == sorted(places)
