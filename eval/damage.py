"""What measures of structure do not see: faults put into gold tables, and what each measure says of them.

    damage.py [--out eval/damage.md]

The tables are those of eval/pdfs whose indicators have rows of their own, as their truth says, each cell with its true role
from the gold record. A damaged table's records are put together from its cells as they then stand, with their true roles, so
that the figures show the fault alone and no mistake of a model. Adjacency relations, TEDS and GriTS compare the damaged
grid with the true one, averaged over the tables that a fault can befall; facts are pooled over the same documents.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import fmean
from typing import Any

from recognizer.assembly import assemble
from recognizer.exporting.document import to_json
from recognizer.mapping import map_records
from recognizer.measuring import KINDS, Counts, score
from recognizer.measuring.similarity import grits_con, grits_top, teds
from recognizer.measuring.structure import StructureCell, adjacency, plain, truth_cells
from recognizer.model import Model, shipped_model
from recognizer.training.alignment import align
from recognizer.types import Cell, Document, Label, LabelledCell, LabelledGrid, Period, Piece, Place, Role

PDFS = Path(__file__).parent / "pdfs"
TABLES = ("anqing_zebra_wqy", "fuyang_uming", "huaian_wqy", "langxi_wqy")
FACTS = tuple(kind for kind in KINDS if kind != "document")  # what stands outside the tables is not at stake
_DECIMAL = re.compile(r"(\d)\.(\d)(?=\d*)")
_SWAPPED = {Period.HALF_YEAR: Period.ANNUAL, Period.ANNUAL: Period.HALF_YEAR}


@dataclass(frozen=True, slots=True)
class Judged:
    """A cell of a table with its true label (None for a blank one)."""

    cell: StructureCell
    label: Label | None


Table = tuple[Judged, ...]
Fault = Callable[[Table], Table | None]


@dataclass(frozen=True, slots=True)
class Row:
    """What all measures say of one fault, and how many tables it could befall."""

    fault: str
    tables: int
    values: float
    facts: float
    relations: float
    teds: float
    contents: float
    topology: float


# Faults: each gives the damaged table, or None where the table has nothing that it could befall.


def as_printed(table: Table) -> Table | None:
    """No fault."""
    return table


def swap_headings(table: Table) -> Table | None:
    """Half-year and annual headings of the indicators change places; what stands below goes by the heading above it."""
    headings = {
        entry.label.period: entry
        for entry in table
        if entry.label and entry.label.role is Role.HEADER and entry.label.heads is Role.VALUE and entry.label.period in _SWAPPED
    }
    if len(headings) < 2:
        return None
    texts = {id(entry): headings[_SWAPPED[period]].cell.text for period, entry in headings.items() if period}
    return tuple(
        replace(entry, cell=replace(entry.cell, text=texts.get(id(entry), entry.cell.text)), label=_other_period(entry.label))
        for entry in table
    )


def _other_period(label: Label | None) -> Label | None:
    if label is None or label.period not in _SWAPPED or Role.VALUE not in (label.role, label.heads):
        return label
    return replace(label, period=_SWAPPED[label.period])


def move_point(table: Table) -> Table | None:
    """The decimal point of one number moves a digit to the right."""
    for number, entry in enumerate(table):
        if entry.label and entry.label.role in (Role.VALUE, Role.FUND_AMOUNT) and _DECIMAL.search(entry.cell.text):
            moved = _DECIMAL.sub(r"\1\2.", entry.cell.text, count=1)
            return (*table[:number], replace(entry, cell=replace(entry.cell, text=moved)), *table[number + 1 :])
    return None


def misread_comparators(table: Table) -> Table | None:
    """Every ≥ is read as ≤."""
    if not any("≥" in entry.cell.text for entry in table):
        return None
    return tuple(replace(entry, cell=replace(entry.cell, text=entry.cell.text.replace("≥", "≤"))) for entry in table)


def fuse_rows(table: Table) -> Table | None:
    """Two neighbouring indicators under the same level run into one row."""
    rows: dict[int, dict[int, Judged]] = {}
    for entry in table:
        if entry.cell.row_span == 1:
            rows.setdefault(entry.cell.row, {})[entry.cell.column] = entry
    for row, upper in rows.items():
        lower = rows.get(row + 1, {})
        roles = [[entry.label.role for entry in cells.values() if entry.label] for cells in (upper, lower)]
        if set(upper) == set(lower) and all(Role.NAME in found and Role.VALUE in found for found in roles):
            return _fused(table, row, {column: entry.cell.text for column, entry in lower.items()})
    return None


def _fused(table: Table, row: int, below: dict[int, str]) -> Table:
    fused = []
    for entry in table:
        cell = entry.cell
        if cell.row == row + 1 and cell.row_span == 1:
            continue
        if cell.row == row and cell.row_span == 1:
            cell = replace(cell, text=cell.text + below[cell.column])
        elif cell.row > row:
            cell = replace(cell, row=cell.row - 1)
        elif cell.row + cell.row_span > row + 1:
            cell = replace(cell, row_span=cell.row_span - 1)
        fused.append(replace(entry, cell=cell))
    return tuple(fused)


def lose_spans(table: Table) -> Table | None:
    """Merged cells leave their text in the first of their places and blanks in the others."""
    flat: list[Judged] = []
    for entry in table:
        cell = entry.cell
        flat.append(replace(entry, cell=replace(cell, row_span=1, column_span=1)))
        flat += [
            Judged(StructureCell(row, column, ""), None)
            for row in range(cell.row, cell.row + cell.row_span)
            for column in range(cell.column, cell.column + cell.column_span)
            if (row, column) != (cell.row, cell.column)
        ]
    return tuple(flat)


FAULTS: dict[str, Fault] = {
    "none: the table as printed": as_printed,
    "half-year and annual headings swapped": swap_headings,
    "one decimal point moved": move_point,
    "every ≥ read as ≤": misread_comparators,
    "two rows fused": fuse_rows,
    "spans lost (fill-down repairs it)": lose_spans,
}


# Gold tables and what becomes of them.


def gold_tables(name: str) -> tuple[list[Table], dict[str, Any]]:
    """The tables of a document of eval/pdfs with their true labels, and its gold records."""
    truth = json.loads((PDFS / f"{name}.truth.json").read_text("utf-8"))
    gold = json.loads((PDFS / f"{name}.json").read_text("utf-8"))
    cells = [truth_cells(table) for table in truth["tables"]]
    # Alignment reads text: a table's rows as lines of fields, the keys of pieces tell where a label belongs.
    lines: list[str] = []
    where: dict[tuple[int, int], tuple[int, StructureCell]] = {}
    for number, table in enumerate(cells):
        lines += [truth["tables"][number].get("title", ""), ""]
        width = max(cell.column + cell.column_span for cell in table)
        for row in range(max(cell.row + cell.row_span for cell in table)):
            fields = [""] * width
            for cell in table:
                if cell.row == row and cell.text:
                    fields[cell.column] = plain(cell.text)
                    where[len(lines) + 1, cell.column] = (number, cell)
            lines.append("\t".join(fields))
        lines.append("")
    labels: dict[tuple[int, StructureCell], Label] = {}
    for aligned in align("\n".join(lines) + "\n", gold):
        for key in aligned.pieces:
            if key in where:
                labels[where[key]] = Label.parse(aligned.label)
    return [tuple(Judged(cell, labels.get((number, cell))) for cell in table) for number, table in enumerate(cells)], gold


def records_of(tables: Sequence[Table], model: Model) -> dict[str, Any]:
    """The records that the cells of tables yield with the roles that they have."""
    grids = []
    for number, table in enumerate(tables):
        rows: dict[int, list[LabelledCell]] = {}
        for entry in sorted(table, key=lambda entry: (entry.cell.row, entry.cell.column)):
            if entry.label is not None and entry.cell.text:
                rows.setdefault(entry.cell.row, []).append(_labelled(entry.cell, entry.label, number))
        grids.append(LabelledGrid(tuple(tuple(row) for row in rows.values()), drawn=True))
    records = assemble(Document("gold", "pdf", ()), grids, model)
    return to_json(map_records(records))


def _labelled(cell: StructureCell, label: Label, table: int) -> LabelledCell:
    piece = Piece(cell.text, Place(page=table + 1, bbox=(cell.column, cell.row, cell.column + 1, cell.row + 1)))
    return LabelledCell(Cell(cell.row, cell.column, cell.text, (piece,), cell.row_span, cell.column_span), label, 1.0)


def measure(name: str, fault: Fault, documents: Sequence[tuple[list[Table], dict[str, Any]]], model: Model) -> Row:
    """What the measures say of a fault in all tables that it can befall."""
    values, facts, relations = Counts(), Counts(), Counts()
    trees, contents, topology = [], [], []
    for tables, gold in documents:
        damaged = [fault(table) for table in tables]
        if not any(damaged):
            continue
        counts = score(gold, records_of([after or before for before, after in zip(tables, damaged, strict=True)], model)).counts
        values += counts["value"]
        facts += sum((counts[kind] for kind in FACTS), Counts())
        for before, after in zip(tables, damaged, strict=True):
            if after is not None:
                truth, read = [entry.cell for entry in before], [entry.cell for entry in after]
                relations += adjacency([truth], [read])
                trees.append(teds(truth, read))
                contents.append(grits_con(truth, read))
                topology.append(grits_top(truth, read))
    return Row(name, len(trees), values.f1, facts.f1, relations.f1, fmean(trees), fmean(contents), fmean(topology))


def markdown(rows: Sequence[Row]) -> str:
    """The figures as a table."""
    lines = [
        "| fault | tables | value F1 | fact F1 | adjacency F1 | TEDS | GriTS-Con | GriTS-Top |",
        "|---|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for row in rows:
        figures = (row.values, row.facts, row.relations, row.teds, row.contents, row.topology)
        lines.append(f"| {row.fault} | {row.tables} | " + " | ".join(f"{figure:.3f}" for figure in figures) + " |")
    return "\n".join(lines)


def main() -> None:
    """Prints the table of all faults, and writes it where asked."""
    parser = argparse.ArgumentParser(description="What measures of structure do not see.")
    parser.add_argument("--out", type=Path, help="a Markdown file to write the table to")
    options = parser.parse_args()
    model = shipped_model()
    documents = [gold_tables(name) for name in TABLES]
    table = markdown([measure(name, fault, documents, model) for name, fault in FAULTS.items()])
    print(table)
    if options.out:
        options.out.write_text(table + "\n", "utf-8")


if __name__ == "__main__":
    main()
