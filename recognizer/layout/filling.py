"""Text put in its place: characters into the cells of a table by their boxes, and what is left into lines.

A character belongs to the cell that holds its centre. Most runs lie in one cell from end to end and are not taken apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, pairwise

from recognizer.layout.lattice import Lattice
from recognizer.types import Box, Page, Piece, Place, Run

SAME_LINE = 0.5  # centres of one line lie nearer than this share of its height
TWICE = 0.1  # a text that stands on itself, shifted by less than this share of its height, is printed twice
WORD_GAP = 0.3  # a gap in a line that is wider than this share of its height is a blank
PIECE_GAP = 1.0  # and one that is wider than this parts two pieces of a line outside tables
WIDE_GAP = 1.5  # and one that is wider than this is more than a blank
LOOSE = 2.0  # characters of room left at a line's end from which its author, not the width, ended it


def fill(page: Page, tables: Sequence[Lattice]) -> tuple[list[dict[int, list[Run]]], list[Run]]:
    """For each table the runs of its slots, by slot index; and the runs outside tables.

    Where tables lie within each other, text belongs to the one that comes first.
    """
    filled: list[dict[int, list[Run]]] = [{} for _ in tables]
    outside: list[Run] = []
    for run in page.runs:
        first, last = _owner(run.boxes[0], tables), _owner(run.boxes[-1], tables)
        parts = [(first, run)] if first == last and (first[0] < 0 or _convex(run, tables)) else _split(run, tables)
        for (table, slot), part in parts:
            if table < 0:
                outside.append(part)
            else:
                filled[table].setdefault(slot, []).append(part)
    return filled, outside


def _owner(box: Box, tables: Sequence[Lattice]) -> tuple[int, int]:
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    for number, table in enumerate(tables):
        slot = table.slot_at(x, y)
        if slot >= 0:
            return number, slot
    return -1, -1


def _convex(run: Run, tables: Sequence[Lattice]) -> bool:
    """Whether a run whose ends lie in one cell lies in it as a whole: cells are boxes, but one may hold a table."""
    return len(tables) == 1 or len({_owner(box, tables) for box in run.boxes[1:-1:4]}) <= 1


def _split(run: Run, tables: Sequence[Lattice]) -> Iterator[tuple[tuple[int, int], Run]]:
    """The run cut where it passes from cell to cell."""
    owners = [_owner(box, tables) for box in run.boxes]
    start = 0
    for owner, group in groupby(owners):
        end = start + len(list(group))
        part = cut(run, start, end)
        if part:
            yield owner, part
        start = end


def cut(run: Run, start: int, end: int) -> Run | None:
    """The characters from `start` to `end` without blanks at the ends; None where nothing is left."""
    text = run.text
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if end - start == len(text) and text:
        return run
    return Run(text[start:end], run.boxes[start:end], run.vertical, run.sure[start:end]) if end > start else None


def lines_of(runs: Iterable[Run]) -> list[Run]:
    """Runs gathered into lines in reading order; columns of vertical writing are read from right to left."""
    trimmed = [part for run in runs if (part := cut(run, 0, len(run.text)))]
    if len(trimmed) == 1:
        return trimmed
    upright = [run for run in trimmed if run.vertical]
    level = [run for run in trimmed if not run.vertical]
    lines = [_joined(line) for line in _grouped(level)]
    return lines + sorted(upright, key=lambda run: (-round(run.boxes[0][2]), run.boxes[0][1]))


def _grouped(runs: list[Run]) -> list[list[Run]]:
    """The runs of each line, from top to bottom, from left to right."""
    groups: list[list[Run]] = []
    middle = height = 0.0
    for run in sorted(runs, key=_middle):
        own = run.boxes[0][3] - run.boxes[0][1]
        if groups and _middle(run) - middle <= SAME_LINE * max(min(height, own), 1.0):
            groups[-1].append(run)
        else:
            groups.append([run])
            middle, height = _middle(run), own
    for group in groups:
        group.sort(key=lambda run: run.boxes[0][0])
    return groups


def _middle(run: Run) -> float:
    return (run.boxes[0][1] + run.boxes[0][3]) / 2


def _joined(runs: list[Run]) -> Run:
    """The runs of a line as one, with a blank where there is room for one."""
    if len(runs) == 1:
        return runs[0]
    text, boxes, sure = runs[0].text, list(runs[0].boxes), list(runs[0].sure)
    last = runs[0]
    for run in runs[1:]:
        before, after = boxes[-1], run.boxes[0]
        # What is printed twice in nearly the same place is meant to look bold.
        if run.text == last.text and abs(after[0] - last.boxes[0][0]) < TWICE * (after[3] - after[1]):
            continue
        last = run
        if after[0] - before[2] > WORD_GAP * (after[3] - after[1]):
            text += " "
            boxes.append((before[2], after[1], after[0], after[3]))
            sure += [1.0] if run.sure else []
        text += run.text
        boxes.extend(run.boxes)
        sure.extend(run.sure)
    return Run(text, tuple(boxes), sure=tuple(sure))


def text_of(lines: Sequence[Run]) -> str:
    """The text of a cell: lines that the cell's width broke read on, those that their author broke end in a line break."""
    if len(lines) == 1:
        return lines[0].text
    text = lines[0].text
    right = max(line.boxes[-1][2] for line in lines)
    left = min(line.boxes[0][0] for line in lines)
    for line, following in pairwise(lines):
        if line.vertical or following.vertical:
            text += following.text
            continue
        first = following.boxes[0]
        room = (right - left) - (line.boxes[-1][2] - line.boxes[0][0])
        if room > _first_word(following) + LOOSE * (first[2] - first[0]):
            text += "\n"
        elif line.text[-1].isascii() and line.text[-1].isalpha() and following.text[0].isascii() and following.text[0].isalpha():
            text += " "
        text += following.text
    return text


def _first_word(line: Run) -> float:
    """The width of what would have had to fit in the line before: an ideograph, or a word."""
    end = 1
    while end < len(line.text) and line.text[end].isascii() and line.text[end - 1].isascii() and not line.text[end].isspace():
        end += 1
    return line.boxes[end - 1][2] - line.boxes[0][0]


def piece_of(page: Page, line: Run, index: int) -> Piece:
    """A printed line as a piece of its page."""
    boxes = line.boxes if not page.turn and not page.skew else tuple(map(page.displayed, line.boxes))
    return Piece(line.text, Place(page=page.number, bbox=union(boxes)), index, boxes, line.sure)


def union(boxes: Sequence[Box]) -> Box:
    """The box around boxes."""
    if len(boxes) == 1:
        return boxes[0]
    x0s, y0s, x1s, y1s = zip(*boxes, strict=True)
    return (min(x0s), min(y0s), max(x1s), max(y1s))


def words_of(line: Run) -> list[Run]:
    """A line outside tables cut at its blanks and at its wide gaps."""
    found = []
    start = 0
    for index in range(1, len(line.text) + 1):
        if index < len(line.text) and not line.text[index].isspace():
            before, after = line.boxes[index - 1], line.boxes[index]
            if after[0] - before[2] <= PIECE_GAP * (after[3] - after[1]) or line.vertical:
                continue
        part = cut(line, start, index)
        if part:
            found.append(part)
        start = index
    return found


def spaced(words: Sequence[Run]) -> str:
    """The text of a line's words with a blank between them, several where the gap is wide."""
    text = words[0].text
    for before, after in pairwise(words):
        first, last = after.boxes[0], before.boxes[-1]
        text += ("  " if first[0] - last[2] > WIDE_GAP * (first[3] - first[1]) else " ") + after.text
    return text
