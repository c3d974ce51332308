"""What the queue gives out: items in order, leases on them, filters, and the progress of the work."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, case, func, or_, select, update

from recognizer.reviewing.facts import READING, Pointer, Reading
from recognizer.reviewing.tables import ORDER, actions, documents, items

LEASE = 300.0  # seconds for which an item that someone looks at is nobody else's
LONGEST_PACE = 180.0  # seconds: who takes longer for a decision was somewhere else
PACE_OF = 50  # decisions that the pace is told from
DOCUMENT = select(documents.c.name).where(documents.c.id == items.c.document_id).scalar_subquery().label("document")


STATES = {  # what can be asked for, and the states of the items that it gives
    "open": ("open",), "skipped": ("skipped",), "sure": ("sure",), "decided": ("accepted", "corrected", "rejected")}


@dataclass(frozen=True, slots=True)
class Filters:
    """Which items are asked for; "" is any. `state` is one of STATES."""

    document: str = ""
    city: str = ""
    kind: str = ""
    doubt: str = ""
    state: str = "open"

    def conditions(self) -> list[ColumnElement[bool]]:
        """As conditions on the table of items."""
        found: list[ColumnElement[bool]] = [items.c.state.in_(STATES[self.state])]
        if self.document:
            found.append(items.c.document_id == select(documents.c.id).where(documents.c.name == self.document).scalar_subquery())
        if self.city:
            found.append(items.c.city == self.city)
        if self.kind:
            found.append(items.c.kind == self.kind)
        if self.doubt:
            found.append(items.c.doubts.contains(f"|{self.doubt}|", autoescape=True))
        return found


@dataclass(frozen=True, slots=True)
class Alternative:
    """What else a cell could be: another `role` or `period`, or a `concept` of the vocabulary (its id, `name` being its name)."""

    field: str
    value: str
    probability: float
    name: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """A fact in the queue as it reads now; `seen` is the last decision about it (0: none), by which a later one is noticed.

    `alternatives` are the model's, the likeliest first; None until they were looked up.
    """

    id: int
    document_id: int
    document: str
    pointer: Pointer
    kind: str
    table: int
    owner: str
    project: str
    city: str
    reading: Reading
    confidence: float
    doubts: tuple[str, ...]
    reasons: tuple[str, ...]
    at: tuple[dict[str, Any], ...]
    headings: tuple[dict[str, Any], ...]
    likeness: str
    state: str
    seen: int
    alternatives: tuple[Alternative, ...] | None = None

    @property
    def page(self) -> int | None:
        """The page it begins on."""
        own = [place for place in self.at if not place.get("inherited")] or list(self.at)
        return next((place["page"] for place in own if "page" in place), None)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the work is: items by state, seconds a decision and items a decision lately, and the seconds that are left."""

    open: int
    skipped: int
    decided: int
    pace: float | None
    reach: float
    left: float | None


@dataclass(frozen=True, slots=True)
class Pace:
    """A reviewer's decisions, the items that they reached, and the seconds that one takes."""

    who: str
    decisions: int
    items: int
    pace: float


def paces(connection: Connection) -> list[Pace]:
    """Each reviewer's work, who did the most first."""
    seconds = case((actions.c.seconds > LONGEST_PACE, LONGEST_PACE), else_=func.coalesce(actions.c.seconds, 0.0))
    rows = connection.execute(
        select(actions.c.who, func.count(), func.sum(actions.c.number), func.avg(seconds))
        .where(actions.c.undone_at.is_(None)).group_by(actions.c.who).order_by(func.count().desc(), actions.c.who))
    return [Pace(*row) for row in rows]


def find(connection: Connection, *conditions: ColumnElement[bool], limit: int | None = None) -> list[Item]:
    """The items that meet the conditions, in the order of the queue."""
    query = select(items, DOCUMENT).where(*conditions).order_by(*ORDER).limit(limit)
    return [_item(row) for row in connection.execute(query)]


def lease(connection: Connection, session: str, numbers: list[int], now: float) -> None:
    """Gives these items to a session and takes its others from it."""
    connection.execute(update(items).where(items.c.lease_by == session, items.c.id.not_in(numbers))
                       .values(lease_by=None, lease_until=0.0))
    connection.execute(update(items).where(items.c.id.in_(numbers), free(session, now))
                       .values(lease_by=session, lease_until=now + LEASE, shown_at=now))


def free(session: str, now: float) -> ColumnElement[bool]:
    """Whether an item is in nobody else's hands."""
    return or_(items.c.lease_by.is_(None), items.c.lease_by == session, items.c.lease_until < now)


def alike(item: Item) -> ColumnElement[bool]:
    """The open items that were read as the same thing."""
    return and_(items.c.likeness == item.likeness, items.c.state == "open", items.c.kind == item.kind)


def progress(connection: Connection, session: str) -> Progress:
    """How far the work is, at the pace of a session."""
    states = ("open", "skipped", "accepted", "corrected", "rejected")
    counted = connection.execute(
        select(items.c.state, func.count()).where(items.c.state.in_(states)).group_by(items.c.state))
    counts: dict[str, int] = {row[0]: row[1] for row in counted}
    recent = connection.execute(
        select(actions.c.seconds, actions.c.number).where(
            actions.c.session == session, actions.c.undone_at.is_(None), actions.c.seconds.is_not(None))
        .order_by(actions.c.id.desc()).limit(PACE_OF)).all()
    pace = sum(min(row.seconds, LONGEST_PACE) for row in recent) / len(recent) if recent else None
    reach = sum(row.number for row in recent) / len(recent) if recent else 1.0
    left = counts.get("open", 0) / max(reach, 1.0) * pace if pace is not None else None
    decided = sum(counts.get(state, 0) for state in states[2:])
    return Progress(counts.get("open", 0), counts.get("skipped", 0), decided, pace, reach, left)


def choices(connection: Connection) -> dict[str, list[tuple[str, int]]]:
    """What the filters can be set to, each with the number of open items, the most first."""
    is_open = items.c.state == "open"
    found: dict[str, list[tuple[str, int]]] = {}
    by_document = (
        select(items.c.document_id, func.count().label("number")).where(is_open).group_by(items.c.document_id).subquery())
    named = select(documents.c.name, by_document.c.number).join(by_document, documents.c.id == by_document.c.document_id)
    found["document"] = [(row[0], row[1]) for row in connection.execute(named)]
    for name, column in (("city", items.c.city), ("kind", items.c.kind)):
        counted = connection.execute(select(column, func.count()).where(is_open).group_by(column))
        found[name] = [(row[0], row[1]) for row in counted]
    doubts: Counter[str] = Counter()
    for listed, number in connection.execute(select(items.c.doubts, func.count()).where(is_open).group_by(items.c.doubts)):
        for doubt in filter(None, listed.split("|")):
            doubts[doubt] += number
    found["doubt"] = list(doubts.items())
    return {name: sorted(((value, number) for value, number in pairs if value), key=lambda pair: (-pair[1], pair[0]))
            for name, pairs in found.items()}


def _item(row: Any) -> Item:
    return Item(
        row.id, row.document_id, row.document, tuple(json.loads(row.pointer)), row.kind, row.table_number, row.owner, row.project,
        row.city,
        Reading(**{name: getattr(row, name) for name in READING}), row.confidence,
        tuple(filter(None, row.doubts.split("|"))), tuple(filter(None, row.reasons.split("|"))), tuple(json.loads(row.at)),
        tuple(json.loads(row.headings)), row.likeness, row.state, row.last_action or 0,
        tuple(Alternative(*one) for one in json.loads(row.alternatives)) if row.alternatives else None)
