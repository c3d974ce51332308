"""Amounts of money and the labels over and beside them."""

from __future__ import annotations

from dataclasses import dataclass, field

from recognizer.assembly.rows import Rows
from recognizer.assembly.text import evidence, fund_item, is_total, words
from recognizer.types import Fund, LabelledCell, Period, Role


@dataclass(slots=True)
class FundLabels:
    """The labels that the next amount of a project stands below, from the outermost to its own."""

    rows: Rows
    _keys: list[LabelledCell] = field(default_factory=list)
    _used: bool = False
    _since: int = 0  # amounts since the last key
    _totals: dict[int, tuple[LabelledCell, bool]] = field(default_factory=dict)
    _columns: dict[int, int] = field(default_factory=dict)

    def close(self) -> None:
        """Forgets the labels of a project that has ended."""
        self._keys, self._totals = [], {}

    def key(self, entry: LabelledCell) -> None:
        """Takes a label in."""
        if self.rows.drawn:
            self._keys = self._keys_over(entry)
        elif self._used and len(self._keys) > 1 and "其中" not in words(entry):
            self._keys.pop()
        self._keys.append(entry)
        self._used = False
        self._since = 0

    def amount(self, entry: LabelledCell, known: int) -> tuple[Fund | None, bool]:
        """The amount with its labels, None where it has none or holds no digit; and whether a label stands beside it.

        `known` is the number of amounts that the project has.
        """
        row = self.rows.row
        beside = any(other.label.role is Role.FUND_KEY for other in row[: row.index(entry)])
        heading = self.rows.heading(entry, Role.FUND_AMOUNT) if self.rows.drawn else self._heading_by_rank(known)
        keys = [heading] if heading and not beside and (self._used or not self._keys) else self._keys
        if not keys or not any(char.isdigit() for char in words(entry)):
            return None, beside
        self._used = True
        path = tuple(fund_item(other) for other in keys)
        if heading and keys[-1] is not heading and self._many_columns():
            path = (*path, fund_item(heading))
        return Fund(path[-1], path, entry.label.period or Period.ANNUAL, words(entry), None, evidence(entry)), beside

    def _keys_over(self, entry: LabelledCell) -> list[LabelledCell]:
        """The keys that a key of a drawn grid stands below: those to its left, and the total whose parts it goes on with.

        Parts are printed below their total, in its own column, from 其中 (of which) on until the next total.
        """
        column = self._column(entry)
        outer = [other for other in self._keys if self._column(other) < column]
        parts = "其中" in words(entry)
        if is_total(entry):
            self._totals[column] = (entry, False)
            return [other for other in outer if not is_total(other)]
        total, begun = self._totals.get(column, (None, False))
        if total is None or not (parts or begun):
            return outer
        self._totals[column] = (total, True)
        # What stands left of its own total belongs to the other half.
        halves = [left for left, (_, others) in self._totals.items() if others and left < column]
        return [*(other for other in outer if not is_total(other) and self._column(other) not in halves), total]

    def _column(self, entry: LabelledCell) -> int:
        """The column of a key, put right where its row's amounts stand left of their headings (a shifted row)."""
        if id(entry) not in self._columns:
            over = [column for column, other in self.rows.columns.items() if other.label.heads is Role.FUND_AMOUNT]
            own = [other.cell.column for other in self.rows.row if other.label.role is Role.FUND_AMOUNT]
            shift = max(max(over) - max(own), 0) if over and own else 0
            self._columns[id(entry)] = entry.cell.column + shift
        return self._columns[id(entry)]

    def _heading_by_rank(self, known: int) -> LabelledCell | None:
        """Without drawn columns: the heading of an amount by its rank since the last key or, without keys, in its project."""
        over = self._headings()
        rank = self._since if self._keys else known
        self._since += 1
        return over[rank] if rank < len(over) and (not self._keys or self._many_columns()) else None

    def _headings(self) -> list[LabelledCell]:
        return [entry for entry in self.rows.headings if entry.label.heads is Role.FUND_AMOUNT]

    def _many_columns(self) -> bool:
        """Whether the amount columns tell more apart than half a year from a year; their headings then end the paths."""
        periods = [entry.label.period for entry in self._headings()]
        return len(periods) > 1 and (len(set(periods)) < len(periods) or not set(periods) <= {Period.ANNUAL, Period.HALF_YEAR})
