"""What else the model holds possible of a fact's cell, and which cells stand beside it.

The stored tables are put together and labelled as in the run: the table of the fact and those next to it, from which its label
is told. So alternatives cost nothing in a run, and milliseconds here.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from recognizer.archive.journal import JOURNAL
from recognizer.context import Context, context_of, group_matrix, period_features
from recognizer.context.features import Floats
from recognizer.errors import RecognizerError
from recognizer.exporting.document import place_json
from recognizer.labelling import probabilities
from recognizer.mapping import Query
from recognizer.mapping.names import mapper_in_use
from recognizer.model import Model, load_model, shipped_model
from recognizer.repair import repair
from recognizer.reviewing.items import Alternative, Item
from recognizer.types import Cell, Grid, Period, Role

MOST = 2  # alternatives of each kind: the second and the third
LEAST = 0.01  # probability of one that is worth a line
ROLES_OF: Mapping[str, tuple[Role, ...]] = {  # what the cell of a fact is when the fact is right
    "value": (Role.VALUE,), "indicator": (Role.NAME, Role.TEMPLATE), "fund": (Role.FUND_AMOUNT,), "total": (Role.FUND_AMOUNT,),
    "goal": (Role.GOAL_TEXT,), "attribute": (Role.ATTRIBUTE_VALUE,), "project": (Role.ATTRIBUTE_VALUE, Role.TITLE)}

Place = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A cell on one side (left, right, above, below) of the cell that holds a field of a fact."""

    field: str
    side: str
    text: str
    places: tuple[dict[str, Any], ...]


@dataclass(frozen=True)
class Beside:
    """Tables put together and labelled: (cells, roles) and (cells, periods) probabilities of their cells."""

    context: Context = field(default_factory=lambda: context_of(()))
    roles: Floats | None = None
    times: Floats | None = None
    periods: tuple[str, ...] = ()

    @cached_property
    def places(self) -> list[tuple[dict[str, Any], ...]]:
        """Where each cell stands."""
        return [tuple(place_json(piece.place) for piece in cell.pieces) for cell in self.context.cells]

    def alternatives(self, item: Item) -> tuple[Alternative, ...]:
        """What else the cell of a fact could be: other roles, periods and names of the vocabulary, the likeliest first.

        Of a part of a packed cell the names alone: what the whole cell is says nothing of it.
        """
        found: list[Alternative] = []
        index = self._whole_cell_of(item, "name" if item.kind == "indicator" else "text")
        if index is not None and self.roles is not None and self.times is not None:
            own = (*ROLES_OF[item.kind], Role.PACKED, Role.EMPTY)
            found += _likeliest("role", [role.value for role in Role], self.roles[index], own)
            if item.reading.period:
                overall = () if item.kind == "goal" else (Period.OVERALL,)  # goals alone are set for no time in particular
                found += _likeliest("period", self.periods, self.times[index], (item.reading.period, *overall))
        if item.kind in ("value", "indicator") and item.reading.name:
            found += _concepts(item)
        return tuple(sorted(found, key=lambda one: -one.probability))

    def neighbours(self, item: Item) -> tuple[Neighbour, ...]:
        """The cells beside those of a fact's text and name; none of a fact that is only a part of its cell."""
        found: list[Neighbour] = []
        for name in ("text", "name"):
            index = self._whole_cell_of(item, name)
            if index is not None:
                found += [Neighbour(name, side, self.context.cells[near].text, self.places[near])
                          for side, near in self._around(index)]
        return tuple(found)

    def cell_of(self, item: Item, name: str) -> int | None:
        """The cell that holds the text or the indicator's name of a fact; None where none does."""
        text = getattr(item.reading, name)
        if not text or (name == "name" and item.kind not in ("value", "indicator")):
            return None
        places = item.headings if name == "name" and item.kind == "value" else item.at
        own = [place for place in places if not place.get("inherited")]
        best, found = 0.0, None
        for index, cell in enumerate(self.context.cells):
            touched = sum(any(same_place(place, other) for other in self.places[index]) for place in own)
            if touched:
                same = 1.0 if bare(cell.text) == bare(text) else 0.5 if bare(text) in bare(cell.text) else 0.0
                if (name == "text" or same) and touched / len(own) + 2 * same > best:
                    best, found = touched / len(own) + 2 * same, index
        return found

    def _whole_cell_of(self, item: Item, name: str) -> int | None:
        """The cell that holds a field of a fact and nothing else."""
        index = self.cell_of(item, name)
        if index is None:
            return None
        said, whole = bare(getattr(item.reading, name)), bare(self.context.cells[index].text)
        return None if said in whole and said != whole else index

    def _around(self, index: int) -> Iterator[tuple[str, int]]:
        context = self.context
        row = next(row for row in context.rows if index in row)
        rank = row.index(index)
        if rank:
            yield "left", row[rank - 1]
        if rank + 1 < len(row):
            yield "right", row[rank + 1]
        if context.up[index] >= 0:
            yield "above", int(context.up[index])
        if context.down[index] >= 0:
            yield "below", int(context.down[index])


