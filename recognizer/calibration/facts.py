"""The facts of records one after the other, and the records with other evidence for each of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from recognizer.types import Evidence, Fund, Indicator, Project, Records, Value

Kind = Literal["attribute", "fund", "goal", "indicator", "value"]
KINDS: tuple[Kind, ...] = ("attribute", "fund", "goal", "indicator", "value")


@dataclass(frozen=True, slots=True)
class Slot:
    """A fact's place in the records: its kind, the number of its project (-1 for totals) and of its indicator in the document.

    `indicator` and `value` are there for the facts of indicators.
    """

    kind: Kind
    evidence: Evidence
    project: int
    indicator: Indicator | None = None
    value: Value | None = None
    row: int = -1

    @property
    def doubts(self) -> tuple[str, ...]:
        """Its own doubts, and for a value those of its indicator: a number under a wrong name is a wrong fact."""
        own, beside = self.evidence.doubts, self.indicator.evidence.doubts if self.indicator and self.value else ()
        return (*own, *(doubt for doubt in beside if doubt not in own)) if beside else own


def slots_of(records: Records) -> tuple[Slot, ...]:
    """Every fact that carries evidence: for each project its name, attributes, funds, goals and indicators with their values;
    then the funds of totals."""
    found: list[Slot] = []
    row = 0
    for number, project in enumerate(records.projects):
        found.append(Slot("attribute", project.evidence, number))
        found += [Slot("attribute", attribute.evidence, number) for attribute in project.attributes]
        found += [Slot("fund", fund.evidence, number) for fund in project.funds]
        found += [Slot("goal", goal.evidence, number) for goal in project.goals]
        for indicator in project.indicators:
            found.append(Slot("indicator", indicator.evidence, number, indicator, row=row))
            found += [Slot("value", value.evidence, number, indicator, value, row) for value in indicator.values]
            row += 1
    found += [Slot("fund", fund.evidence, -1) for total in records.totals for fund in total.funds]
    return tuple(found)


def with_evidence(records: Records, evidence: Sequence[Evidence]) -> Records:
    """The records with this evidence, one for each slot in the order of `slots_of`."""
    given = iter(evidence)
    projects = tuple(_project(project, given) for project in records.projects)
    totals = tuple(replace(total, funds=_funds(total.funds, given)) for total in records.totals)
    return replace(records, projects=projects, totals=totals)


def _project(project: Project, given: Iterator[Evidence]) -> Project:
    own = next(given)
    attributes = tuple(replace(attribute, evidence=next(given)) for attribute in project.attributes)
    funds = _funds(project.funds, given)
    goals = tuple(replace(goal, evidence=next(given)) for goal in project.goals)
    indicators = tuple(_indicator(indicator, given) for indicator in project.indicators)
    return replace(project, attributes=attributes, funds=funds, goals=goals, indicators=indicators, evidence=own)


def _funds(funds: Sequence[Fund], given: Iterator[Evidence]) -> tuple[Fund, ...]:
    return tuple(replace(fund, evidence=next(given)) for fund in funds)


def _indicator(indicator: Indicator, given: Iterator[Evidence]) -> Indicator:
    own = next(given)
    return replace(indicator, evidence=own, values=tuple(replace(value, evidence=next(given)) for value in indicator.values))
