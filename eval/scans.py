"""Scans measured: what is read of them, how far its confidence can be trusted, and the time it takes beside the OCR engine alone.

    python eval/scans.py [--documents N] [--pages N] [--timed N] [--seed SEED]

Prints a table: the scan of eval/pdfs, and printed documents of the reserved cities scanned at 200 dots to the inch, one degree
askew, with noise and JPEG's: with all rules and with half of them. Times are seconds of one processor. The seed that is
reported is blind: its errors are never looked at; develop with another.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pymupdf
from rich.console import Console
from rich.table import Table

from recognizer.digitizing import digitize
from recognizer.generation.printing import print_reserved
from recognizer.generation.printing.style import Rules
from recognizer.generation.scanning import ScanStyle, scanned
from recognizer.limits import Limits
from recognizer.measuring import Scores, pool, score
from recognizer.measuring.calibration import Pair, calibrate, fact_confidences
from recognizer.model import shipped_model
from recognizer.reading.scanned.ink import DPI, Pixels
from recognizer.reading.scanned.page import page_of_picture

SCAN = Path(__file__).resolve().parent / "pdfs" / "langxi_wqy_scan.pdf"
SCAN_SEED = 20261124  # of the reserved cities' scans: blind
STYLE = ScanStyle(dpi=200, skew=1.0, noise=6.0, quality=60)
PATIENT = Limits(scan_seconds=3600, page_seconds=3600)  # a busy machine is not to cost facts
KINDS = ("value", "indicator", "fund", "attribute")


def reserved_scans(seed: int, documents: int, rules: Rules, pages: int) -> Iterator[tuple[str, bytes, dict[str, Any]]]:
    """Scans of the reserved cities until so many pages are reached: name, PDF, records."""
    left = pages
    for printed in print_reserved(seed, documents, rules):
        if printed.pages > left:
            continue
        left -= printed.pages
        yield printed.name, scanned(printed.pdf, STYLE, f"{seed} {printed.name}"), printed.records


def pictures(pdf: bytes) -> Iterator[tuple[Pixels, float, float]]:
    """The pages of a scan as pictures, with their width and height in points."""
    with pymupdf.open(stream=pdf, filetype="pdf") as source:
        for page in source:
            pixels = page.get_pixmap(dpi=round(DPI), alpha=False)
            yield (np.frombuffer(pixels.samples, np.uint8).reshape(pixels.height, pixels.width, 3),
                   page.rect.width, page.rect.height)


def seconds_of_engine_and_ours(pages: list[tuple[Pixels, float, float]]) -> tuple[float, float]:
    """Seconds of one processor that the OCR engine takes over the whole pages, and that we take; both have been warmed."""
    from rapidocr import RapidOCR

    cv2.setNumThreads(1)
    engine = RapidOCR(params={
        "EngineConfig.onnxruntime.intra_op_num_threads": 1, "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        "Global.log_level": "error"})
    first, width, height = pages[0]
    engine(first[: first.shape[0] // 4])
    page_of_picture(first[: first.shape[0] // 4], 1, width, height / 4, DPI)
    theirs = ours = 0.0
    for picture, width, height in pages:
        start = time.process_time()
        engine(np.ascontiguousarray(picture[:, :, ::-1]))
        middle = time.process_time()
        page_of_picture(picture, 1, width, height, DPI)
        theirs, ours = theirs + middle - start, ours + time.process_time() - middle
    return theirs / len(pages), ours / len(pages)


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    asked.add_argument("--documents", type=int, default=10, help="printed documents of each reserved city to draw from")
    asked.add_argument("--pages", type=int, default=100, help="pages with all rules; half as many with half of them")
    asked.add_argument("--timed", type=int, default=5, help="pages on which the time is taken")
    asked.add_argument("--seed", type=int, default=SCAN_SEED)
    given = asked.parse_args()
    model = shipped_model()
    table = Table(title=f"Scans, {STYLE.dpi} dots to the inch, {STYLE.skew:g} degree askew")
    for heading in ("scans", "documents", "pages", *(f"{kind} F1" for kind in KINDS), "calibration error"):
        table.add_column(heading, justify="right")
    timed: list[tuple[Pixels, float, float]] = list(islice(pictures(SCAN.read_bytes()), given.timed))
    everything: list[Scores] = []
    sets: dict[str, Iterator[tuple[str, bytes, dict[str, Any]]]] = {
        "eval/pdfs": iter([(SCAN.name, SCAN.read_bytes(), json.loads(SCAN.with_suffix(".json").read_text("utf-8")))]),
        "reserved, ruled": reserved_scans(given.seed, given.documents, "full", given.pages),
        "reserved, half ruled": reserved_scans(given.seed, given.documents, "half", given.pages // 2),
    }
    with tempfile.TemporaryDirectory() as folder:
        for name, scans in sets.items():
            scores: list[Scores] = []
            pages = 0
            pairs: list[Pair] = []
            for document, pdf, records in scans:
                path = Path(folder, document)
                path.write_bytes(pdf)
                found = digitize(path, model=model, limits=PATIENT)
                with pymupdf.open(stream=pdf, filetype="pdf") as source:
                    pages += len(source)
                predicted = found.to_json()
                scores.append(score(records, predicted))
                pairs += fact_confidences(records, predicted)
                if len(timed) < given.timed:
                    timed += islice(pictures(pdf), given.timed - len(timed))
            if scores:
                everything += scores if "half" not in name else []
                table.add_row(name, str(len(scores)), str(pages), *_figures(scores), f"{calibrate(pairs).error:.3f}")
    table.add_row("first two pooled", str(len(everything)), "", *_figures(everything), "")
    Console(width=130).print(table)
    theirs, ours = seconds_of_engine_and_ours(timed)
    said = f"seconds a page ({len(timed)} pages): whole page by the OCR engine {theirs:.2f}, ours {ours:.2f}"
    print(f"{said}, {ours / theirs:.2f} times")


def _figures(scores: list[Scores]) -> list[str]:
    pooled = pool(scores)
    return [f"{pooled[kind].f1:.3f}" for kind in KINDS]


if __name__ == "__main__":
    main()
