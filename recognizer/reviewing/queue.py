"""The queue of what a person should look at: items are given out, decided, and every decision can be taken back.

A decision is one transaction with a ticket of its own, so that a browser may send it again after the server was killed: it is
kept once. Who decides says what they saw of the item last; what someone else has decided meanwhile is never overwritten.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from sqlalchemy import Connection, bindparam, insert, select, update

from recognizer.reviewing.agreement import CHECK, Agreement, agreement, as_read, may_check, to_check
from recognizer.reviewing.boundaries import joined, split
from recognizer.reviewing.decisions import (
    STATES,
    Action,
    Decision,
    Reviewer,
    TakenError,
    action_of,
    differing,
    keep,
    known_action,
    said,
    swallowed,
    taken_periods,
)
from recognizer.reviewing.facts import Reading, likeness
from recognizer.reviewing.filling import fill
from recognizer.reviewing.items import (
    Alternative,
    Filters,
    Item,
    Pace,
    Progress,
    alike,
    choices,
    find,
    free,
    lease,
    paces,
    progress,
)
from recognizer.reviewing.reach import Reach, reaches, taken_in
from recognizer.reviewing.structure import RefusedError, corrected
from recognizer.reviewing.tables import QueueError, actions, changes, documents, items, open_queue, reading, writing

SHEET = 48  # crops of a contact sheet
CHOICES_FOR = 5.0  # seconds for which the filters' choices are not counted again


class Queue:
    """The queue of a run's folder. `twice` is the share of decided items that are shown to a second reviewer.

    Raises QueueError where its database cannot be used.
    """

    def __init__(
        self, folder: Path, url: str | None = None, clock: Callable[[], float] = time.time, twice: float = 0.0
    ) -> None:
        self.folder, self.twice = folder, twice
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
            second = to_check(connection, self.twice, reviewer.name, reviewer.session, now)
            found = [second] if second else find(
                connection, *(filters or Filters()).conditions(), free(reviewer.session, now), limit=1)
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

    def reaches(self, reviewer: Reviewer, item: Item, decision: Decision) -> list[Reach]:
        """How far a decision could reach; a join is of one place alone. Raises RefusedError for what no table could hold."""
        with reading(self.engine) as connection:
            made = self._made(connection, item, decision)
            if decision.what == "join":
                return [Reach("cell", 1, 0, ())]
            return reaches(connection, item, decision.what, differing(item, made), reviewer.session, self._clock())

    def decide(self, reviewer: Reviewer, decision: Decision) -> int:
        """Keeps a decision and everything it reaches; returns the action's number, the same when the ticket was used before.

        Raises TakenError where someone else holds or has decided the item, RefusedError for a correction that contradicts the
        structure, FullDiskError where it cannot be kept.
        """
        now = self._clock()
        with writing(self.engine) as connection:
            known = known_action(connection, decision.ticket)
            if known:
                return known
            item = self._mine(connection, reviewer, decision, now)
            if decision.check:
                return self._keep_check(connection, reviewer, decision, item, now)
            made = self._made(connection, item, decision)
            named = {name: getattr(made, name) for name in differing(item, made)}
            scope = "cell" if decision.what == "join" else decision.scope
            others = taken_in(connection, item, decision.what, tuple(named), scope, reviewer.session, now)
            targets = {item.id: item}
            for start in range(0, len(others), 500):
                targets |= {one.id: one for one in find(connection, items.c.id.in_(others[start : start + 500]))}
            decided: dict[int, tuple[Item, Reading, str]] = {}
            for one in targets.values():
                try:
                    if one.id == item.id:
                        changed = made
                    elif decision.what == "split":
                        changed = self._made(connection, one, decision)
                    else:
                        changed = self._corrected(connection, one, named) if named else one.reading
                except RefusedError:
                    if one.id == item.id:
                        raise
                    continue  # this one's table does not allow it
                decided[one.id] = (one, changed, STATES[decision.what])
            if decision.what == "join":
                decided |= {one.id: (one, one.reading, "rejected") for one in swallowed(connection, item, decision.neighbour)}
            return keep(connection, reviewer, decision, decided, now)

    def _keep_check(self, connection: Connection, reviewer: Reviewer, decision: Decision, item: Item, now: float) -> int:
        """Writes down what a second reviewer says, which changes nothing."""
        if not may_check(connection, item, reviewer.name, reviewer.session):
            raise TakenError
        made = self._made(connection, as_read(connection, item), decision)
        kept = keep(connection, reviewer, replace(decision, what=CHECK), {}, now)
        connection.execute(insert(changes).values(
            action_id=kept, item_id=item.id, before=said(item.reading, item.state, item.seen),
            after=said(made, STATES[decision.what])))
        connection.execute(update(items).where(items.c.id == item.id).values(lease_by=None, lease_until=0.0))
        return kept

    def accept_sheet(self, reviewer: Reviewer, ticket: str, numbers: Sequence[int], seen: Mapping[int, int]) -> int | None:
        """Accepts items of a contact sheet that are still as they were `seen` and nobody else's; None where there are none."""
        now = self._clock()
        with writing(self.engine) as connection:
            known = known_action(connection, ticket)
            if known:
                return known
            found = find(connection, items.c.id.in_(numbers), items.c.state.in_(("open", "skipped")), free(reviewer.session, now))
            chosen = {item.id: (item, item.reading, "accepted") for item in found if seen.get(item.id, 0) == item.seen}
            if not chosen:
                return None
            return keep(connection, reviewer, Decision(next(iter(chosen)), "accept", ticket, scope="sheet"), chosen, now)

    def _mine(self, connection: Connection, reviewer: Reviewer, decision: Decision, now: float) -> Item:
        found = find(connection, items.c.id == decision.item, free(reviewer.session, now))
        if not found or found[0].state == "gone" or found[0].seen != decision.seen:
            raise TakenError
        return found[0]

    def _made(self, connection: Connection, item: Item, decision: Decision) -> Reading:
        """What a decision makes of an item. Raises RefusedError."""
        if decision.what == "correct":
            return self._corrected(connection, item, decision.fields or {})
        if decision.what == "join":
            return joined(item.kind, item.reading, decision.neighbour)
        if decision.what == "split":
            return split(item.kind, item.reading, decision.fields or {}, taken_periods(connection, item))
        return item.reading

    def _corrected(self, connection: Connection, item: Item, fields: Mapping[str, str]) -> Reading:
        taken = taken_periods(connection, item) if fields.get("period") and item.kind in ("value", "goal") else ()
        return corrected(item.kind, item.reading, fields, taken, self._known_concepts() if fields.get("concept") else None)

    def _known_concepts(self) -> Collection[str]:
        if self._concepts is None:
            from recognizer.concepts import vocabulary_in_use

            self._concepts = {concept.id for concept in vocabulary_in_use().concepts}
        return self._concepts

    def keep_alternatives(self, item: Item, found: Sequence[Alternative]) -> Item:
        """Keeps what else the model holds possible of an item; returns the item with it."""
        kept = json.dumps([[one.field, one.value, one.probability, one.name] for one in found], ensure_ascii=False)
        with writing(self.engine, fleeting=True) as connection:
            connection.execute(update(items).where(items.c.id == item.id).values(alternatives=kept))
        return replace(item, alternatives=tuple(found))

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

    def is_check(self, action: int) -> bool:
        """Whether an action was a second look, which is not to show what the first one said."""
        with reading(self.engine) as connection:
            return connection.execute(select(actions.c.what).where(actions.c.id == action)).scalar() == CHECK

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
            return [action_of(row) for row in connection.execute(query)]

    def progress(self, reviewer: Reviewer) -> Progress:
        """How far the work is, at this reviewer's pace."""
        with reading(self.engine) as connection:
            return progress(connection, reviewer.session)

    def reviewers(self) -> list[Pace]:
        """Who has decided how much, and at which pace."""
        with reading(self.engine) as connection:
            return paces(connection)

    def agreement(self) -> Agreement:
        """How far reviewers agree about what two of them have decided."""
        with reading(self.engine) as connection:
            return agreement(connection)

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
