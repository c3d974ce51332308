"""Checks of target values: what their text, their unit, their comparator and their period can be of such an indicator."""

from __future__ import annotations

import re
from collections.abc import Iterator

from recognizer.checking.expectations import COUNTING, expectation, knowledge
from recognizer.checking.spots import Spot
from recognizer.mapping.units import unit_family
from recognizer.types import Indicator, Period, Project, Reading, Value
from recognizer.vocabulary import plain, strip_numbering

_RANGE_OF_COMPARATORS = {"more": ("≤", "<"), "less": ("≥", ">")}


def percentage_above_100(indicator: Indicator, value: Value) -> bool:
    """Whether a value is a share of more than the whole, and the indicator no growth."""
    reading = value.reading
    if reading is None or reading.unit_si != "%" or reading.quantity_si is None:
        return False
    highest = max(reading.quantity_si, reading.quantity_high or 0.0)
    words = (indicator.name or "") + value.text
    return highest > 100 and not any(word in words for word in knowledge()["may_exceed_100"])


def comparator_against_direction(indicator: Indicator, value: Value) -> bool:
    """Whether a value sets a lower bound to what should be low (a cost ≥), or an upper bound to what should be high."""
    reading = value.reading
    if reading is None or reading.kind != "quantity" or value.period in (Period.ACTUAL, Period.PRIOR_YEAR):
        return False
    direction = expectation(indicator).direction
    return direction is not None and reading.comparator in _RANGE_OF_COMPARATORS[direction]


def unit_unlike_concept(indicator: Indicator, value: Value) -> bool:
    """Whether a value's unit is of another family than such indicators are counted in; counting units pass for each other."""
    reading = value.reading
    if reading is None or reading.unit is None or reading.quantity is None:
        return False
    found, expected = unit_family(reading.unit), expectation(indicator).families
    if found is None or not expected or found in expected:
        return False
    return not (found in COUNTING and expected & COUNTING)


def value_equals_name(indicator: Indicator, value: Value) -> bool:
    """Whether a value only repeats the indicator's name."""
    return bool(indicator.name) and plain(strip_numbering(value.text)) == plain(indicator.name or "")


def half_year_above_annual(project: Project) -> Iterator[Spot]:
    """Values for half a year that are more, or later, than those for the year, both of them."""
    for index, indicator in enumerate(project.indicators):
        by_period = {value.period: value.reading for value in indicator.values}
        half, year = by_period.get(Period.HALF_YEAR), by_period.get(Period.ANNUAL)
        if half and year and (_more(half, year) or _later(half, year)):
            yield from (Spot(0, "value", index, period) for period in (Period.HALF_YEAR, Period.ANNUAL))


def _more(half: Reading, year: Reading) -> bool:
    if half.quantity is None or year.quantity is None:
        return False
    if half.unit_si == year.unit_si and half.quantity_si is not None and year.quantity_si is not None:
        return half.quantity_si > year.quantity_si
    return half.unit == year.unit and half.quantity > year.quantity


def _later(half: Reading, year: Reading) -> bool:
    ends = [_month(reading.date) for reading in (half, year)]
    return ends[0] is not None and ends[1] is not None and ends[0] > ends[1]


def _month(edtf: str | None) -> tuple[str, int] | None:
    """(year, month) in which an EDTF date ends; a quarter or half ends with its last month, an interval with its end."""
    last = re.search(r"([0-9X]{4})(?:-([0-9X]{2}))?(?:-[0-9X]{2})?\}?$", edtf or "")
    if not last or last[2] == "XX":
        return None
    month = int(last[2] or 12)
    return last[1], {33: 3, 34: 6, 35: 9, 36: 12, 40: 6, 41: 12}.get(month, month)
