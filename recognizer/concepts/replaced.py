"""Concepts that were merged into others: records, labels and patterns made before name them by the id they had."""

from __future__ import annotations

import csv
import io
from functools import cache
from pathlib import Path

FILE = Path(__file__).resolve().parent / "replaced.csv"


@cache
def _replaced_by() -> dict[str, str]:
    return {row["编号"]: row["并入"] for row in csv.DictReader(io.StringIO(FILE.read_text("utf-8-sig")))}


def current_id(identifier: str) -> str:
    """The id of the concept that stands for this one today: its own, or that of the one it was merged into."""
    known = _replaced_by()
    while identifier in known:
        identifier = known[identifier]
    return identifier
