"""What is drawn where: labelled cells and records become, for each sheet, marks of cells and labels carried over.

A cell is marked as wide as the box that rules draw for it; where there are none, or several cells share one, as its text.
All is geometry in points and knows no picture.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from recognizer.exporting.review import REVIEW_BELOW, Doubtful, doubtful_facts
from recognizer.layout.filling import union
from recognizer.showing.sheets import Sheet
from recognizer.types import Box, Cell, Evidence, LabelledCell, Period, Piece, Place, Records, Role

SURE = 0.95  # a cell whose least probability is below this is marked as less sure
AROUND = 1.5  # points around a text that has no cell of its own
TIGHT = 0.4  # points around the parts of a packed cell
APART = 4.0  # points: pieces of a cell that stand further from each other are linked by a line

TELLING = 6  # characters of a text that two cells of one line hardly have in common by chance
LEVELS = (Role.LEVEL1, Role.LEVEL2)


@dataclass(frozen=True, slots=True)
class Mark:
    """A cell on a sheet: the boxes it covers, what it is, how sure that is, and where its text goes on or comes from.

    `number` is its place in the sheet's reading order; parts of a packed cell have one of their own and are `inside`.
    `confidence` is that of the most doubtful fact it is part of, None where nothing about it is to be reviewed; `checked`
    says that a check fired, whatever the confidence.
    """

    number: int
    boxes: tuple[Box, ...]
    role: Role
    period: Period | None
    sureness: float
    confidence: float | None = None
    checked: bool = False
    text: str = ""
    comes_from: int | None = None
    goes_on: int | None = None
    in_table: bool = False
    inside: bool = False
    holds: bool = False  # parts of its own

    @property
    def doubtful(self) -> bool:
        """Whether a person should look at it."""
        return self.confidence is not None


@dataclass(frozen=True, slots=True)
class Carried:
    """A label that holds for rows of this sheet though another one prints it: where it would stand, and from which page."""

    box: Box
    role: Role
    text: str
    page: int
    blank: bool  # nothing is printed there, so that there is room for its words


@dataclass(frozen=True, slots=True)
class Overlay:
    """All that is drawn over a sheet."""

    sheet: Sheet
    marks: tuple[Mark, ...]
    carried: tuple[Carried, ...] = ()
    repeated: tuple[Box, ...] = ()  # headings that the page prints again, which are no cells of the table

    @property
    def doubts(self) -> int:
        """How many marks are to be reviewed."""
        return sum(mark.doubtful for mark in self.marks)


def overlays(
    sheets: Sequence[Sheet], entries: Sequence[LabelledCell], shown: Sequence[LabelledCell], records: Records,
    repeated: Sequence[Cell] = ()
) -> tuple[Overlay, ...]:
    """An overlay for each sheet.

    `entries` are the labelled cells as the records speak of them, `shown` the same cells with their pieces where the sheets
    show them (for a PDF the same); `repeated` are the heading cells that pages print again.
    """
    doubts = _Doubts(doubtful_facts(records))
    pages: dict[int, list[_Found]] = defaultdict(list)
    for entry, there in zip(entries, shown, strict=True):
        for page, found in _by_page(entry, there, doubts):
            pages[page].append(found)
    slots = {sheet.number: _Slots(sheet.slots) for sheet in sheets}
    carried = _carried(records, entries, slots)
    again: dict[int, dict[Box, None]] = defaultdict(dict)
    for cell in repeated:
        for piece in cell.pieces:
            page = piece.place.page or 0
            again[page][_home(_box(piece), slots.get(page))] = None
    return tuple(
        Overlay(
            sheet,
            tuple(_marks(pages[sheet.number], slots[sheet.number])),
            _with_room(carried[sheet.number], sheet),
            tuple(again[sheet.number]),
        )
        for sheet in sheets
    )


class _Doubts:
    """The facts to review by the places they were read from."""

    def __init__(self, facts: Iterable[Doubtful]) -> None:
        self._facts: dict[Place, list[Doubtful]] = defaultdict(list)
        for fact in facts:
            for place in fact.at:
                if not place.inherited:
                    self._facts[place].append(fact)

    def about(self, entry: LabelledCell) -> list[Doubtful]:
        """Those that the cell's text is part of; a line of a text holds other cells too."""
        text = _closed(entry.cell.text)
        near = {id(fact): fact for piece in entry.cell.pieces for fact in self._facts.get(piece.place, ())}
        return [fact for fact in near.values() if text in _closed(fact.label + fact.text) or _begins_in(_closed(fact.text), text)]


