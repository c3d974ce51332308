"""Facts from sheets that a workbook does not show: last year's figures, drafts and lists to choose from stand there."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from typing import TypeVar

from recognizer.types import Attribute, Evidence, Fund, Goal, Indicator, Project, Records, Value

HIDDEN = "hidden_sheet"
Fact = TypeVar("Fact", Attribute, Fund, Goal, Indicator, Value)


def doubt_hidden(records: Records, hidden: Collection[str]) -> Records:
    """The records with a doubt on every fact that stands in one of the `hidden` sheets."""
    if not hidden:
        return records

    def doubted(evidence: Evidence) -> Evidence:
        if not any(place.sheet in hidden for place in evidence.at):
            return evidence
        return replace(evidence, doubts=(*evidence.doubts, HIDDEN))

    totals = tuple(replace(total, funds=_each(total.funds, doubted)) for total in records.totals)
    return replace(records, projects=tuple(_project(project, doubted) for project in records.projects), totals=totals)


def _project(project: Project, doubted: Callable[[Evidence], Evidence]) -> Project:
    indicators = tuple(
        replace(indicator, values=_each(indicator.values, doubted)) for indicator in _each(project.indicators, doubted))
    return replace(
        project, evidence=doubted(project.evidence), attributes=_each(project.attributes, doubted),
        funds=_each(project.funds, doubted), goals=_each(project.goals, doubted), indicators=indicators)


def _each(facts: tuple[Fact, ...], doubted: Callable[[Evidence], Evidence]) -> tuple[Fact, ...]:
    return tuple(replace(fact, evidence=doubted(fact.evidence)) for fact in facts)
