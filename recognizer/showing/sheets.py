"""The sheets that cells are drawn on: the pages of a PDF, or pages that the lines and tables of a text are set on.

A text has no page of its own, so that one is set for it here, by simple typography: a drawn table keeps its columns, and
what is too long for its line is broken.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby

from recognizer.layout.filling import union
from recognizer.layout.lattice import lattices
from recognizer.showing.font import width_of
from recognizer.types import Box, Cell, Grid, LabelledCell, Page, Piece, Place

SIZE = 8.5  # points, of a set character
LEADING = 1.55  # height of a set line as a share of SIZE
PADDING = 3.0  # points between the walls of a set cell and its text
MARGIN_LEFT, MARGIN = 50.0, 34.0
NARROWEST, WIDEST, HIGHEST = 595.0, 1190.0, 842.0  # points: A4 upright, as wide as A3 lying where a table asks for it
WORDY = 22.0  # characters in a line from which a column is broken rather than widened
BLANK, WIDE_BLANK = 0.9, 3.0  # characters of room that one blank, and several, are set as

Key = tuple[int, int]  # of a piece of a text: see Piece.key


@dataclass(frozen=True, slots=True)
class Letters:
    """A text to print: where it begins, and its base line."""

    text: str
    x: float
    base: float


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page to draw on, in points: its number (from 1), the boxes of table cells and of printed characters.

    A sheet that is set here has `letters` to print and the numbers of the source's lines beside them.
    """

    number: int
    width: float
    height: float
    slots: tuple[Box, ...] = ()
    printed: tuple[Box, ...] = ()
    letters: tuple[Letters, ...] = ()
    line_numbers: tuple[tuple[int, float], ...] = ()  # line of the source, base line on the sheet
    is_set: bool = False


def sheet_of(page: Page) -> Sheet:
    """A PDF's page, with the cells that its rules draw, all as displayed."""
    slots = [page.displayed(table.box_of(slot)) for table in lattices(page.rules) for slot in table.slots]
    printed = tuple(page.displayed(box) for run in page.runs for box in run.boxes)
    width, height = (page.height, page.width) if page.turn % 180 else (page.width, page.height)
    return Sheet(page.number, width, height, tuple(slots), printed)


@dataclass(slots=True)
class _Row:
    """A row to be set, from y = 0: its height, its slots as (box, rows spanned), its characters by piece."""

    height: float
    line: int | None
    slots: list[tuple[Box, int]] = field(default_factory=list)
    pieces: list[tuple[Key, str, list[Box]]] = field(default_factory=list)
    before: float = 0.0  # room above


def set_text(grids: Sequence[Grid]) -> tuple[tuple[Sheet, ...], dict[Key, tuple[int, tuple[Box, ...]]]]:
    """The grids of a text set on sheets; and of each piece, by its key, the sheet's number and a box for each character."""
    wanted = max((sum(_natural_widths(grid)) for grid in grids if grid.drawn), default=0.0)
    width = min(max(wanted + MARGIN_LEFT + MARGIN, NARROWEST), WIDEST)
    room = width - MARGIN_LEFT - MARGIN
    rows = [row for grid in grids for row in (_table_rows(grid, room) if grid.drawn else _line_rows(grid, room))]
    sheets: list[Sheet] = []
    found: dict[Key, tuple[int, tuple[Box, ...]]] = {}
    for number, page in enumerate(_paged(rows), 1):
        sheet, placed = _set(page, number, width)
        sheets.append(sheet)
        found |= {key: (number, boxes) for key, boxes in placed.items()}
    return tuple(sheets) or (Sheet(1, width, HIGHEST, is_set=True),), found


def flow(text: str, left: float, right: float, x: float, y: float) -> tuple[list[Box], float, float]:
    """A box for each character of a text that begins at (x, y) and is broken between `left` and `right`; where it ends."""
    line = SIZE * LEADING
    top = (line - SIZE) / 2
    boxes: list[Box] = []
    for char in text:
        wide = width_of(char, SIZE)
        if char == "\n":
            boxes.append((x, y + top, x, y + top + SIZE))
            x, y = left, y + line
            continue
        if x + wide > right and x > left:
            x, y = left, y + line
        boxes.append((x, y + top, x + wide, y + top + SIZE))
        x += wide
    return boxes, x, y


