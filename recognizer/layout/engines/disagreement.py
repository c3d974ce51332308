"""Where two engines' readings of a page differ: in a cell's text, in its spans, or in which texts share its row.

A cell is compared with the other engine's cell at the same place. Where the other has no table it has no opinion.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from recognizer.layout.engines import KINDS, ROWS, SPANS, TEXT
from recognizer.layout.filling import lines_of
from recognizer.layout.lattice import Lattice, Slot
from recognizer.types import Run

Filled = Sequence[dict[int, list[Run]]]  # of each table the runs of its slots, by slot index


@dataclass(frozen=True, slots=True)
class _Seen:
    """A cell as an engine has it: its table, its slot, its text without blanks."""

    table: int
    slot: Slot
    text: str


def disagreements(
    tables: Sequence[Lattice], filled: Filled, others: Sequence[Lattice], filled_others: Filled, kinds: Collection[str] = KINDS
) -> list[dict[int, tuple[str, ...]]]:
    """For each table what differs of its slots, by slot index; slots of which nothing differs are left out.

    `others` are the other engine's tables of the same page, filled with the same page's runs; `kinds` are those looked at.
    """
    theirs = [{number: _seen(place, table, number, own) for number, own in runs.items()}
              for place, (table, runs) in enumerate(zip(others, filled_others, strict=True))]
    found: list[dict[int, tuple[str, ...]]] = []
    for table, runs in zip(tables, filled, strict=True):
        own = {number: _seen(0, table, number, parts) for number, parts in runs.items()}
        matched = {number: _matching(parts[0], others, theirs) for number, parts in runs.items()}
        differing: dict[int, tuple[str, ...]] = {}
        for number, seen in own.items():
            other = matched[number]
            if other is None:
                continue
            beside = _beside(table, seen.slot, own)
            across = matched.get(beside) if beside is not None else None
            spans, other_spans = ((one.slot.row_span, one.slot.column_span) for one in (seen, other))
            apart = across is not None and not _share_row(other, across)
            differs = {TEXT: seen.text != other.text, SPANS: spans != other_spans, ROWS: apart}
            if found_kinds := tuple(kind for kind in KINDS if differs[kind] and kind in kinds):
                differing[number] = found_kinds
        found.append(differing)
    return found


def _seen(place: int, table: Lattice, number: int, runs: Sequence[Run]) -> _Seen:
    text = "".join("".join(line.text.split()) for line in lines_of(runs))
    return _Seen(place, table.slots[number], text)


def _matching(run: Run, others: Sequence[Lattice], theirs: Sequence[dict[int, _Seen]]) -> _Seen | None:
    """The other engine's cell that holds the first character of a run."""
    x0, y0, x1, y1 = run.boxes[0]
    for table, seen in zip(others, theirs, strict=True):
        number = table.slot_at((x0 + x1) / 2, (y0 + y1) / 2)
        if number in seen:
            return seen[number]
    return None


def _beside(table: Lattice, slot: Slot, own: dict[int, _Seen]) -> int | None:
    """The next slot with a text to the right in the slot's first row."""
    line = table.owner[slot.row]
    return next((number for number in line[slot.column + slot.column_span :] if number in own), None)


def _share_row(one: _Seen, other: _Seen) -> bool:
    first, last = one.slot.row, one.slot.row + one.slot.row_span
    return one.table == other.table and other.slot.row < last and first < other.slot.row + other.slot.row_span
