#!/usr/bin/env python3
"""Speed and memory: the five real documents, and PDFs beside their floor and other tools, stage by stage.

    bench.py [--rounds 3] [--model FOLDER] [DOCUMENT...]

Each figure is the best of the rounds, in processor time, which other programs on the machine disturb little; only starting up
is timed by the clock. Every round starts as a new process would, with nothing remembered of texts seen
before, but with the model loaded and the file in the system's cache. `make bench` pins the numeric libraries to one
thread, so that the figures of different machines compare. PDFs are the ruled ones of eval/pdfs and printed generated ones.
The floor of a PDF is what MuPDF takes to give its characters and drawings; other tools give bare grids with their texts.
Writes build/eval/bench.json.
"""

from __future__ import annotations

import argparse
import contextlib
import functools
import gc
import itertools
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pymupdf
from others import OTHERS, RECOGNIZER, STREAM
from readings import PDFS, RULED
from rich.console import Console
from rich.table import Table

from recognizer.assembly import assemble
from recognizer.calibration import calibrate
from recognizer.checking import check
from recognizer.checking.ledgers import ledgers
from recognizer.collecting import seldom_collecting
from recognizer.exporting import to_json, to_text
from recognizer.exporting.tables import TABLES
from recognizer.generation.printing import print_generated
from recognizer.labelling import label
from recognizer.layout import lay_out
from recognizer.mapping import map_records
from recognizer.model import Model, load_model
from recognizer.reading import read
from recognizer.remembering import Remembered
from recognizer.repair import repair
from recognizer.resources import models_folder
from recognizer.types import Document, Grid, LabelledGrid, Records

DOCUMENTS = Path(__file__).parent / "documents"
FIGURES = Path(__file__).parents[1] / "build" / "eval" / "bench.json"
STAGES = ("read", "lay out", "repair", "label", "assemble", "map + check", "calibrate", "export")
MANY = 1000  # entries from which a cache is one of texts seen, and not of the vocabulary

PRINTED, PRINTED_SEED = 12, 314  # generated documents printed for the benchmark
COLD_RUNS = 7
COLD_IMPORT = "import sklearn.ensemble, pymupdf, pandas"
START = {"digitize": "recognizer digitize, one page, cold", "import": COLD_IMPORT, "help": "recognizer --help",
         "model": "loading the model"}
SLOW = frozenset({"camelot lattice"})  # measured in the first round alone: no bar speaks of it
LONG = 2000  # pages of the PDF that is read as a stream
BARS = {  # at most
    "file to records against PyMuPDF's bare grids": (1.0, "times"),
    "file to records against pdfplumber's bare grids": (1.0, "times"),
    "file to records against the floor, median document": (6.0, "times"),
    "calibration of a page": (1.0, "ms"),
    "one page on the command line against the imports": (3.0, "times"),
    f"peak of a stream of {LONG} pages above imports": (250.0, "MB"),
    f"its growth over the last {LONG // 2} pages": (10.0, "MB")}


# The journey.


@seldom_collecting()
def journey(path: Path, model: Model) -> list[float]:
    """The milliseconds that each of the `STAGES` takes with a document."""
    times: list[float] = []

    def timed(stage: Callable[..., Any], *given: Any) -> Any:
        start = time.process_time()
        made = stage(*given)
        times.append(1000 * (time.process_time() - start))
        return made

    document = timed(read, path)
    grids = timed(repair, timed(lay_out, document), model)
    labelled = timed(label, grids, model)
    records = timed(assemble, document, labelled, model)
    checked = timed(map_and_check, records, document, grids, labelled)
    timed(export, timed(calibrate, checked, labelled, model.calibrator))
    return times


def map_and_check(
    records: Records, document: Document, grids: Sequence[Grid], labelled: Sequence[LabelledGrid]
) -> Records:
    """The short stages after assembly."""
    checked = check(map_records(records), document)
    return replace(checked, pages=ledgers(checked, document, grids, labelled))


def export(records: Records) -> None:
    """What the export does but for the disk."""
    to_text(to_json(records))
    for table in TABLES.values():
        list(table.rows(records))


def forget() -> None:
    """Empties the caches of texts seen."""
    for one in gc.get_objects():
        if isinstance(one, functools._lru_cache_wrapper) and (one.cache_parameters()["maxsize"] or 0) > MANY:
            one.cache_clear()
        elif isinstance(one, Remembered):
            one.forget()


def fresh(path: Path, folder: Path) -> list[float]:
    """The journey of a document in a process that has seen none."""
    forget()
    return journey(path, load_model(folder))


