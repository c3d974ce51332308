#!/usr/bin/env python3
"""What becomes of every word: how many are lost, doubled or invented on the way from a page to its facts, and how many words of
tables are named as a remainder or taken for prose.

    conservation.py [PDF...]     prints the table for the documents of eval/ and printed generated ones, or for the given files
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from recognizer.digitizing import digitize
from recognizer.generation.printing import print_generated
from recognizer.model import Model, shipped_model
from recognizer.types import Ledger

EVAL = Path(__file__).parent
NOT_YET = "scan"  # in the name of a file without text
PRINTED, PRINTED_SEED = 24, 2718  # generated documents, printed as PDF
REMAINDER_BAR = 0.005  # most of the words in tables that may be a remainder, or prose
COUNTS = ("words", "lost", "doubled", "invented", "inside", "left", "prose")


def measure_conservation(model: Model | None = None) -> dict[str, dict[str, int]]:
    """The `COUNTS` of the real documents, by the folder of eval/ that they stand in, and of printed generated ones."""
    found = {
        name: _counts((path for path in sorted((EVAL / name).iterdir())
                       if path.suffix in (".pdf", ".txt", ".docx", ".xlsx", ".html") and NOT_YET not in path.name), model)
        for name in ("documents", "office_files", "pdfs")}
    with tempfile.TemporaryDirectory() as folder:
        paths = []
        for printed in print_generated(PRINTED, PRINTED_SEED):
            paths.append(Path(folder) / printed.name)
            paths[-1].write_bytes(printed.pdf)
        found["printed"] = _counts(paths, model)
    return found


def _counts(paths: Iterable[Path], model: Model | None) -> dict[str, int]:
    model = model or shipped_model()
    ledgers = [ledger for path in paths for ledger in digitize(path, model=model).records.pages]
    return {name: sum(_count(ledger, name) for ledger in ledgers) for name in COUNTS}


def _count(ledger: Ledger, name: str) -> int:
    return int(getattr(ledger, name))


def conservation_table(figures: dict[str, dict[str, Any]]) -> Table:
    """The counts beside their bars: nothing lost, doubled or invented, and hardly a word of a table without its place."""
    table = Table(title="Conservation of words")
    for title in ("documents", "words", "lost", "doubled", "invented", "in tables", "remainder", "prose", "share",
                  "≤ 0, 0, 0, 0.5 %"):
        table.add_column(title, justify="right" if title != "documents" else "left")
    for name, one in figures.items():
        share = (one["left"] + one["prose"]) / max(one["inside"], 1)
        met = one["lost"] == one["doubled"] == one["invented"] == 0 and share <= REMAINDER_BAR
        table.add_row(name, *(str(one[count]) for count in COUNTS), f"{100 * share:.2f} %", "✓" if met else "✗")
    return table


def main() -> None:
    """Prints the table."""
    given = list(map(Path, sys.argv[1:]))
    figures = {path.name: _counts([path], None) for path in given} if given else measure_conservation()
    Console(width=None if sys.stdout.isatty() else 160).print(conservation_table(figures))


if __name__ == "__main__":
    main()
