"""Labelled documents: the truth that models learn from and are measured by (form: docs/labels.md)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class TruthCell:
    """A whole cell: its label's code and the keys of the pieces that make it, in reading order.

    `parts` of a packed cell are (start, end, label code) character offsets within `text`; `project` is the index of
    the gold project it belongs to, -1 for none.
    """

    label: str
    pieces: tuple[tuple[int, int], ...]
    text: str
    project: int = -1
    parts: tuple[tuple[int, int, str], ...] = ()


@dataclass(frozen=True, slots=True)
class LabelledDocument:
    """A source text, its true cells and the gold records (schema of eval/gold/README.md) it should become.

    `source` is the city or generator profile it comes from; `tags` names the habits and text banks used in it.
    """

    name: str
    text: str
    cells: tuple[TruthCell, ...]
    records: dict[str, Any]
    source: str = ""
    tags: frozenset[str] = frozenset()


def load_truth(path: Path) -> tuple[TruthCell, ...]:
    """The true cells of a labelled document's JSONL file."""
    cells = []
    for line in path.read_text("utf-8").splitlines():
        row = json.loads(line)
        cells.append(TruthCell(
            row["label"], tuple((int(a), int(b)) for a, b in row["pieces"]), row["text"], int(row.get("project", -1)),
            tuple((int(a), int(b), str(c)) for a, b, c in row.get("parts", ()))))
    return tuple(cells)


def save_truth(path: Path, cells: tuple[TruthCell, ...]) -> None:
    """Writes true cells as JSONL, a line a cell."""
    rows = []
    for number, cell in enumerate(cells):
        row: dict[str, Any] = {"cell": number, "label": cell.label, "pieces": cell.pieces, "text": cell.text}
        row["project"] = cell.project
        if cell.parts:
            row["parts"] = cell.parts
        rows.append(json.dumps(row, ensure_ascii=False))
    path.write_text("\n".join(rows) + "\n", "utf-8")
