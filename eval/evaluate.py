#!/usr/bin/env python3
"""The whole evaluation: runs every setting, prints the figures beside their bars, writes a report.

    evaluate.py [--settings trained_on,city_out,…] [--processes 2] [--reserved 60] [--printed 7] [--tables N]
    evaluate.py --calibrate     gives the shipped model the calibration fitted in the last run
    evaluate.py --readme        writes the figures of the last run into README.md and README.zh.md

Writes build/eval/figures.json and build/eval/report.html. With --strict it ends with status 1 when a bar is not met.
"""

from __future__ import annotations

import argparse
import gc
import json
import sys
import time
from typing import Any

from checks import measure_checks
from conservation import conservation_table, measure_conservation
from decisions import decisions_table, stored_decisions
from figures import COMPARED, PDF_READERS, STRUCTURE, collect, shown
from names import measure_names, names_tables
from office import office_table
from readings import Reading
from readme import update_readmes
from report import TITLES, write_report
from rich.console import Console
from rich.table import Table
from runs import BUILD, PRINTED, ROOT, SETTINGS, plan, run_all
from trust import measure_trust, trust_table
from values import measure_values

from recognizer.model import shipped_model
from recognizer.model.calibrator import load_calibrator, save_calibrator
from recognizer.resources import CARD_NAME, models_folder

CALIBRATED = "calibrated on cities left out of training and on generated documents"  # what the card says of confidences
RESERVED = 20  # documents of each of the ten reserved cities
TABLES = 600  # less than half of what the shipped model is trained on, so that the whole takes no more than half an hour


def main() -> int:
    """Runs what the command line asks for; returns the exit status."""
    arguments = _arguments()
    if arguments.readme:
        return _readme()
    if arguments.calibrate:
        return _calibrate()
    start = time.perf_counter()
    readings: list[Reading] = []
    jobs = plan(tuple(arguments.settings), arguments.tables, arguments.reserved, arguments.printed)
    for number, (job, found, seconds) in enumerate(run_all(jobs, arguments.processes), 1):
        readings += found
        print(f"[{number}/{len(jobs)}] {TITLES[job.setting]} {job.source or ''}: {seconds:.0f} s", file=sys.stderr)
    gc.freeze()  # no search for garbage in the readings while the speed of mapping is measured
    figures = collect(readings, values=measure_values(), checks=measure_checks(), names=measure_names(),
                      trust=measure_trust(readings, BUILD), decisions=stored_decisions())
    figures["conservation"] = measure_conservation()
    figures["seconds"] = round(time.perf_counter() - start)
    BUILD.mkdir(parents=True, exist_ok=True)
    (BUILD / "figures.json").write_text(json.dumps(figures, ensure_ascii=False, indent=1) + "\n", "utf-8")
    write_report(BUILD / "report.html", figures, readings)
    console = Console(width=None if sys.stdout.isatty() else 160)
    for table in _tables(figures):
        console.print(table)
    console.print(f"{figures['seconds']} s; report: {BUILD / 'report.html'}", highlight=False)
    return 1 if arguments.strict and any(row["met"] is False for row in figures["bars"]) else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--settings", type=_settings, default=SETTINGS, metavar="NAME,…", help=f"of {', '.join(SETTINGS)}")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--tables", type=int, default=TABLES, help=f"generated documents in each training (default {TABLES})")
    parser.add_argument("--reserved", type=int, default=RESERVED, help="documents of each reserved city to read")
    parser.add_argument("--printed", type=int, default=PRINTED, help="documents of each reserved city to read as PDF")
    parser.add_argument("--strict", action="store_true", help="end with status 1 when a bar is not met")
    parser.add_argument("--calibrate", action="store_true", help="give the shipped model the last run's calibration")
    parser.add_argument("--readme", action="store_true", help="write the last run's figures into the READMEs")
    return parser.parse_args()


def _settings(names: str) -> tuple[str, ...]:
    chosen = tuple(names.split(","))
    unknown = [name for name in chosen if name not in SETTINGS]
    if unknown:
        raise argparse.ArgumentTypeError(f"no such setting: {', '.join(unknown)}")
    return chosen


def _readme() -> int:
    path = BUILD / "figures.json"
    if not path.is_file():
        print(f"{path} is missing: run eval/evaluate.py first", file=sys.stderr)
        return 2
    others = (BUILD / "bench.json", BUILD / "scans.json")
    speed, scans = (json.loads(place.read_text("utf-8")) if place.is_file() else None for place in others)
    for written in update_readmes(ROOT, json.loads(path.read_text("utf-8")), speed, scans):
        print(written)
    return 0


def _calibrate() -> int:
    """Puts the calibrator of the last run beside the shipped model, if it was made for it."""
    calibrator = load_calibrator(BUILD)
    if calibrator is None or calibrator.model != shipped_model().card.get("name"):
        print(f"{BUILD} holds no calibration for the shipped model: run eval/evaluate.py first", file=sys.stderr)
        return 2
    card_path = models_folder() / CARD_NAME
    card = json.loads(card_path.read_text("utf-8"))
    card_path.write_text(json.dumps({**card, "confidence": CALIBRATED}, ensure_ascii=False, indent=1) + "\n", "utf-8")
    print(save_calibrator(calibrator, models_folder()))
    return 0


