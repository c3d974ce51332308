"""Checking: what does not add up lowers a confidence and is named as a doubt; what stands nowhere in the source is counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import replace
from typing import TypeVar

from recognizer.checking.conservation import invented_on
from recognizer.checking.hidden import doubt_hidden
from recognizer.checking.misread import without_misreadings
from recognizer.checking.spots import Spot
from recognizer.checking.table import CHECKS, OTHER_DOUBTS, Check, Doubt, checks_without
from recognizer.types import Document, Evidence, Fund, Goal, Indicator, Project, Records, Total, Value

__all__ = ["CHECKS", "OTHER_DOUBTS", "Check", "Doubt", "check", "checks_without", "doubted"]

DOUBTED = 0.7  # provisional factor of a confidence for each doubt, until confidences are calibrated

Found = dict[Spot, list[str]]
Fact = TypeVar("Fact", Goal, Fund, Indicator, Value)


def check(records: Records, document: Document, without: Collection[str] = ()) -> Records:
    """The records with their doubts named, confidences lowered for them, and the count of invented texts (which must be 0).

    `without` names checks of `CHECKS` that are not made; raises ValueError for one that does not exist.
    """
    records = without_misreadings(doubt_hidden(records, document.hidden))
    made_up = Counter(page for _, page in invented_on(records, document))
    ledgers = tuple(replace(ledger, invented=made_up[number]) for number, ledger in enumerate(records.pages, 1))
    return replace(doubted(records, without), pages=ledgers)


def doubted(records: Records, without: Collection[str] = ()) -> Records:
    """The records with the doubts of all checks but those named in `without`, and confidences lowered for them."""
    found: Found = {}
    for one in checks_without(without):
        for spot in one.find(records):
            found.setdefault(spot, []).append(one.name)
    projects = tuple(_project(project, number, found) for number, project in enumerate(records.projects))
    totals = tuple(_total(total, found.get(Spot(number, "total"), [])) for number, total in enumerate(records.totals))
    return replace(records, projects=projects, totals=totals)


def _project(project: Project, number: int, found: Found) -> Project:
    return replace(
        project,
        evidence=_doubted(project.evidence, found.get(Spot(number, "project"), [])),
        indicators=tuple(_indicator(indicator, number, index, found) for index, indicator in enumerate(project.indicators)),
        goals=tuple(_with(goal, []) for goal in project.goals),
        funds=tuple(_with(fund, found.get(Spot(number, "fund", index), [])) for index, fund in enumerate(project.funds)))


def _indicator(indicator: Indicator, number: int, index: int, found: Found) -> Indicator:
    """The indicator with its doubts; none of its values is surer than the indicator is."""
    sure = _with(indicator, found.get(Spot(number, "indicator", index), []))
    most = sure.evidence.confidence
    values = tuple(
        _with(value, found.get(Spot(number, "value", index, value.period), []), most) for value in indicator.values)
    unchanged = all(value is other for value, other in zip(values, indicator.values, strict=True))
    return sure if unchanged else replace(sure, values=values)


def _total(total: Total, doubts: list[str]) -> Total:
    return replace(total, funds=tuple(_with(fund, doubts) for fund in total.funds))


def _with(fact: Fact, doubts: list[str], most: float = 1.0) -> Fact:
    """The fact with its doubts, its confidence at most `most` and lowered for each of them; itself where nothing changes."""
    evidence = fact.evidence if fact.evidence.confidence <= most else replace(fact.evidence, confidence=most)
    lowered = _doubted(evidence, doubts)
    return fact if lowered is fact.evidence else replace(fact, evidence=lowered)


def _doubted(evidence: Evidence, doubts: list[str]) -> Evidence:
    if not doubts and not evidence.doubts:
        return evidence
    all_doubts = tuple(dict.fromkeys((*evidence.doubts, *doubts)))
    return replace(evidence, doubts=all_doubts, confidence=round(evidence.confidence * DOUBTED ** len(all_doubts), 4))
