"""Which fact of a document a check speaks of."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from recognizer.types import Indicator, Period, Project, Records, Value

Kind = Literal["project", "fund", "goal", "indicator", "value", "total"]


@dataclass(frozen=True, slots=True)
class Spot:
    """A fact by its project (or total row), its kind, its index there and, for values, its period."""

    owner: int
    kind: Kind
    index: int = 0
    period: Period | None = None


Finder = Callable[[Records], Iterator[Spot]]


def each_project(find: Callable[[Project], Iterator[Spot]]) -> Finder:
    """The finder that asks `find` of every project; the spots it yields get their project's number."""

    def of_records(records: Records) -> Iterator[Spot]:
        for number, project in enumerate(records.projects):
            for spot in find(project):
                yield Spot(number, spot.kind, spot.index, spot.period)

    return of_records


def each_value(doubtful: Callable[[Indicator, Value], bool]) -> Finder:
    """The finder of the values of which `doubtful` is true."""

    def of_project(project: Project) -> Iterator[Spot]:
        for index, indicator in enumerate(project.indicators):
            for value in indicator.values:
                if doubtful(indicator, value):
                    yield Spot(0, "value", index, value.period)

    return each_project(of_project)


def each_indicator(doubtful: Callable[[Indicator], bool]) -> Finder:
    """The finder of the indicators of which `doubtful` is true."""
    return each_project(lambda project: (
        Spot(0, "indicator", index) for index, indicator in enumerate(project.indicators) if doubtful(indicator)))
