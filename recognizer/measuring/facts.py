"""Facts of a document and how many of them were read rightly.

A fact is a tuple of normalised texts; there are eight kinds (`KINDS`). Facts, normalisation and figures are exactly those
of eval/gold/score.py, the public yardstick; a test holds the two together. What is added here: each fact keeps the
confidence and the source places that the output states for it, so that errors can be shown and confidences judged.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

KINDS = ("value", "indicator", "fund", "attribute", "goal", "standard", "document", "total")

# What a document says of itself, as far as its gold record knows it.
DOCUMENT_KEYS = ("city", "publisher", "fiscal_year", "amount_unit")

# Projects whose names are less alike than this are paired by position, not by name.
ALIKE = 0.6

_PROJECT_NAME = "项目名称"
_PUNCTUATION = str.maketrans({
    "：": ":", "；": ";", "，": ",", "。": ".", "、": ",", "“": '"', "”": '"', "‘": "'", "’": "'", "（": "(", "）": ")",
    "【": "[", "】": "]", "〔": "[", "〕": "]", "《": "<", "》": ">", "—": "-", "–": "-", "－": "-", "～": "~",
    "﹤": "<", "﹥": ">", "≧": "≥", "≦": "≤", "⩾": "≥", "⩽": "≤", "·": ".", "•": "."})


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact of one kind. `key` is what is compared; confidence and `at` (places as in the output JSON) may be unknown.

    `doubts` are those the output states; a value has those of its indicator too.
    """

    kind: str
    key: tuple[Any, ...]
    confidence: float | None = None
    at: tuple[Mapping[str, Any], ...] = ()
    doubts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Counts:
    """Facts read rightly, facts predicted and facts that the gold has."""

    hit: int = 0
    predicted: int = 0
    gold: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(self.hit + other.hit, self.predicted + other.predicted, self.gold + other.gold)

    @property
    def empty(self) -> bool:
        """Nothing expected and nothing predicted: precision, recall and F1 are 1."""
        return not self.predicted and not self.gold

    @property
    def precision(self) -> float:
        """The share of predicted facts that are right."""
        return 1.0 if self.empty else self.hit / self.predicted if self.predicted else 0.0

    @property
    def recall(self) -> float:
        """The share of gold facts that were read."""
        return 1.0 if self.empty else self.hit / self.gold if self.gold else 0.0

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall."""
        if self.empty:
            return 1.0
        return 2 * self.precision * self.recall / (self.precision + self.recall) if self.hit else 0.0


@dataclass(frozen=True, slots=True)
class Error:
    """A fact missed (in the gold alone) or invented (in the prediction alone)."""

    fault: str  # missed or invented
    fact: Fact


@dataclass(frozen=True, slots=True)
class Scores:
    """The counts of each kind of facts, and the errors in the order of the kinds, missed facts first."""

    counts: Mapping[str, Counts]
    errors: tuple[Error, ...] = ()

    def __getitem__(self, kind: str) -> Counts:
        return self.counts[kind]


def normal(text: object) -> str:
    """The text as it is compared: NFKC, no white space, one form of each punctuation mark, lower case."""
    if text is None:
        return ""
    folded = unicodedata.normalize("NFKC", str(text).translate(_PUNCTUATION)).translate(_PUNCTUATION)
    return "".join(folded.split()).strip(".;,").lower()


def amount(fund: Mapping[str, Any]) -> str:
    """An amount as it is compared: a number with two decimals, or the printed text."""
    number = fund.get("amount")
    if number is None:
        number = normal(fund.get("raw")).replace(",", "")
    try:
        return f"{float(number):.2f}"
    except (TypeError, ValueError):
        return str(number)


def pair_projects(gold: Sequence[Mapping[str, Any]], predicted: Sequence[Mapping[str, Any]]) -> list[int]:
    """For each predicted project the index of its gold project, by name and then by position; the rest get new indices."""
    gold_names = [normal(project.get("project_name")) for project in gold]
    predicted_names = [normal(project.get("project_name")) for project in predicted]
    candidates = sorted(
        ((SequenceMatcher(None, name, other, autojunk=False).ratio() - abs(i - j) * 1e-3, -abs(i - j), j, i)
         for i, name in enumerate(gold_names) for j, other in enumerate(predicted_names)), reverse=True)
    pairs: dict[int, int] = {}
    taken: set[int] = set()
    for likeness, _, j, i in candidates:
        if likeness >= ALIKE and j not in pairs and i not in taken:
            pairs[j] = i
            taken.add(i)
    for j in range(min(len(predicted), len(gold))):
        if j not in pairs and j not in taken:
            pairs[j] = j
            taken.add(j)
    return [pairs.get(j, len(gold) + j) for j in range(len(predicted))]


def project_facts(project: Mapping[str, Any], index: int) -> Iterator[Fact]:
    """The facts of one project, known as number `index` in its document."""
    details = project.get("attribute_details") or {}
    yield _fact("attribute", (index, _PROJECT_NAME, normal(project.get("project_name"))), details.get(_PROJECT_NAME))
    for key, text in (project.get("attributes") or {}).items():
        if normal(key) not in (_PROJECT_NAME, "") and normal(text):
            yield _fact("attribute", (index, normal(key), normal(text)), details.get(key))
    fund_details = project.get("fund_details") or []
    for number, fund in enumerate(project.get("funds") or []):
        key = (index, normal(fund.get("item")), fund.get("period"), amount(fund))
        yield _fact("fund", key, fund_details[number] if number < len(fund_details) else None)
    goal_details = project.get("goal_details") or {}
    for kind, text in (project.get("goals") or {}).items():
        if normal(text):
            yield _fact("goal", (index, kind, normal(text)), goal_details.get(kind))
    for indicator in project.get("indicators") or []:
        yield from _indicator_facts(indicator, index)


def _indicator_facts(indicator: Mapping[str, Any], index: int) -> Iterator[Fact]:
    where = (index, normal(indicator.get("level1")), normal(indicator.get("level2")), normal(indicator.get("name")))
    yield _fact("indicator", where, indicator)
    if normal(indicator.get("standard")):
        # The output states no confidence for a standard; its place is that of its row.
        yield Fact("standard", (index, where[2], where[3], normal(indicator["standard"])), None, _places(indicator))
    details = indicator.get("value_details") or {}
    for period, text in (indicator.get("values") or {}).items():
        if normal(text):
            yield _fact("value", (*where, period, normal(text)), details.get(period), indicator.get("doubts") or ())


def _fact(kind: str, key: tuple[Any, ...], detail: Mapping[str, Any] | None, inherited: Iterable[str] = ()) -> Fact:
    confidence = (detail or {}).get("confidence")
    doubts = tuple(dict.fromkeys((*inherited, *((detail or {}).get("doubts") or ()))))
    return Fact(kind, key, None if confidence is None else float(confidence), _places(detail), doubts)


def _places(detail: Mapping[str, Any] | None) -> tuple[Mapping[str, Any], ...]:
    return tuple((detail or {}).get("at") or ())


def facts(gold: Mapping[str, Any], predicted: Mapping[str, Any]) -> tuple[list[Fact], list[Fact]]:
    """All facts of a document, gold and predicted, in the order of the records.

    Both are records of the schema of eval/gold/README.md. They are taken together because projects are paired, and because
    facts about the document count only where the gold has them.
    """
    gold_projects, predicted_projects = gold.get("projects") or [], predicted.get("projects") or []
    indices = pair_projects(gold_projects, predicted_projects)
    wanted = [fact for index, project in enumerate(gold_projects) for fact in project_facts(project, index)]
    found = [fact for index, project in zip(indices, predicted_projects, strict=True) for fact in project_facts(project, index)]
    for record, side in ((gold, wanted), (predicted, found)):
        side += [Fact("document", (key, normal(record[key]))) for key in DOCUMENT_KEYS
                 if gold.get(key) is not None and record.get(key) is not None]
        side += [Fact("total", (normal(row.get("name")), normal(fund.get("item")), fund.get("period"), amount(fund)))
                 for row in record.get("totals") or [] for fund in row.get("funds") or []]
    return wanted, found


def matched(facts_of_one_side: Iterable[Fact], other_side: Iterable[Fact]) -> list[tuple[Fact, bool]]:
    """Each fact of one side and whether the other side has it too; each fact of the other side answers for one only."""
    left = Counter((fact.kind, fact.key) for fact in other_side)
    answered = []
    for fact in facts_of_one_side:
        known = left[(fact.kind, fact.key)] > 0
        left[(fact.kind, fact.key)] -= known
        answered.append((fact, known))
    return answered


def score(gold: Mapping[str, Any], predicted: Mapping[str, Any]) -> Scores:
    """The predicted records of a document held against its gold records."""
    wanted, found = facts(gold, predicted)
    missed, invented = matched(wanted, found), matched(found, wanted)
    counts = {}
    errors: list[Error] = []
    for kind in KINDS:
        rights = [right for fact, right in invented if fact.kind == kind]
        counts[kind] = Counts(sum(rights), len(rights), sum(fact.kind == kind for fact in wanted))
        errors += [Error("missed", fact) for fact, right in missed if fact.kind == kind and not right]
        errors += [Error("invented", fact) for fact, right in invented if fact.kind == kind and not right]
    return Scores(counts, tuple(errors))


def pool(scores: Iterable[Scores]) -> Scores:
    """The sums of counts over several documents, with the errors of all."""
    counts = dict.fromkeys(KINDS, Counts())
    errors: list[Error] = []
    for one in scores:
        counts = {kind: counts[kind] + one[kind] for kind in KINDS}
        errors += one.errors
    return Scores(counts, tuple(errors))
