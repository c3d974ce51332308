"""Checks of indicators as rows of a table: what is printed twice, was lost, or stands in the wrong column."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

from recognizer.checking.spots import Spot
from recognizer.types import Indicator, Period, Project, Reading, Records
from recognizer.vocabulary import LEVEL1, LEVEL2, plain

_YEAR = re.compile(r"[0-9]{4}")


def name_twice(project: Project) -> Iterator[Spot]:
    """Indicators that share their level 2 and their name with another one of the project."""
    counted = Counter((indicator.level2, indicator.name) for indicator in project.indicators)
    for index, indicator in enumerate(project.indicators):
        if indicator.name and counted[indicator.level2, indicator.name] > 1:
            yield Spot(0, "indicator", index)


def level_lost(indicator: Indicator) -> bool:
    """Whether one of the first two levels is not known."""
    return not indicator.level1 or not indicator.level2


def no_value(indicator: Indicator) -> bool:
    """Whether an indicator has no value for any period."""
    return not indicator.values


def name_equals_level(indicator: Indicator) -> bool:
    """Whether an indicator's name is only the label of a level."""
    name = plain(indicator.name or "")
    return bool(name) and (name in LEVEL1 or name in LEVEL2 or name in (plain(indicator.level1_raw or ""),
                                                                        plain(indicator.level2_raw or "")))


def numbering_gap(project: Project) -> Iterator[Spot]:
    """Indicators whose printed number does not follow on that of the one before: a row may be missing between them."""
    for before, (index, indicator) in pairwise(enumerate(project.indicators)):
        first, second = before[1].number, indicator.number
        same = (before[1].level1, before[1].level2) == (indicator.level1, indicator.level2)
        if first is not None and second is not None and second != first + 1 and (same or second != 1):
            yield Spot(0, "indicator", index)


def years_disagree(records: Records) -> Iterator[Spot]:
    """Projects of another year than their document's, and target dates of the year's budget that lie years off it."""
    for number, project in enumerate(records.projects):
        if project.fiscal_year and records.fiscal_year and project.fiscal_year != records.fiscal_year:
            yield Spot(number, "project")
        year = project.fiscal_year or records.fiscal_year
        for index, indicator in enumerate(project.indicators if year else ()):
            yield from (Spot(number, "value", index, value.period) for value in indicator.values
                        if value.period in (Period.ANNUAL, Period.HALF_YEAR) and not _within(value.reading, year or 0))


def _within(reading: Reading | None, year: int) -> bool:
    """Whether a date with a year, where a value is one, touches the year or the one after it, in which a budget may end."""
    years = [int(found) for found in _YEAR.findall((reading.date if reading else None) or "")]
    return not years or (min(years) <= year + 1 and max(years) >= year)
