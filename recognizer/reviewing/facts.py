"""The facts of a document's JSON as items to review: what each says, where it stands, and what is at stake with it.

Two hashes say which facts are alike. `likeness` gathers what was read as the same thing (a value's text, period and level 2; a
fund's path), for the contact sheet. `layout` is of the table's form: its keys and headings, not of what was filled in.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from recognizer.exporting.review import REVIEW_BELOW

Json = Mapping[str, Any]
Pointer = tuple[str | int, ...]

# What can be corrected of a kind of fact; each is a column of the queue. A fund's `level1` is its path, its `name` the item.
FIELDS: dict[str, tuple[str, ...]] = {
    "value": ("text", "period", "name", "level2", "level1", "concept"),
    "indicator": ("name", "level2", "level1", "concept"),
    "fund": ("text", "period"),
    "total": ("text", "period"),
    "goal": ("text", "period"),
    "attribute": ("text",),
    "project": ("text",),
}
READING = ("text", "period", "name", "level1", "level2", "concept", "joined", "rest", "rest_period")
READ = READING[:6]  # what is read of a page; the others are a person's alone
PATH = " > "  # between the labels of a fund's path
CHECKED = 0.25  # doubt of a fact that a check fired on, at least


@dataclass(frozen=True, slots=True)
class Reading:
    """What a fact says; fields that its kind does not have are "". `concept` is an entry's id in the vocabulary.

    `joined` lists the neighbours that a person has joined with its text or name (JSON: field, side, text, at), `rest` is what
    was split from it and is a value (or a goal) of `rest_period`.
    """

    text: str = ""
    period: str = ""
    name: str = ""
    level1: str = ""
    level2: str = ""
    concept: str = ""
    joined: str = ""
    rest: str = ""
    rest_period: str = ""


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact: `pointer` is its place in the document's JSON, `owner` names the indicator that its values share.

    `table` counts the document's tables, the totals being -1. `stake` is how many facts hang on it.
    """

    pointer: Pointer
    kind: str
    table: int
    owner: str
    project: str
    reading: Reading
    confidence: float
    doubts: tuple[str, ...]
    reasons: tuple[str, ...]
    at: tuple[Json, ...]
    doubtful: bool
    stake: float = 1.0
    layout: str = ""
    headings: tuple[Json, ...] = field(default=())  # where its indicator stands

    @property
    def priority(self) -> float:
        """Doubt times what is at stake."""
        doubt = max(1.0 - self.confidence, CHECKED if self.doubts else 0.0)
        return doubt * self.stake

    @property
    def likeness(self) -> str:
        """A hash of what it was read as."""
        return likeness(self.kind, self.reading)

    @property
    def origin(self) -> str:
        """A hash of the reading and its place, by which the fact is known again when the document is digitised anew."""
        said = [getattr(self.reading, name) for name in READ]
        return _hash([self.kind, self.project, list(self.at), list(self.headings), *said])


def likeness(kind: str, reading: Reading) -> str:
    """A hash that is the same for facts that were read as the same thing."""
    said: Sequence[str]
    if kind in ("value", "indicator"):
        said = (reading.text, reading.period, reading.level2)
    elif kind in ("fund", "total"):
        said = (reading.level1, reading.period)
    else:
        said = (reading.name, reading.period)
    return _hash([kind, *said])


def facts_of(document: Json) -> Iterator[Fact]:
    """All facts of a document's JSON, in printed order."""
    for number, project in enumerate(document["projects"]):
        yield from _project(number, project, layout_of(document, project))
    for number, total in enumerate(document["totals"]):
        for index, (fund, details) in enumerate(zip(total["funds"], total["fund_details"], strict=True)):
            pointer = ("totals", number, "funds", index)
            yield _fund(pointer, "total", -1, total["name"], fund, details, "totals")


def layout_of(document: Json, project: Json) -> str:
    """A hash of a table's form: the city, the labels of its head, its headings, and the periods of its columns."""
    indicators = project["indicators"]
    return _hash([
        document["city"], sorted(project["attributes"]), sorted({fund["period"] for fund in project["funds"]}),
        sorted({heading for one in indicators for heading in one["extra"]}),
        sorted({period for one in indicators for period in one["values"]})])


def _project(table: int, project: Json, layout: str) -> Iterator[Fact]:
    name = project["project_name"] or ""
    place: Pointer = ("projects", table)
    below = len(project["indicators"]) + len(project["funds"]) + len(project["goals"])
    yield _fact((*place, "project_name"), "project", table, name, Reading(text=name), project["name_details"], layout,
                stake=1 + math.log1p(below))
    for key, text in project["attributes"].items():
        yield _fact((*place, "attributes", key), "attribute", table, name, Reading(text, name=key),
                    project["attribute_details"][key], layout)
    for index, (fund, details) in enumerate(zip(project["funds"], project["fund_details"], strict=True)):
        yield _fund((*place, "funds", index), "fund", table, name, fund, details, layout)
    for kind, text in project["goals"].items():
        yield _fact((*place, "goals", kind), "goal", table, name, Reading(text, kind), project["goal_details"][kind], layout)
    for index, indicator in enumerate(project["indicators"]):
        yield from _indicator((*place, "indicators", index), table, name, indicator, layout)


def _indicator(pointer: Pointer, table: int, project: str, indicator: Json, layout: str) -> Iterator[Fact]:
    concept = indicator["canonical"]["id"] if indicator["canonical"] else ""
    said = {"name": indicator["name"] or "", "level1": indicator["level1"] or "", "level2": indicator["level2"] or "",
            "concept": concept}
    owner = f"{table}.{pointer[3]}"
    if not indicator["values"]:
        yield _fact(pointer, "indicator", table, project, Reading(**said), indicator, layout, owner=owner)
    for period, text in indicator["values"].items():
        details = indicator["value_details"][period]
        doubts = tuple(dict.fromkeys((*indicator["doubts"], *details["doubts"])))
        yield _fact((*pointer, "values", period), "value", table, project, Reading(text, period, **said), details, layout,
                    owner=owner, doubts=doubts, headings=tuple(indicator["at"]))


def _fund(pointer: Pointer, kind: str, table: int, project: str, fund: Json, details: Json, layout: str) -> Fact:
    reading = Reading(fund["raw"], fund["period"], fund["item"], PATH.join(fund["path"]))
    return _fact(pointer, kind, table, project, reading, details, layout, stake=2.0 if len(fund["path"]) <= 2 else 1.0)


def _fact(
    pointer: Pointer, kind: str, table: int, project: str, reading: Reading, details: Json, layout: str, *, stake: float = 1.0,
    owner: str = "", doubts: tuple[str, ...] | None = None, headings: tuple[Json, ...] = (),
) -> Fact:
    listed = tuple(details["doubts"]) if doubts is None else doubts
    accepted = details["confidence"] >= REVIEW_BELOW if details["accepted"] is None else details["accepted"]
    return Fact(pointer, kind, table, owner, project, reading, details["confidence"], listed, tuple(details["reasons"]),
                tuple(details["at"]), bool(listed) or not accepted, stake, layout, headings)


def _hash(said: Sequence[Any]) -> str:
    return hashlib.sha256(json.dumps(said, ensure_ascii=False, sort_keys=True).encode()).hexdigest()[:16]
