"""How far a decision reaches: this cell, this table, this layout, or everywhere.

It never spreads by a text alone. What is decided about a value or its role holds where the same text stands under the same
labels and period; what is decided about a name, a level or a concept, where the same name stands under the same levels. A period
is a column's: in the same table or layout, it holds for the column.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, func, select

from recognizer.reviewing.items import Item, free
from recognizer.reviewing.tables import SAME_START, items

SCOPES = ("cell", "table", "layout", "everywhere")
SHARED = ("name", "level1", "level2", "concept")  # what the values of an indicator have in common
SAMPLES = 6  # crops shown of what a reach takes in besides


@dataclass(frozen=True, slots=True)
class Reach:
    """A scope, how many items it takes in with the one decided, how many of them others hold, and some of them to look at."""

    scope: str
    number: int
    held: int
    samples: tuple[int, ...]


def reaches(connection: Connection, item: Item, what: str, fields: Collection[str], session: str, now: float) -> list[Reach]:
    """Each scope that takes in more than the one before it."""
    found = [Reach("cell", 1, 0, ())]
    for scope in SCOPES[1:]:
        conditions = within(item, what, fields, scope)
        number = connection.execute(select(func.count()).select_from(items).where(*conditions)).scalar_one()
        if 1 + number <= found[-1].number + found[-1].held:
            continue
        unheld = connection.execute(
            select(func.count()).select_from(items).where(*conditions, free(session, now))).scalar_one()
        samples = connection.execute(select(items.c.id).where(*conditions, free(session, now)).limit(SAMPLES)).scalars()
        found.append(Reach(scope, 1 + unheld, number - unheld, tuple(samples)))
    return found


def taken_in(
    connection: Connection, item: Item, what: str, fields: Collection[str], scope: str, session: str, now: float
) -> list[int]:
    """The ids of the other items that a scope takes in and that nobody else holds."""
    if scope == "cell":
        return []
    conditions = within(item, what, fields, scope)
    return list(connection.execute(select(items.c.id).where(*conditions, free(session, now)).order_by(items.c.id)).scalars())


def within(item: Item, what: str, fields: Collection[str], scope: str) -> list[ColumnElement[bool]]:
    """The conditions on other items that a decision about this one holds for. What a person decided is left alone."""
    states = ("open", "skipped") if what in ("accept", "skip") else ("open", "skipped", "sure")
    same = _same(fields, scope)
    found = [items.c.kind == item.kind, items.c.id != item.id, items.c.state.in_(states)]
    found += [items.c[name] == text for name, text in _wanted(item, same).items()]
    if "text" in same:
        found.append(func.substr(items.c.text, 1, SAME_START) == item.reading.text[:SAME_START])
    if scope == "table":
        found += [items.c.document_id == item.document_id, items.c.table_number == item.table]
    elif scope == "layout":
        found.append(items.c.layout == select(items.c.layout).where(items.c.id == item.id).scalar_subquery())
    return found


def _same(fields: Collection[str], scope: str) -> tuple[str, ...]:
    """What must be the same for a decision about these fields (none: about the whole fact)."""
    if fields and set(fields) <= set(SHARED):
        return ("name", "level1", "level2")
    if set(fields) == {"period"} and scope in ("table", "layout"):
        return ("period",)
    return ("text", "period", "name", "level1", "level2")


def _wanted(item: Item, same: Collection[str]) -> Mapping[str, str]:
    return {name: getattr(item.reading, name) for name in same}
