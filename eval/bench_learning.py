#!/usr/bin/env python3
"""How long retraining takes: 200 corrected cells of a city that no training has seen, by `recognizer train --corrections`.

    bench_learning.py [--cells 200] [--most 120]

The city is one of the generator's that no training draws; its cells' true labels are the corrections. Says the seconds of
the whole command, what it printed, and exits 1 where it took longer than `--most` seconds.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from recognizer.generation import reserved
from recognizer.layout import lay_out
from recognizer.learning import truths
from recognizer.learning.decided import Decided
from recognizer.learning.portable import save_portable
from recognizer.reading import read_text

SEED, CITY, DOCUMENTS = 411, "reserved-6", 6  # one that the shipped model finds hard


def corrected(cells: int) -> Decided:
    """Cells of each of a city's documents, so many in all, as a reviewer who never errs would label them."""
    found = Decided()
    documents = [document for document in reserved(SEED, DOCUMENTS) if document.source == CITY]
    for document in documents:
        found.documents[document.name] = lay_out(read_text(document.text, f"{document.name}.txt"))
        found.corrections += truths(document)
    found.corrections = found.corrections[:: len(found.corrections) // cells][:cells]
    found.decisions = len(found.corrections)
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cells", type=int, default=200)
    parser.add_argument("--most", type=float, default=120.0, help="seconds (default: %(default)s)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "corrections.jsonl")
        save_portable(corrected(options.cells), path, {})
        start = time.perf_counter()
        ended = subprocess.run(
            [sys.executable, "-c", "from recognizer.commands import main; main()", "train", "--corrections", str(path),
             "--models", str(Path(folder, "models"))], capture_output=True, text=True)
        seconds = time.perf_counter() - start
        spent = os.times()
    print(ended.stdout, end="")
    if ended.returncode not in (0, 1):
        print(ended.stderr, file=sys.stderr)
        return 1
    busy = spent.children_user + spent.children_system
    print(f"{seconds:.0f} seconds for {options.cells} corrected cells (at most {options.most:.0f}), {busy:.0f} of a processor's")
    return int(seconds > options.most)


if __name__ == "__main__":
    raise SystemExit(main())
