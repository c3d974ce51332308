"""The queue of what a person should look at: items are given out, decided, and every decision can be taken back.

A decision is one transaction with a ticket of its own, so that a browser may send it again after the server was killed: it is
kept once. Who decides says what they saw of the item last; what someone else has decided meanwhile is never overwritten.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from recognizer.reviewing.facts import FIELDS, Reading, likeness
from recognizer.reviewing.filling import fill
from recognizer.reviewing.items import Filters, Item, Progress, alike, choices, find, free, lease, progress
from recognizer.reviewing.reach import SHARED, Reach, reaches, taken_in
from recognizer.reviewing.structure import RefusedError, corrected
from recognizer.reviewing.tables import QueueError, actions, changes, documents, items, new_id, open_queue, reading, writing

STATES = {"accept": "accepted", "correct": "corrected", "reject": "rejected", "skip": "skipped"}
SHEET = 48  # crops of a contact sheet
CHOICES_FOR = 5.0  # seconds for which the filters' choices are not counted again


class TakenError(Exception):
    """The item is in another reviewer's hands, or was decided since it was shown."""


@dataclass(frozen=True, slots=True)
class Reviewer:
    """Who decides: a name for the audit trail, and the browser's session, which holds the leases."""

    name: str
    session: str


@dataclass(frozen=True, slots=True)
class Decision:
    """What to do about an item. `seen` is the last decision that the reviewer saw of it; `fields` what to correct; `why` a role
    or a reason in words. `ticket` is unique to the decision."""

    item: int
    what: str
    ticket: str
    seen: int = 0
    fields: Mapping[str, str] | None = None
    scope: str = "cell"
    why: str = ""


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


