"""Scans measured: what is read of them, how far its confidence can be trusted, and the time it takes beside the OCR engine alone.

    python eval/scans.py [--documents N] [--pages N] [--timed N] [--seed SEED]

Prints a table: the scan of eval/pdfs, and printed documents of the reserved cities scanned at 200 dots to the inch, one degree
askew, with noise and JPEG's: with all rules and with half of them; beside each what the same documents give as they were printed.
Times are seconds of one processor. Scans that were read are kept in build/eval/scans, so that a run that was broken off goes on.
The seed that is reported is blind: its errors are never looked at; develop with another. With the blind seed the figures go to
build/eval/scans.json, from where `make readme` takes them.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pymupdf
from rich.console import Console
from rich.table import Table

from recognizer.archive.stored import decode, encode
from recognizer.digitizing import digitize, digitize_document
from recognizer.generation.printing import print_reserved
from recognizer.generation.printing.style import Rules
from recognizer.generation.scanning import ScanStyle, scanned
from recognizer.limits import Limits
from recognizer.measuring import Scores, pool, score
from recognizer.measuring.calibration import Pair, calibrate, fact_confidences
from recognizer.model import shipped_model
from recognizer.reading import read
from recognizer.reading.scanned.ink import DPI, Pixels
from recognizer.reading.scanned.page import page_of_picture
from recognizer.types import Document

SCAN = Path(__file__).resolve().parent / "pdfs" / "langxi_wqy_scan.pdf"
SCAN_SEED = 20261124  # of the reserved cities' scans: blind
STYLE = ScanStyle(dpi=200, skew=1.0, noise=6.0, quality=60)
PATIENT = Limits(scan_seconds=3600, page_seconds=3600)  # a busy machine is not to cost facts
READERS = Path(page_of_picture.__code__.co_filename).parent  # the code on which it depends what is read of a scan
BUILD = Path(__file__).resolve().parents[1] / "build" / "eval"
KEPT = BUILD / "scans"
KINDS = ("value", "indicator", "fund", "attribute")


@dataclass(frozen=True, slots=True)
class Scan:
    """A scan as PDF, with its records, and the PDF that was scanned where there is one."""

    name: str
    pdf: bytes
    records: dict[str, Any]
    printed: bytes | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """What came of a scan: its scores, those of the document as it was printed, and (confidence, right) of each fact."""

    pages: int
    scores: Scores
    as_printed: Scores | None
    pairs: list[Pair]


def reserved_scans(seed: int, documents: int, rules: Rules, pages: int) -> Iterator[Scan]:
    """Scans of the reserved cities until so many pages are reached, a document of each city before another of any."""
    left = pages
    for printed in sorted(print_reserved(seed, documents, rules), key=lambda one: int(one.name.split("-")[2].split(".")[0])):
        if printed.pages <= left:
            left -= printed.pages
            yield Scan(printed.name, scanned(printed.pdf, STYLE, f"{seed} {printed.name}"), printed.records, printed.pdf)


def read_once(path: Path, pdf: bytes) -> Document:
    """The scan as read, or as it was read before by the same code."""
    code = b"".join(file.read_bytes() for file in sorted(READERS.glob("*.py")))
    kept = KEPT / f"{hashlib.sha256(pdf + code).hexdigest()[:24]}.read"
    if not kept.is_file():
        KEPT.mkdir(parents=True, exist_ok=True)
        kept.write_bytes(encode(read(path, PATIENT), ()))
    return replace(decode(kept.read_bytes())[0], name=path.name)


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
    asked.add_argument("--documents", type=int, default=5, help="printed documents of each reserved city to draw from")
    asked.add_argument("--pages", type=int, default=100, help="pages with all rules; half as many with half of them")
    asked.add_argument("--timed", type=int, default=5, help="pages on which the time is taken")
    asked.add_argument("--seed", type=int, default=SCAN_SEED)
    given = asked.parse_args()
    timed: list[tuple[Pixels, float, float]] = list(islice(pictures(SCAN.read_bytes()), given.timed))
    sets: dict[str, Iterator[Scan]] = {
        "eval/pdfs": iter([Scan(SCAN.name, SCAN.read_bytes(), json.loads(SCAN.with_suffix(".json").read_text("utf-8")))]),
        "ruled": reserved_scans(given.seed, given.documents, "full", given.pages),
        "half_ruled": reserved_scans(given.seed, given.documents, "half", given.pages // 2),
    }
    read_of: dict[str, list[Found]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for name, scans in sets.items():
            read_of[name] = []
            for scan in scans:
                read_of[name].append(_found(scan, Path(folder)))
                if len(timed) < given.timed:
                    timed += islice(pictures(scan.pdf), given.timed - len(timed))
            so_far = _figures(read_of[name])
            said = f"{name}: {so_far['pages']} pages, value F1 {so_far['value']:.3f}, calibration error"
            print(said, f"{so_far['calibration']:.3f}", flush=True)
    read_of["pooled"] = [*read_of["eval/pdfs"], *read_of["ruled"]]
    figures: dict[str, Any] = {name: _figures(found) for name, found in read_of.items()}
    theirs, ours = seconds_of_engine_and_ours(timed)
    figures["seconds"] = {"pages": len(timed), "engine": theirs, "ours": ours, "times": ours / theirs}
    if given.seed == SCAN_SEED:
        (BUILD / "scans.json").write_text(json.dumps(figures, indent=1) + "\n", "utf-8")
    table = Table(title=f"Scans, {STYLE.dpi} dots to the inch, {STYLE.skew:g} degree askew")
    kinds = tuple(f"{kind} F1" for kind in KINDS)
    for heading in ("scans", "documents", "pages", *kinds, "value F1 as printed", "facts", "calibration error"):
        table.add_column(heading, justify="right")
    for name in read_of:
        row = figures[name]
        printed = "" if row["as_printed"] is None else f"{row['as_printed']:.3f}"
        table.add_row(name, str(row["documents"]), str(row["pages"]), *(f"{row[kind]:.3f}" for kind in KINDS), printed,
                      str(row["facts"]), f"{row['calibration']:.3f}")
    Console(width=130).print(table)
    said = f"seconds a page ({len(timed)} pages): whole page by the OCR engine {theirs:.2f}, ours {ours:.2f}"
    print(f"{said}, {ours / theirs:.2f} times")


def _found(scan: Scan, folder: Path) -> Found:
    path = folder / scan.name
    path.write_bytes(scan.pdf)
    predicted = digitize_document(read_once(path, scan.pdf), shipped_model(), PATIENT).to_json()
    as_printed = None
    if scan.printed:
        path.write_bytes(scan.printed)
        as_printed = score(scan.records, digitize(path, model=shipped_model(), limits=PATIENT).to_json())
    with pymupdf.open(stream=scan.pdf, filetype="pdf") as source:
        return Found(len(source), score(scan.records, predicted), as_printed, fact_confidences(scan.records, predicted))


def _figures(found: Sequence[Found]) -> dict[str, Any]:
    """Counts, pooled F1, and how far confidences can be trusted."""
    pooled = pool([one.scores for one in found])
    printed = [one.as_printed for one in found if one.as_printed]
    trusted = calibrate([pair for one in found for pair in one.pairs])
    return {
        "documents": len(found), "pages": sum(one.pages for one in found), **{kind: pooled[kind].f1 for kind in KINDS},
        "as_printed": pool(printed)["value"].f1 if printed else None,
        "facts": trusted.number, "calibration": trusted.error, "calibration_interval": trusted.interval}


if __name__ == "__main__":
    main()
