#!/usr/bin/env python3
"""What a run over an archive costs beside a bare loop, what a second worker brings, and how a large archive weighs.

    bench_archive.py [--documents 60] [--rounds 3] [--files 10000] [--queued 100000] [--only NAME]

The bare loop digitises the same PDFs in one process and writes the same files, without a journal, other processes or stored
documents. Each pair is timed in turns, and the best of the rounds counts; processor time counts all processes. Numeric libraries
use one thread. Writes build/eval/bench_archive.json.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from itertools import islice
from pathlib import Path

from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).parents[1]
FIGURES = ROOT / "build" / "eval" / "bench_archive.json"
PRINTED_SEED = 314
OVERHEAD_BAR, TWO_WORKERS_BAR, UNCHANGED_BAR, MEMORY_BAR = 15.0, 1.7, 20.0, 200.0  # %, times, seconds, MB

BARE_LOOP = """
import sys
from pathlib import Path
from recognizer.starting import leave_out_layout_network
leave_out_layout_network()
from recognizer.digitizing import digitize
from recognizer.exporting import TABLES, OutputFolder, to_json, to_text
with OutputFolder(Path(sys.argv[2])) as output:
    def rows():
        for path in sorted(Path(sys.argv[1]).iterdir()):
            records = digitize(path).records
            output.write(path.name, to_text(to_json(records)).encode())
            yield {name: table.of(records) for name, table in TABLES.items()}
    output.write_tables(rows(), ())
"""
# Takes no time for a document, so that what is weighed is the run itself.
EMPTY_READER = """
import hashlib
from pathlib import Path
from recognizer.archive.task import Counts, Result
from recognizer.archive.task import packed
from recognizer.exporting import TABLES, to_json, to_text
from recognizer.files import read_file
from recognizer.types import Records
def digitize(task, found):
    data, stamp = read_file(Path(task.path))
    records = Records(task.name)
    rows = packed({name: table.of(records) for name, table in TABLES.items()})
    document = to_text(to_json(records)).encode()
    return Result(hashlib.sha256(data).hexdigest(), stamp, Counts(pages=1), document=document, rows=rows)
"""
WATCHED_RUN = """
import sys
from pathlib import Path
from recognizer.archive import Settings
from recognizer.commands.progress import Progress
from recognizer.commands.running import Wishes, run_archive
from recognizer.commands.sources import Sources
source, out = sys.argv[1], Path(sys.argv[2])
with Progress(quiet=True) as progress:
    run_archive(Sources([source], out), out, Settings(), Wishes(2, reader="empty_reader:digitize"), progress)
