"""Sums: what is printed as the parts of an amount adds up to it, within a project and in the total rows of a wide table.

The labels of amounts form a tree. A total is an amount with amounts below it, one that is called a total among its siblings
(小计, 资金总额), or the income that spending adds up to. A part without an amount of its own is represented by its own total, or
by what stands below it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from recognizer.types import Fund, Period, Records

_TOTAL = re.compile(r"(?:总额|总计|合计|小计|总数|总和)$")
_ALL = re.compile(r"^(?:合计|总计|全部合计|总合计)$")
_INCOME, _SPENDING = "收入", "支出"
_SHIFTS = (-1, 1, -2, 2, -3, 3, -4, 4)  # places that a decimal point may have slipped; four are 元 for 万元


@dataclass(frozen=True, slots=True)
class Statement:
    """That parts add up to a total, as indices of funds; `complete` unless the one part may leave others unnamed."""

    total: int
    parts: tuple[int, ...]
    complete: bool


def differing(funds: Sequence[Fund]) -> set[int]:
    """The indices of totals, and of their parts, that do not add up.

    Parts speak of their total's period. A single part may be less than its total (其中, of which, need not name all), never
    more. Each amount may be rounded in its last decimal; whole numbers are taken for exact.
    """
    return {index for statement in statements(funds) if _fails(funds, statement) for index in (statement.total, *statement.parts)}


def slipped(funds: Sequence[Fund]) -> set[int]:
    """The indices of amounts that would fit their total, or their parts, if their decimal point stood elsewhere."""
    found: set[int] = set()
    for statement in statements(funds):
        members = (statement.total, *statement.parts)
        spoken = [index for index in members if funds[index].amount]
        if not _fails(funds, statement) and (statement.complete or len(spoken) != 2 or _excess(funds, statement) == 0):
            continue
        found |= {index for index in spoken if any(_fits(funds, statement, index, shift) for shift in _SHIFTS)}
    return found


def statements(funds: Sequence[Fund]) -> list[Statement]:
    """What the labels of the amounts say of totals and parts, period by period; amounts that cannot be read say nothing."""
    return [statement for period in dict.fromkeys(fund.period for fund in funds) for statement in _of_period(funds, period)]


def called_total(item: str) -> bool:
    """Whether a fund's label names a total."""
    return bool(_TOTAL.search(item))


def _of_period(funds: Sequence[Fund], period: Period) -> Iterator[Statement]:
    own: dict[tuple[str, ...], list[int]] = {}
    below: dict[tuple[str, ...], dict[tuple[str, ...], None]] = {}
    for index, fund in enumerate(funds):
        if fund.period is period:
            own.setdefault(fund.path, []).append(index)
            for length in range(len(fund.path)):
                below.setdefault(fund.path[:length], {})[fund.path[: length + 1]] = None

    def total_beside(path: tuple[str, ...]) -> bool:
        return path in own and path not in below and called_total(path[-1])

    def representing(path: tuple[str, ...]) -> list[int]:
        if path in own:
            return own[path]
        children = below.get(path, {})
        totals = [child for child in children if total_beside(child)]
        return [index for child in totals[:1] or children for index in representing(child)]

    found: list[tuple[list[int], list[int]]] = []
    for path, indices in own.items():
        if path in below:
            found.append((indices, [index for child in below[path] for index in representing(child)]))
        elif total_beside(path):
            siblings = [sibling for sibling in below[path[:-1]] if not total_beside(sibling)]
            found.append((indices, [index for sibling in siblings for index in representing(sibling)]))
    for path, children in below.items():
        income, spending = (*path, _INCOME), (*path, _SPENDING)
        if income in children and spending in children and len(representing(income)) == 1:  # a budget is balanced
            found.append((representing(income), representing(spending)))
    for indices, parts in found:
        if parts and all(funds[index].amount is not None for index in (*indices, *parts)):
            yield from (Statement(index, tuple(parts), len(parts) > 1) for index in indices)


def _excess(funds: Sequence[Fund], statement: Statement) -> float:
    """By how much the parts exceed their total; 0 for what rounding explains."""
    excess = sum(_amount(funds[index]) for index in statement.parts) - _amount(funds[statement.total])
    exactness = sum(_rounding(funds[index]) for index in (statement.total, *statement.parts)) + 1e-6
    return 0.0 if abs(excess) <= exactness else excess


def _fails(funds: Sequence[Fund], statement: Statement) -> bool:
    excess = _excess(funds, statement)
    return excess > 0 or (statement.complete and excess < 0)


def _fits(funds: Sequence[Fund], statement: Statement, index: int, shift: int) -> bool:
    """Whether the sum would be right with the decimal point of one amount moved."""
    moved = _amount(funds[index]) * (10.0**shift - 1)
    excess = sum(_amount(funds[part]) for part in statement.parts) - _amount(funds[statement.total])
    exactness = sum(_rounding(funds[other]) for other in (statement.total, *statement.parts)) + 1e-6
    return abs(excess + (-moved if index == statement.total else moved)) <= exactness


def differing_totals(records: Records) -> tuple[set[int], set[tuple[int, int]]]:
    """Total rows of a wide table that are not the sum of its projects' amounts of the same label and period.

    Returns the indices of those rows, and (project, fund) of amounts that would mend the sum with their decimal point moved.
    """
    rows: set[int] = set()
    moved: set[tuple[int, int]] = set()
    for number, total in enumerate(records.totals):
        if not _ALL.match(total.name):
            continue
        for fund in total.funds:
            parts = [(project, index) for project, one in enumerate(records.projects) for index, other in enumerate(one.funds)
                     if other.path == fund.path and other.period is fund.period]
            funds = [fund, *(records.projects[project].funds[index] for project, index in parts)]
            statement = Statement(0, tuple(range(1, len(funds))), True)
            if len(funds) < 3 or any(one.amount is None for one in funds) or not _excess(funds, statement):
                continue
            rows.add(number)
            moved |= {parts[index - 1] for index in statement.parts
                      if any(_fits(funds, statement, index, shift) for shift in _SHIFTS)}
    return rows, moved


def power_of_ten_apart(one: float, other: float) -> bool:
    """Whether two amounts print the same digits with the decimal point at different places (48.00 and 480)."""
    if one <= 0 or other <= 0 or one == other:
        return False
    digits = [Decimal(f"{amount:.12g}").normalize().as_tuple().digits for amount in (one, other)]
    return digits[0] == digits[1]


def _amount(fund: Fund) -> float:
    return fund.amount or 0.0


def _rounding(fund: Fund) -> float:
    """By how much the amount may be rounded: half a unit of the last decimal printed, in the unit of `amount`."""
    decimals = sum(map(str.isdigit, fund.raw.rpartition(".")[2])) if "." in fund.raw else 0
    return 0.5 * 0.1**decimals if decimals else 0.0