def _line_rows(grid: Grid, room: float) -> Iterator[_Row]:
    """The lines of an undrawn grid, each a row."""
    for number, group in groupby(grid.cells, lambda cell: cell.row):
        cells = list(group)
        row = _Row(0.0, _line_of(cells), before=_room_above(cells[0].gap if number else grid.gap))
        x = y = 0.0
        for index, cell in enumerate(cells):
            if index:
                x += SIZE * (WIDE_BLANK if cell.gap == "wide" else BLANK)
            for piece in cell.pieces:
                boxes, x, y = flow(piece.text, 0.0, room, x, y)
                row.pieces.append((piece.key, piece.text, boxes))
        row.height = y + SIZE * LEADING
        yield row


def _room_above(gap: str) -> float:
    return {"blank_line": 0.8, "page": 2.0}.get(gap, 0.0) * SIZE


def _line_of(cells: Iterable[Cell]) -> int | None:
    for cell in cells:
        for piece in cell.pieces:
            if piece.place.lines:
                return piece.place.lines[0]
    return None


def _natural_widths(grid: Grid) -> list[float]:
    """What the columns of a drawn grid would like to be wide."""
    widths = [SIZE + 2 * PADDING] * max((cell.column + cell.column_span for cell in grid.cells), default=0)
    for cell in grid.cells:
        if cell.column_span == 1:
            longest = max(width_of(line, SIZE) for line in cell.text.split("\n"))
            widths[cell.column] = max(widths[cell.column], min(longest, WORDY * SIZE) + 2 * PADDING)
    return widths


def _edges(grid: Grid, room: float) -> list[float]:
    """The edges of the columns, widened or narrowed to fill the room."""
    widths = _natural_widths(grid)
    least = min(SIZE * 2 + 2 * PADDING, room / max(len(widths), 1))
    spare = room - least * len(widths)
    more = [max(width - least, 0.0) for width in widths]
    share = min(spare / sum(more), 1.6) if sum(more) else 0.0
    edges = [0.0]
    for extra in more:
        edges.append(edges[-1] + least + extra * share)
    return edges


def _table_rows(grid: Grid, room: float) -> Iterator[_Row]:
    """The rows of a drawn grid with the slots of its cells. Cells over several rows stand in their first."""
    edges = _edges(grid, room)
    count = max((cell.row + cell.row_span for cell in grid.cells), default=0)
    rows = [_Row(SIZE * LEADING + 2 * PADDING, None) for _ in range(count)]
    high: list[tuple[Cell, float]] = []
    for cell in grid.cells:
        row = rows[cell.row]
        left, right = edges[cell.column], edges[min(cell.column + cell.column_span, len(edges) - 1)]
        x, y = left + PADDING, PADDING
        for index, piece in enumerate(cell.pieces):
            if index:
                x, y = left + PADDING, y + SIZE * LEADING
            boxes, x, y = flow(piece.text, left + PADDING, right - PADDING, x, y)
            row.pieces.append((piece.key, piece.text, boxes))
        row.line = row.line or _line_of([cell])
        row.slots.append(((left, 0.0, right, 0.0), cell.row_span))
        high.append((cell, y + SIZE * LEADING + PADDING))
    for cell, height in sorted(high, key=lambda pair: pair[0].row_span):
        spanned = rows[cell.row : cell.row + cell.row_span]
        spanned[-1].height += max(height - sum(row.height for row in spanned), 0.0)
    if rows:
        rows[0].before = max(_room_above(grid.gap), 0.6 * SIZE)
    yield from rows


def _paged(rows: Iterable[_Row]) -> Iterator[list[_Row]]:
    """The rows parted into sheets. A row higher than a sheet has one of its own, as high as it needs."""
    page: list[_Row] = []
    y = 0.0
    for row in rows:
        if page and y + row.before + row.height > HIGHEST - 2 * MARGIN:
            yield page
            page, y = [], 0.0
        page.append(row)
        y += row.before + row.height
    if page:
        yield page


