"""The walk over labelled rows that puts facts together: one state, one handler for each role."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from recognizer.assembly.drafts import IndicatorDraft, ProjectDraft
from recognizer.assembly.funds import FundLabels
from recognizer.assembly.rows import Rows, naming_column
from recognizer.assembly.text import key, name_choice, words
from recognizer.types import LabelledCell, LabelledGrid, Period, Role, Total
from recognizer.vocabulary import strip_numbering

AHEAD = 6  # cells looked at to tell whether a level label belongs to the name before it

# A tick, a dash or a slash in one of these says nothing.
SAYING = (Role.ATTRIBUTE_VALUE, Role.GOAL_TEXT, Role.LEVEL1, Role.LEVEL2, Role.NAME, Role.VALUE, Role.STANDARD)


@dataclass(slots=True)
class Walk:
    """What has been put together so far, and what the next cell may refer to.

    The same walk serves forms, lists, halves side by side and the parts of packed cells: rows of drawn grids bind
    their cells to each other, undrawn ones bind a cell to what was printed last. `ahead` holds, by identity, the titles
    after which no project is named, with the attribute keys printed before the next title. `early` are attributes printed
    before their project's name.
    """

    projects: list[ProjectDraft] = field(default_factory=lambda: [ProjectDraft()])
    totals: list[Total] = field(default_factory=list)
    leftover: list[LabelledCell] = field(default_factory=list)
    name_choice: int = 2
    ahead: dict[int, frozenset[str]] = field(default_factory=dict)
    early: list[tuple[str, list[LabelledCell]]] = field(default_factory=list)
    rows: Rows = field(default_factory=Rows)
    funds: FundLabels = field(init=False)
    _key: LabelledCell | None = None
    _key_used: bool = False
    _names_have_keys: bool = False
    _named_by: int = 0  # how well the key of the project's name serves for one
    _total: LabelledCell | None = None
    _level1: LabelledCell | None = None
    _level2: LabelledCell | None = None
    _new1: bool = False
    _new2: bool = False
    _halves: dict[int, LabelledCell] = field(default_factory=dict)
    _open: IndicatorDraft | None = None
    _waiting: list[LabelledCell] = field(default_factory=list)
    _ahead: list[LabelledCell] = field(default_factory=list)
    _naming_column: int | None = None
    _place: int = 0  # how many headings of attributes stand between the name's and that of the last attribute

    def __post_init__(self) -> None:
        self.funds = FundLabels(self.rows)

    @property
    def project(self) -> ProjectDraft:
        """The project that cells now belong to."""
        return self.projects[-1]

    def grid(self, grid: LabelledGrid) -> None:
        """Walks over a grid."""
        entries = [entry for row in grid.rows for entry in row]
        self._naming_column = naming_column(grid) if grid.drawn else None
        position = 0
        for row in grid.rows:
            self._begin_row(row, grid.drawn)
            position += len(row)
            for number, entry in enumerate(self._naming_first(_levels_first(row)) if grid.drawn else row):
                self._ahead = entries[position - len(row) + number + 1 : position - len(row) + number + 1 + AHEAD]
                handle = _HANDLERS.get(entry.label.role)
                if handle and entry.label.role in SAYING and not any(char.isalnum() for char in entry.cell.text):
                    self.leftover.append(entry)
                elif handle:
                    handle(self, entry)
            self.leftover.extend(self._waiting)
            self._waiting = []

    def _begin_row(self, row: tuple[LabelledCell, ...], drawn: bool) -> None:
        self.rows.begin(row, drawn)
        if drawn:
            self._open = None
            self._total = None
            labels = [entry for entry in row if entry.label.role is Role.LEVEL2]
            names = [number for number, entry in enumerate(row) if entry.label.role in (Role.NAME, Role.TEMPLATE, Role.VALUE)]
            between = [entry for entry in labels if names and row.index(entry) > names[0]]
            if labels:
                self._halves = {entry.cell.column: entry for entry in labels} if between and len(labels) > 1 else {}

    # Heads of forms

    def _title(self, entry: LabelledCell) -> None:
        """A title opens a project, unless it is a running head in the middle of one."""
        ahead = self.ahead.get(id(entry))
        again = ahead is not None and any(name in ahead for name, _ in self.project.attributes)
        if (ahead is None or again) and (self.project.name or self.project.indicators):
            self._new_project()

    def _new_project(self) -> None:
        if not self.project.blank:
            self.projects.append(ProjectDraft())
        self._open = self._level1 = self._level2 = self._key = self._total = None
        self.funds.close()
        self._halves = {}

    def _attribute_key(self, entry: LabelledCell) -> None:
        self._key, self._key_used = entry, False

    def _attribute_value(self, entry: LabelledCell) -> None:
        own = self._key if self._key and (not self.rows.drawn or self._key in self.rows.row or not self._key_used) else None
        if self._key and self.rows.drawn and self._key not in self.rows.row and self.rows.heading(entry, Role.ATTRIBUTE_VALUE):
            own = None
        if own is None:
            own = self.rows.heading(entry, Role.ATTRIBUTE_VALUE) or self._listed()
        names = self._names(entry)
        if own is None and names and not self._names_have_keys:
            self._name_project(entry)
            return
        if own is None:
            self.leftover.append(entry)
            return
        if not self.rows.drawn and own is not self._key and not names and len(self._columns_of_list()) > 1:
            self._attribute_of_list(entry)
            return
        again = own is self._key and self._key_used
        self._key_used = True
        # Where one value of the row is known for the name, no other is, whatever its column.
        shown = any(self._names(other) for other in self.rows.row)
        # A department's form names it as its own unit too.
        title = self.project.name if own is self._key and not self.project.indicators else None
        again = again or (title is not None and words(entry) == words(title))
        # The head of one form names one project.
        again = again or (title is not None and self.project.headed and name_choice(own) <= self._named_by)
        if not again and (names or (name_choice(own) >= self.name_choice and not shown)):
            self._names_have_keys = True
            self._named_by = name_choice(own)
            self._name_project(entry)
            self.project.listed = not self.rows.drawn and own is not self._key
            return
        name = key(own)
        for known, entries in self.project.attributes:
            if known == name:
                if words(entry) not in [words(other) for other in entries]:
                    entries.append(entry)
                return
        self.project.attributes.append((name, [entry]))

    def _listed(self) -> LabelledCell | None:
        """In a list without drawn columns: the heading of the projects' names."""
        return next(
            (
                entry
                for entry in self.rows.headings
                if entry.label.heads is Role.ATTRIBUTE_VALUE and name_choice(entry) >= self.name_choice
            ),
            None,
        )

    def _names(self, entry: LabelledCell) -> bool:
        """Whether a value names its project: by its column in a list that has one for the names, else by its label."""
        if self._naming_column is None or any(other.label.role is Role.ATTRIBUTE_KEY for other in self.rows.row):
            return entry.names_project
        return entry.label.role is Role.ATTRIBUTE_VALUE and entry.cell.column == self._naming_column

    def _naming_first(self, row: tuple[LabelledCell, ...]) -> tuple[LabelledCell, ...]:
        """The row of a list with the project's name first, for all of the row is that project's."""
        names = [entry for entry in row if self._names(entry)]
        keys = any(entry.label.role is Role.ATTRIBUTE_KEY for entry in row)
        return row if keys or len(names) != 1 else (names[0], *(entry for entry in row if entry is not names[0]))

    def _columns_of_list(self) -> list[LabelledCell]:
        """In a list without drawn columns: the headings of attributes in the order in which a project's are printed, its name's
        first; those before it in the list belong to the next project."""
        headings = [entry for entry in self.rows.headings if entry.label.heads is Role.ATTRIBUTE_VALUE]
        name = self._listed()
        at = headings.index(name) if name in headings else 0
        return headings[at:] + headings[:at]

    def _attribute_of_list(self, entry: LabelledCell) -> None:
        columns = self._columns_of_list()
        self._place = self._place % (len(columns) - 1) + 1
        early = self.rows.headings.index(columns[self._place]) < self.rows.headings.index(columns[0])
        (self.early if early else self.project.attributes).append((key(columns[self._place]), [entry]))

    def _name_project(self, entry: LabelledCell) -> None:
        if self.project.name and words(self.project.name) == words(entry) and not (self._key and self._key in self.rows.row):
            return
        if self.project.name or self.project.indicators:
            self._new_project()
        self.project.name = entry
        self.project.attributes += self.early
        self.early, self._place = [], 0

    # Funds and goals

    def _fund_key(self, entry: LabelledCell) -> None:
        self.funds.key(entry)
        if not self.rows.drawn:
            self._total = None

    def _fund_amount(self, entry: LabelledCell) -> None:
        fund, beside = self.funds.amount(entry, len(self.project.funds))
        if fund is None:
            self.leftover.append(entry)
        elif self._total:
            if not self.totals or self.totals[-1].name != words(self._total):
                self.totals.append(Total(words(self._total)))
            self.totals[-1] = Total(self.totals[-1].name, (*self.totals[-1].funds, fund))
        elif beside or not any(
            (fund.item, fund.period, fund.raw, fund.path) == (other.item, other.period, other.raw, other.path)
            for other in self.project.funds
        ):
            self.project.funds.append(fund)
            self.project.amounts.append(entry)

    def _total_name(self, entry: LabelledCell) -> None:
        self._total = entry

    def _goal_text(self, entry: LabelledCell) -> None:
        texts = self.project.goals.setdefault(entry.label.period or Period.ANNUAL, [])
        if words(entry) not in [words(other) for other in texts]:
            texts.append(entry)

    # Indicators

    def _follows_name(self) -> bool:
        """Whether a level label belongs to the name before it: only its value is still to come."""
        if self.rows.drawn or self._open is None or any(cell.label.role is Role.VALUE for cell in self._open.cells):
            return False
        for entry in self._ahead:
            if entry.label.role in (Role.LEVEL1, Role.LEVEL2, Role.FURNITURE):
                continue
            return entry.label.role is Role.VALUE or (entry.label.role is Role.HEADER and entry.label.heads is Role.VALUE)
        return False

    def _level1_label(self, entry: LabelledCell) -> None:
        if self._open and self._follows_name():
            self._open.level1, self._open.new1, self._level1 = entry, True, entry
            return
        self._level1, self._new1 = entry, True
        if not self._new2:
            self._level2 = None
        self._close()

    def _level2_label(self, entry: LabelledCell) -> None:
        if self._open and self._follows_name():
            self._open.level2, self._open.new2, self._level2 = entry, True, entry
            return
        self._level2, self._new2 = entry, True
        self._close()

    def _close(self) -> None:
        self._open = None

    def _name(self, entry: LabelledCell) -> None:
        row = self.rows.row
        same = [draft for draft in self.project.indicators[-2:] if draft.name in row and draft.repeated_by(entry)]
        values = [other for other in row[row.index(entry) :] if other.label.role is Role.VALUE]
        if same and self.rows.drawn and not any(same[0].has(value.label.period) for value in values):
            self._open = same[0]
            return
        self._open = self._draft(entry)
        self._open.cells.extend(self._waiting)
        self._waiting = []

    def _template(self, entry: LabelledCell) -> None:
        """A row of the form that nobody filled (指标1：) keeps its place among the rows that labels at mid-height hold for."""
        if not strip_numbering(words(entry)) and not any(other.label.role is Role.NAME for other in self.rows.row):
            self._draft(entry)
            self._open = None

    def _draft(self, name: LabelledCell | None) -> IndicatorDraft:
        level2 = self._level2
        if self._halves and name:
            left = [column for column in self._halves if column < name.cell.column]
            level2 = self._halves[max(left)] if left else level2
        draft = IndicatorDraft(name, self._level1, level2, self._new1, self._new2)
        self._new1 = self._new2 = False
        self.project.indicators.append(draft)
        return draft

    def _measure(self, entry: LabelledCell) -> None:
        """A value, or what stands beside it in its row."""
        heading = self.rows.columns.get(entry.cell.column) if self.rows.drawn else None
        row = self.rows.row
        if self._open is None:
            later = row[row.index(entry) :] if self.rows.drawn else ()
            if any(other.label.role is Role.NAME for other in later):
                self._waiting.append(entry)
                return
            labels = (Role.LEVEL1, Role.LEVEL2)
            labelled = any(other.label.role in labels for other in row) if self.rows.drawn else self._new2
            if entry.label.role is not Role.VALUE or not labelled:
                self.leftover.append(entry)
                return
            self._open = self._draft(None)
        self._open.cells.append(entry)
        if heading:
            self._open.headings[id(entry)] = heading

    def _packed(self, entry: LabelledCell) -> None:
        around, column = self.rows, self._naming_column
        self._level1 = self._level2 = self._open = None
        self.rows = self.funds.rows = Rows()
        self.grid(LabelledGrid((entry.parts,), drawn=False))
        self.rows = self.funds.rows = around
        self._naming_column = column
        self._level1 = self._level2 = self._open = None


