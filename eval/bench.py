#!/usr/bin/env python3
"""Speed and memory of digitising the five real documents: reading, recognising, exporting.

    bench.py [--rounds 5] [DOCUMENT...]

Each figure is the best of the rounds; reading starts from a file that the system has in its cache. `make bench`
pins the numeric libraries to one thread, so that the figures of different machines compare.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from recognizer import digitize
from recognizer.digitizing import digitize_document
from recognizer.exporting import to_json
from recognizer.exporting.tables import TABLES
from recognizer.model import load_model, shipped_model
from recognizer.reading import read
from recognizer.resources import models_folder

DOCUMENTS = Path(__file__).parent / "documents"


def best(rounds: int, work: Callable[[], Any]) -> float:
    """The shortest time of `work` in milliseconds."""
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return 1000 * min(times)


def export(records: Any) -> None:
    """What the export does but for the disk."""
    to_json(records)
    for table in TABLES.values():
        list(table.rows(records))


def main() -> None:
    """Prints the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("documents", nargs="*", type=Path, default=sorted(DOCUMENTS.glob("*.txt")))
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    model = shipped_model()
    table = Table(title=f"milliseconds, best of {arguments.rounds}")
    for title in ("document", "kB", "read", "recognise", "export", "all", "kB/s"):
        table.add_column(title, justify="left" if title == "document" else "right", no_wrap=True)
    for path in arguments.documents:
        document, digitized = read(path), digitize(path)
        reading = best(arguments.rounds, lambda path=path: read(path))
        recognising = best(arguments.rounds, lambda document=document: digitize_document(document, model))
        exporting = best(arguments.rounds, lambda records=digitized.records: export(records))
        size, total = path.stat().st_size / 1024, reading + recognising + exporting
        table.add_row(path.name, f"{size:.0f}", f"{reading:.1f}", f"{recognising:.0f}", f"{exporting:.1f}", f"{total:.0f}",
                      f"{1000 * size / total:.0f}")
    console = Console(width=None if sys.stdout.isatty() else 120)
    console.print(table)
    start = Table(title="start")
    start.add_column("what")
    start.add_column("ms", justify="right")
    start.add_row("recognizer --help", f"{best(3, lambda: command('--help')):.0f}")
    start.add_row("loading the model", f"{best(3, lambda: load_model(models_folder())):.0f}")
    start.add_row("peak memory of this run, MB", f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f}")
    console.print(start)


def command(*arguments: str) -> None:
    """Runs the command line in a process of its own."""
    code = "from recognizer.commands import main; main()"
    subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, check=True)


if __name__ == "__main__":
    main()
