"""What a run came to, in numbers: coverage by city and year, confidences, failures, and what to review first."""

from __future__ import annotations

import heapq
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from itertools import count

from recognizer.exporting.files import Failure
from recognizer.exporting.loading import StoredDocument
from recognizer.exporting.review import Doubtful, doubtful_facts
from recognizer.exporting.tables import TABLES
from recognizer.types import Records

BINS = 20  # of confidences from 0 to 1
LISTED = 200  # facts to review that are listed, the most doubtful first
LISTED_DOCUMENTS = 50  # documents that are named under a reason or a warning
_NUMBER = re.compile(r"\d+(?:[,.]\d+)*")
TABLES_COUNTED = ("records", "funds", "goals", "attributes")


@dataclass(slots=True)
class Share:
    """How many of a number of facts are to be reviewed."""

    facts: int = 0
    review: int = 0

    @property
    def value(self) -> float:
        return self.review / self.facts if self.facts else 0.0


@dataclass(slots=True)
class Named:
    """A number of documents, the first of them by name."""

    number: int = 0
    first: list[str] = field(default_factory=list)

    def add(self, name: str) -> None:
        self.number += 1
        if len(self.first) < LISTED_DOCUMENTS:
            self.first.append(name)


@dataclass(frozen=True, slots=True)
class ToReview:
    """A fact that needs review, and the document it is from."""

    document: str
    fact: Doubtful

    @property
    def where(self) -> str:
        """The first place of the fact in words: page, sheet and cell, or line."""
        place = next((place for place in self.fact.at if not place.inherited), self.fact.at[0] if self.fact.at else None)
        if place is None:
            return ""
        if place.page is not None:
            return f"p. {place.page}"
        return f"{place.sheet}!{place.cell}" if place.cell is not None else f"l. {place.lines[0]}" if place.lines else ""


@dataclass(slots=True)
class Overview:
    """Everything that a report says. Cities and years are "" and 0 where the documents do not say."""

    documents: int = 0
    projects: int = 0
    indicators: int = 0
    values: int = 0
    funds: int = 0
    goals: int = 0
    coverage: dict[str, Counter[int]] = field(default_factory=dict)  # city -> fiscal year -> projects
    documents_of: Counter[str] = field(default_factory=Counter)  # city -> documents
    shares: dict[str, Share] = field(default_factory=dict)  # city -> facts to review
    confidences: list[Share] = field(default_factory=lambda: [Share() for _ in range(BINS)])
    kinds: dict[str, Share] = field(default_factory=dict)
    doubts: Counter[str] = field(default_factory=Counter)
    failures: dict[tuple[str, str], Named] = field(default_factory=dict)  # (stage, reason) -> documents
    warnings: dict[str, Named] = field(default_factory=dict)
    without_table: Named = field(default_factory=Named)
    words: int = 0
    lost: int = 0
    doubled: int = 0
    invented: int = 0
    models: Counter[str] = field(default_factory=Counter)
    review: list[ToReview] = field(default_factory=list)

    @property
    def facts(self) -> Share:
        """All facts."""
        return Share(sum(one.facts for one in self.kinds.values()), sum(one.review for one in self.kinds.values()))


def overview_of(documents: Iterable[StoredDocument], failures: Iterable[Failure], listed: int = LISTED) -> Overview:
    """The overview of a run's documents, read one after the other, and of its failures; `listed` facts are named for review."""
    found = Overview()
    order = count()
    doubtful: list[tuple[float, int, ToReview]] = []  # a heap, its least doubtful fact on top
    for document in documents:
        _add(found, document.records)
        for fact in doubtful_facts(document.records):
            found.doubts.update(fact.doubts)
            entry = (fact.confidence * -1.0, -next(order), ToReview(document.name, fact))
            if len(doubtful) < listed:
                heapq.heappush(doubtful, entry)
            elif listed and entry > doubtful[0]:
                heapq.heapreplace(doubtful, entry)
    found.review = [entry[2] for entry in sorted(doubtful, reverse=True)]
    for failure in failures:
        page = f"{failure.document} (p. {failure.page})" if failure.page is not None else failure.document
        found.failures.setdefault((failure.stage, failure.reason), Named()).add(page)
    return found


def _add(found: Overview, records: Records) -> None:
    city = records.city or ""
    found.documents += 1
    found.documents_of[city] += 1
    found.models[records.model] += 1
    if not records.projects:
        found.without_table.add(records.source)
    years = found.coverage.setdefault(city, Counter())
    for project in records.projects:
        years[project.fiscal_year or records.fiscal_year or 0] += 1
        found.indicators += len(project.indicators)
        found.values += sum(len(indicator.values) for indicator in project.indicators)
    found.projects += len(records.projects)
    for name in TABLES_COUNTED:
        rows = list(TABLES[name].rows(records))
        kind = found.kinds.setdefault(name, Share())
        share = found.shares.setdefault(city, Share())
        for row in rows:
            sure = float(row["confidence"] or 0.0)
            for one in (kind, share, found.confidences[min(int(sure * BINS), BINS - 1)]):
                one.facts += 1
                one.review += bool(row["needs_review"])
    found.funds = found.kinds["funds"].facts
    found.goals = found.kinds["goals"].facts
    for page in records.pages:
        found.words += page.words
        found.lost += page.lost
        found.doubled += page.doubled
        found.invented += page.invented
    for warning in records.warnings:
        found.warnings.setdefault(_without_numbers(warning), Named()).add(records.source)


def _without_numbers(warning: str) -> str:
    """A warning as a kind of warnings: its numbers are those of one document."""
    return _NUMBER.sub("N", warning)


def top_reasons(failures: dict[tuple[str, str], Named]) -> list[tuple[str, str, Named]]:
    """Stage, reason and documents, the most frequent first."""
    rows = [(stage, reason, replace(named)) for (stage, reason), named in failures.items()]
    return sorted(rows, key=lambda row: (-row[2].number, row[0], row[1]))