def _tables(figures: dict[str, Any]) -> list[Table]:
    tables = []
    compared = [setting for setting in COMPARED if setting in figures["settings"]]
    if compared:
        tables.append(_side_by_side(figures, compared))
    if "held_back" in figures["settings"]:
        tables.append(_by_document(figures["settings"]["held_back"]["documents"], TITLES["held_back"]))
    if "reserved" in figures:
        tables.append(_by_document({name: one["pooled"] for name, one in figures["reserved"].items()}, TITLES["reserved"]))
    tables += [_pdfs(figures[place], place) for place in PDF_READERS if place in figures]
    if "office" in figures:
        tables.append(office_table(figures["office"]))
    tables.append(conservation_table(figures["conservation"]))
    tables += names_tables(figures["names"])
    if "labels" in figures:
        tables.append(_labels(figures["labels"]))
    if "disturbed" in figures:
        tables.append(_disturbed(figures["disturbed"]))
    if figures.get("trust"):
        tables.append(trust_table(figures["trust"]))
    if figures.get("decisions"):
        tables.append(decisions_table(figures["decisions"]))
    return [*tables, _bars(figures["bars"])]


def _side_by_side(figures: dict[str, Any], compared: list[str]) -> Table:
    """F1 of every kind of facts in every document, the settings side by side."""
    table = Table(title="F1: " + " / ".join(TITLES[setting] for setting in compared))
    documents = [*figures["settings"][compared[0]]["documents"], "mean"]
    table.add_column("facts", no_wrap=True)
    for document in documents:
        table.add_column(document, justify="right")
    for kind in figures["kinds"]:
        settings = [figures["settings"][setting] for setting in compared]
        table.add_row(kind, *(
            " ".join(_short((one["mean"] if document == "mean" else one["documents"][document])[kind]["f1"]) for one in settings)
            for document in documents))
    return table


def _short(figure: float) -> str:
    """Three decimals without the leading zero, so that four settings fit beside each other."""
    return "1.00" if figure >= 0.9995 else f"{figure:.3f}"[1:]


def _by_document(documents: dict[str, Any], title: str) -> Table:
    table = Table(title=f"F1: {title}")
    table.add_column("")
    kinds = list(next(iter(documents.values())))
    for kind in kinds:
        table.add_column(kind, justify="right")
    for name, scores in documents.items():
        table.add_row(name, *(f"{scores[kind]['f1']:.3f}" for kind in kinds))
    return table


def _pdfs(figures: dict[str, Any], place: str) -> Table:
    """What each reader made of PDFs: the facts, and the tables as they are before labels are given."""
    number = next(iter(figures["readers"].values()))["number"]
    table = Table(title=f"{TITLES[place]}: {number} documents, {figures['pages']} pages")
    names = ("value F1", "all facts F1", "cells exact", "labels whole", "cut cells joined", "carried over", "adjacency F1")
    for title in ("", *names):
        table.add_column(title, justify="right" if title else "left")
    for reader, one in figures["readers"].items():
        shares = (one["pooled"]["value"]["f1"], one["facts"]["f1"], *(one["structure"][name] for name in STRUCTURE))
        table.add_row(TITLES[f"{place}:{reader}"], *(f"{share:.3f}" for share in shares))
    if figures.get("elsewhere"):
        table.caption = "measured apart: " + ", ".join(figures["elsewhere"])
    return table


def _labels(labels: dict[str, Any]) -> Table:
    table = Table(title="Labels and joins")
    for title in ("", "role macro F1", "labels right", "periods right", "labels and names whole", "joiner F1"):
        table.add_column(title, justify="right" if title else "left")
    for setting, one in labels.items():
        names = ("role_macro_f1", "labels", "periods", "whole", "joiner_f1")
        table.add_row(TITLES[setting], *(f"{one[name]:.3f}" for name in names))
    return table


def _disturbed(disturbed: dict[str, Any]) -> Table:
    table = Table(title="Value F1, renamed and with one meaningless column more")
    for title in ("document", "setting", "as it is", "disturbed", "change"):
        table.add_column(title, justify="left" if title in ("document", "setting") else "right")
    for setting, documents in disturbed.items():
        for name, one in documents.items():
            table.add_row(name, TITLES[setting], f"{one['value']:.3f}", f"{one['disturbed']:.3f}", f"{one['change']:+.3f}")
    return table


def _bars(bars: list[dict[str, Any]]) -> Table:
    table = Table(title="Bars")
    for title in ("measure", "bar", "measured", ""):
        table.add_column(title, justify="right" if title in ("bar", "measured") else "left")
    for row in bars:
        bar, figure, mark = shown(row)
        table.add_row(row["name"], bar, figure, mark, style="red" if mark == "✗" else "")
    return table


if __name__ == "__main__":
    raise SystemExit(main())
