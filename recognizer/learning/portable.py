"""Corrections as JSON lines that stand by themselves, so that one institute's work serves another.

A line for each document (`grids`: its cells as they were laid out), then one for each corrected cell: its pieces, its text, what
the model took it for (`before`), what it is (`after`), and why. Boxes and whatever else no network looks at stay at home.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, get_args

from recognizer.errors import UsageError
from recognizer.language import either
from recognizer.learning.corrections import Correction
from recognizer.learning.decided import Decided
from recognizer.truth import TruthCell
from recognizer.types import Cell, Gap, Grid, Label, Piece, Place

Json = dict[str, Any]
FORM = 1
_GAPS = frozenset(get_args(Gap))


def save_portable(decided: Decided, path: Path, before: Mapping[tuple[str, tuple[tuple[int, int], ...]], str]) -> None:
    """Writes the corrections with their documents; `before` are the labels that a model gave them, by document and pieces."""
    from recognizer.exporting.files import write_atomically

    lines: list[Json] = [{"form": FORM, "decisions": decided.decisions}]
    for name, grids in decided.documents.items():
        lines.append({"document": name, "grids": [_grid_json(grid) for grid in grids]})
        lines += [
            {"document": name, "pieces": one.cell.pieces, "text": one.cell.text, "project": one.cell.project,
             "before": before.get((name, one.cell.pieces), ""), "after": one.cell.label, "why": one.why,
             **({"parts": one.cell.parts} if one.cell.parts else {})}
            for one in decided.corrections if one.document == name]
    data = "".join(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n" for line in lines)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, data.encode(), path.with_name(f".recognizer-{path.name}.part"))


def load_portable(path: Path) -> Decided:
    """Corrections that `save_portable` wrote. Raises UsageError for a file that holds anything else."""
    found = Decided()
    try:
        for line in _lines(path):
            if "form" in line:
                if line["form"] != FORM:
                    raise ValueError("it is of another version's form")
                found.decisions += int(line["decisions"])
            elif "grids" in line:
                found.documents[str(line["document"])] = tuple(_grid(grid) for grid in line["grids"])
            else:
                found.corrections.append(_correction(line))
        if not found.documents:
            raise ValueError("it holds no document; recognizer train --corrections DIR --portable FILE writes one that does")
    except (OSError, ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
        raise UsageError(either(f"no corrections can be read from it: {error}", f"无法从中读取更正：{error}"), path=path,
                         stage="learn") from error
    return found


def _lines(path: Path) -> Iterator[Json]:
    with path.open(encoding="utf-8") as file:
        for text in file:
            if text.strip():
                line = json.loads(text)
                if not isinstance(line, dict):
                    raise ValueError("a line is no object")
                yield line


def _correction(line: Json) -> Correction:
    code = str(line["after"])
    if code != "?":
        Label.parse(code)
    pieces = tuple((int(first), int(index)) for first, index in line["pieces"])
    if not pieces:
        raise ValueError("a cell has no pieces")
    parts = tuple((int(start), int(end), Label.parse(str(part)).code) for start, end, part in line.get("parts", ()))
    cell = TruthCell(code, pieces, str(line["text"]), int(line.get("project", -1)), parts)
    return Correction(str(line["document"]), cell, str(line.get("why", "")))


def _grid_json(grid: Grid) -> Json:
    return {"drawn": grid.drawn, "gap": grid.gap, "cells": [
        {"at": [cell.row, cell.column, cell.row_span, cell.column_span], "text": cell.text, "gap": cell.gap,
         "pieces": [[piece.text, piece.index, piece.place.page, piece.place.lines] for piece in cell.pieces]}
        for cell in grid.cells]}


def _grid(known: Json) -> Grid:
    return Grid(tuple(_cell(cell) for cell in known["cells"]), bool(known["drawn"]), _gap(known["gap"]))


def _cell(known: Json) -> Cell:
    row, column, rows, columns = (int(number) for number in known["at"])
    pieces = tuple(
        Piece(str(text), Place(lines=(int(lines[0]), int(lines[1])) if lines else None, page=None if page is None else int(page)),
              int(index))
        for text, index, page, lines in known["pieces"])
    return Cell(row, column, str(known["text"]), pieces, rows, columns, _gap(known["gap"]))


def _gap(known: str) -> Gap:
    if known not in _GAPS:
        raise ValueError(f"no such gap: {known}")
    return known  # type: ignore[return-value]