def labelled_beside(grids: Sequence[Grid], model: Model) -> Beside:
    """The grids as the model puts them together and labels them."""
    context = context_of(repair(grids, model))
    if not context.cells:
        return Beside(context)
    classes = model.cells.second_look.classes
    probable = probabilities(context, model.text, model.cells.first_look, model.cells.second_look)
    times = model.cells.periods.probabilities(period_features(context, probable, classes))
    return Beside(context, probable @ group_matrix(classes), times, model.cells.periods.classes)


def pages_of(grids: Sequence[Grid]) -> tuple[frozenset[int | None], ...]:
    """The pages that each grid stands on."""
    return tuple(frozenset(piece.place.page for cell in grid.cells for piece in cell.pieces) for grid in grids)


def around(grids: Sequence[Grid], pages: Sequence[frozenset[int | None]], item: Item) -> tuple[int, ...]:
    """The numbers of the grids, on these `pages`, that a fact stands in, and of those next to them."""
    own = [place for place in (*item.at, *item.headings) if not place.get("inherited")]
    there = {place.get("page") for place in own}
    touched = [number for number, grid in enumerate(grids) if there & pages[number] and _holds(grid.cells, own)]
    return tuple(sorted({near for number in touched for near in (number - 1, number, number + 1) if 0 <= near < len(grids)}))


def model_of(folder: Path) -> Model:
    """The model that a run was made with; the shipped one where it is gone."""
    if (folder / JOURNAL).is_file():
        with closing(sqlite3.connect(f"file:{(folder / JOURNAL).resolve().as_posix()}?mode=ro", uri=True)) as database:
            row = database.execute("SELECT model FROM runs ORDER BY rowid DESC LIMIT 1").fetchone()
        if row and row[0]:
            try:
                return load_model(Path(row[0]))
            except (RecognizerError, OSError):
                pass
    return shipped_model()


def same_place(one: Place, other: Place) -> bool:
    """Whether two places of a document overlap: lines, cells of sheets, or boxes of which one holds the other's middle."""
    if "cell" in one or "cell" in other:
        return one.get("cell") == other.get("cell") and one.get("sheet") == other.get("sheet")
    if "lines" in one and "lines" in other:
        return bool(one["lines"][0] <= other["lines"][1] and other["lines"][0] <= one["lines"][1])
    if "bbox" not in one or "bbox" not in other or one["page"] != other["page"]:
        return False
    return _within(one["bbox"], other["bbox"]) or _within(other["bbox"], one["bbox"])


def bare(text: str) -> str:
    """A text without its blanks."""
    return "".join(text.split())


def _within(inner: Sequence[float], outer: Sequence[float]) -> bool:
    x, y = (inner[0] + inner[2]) / 2, (inner[1] + inner[3]) / 2
    return outer[0] <= x <= outer[2] and outer[1] <= y <= outer[3]


def _holds(cells: Sequence[Cell], places: Sequence[Place]) -> bool:
    return any(same_place(place, place_json(piece.place)) for cell in cells for piece in cell.pieces for place in places)


def _likeliest(kind: str, names: Sequence[str], probable: Floats, but: Collection[str]) -> list[Alternative]:
    listed = sorted(((float(one), name) for one, name in zip(probable, names, strict=True) if name not in but), reverse=True)
    return [Alternative(kind, name, round(min(one, 1.0), 4)) for one, name in listed[:MOST] if one >= LEAST]


def _concepts(item: Item) -> list[Alternative]:
    said = item.reading
    matches = mapper_in_use().candidates(Query(said.name, said.level2 or None, said.level1 or None, said.text or None), MOST + 1)
    return [Alternative("concept", match.id, match.score, match.name)
            for match in matches if match.id != said.concept and match.score >= LEAST][:MOST]
