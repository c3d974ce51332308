"""The pictures of docs/layout.md: a page of each kind with its recognised cells drawn over it."""

from __future__ import annotations

import sys
import tempfile
from itertools import islice
from pathlib import Path

from readings import PDFS, turned

from recognizer.digitizing import digitize_document
from recognizer.generation.printing import print_generated
from recognizer.generation.printing.style import Rules
from recognizer.model import shipped_model
from recognizer.reading import read
from recognizer.showing import picture

SEED = 5  # of publishers that no evaluation draws
DPI = 80
PAGES = 3  # of the generated documents, the last of which is shown and, of the rotated one, turned
REAL = {"ruled": ("langxi_wqy.pdf", 1), "shaded": ("anqing_zebra_wqy.pdf", 1)}
GENERATED: dict[str, Rules] = {"half_ruled": "half", "borderless": "none", "rotated": "full"}


def main(folder: Path) -> None:
    """Writes the pictures into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, (file, page) in REAL.items():
        _write(folder / f"{name}.png", PDFS / file, page)
    with tempfile.TemporaryDirectory() as place:
        for name, rules in GENERATED.items():
            printed = next(islice((one for one in print_generated(40, SEED, rules=rules) if one.pages == PAGES), 1))
            path = Path(place) / f"{name}.pdf"
            path.write_bytes(turned(printed.pdf) if name == "rotated" else printed.pdf)
            _write(folder / f"{name}.png", path, PAGES)


def _write(out: Path, path: Path, page: int) -> None:
    document = read(path)
    found = digitize_document(document, shipped_model())
    out.write_bytes(picture(path, document, found.labelled, found.records, page=page, language="en", dpi=DPI))
    print(out)



if __name__ == "__main__":
    main(Path(sys.argv[1]))