def _set(rows: Sequence[_Row], number: int, width: float) -> tuple[Sheet, dict[Key, tuple[Box, ...]]]:
    """One sheet of rows, and the boxes of the characters of each piece on it."""
    tops: list[float] = []
    y = MARGIN
    for row in rows:
        y += row.before
        tops.append(y)
        y += row.height
    slots: list[Box] = []
    letters: list[Letters] = []
    numbers: list[tuple[int, float]] = []
    placed: dict[Key, tuple[Box, ...]] = {}
    for index, (row, top) in enumerate(zip(rows, tops, strict=True)):
        for box, span in row.slots:
            last = min(index + span, len(rows)) - 1
            slots.append((box[0] + MARGIN_LEFT, top, box[2] + MARGIN_LEFT, tops[last] + rows[last].height))
        for key, text, boxes in row.pieces:
            moved = tuple((x0 + MARGIN_LEFT, y0 + top, x1 + MARGIN_LEFT, y1 + top) for x0, y0, x1, y1 in boxes)
            placed[key] = moved
            letters += _letters(text, moved)
        if row.line is not None:
            first = min((box[3] for _, _, boxes in row.pieces for box in boxes[:1]), default=SIZE)
            numbers.append((row.line, top + first - 0.15 * SIZE))
    printed = tuple(box for boxes in placed.values() for box in boxes)
    height = max(HIGHEST, y + MARGIN)
    return Sheet(number, width, height, tuple(slots), printed, tuple(letters), tuple(numbers), is_set=True), placed


def _letters(text: str, boxes: Sequence[Box]) -> Iterator[Letters]:
    for bottom, group in groupby(zip(text, boxes, strict=True), lambda pair: pair[1][3]):
        line = list(group)
        yield Letters("".join(char for char, _ in line), line[0][1][0], bottom - 0.15 * SIZE)


def placed(entry: LabelledCell, boxes: dict[Key, tuple[int, tuple[Box, ...]]]) -> LabelledCell:
    """A labelled cell of a text with its pieces, and those of its parts, where the sheets show them: a piece a line."""
    pieces = tuple(part for piece in entry.cell.pieces for part in _on_sheet(piece, boxes))
    parts = tuple(_part_placed(part, entry.cell, pieces) for part in entry.parts)
    return replace(entry, cell=replace(entry.cell, pieces=pieces), parts=parts)


def _on_sheet(piece: Piece, boxes: dict[Key, tuple[int, tuple[Box, ...]]]) -> Iterator[Piece]:
    if piece.key in boxes:
        page, own = boxes[piece.key]
        yield from _by_line(piece.text, own, page)


def _by_line(text: str, boxes: Sequence[Box], page: int) -> Iterator[Piece]:
    for _, group in groupby(zip(text, boxes, strict=False), lambda pair: pair[1][3]):
        chars = [(char, box) for char, box in group if not char.isspace()]
        if chars:
            own = tuple(box for _, box in chars)
            yield Piece("".join(char for char, _ in chars), Place(page=page, bbox=union(own)), 0, own)


def _part_placed(part: LabelledCell, packed: Cell, pieces: Sequence[Piece]) -> LabelledCell:
    """A part of a packed cell: the characters of the cell from where the part begins, blanks apart, to where it ends."""
    starts = [piece.index for piece in part.cell.pieces]
    first = sum(not char.isspace() for char in packed.text[: starts[0]])
    last = first + sum(not char.isspace() for char in part.cell.text)
    ends = [0]
    for piece in pieces:
        ends.append(ends[-1] + len(piece.boxes))
    own: list[Piece] = []
    for number in range(max(bisect_left(ends, first + 1) - 1, 0), len(pieces)):
        start, end = max(first - ends[number], 0), min(last, ends[number + 1]) - ends[number]
        if start >= end:
            break
        piece = pieces[number]
        chars = piece.boxes[start:end]
        own.append(replace(piece, text=piece.text[start:end], boxes=chars, place=replace(piece.place, bbox=union(chars))))
    return replace(part, cell=replace(part.cell, pieces=tuple(own)))
