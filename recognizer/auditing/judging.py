"""What an audit found: the share of accepted facts that are wrong after all, with its interval."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from recognizer.auditing.sample import Item
from recognizer.auditing.sheet import Row, label_right
from recognizer.calibration.budget import interval
from recognizer.measuring.facts import normal

RESULT = "audit.json"  # in the output folder
BEGINNING = 12  # characters of a long text that suffice


@dataclass(frozen=True, slots=True)
class Audit:
    """So many facts were keyed again, so many of them were wrong; the rate and its 95 % interval (exact).

    `kinds` are (keyed, wrong) by kind of facts; `differences` name what was read otherwise than keyed.
    """

    keyed: int
    wrong: int
    rate: float
    interval: tuple[float, float]
    kinds: Mapping[str, tuple[int, int]]
    differences: tuple[str, ...]


def judge_sheet(items: Sequence[Item], rows: Mapping[int, Row]) -> Audit:
    """The facts of the sample held against what was keyed.

    The sample has the shares of the accepted facts, so its plain rate is theirs. A fact is wrong when its text differs as it
    is compared in all measures, or when it stands under another label.
    """
    wrong = [item for item in items if not _right(item, rows[item.number])]
    keyed = Counter(item.kind for item in items)
    faults = Counter(item.kind for item in wrong)
    return Audit(
        len(items), len(wrong), len(wrong) / len(items), interval(len(wrong), len(items)),
        {kind: (keyed[kind], faults[kind]) for kind in keyed},
        tuple(f"{item.number}: {item.document}: {item.label}: {item.text} / {rows[item.number]['keyed']}" for item in wrong))


def _right(item: Item, row: Row) -> bool:
    read, keyed = normal(item.text), normal(row["keyed"])
    begun = len(keyed) >= BEGINNING and read.startswith(keyed)
    return label_right(row) and (read == keyed or begun)


def save_audit(audit: Audit, folder: Path) -> Path:
    """Writes what was found into the output folder, for its report and its export; returns its path."""
    path = folder / RESULT
    path.write_text(json.dumps(asdict(audit), ensure_ascii=False, indent=1) + "\n", "utf-8")
    return path
