"""Values of scans in which one sign was taken for another that looks like it, taken apart as they must have been printed.

The text stays as it was read. Only what it is said to mean is mended, and only where a check objects to what was read, the one
other reading has a unit in which such indicators are counted, and no check objects to that.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from recognizer.checking.expectations import expectation
from recognizer.checking.targets import comparator_against_direction, percentage_above_100, unit_unlike_concept
from recognizer.mapping import parse_value
from recognizer.mapping.units import unit_family
from recognizer.types import Indicator, Reading, Records, Value

MISREAD = "misread"
# What is read, and what may have been printed. Signs of comparison stand in front; letters are wrong wherever they are.
IN_FRONT = (("2", "≥"), (">", "≥"), ("<", "≤"))
ANYWHERE = (("O", "0"), ("o", "0"), ("〇", "0"), ("l", "1"), ("I", "1"), ("方", "万"))
_BOUNDS = {"more": (None, "≥", ">", "="), "less": (None, "≤", "<", "=")}


def without_misreadings(records: Records) -> Records:
    """The records with the meaning of misread values mended, each marked as inferred and doubted as `misread`."""
    projects = tuple(
        replace(project, indicators=tuple(_mended(indicator) for indicator in project.indicators))
        if any(_scanned(value) for indicator in project.indicators for value in indicator.values) else project
        for project in records.projects)
    return replace(records, projects=projects)


def _scanned(value: Value) -> bool:
    return value.evidence.signals.read < 1.0


def _mended(indicator: Indicator) -> Indicator:
    values = tuple(_read_anew(indicator, value) for value in indicator.values)
    return replace(indicator, values=values) if values != indicator.values else indicator


def _read_anew(indicator: Indicator, value: Value) -> Value:
    if not _scanned(value) or not _senseless(indicator, value):
        return value
    found = {reading for text in _alike(value.text) if _makes_sense(indicator, value, reading := parse_value(text))}
    if len(found) != 1:
        return value
    evidence = replace(value.evidence, provenance="inferred", doubts=(*value.evidence.doubts, MISREAD))
    return replace(value, reading=found.pop(), evidence=evidence)


def _alike(text: str) -> Iterator[str]:
    """The texts that may have been printed where this was read."""
    for read, printed in IN_FRONT:
        if text.startswith(read):
            yield printed + text[1:]
    for read, printed in ANYWHERE:
        if read in text:
            yield text.replace(read, printed)


def _senseless(indicator: Indicator, value: Value) -> bool:
    reading = value.reading
    if reading is None or not any(char.isdigit() for char in value.text):
        return False
    countable = reading.kind == "quantity" and reading.unit is not None and unit_family(reading.unit) is not None
    return (not countable and reading.kind != "date") or _objected(indicator, value)


def _makes_sense(indicator: Indicator, value: Value, reading: Reading) -> bool:
    expected = expectation(indicator)
    if reading.kind != "quantity" or reading.unit is None or unit_family(reading.unit) not in expected.families:
        return False
    in_order = expected.direction is None or reading.comparator in _BOUNDS[expected.direction]
    return in_order and not _objected(indicator, replace(value, reading=reading))


def _objected(indicator: Indicator, value: Value) -> bool:
    return any(check(indicator, value) for check in (percentage_above_100, comparator_against_direction, unit_unlike_concept))
