"""Tables whose rules leave some rows and columns out: cells that hold several of them are cut where their texts stand apart.

For pages in alphabetic writing, where a blank parts words and a wide gap parts columns. Columns are strips that no text of their
cells crosses; rows are lines side by side of which one column is of numbers, or that stand further apart than lines of a text.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from recognizer.layout.filling import cut
from recognizer.layout.lattice import Lattice, Slot
from recognizer.types import Box, Run

APART = 0.5  # line heights of room in a line from which two texts may stand in two columns
STRIP = 0.3  # line heights that the strip between two columns is wide at least
CROSSED = 0.1  # share of the lines with several texts that may cross such a strip: headings over several columns
PARTED = 0.25  # share of all lines that have texts on both sides of such a strip at least
SAME_LINE = 0.4  # line heights by which the middles of a line's texts may differ
OF_NUMBERS = 0.6  # share of a column's texts that are numbers from which it is one of numbers
LOOSE = 1.6  # line heights from line to line from which they are rows rather than lines of a text
MOST_RUNS = 20_000  # runs, or cells, of a table whose cells are still looked into

_NUMBER = re.compile(r"[\W_]*(?:\d[\d\s.,:/%–-]*|[-–—.…*]+|n\.?\s?[ad]\.?)[\W\d_]*[a-z%]?[\W\d_]*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Text:
    """Characters of one line without a wide gap, and the box around them."""

    run: Run
    box: Box

    @property
    def middle(self) -> float:
        """The height of their middle."""
        return (self.box[1] + self.box[3]) / 2


def texts_of(runs: Iterable[Run]) -> list[Text]:
    """The runs cut at their wide gaps, joined where they nearly touch; from top to bottom and left to right."""
    parts: list[Text] = []
    for run in runs:
        start, last = 0, -1
        for index, char in enumerate(run.text):
            if char.isspace():
                continue
            box = run.boxes[index]
            if last >= 0 and not run.vertical and box[0] - run.boxes[last][2] > APART * (box[3] - box[1]):
                _add(parts, run, start, index)
                start = index
            last = index
        _add(parts, run, start, len(run.text))
    found: list[Text] = []
    for line in lines_of_texts(parts):
        whole = line[0]
        for part in line[1:]:
            if part.run.vertical or part.box[0] - whole.box[2] > APART * (part.box[3] - part.box[1]):
                found.append(whole)
                whole = part
            else:
                whole = _joined(whole, part)
        found.append(whole)
    return found


def _add(parts: list[Text], run: Run, start: int, end: int) -> None:
    part = cut(run, start, end)
    if part:
        x0s, y0s, x1s, y1s = zip(*part.boxes, strict=True)
        parts.append(Text(part, (min(x0s), median(y0s), max(x1s), median(y1s))))


def _joined(one: Text, other: Text) -> Text:
    gap = other.box[0] - one.box[2]
    blank = gap > 0.1 * (other.box[3] - other.box[1])
    between: tuple[Box, ...] = ((one.box[2], other.box[1], other.box[0], other.box[3]),) if blank else ()
    run = Run(one.run.text + " " * len(between) + other.run.text, (*one.run.boxes, *between, *other.run.boxes),
              sure=(*one.run.sure, *(1.0 for _ in between if one.run.sure), *other.run.sure))
    longer = one if len(one.run.text) >= len(other.run.text) else other
    return Text(run, (one.box[0], longer.box[1], max(one.box[2], other.box[2]), longer.box[3]))


def lines_of_texts(texts: Iterable[Text]) -> list[list[Text]]:
    """The texts of each line, from top to bottom, from left to right."""
    lines: list[list[Text]] = []
    for text in sorted(texts, key=lambda text: text.middle):
        height = text.box[3] - text.box[1]
        if lines and text.middle - lines[-1][0].middle <= SAME_LINE * max(height, 1.0):
            lines[-1].append(text)
        else:
            lines.append([text])
    for line in lines:
        line.sort(key=lambda text: text.box[0])
    return lines


def is_number(text: str) -> bool:
    """Whether a text is a number, a share, or a mark for none."""
    return _NUMBER.fullmatch(text) is not None


def refined(table: Lattice, runs: dict[int, list[Run]]) -> tuple[Lattice, dict[int, list[Run]]]:
    """The table with the cells cut that hold several rows or columns, and the runs of its slots."""
    if sum(map(len, runs.values())) > MOST_RUNS or len(table.slots) > MOST_RUNS:
        return table, runs
    texts = {number: texts_of(own) for number, own in runs.items()}
    xs = sorted({*table.xs, *_column_cuts(table, texts)})
    ys = sorted({*table.ys, *_row_cuts(table, texts, xs)})
    column_of, row_of = {at: number for number, at in enumerate(xs)}, {at: number for number, at in enumerate(ys)}
    slots: list[tuple[Slot, list[Run]]] = []
    for number, slot in enumerate(table.slots):
        x0, y0, x1, y1 = table.box_of(slot)
        own_xs, own_ys = xs[column_of[x0] : column_of[x1] + 1], ys[row_of[y0] : row_of[y1] + 1]
        for (left, top, right, bottom), own in _pieces(texts.get(number, []), own_xs, own_ys, slot.row_span > 1):
            row, column = row_of[top], column_of[left]
            slots.append((Slot(row, column, row_of[bottom] - row, column_of[right] - column), [text.run for text in own]))
    slots.sort(key=lambda entry: (entry[0].row, entry[0].column))
    owner = [[-1] * (len(xs) - 1) for _ in range(len(ys) - 1)]
    for number, (slot, _) in enumerate(slots):
        for line in owner[slot.row : slot.row + slot.row_span]:
            line[slot.column : slot.column + slot.column_span] = [number] * slot.column_span
    lattice = Lattice(tuple(xs), tuple(ys), tuple(slot for slot, _ in slots), tuple(map(tuple, owner)))
    return lattice, {number: own for number, (_, own) in enumerate(slots) if own}


def _column_cuts(table: Lattice, texts: dict[int, list[Text]]) -> Iterable[float]:
    """Where columns of the table are cut in several: strips that their texts leave free."""
    inside: dict[int, list[list[Text]]] = {}
    for number, own in texts.items():
        slot = table.slots[number]
        for column in range(slot.column, slot.column + slot.column_span):
            left, right = table.xs[column], table.xs[column + 1]
            inside.setdefault(column, []).extend(
                lines_of_texts(text for text in own if text.box[0] < right and text.box[2] > left))
    for column, lines in inside.items():
        yield from strips(lines, table.xs[column], table.xs[column + 1])


def strips(lines: Sequence[Sequence[Text]], left: float, right: float) -> list[float]:
    """The middles of the strips between two edges that part the texts of lines."""
    several = [line for line in lines if len(line) > 1]
    if not several:
        return []
    height = median(text.box[3] - text.box[1] for line in several for text in line)
    changes: Counter[float] = Counter()
    for line in several:
        for text in line:
            changes[min(max(text.box[0], left), right)] += 1
            changes[min(max(text.box[2], left), right)] -= 1
    found: list[float] = []
    start, crossing = left, 0
    for at in sorted(changes):
        before, crossing = crossing, crossing + changes[at]
        allowed = CROSSED * len(several)
        if before <= allowed < crossing:
            found += _cut_in(lines, start, at, left, right, STRIP * height)
        elif crossing <= allowed < before:
            start = at
    return found


def _cut_in(lines: Sequence[Sequence[Text]], start: float, end: float, left: float, right: float, least: float) -> list[float]:
    """The middle of a strip that has texts on both of its sides and is wide enough."""
    if start <= left or end >= right or end - start < least:
        return []
    parted = sum(any(left < text.box[2] <= start + 1 for text in line) and any(end - 1 <= text.box[0] < right for text in line)
                 for line in lines)
    return [(start + end) / 2] if parted >= max(1, PARTED * len(lines)) else []


def _row_cuts(table: Lattice, texts: dict[int, list[Text]], xs: Sequence[float]) -> Iterable[float]:
    """Where rows of the table are cut in several."""
    inside: dict[int, list[Text]] = {}
    for number, own in texts.items():
        if table.slots[number].row_span == 1:
            inside.setdefault(table.slots[number].row, []).extend(own)
    for own in inside.values():
        lines = lines_of_texts(own)
        if len(lines) > 1:
            yield from _row_edges(lines, xs, loose=len(table.xs) == 2)


def _row_edges(lines: Sequence[Sequence[Text]], xs: Sequence[float], loose: bool) -> list[float]:
    """The edges between lines that are rows of their own: numbers under numbers; and, where no columns are drawn (`loose`),
    what follows a heading or stands further away than the next line of a text.
    """
    height = median(text.box[3] - text.box[1] for line in lines for text in line)
    columns = [{bisect_right(xs, (text.box[0] + text.box[2]) / 2): text for text in line} for line in lines]
    most = max(map(len, columns))
    of_numbers = {column for line in columns for column in line if _is_of_numbers(columns, column)}
    found: list[float] = []
    for number, (upper, lower) in enumerate(pairwise(columns)):
        if max(len(upper), len(lower)) < 2 and most > 1:
            continue
        step = lines[number + 1][0].middle - lines[number][0].middle
        shared = [(upper[column], lower[column]) for column in upper.keys() & lower.keys() & of_numbers]
        numbers = any(is_number(one.run.text) and is_number(other.run.text) for one, other in shared)
        if numbers or (loose and (_begins(upper, lower, most) or step > LOOSE * height)):
            bottom = max(text.box[3] for text in lines[number])
            top = min(text.box[1] for text in lines[number + 1])
            found.append((bottom + top) / 2)
    return found


def _is_of_numbers(lines: Sequence[dict[int, Text]], column: int) -> bool:
    """Whether most texts of a column are numbers: a heading may end in one, or in its unit."""
    texts = [line[column].run.text for line in lines if column in line]
    return sum(map(is_number, texts)) >= OF_NUMBERS * len(texts)


def _begins(upper: dict[int, Text], lower: dict[int, Text], most: int) -> bool:
    """Whether a line begins a row: it has numbers where most columns have a text, and the one above has none."""
    full = len(lower) >= max(2, 0.6 * most) and sum(is_number(text.run.text) for text in lower.values()) >= 0.4 * len(lower)
    return full and not upper.keys() <= {min(lower)}


def _pieces(
    texts: Sequence[Text], xs: Sequence[float], ys: Sequence[float], over_rows: bool
) -> Iterable[tuple[Box, list[Text]]]:
    """The cells that a slot becomes: as many as its texts stand in, one where they are not parted.

    What is one cell `over_rows` that are drawn beside it stays one unless it holds several columns.
    """
    whole = (xs[0], ys[0], xs[-1], ys[-1])
    if len(texts) < 2 or (len(xs) == 2 and len(ys) == 2):
        return [(whole, list(texts))]
    placed: dict[int, dict[tuple[int, int], list[Text]]] = {}
    for text in texts:
        row = min(max(bisect_right(ys, text.middle) - 1, 0), len(ys) - 2)
        first = min(max(bisect_right(xs, text.box[0] + 1) - 1, 0), len(xs) - 2)
        after = min(max(bisect_left(xs, text.box[2] - 1), first + 1), len(xs) - 1)
        line = placed.setdefault(row, {})
        for other in [span for span in line if span[0] < after and first < span[1]]:
            first, after = min(first, other[0]), max(after, other[1])
            line.setdefault((first, after), [])
            if other != (first, after):
                line[first, after] += line.pop(other)
        line.setdefault((first, after), []).append(text)
    parted = any(len(line) > 1 for line in placed.values())
    if not parted and (len(placed) < 2 or over_rows):
        return [(whole, list(texts))]
    found: list[tuple[Box, list[Text]]] = []
    for row in range(len(ys) - 1):
        line = placed.get(row, {})
        column = 0
        for first, after in sorted(line):
            found += [((xs[at], ys[row], xs[at + 1], ys[row + 1]), []) for at in range(column, first)]
            found.append(((xs[first], ys[row], xs[after], ys[row + 1]), line[first, after]))
            column = after
        found += [((xs[at], ys[row], xs[at + 1], ys[row + 1]), []) for at in range(column, len(xs) - 1)]
    return found
