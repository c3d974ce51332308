"""Pages laid out: the tables that rules draw or texts show, the lines around them, and tables that go on over pages as one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import count

from recognizer.layout.alphabetic import alphabetic_tables, is_alphabetic
from recognizer.layout.columns import Columns
from recognizer.layout.continuation import Item, Part, TextLine, continues, one_grid
from recognizer.layout.engines import SecondOpinion
from recognizer.layout.engines.disagreement import disagreements
from recognizer.layout.filling import fill, lines_of, piece_of, spaced, text_of, union, words_of
from recognizer.layout.lattice import Lattice, lattices
from recognizer.layout.unruled import unruled
from recognizer.limits import Limits, OutOfTimeError, within
from recognizer.types import Cell, Gap, Grid, Line, Page, Run, TextBlock
from recognizer.watching import reached

UNRULED = 0.5  # share of a page's text outside ruled tables from which tables without rules are looked for
AIRY = 0.9  # space above a line, as a share of its height, that counts as an empty line


def lay_out_pages(
    pages: Iterable[Page], limits: Limits, warn: Callable[[str], None], second: SecondOpinion | None = None
) -> Iterator[TextBlock | Grid]:
    """The tables and the text lines of pages that follow each other, in reading order; `second` is another engine's opinion.

    A table that goes on over a page is one grid, up to the limit of cells; running heads and page numbers between its parts
    come after it. What the limits leave out of a page, `warn` is told.
    """
    parts: list[Part] = []  # of the table that may still go on
    waiting: list[TextLine] = []  # lines since its last part
    before: Sequence[Item] = ()
    for page, items, after in _with_next(pages, limits, warn, second):
        tables = [number for number, item in enumerate(items) if isinstance(item, Part)]
        lead = [item for item in items[: tables[0]] if isinstance(item, TextLine)] if tables else []
        rest = items
        first = items[tables[0]] if tables else None
        if parts and isinstance(first, Part) and continues(parts, first, before, items, after):
            if sum(len(part.cells) for part in (*parts, first)) >= limits.table_cells:
                warn(f"page {page.number}: the table is parted here, before its {limits.table_cells}th cell (limit table_cells)")
                yield from _flushed(parts, waiting)
                parts, waiting = [], []
            parts.append(first)
            waiting += lead
            rest = items[tables[0] + 1 :]
        for item in rest:
            if isinstance(item, Part):
                yield from _flushed(parts, waiting)
                parts, waiting = [item], []
            else:
                waiting.append(item)
        before = items
        if parts and parts[-1].page != page.number:
            yield from _flushed(parts, waiting)
            parts, waiting = [], []
    yield from _flushed(parts, waiting)


def _with_next(
    pages: Iterable[Page], limits: Limits, warn: Callable[[str], None], second: SecondOpinion | None
) -> Iterator[tuple[Page, list[Item], list[Item]]]:
    """Each page with its items and those of the next page, of which only one is held at a time."""
    held: tuple[Page, list[Item]] | None = None
    columns: Columns | None = None
    for page in pages:
        reached("lay out", page.number)
        try:
            with within(limits.page_seconds):
                items, columns = page_items(page, limits, columns, second)
        except (OutOfTimeError, TooManyCellsError) as reason:
            warn(f"page {page.number} was not read: {reason}")
            items, columns = [], None
        if held:
            yield *held, items
        held = page, items
    if held:
        yield *held, []


def _flushed(parts: list[Part], lines: list[TextLine]) -> Iterator[TextBlock | Grid]:
    if parts:
        yield one_grid(parts)
    if lines:
        yield TextBlock(tuple(line.line for line in lines))


class TooManyCellsError(Exception):
    """A table of a page has more cells than the limits allow."""


def page_items(
    page: Page, limits: Limits, before: Columns | None = None, second: SecondOpinion | None = None
) -> tuple[list[Item], Columns | None]:
    """The tables of a page and the text lines outside them, from top to bottom; and the columns of its last table.

    Columns are told of tables without rules alone; `before` are those of the page before, where a table may go on.
    Raises TooManyCellsError.
    """
    tables, filled, outside, columns = _tables_of(page, limits, before)
    disputed: list[dict[int, tuple[str, ...]]] = [{} for _ in tables]
    others = second.on(page, sure=bool(tables) and columns is None) if second else ()
    if second and others:
        theirs, rest = fill(page, others)
        if second.decides:
            tables, filled, outside, columns, disputed = list(others), theirs, rest, None, [{} for _ in others]
        else:
            disputed = disagreements(tables, filled, others, theirs, second.kinds)
    indices = count()
    items: list[tuple[float, float, Item]] = []
    for table, runs, differing in zip(tables, filled, disputed, strict=True):
        if runs:
            part = _part(page, table, {slot: lines_of(own) for slot, own in runs.items()}, indices, differing)
            items.append((table.ys[0], table.xs[0], part))
    for line in lines_of(outside):
        words = words_of(line)
        pieces = tuple(piece_of(page, word, next(indices)) for word in words)
        box = union(line.boxes)
        height = line.boxes[0][3] - line.boxes[0][1]
        items.append((box[1], box[0], TextLine(Line(spaced(words), 0, "line", pieces), page.number, box, height, page.height)))
    items.sort(key=lambda item: item[:2])
    return _numbered([item for _, _, item in items], "start" if page.number == 1 else "page"), columns


Tables = tuple[list[Lattice], list[dict[int, list[Run]]], list[Run], Columns | None]


def _tables_of(page: Page, limits: Limits, before: Columns | None) -> Tables:
    """Our own tables of a page, the runs of their slots and those outside them, and the columns of the last without rules."""
    alphabetic = is_alphabetic(page)
    if alphabetic:
        tables, filled, outside = alphabetic_tables(page)
    else:
        tables = lattices(page.rules)
        filled, outside = fill(page, tables)
    most = max((len(table.slots) for table in tables), default=0)
    if most >= limits.table_cells:
        raise TooManyCellsError(f"it has a table of {most} cells (limit table_cells: {limits.table_cells})")
    if alphabetic or _length(outside) <= UNRULED * _length(page.runs):
        return tables, filled, outside, None
    found, outside = unruled(page, outside, before)
    tables = [*tables, *(table.lattice for table in found)]
    return tables, [*filled, *(table.runs for table in found)], outside, found[-1].columns if found else None


def _length(runs: Iterable[Run]) -> int:
    return sum(len(run.text) for run in runs)


def _part(
    page: Page, table: Lattice, lines: dict[int, list[Run]], indices: Iterator[int], disputed: dict[int, tuple[str, ...]]
) -> Part:
    cells = []
    row = -1
    for number, slot in enumerate(table.slots):
        gap: Gap = "tab" if slot.row == row else "line"
        row = slot.row
        own = lines.get(number, [])
        pieces = tuple(piece_of(page, line, next(indices)) for line in own)
        text = text_of(own) if own else ""
        differs = disputed.get(number, ())
        cells.append(Cell(slot.row, slot.column, text, pieces, slot.row_span, slot.column_span, gap, disputed=differs))
    return Part(page.number, table.xs, tuple(cells), table.bbox)


def _numbered(items: list[Item], gap: Gap) -> list[Item]:
    """The items with lines numbered from 1 and what stands before each line and table, before the first of them `gap`."""
    found: list[Item] = []
    bottom = 0.0
    number = 0
    for item in items:
        if isinstance(item, TextLine):
            number += 1
            if found:
                gap = "blank_line" if item.box[1] - bottom > AIRY * item.height else "line"
            found.append(replace(item, line=replace(item.line, number=number, gap=gap)))
            bottom = item.box[3]
        else:
            found.append(replace(item, gap=gap))
            bottom = item.box[3]
        gap = "line"
    return found
