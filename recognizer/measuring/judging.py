"""Which facts of records are right, by their number, so that their signals can be held against what came true."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from recognizer.calibration.facts import slots_of, with_evidence
from recognizer.exporting.document import to_json
from recognizer.measuring.facts import facts, matched
from recognizer.types import Records


def judge(gold: Mapping[str, Any], records: Records) -> dict[int, bool]:
    """Whether each fact is right as it counts in the scores, by its number in `calibration.facts.slots_of`.

    Facts that do not count by themselves (empty ones, those merged with another on output) are not in it.
    """
    numbered = [replace(slot.evidence, confidence=float(number + 1)) for number, slot in enumerate(slots_of(records))]
    wanted, found = facts(gold, to_json(with_evidence(records, numbered)))
    return {round(fact.confidence) - 1: right for fact, right in matched(found, wanted) if fact.confidence}
