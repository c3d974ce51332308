"""Tables of pages in alphabetic writing: what rules draw, what level rules alone bound, and what stands in columns without any.

Such pages are mostly prose, so a table has to show itself: rules around it, level rules of one width above and below it, or lines
of several texts each under the other's. All become coarse lattices first, whose cells `refined` then cuts.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

from recognizer.layout.filling import fill
from recognizer.layout.lattice import Edge, Lattice, Slot, distinct, edges_of, lattices
from recognizer.layout.refining import Text, is_number, lines_of_texts, refined, strips, texts_of
from recognizer.types import Page, Run

IDEOGRAPHIC = 0.02  # share of ideographs among a page's characters from which its writing is not alphabetic
PROSE = 0.6  # share of a table's width that a line of prose fills at least
FILLED = 0.85  # share of a line of prose that is no wide gap at least
SAME_END = 4.0  # points by which the ends of rules of one table may differ
WIDEST_ROOM = 0.6  # share of the page's height that two rules of a table stand apart at most
NARROWEST = 100.0  # points that a rule over and under a table is long at least
MOST_RULES = 500  # of that length; a page of more shows something else
CLOSE = 2.2  # line heights from line to line within a table without rules at most
FEWEST_LINES = 4  # lines of several texts that such a table has at least
NUMBERS = 0.4  # share of its texts right of the first column that are numbers at least


def is_alphabetic(page: Page) -> bool:
    """Whether hardly any ideograph stands on the page."""
    length = sum(len(run.text) for run in page.runs)
    ideographs = sum(char >= "\u2e80" for run in page.runs if not run.text.isascii() for char in run.text)
    return length > 0 and ideographs <= IDEOGRAPHIC * length


def alphabetic_tables(page: Page) -> tuple[list[Lattice], list[dict[int, list[Run]]], list[Run]]:
    """The tables of a page, for each the runs of its slots, and the runs outside them."""
    drawn = lattices(page.rules)
    filled, outside = fill(page, drawn)
    drawn = [kept for table, runs in zip(drawn, filled, strict=True) if (kept := _trimmed(table, runs, _is_prose))]
    tables = _between_rules(page, drawn)
    filled, outside = fill(page, tables)
    tables += _in_columns(outside)
    filled, outside = fill(page, tables)
    cut = [refined(table, runs) for table, runs in zip(tables, filled, strict=True)]
    return [table for table, _ in cut], [runs for _, runs in cut], outside


def _trimmed(
    table: Lattice, runs: dict[int, list[Run]], is_none: Callable[[Sequence[Run], float], bool]
) -> Lattice | None:
    """The table without the undivided rows at its ends that are none by their text: a rule of the page's decoration, or one
    under a note, may tie them to it.
    """
    width = table.xs[-1] - table.xs[0]
    first, last = 0, len(table.ys) - 1

    def ends(row: int) -> bool:
        slot = table.slots[table.owner[row][0]]
        undivided = slot.column_span == len(table.xs) - 1 and slot.row_span == 1
        return undivided and is_none(runs.get(table.owner[row][0], []), width)

    while first < last and ends(first):
        first += 1
    while last > first and ends(last - 1):
        last -= 1
    if (first, last) == (0, len(table.ys) - 1):
        return table
    if last <= first:
        return None
    return _lattice(table.xs, table.ys[first : last + 1], [table.owner[row] for row in range(first, last)])


def _is_prose(runs: Sequence[Run], width: float) -> bool:
    """Whether some lines are a text over most of the width."""
    return sum(_is_line_of_prose(line, width) for line in lines_of_texts(texts_of(runs))) > 1


def _is_line_of_prose(line: Sequence[Text], width: float) -> bool:
    """Whether a line's text fills most of the width, and its blanks are those of words, wide as they may be set."""
    extent = line[-1].box[2] - line[0].box[0]
    return extent >= PROSE * width and sum(text.box[2] - text.box[0] for text in line) >= FILLED * extent


def _is_undivided(runs: Sequence[Run], width: float) -> bool:
    """Whether most lines are a single text."""
    lines = lines_of_texts(texts_of(runs))
    return sum(len(line) > 1 for line in lines) < 0.5 * len(lines) or _is_prose(runs, width)


def _lattice(xs: Sequence[float], ys: Sequence[float], owners: Sequence[Sequence[int]]) -> Lattice:
    """The lattice in which boxes with the same owner are one cell."""
    boxes: dict[int, list[tuple[int, int]]] = {}
    for row, line in enumerate(owners):
        for column, owner in enumerate(line):
            boxes.setdefault(owner, []).append((row, column))
    slots = []
    owner_of = [[0] * (len(xs) - 1) for _ in owners]
    for number, own in enumerate(boxes.values()):
        rows, columns = [row for row, _ in own], [column for _, column in own]
        slots.append(Slot(min(rows), min(columns), max(rows) - min(rows) + 1, max(columns) - min(columns) + 1))
        for row, column in own:
            owner_of[row][column] = number
    return Lattice(tuple(xs), tuple(ys), tuple(slots), tuple(map(tuple, owner_of)))


