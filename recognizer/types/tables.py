"""What a source prints: documents of text blocks, pages and grids, grids of cells, and what each cell is taken for."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal


class Role(StrEnum):
    """What a cell is. The wording of each role is explained in docs/labels.md."""

    TITLE = "title"
    CAPTION = "caption"
    ATTRIBUTE_KEY = "attribute_key"
    ATTRIBUTE_VALUE = "attribute_value"
    FUND_KEY = "fund_key"
    FUND_AMOUNT = "fund_amount"
    GOAL_KEY = "goal_key"
    GOAL_TEXT = "goal_text"
    HEADER = "header"
    LEVEL1 = "level1"
    LEVEL2 = "level2"
    NAME = "name"
    VALUE = "value"
    COMPARATOR = "comparator"
    UNIT = "unit"
    STANDARD = "standard"
    SCORE = "score"
    REMARK = "remark"
    TOTAL = "total"
    PACKED = "packed"
    TEMPLATE = "template"
    PROSE = "prose"
    FURNITURE = "furniture"
    EMPTY = "empty"


class Period(StrEnum):
    """The time that a value, an amount or a goal speaks of."""

    ANNUAL = "annual"
    HALF_YEAR = "half_year"
    MID_TERM = "mid_term"
    FULL_CYCLE = "full_cycle"
    ACTUAL = "actual"
    PRIOR_YEAR = "prior_year"
    OVERALL = "overall"


@dataclass(frozen=True, slots=True)
class Label:
    """What a cell is: its role, what it heads (headers only) and its period (values, amounts, goals).

    The code of a label is `role`, `role@period`, `header>role` or `header>role@period`.
    """

    role: Role
    heads: Role | None = None
    period: Period | None = None

    @property
    def code(self) -> str:
        """The label as one word, for training data and model classes."""
        heads = f">{self.heads}" if self.heads else ""
        period = f"@{self.period}" if self.period else ""
        return f"{self.role}{heads}{period}"

    @staticmethod
    def parse(code: str) -> Label:
        """The label that `code` names. Raises ValueError for a code that names none."""
        rest, _, period = code.partition("@")
        role, _, heads = rest.partition(">")
        return Label(Role(role), Role(heads) if heads else None, Period(period) if period else None)


# What separates a cell from the one before it in reading order; several blanks are "wide".
Gap = Literal["start", "blank", "wide", "tab", "line", "blank_line", "page", "mark"]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a text stands in its source: lines of a text file (from 1), or a page and its box in points."""

    lines: tuple[int, int] | None = None
    page: int | None = None
    bbox: tuple[float, float, float, float] | None = None  # see Box
    sheet: str | None = None
    cell: str | None = None
    inherited: bool = False