def _begins_in(fact: str, text: str) -> bool:
    """Whether a fact's text begins in a cell's, and not by chance: a cell may print it twice, or more than it."""
    start = fact[:TELLING]
    return bool(start) and start in text and (len(start) == TELLING or 2 * len(start) >= len(text))


def _closed(text: str) -> str:
    return "".join(text.split())


@dataclass(frozen=True, slots=True)
class _Found:
    """A cell's pieces on one sheet with what its mark will say."""

    pieces: tuple[Piece, ...]
    mark: Mark
    parts: tuple[_Found, ...] = ()


def _by_page(entry: LabelledCell, shown: LabelledCell, doubts: _Doubts) -> Iterator[tuple[int, _Found]]:
    """The cell on each of the sheets that its pieces stand on."""
    pages: dict[int, list[Piece]] = defaultdict(list)
    for piece in shown.cell.pieces:
        if piece.place.page is not None and piece.place.bbox is not None:
            pages[piece.place.page].append(piece)
    order = sorted(pages)
    mark = _mark(entry, doubts)
    parts = [pair for part, there in zip(entry.parts, shown.parts, strict=True) for pair in _by_page(part, there, doubts)]
    for index, page in enumerate(order):
        own = tuple(replace(found, mark=replace(found.mark, inside=True)) for number, found in parts if number == page)
        before = order[index - 1] if index else None
        after = order[index + 1] if index + 1 < len(order) else None
        yield page, _Found(tuple(pages[page]), replace(mark, comes_from=before, goes_on=after, holds=bool(own)), own)


def _mark(entry: LabelledCell, doubts: _Doubts) -> Mark:
    sureness = min(entry.probability, entry.period_probability, entry.cell.join_probability)
    facts = [] if entry.parts else doubts.about(entry)
    confidences = [fact.confidence for fact in facts]
    if sureness < REVIEW_BELOW and not entry.parts:
        confidences.append(sureness)
    checked = any(fact.doubts for fact in facts)
    return Mark(
        0, (), entry.label.role, entry.label.period, sureness, min(confidences, default=None), checked, entry.cell.text)


class _Slots:
    """The boxes of a sheet's table cells, asked by point."""

    def __init__(self, boxes: Sequence[Box]) -> None:
        self.boxes = boxes
        self._array = np.asarray(boxes, float).reshape(-1, 4)
        self._area = (self._array[:, 2] - self._array[:, 0]) * (self._array[:, 3] - self._array[:, 1])

    def around(self, box: Box) -> int | None:
        """The index of the smallest of them that holds the middle of a box."""
        x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
        a = self._array
        inside = np.flatnonzero((a[:, 0] <= x) & (x < a[:, 2]) & (a[:, 1] <= y) & (y < a[:, 3]))
        return int(inside[self._area[inside].argmin()]) if len(inside) else None


def _marks(found: Sequence[_Found], slots: _Slots) -> Iterator[Mark]:
    """The marks of a sheet in reading order, numbered from 1."""
    homes = [[slots.around(_box(piece)) for piece in one.pieces] for one in found]
    tenants: dict[int, set[int]] = defaultdict(set)
    for index, home in enumerate(homes):
        for slot in home:
            if slot is not None:
                tenants[slot].add(index)
    number = 0
    for one, home in zip(found, homes, strict=True):
        number += 1
        own = [slot if slot is not None and len(tenants[slot]) == 1 else None for slot in home]
        boxes = dict.fromkeys(
            _grown(_box(piece), AROUND) if slot is None else slots.boxes[slot]
            for piece, slot in zip(one.pieces, own, strict=True))
        in_table = all(slot is not None for slot in own)
        yield replace(one.mark, number=number, boxes=tuple(boxes if in_table else side_by_side(boxes)), in_table=in_table)
        for part in one.parts:
            number += 1
            lines = tuple(_grown(_box(piece), TIGHT) for piece in part.pieces)
            yield replace(part.mark, number=number, boxes=lines)


