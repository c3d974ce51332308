"""Decisions: what a reviewer says, and how it is written down so that it can be looked up and taken back."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from recognizer.reviewing.beside import Neighbour
from recognizer.reviewing.boundaries import stands_in
from recognizer.reviewing.facts import FIELDS, Reading, likeness
from recognizer.reviewing.items import Item, find
from recognizer.reviewing.reach import SHARED
from recognizer.reviewing.tables import actions, changes, items, new_id

STATES = {"accept": "accepted", "correct": "corrected", "join": "corrected", "split": "corrected", "reject": "rejected",
          "skip": "skipped"}


class TakenError(Exception):
    """The item is in another reviewer's hands, or was decided since it was shown."""


@dataclass(frozen=True, slots=True)
class Reviewer:
    """Who decides: a name for the audit trail, and the browser's session, which holds the leases."""

    name: str
    session: str


@dataclass(frozen=True, slots=True)
class Decision:
    """What to do about an item. `seen` is the last decision that the reviewer saw of it; `fields` what to correct, or how to
    split (see `boundaries.split`); `neighbour` what to join; `why` a role or a reason in words. `ticket` is unique to the
    decision. `check`: it is the second look at what someone else has decided."""

    item: int
    what: str
    ticket: str
    seen: int = 0
    fields: Mapping[str, str] | None = None
    scope: str = "cell"
    why: str = ""
    neighbour: Neighbour | None = None
    check: bool = False


@dataclass(frozen=True, slots=True)
class Action:
    """A decision that was kept: its number, what it did to how many items, and who took it back, if anyone did."""

    id: int
    who: str
    at: float
    what: str
    scope: str
    why: str
    number: int
    item: int
    undone_by: str | None
    before: Mapping[str, str]
    after: Mapping[str, str]
    label: str


def differing(item: Item, made: Reading) -> list[str]:
    """The fields, those of its kind, in which a reading differs from an item's."""
    return [name for name in FIELDS[item.kind] if getattr(made, name) != getattr(item.reading, name)]


def taken_periods(connection: Connection, item: Item) -> Collection[str]:
    """The periods for which others of the item's indicator (or table, for goals) have a text."""
    rows = connection.execute(select(items.c.id, items.c.period, items.c.rest_period).where(
        items.c.document_id == item.document_id, items.c.owner == item.owner, items.c.kind == item.kind,
        items.c.table_number == item.table, items.c.state.not_in(("gone", "rejected")))).all()
    others = {row.period for row in rows if row.id != item.id} | {row.rest_period for row in rows}
    return others - {""}


def swallowed(connection: Connection, item: Item, neighbour: Neighbour | None) -> list[Item]:
    """The facts of which nothing is left when their cell is joined with the item's."""
    if neighbour is None:
        return []
    near = find(connection, items.c.document_id == item.document_id, items.c.table_number == item.table, items.c.id != item.id,
                items.c.state.not_in(("gone", "rejected")))
    return [one for one in near if stands_in(one, neighbour)]


def known_action(connection: Connection, ticket: str) -> int | None:
    """The action of a ticket that was used before."""
    return connection.execute(select(actions.c.id).where(actions.c.ticket == ticket)).scalar()


def keep(
    connection: Connection, reviewer: Reviewer, decision: Decision, decided: Mapping[int, tuple[Item, Reading, str]], now: float
) -> int:
    """Writes down an action, what it changes, and the items as they read now; values of the same indicators change with them."""
    shown = connection.execute(select(items.c.shown_at).where(items.c.id == decision.item)).scalar()
    number = new_id(connection.execute(insert(actions).values(
        ticket=decision.ticket, who=reviewer.name, session=reviewer.session, at=now, what=decision.what, scope=decision.scope,
        why=decision.why, seconds=None if shown is None else max(now - shown, 0.0), number=max(len(decided), 1),
        item_id=decision.item,
    )))
    if not decided:
        return number
    everything = {**_siblings(connection, decided), **decided}
    connection.execute(insert(changes), [
        {"action_id": number, "item_id": item.id, "before": said(item.reading, item.state, item.seen),
         "after": said(made, state)}
        for item, made, state in everything.values()])
    connection.execute(update(items).where(items.c.id == bindparam("number")), [
        {"number": item.id, **asdict(made), "state": state, "last_action": number, "likeness": likeness(item.kind, made),
         "lease_by": None, "lease_until": 0.0}
        for item, made, state in everything.values()])
    return number


def said(reading: Reading, state: str, seen: int | None = None) -> str:
    """What an item says, as a line of the audit trail keeps it."""
    known = {} if seen is None else {"seen": seen}
    return json.dumps({"reading": asdict(reading), "state": state, **known}, ensure_ascii=False)


def _siblings(connection: Connection, decided: Mapping[int, tuple[Item, Reading, str]]) -> dict[int, tuple[Item, Reading, str]]:
    """The other values of the indicators whose name, levels or concept change, with these as theirs."""
    found: dict[int, tuple[Item, Reading, str]] = {}
    for item, made, _ in decided.values():
        shared = {name: getattr(made, name) for name in SHARED}
        if item.kind != "value" or all(getattr(item.reading, name) == text for name, text in shared.items()):
            continue
        for other in find(connection, items.c.document_id == item.document_id, items.c.owner == item.owner,
                          items.c.kind == "value", items.c.id != item.id, items.c.state != "gone"):
            found[other.id] = (other, replace(other.reading, **shared), other.state)
    return found


def action_of(row: Any) -> Action:
    """A row of `actions` with what it did to one item."""
    before, after = json.loads(row.before)["reading"], json.loads(row.after)["reading"]
    differs = [name for name in after if before.get(name, "") != after[name] and name != "joined"]
    label = " / ".join(filter(None, (before["level1"], before["level2"], before["name"], before["period"]))) or before["text"]
    return Action(
        row.id, row.who, row.at, row.what, row.scope, row.why, row.number, row.item_id, row.undone_by,
        {name: before.get(name, "") for name in differs}, {name: after[name] for name in differs}, label)
