"""Which facts a person should look at before trusting them.

A fact needs review when the error budget does not accept it (without a budget: when its confidence is below `REVIEW_BELOW`)
or when a check fired on it. A value inherits the doubts
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
    `text` is what is printed there; `confidence` is the probability (0 to 1) that the whole fact is right; `reasons` name what
    lowered it, the most important first.
    """

    kind: FactKind
    project: str | None
    label: str
    text: str
    confidence: float
    doubts: tuple[str, ...]
    at: tuple[Place, ...]
    reasons: tuple[str, ...] = ()


def needs_review(evidence: Evidence, doubts: tuple[str, ...]) -> bool:
    """Whether a fact with this evidence and these doubts should be looked at by a person."""
    accepted = evidence.confidence >= REVIEW_BELOW if evidence.accepted is None else evidence.accepted
    return bool(doubts) or not accepted


def value_doubts(indicator: Indicator, value: Value) -> tuple[str, ...]:
    """The doubts of a value: those of its indicator, then its own, each once."""
    return tuple(dict.fromkeys((*indicator.evidence.doubts, *value.evidence.doubts)))


def doubtful_facts(records: Records) -> tuple[Doubtful, ...]:
    """The facts that need review, the most doubtful (lowest confidence) first, equals in printed order."""
    facts = [fact for project in records.projects for fact in _project_facts(project) if fact]
    facts += [fact for total in records.totals for fund in total.funds if (fact := _fund_fact("total", total.name, fund))]
    return tuple(sorted(facts, key=lambda fact: fact.confidence))


def _project_facts(project: Project) -> Iterator[Doubtful | None]:
    """A project's facts in the order of the form, name, head, funds, goals, indicators; None for one that needs no review."""
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
            yield _fact("value", project.name, label, value.text, value.evidence, value_doubts(indicator, value))


def _fund_fact(kind: FactKind, project: str | None, fund: Fund) -> Doubtful | None:
    return _fact(kind, project, " / ".join(fund.path) or fund.item, fund.raw, fund.evidence)


def _fact(
    kind: FactKind, project: str | None, label: str, text: str, evidence: Evidence, doubts: tuple[str, ...] | None = None
) -> Doubtful | None:
    """The fact where it needs review."""
    listed = evidence.doubts if doubts is None else doubts
    if not needs_review(evidence, listed):
        return None
    return Doubtful(kind, project, label, text, evidence.confidence, listed, evidence.at, evidence.reasons)
