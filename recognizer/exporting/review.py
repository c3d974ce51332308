"""Which facts a person should look at before trusting them.

A fact needs review when its confidence is below `REVIEW_BELOW` or when a check fired on it. A value inherits the doubts
of its indicator: a number under the wrong name is a wrong fact.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from recognizer.types import Evidence, Fund, Indicator, Place, Project, Records, Value

REVIEW_BELOW = 0.8

FactKind = Literal["project", "attribute", "fund", "goal", "indicator", "value", "total"]


@dataclass(frozen=True, slots=True)
class Doubtful:
    """A fact that needs review: what it is, what it says, how sure it is, and where it stands in the source.

    `label` is what the fact is called on the page (an indicator's levels and name, a fund's path, an attribute's key);
    `text` is what is printed there; `confidence` is the probability (0 to 1) that the whole fact is right.
    """

    kind: FactKind
    project: str | None
    label: str
    text: str
    confidence: float
    doubts: tuple[str, ...]
    at: tuple[Place, ...]


def needs_review(confidence: float, doubts: tuple[str, ...]) -> bool:
    """Whether a fact of this confidence and with these doubts should be looked at by a person."""
    return confidence < REVIEW_BELOW or bool(doubts)


def value_doubts(indicator: Indicator, value: Value) -> tuple[str, ...]:
    """The doubts of a value: those of its indicator, then its own, each once."""
    return tuple(dict.fromkeys((*indicator.evidence.doubts, *value.evidence.doubts)))


def doubtful_facts(records: Records) -> tuple[Doubtful, ...]:
    """The facts that need review, the most doubtful (lowest confidence) first, equals in printed order."""
    facts = [fact for project in records.projects for fact in _project_facts(project)]
    for total in records.totals:
        facts += [_fund_fact("total", total.name, fund) for fund in total.funds]
    doubtful = [fact for fact in facts if needs_review(fact.confidence, fact.doubts)]
    return tuple(sorted(doubtful, key=lambda fact: fact.confidence))


def _project_facts(project: Project) -> Iterator[Doubtful]:
    """Every fact of a project in the order of the form: its name, its head, its funds, its goals, its indicators."""
    yield _fact("project", project.name, "项目名称", project.name or "", project.evidence)
    for attribute in project.attributes:
        yield _fact("attribute", project.name, attribute.key, attribute.text, attribute.evidence)
    for fund in project.funds:
        yield _fund_fact("fund", project.name, fund)
    for goal in project.goals:
        yield _fact("goal", project.name, goal.kind.value, goal.text, goal.evidence)
    for indicator in project.indicators:
        label = " / ".join(part for part in (indicator.level1, indicator.level2, indicator.name) if part)
        if not indicator.values:
            yield _fact("indicator", project.name, label, indicator.name or "", indicator.evidence)
        for value in indicator.values:
            doubts = value_doubts(indicator, value)
            yield Doubtful("value", project.name, label, value.text, value.evidence.confidence, doubts, value.evidence.at)


def _fund_fact(kind: FactKind, project: str | None, fund: Fund) -> Doubtful:
    return _fact(kind, project, " / ".join(fund.path) or fund.item, fund.raw, fund.evidence)


def _fact(kind: FactKind, project: str | None, label: str, text: str, evidence: Evidence) -> Doubtful:
    return Doubtful(kind, project, label, text, evidence.confidence, evidence.doubts, evidence.at)
