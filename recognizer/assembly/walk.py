"""The walk over labelled rows that puts facts together: one state, one handler for each role."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from recognizer.assembly.drafts import IndicatorDraft, ProjectDraft
from recognizer.assembly.text import evidence, fund_item, is_total, key, name_choice, words
from recognizer.types import Fund, LabelledCell, LabelledGrid, Period, Role, Total

AHEAD = 6  # cells looked at to tell whether a level label belongs to the name before it

# A tick, a dash or a slash in one of these says nothing.
SAYING = (Role.ATTRIBUTE_VALUE, Role.GOAL_TEXT, Role.LEVEL1, Role.LEVEL2, Role.NAME, Role.VALUE, Role.STANDARD)


@dataclass(slots=True)
class Walk:
    """What has been put together so far, and what the next cell may refer to.

    The same walk serves forms, lists, halves side by side and the parts of packed cells: rows of drawn grids bind
    their cells to each other, undrawn ones bind a cell to what was printed last. `ahead` holds, by identity, the titles
    after which no project is named, with the attribute keys printed before the next title.
    """

    projects: list[ProjectDraft] = field(default_factory=lambda: [ProjectDraft()])
    totals: list[Total] = field(default_factory=list)
    leftover: list[LabelledCell] = field(default_factory=list)
    name_choice: int = 2
    ahead: dict[int, frozenset[str]] = field(default_factory=dict)
    _drawn: bool = False
    _row: tuple[LabelledCell, ...] = ()
    _columns: dict[int, LabelledCell] = field(default_factory=dict)
    _headings: list[LabelledCell] = field(default_factory=list)
    _heading_row: bool = False
    _key: LabelledCell | None = None
    _key_used: bool = False
    _names_have_keys: bool = False
    _fund_keys: list[LabelledCell] = field(default_factory=list)
    _fund_used: bool = False
    _fund_totals: dict[int, tuple[LabelledCell, bool]] = field(default_factory=dict)
    _fund_columns: dict[int, int] = field(default_factory=dict)
    _total: LabelledCell | None = None
    _level1: LabelledCell | None = None
    _level2: LabelledCell | None = None
    _new1: bool = False
    _new2: bool = False
    _halves: dict[int, LabelledCell] = field(default_factory=dict)
    _open: IndicatorDraft | None = None
    _waiting: list[LabelledCell] = field(default_factory=list)
    _ahead: list[LabelledCell] = field(default_factory=list)

    @property
    def project(self) -> ProjectDraft:
        """The project that cells now belong to."""
        return self.projects[-1]

    def grid(self, grid: LabelledGrid) -> None:
        """Walks over a grid."""
        entries = [entry for row in grid.rows for entry in row]
        position = 0
        for row in grid.rows:
            self._begin_row(row, grid.drawn)
            position += len(row)
            for number, entry in enumerate(_levels_first(row) if grid.drawn else row):
                self._ahead = entries[position - len(row) + number + 1 : position - len(row) + number + 1 + AHEAD]
                handle = _HANDLERS.get(entry.label.role)
                if handle and entry.label.role in SAYING and not any(char.isalnum() for char in entry.cell.text):
                    self.leftover.append(entry)
                elif handle:
                    handle(self, entry)
            self.leftover.extend(self._waiting)
            self._waiting = []

    def _begin_row(self, row: tuple[LabelledCell, ...], drawn: bool) -> None:
        self._row, self._drawn = row, drawn
        headings = [entry for entry in row if entry.label.role is Role.HEADER and entry.label.heads]
        if headings:
            if not self._heading_row:
                self._columns, self._headings = {}, []
            self._headings.extend(headings)
            for entry in headings:
                for column in range(entry.cell.column, entry.cell.column + entry.cell.column_span):
                    self._columns[column] = entry
        self._heading_row = len(headings) >= 2
        if drawn:
            self._open = None
            self._total = None
            labels = [entry for entry in row if entry.label.role is Role.LEVEL2]
            names = [number for number, entry in enumerate(row) if entry.label.role in (Role.NAME, Role.TEMPLATE, Role.VALUE)]
            between = [entry for entry in labels if names and row.index(entry) > names[0]]
            if labels:
                self._halves = {entry.cell.column: entry for entry in labels} if between and len(labels) > 1 else {}

    def _heading(self, entry: LabelledCell, heads: Role) -> LabelledCell | None:
        """The heading over a cell: that of its rank where the row has as many such cells as headings, else its column's.

        Rank goes before column, because rows from which an exporter dropped a merged cell are shifted.
        """
        if not self._drawn:
            return None
        own = [other for other in self._row if other.label.role is heads]
        over = [other for other in self._headings if other.label.heads is heads]
        if len(own) == len(over) and entry in own:
            return over[own.index(entry)]
        found = self._columns.get(entry.cell.column)
        return found if found and found.label.heads is heads else None

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
        self._open = self._level1 = self._level2 = self._key = None
        self._fund_keys, self._fund_totals, self._halves = [], {}, {}

    def _attribute_key(self, entry: LabelledCell) -> None:
        self._key, self._key_used = entry, False

    def _attribute_value(self, entry: LabelledCell) -> None:
        own = self._key if self._key and (not self._drawn or self._key in self._row or not self._key_used) else None
        if self._key and self._drawn and self._key not in self._row and self._heading(entry, Role.ATTRIBUTE_VALUE):
            own = None
        if own is None:
            own = self._heading(entry, Role.ATTRIBUTE_VALUE) or self._listed()
        if own is None and entry.names_project and not self._names_have_keys:
            self._name_project(entry)
            return
        if own is None:
            self.leftover.append(entry)
            return
        again = own is self._key and self._key_used
        self._key_used = True
        shown = any(other.names_project for other in self._row)  # then no other value of the row is the name, whatever its column
        if not again and (entry.names_project or (name_choice(own) >= self.name_choice and not shown)):
            self._names_have_keys = True
            self._name_project(entry)
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
                for entry in self._headings
                if entry.label.heads is Role.ATTRIBUTE_VALUE and name_choice(entry) >= self.name_choice
            ),
            None,
        )

    def _name_project(self, entry: LabelledCell) -> None:
        if self.project.name and words(self.project.name) == words(entry) and not (self._key and self._key in self._row):
            return
        if self.project.name or self.project.indicators:
            self._new_project()
        self.project.name = entry

    # Funds and goals

    def _fund_key(self, entry: LabelledCell) -> None:
        if self._drawn:
            self._fund_keys = self._fund_keys_over(entry)
        elif self._fund_used and len(self._fund_keys) > 1 and "其中" not in words(entry):
            self._fund_keys.pop()
        self._fund_keys.append(entry)
        self._fund_used = False

    def _fund_keys_over(self, entry: LabelledCell) -> list[LabelledCell]:
        """The keys that a key of a drawn grid stands below: those to its left, and the total whose parts it goes on with.

        Parts are printed below their total, in its own column, from 其中 (of which) on until the next total.
        """
        column = self._fund_column(entry)
        outer = [other for other in self._fund_keys if self._fund_column(other) < column]
        parts = "其中" in words(entry)
        if is_total(entry):
            self._fund_totals[column] = (entry, False)
            return [other for other in outer if not is_total(other)]
        total, begun = self._fund_totals.get(column, (None, False))
        if total is None or not (parts or begun):
            return outer
        self._fund_totals[column] = (total, True)
        # What stands left of its own total belongs to the other half.
        halves = [left for left, (_, others) in self._fund_totals.items() if others and left < column]
        return [*(other for other in outer if not is_total(other) and self._fund_column(other) not in halves), total]

    def _fund_column(self, entry: LabelledCell) -> int:
        """The column of a fund's key, put right where its row's amounts stand left of their headings (a shifted row)."""
        if id(entry) not in self._fund_columns:
            over = [column for column, other in self._columns.items() if other.label.heads is Role.FUND_AMOUNT]
            own = [other.cell.column for other in self._row if other.label.role is Role.FUND_AMOUNT]
            shift = max(max(over) - max(own), 0) if over and own else 0
            self._fund_columns[id(entry)] = entry.cell.column + shift
        return self._fund_columns[id(entry)]

    def _fund_amount(self, entry: LabelledCell) -> None:
        beside = [other for other in self._row[: self._row.index(entry)] if other.label.role is Role.FUND_KEY]
        heading = self._heading(entry, Role.FUND_AMOUNT)
        if beside:
            keys = self._fund_keys
        elif heading and (self._fund_used or not self._fund_keys):
            keys = [heading]
        else:
            keys = self._fund_keys
        if not keys or not any(char.isdigit() for char in words(entry)):
            self.leftover.append(entry)
            return
        self._fund_used = True
        path = tuple(fund_item(other) for other in keys)
        if heading and keys[-1] is not heading and self._many_amounts():
            path = (*path, fund_item(heading))
        fund = Fund(path[-1], path, entry.label.period or Period.ANNUAL, words(entry), None, evidence(entry))
        if self._total:
            if not self.totals or self.totals[-1].name != words(self._total):
                self.totals.append(Total(words(self._total)))
            self.totals[-1] = Total(self.totals[-1].name, (*self.totals[-1].funds, fund))
        elif (
            not any(
                (fund.item, fund.period, fund.raw) == (other.item, other.period, other.raw) and fund.path == other.path
                for other in self.project.funds
            )
            or beside
        ):
            self.project.funds.append(fund)

    def _many_amounts(self) -> bool:
        """Whether the amount columns tell more apart than half a year from a year; their headings then end the paths."""
        periods = [other.label.period for other in self._headings if other.label.heads is Role.FUND_AMOUNT]
        return len(periods) > 1 and (len(set(periods)) < len(periods) or not set(periods) <= {Period.ANNUAL, Period.HALF_YEAR})

    def _total_name(self, entry: LabelledCell) -> None:
        self._total = entry

    def _goal_text(self, entry: LabelledCell) -> None:
        texts = self.project.goals.setdefault(entry.label.period or Period.ANNUAL, [])
        if words(entry) not in [words(other) for other in texts]:
            texts.append(entry)

    # Indicators

    def _follows_name(self) -> bool:
        """Whether a level label belongs to the name before it: only its value is still to come."""
        if self._drawn or self._open is None or any(cell.label.role is Role.VALUE for cell in self._open.cells):
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
        same = next(
            (
                draft
                for draft in self.project.indicators[-2:]
                if draft.name in self._row
                and draft.text is not None
                and draft.name is not None
                and words(draft.name) == words(entry)
            ),
            None,
        )
        if (
            same
            and self._drawn
            and not any(
                same.has(other.label.period) for other in self._row[self._row.index(entry) :] if other.label.role is Role.VALUE
            )
        ):
            self._open = same
            return
        self._open = self._draft(entry)
        self._open.cells.extend(self._waiting)
        self._waiting = []

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
        heading = self._columns.get(entry.cell.column) if self._drawn else None
        if self._open is None:
            later = self._row[self._row.index(entry) :] if self._drawn else ()
            if any(other.label.role is Role.NAME for other in later):
                self._waiting.append(entry)
                return
            labelled = any(other.label.role in (Role.LEVEL1, Role.LEVEL2) for other in self._row) if self._drawn else self._new2
            if entry.label.role is not Role.VALUE or not labelled:
                self.leftover.append(entry)
                return
            self._open = self._draft(None)
        self._open.cells.append(entry)
        if heading:
            self._open.headings[id(entry)] = heading

    def _packed(self, entry: LabelledCell) -> None:
        around = (self._drawn, self._row, self._columns, self._headings, self._heading_row)
        self._level1 = self._level2 = self._open = None
        self._columns, self._headings = {}, []
        self.grid(LabelledGrid((entry.parts,), drawn=False))
        self._drawn, self._row, self._columns, self._headings, self._heading_row = around
        self._level1 = self._level2 = self._open = None


def _levels_first(row: tuple[LabelledCell, ...]) -> tuple[LabelledCell, ...]:
    """The row with its level labels before its name, wherever their columns stand; as it is where it names several."""
    if sum(entry.label.role is Role.NAME for entry in row) != 1:
        return row
    levels = tuple(entry for entry in row if entry.label.role in (Role.LEVEL1, Role.LEVEL2))
    return (*levels, *(entry for entry in row if entry not in levels))


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
    Role.VALUE: Walk._measure,
    Role.COMPARATOR: Walk._measure,
    Role.UNIT: Walk._measure,
    Role.STANDARD: Walk._measure,
    Role.SCORE: Walk._measure,
    Role.REMARK: Walk._measure,
    Role.PACKED: Walk._packed,
}
