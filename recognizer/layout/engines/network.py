"""The tables that PyMuPDF's layout network sees on a page as lattices. Its package is the extra "deep"."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import pymupdf

from recognizer.errors import UsageError
from recognizer.layout.lattice import Lattice, Slot, distinct
from recognizer.types import Page

SAME_EDGE = 2.0  # points within which edges of cells are one


class LayoutNetwork:
    """The tables of the PDF at `path`, page by page. Raises UsageError where the network is not installed."""

    def __init__(self, path: Path) -> None:
        # Processes of the command line keep PyMuPDF from loading it unasked; here it is asked for.
        if sys.modules.get("pymupdf.layout", self) is None:
            del sys.modules["pymupdf.layout"]
        try:
            network = import_module("pymupdf.layout")
        except ImportError:
            hint = "pip install 'recognizer[deep]'"
            raise UsageError("PyMuPDF's layout network is not installed", stage="layout", hint=hint) from None
        network.activate()
        pymupdf.set_messages(path=os.devnull)  # what it prints would stand among the output
        self._pdf = pymupdf.open(path)

    def __call__(self, page: Page) -> list[Lattice] | None:
        """The tables of a page; None where it has none, or is turned. Raises what PyMuPDF raises."""
        source = self._pdf[page.number - 1]
        if source.rotation or page.turn:
            return None
        found = source.find_tables(use_layout=True, refine=True)
        if found is None:
            raise RuntimeError("PyMuPDF gave the page up")  # what for it only prints
        return [lattice for table in found.tables if (lattice := _lattice(_boxes(table)))] or None


def _boxes(table: Any) -> list[tuple[float, float, float, float]]:
    if table.placements:
        boxes = [tuple(cell.bbox) for row in table.placements for cell in row if cell.bbox]
    else:
        boxes = [tuple(cell) for cell in table.cells if cell]
    return sorted((box[1], box[0], box[3], box[2]) for box in boxes)


def _lattice(boxes: list[tuple[float, float, float, float]]) -> Lattice | None:
    """The lattice of cells given as (top, left, bottom, right); None for less than two."""
    if len(boxes) < 2:
        return None
    ys, xs = (distinct((at for box in boxes for at in box[side::2]), SAME_EDGE) for side in (0, 1))
    owner = [[-1] * (len(xs) - 1) for _ in range(len(ys) - 1)]
    slots: list[Slot] = []
    for top, left, bottom, right in boxes:
        rows, columns = (_nearest(ys, top), _nearest(ys, bottom)), (_nearest(xs, left), _nearest(xs, right))
        free = [(row, column) for row in range(*rows) for column in range(*columns) if owner[row][column] < 0]
        if not free or len(free) < (rows[1] - rows[0]) * (columns[1] - columns[0]):
            continue
        for row, column in free:
            owner[row][column] = len(slots)
        slots.append(Slot(rows[0], columns[0], rows[1] - rows[0], columns[1] - columns[0]))
    for row, line in enumerate(owner):
        for column, number in enumerate(line):
            if number < 0:
                line[column] = len(slots)
                slots.append(Slot(row, column, 1, 1))
    order = sorted(range(len(slots)), key=lambda number: (slots[number].row, slots[number].column))
    rank = {number: place for place, number in enumerate(order)}
    places = tuple(tuple(rank[number] for number in line) for line in owner)
    return Lattice(tuple(xs), tuple(ys), tuple(slots[number] for number in order), places)


def _nearest(edges: list[float], place: float) -> int:
    return min(range(len(edges)), key=lambda number: abs(edges[number] - place))