class Queue:
    """The queue of a run's folder. Raises QueueError where its database cannot be used."""

    def __init__(self, folder: Path, url: str | None = None, clock: Callable[[], float] = time.time) -> None:
        self.folder = folder
        self._clock = clock
        self.engine = open_queue(folder, url)
        self._choices: tuple[float, dict[str, list[tuple[str, int]]]] = (0.0, {})
        self._counting = threading.Lock()
        self._concepts: Collection[str] | None = None

    def close(self) -> None:
        """Closes the database."""
        self.engine.dispose()

    def fill(self) -> int:
        """Takes in the run's documents that are new or have changed; returns how many."""
        return fill(self.engine, self.folder)

    # Giving out.

    def next(self, reviewer: Reviewer, filters: Filters | None = None) -> Item | None:
        """The item to look at next, which is the reviewer's for a while; None where there is none."""
        now = self._clock()
        with writing(self.engine, fleeting=True) as connection:
            found = find(connection, *(filters or Filters()).conditions(), free(reviewer.session, now), limit=1)
            lease(connection, reviewer.session, [item.id for item in found], now)
            return found[0] if found else None

    def open(self, reviewer: Reviewer, number: int) -> Item | None:
        """Any item, to look at or to decide again; it is the reviewer's unless another one holds it."""
        with writing(self.engine, fleeting=True) as connection:
            found = find(connection, items.c.id == number)
            lease(connection, reviewer.session, [number], self._clock())
            return found[0] if found else None

    def look(self, number: int) -> Item | None:
        """An item without taking it."""
        with reading(self.engine) as connection:
            return next(iter(find(connection, items.c.id == number)), None)

    def listed(self, filters: Filters, limit: int = 100) -> list[Item]:
        """The first items in order."""
        with reading(self.engine) as connection:
            return find(connection, *filters.conditions(), limit=limit)

    def of_document(self, item: Item, page: int | None = None) -> list[Item]:
        """All facts of an item's document, or of a page of it."""
        with reading(self.engine) as connection:
            on_page = [items.c.first_page <= page, items.c.last_page >= page] if page is not None else []
            return find(connection, items.c.document_id == item.document_id, items.c.state != "gone", *on_page)

    def by_document(self) -> Iterator[list[Item]]:
        """All facts of each document of the run."""
        with reading(self.engine) as connection:
            numbers = connection.execute(select(documents.c.id).order_by(documents.c.name)).scalars().all()
        for number in numbers:
            with reading(self.engine) as connection:
                found = find(connection, items.c.document_id == number, items.c.state != "gone")
            if found:
                yield found

    def sheet(self, reviewer: Reviewer, number: int) -> list[Item]:
        """A contact sheet: the item and others that were read as the same thing; all are the reviewer's for a while."""
        now = self._clock()
        with writing(self.engine, fleeting=True) as connection:
            first = find(connection, items.c.id == number)
            if not first:
                return []
            found = find(connection, alike(first[0]), free(reviewer.session, now), limit=SHEET)
            lease(connection, reviewer.session, [item.id for item in found], now)
            return found

    def sheets(self, limit: int = 60) -> list[tuple[Item, int]]:
        """What contact sheets there are: their first item and their number of crops, the largest first."""
        from sqlalchemy import func

        with reading(self.engine) as connection:
            rows = connection.execute(
                select(func.min(items.c.id), func.count()).where(items.c.state == "open").group_by(items.c.likeness)
                .having(func.count() > 1).order_by(func.count().desc(), func.min(items.c.id)).limit(limit)).all()
            by_id = {item.id: item for item in find(connection, items.c.id.in_([row[0] for row in rows]))}
            return [(by_id[row[0]], row[1]) for row in rows]

    # Deciding.

    def reaches(self, reviewer: Reviewer, item: Item, what: str, fields: Mapping[str, str]) -> list[Reach]:
        """How far a decision could reach. Raises RefusedError for a correction that no table could hold."""
        with reading(self.engine) as connection:
            changed: Collection[str] = ()
            if what == "correct":
                made = self._corrected(connection, item, fields)
                changed = _differing(item, made)
            return reaches(connection, item, what, changed, reviewer.session, self._clock())

    def decide(self, reviewer: Reviewer, decision: Decision) -> int:
        """Keeps a decision and everything it reaches; returns the action's number, the same when the ticket was used before.

        Raises TakenError where someone else holds or has decided the item, RefusedError for a correction that contradicts the
        structure, FullDiskError where it cannot be kept.
        """
        now = self._clock()
        with writing(self.engine) as connection:
            known = _known(connection, decision.ticket)
            if known:
                return known
            item = self._mine(connection, reviewer, decision, now)
            fields = decision.fields if decision.what == "correct" else None
            made = self._corrected(connection, item, fields) if fields is not None else item.reading
            named = {name: getattr(made, name) for name in _differing(item, made)}
            others = taken_in(connection, item, decision.what, tuple(named), decision.scope, reviewer.session, now)
            targets = {item.id: item}
            for start in range(0, len(others), 500):
                targets |= {one.id: one for one in find(connection, items.c.id.in_(others[start : start + 500]))}
            decided: dict[int, tuple[Item, Reading, str]] = {}
            for one in targets.values():
                try:
                    changed = self._corrected(connection, one, named) if named else one.reading
                except RefusedError:
                    if one.id == item.id:
                        raise
                    continue  # this one's table does not allow it
                decided[one.id] = (one, changed, STATES[decision.what])
            return _keep(connection, reviewer, decision, decided, now)

    def accept_sheet(self, reviewer: Reviewer, ticket: str, numbers: Sequence[int], seen: Mapping[int, int]) -> int | None:
        """Accepts items of a contact sheet that are still as they were `seen` and nobody else's; None where there are none."""
        now = self._clock()
        with writing(self.engine) as connection:
            known = _known(connection, ticket)
            if known:
                return known
            found = find(connection, items.c.id.in_(numbers), items.c.state.in_(("open", "skipped")), free(reviewer.session, now))
            chosen = {item.id: (item, item.reading, "accepted") for item in found if seen.get(item.id, 0) == item.seen}
            if not chosen:
                return None
            return _keep(connection, reviewer, Decision(next(iter(chosen)), "accept", ticket, scope="sheet"), chosen, now)

    def _mine(self, connection: Connection, reviewer: Reviewer, decision: Decision, now: float) -> Item:
        found = find(connection, items.c.id == decision.item, free(reviewer.session, now))
        if not found or found[0].state == "gone" or found[0].seen != decision.seen:
            raise TakenError
        return found[0]

    def _corrected(self, connection: Connection, item: Item, fields: Mapping[str, str]) -> Reading:
        taken: Collection[str] = ()
        if fields.get("period") and item.kind in ("value", "goal"):
            taken = connection.execute(select(items.c.period).where(
                items.c.document_id == item.document_id, items.c.owner == item.owner, items.c.kind == item.kind,
                items.c.table_number == item.table, items.c.id != item.id, items.c.state.not_in(("gone", "rejected")))
            ).scalars().all()
        return corrected(item.kind, item.reading, fields, taken, self._known_concepts() if fields.get("concept") else None)

    def _known_concepts(self) -> Collection[str]:
        if self._concepts is None:
            from recognizer.concepts import vocabulary_in_use

            self._concepts = {concept.id for concept in vocabulary_in_use().concepts}
        return self._concepts

    # Taking back.

    def undo(self, reviewer: Reviewer, action: int) -> int | None:
        """Takes back all that a decision did, but what was decided again since; returns its first item, None if it was taken
        back before."""
        now = self._clock()
        with writing(self.engine) as connection:
            row = connection.execute(
                update(actions).where(actions.c.id == action, actions.c.undone_at.is_(None))
                .values(undone_by=reviewer.name, undone_at=now))
            if row.rowcount != 1:
                return None
            restored = []
            for change in connection.execute(
                    select(changes.c.item_id, changes.c.before, items.c.kind).join(items).where(
                        changes.c.action_id == action, items.c.last_action == action, items.c.state != "gone")):
                before = json.loads(change.before)
                said = Reading(**before["reading"])
                restored.append({"number": change.item_id, **before["reading"], "state": before["state"],
                                 "last_action": before["seen"] or None, "likeness": likeness(change.kind, said)})
            if restored:
                connection.execute(update(items).where(items.c.id == bindparam("number")), restored)
            return int(connection.execute(select(actions.c.item_id).where(actions.c.id == action)).scalar_one())

    def last_action(self, reviewer: Reviewer) -> int | None:
        """The reviewer's last decision that was not taken back."""
        with reading(self.engine) as connection:
            return connection.execute(
                select(actions.c.id).where(actions.c.session == reviewer.session, actions.c.undone_at.is_(None))
                .order_by(actions.c.id.desc()).limit(1)).scalar()

    # Looking back.

    def audit(self, limit: int = 200, before: int | None = None, item: int | None = None) -> list[Action]:
        """The latest decisions (below a number; about an item), with what each did to its first item."""
        with reading(self.engine) as connection:
            query = (
                select(actions, changes.c.before, changes.c.after)
                .join(changes, (changes.c.action_id == actions.c.id) & (changes.c.item_id == (item or actions.c.item_id)))
                .order_by(actions.c.id.desc()).limit(limit))
            if before is not None:
                query = query.where(actions.c.id < before)
            return [_action(row) for row in connection.execute(query)]

    def progress(self, reviewer: Reviewer) -> Progress:
        """How far the work is, at this reviewer's pace."""
        with reading(self.engine) as connection:
            return progress(connection, reviewer.session)

    def choices(self) -> dict[str, list[tuple[str, int]]]:
        """What the filters can be set to, with numbers; those of a few seconds ago are given while they are counted again."""
        counted, found = self._choices
        if not found:
            self._count_choices()
        elif self._clock() - counted > CHOICES_FOR and self._counting.acquire(blocking=False):
            threading.Thread(target=self._count_choices_again, daemon=True).start()
        return self._choices[1]

    def _count_choices(self) -> None:
        with reading(self.engine) as connection:
            self._choices = (self._clock(), choices(connection))

    def _count_choices_again(self) -> None:
        try:
            self._count_choices()
        except QueueError:
            pass  # whoever reads or decides next is told
        finally:
            self._counting.release()