# Measuring.


def best(rounds: int, work: Callable[[], Any]) -> float:
    """The shortest time of `work` in milliseconds of this process."""
    times = []
    for _ in range(rounds):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return 1000 * min(times)


def median(runs: int, work: Callable[[int], Any]) -> float:
    """The median time in milliseconds by the clock of `work`, which starts other processes, with 0, 1, …"""
    times = []
    for number in range(runs):
        start = time.perf_counter()
        work(number)
        times.append(time.perf_counter() - start)
    return 1000 * statistics.median(times)


def run(*words: str | Path) -> str:
    """What a command prints, run in a process of its own."""
    return subprocess.run([*map(str, words)], capture_output=True, check=True, text=True).stdout


def peak_of(who: str, folder: Path, paths: Sequence[Path]) -> float:
    """The most memory in MB of a process that reads the documents with the recognizer or as one of `OTHERS` does."""
    return float(run(sys.executable, Path(__file__).with_name("others.py"), who, folder, *paths))


def bench_pdf(path: Path, folder: Path, rounds: int) -> dict[str, Any]:
    """Milliseconds of a PDF by stage and for the others, who take turns so that all meet the same machine; its pages."""
    stages: list[list[float]] = []
    others: dict[str, float] = dict.fromkeys(OTHERS, float("inf"))
    for number in range(rounds):
        stages.append(fresh(path, folder))
        for name, work in OTHERS.items():
            if number and name in SLOW:
                continue
            others[name] = min(others[name], best(1, functools.partial(work, path)))
    with pymupdf.open(path) as pdf:
        pages = len(pdf)
    times = [min(times) for times in zip(*stages, strict=True)]
    records = min(sum(times[: STAGES.index("export")]) for times in stages)
    return {"name": path.stem, "pages": pages, "stages": dict(zip(STAGES, times, strict=True)), "all": min(map(sum, stages)),
            "records": records, "others": others}


