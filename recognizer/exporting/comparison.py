"""Two runs over the same documents, fact by fact: what another model, another edition or other options changed.

Projects of a document are paired by their names and then by position; a fact of a project is known by its kind, what it is
called there and its period, and where several are called so, by their order.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Literal

from recognizer.exporting.document import place_json
from recognizer.exporting.loading import StoredDocument
from recognizer.exporting.review import needs_review, value_doubts
from recognizer.types import Evidence, Fund, Project, Records

Change = Literal["added", "removed", "changed", "doubted", "trusted"]
Key = tuple[str, str, str, int]  # kind, label, period, order among those of the same kind, label and period


@dataclass(frozen=True, slots=True)
class ComparedFact:
    """A fact as it is compared: what it says, how it is read, and how sure it is."""

    kind: str
    label: str
    period: str
    text: str
    reading: str
    confidence: float
    review: bool
    at: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Difference:
    """What became of a fact: `added` or `removed`, `changed` in what it says, or said the same but needing review (`doubted`)
    or no longer needing it (`trusted`)."""

    document: str
    project: str
    change: Change
    before: ComparedFact | None
    after: ComparedFact | None

    @property
    def fact(self) -> ComparedFact:
        """The fact as it is now, or as it was where it is gone."""
        fact = self.after or self.before
        assert fact
        return fact

    def to_json(self) -> dict[str, Any]:
        """The difference as plain dicts and lists."""
        return {
            "document": self.document, "project": self.project, "change": self.change, "kind": self.fact.kind,
            "label": self.fact.label, "period": self.fact.period or None, "before": _shown(self.before),
            "after": _shown(self.after)}


def _shown(fact: ComparedFact | None) -> dict[str, Any] | None:
    if fact is None:
        return None
    return {"text": fact.text, "reading": fact.reading or None, "confidence": fact.confidence, "needs_review": fact.review,
            "at": list(fact.at)}


def compare_runs(before: Iterable[StoredDocument], after: Iterable[StoredDocument]) -> Iterator[Difference]:
    """The differences between two runs, document by document; both must come sorted by file.

    A document that only one run has is one difference of kind `document`.
    """
    olds, news = iter(before), iter(after)
    old, new = next(olds, None), next(news, None)
    while old or new:
        if new is None or (old is not None and old.file < new.file):
            assert old
            yield Difference(old.name, "", "removed", _whole(old.records), None)
            old = next(olds, None)
        elif old is None or new.file < old.file:
            yield Difference(new.name, "", "added", None, _whole(new.records))
            new = next(news, None)
        else:
            yield from compare_documents(old.name, old.records, new.records)
            old, new = next(olds, None), next(news, None)


def compare_documents(name: str, before: Records, after: Records) -> Iterator[Difference]:
    """The differences between two readings of one document."""
    yield from _differences(name, "", _document_facts(before), _document_facts(after))
    taken = _paired([project.name or "" for project in before.projects], [project.name or "" for project in after.projects])
    for old, new in taken:
        first = before.projects[old] if old is not None else None
        second = after.projects[new] if new is not None else None
        title = (second or first or Project(None)).name or ""
        yield from _differences(name, title, _project_facts(first), _project_facts(second))
    yield from _differences(name, "", _total_facts(before), _total_facts(after))


def _paired(before: list[str], after: list[str]) -> list[tuple[int | None, int | None]]:
    """Indices of projects that belong together: those of the same name in their order, then the others by their order."""
    waiting: dict[str, list[int]] = {}
    for index, name in enumerate(before):
        waiting.setdefault(name, []).append(index)
    partner: dict[int, int] = {}
    for index, name in enumerate(after):
        if waiting.get(name):
            partner[index] = waiting[name].pop(0)
    used = set(partner.values())
    rest = [index for index in range(len(before)) if index not in used]
    for index in range(len(after)):
        if index not in partner and rest:
            partner[index] = rest.pop(0)
    return [*((partner.get(index), index) for index in range(len(after))), *((index, None) for index in rest)]


def _differences(
    document: str, project: str, before: Iterable[ComparedFact], after: Iterable[ComparedFact]
) -> Iterator[Difference]:
    olds, news = _by_key(before), _by_key(after)
    for key, old in olds.items():
        new = news.get(key)
        change = _change(old, new)
        if change:
            yield Difference(document, project, change, old, new)
    for key, new in news.items():
        if key not in olds:
            yield Difference(document, project, "added", None, new)


def _change(old: ComparedFact, new: ComparedFact | None) -> Change | None:
    if new is None:
        return "removed"
    if (old.text, old.reading) != (new.text, new.reading):
        return "changed"
    if old.review != new.review:
        return "doubted" if new.review else "trusted"
    return None


def _by_key(facts: Iterable[ComparedFact]) -> dict[Key, ComparedFact]:
    orders: Counter[tuple[str, str, str]] = Counter()
    found: dict[Key, ComparedFact] = {}
    for fact in facts:
        name = (fact.kind, fact.label, fact.period)
        found[*name, orders[name]] = fact
        orders[name] += 1
    return found


def _whole(records: Records) -> ComparedFact:
    return ComparedFact("document", records.source, "", f"{len(records.projects)} projects", "", 1.0, False)


def _document_facts(records: Records) -> Iterator[ComparedFact]:
    for name in ("city", "publisher", "fiscal_year", "amount_unit"):
        told = getattr(records, name)
        if told is not None:
            yield ComparedFact("document", name, "", str(told), "", 1.0, False)


def _total_facts(records: Records) -> Iterator[ComparedFact]:
    for total in records.totals:
        for fund in total.funds:
            yield replace(_fund(fund), kind="total", label=f"{total.name} / {fund.item}")


def _project_facts(project: Project | None) -> Iterator[ComparedFact]:
    if project is None:
        return
    if project.name:
        yield _fact("project", "", "", project.name, project.evidence)
    for attribute in project.attributes:
        yield _fact("attribute", attribute.key, "", attribute.text, attribute.evidence)
    for fund in project.funds:
        yield _fund(fund)
    for goal in project.goals:
        yield _fact("goal", "", goal.kind.value, goal.text, goal.evidence)
    for indicator in project.indicators:
        label = indicator.name or ""
        canonical = indicator.canonical.id if indicator.canonical else ""
        levels = " / ".join(part for part in (indicator.level1, indicator.level2) if part)
        yield _fact("indicator", label, "", levels, indicator.evidence, canonical)
        for value in indicator.values:
            read = value.reading
            names = ("comparator", "quantity_si", "quantity_high", "unit_si", "date", "qualitative")
            parts = [getattr(read, name) for name in names] if read else []
            reading = " ".join(str(part) for part in parts if part is not None)
            evidence = replace(value.evidence, doubts=value_doubts(indicator, value))
            yield _fact("value", label, value.period.value, value.text, evidence, reading)
        if indicator.standard:
            yield _fact("standard", label, "", indicator.standard, indicator.evidence)


def _fund(fund: Fund) -> ComparedFact:
    reading = "" if fund.amount_yuan is None else str(fund.amount_yuan)
    return _fact("fund", " / ".join(fund.path) or fund.item, fund.period.value, fund.raw, fund.evidence, reading)


def _fact(kind: str, label: str, period: str, text: str, evidence: Evidence, reading: str = "") -> ComparedFact:
    review = needs_review(evidence, evidence.doubts)
    own = tuple(place_json(place) for place in evidence.at if not place.inherited)
    return ComparedFact(kind, label, period, text, reading, evidence.confidence, review, own)