def _box(piece: Piece) -> Box:
    box = piece.place.bbox
    assert box is not None
    return box


def _grown(box: Box, by: float) -> Box:
    return (box[0] - by, box[1] - by, box[2] + by, box[3] + by)


def side_by_side(boxes: Iterable[Box]) -> Iterator[Box]:
    """The boxes, with those that follow each other on a line, hardly apart, as one."""
    held: Box | None = None
    for box in boxes:
        on_line = held is not None and held[1] < (box[1] + box[3]) / 2 < held[3] and held[0] <= box[0]
        if held and on_line and box[0] - held[2] < box[3] - box[1]:
            held = union((held, box))
            continue
        if held:
            yield held
        held = box
    if held:
        yield held


def linked(boxes: Sequence[Box]) -> list[tuple[Box, Box]]:
    """The pairs of following boxes of a cell that stand apart, so that a line should say they belong together."""
    return [(one, other) for one, other in pairwise(boxes) if _distance(one, other) > APART]


def _distance(one: Box, other: Box) -> float:
    across = max(other[0] - one[2], one[0] - other[2], 0.0)
    down = max(other[1] - one[3], one[1] - other[3], 0.0)
    return max(across, down)


def _carried(records: Records, entries: Sequence[LabelledCell], slots: dict[int, _Slots]) -> dict[int, list[Carried]]:
    """For each page the labels that its rows have from another one, as high as these rows, as wide as where they were printed."""
    labels = {piece.place: entry for entry in entries for piece in entry.cell.pieces if piece.place.page is not None}
    rows: dict[tuple[int, int], list[Box]] = defaultdict(list)
    for evidence in _evidence(records):
        printed = [(place, labels.get(replace(place, inherited=False))) for place in evidence.at]
        heads = {id(entry): entry for place, entry in printed if entry and (place.inherited or entry.label.role in LEVELS)}
        own = [place for place, entry in printed if not place.inherited and entry and id(entry) not in heads]
        for identity, label in heads.items():
            there = {piece.place.page for piece in label.cell.pieces}
            for row in own:
                if row.page not in there and row.page is not None and row.bbox is not None:
                    rows[identity, row.page].append(_home(row.bbox, slots.get(row.page)))
    known = {id(label): label for label in labels.values()}
    found: dict[int, list[Carried]] = defaultdict(list)
    for (identity, page), boxes in rows.items():
        label = known[identity]
        here = [piece for piece in label.cell.pieces if piece.place.page is not None]
        origin = here[-1].place.page or 0
        homes = [_home(_box(piece), slots.get(origin)) for piece in here if piece.place.page == origin]
        x0, _, x1, _ = union(homes)
        _, y0, _, y1 = union(boxes)
        found[page].append(Carried((x0, y0, x1, y1), label.label.role, label.cell.text, origin, blank=True))
    return found


def _home(box: Box, slots: _Slots | None) -> Box:
    slot = slots.around(box) if slots else None
    return box if slots is None or slot is None else slots.boxes[slot]


def _evidence(records: Records) -> Iterator[Evidence]:
    for project in records.projects:
        yield from (indicator.evidence for indicator in project.indicators)
        yield from (fund.evidence for fund in project.funds)


def _with_room(carried: Iterable[Carried], sheet: Sheet) -> tuple[Carried, ...]:
    """The labels, each with whether the page prints anything where it would stand."""
    boxes = np.asarray(sheet.printed, float).reshape(-1, 4)
    x, y = (boxes[:, 0] + boxes[:, 2]) / 2, (boxes[:, 1] + boxes[:, 3]) / 2
    found = []
    for one in carried:
        x0, y0, x1, y1 = one.box
        found.append(replace(one, blank=not bool(((x0 < x) & (x < x1) & (y0 < y) & (y < y1)).any())))
    return tuple(found)
