"""Checking: what does not add up lowers a confidence and is named as a doubt; what stands nowhere in the source is counted."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from recognizer.checking.conservation import invented_on
from recognizer.checking.hidden import doubt_hidden
from recognizer.checking.sums import differing
from recognizer.types import Document, Evidence, Fund, Indicator, Project, Records

DOUBTED = 0.7  # provisional factor of a confidence for each doubt, until confidences are calibrated


def check(records: Records, document: Document) -> Records:
    """The records with their doubts named, confidences lowered for them, and the count of invented texts (which must be 0)."""
    records = doubt_hidden(records, document.hidden)
    made_up = Counter(page for _, page in invented_on(records, document))
    ledgers = tuple(replace(ledger, invented=made_up[number]) for number, ledger in enumerate(records.pages, 1))
    totals = tuple(replace(total, funds=tuple(map(_fund, total.funds))) for total in records.totals)
    return replace(records, pages=ledgers, projects=tuple(map(_project, records.projects)), totals=totals)


def _project(project: Project) -> Project:
    names = Counter((indicator.level2, indicator.name) for indicator in project.indicators)
    unequal = differing(project.funds)
    return replace(
        project,
        indicators=tuple(
            _indicator(indicator, names[indicator.level2, indicator.name] > 1) for indicator in project.indicators
        ),
        goals=tuple(replace(goal, evidence=_doubted(goal.evidence, [])) for goal in project.goals),
        funds=tuple(_fund(fund, number in unequal) for number, fund in enumerate(project.funds)),
    )


def _indicator(indicator: Indicator, twice: bool) -> Indicator:
    doubts = []
    if twice and indicator.name:
        doubts.append("name_twice")
    if not indicator.level1 or not indicator.level2:
        doubts.append("level_lost")
    if not indicator.values:
        doubts.append("no_value")
    found = _doubted(indicator.evidence, doubts)
    sure = found.confidence
    values = tuple(
        replace(value, evidence=_doubted(replace(value.evidence, confidence=min(value.evidence.confidence, sure)), []))
        for value in indicator.values
    )
    return replace(indicator, evidence=found, values=values)


def _fund(fund: Fund, unequal: bool = False) -> Fund:
    doubts = ["sum_differs"] * unequal + ["amount_unreadable"] * (fund.amount is None)
    return replace(fund, evidence=_doubted(fund.evidence, doubts))


def _doubted(evidence: Evidence, doubts: list[str]) -> Evidence:
    all_doubts = tuple(dict.fromkeys((*evidence.doubts, *doubts)))
    return replace(evidence, doubts=all_doubts, confidence=round(evidence.confidence * DOUBTED ** len(all_doubts), 4))
