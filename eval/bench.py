#!/usr/bin/env python3
"""Speed and memory of digitising the five real documents, stage by stage.

    bench.py [--rounds 5] [DOCUMENT...]

Each figure is the best of the rounds. Every round starts as a new process would, with nothing remembered of texts seen
before, but with the model loaded and the file in the system's cache. `make bench` pins the numeric libraries to one
thread, so that the figures of different machines compare.
"""

from __future__ import annotations

import argparse
import functools
import gc
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from recognizer.assembly import assemble
from recognizer.checking import check
from recognizer.exporting import to_json, to_text
from recognizer.exporting.tables import TABLES
from recognizer.labelling import label
from recognizer.layout import lay_out
from recognizer.mapping import map_records
from recognizer.model import Model, load_model
from recognizer.reading import read
from recognizer.repair import repair
from recognizer.resources import models_folder

DOCUMENTS = Path(__file__).parent / "documents"
STAGES = ("read", "lay out", "repair", "label", "assemble", "map", "check", "export")
MANY = 1000  # entries from which a cache is one of texts seen, and not of the vocabulary


def journey(path: Path, model: Model) -> list[float]:
    """The milliseconds that each of the `STAGES` takes with a document."""
    times: list[float] = []

    def timed(stage: Callable[..., Any], *given: Any) -> Any:
        start = time.perf_counter()
        made = stage(*given)
        times.append(1000 * (time.perf_counter() - start))
        return made

    document = timed(read, path)
    grids = timed(repair, timed(lay_out, document), model)
    records = timed(assemble, document, timed(label, grids, model), model)
    timed(export, timed(check, timed(map_records, records), document))
    return times


def export(records: Any) -> None:
    """What the export does but for the disk."""
    to_text(to_json(records))
    for table in TABLES.values():
        list(table.rows(records))


def forget() -> None:
    """Empties the caches of texts seen."""
    for one in gc.get_objects():
        if isinstance(one, functools._lru_cache_wrapper) and (one.cache_parameters()["maxsize"] or 0) > MANY:
            one.cache_clear()


def fresh(path: Path) -> list[float]:
    """The journey of a document in a process that has seen none."""
    forget()
    return journey(path, load_model(models_folder()))


def main() -> None:
    """Prints the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("documents", nargs="*", type=Path, default=sorted(DOCUMENTS.glob("*.txt")))
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    table = Table(title=f"milliseconds, best of {arguments.rounds}")
    for title in ("document", "kB", *STAGES, "all", "kB/s"):
        table.add_column(title, justify="left" if title == "document" else "right", no_wrap=True)
    for path in arguments.documents:
        rounds = [fresh(path) for _ in range(arguments.rounds)]
        size, total = path.stat().st_size / 1024, min(map(sum, rounds))
        table.add_row(path.name, f"{size:.0f}", *(f"{min(times):.0f}" for times in zip(*rounds, strict=True)),
                      f"{total:.0f}", f"{1000 * size / total:.0f}")
    console = Console(width=None if sys.stdout.isatty() else 120)
    console.print(table)
    start = Table(title="start")
    start.add_column("what")
    start.add_column("ms", justify="right")
    start.add_row("recognizer --help", f"{best(3, lambda: command('--help')):.0f}")
    start.add_row("loading the model", f"{best(3, lambda: load_model(models_folder())):.0f}")
    start.add_row("peak memory of this run, MB", f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f}")
    console.print(start)


def best(rounds: int, work: Callable[[], Any]) -> float:
    """The shortest time of `work` in milliseconds."""
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return 1000 * min(times)


def command(*arguments: str) -> None:
    """Runs the command line in a process of its own."""
    code = "from recognizer.commands import main; main()"
    subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, check=True)


if __name__ == "__main__":
    main()
