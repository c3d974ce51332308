"""Texts of facts: the pieces of a cell put together, and where they stand."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache
from itertools import groupby
from math import prod

from recognizer.types import Evidence, LabelledCell, Place, Role, Signals
from recognizer.vocabulary import fold, project_name_choice

LAYOUTS_DIFFER = "layouts_differ"  # two layout engines take a cell of the fact for another: its text, its spans or its row

_KEY_END = re.compile(r"[:：]+$")
_NOTHING = re.compile(r"[\s\-—–－/／\\]*")
_KEY_UNIT = re.compile(r"[(（][^()（）]*元[^()（）]*[)）]")
_OF_WHICH = re.compile(r"^其中[:：]?")
_TOTAL = re.compile(r"(?:总额|总计|合计|小计|总数|总和)$")
_SYMBOLS = re.compile(r"^(?:[≥≤＞＜><=＝≧≦﹥﹤‹═⩾⩽≈]+|大于等于|小于等于|大于|小于|等于|不低于|不少于|不超过|不高于)$")


def words(entry: LabelledCell) -> str:
    """The text of a cell for the records: blanks and line breaks that typesetting put in are gone."""
    return fold(entry.cell.text)


def says_something(text: str) -> bool:
    """Whether a text is more than the dash that is printed where there is nothing to say."""
    return not _NOTHING.fullmatch(text)


def key(entry: LabelledCell) -> str:
    """A key's text without a trailing colon."""
    return _KEY_END.sub("", words(entry))


def fund_item(entry: LabelledCell) -> str:
    """A fund label without a leading 其中 (of which), a trailing colon or a unit of money in brackets."""
    return _KEY_END.sub("", _KEY_UNIT.sub("", _OF_WHICH.sub("", words(entry))))


def is_total(entry: LabelledCell) -> bool:
    """Whether a fund's label names a total, below which its parts may be printed."""
    return bool(_TOTAL.search(fund_item(entry)))


def is_comparator(text: str) -> bool:
    """Whether a comparator column's text compares, and does not only say what kind of indicator it is (定性)."""
    return bool(_SYMBOLS.match(text))


@lru_cache(maxsize=4096)
def _inherited(place: Place) -> Place:
    """The place of a label as one that further rows inherit: the same for all of them."""
    return replace(place, inherited=True)


def evidence(*entries: LabelledCell, inherited: tuple[LabelledCell, ...] = ()) -> Evidence:
    """Where the cells of a fact stand, how sure each step was of them, a provisional confidence (the least sure of them), and a
    doubt where a second layout engine reads one of them otherwise."""
    places: list[Place] = [piece.place for entry in entries for piece in entry.cell.pieces]
    places += [_inherited(piece.place) for entry in inherited for piece in entry.cell.pieces]
    cells = (*entries, *inherited)
    sure = [entry.probability * entry.period_probability * entry.cell.join_probability for entry in cells]
    signals = Signals(
        min([entry.probability for entry in cells], default=1.0),
        min([entry.period_probability for entry in cells], default=1.0),
        min([entry.cell.join_probability for entry in cells], default=1.0),
        prod(sure),
        read=prod([one for entry in cells for piece in entry.cell.pieces for one in piece.sure]),
    )
    doubts = (LAYOUTS_DIFFER,) if any(entry.cell.disputed for entry in cells) else ()
    return Evidence(
        tuple(place for place, _ in groupby(places)), round(min(sure, default=1.0), 4), doubts=doubts, signals=signals
    )


def name_choice(entry: LabelledCell) -> int:
    """How well a key or heading serves for the project's name (see `project_name_choice`).

    A heading that OCR fused with its neighbours is asked run by run.
    """
    runs = (entry.cell.text, *entry.cell.text.split()) if entry.label.role is Role.HEADER else (entry.cell.text,)
    return max(project_name_choice(run) for run in runs)