def _differing(item: Item, made: Reading) -> list[str]:
    return [name for name in FIELDS[item.kind] if getattr(made, name) != getattr(item.reading, name)]


def _known(connection: Connection, ticket: str) -> int | None:
    return connection.execute(select(actions.c.id).where(actions.c.ticket == ticket)).scalar()


def _keep(
    connection: Connection, reviewer: Reviewer, decision: Decision, decided: Mapping[int, tuple[Item, Reading, str]], now: float
) -> int:
    """Writes down an action, what it changes, and the items as they read now; values of the same indicators change with them."""
    shown = connection.execute(select(items.c.shown_at).where(items.c.id == decision.item)).scalar()
    number = new_id(connection.execute(insert(actions).values(
        ticket=decision.ticket, who=reviewer.name, session=reviewer.session, at=now, what=decision.what, scope=decision.scope,
        why=decision.why, seconds=None if shown is None else max(now - shown, 0.0), number=len(decided), item_id=decision.item,
    )))
    everything = {**_siblings(connection, decided), **decided}
    connection.execute(insert(changes), [
        {"action_id": number, "item_id": item.id,
         "before": json.dumps({"reading": asdict(item.reading), "state": item.state, "seen": item.seen}, ensure_ascii=False),
         "after": json.dumps({"reading": asdict(made), "state": state}, ensure_ascii=False)}
        for item, made, state in everything.values()])
    connection.execute(update(items).where(items.c.id == bindparam("number")), [
        {"number": item.id, **asdict(made), "state": state, "last_action": number, "likeness": likeness(item.kind, made),
         "lease_by": None, "lease_until": 0.0}
        for item, made, state in everything.values()])
    return number


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


def _action(row: Any) -> Action:
    before, after = json.loads(row.before)["reading"], json.loads(row.after)["reading"]
    differs = [name for name in before if before[name] != after[name]]
    label = " / ".join(filter(None, (before["level1"], before["level2"], before["name"], before["period"]))) or before["text"]
    return Action(
        row.id, row.who, row.at, row.what, row.scope, row.why, row.number, row.item_id, row.undone_by,
        {name: before[name] for name in differs}, {name: after[name] for name in differs}, label)