def _between_rules(page: Page, drawn: Sequence[Lattice]) -> list[Lattice]:
    """The drawn tables with rows that level rules of their width add, and tables that such rules alone bound."""
    across = [edge for edge in edges_of((rule.y0, rule.x0, rule.x1) for rule in page.rules if rule.y0 == rule.y1)
              if edge.end - edge.start >= NARROWEST]
    tables = list(drawn)
    if len(across) > MOST_RULES:
        return tables
    for group in _groups(across, page.height):
        ys = [edge.at for edge in group]
        left, right = group[0].start, group[0].end
        met = [table for table in tables if table.ys[0] <= ys[-1] and table.ys[-1] >= ys[0]
               and table.xs[0] < right and table.xs[-1] > left]
        if len(met) > 1 or (met and (abs(met[0].xs[-1] - right) > 3 * SAME_END or abs(met[0].xs[0] - left) > 12 * SAME_END)):
            continue
        if met and met[0].ys[0] <= ys[0] + SAME_END and met[0].ys[-1] >= ys[-1] - SAME_END:
            continue
        coarse = _with_rows(met[0] if met else None, left, right, ys)
        runs, _ = fill(page, [coarse])
        kept = _trimmed(coarse, runs[0], _is_undivided)
        if kept and (met or _shows_columns(kept, fill(page, [kept])[0][0])):
            tables = [table for table in tables if table not in met] + [kept]
    return sorted(tables, key=lambda table: (table.xs[-1] - table.xs[0]) * (table.ys[-1] - table.ys[0]))


def _groups(across: Sequence[Edge], height: float) -> list[list[Edge]]:
    """Rules of one width below each other, at least two."""
    groups: list[list[Edge]] = []
    for edge in sorted(across, key=lambda edge: edge.at):
        for group in groups:
            last = group[-1]
            alike = abs(last.start - edge.start) <= SAME_END and abs(last.end - edge.end) <= SAME_END
            if alike and edge.at - last.at <= WIDEST_ROOM * height:
                group.append(edge)
                break
        else:
            groups.append([edge])
    return [group for group in groups if len(group) > 1]


def _with_rows(table: Lattice | None, left: float, right: float, ys: Sequence[float]) -> Lattice:
    """A lattice of a row between each two rules, with the columns that the table has where it stands."""
    edges = distinct([*ys, *(table.ys if table else ())], SAME_END)
    xs = [left, right] if not table else [min(left, table.xs[0]), *table.xs[1:-1], max(right, table.xs[-1])]
    owners: list[list[int]] = []
    count = len(table.slots) if table else 0
    for top, bottom in pairwise(edges):
        middle = (top + bottom) / 2
        row = next((row for row, (y0, y1) in enumerate(pairwise(table.ys)) if y0 < middle < y1), None) if table else None
        owners.append(list(table.owner[row]) if table and row is not None else [count + len(owners)] * (len(xs) - 1))
    return _lattice(xs, edges, owners)


def _shows_columns(table: Lattice, runs: dict[int, list[Run]]) -> bool:
    """Whether the texts between rules stand in columns and are not prose."""
    lines = lines_of_texts(text for own in runs.values() for text in texts_of(own))
    several = [line for line in lines if len(line) > 1]
    width = table.xs[-1] - table.xs[0]
    cuts = strips(lines, table.xs[0], table.xs[-1])
    prose = sum(_is_line_of_prose(line, width) for line in lines)
    return bool(cuts) and len(several) > 1 and prose <= 0.3 * len(lines) and len(several) >= 0.4 * len(lines)


def _in_columns(runs: Sequence[Run]) -> list[Lattice]:
    """The tables that no rule bounds: lines of several texts, numbers most of them, that follow each other closely."""
    lines = lines_of_texts(texts_of(runs))
    found: list[Lattice] = []
    start = 0
    while start < len(lines):
        end = start
        while end < len(lines) and len(lines[end]) > 1 and (end == start or _is_close(lines[end - 1], lines[end])):
            end += 1
        table = _table_of(lines[start:end]) if end - start >= FEWEST_LINES else None
        if table:
            found.append(table)
        start = max(end, start + 1)
    return found


def _is_close(upper: Sequence[Text], lower: Sequence[Text]) -> bool:
    height = lower[0].box[3] - lower[0].box[1]
    return lower[0].middle - upper[0].middle <= CLOSE * height


def _table_of(lines: Sequence[Sequence[Text]]) -> Lattice | None:
    texts = [text for line in lines for text in line]
    left, right = min(text.box[0] for text in texts) - 1, max(text.box[2] for text in texts) + 1
    cuts = strips(lines, left, right)
    data = [text for text in texts if cuts and text.box[0] > cuts[0]]
    if not cuts or sum(is_number(text.run.text) for text in data) < NUMBERS * len(data):
        return None
    top, bottom = min(text.box[1] for text in texts), max(text.box[3] for text in texts)
    return Lattice((left, right), (top, bottom), (Slot(0, 0, 1, 1),), ((0,),))
