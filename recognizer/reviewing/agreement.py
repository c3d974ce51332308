"""Do two people decide alike? A share of what one has decided is shown to another, who is not told how.

Which facts that are follows from their numbers, so that everyone is asked about the same ones. The second decision changes
nothing: it is an action of its own, `check`, kept beside the first.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import ColumnElement, Connection, exists, select

from recognizer.reviewing.facts import Reading
from recognizer.reviewing.items import Item, find, free
from recognizer.reviewing.tables import actions, changes, items

DECIDED = ("accepted", "corrected", "rejected")
CHECK = "check"  # the state of an item that is shown a second time, and the action of deciding about it
_STEPS, _STRIDE = 1000, 617  # a thousandth of the facts each: numbers in a row fall far from each other


@dataclass(frozen=True, slots=True)
class Agreement:
    """How many facts two people decided about, how many alike (the same decision, the same reading), Cohen's kappa of the
    decisions (None where it has no meaning), and the items on which they differ."""

    checked: int
    alike: int
    kappa: float | None
    differing: tuple[int, ...] = ()


def kappa(pairs: Sequence[tuple[str, str]]) -> float | None:
    """Agreement beyond chance of two raters (Cohen 1960), 1 being perfect; None where chance alone would explain all."""
    if not pairs:
        return None
    number = len(pairs)
    observed = sum(one == other for one, other in pairs) / number
    first, second = Counter(one for one, _ in pairs), Counter(other for _, other in pairs)
    expected = sum(first[name] * second[name] for name in first) / number**2
    return None if expected >= 1 else (observed - expected) / (1 - expected)


def drawn(share: float) -> ColumnElement[bool]:
    """Whether an item is among those that are shown twice."""
    return (items.c.id % _STEPS) * _STRIDE % _STEPS < round(share * _STEPS)


def to_check(connection: Connection, share: float, name: str, session: str, now: float) -> Item | None:
    """The next item that someone else has decided about, as it was read; None where there is none."""
    if not share:
        return None
    by_another = exists().where(actions.c.id == items.c.last_action, actions.c.who != name, actions.c.session != session)
    found = find(connection, items.c.state.in_(DECIDED), drawn(share), by_another, ~_checked(), free(session, now), limit=1)
    return as_read(connection, found[0]) if found else None


def as_read(connection: Connection, item: Item) -> Item:
    """A decided item as it stood before anyone decided about it."""
    before = connection.execute(
        select(changes.c.before).where(changes.c.item_id == item.id).order_by(changes.c.id).limit(1)).scalar()
    return replace(item, reading=Reading(**json.loads(before)["reading"]) if before else item.reading, state=CHECK)


def may_check(connection: Connection, item: Item, name: str, session: str) -> bool:
    """Whether a reviewer may still decide a second time about an item."""
    by = connection.execute(select(actions.c.who, actions.c.session).where(actions.c.id == item.seen)).first()
    known = connection.execute(select(items.c.id).where(items.c.id == item.id, ~_checked())).first()
    return by is not None and by.who != name and by.session != session and known is not None


def _checked() -> ColumnElement[bool]:
    return exists().where(changes.c.item_id == items.c.id, changes.c.action_id == actions.c.id, actions.c.what == CHECK,
                          actions.c.undone_at.is_(None))


def agreement(connection: Connection) -> Agreement:
    """How far second decisions are as the first ones were."""
    pairs: list[tuple[str, str]] = []
    differing: list[int] = []
    query = (select(changes.c.item_id, changes.c.before, changes.c.after).join(actions)
             .where(actions.c.what == CHECK, actions.c.undone_at.is_(None)).order_by(changes.c.id))
    for row in connection.execute(query):
        first, second = json.loads(row.before), json.loads(row.after)
        if second["state"] not in DECIDED:
            continue
        pairs.append((first["state"], second["state"]))
        gone = first["state"] == second["state"] == "rejected"
        if first["state"] != second["state"] or (first["reading"] != second["reading"] and not gone):
            differing.append(row.item_id)
    return Agreement(len(pairs), len(pairs) - len(differing), kappa(pairs), tuple(differing))
