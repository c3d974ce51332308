#!/usr/bin/env python3
"""Tables that are not budget forms: adjacency relations of a folder with data of the ICDAR-2013 table competition.

    icdar.py FOLDER [--engine NAME...] [--half even|odd]     FOLDER holds eu-001.pdf, eu-001-str.xml and so on

Every engine finds the tables by itself and gives its own texts. After M. Göbel, T. Hassan, E. Oro, G. Orsi, "A Methodology for
Evaluating Algorithms for Table Understanding in PDF Documents", DocEng 2012: which texts are neighbours, blank cells passed
over; texts are compared without blanks, in capitals, with marks of punctuation all alike. The relations of a document are one
bag, so that a table that was found nowhere and one where none stands both count. Printed are F1 for each document, the average
of the documents' precision, recall and F1, and the milliseconds of the processor that a page takes.
"""

from __future__ import annotations

import argparse
import re
import sys
import time
import unicodedata
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path
from statistics import mean
from xml.etree import ElementTree

import pymupdf
from peers import GENERAL
from rich.console import Console
from rich.table import Table as Printed

from recognizer.layout import lay_out
from recognizer.measuring.facts import Counts
from recognizer.measuring.structure import StructureCell, Table, adjacency, grid_cells
from recognizer.reading import read

_MARKS = re.compile(r"[^\w\s]")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an engine made of a document: its relations, and how long it took."""

    relations: Counts
    milliseconds: float
    pages: int


def native(path: Path) -> list[Table]:
    """The tables of the product's own layout."""
    return [grid_cells(grid) for grid in lay_out(read(path)) if grid.drawn]


ENGINES: dict[str, Callable[[Path], Sequence[Table]]] = {"native": native, **GENERAL}
NEEDED = {"PyMuPDF network": "pymupdf.layout", "img2table": "img2table"}  # what is not installed with the rest


def true_tables(path: Path) -> list[Table]:
    """The tables of a structure file. Parts of a table count their rows and columns on by what they are told."""
    found: list[Table] = []
    for table in ElementTree.parse(path).getroot().iter("table"):
        cells: list[StructureCell] = []
        down = across = 0
        for region in table.iter("region"):
            down += int(region.get("row-increment", "0"))
            across += int(region.get("col-increment", "0"))
            for cell in region.iter("cell"):
                row, column = int(cell.attrib["start-row"]), int(cell.attrib["start-col"])
                last_row, last_column = int(cell.get("end-row", row)), int(cell.get("end-col", column))
                text = cell.findtext("content") or ""
                cells.append(StructureCell(row + down, column + across, text, last_row - row + 1, last_column - column + 1))
        found.append(tuple(cells))
    return found


def compared(table: Table) -> Table:
    """The table with its texts as the competition compares them."""
    return tuple(replace(cell, text=_MARKS.sub("_", unicodedata.normalize("NFKC", cell.text)).upper()) for cell in table)


def measure(path: Path, engine: Callable[[Path], Sequence[Table]]) -> Outcome:
    """An engine's outcome for a PDF whose structure file stands beside it. What an engine cannot read it did not find."""
    with pymupdf.open(path) as pdf:
        pages = len(pdf)
    start = time.process_time()
    try:
        found = engine(path)
    except Exception as error:  # tools raise what they like
        print(f"{path.name}: {type(error).__name__}: {error}", file=sys.stderr)
        found = []
    milliseconds = 1000 * (time.process_time() - start)
    truth = true_tables(path.with_name(f"{path.stem}-str.xml"))
    return Outcome(adjacency(map(compared, truth), map(compared, found)), milliseconds, pages)


def documents(folder: Path, half: str | None = None) -> list[Path]:
    """The PDFs of a folder that have a structure file, or those of them with even or odd numbers."""
    found = [path for path in sorted(folder.glob("*.pdf")) if path.with_name(f"{path.stem}-str.xml").exists()]
    remainder = {None: None, "even": 0, "odd": 1}[half]
    return [path for path in found if remainder is None or int(re.sub(r"\D", "", path.stem)) % 2 == remainder]


def show(outcomes: Mapping[str, Sequence[Outcome]], paths: Iterable[Path], console: Console) -> None:
    """Prints F1 for each document and engine, and the averages."""
    printed = Printed(title="adjacency-relation F1, own regions")
    printed.add_column("document")
    for name in outcomes:
        printed.add_column(name, justify="right")
    for number, path in enumerate(paths):
        printed.add_row(path.stem, *(f"{each[number].relations.f1:.3f}" for each in outcomes.values()))
    printed.add_section()
    averages: dict[str, Callable[[Outcome], float]] = {
        "precision": lambda one: one.relations.precision,
        "recall": lambda one: one.relations.recall,
        "F1": lambda one: one.relations.f1,
    }
    for name, value in averages.items():
        printed.add_row(f"average {name}", *(f"{mean(map(value, each)):.3f}" for each in outcomes.values()))
    totals = [sum(one.milliseconds for one in each) / sum(one.pages for one in each) for each in outcomes.values()]
    printed.add_row("ms a page (processor)", *(f"{total:.1f}" for total in totals))
    console.print(printed)


def main() -> None:
    """Measures the engines asked for, by default all that are installed."""
    installed = [name for name in ENGINES if name not in NEEDED or find_spec(NEEDED[name])]
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--engine", nargs="+", choices=list(ENGINES), default=installed)
    parser.add_argument("--half", choices=("even", "odd"))
    given = parser.parse_args()
    paths = documents(given.folder, given.half)
    if not paths:
        parser.error(f"{given.folder} holds no PDF with a structure file (NAME.pdf beside NAME-str.xml)")
    warnings.simplefilter("ignore")  # tools tell of lines they pass over
    for name in given.engine:
        ENGINES[name](paths[0])  # imports and caches are no part of a page's time
    outcomes = {name: [measure(path, ENGINES[name]) for path in paths] for name in given.engine}
    show(outcomes, paths, Console(width=max(80, 24 + 22 * len(outcomes))))


if __name__ == "__main__":
    main()
