"""Gold records, and the finished records in a folder that answer to them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# Truth of drawn pages that stands beside records and is none.
_NO_RECORDS = ".truth.json"


@dataclass(frozen=True, slots=True)
class Gold:
    """Gold records: `name` is their file's stem, `source` the file name of the document they speak of."""

    name: str
    source: str
    records: dict[str, Any]


def load_gold(path: Path) -> list[Gold]:
    """The gold records of a file or a folder, by name. Raises OSError or ValueError for a file that cannot be read."""
    paths = [path] if path.is_file() else sorted(path.glob("*.json"))
    gold = []
    for file in paths:
        if not file.name.endswith(_NO_RECORDS):
            records = json.loads(file.read_text("utf-8"))
            gold.append(Gold(file.stem, Path(str(records.get("source"))).name, records))
    return gold


def find_predicted(folder: Path, gold: list[Gold]) -> dict[str, dict[str, Any]]:
    """Finished records by the name of the gold records they answer to; those that answer to none are passed over.

    They answer by their `source`, or by their file's name with or without the suffix of the document; the gold's
    source is asked for first and then its own name.
    """
    known: dict[str, Path] = {}
    for path in sorted(folder.rglob("*.json")):
        if path.name.endswith(_NO_RECORDS):
            continue
        known.setdefault(path.stem, path)
        known.setdefault(Path(path.stem).stem, path)
        try:
            source = json.loads(path.read_text("utf-8")).get("source")
        except (ValueError, AttributeError):
            continue
        if isinstance(source, str):
            known.setdefault(Path(source).name, path)
    paths = {one.name: known.get(one.source) or known.get(one.name) for one in gold}
    return {name: json.loads(path.read_text("utf-8")) for name, path in paths.items() if path}
