"""From what people decided about facts, in a run's queue, to corrections of the cells that the facts were read from.

A fact says where it stands; the run has stored the cells that it was read from. A decision about a fact tells what its cells are:
the role follows from the kind of fact, the period from what it reads now. A text that was corrected to that of the cell and its
neighbour tells that they are one cell, one that was corrected to the beginning of the cell that they are two. A name or a level
that was corrected to what another cell of the table says tells that this is it.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from recognizer.archive.stored import STORED, DamagedStoreError, load
from recognizer.errors import UsageError
from recognizer.exporting.document import place_json
from recognizer.exporting.omission import folded
from recognizer.labelling import label
from recognizer.language import either
from recognizer.learning.corrections import Correction
from recognizer.model import Model
from recognizer.repair import repair
from recognizer.reviewing.corrected import corrections as decisions_of
from recognizer.reviewing.tables import QUEUE, open_queue
from recognizer.training.examples import NAMING
from recognizer.truth import TruthCell
from recognizer.types import Grid, LabelledCell, Piece, Role

Json = dict[str, Any]
NEAR = 12  # cells in which the rest of a cut cell is looked for
# What the cell of a fact is.
ROLES = {
    "value": "value@{period}", "fund": "fund_amount@{period}", "total": "fund_amount@{period}", "goal": "goal_text@{period}",
    "attribute": "attribute_value", "project": "attribute_value>name", "indicator": "name"}
_LABELS = {"name": "name", "level1": "level1", "level2": "level2"}  # of an indicator, each in a cell of its own
# The cells that a fact is put together from, as a model takes them.
_TAKEN = {
    "value": (Role.VALUE, Role.COMPARATOR, Role.UNIT), "fund": (Role.FUND_AMOUNT,), "total": (Role.FUND_AMOUNT,),
    "goal": (Role.GOAL_TEXT,), "attribute": (Role.ATTRIBUTE_VALUE,), "project": (Role.ATTRIBUTE_VALUE,),
    "indicator": (Role.NAME,)}
_PARTS = (Role.COMPARATOR, Role.UNIT)


@dataclass(slots=True)
class Decided:
    """Corrected documents by name, as they were laid out, and what was decided about their cells.

    `decisions` counts the facts that people decided about, `unplaced` those that no cell was found for; `names` are those that a
    person gave a concept, with its id.
    """

    documents: dict[str, tuple[Grid, ...]] = field(default_factory=dict)
    corrections: list[Correction] = field(default_factory=list)
    decisions: int = 0
    unplaced: int = 0
    names: list[tuple[str, str]] = field(default_factory=list)

    def add(self, other: Decided) -> None:
        """Takes in what was decided elsewhere; of two documents of a name the later one counts."""
        self.corrections = [one for one in self.corrections if one.document not in other.documents] + other.corrections
        self.documents |= other.documents
        self.decisions += other.decisions
        self.unplaced += other.unplaced
        self.names += other.names


def decided_in(folder: Path, model: Model, url: str | None = None) -> Decided:
    """What was decided in the queue of a run. `model` puts the cells together among which the facts are looked for.

    Raises UsageError where the folder has no queue, QueueError where it cannot be used.
    """
    if url is None and not (folder / QUEUE).is_file():
        raise UsageError(either("nothing was reviewed there: it has no queue.sqlite", "那里没有复核记录：没有 queue.sqlite"),
                         path=folder, stage="learn",
                         hint=f"recognizer review {folder}")
    engine = open_queue(folder, url)
    try:
        facts: dict[str, Json] = {}
        for line in decisions_of(engine):  # one that was decided again: as it was read, and as it reads now
            fact = json.dumps([line["document"], line["content"], line["fact"]])
            facts[fact] = line | {"before": facts[fact]["before"] if fact in facts else line["before"]}
    finally:
        engine.dispose()
    by_content: dict[tuple[str, str], list[Json]] = defaultdict(list)
    for line in facts.values():
        by_content[line["document"], line["content"]].append(line)
    found = Decided()
    for (name, content), lines in by_content.items():
        found.decisions += len(lines)
        found.names += [pair for line in lines if (pair := _named(line["before"], line["after"]))]
        grids = _stored(folder, content)
        if grids is None:
            found.unplaced += len(lines)
            continue
        corrected, unplaced = cells_of(name, grids, lines, model)
        found.unplaced += unplaced
        if corrected:
            # By content, so that equal names of two runs stay apart.
            found.documents[f"{name} {content[:12]}"] = grids
            found.corrections += corrected
    return found


def _named(before: Json, after: Json) -> tuple[str, str] | None:
    """A name and the concept that a person gave it."""
    concept = after.get("concept")
    return (str(after["name"]), str(concept)) if concept and concept != before.get("concept") and after["name"] else None


def _stored(folder: Path, content: str) -> tuple[Grid, ...] | None:
    """The cells of a document as the run stored them; None where it did not, or another version did."""
    for path in sorted((folder / STORED / content[:2]).glob(f"{content}*.grids")) if content.isalnum() else ():
        try:
            return load(path)[1]
        except (OSError, DamagedStoreError):
            continue
    return None


def cells_of(name: str, grids: tuple[Grid, ...], lines: Iterable[Json], model: Model) -> tuple[list[Correction], int]:
    """The corrections that the decisions about a document's facts amount to, and the number of facts whose cells were not found.

    `lines` are those of `recognizer.reviewing.corrected.corrections`.
    """
    table = _Table([entry for grid in label(repair(grids, model), model) for row in grid.rows for entry in row])
    found: list[Correction] = []
    unplaced = 0
    for line in lines:
        cells = list(table.corrected(line))
        unplaced += not cells
        document = f"{name} {line['content'][:12]}"
        found += [Correction(document, cell, str(line["why"] or "")) for cell in cells]
    return found, unplaced


class _Table:
    """The labelled cells of a document in reading order, to be found by their places."""

    def __init__(self, entries: Sequence[LabelledCell]) -> None:
        self._entries = entries
        self._by_place: dict[str, list[int]] = defaultdict(list)
        for number, entry in enumerate(entries):
            for place in dict.fromkeys(_place(place_json(piece.place)) for piece in entry.cell.pieces):
                self._by_place[place].append(number)

    def corrected(self, line: Json) -> Iterator[TruthCell]:
        """The cells that a decision about a fact speaks of, as it says they are."""
        before, after, project = line["before"], line["after"], int(line["context"]["table"])
        kind, context = line["kind"], line["context"]
        own = self._own(context["at"], before["name"] if kind == "indicator" else before["text"], kind, before["period"])
        named = self._own(context["headings_at"], before["name"], "indicator") if kind == "value" else []
        rejected = line["decision"] == "rejected"
        code = ROLES[kind].format(period=after["period"])
        if rejected:
            code = str(line["role"])
        field = "name" if kind == "indicator" else "text"
        for place in own if code else []:
            entry = self._entries[place]
            if rejected:
                yield _truth(entry.cell.pieces, code, project)
            elif entry.label.role in _PARTS:
                yield _truth(entry.cell.pieces, entry.label.role.value, project)
            elif entry.names_project:
                yield _truth(entry.cell.pieces, NAMING, project)
            elif len(own) > 1:
                yield _truth(entry.cell.pieces, code, project)
            else:
                pieces = self._joined(place, after, field) or self._spanned(place, after[field])
                yield _truth(pieces, code, project)
                rest = entry.cell.pieces[len(pieces) :]
                if rest and after.get("rest") and folded("".join(piece.text for piece in rest)) == folded(after["rest"]):
                    yield _truth(rest, ROLES[kind].format(period=after["rest_period"]), project)
        if rejected:
            return
        anchor = next(iter(named or own), -1)
        for name, role_code in _LABELS.items() if kind in ("value", "indicator") and anchor >= 0 else ():
            if after[name] == before[name]:
                if name == "name":
                    yield from (_truth(self._entries[number].cell.pieces, role_code, project) for number in named)
            elif name == "name" and len(named) == 1 and (pieces := self._joined(named[0], after, name)):
                yield _truth(pieces, role_code, project)
            elif (number := self._saying(after[name], anchor)) is not None:
                yield _truth(self._entries[number].cell.pieces, role_code, project)

    def _own(self, places: Sequence[Mapping[str, Any]], text: str, kind: str, period: str = "") -> list[int]:
        """The cells at these places that the fact was put together from: of its kind's roles, with its text or a part of it.

        Of a line that says the same twice, those of its period. Where another model took them for something else: the one cell
        that says the whole text.
        """
        said = folded(text)
        there = sorted({number for place in places if not place.get("inherited") for number in self._by_place[_place(place)]})
        texts = {number: folded(self._entries[number].cell.text) for number in there}
        found = [number for number in there if self._entries[number].label.role in _TAKEN[kind]
                 and said and (texts[number] in said or said in texts[number])]
        found = [number for number in found if self._entries[number].label.period in (None, period)] or found
        whole = [number for number in there if said and texts[number] == said]
        return found or (whole if len(whole) == 1 else [])

    def _joined(self, number: int, after: Json, field: str) -> Sequence[Piece]:
        """The pieces of a cell and of the neighbours that a person joined with it; nothing where none were."""
        numbers = {number}
        for entry in after.get("joined") or ():
            if entry["field"] == field:
                said = folded(entry["text"])
                numbers |= {other for place in entry["at"] for other in self._by_place[_place(place)]
                            if folded(self._entries[other].cell.text) == said}
        return [piece for other in sorted(numbers) for piece in self._entries[other].cell.pieces] if len(numbers) > 1 else ()

    def _spanned(self, number: int, wanted: str) -> Sequence[Piece]:
        """The pieces that say what the fact is to say: those of the cell, with those of cells nearby, or fewer."""
        cell, goal = self._entries[number].cell, folded(wanted)
        said = folded(cell.text)
        if said == goal or not goal:
            return cell.pieces
        if said.startswith(goal):
            for count in range(1, len(cell.pieces)):
                if folded("".join(piece.text for piece in cell.pieces[:count])) == goal:
                    return cell.pieces[:count]
        for step in (1, -1):
            near = [self._entries[index].cell for index in range(number + step, number + step * NEAR, step)
                    if 0 <= index < len(self._entries)]
            for other in near:
                both = (cell, other) if step > 0 else (other, cell)
                if folded("".join(one.text for one in both)) == goal:
                    return (*both[0].pieces, *both[1].pieces)
        return cell.pieces

    def _saying(self, text: str, anchor: int) -> int | None:
        """The nearest cell before the anchor, or near after it, that says this text."""
        wanted = folded(text)
        near: Iterable[int] = (*range(anchor, -1, -1), *range(anchor + 1, min(anchor + NEAR, len(self._entries))))
        return next((number for number in near if wanted and folded(self._entries[number].cell.text) == wanted), None)


def _truth(pieces: Sequence[Piece], code: str, project: int) -> TruthCell:
    return TruthCell(code, tuple(piece.key for piece in pieces), "".join(piece.text for piece in pieces), project)


def _place(place: Mapping[str, Any]) -> str:
    return json.dumps({key: place[key] for key in sorted(place) if key != "inherited"})