print(max(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM")))
"""


def timed(*command: object) -> tuple[float, float]:
    """Seconds by the clock, and of the processors, that a command takes with all processes it starts."""
    environment = {**os.environ, **dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")}
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(list(map(str, command)), check=True, stdout=subprocess.DEVNULL, env=environment)
    seconds, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    return seconds, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def archive_run(source: Path, out: Path, jobs: int) -> tuple[float, float]:
    """The seconds of a run with so many workers."""
    command = [sys.executable, "-c", "from recognizer.commands import main; main()", "digitize", source, "--out", out]
    return timed(*command, "--jobs", jobs, "--quiet")


def print_documents(folder: Path, count: int) -> Path:
    """Born-digital PDFs: generated documents, printed."""
    from recognizer.generation.printing import print_generated

    folder.mkdir()
    for number, printed in enumerate(islice(print_generated(count, PRINTED_SEED), count)):
        (folder / f"{number:04}.pdf").write_bytes(printed.pdf)
    return folder


def speeds(folder: Path, documents: int, rounds: int) -> dict[str, float]:
    """The bare loop, one worker and two workers over the same PDFs, in turns."""
    source = print_documents(folder / "printed", documents)
    found: dict[str, list[tuple[float, float]]] = {"loop": [], "one": [], "two": []}
    for number in range(rounds):
        found["loop"].append(timed(sys.executable, "-c", BARE_LOOP, source, folder / f"loop {number}"))
        found["one"].append(archive_run(source, folder / f"one {number}", 1))
        found["two"].append(archive_run(source, folder / f"two {number}", 2))
    best = {name: tuple(map(min, zip(*times, strict=True))) for name, times in found.items()}
    return {
        "loop_seconds": best["loop"][0], "one_worker_seconds": best["one"][0], "two_workers_seconds": best["two"][0],
        "overhead_percent": 100 * (best["one"][0] / best["loop"][0] - 1),
        "overhead_percent_of_processor_time": 100 * (best["one"][1] / best["loop"][1] - 1),
        "two_workers_times": best["one"][0] / best["two"][0]}


def unchanged(folder: Path, files: int) -> dict[str, float]:
    """Seconds of a second run over files that are as they were."""
    small_files(folder / "many", files)
    weigh(folder, "many")
    start = time.perf_counter()
    weigh(folder, "many")
    return {"unchanged_seconds": time.perf_counter() - start}


def queued(folder: Path, files: int) -> dict[str, float]:
    """Most memory (MB) of the run's own process over a hundredth of the files, and over all."""
    small_files(folder / "few", files // 100)
    small_files(folder / "all", files)
    return {"few_megabytes": weigh(folder, "few"), "queued_megabytes": weigh(folder, "all")}


def small_files(folder: Path, count: int) -> None:
    for number in range(count):
        path = folder / f"{number // 1000:03}" / f"{number:06}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{number}\n", "utf-8")


def weigh(folder: Path, name: str) -> float:
    """Runs over small files that take no time; returns the most memory of the run's own process in MB."""
    (folder / "empty_reader.py").write_text(EMPTY_READER, "utf-8")
    paths = os.pathsep.join((str(folder), str(ROOT)))
    done = subprocess.run(
        [sys.executable, "-c", WATCHED_RUN, str(folder / name), str(folder / f"{name} out")], check=True, capture_output=True,
        text=True, env={**os.environ, "PYTHONPATH": paths})
    return int(done.stdout) / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, default=60)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--files", type=int, default=10_000)
    parser.add_argument("--queued", type=int, default=100_000)
    parser.add_argument("--only", choices=("speeds", "unchanged", "queued"))
    asked = parser.parse_args()
    figures = json.loads(FIGURES.read_text("utf-8")) if FIGURES.exists() else {}
    parts = {
        "speeds": lambda folder: speeds(folder, asked.documents, asked.rounds),
        "unchanged": lambda folder: unchanged(folder, asked.files),
        "queued": lambda folder: queued(folder, asked.queued)}
    for name in [asked.only] if asked.only else parts:
        folder = Path(tempfile.mkdtemp())
        figures.update(parts[name](folder))
        shutil.rmtree(folder)
    FIGURES.parent.mkdir(parents=True, exist_ok=True)
    FIGURES.write_text(json.dumps(figures, indent=1) + "\n", "utf-8")
    show(figures)


def show(figures: dict[str, float]) -> None:
    """Prints the figures beside the bars."""
    table = Table("measure", "measured", "bar", title="runs over archives")
    rows = {
        "overhead_percent": ("isolation and journal over the bare loop, %", f"at most {OVERHEAD_BAR:g}"),
        "overhead_percent_of_processor_time": ("the same by processor time, %", ""),
        "two_workers_times": ("2 workers against 1", f"at least {TWO_WORKERS_BAR:g}"),
        "unchanged_seconds": ("second run over unchanged files, s", f"under {UNCHANGED_BAR:g}"),
        "few_megabytes": ("memory of the run's process, a hundredth of the files, MB", ""),
        "queued_megabytes": ("the same over all files, MB", f"below {MEMORY_BAR:g}")}
    for name, (said, bar) in rows.items():
        if name in figures:
            table.add_row(said, f"{figures[name]:.2f}", bar)
    Console().print(table)


if __name__ == "__main__":
    main()
