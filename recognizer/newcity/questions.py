"""What could be asked about documents: their cells, how doubtful each is, and what hangs on it.

A doubt is the probability that a cell is not what it was taken for: another role or period, a piece joined that does not
belong, a piece left out that does. What hangs on a cell (its stake) is counted in facts: a heading has those of its column, a
level those of its rows, a name those of its values.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from recognizer.labelling import label
from recognizer.model import Model
from recognizer.repair import choose, merge, weighed
from recognizer.repair.page_breaks import mend
from recognizer.types import Grid, Label, LabelledCell, LabelledGrid, Place, Role

Key = tuple[int, int]

# How many facts hang on a cell of these roles itself; on others, which may hide a fact, hangs OTHER.
STAKES = {
    Role.VALUE: 1.0, Role.FUND_AMOUNT: 1.0, Role.GOAL_TEXT: 1.0, Role.ATTRIBUTE_VALUE: 1.0, Role.ATTRIBUTE_KEY: 1.0,
    Role.FUND_KEY: 1.0, Role.GOAL_KEY: 1.0, Role.STANDARD: 1.0, Role.COMPARATOR: 1.0, Role.UNIT: 1.0, Role.PACKED: 1.0}
OTHER = 0.5


@dataclass(frozen=True, slots=True)
class Question:
    """A cell that a person could be asked about: what it was taken for, its doubt (0 to 1) and its stake in facts.

    `pieces` are those that make it; of a part of a packed cell they are the packed cell's, and `part` says from which to which
    character it goes. `number` counts the cells of its document in reading order, `table` its tables. `layout` is the layout
    that its document shares with others.
    """

    document: str
    number: int
    table: int
    pieces: tuple[Key, ...]
    text: str
    label: Label
    doubt: float
    stake: float
    place: Place
    layout: int = 0
    part: tuple[int, int] | None = None

    def within(self, layout: int) -> Question:
        """The question as one of a layout."""
        return replace(self, layout=layout)


def look(grids: Sequence[Grid], model: Model) -> tuple[tuple[LabelledGrid, ...], Mapping[Key, float]]:
    """The grids made whole and labelled, and by the first or last piece of a cell how probable it is that it goes on there."""
    cells, pairs, probable = weighed(grids, model)
    follows = choose(pairs, probable)
    whole = tuple(map(mend, merge(grids, cells, follows)))
    open_ends: dict[Key, float] = defaultdict(float)
    for (earlier, later), chance in zip(pairs.tolist(), probable.tolist(), strict=True):
        if follows.get(later, (-1, 0.0))[0] != earlier:
            # Of two cells that may go on in a third the less probable one is no doubt of its own.
            rest = chance * (1 - follows[later][1]) if later in follows else chance
            for key in (cells[earlier].pieces[-1].key, cells[later].pieces[0].key):
                open_ends[key] = max(open_ends[key], rest)
    return label(whole, model), open_ends


def questions_of(
    name: str, grids: Sequence[LabelledGrid], open_ends: Mapping[Key, float], layout: int = 0
) -> tuple[Question, ...]:
    """All cells of a document, and in place of a packed cell its parts too, as questions in reading order."""
    found: list[Question] = []
    table = 0
    for grid in grids:
        for entry in (entry for row in grid.rows for entry in row):
            table += entry.names_project
            keys = tuple(piece.key for piece in entry.cell.pieces)
            apart = max(open_ends.get(keys[0], 0.0), open_ends.get(keys[-1], 0.0))
            taken = Label(entry.label.role, Role.NAME) if entry.names_project else entry.label
            place = entry.cell.pieces[0].place
            found.append(Question(
                name, len(found), table, keys, entry.cell.text, taken, _doubt(entry, apart), 0.0, place, layout))
            for part in entry.parts:
                start = part.cell.pieces[0].index
                end = part.cell.pieces[-1].index + len(part.cell.pieces[-1].text)
                found.append(Question(
                    name, len(found), table, keys, part.cell.text, part.label, _doubt(part), 0.0, part.cell.pieces[0].place,
                    layout, (start, end)))
    return tuple(replace(one, stake=stake) for one, stake in zip(found, stakes([one.label for one in found]), strict=True))


def _doubt(entry: LabelledCell, apart: float = 0.0) -> float:
    return 1.0 - entry.probability * entry.period_probability * entry.cell.join_probability * (1.0 - apart)


def stakes(labels: Sequence[Label]) -> list[float]:
    """How many facts hang on each cell of a document, in reading order, from what all of them were taken for."""
    found = [STAKES.get(one.role, OTHER) for one in labels]
    last: dict[object, int] = {}  # the heading, level or name met last, by what it speaks for
    for index, one in enumerate(labels):
        if one.role is Role.HEADER and one.heads is not None:
            key: object = Label(one.heads, None, one.period)
        elif one.role in (Role.LEVEL1, Role.LEVEL2, Role.NAME):
            key = one.role
        else:
            key = None
        if key is not None:
            last[key] = index
            found[index] = 1.0
        speakers: Iterable[object] = (one, Role.NAME, Role.LEVEL2, Role.LEVEL1) if one.role is Role.VALUE else (one,)
        for speaker in speakers:
            at = last.get(speaker, -1)
            if 0 <= at < index:
                found[at] += 1.0
    return found