Box = tuple[float, float, float, float]  # x0, y0, x1, y1 in points, origin top left of the page as displayed


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text as the source prints it; `index` is its order among the pieces of its first line, or of its page.

    `boxes` are those of its characters where the source is a page, so that a part of it has a box of its own; `sure` are the
    probabilities with which they were recognised where it is a scan.
    """

    text: str
    place: Place
    index: int = 0
    boxes: tuple[Box, ...] = ()
    sure: tuple[float, ...] = ()

    @property
    def key(self) -> tuple[int, int]:
        """(first line or page, index): names the piece within its document, for training data."""
        return (self.place.lines[0] if self.place.lines else self.place.page or 0, self.index)


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a grid: its row and column (from 0), its spans, its text and the pieces that make it.

    `gap` is what stands between it and the cell before; `join_probability` is the lowest probability of the
    joins that made the cell whole (1.0 for a cell that was never in pieces). `disputed` names in what a second layout engine
    reads it otherwise: "text", "spans", "rows".
    """

    row: int
    column: int
    text: str
    pieces: tuple[Piece, ...]
    row_span: int = 1
    column_span: int = 1
    gap: Gap = "tab"
    join_probability: float = 1.0
    disputed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Grid:
    """Cells in reading order. `drawn` grids have columns that the source states (tabs, pipes, `<td>`);
    in the others a row is a visual line and a column is only the order of a piece within its line.
    Empty cells of a drawn grid are cells too, with the text "".

    A table that goes on over pages is one grid: the first cell of each page but the first has the gap "page", and
    `repeated` holds the heading rows that those pages print again, which are no rows of the table.
    """

    cells: tuple[Cell, ...]
    drawn: bool
    gap: Gap = "blank_line"
    repeated: tuple[Cell, ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """A visual line of text outside drawn tables: its number (from 1), and what stands before it.

    `pieces` are its runs of text where the source knows them with their boxes; elsewhere they are what blanks part.
    """

    text: str
    number: int
    gap: Gap
    pieces: tuple[Piece, ...] = ()


@dataclass(frozen=True, slots=True)
class TextBlock:
    """Lines outside drawn tables, or a whole text dump; never holds empty lines."""

    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Run:
    """Characters that a page prints one after the other: their text, a box each, and whether they run downwards.

    `sure` has the probability of each where they were recognised in a scan, and is empty elsewhere.
    """

    text: str
    boxes: tuple[Box, ...]
    vertical: bool = False
    sure: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Rule:
    """A straight line drawn along an axis: x0 == x1 or y0 == y1."""

    x0: float
    y0: float
    x1: float
    y1: float


@dataclass(frozen=True, slots=True)
class Fill:
    """A shaded box and its colour (red, green, blue from 0 to 1)."""

    bbox: Box
    color: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """What a page prints, in points. `number` counts from 1.

    Text runs from left to right here even where the page shows it sideways: `turn` (0, 90, 180, 270) says by how many
    degrees clockwise the page was turned from how it is displayed, `skew` by how many counterclockwise a scan was straightened
    after that; `displayed` turns a box back.
    """

    number: int
    width: float
    height: float
    runs: tuple[Run, ...] = ()
    rules: tuple[Rule, ...] = ()
    fills: tuple[Fill, ...] = ()
    turn: int = 0
    skew: float = 0.0

    def displayed(self, box: Box) -> Box:
        """The box on the page as displayed."""
        x0, y0, x1, y1 = box if not self.skew else self._leaning(box)
        if self.turn == 90:
            return (y0, self.width - x1, y1, self.width - x0)
        if self.turn == 180:
            return (self.width - x1, self.height - y1, self.width - x0, self.height - y0)
        if self.turn == 270:
            return (self.height - y1, x0, self.height - y0, x1)
        return (x0, y0, x1, y1)

    def _leaning(self, box: Box) -> Box:
        """The box moved to where its middle stands on a page that leans."""
        cos, sin = math.cos(math.radians(self.skew)), math.sin(math.radians(self.skew))
        x, y = (box[0] + box[2] - self.width) / 2, (box[1] + box[3] - self.height) / 2
        right, down = x * cos - y * sin - x, x * sin + y * cos - y
        return (box[0] + right, box[1] + down, box[2] + right, box[3] + down)


@dataclass(frozen=True, slots=True)
class Document:
    """What a reader makes of a file: text blocks and drawn grids in reading order, or pages yet to be laid out.

    `hidden` names the sheets that a workbook does not show.
    """

    name: str
    format: str
    blocks: tuple[TextBlock | Grid | Page, ...]
    encoding: str = "utf-8"
    warnings: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LabelledCell:
    """A cell with its label, the role's probability and that of its period; `parts` are those of a packed cell.

    `names_project` says of an attribute's value that it is the project's name.
    """

    cell: Cell
    label: Label
    probability: float
    period_probability: float = 1.0
    parts: tuple[LabelledCell, ...] = ()
    names_project: bool = False


@dataclass(frozen=True, slots=True)
class LabelledGrid:
    """The labelled non-empty cells of a grid, row by row; `rows` holds at least one cell each."""

    rows: tuple[tuple[LabelledCell, ...], ...]
    drawn: bool
