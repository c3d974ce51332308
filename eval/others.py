#!/usr/bin/env python3
"""What other tools give for a PDF, and nothing made of it; run as a program, the memory that it takes.

    others.py WHO MODEL_FOLDER PDF...     prints the most memory in MB of reading the documents

Each tool is imported only when it is asked, so that a process holds no other.
"""

from __future__ import annotations

import resource
import sys
from pathlib import Path

RECOGNIZER = "recognizer"
STREAM = "stream"  # prints three peaks: with everything imported, half-way through the pages, at the end


def floor(path: Path) -> None:
    """All that MuPDF knows of the pages' characters and drawings."""
    import pymupdf

    with pymupdf.open(path) as pdf:
        for page in pdf:
            page.get_text("rawdict")
            page.get_cdrawings()


def bare_pymupdf(path: Path) -> None:
    """PyMuPDF's tables by rules alone."""
    import pymupdf

    with pymupdf.open(path) as pdf:
        for page in pdf:
            for table in page.find_tables(use_layout=False).tables:
                table.extract()


def bare_pdfplumber(path: Path) -> None:
    """pdfplumber's tables."""
    import pdfplumber

    with pdfplumber.open(path) as pdf:
        for page in pdf.pages:
            for table in page.find_tables():
                table.extract()


def bare_camelot(path: Path) -> None:
    """camelot's tables by its lattice."""
    import camelot

    camelot.read_pdf(str(path), pages="all", flavor="lattice")


OTHERS = {"floor": floor, "PyMuPDF": bare_pymupdf, "pdfplumber": bare_pdfplumber, "camelot lattice": bare_camelot}


def recognizer(paths: list[Path], folder: Path) -> None:
    """The whole journey of the documents."""
    from recognizer.digitizing import digitize
    from recognizer.model import load_model
    from recognizer.starting import leave_out_layout_network

    leave_out_layout_network()
    model = load_model(folder)
    for path in paths:
        digitize(path, model=model).to_json()


def stream(path: Path, folder: Path) -> list[float]:
    """The peaks of memory in MB of reading a PDF section by section: before it, half-way and after it."""
    from recognizer.starting import leave_out_layout_network

    leave_out_layout_network()
    import pymupdf

    from recognizer.digitizing import digitize_pages
    from recognizer.layout import pages as _layout  # what reading would import on the way  # noqa: F401
    from recognizer.model import load_model

    model = load_model(folder)
    with pymupdf.open(path) as pdf:
        count = len(pdf)
    imported, half, read = peak(), 0.0, 0
    for section in digitize_pages(path, model=model):
        read += len(section.records.pages)
        half = half or (peak() if 2 * read >= count else 0.0)
    return [imported, half, peak()]


def peak() -> float:
    """The most memory in MB that this process has held; on Linux without what its parent held when it was started."""
    status = Path("/proc/self/status")
    if status.is_file():
        lines = dict(line.split(":", 1) for line in status.read_text().splitlines())
        return int(lines["VmHWM"].split()[0]) / 1024
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / (1024 * 1024 if sys.platform == "darwin" else 1024)


def main() -> None:
    """Reads the documents and prints the peak."""
    who, folder, *paths = sys.argv[1:]
    if who == STREAM:
        print(*stream(Path(paths[0]), Path(folder)))
        return
    if who == RECOGNIZER:
        recognizer(list(map(Path, paths)), Path(folder))
    else:
        for path in paths:
            OTHERS[who](Path(path))
    print(peak())


if __name__ == "__main__":
    main()
