#!/usr/bin/env python3
"""The layout engines compared: what each makes of the same pages, how long it takes, and what its disagreement is worth.

    layouts.py [--layout NAME...] [--documents 4] [--seed 33] [--model FOLDER]

Pages are those of eval/pdfs and generated ones, printed with all rules, half of them, or none. Printed are adjacency F1 of the
tables and F1 of the values as they come out at the end, milliseconds of the processor that laying out a page takes, and for a
second opinion the share of cells that it disputes with how many of those are wrong, beside how many of the others are (text and
spans).
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from readings import RULED, SHADED, GoldPdf, gold_pdfs
from rich.console import Console
from rich.table import Table as Printed

from recognizer.digitizing import digitize_document
from recognizer.generation.printing import print_generated
from recognizer.generation.printing.style import Rules
from recognizer.layout import lay_out
from recognizer.layout.engines import Layout
from recognizer.limits import Limits
from recognizer.measuring import score
from recognizer.measuring.facts import Counts
from recognizer.measuring.structure import adjacency, grid_cells, plain, truth_cells
from recognizer.model import Model, load_model
from recognizer.options import Options
from recognizer.reading import read
from recognizer.repair import repair
from recognizer.resources import models_folder
from recognizer.types import Grid

LIMITS = Limits(page_seconds=600)  # engines are compared, not given up
SETS: dict[str, Rules | None] = {"project's PDFs": None, "all rules": "full", "half of them": "half", "none": "none"}


@dataclass(frozen=True, slots=True)
class Figures:
    """What a layout makes of some documents. `disputed` and `others` are cells: how many were right, of how many."""

    relations: Counts = field(default_factory=Counts)
    values: Counts = field(default_factory=Counts)
    milliseconds: float = 0.0
    pages: int = 0
    disputed: tuple[int, int] = (0, 0)
    others: tuple[int, int] = (0, 0)

    def __add__(self, other: Figures) -> Figures:
        return Figures(
            self.relations + other.relations,
            self.values + other.values,
            self.milliseconds + other.milliseconds,
            self.pages + other.pages,
            (self.disputed[0] + other.disputed[0], self.disputed[1] + other.disputed[1]),
            (self.others[0] + other.others[0], self.others[1] + other.others[1]),
        )


def measure(pdf: GoldPdf, layout: str, model: Model) -> Figures:
    """A layout's figures for a document."""
    document = read(pdf.path)
    lay_out(document, LIMITS, layout=layout, path=pdf.path)  # engines are loaded with the first page
    start = time.process_time()
    warnings: list[str] = []
    grids = lay_out(document, LIMITS, warnings.append, layout=layout, path=pdf.path)
    milliseconds = 1000 * (time.process_time() - start)
    print(*(f"{pdf.path.name}: {text}" for text in warnings), sep="\n", end="", file=sys.stderr)
    whole = [grid for grid in repair(grids, model) if grid.drawn]
    truth = [truth_cells(table) for table in pdf.structure["tables"]]
    values = score(pdf.records, digitize_document(document, model, LIMITS, Options(layout), path=pdf.path).to_json())["value"]
    wanted = Counter((plain(cell.text), cell.row_span, cell.column_span) for table in truth for cell in table)
    return Figures(
        adjacency(truth, map(grid_cells, whole)), values, milliseconds, len(document.blocks),
        _right(whole, wanted, disputed=True), _right(whole, wanted, disputed=False))


def _right(grids: Sequence[Grid], wanted: Counter[tuple[str, int, int]], disputed: bool) -> tuple[int, int]:
    cells = [cell for grid in grids for cell in grid.cells if cell.text and bool(cell.disputed) is disputed]
    return sum(wanted[plain(cell.text), cell.row_span, cell.column_span] > 0 for cell in cells), len(cells)


def pdfs(name: str, documents: int, seed: int, folder: Path) -> Iterator[GoldPdf]:
    """The documents of a set, printed ones written into the folder."""
    rules = SETS[name]
    if rules is None:
        yield from gold_pdfs((*RULED, *SHADED))
        return
    for printed in islice(print_generated(documents, seed, rules=rules), documents):
        path = folder / f"{rules}-{printed.name}"
        path.write_bytes(printed.pdf)
        yield GoldPdf(path, printed.structure(), printed.records)


def show(figures: dict[tuple[str, str], Figures], console: Console) -> None:
    """Prints a row for each set of documents and layout."""
    printed = Printed(title="layout engines")
    for heading in ("documents", "layout"):
        printed.add_column(heading)
    for heading in ("relations F1", "values F1", "ms a page", "cells disputed", "wrong of these", "of the rest"):
        printed.add_column(heading, justify="right")
    for (name, layout), each in figures.items():
        cells = each.disputed[1] + each.others[1]
        printed.add_row(
            name, layout, f"{each.relations.f1:.3f}", f"{each.values.f1:.3f}", f"{each.milliseconds / max(each.pages, 1):.1f}",
            f"{each.disputed[1] / max(cells, 1):.1%}", _wrong(each.disputed), _wrong(each.others))
    console.print(printed)


def _wrong(cells: tuple[int, int]) -> str:
    right, number = cells
    return f"{1 - right / number:.1%}" if number else "-"


def main() -> None:
    """Measures the layouts asked for, by default all."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--layout", nargs="+", choices=list(Layout), default=list(Layout))
    parser.add_argument("--documents", type=int, default=4, help="printed documents of each kind")
    parser.add_argument("--seed", type=int, default=33, help="of the printed documents; not one that is reserved")
    parser.add_argument("--model", type=Path, default=models_folder())
    given = parser.parse_args()
    model = load_model(given.model)
    figures: dict[tuple[str, str], Figures] = {}
    with tempfile.TemporaryDirectory() as folder:
        for name in SETS:
            for pdf in pdfs(name, given.documents, given.seed, Path(folder)):
                for layout in given.layout:
                    key = name, str(layout)
                    figures[key] = figures.get(key, Figures()) + measure(pdf, str(layout), model)
    show(dict(sorted(figures.items(), key=lambda entry: list(SETS).index(entry[0][0]))), Console(width=120))


if __name__ == "__main__":
    main()
