"""Joining a fact's cell with a neighbour, and splitting what belongs to another from it. Pure functions.

Nothing is invented: a joined text is that of the two cells, and the parts of a split one are its own.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import replace

from recognizer.reviewing.beside import Neighbour, bare, same_place
from recognizer.reviewing.facts import FIELDS, Reading
from recognizer.reviewing.items import Item
from recognizer.reviewing.structure import RefusedError, checked
from recognizer.types import Period

MARKS = "|｜"  # where a text is to be split
BEFORE = ("left", "above")  # sides on which a neighbour is read first


def joined(kind: str, reading: Reading, neighbour: Neighbour | None) -> Reading:
    """The reading with its text or name joined with a neighbour's. Raises RefusedError where it cannot be so."""
    if neighbour is None or neighbour.field not in FIELDS[kind]:
        raise RefusedError("no_neighbour")
    own = getattr(reading, neighbour.field)
    text = neighbour.text + own if neighbour.side in BEFORE else own + neighbour.text
    before = json.loads(reading.joined) if reading.joined else []
    entry = {"field": neighbour.field, "side": neighbour.side, "text": neighbour.text, "at": list(neighbour.places)}
    made = replace(reading, joined=json.dumps([*before, entry], ensure_ascii=False), **{neighbour.field: text})
    return checked(kind, reading, made)


def split(kind: str, reading: Reading, wanted: Mapping[str, str], taken: Collection[str] = ()) -> Reading:
    """The reading without what belongs to another. `wanted`: `cut`, the text with a mark where it is parted; `keep`, its first or
    second part; `rest`, what becomes of the other: "" (nothing of this fact), "name" (the end of the indicator's name), or a
    period of which it is the value. `taken` are the periods that have one. Raises RefusedError.
    """
    field = "name" if kind == "indicator" else "text"
    text = getattr(reading, field)
    marked = wanted.get("cut", "")
    marks = (number for number, sign in enumerate(marked) if sign in MARKS)
    place = next((number for number in marks if marked[:number] + marked[number + 1 :] == text), 0)
    first, second = text[:place].strip(), text[place:].strip()
    if not first or not second:
        raise RefusedError("no_cut")
    kept, other = (second, first) if wanted.get("keep") == "second" else (first, second)
    goes = wanted.get("rest", "")
    made = replace(reading, **{field: kept})
    if goes == "name":
        if kind != "value":
            raise RefusedError("unknown_field", kind=kind, field=goes)
        made = replace(made, name=reading.name + other)
    elif goes:
        if kind not in ("value", "indicator", "goal") or goes not in {period.value for period in Period}:
            raise RefusedError("no_period", text=goes)
        if reading.rest or goes in taken or goes == reading.period:
            raise RefusedError("period_taken")
        made = replace(made, rest=other, rest_period=goes)
    return checked(kind, reading, made)


def stands_in(item: Item, neighbour: Neighbour) -> bool:
    """Whether a fact has nothing but what a neighbour says, so that nothing is left of it when that is joined with another."""
    field = "name" if item.kind == "indicator" else "text"
    own = [place for place in item.at if not place.get("inherited")]
    there = [any(same_place(place, other) for other in neighbour.places) for place in own]
    same = bare(getattr(item.reading, field)) == bare(neighbour.text)
    return bool(own) and same and (any(there) if item.kind == "indicator" else all(there))
