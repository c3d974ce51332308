"""The data types of the journey from a file to its records. This module imports no other room.

Read from top to bottom it is the story of one table: a `Document` holds text blocks and grids, a `Grid`
holds `Cell`s, a `LabelledCell` says what a cell is, and `Records` are the facts put together from them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
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

    `boxes` are those of its characters where the source is a page, so that a part of it has a box of its own.
    """

    text: str
    place: Place
    index: int = 0
    boxes: tuple[Box, ...] = ()

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
    """Characters that a page prints one after the other: their text, a box each, and whether they run downwards."""

    text: str
    boxes: tuple[Box, ...]
    vertical: bool = False


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
    degrees clockwise the page was turned from how it is displayed, `displayed` turns a box back.
    """

    number: int
    width: float
    height: float
    runs: tuple[Run, ...] = ()
    rules: tuple[Rule, ...] = ()
    fills: tuple[Fill, ...] = ()
    turn: int = 0

    def displayed(self, box: Box) -> Box:
        """The box on the page as displayed."""
        x0, y0, x1, y1 = box
        if self.turn == 90:
            return (y0, self.width - x1, y1, self.width - x0)
        if self.turn == 180:
            return (self.width - x1, self.height - y1, self.width - x0, self.height - y0)
        if self.turn == 270:
            return (self.height - y1, x0, self.height - y0, x1)
        return box


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


@dataclass(frozen=True, slots=True)
class Signals:
    """How sure each step was of a fact, as probabilities from 0 to 1.

    `role`, `period` and `join` are those of its least sure cell; `together` is the product of all three over all its cells.
    `level` is how well an indicator's name speaks for the level it is placed under.
    """

    role: float = 1.0
    period: float = 1.0
    join: float = 1.0
    together: float = 1.0
    level: float = 1.0


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why a fact may be trusted: where it stands, how sure it is, how it was come by, which checks fired.

    `signals` are what the confidence is made of; `reasons` name what lowered it, the most important first. `accepted` says
    whether an error budget accepts the fact unseen, None where none was asked.
    """

    at: tuple[Place, ...] = ()
    confidence: float = 1.0
    provenance: str = "printed"  # printed, inherited, inferred or corrected
    doubts: tuple[str, ...] = ()
    signals: Signals = Signals()
    reasons: tuple[str, ...] = ()
    accepted: bool | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """What a value's text says, taken apart by the rules of eval/gold/VALUES.md."""

    kind: str  # quantity, date, qualitative, mixed or not_applicable
    comparator: str | None = None
    quantity: float | None = None
    quantity_high: float | None = None
    unit: str | None = None
    quantity_si: float | None = None
    unit_si: str | None = None
    date: str | None = None
    qualitative: str | None = None


@dataclass(frozen=True, slots=True)
class Canonical:
    """An entry of the controlled vocabulary and how well a name matches it (0 to 1)."""

    id: str
    name: str
    score: float


@dataclass(frozen=True, slots=True)
class Value:
    """A target value of one period, as printed and taken apart."""

    period: Period
    text: str
    evidence: Evidence = Evidence()
    reading: Reading | None = None


@dataclass(frozen=True, slots=True)
class Indicator:
    """A performance indicator. `level1` and `level2` are canonical, `*_raw` as printed, None where lost.

    `number` is the one that the form prints in front of its name, which is no part of it.
    """

    level1: str | None
    level2: str | None
    name: str | None
    values: tuple[Value, ...] = ()
    level1_raw: str | None = None
    level2_raw: str | None = None
    standard: str | None = None
    extra: tuple[tuple[str, str], ...] = ()
    evidence: Evidence = Evidence()
    level1_provenance: str = "printed"
    level2_provenance: str = "printed"
    name_provenance: str = "printed"
    canonical: Canonical | None = None
    number: int | None = None


@dataclass(frozen=True, slots=True)
class Fund:
    """An amount of money: `path` is the chain of labels from the outermost to `item`; `canonical` is the concept's id."""

    item: str
    path: tuple[str, ...]
    period: Period
    raw: str
    amount: float | None
    evidence: Evidence = Evidence()
    amount_yuan: float | None = None
    canonical: str | None = None


@dataclass(frozen=True, slots=True)
class Goal:
    """A goal text; `kind` is the period it is set for."""

    kind: Period
    text: str
    evidence: Evidence = Evidence()


@dataclass(frozen=True, slots=True)
class Attribute:
    """A labelled text of the form's head, such as 实施单位 (the implementing unit); `canonical` is the label's concept."""

    key: str
    text: str
    evidence: Evidence = Evidence()
    canonical: str | None = None


@dataclass(frozen=True, slots=True)
class Project:
    """All facts of one project (or of a whole department, where the table is a department's)."""

    name: str | None
    fiscal_year: int | None = None
    attributes: tuple[Attribute, ...] = ()
    funds: tuple[Fund, ...] = ()
    goals: tuple[Goal, ...] = ()
    indicators: tuple[Indicator, ...] = ()
    evidence: Evidence = Evidence()


@dataclass(frozen=True, slots=True)
class Total:
    """A total row of a wide table."""

    name: str
    funds: tuple[Fund, ...] = ()


@dataclass(frozen=True, slots=True)
class Ledger:
    """Conservation of words on one page: how many it prints, and what became of them.

    `lost` are in no cell or fact, `doubled` in more than one, `invented` in one but not on the page; `remainder` are the texts
    that should be facts and are none. `inside` counts the words in tables, `left` those of the remainder, `prose` those in tables
    that were taken for prose.
    """

    words: int = 0
    lost: int = 0
    doubled: int = 0
    invented: int = 0
    remainder: str = ""
    inside: int = 0
    left: int = 0
    prose: int = 0


@dataclass(frozen=True, slots=True)
class Layout:
    """The nearest layout known from training, the distance to it (0 to 1), and whether that is unlike everything known."""

    nearest: str = ""
    distance: float = 0.0
    strange: bool = False


@dataclass(frozen=True, slots=True)
class Records:
    """Everything recognised in one document."""

    source: str
    city: str | None = None
    publisher: str | None = None
    fiscal_year: int | None = None
    amount_unit: str | None = None
    projects: tuple[Project, ...] = ()
    totals: tuple[Total, ...] = ()
    warnings: tuple[str, ...] = ()
    pages: tuple[Ledger, ...] = ()
    model: str = ""
    options: tuple[tuple[str, str], ...] = field(default=())
    layout: Layout | None = None