def _levels_first(row: tuple[LabelledCell, ...]) -> tuple[LabelledCell, ...]:
    """The row with its level labels just before its name, wherever their columns stand; as it is where it names several."""
    names = [entry for entry in row if entry.label.role is Role.NAME]
    if len(names) != 1:
        return row
    levels = [entry for entry in row if entry.label.role in (Role.LEVEL1, Role.LEVEL2)]
    others = [entry for entry in row if entry not in levels]
    at = others.index(names[0])
    return (*others[:at], *levels, *others[at:])


_HANDLERS: dict[Role, Callable[[Walk, LabelledCell], None]] = {
    Role.TITLE: Walk._title,
    Role.ATTRIBUTE_KEY: Walk._attribute_key,
    Role.ATTRIBUTE_VALUE: Walk._attribute_value,
    Role.FUND_KEY: Walk._fund_key,
    Role.FUND_AMOUNT: Walk._fund_amount,
    Role.GOAL_TEXT: Walk._goal_text,
    Role.TOTAL: Walk._total_name,
    Role.LEVEL1: Walk._level1_label,
    Role.LEVEL2: Walk._level2_label,
    Role.NAME: Walk._name,
    Role.TEMPLATE: Walk._template,
    Role.VALUE: Walk._measure,
    Role.COMPARATOR: Walk._measure,
    Role.UNIT: Walk._measure,
    Role.STANDARD: Walk._measure,
    Role.SCORE: Walk._measure,
    Role.REMARK: Walk._measure,
    Role.PACKED: Walk._packed,
}