def pooled(figures: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The sums of the figures of several PDFs."""
    return {
        "name": "all of them", "pages": sum(one["pages"] for one in figures), "all": sum(one["all"] for one in figures),
        "records": sum(one["records"] for one in figures),
        "stages": {stage: sum(one["stages"][stage] for one in figures) for stage in STAGES},
        "others": {name: sum(one["others"][name] for one in figures) for name in OTHERS}}


def printed_pdfs(folder: Path) -> list[Path]:
    """Generated documents, printed into `folder`."""
    paths = []
    for printed in print_generated(PRINTED, PRINTED_SEED):
        path = folder / printed.name
        path.write_bytes(printed.pdf)
        paths.append(path)
    return paths


def long_pdf(folder: Path, pages: Sequence[Path]) -> Path:
    """A PDF of `LONG` pages: those of the given PDFs over and over."""
    path = folder / "long.pdf"
    with contextlib.ExitStack() as stack, pymupdf.open() as pdf:
        parts = [stack.enter_context(pymupdf.open(page)) for page in pages]
        for part in itertools.cycle(parts):
            pdf.insert_pdf(part)
            if len(pdf) >= LONG:
                break
        pdf.select(range(LONG))
        pdf.save(path, garbage=3, deflate=True)
    return path


def stream_memory(path: Path, model: Path) -> tuple[float, float]:
    """The most memory in MB of reading a PDF as a stream above what imports take, and how much of it the second half added."""
    imported, half, whole = map(float, run(sys.executable, Path(__file__).with_name("others.py"), STREAM, model, path).split())
    return whole - imported, whole - half


def ratios(measured: Sequence[dict[str, Any]], total: dict[str, Any]) -> list[float]:
    """The first four of the `BARS`: times of other tools over all PDFs, of the floor on the median one, and of calibration."""
    floor = statistics.median(one["records"] / one["others"]["floor"] for one in measured)
    return [total["records"] / total["others"]["PyMuPDF"], total["records"] / total["others"]["pdfplumber"], floor,
            total["stages"]["calibrate"] / total["pages"]]


def one_page(folder: Path) -> Path:
    """A PDF of one page: the first of a ruled one."""
    path = folder / "page.pdf"
    with pymupdf.open(PDFS / "huaian_wqy.pdf") as pdf:
        pdf.select([0])
        pdf.save(path, garbage=3)
    return path


def cold(model: Path) -> dict[str, float]:
    """Milliseconds of the command line with a PDF of one page and a new folder, and of importing what such programs import."""
    program = Path(sys.executable).with_name("recognizer")
    with tempfile.TemporaryDirectory() as folder:
        page = one_page(Path(folder))
        options = () if model == models_folder() else ("--model", model)
        run(program, "digitize", page, "--out", Path(folder) / "before", *options)
        digitize = median(COLD_RUNS, lambda number: run(program, "digitize", page, "--out", Path(folder) / str(number), *options))
    return {"digitize": digitize, "import": median(COLD_RUNS, lambda _: run(sys.executable, "-c", COLD_IMPORT)),
            "help": median(3, lambda _: run(program, "--help"))}


# Tables.


def text_table(paths: Sequence[Path], folder: Path, rounds: int) -> Table:
    """Milliseconds of text documents."""
    table = _table(f"text documents: milliseconds, best of {rounds}", "document", "kB", *STAGES, "all", "kB/s")
    for path in paths:
        found = [fresh(path, folder) for _ in range(rounds)]
        size, total = path.stat().st_size / 1024, min(map(sum, found))
        table.add_row(path.name, f"{size:.0f}", *(f"{min(times):.0f}" for times in zip(*found, strict=True)),
                      f"{total:.0f}", f"{1000 * size / total:.0f}")
    return table


def pdf_table(figures: Sequence[dict[str, Any]], rounds: int) -> Table:
    """Milliseconds a page of PDFs."""
    table = _table(f"PDFs: milliseconds a page, best of {rounds}", "PDF", "pages", *STAGES, "all", "records", *OTHERS)
    for one in figures:
        times = (*one["stages"].values(), one["all"], one["records"], *one["others"].values())
        table.add_row(one["name"], str(one["pages"]), *(f"{time / one['pages']:.1f}" for time in times))
    return table


def memory_table(memory: dict[str, float], pages: int) -> Table:
    """Peak memory of each in a process of its own."""
    table = _table(f"peak memory over {pages} pages of PDFs", "who", "MB")
    for name, most in memory.items():
        table.add_row(name, f"{most:.0f}")
    return table


def bars_table(bars: dict[str, float], start: dict[str, float]) -> Table:
    """Starting up, and the bars."""
    table = _table("start and bars", "what", "measured", "bar", "")
    for name, figure in start.items():
        table.add_row(START[name], f"{figure:.0f} ms", "", "")
    for name, figure in bars.items():
        bar, unit = BARS[name]
        table.add_row(name, f"{figure:.2f} {unit}", f"≤ {bar:g}", "✓" if figure <= bar else "✗")
    return table


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title)
    for number, column in enumerate(columns):
        table.add_column(column, justify="right" if number else "left", no_wrap=not number)
    return table


def main() -> None:
    """Prints the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("documents", nargs="*", type=Path, help="instead of those of eval/")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--model", type=Path, default=models_folder(), metavar="FOLDER", help="instead of the shipped model")
    arguments = parser.parse_args()
    console = Console(width=None if sys.stdout.isatty() else 160)
    with tempfile.TemporaryDirectory() as folder:
        given = arguments.documents or [*sorted(DOCUMENTS.glob("*.txt")), *(PDFS / f"{stem}.pdf" for stem in RULED),
                                        *printed_pdfs(Path(folder))]
        pdfs = [path for path in given if path.suffix == ".pdf"]
        texts = [path for path in given if path.suffix != ".pdf"]
        if texts:
            console.print(text_table(texts, arguments.model, arguments.rounds))
        if not pdfs:
            return
        for work in OTHERS.values():
            work(pdfs[0])  # imports what it needs
        fresh(pdfs[0], arguments.model)  # and so do we
        measured = [bench_pdf(path, arguments.model, arguments.rounds) for path in pdfs]
        total = pooled(measured)
        console.print(pdf_table([*measured, total], arguments.rounds))
        memory = {who: peak_of(who, arguments.model, pdfs) for who in (RECOGNIZER, *OTHERS)}
        stream = stream_memory(long_pdf(Path(folder), pdfs), arguments.model)
    console.print(memory_table(memory, total["pages"]))
    commands = cold(arguments.model)
    start = commands | {"model": best(3, lambda: load_model(arguments.model))}
    cold_ratio = commands["digitize"] / commands["import"]
    bars = dict(zip(BARS, [*ratios(measured, total), cold_ratio, *stream], strict=True))
    console.print(bars_table(bars, start))
    FIGURES.parent.mkdir(parents=True, exist_ok=True)
    figures = {"pdfs": measured, "pooled": total, "memory": memory, "start": start, "bars": bars}
    FIGURES.write_text(json.dumps(figures, ensure_ascii=False, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
