"""The model card: from which code and data a model was made, so that a test can tell whether it belongs to them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

from recognizer.resources import gold_folder, training_folder

_PACKAGE = Path(__file__).resolve().parent.parent
FEATURE_ROOMS = (
    "types/tables.py", "vocabulary", "reading", "layout", "context", "repair", "labelling", "model/text.py", "model/network.py"
)
TRAINING_ROOMS = ("truth.py", "generation", "training")
# What no training reads, draws or lays out: formats besides text and PDF, second opinions, this file.
UNUSED = (
    "reading/legacy.py", "reading/number_format.py", "reading/office.py", "reading/package.py", "reading/word.py",
    "reading/workbook.py", "reading/scanned", "layout/engines", "layout/alphabetic.py", "layout/refining.py",
    "generation/office", "generation/scanning", "training/card.py", "training/corrections",
)


def fingerprints() -> dict[str, str]:
    """Hashes (SHA-256, shortened) of the code that makes features, the code that trains, and the data trained on."""
    return {
        "features": _digest(_PACKAGE, (path for room in FEATURE_ROOMS for path in _files(_PACKAGE / room))),
        "training": _digest(_PACKAGE, (path for room in TRAINING_ROOMS for path in _files(_PACKAGE / room))),
        "data": _digest(training_folder(), _files(training_folder()))
        + _digest(gold_folder(), sorted(gold_folder().glob("*.json"))),
    }


def _files(place: Path) -> list[Path]:
    if place.is_file():
        return [place]
    files = (path for path in place.rglob("*") if path.suffix in (".py", ".json", ".jsonl", ".npz") and path.is_file())
    return sorted(path for path in files if not any(path.is_relative_to(_PACKAGE / part) for part in UNUSED))


def _digest(root: Path, paths: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for path in paths:
        digest.update(path.relative_to(root).as_posix().encode())
        digest.update(path.read_bytes().replace(b"\r\n", b"\n"))
    return digest.hexdigest()[:16]
