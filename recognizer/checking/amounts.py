"""Checks of amounts of money: sums, half-years, decimal points, and what an indicator says that the project costs."""

from __future__ import annotations

from collections.abc import Iterator

from recognizer.checking.expectations import knowledge
from recognizer.checking.spots import Spot
from recognizer.checking.sums import called_total, differing, differing_totals, power_of_ten_apart, slipped
from recognizer.types import Fund, Indicator, Period, Project, Reading, Records

_NEARLY = 0.005  # of an amount: what a cost in 万元 with two decimals may be off the amount in 元


def parts_unlike_total(records: Records) -> Iterator[Spot]:
    """Totals and their parts that do not add up, within a project and over the projects of a wide table."""
    for number, project in enumerate(records.projects):
        yield from (Spot(number, "fund", index) for index in sorted(differing(project.funds)))
    rows, _ = differing_totals(records)
    yield from (Spot(row, "total") for row in sorted(rows))


def decimal_point_slipped(records: Records) -> Iterator[Spot]:
    """Amounts that would fit a sum, or the cost that an indicator states, if their decimal point stood elsewhere."""
    for number, project in enumerate(records.projects):
        found = slipped(project.funds)
        total = _total(project)
        if total is not None and any(power_of_ten_apart(cost, project.funds[total].amount_yuan or 0.0)
                                     for _, _, cost in _costs(project)):
            found = found | {total}
        yield from (Spot(number, "fund", index) for index in sorted(found))
    _, moved = differing_totals(records)
    yield from (Spot(project, "fund", index) for project, index in sorted(moved))


def half_year_above_annual(project: Project) -> Iterator[Spot]:
    """Amounts for half a year that are above those for the year, both of them."""
    annual = {fund.path: index for index, fund in enumerate(project.funds) if fund.period is Period.ANNUAL}
    for index, fund in enumerate(project.funds):
        other = annual.get(fund.path)
        if fund.period is Period.HALF_YEAR and other is not None and _above(fund, project.funds[other]):
            yield from (Spot(0, "fund", index), Spot(0, "fund", other))


def cost_unlike_total(project: Project) -> Iterator[Spot]:
    """Values of a whole cost (项目总成本) that are not the project's total."""
    index = _total(project)
    total = project.funds[index].amount_yuan if index is not None else None
    if total:
        for indicator, period, cost in _costs(project):
            if abs(cost - total) > _NEARLY * total:
                yield Spot(0, "value", indicator, period)


def amount_unreadable(records: Records) -> Iterator[Spot]:
    """Amounts that are no number, in projects and in total rows."""
    for number, project in enumerate(records.projects):
        yield from (Spot(number, "fund", index) for index, fund in enumerate(project.funds) if fund.amount is None)
    yield from (Spot(number, "total") for number, total in enumerate(records.totals)
                if any(fund.amount is None for fund in total.funds))


def _above(half: Fund, year: Fund) -> bool:
    return half.amount is not None and year.amount is not None and half.amount > year.amount


def _total(project: Project) -> int | None:
    """The index of the project's annual total: the outermost amount that is called one, else the only outermost amount."""
    annual = [index for index, fund in enumerate(project.funds) if fund.period is Period.ANNUAL]
    outermost = min((len(project.funds[index].path) for index in annual), default=0)
    called = [index for index in annual if called_total(project.funds[index].item)]
    called = [index for index in called if len(project.funds[index].path) == len(project.funds[called[0]].path)]
    alone = [index for index in annual if len(project.funds[index].path) == outermost]
    chosen = called or (alone if len(alone) == 1 else [])
    return chosen[0] if chosen and len({project.funds[index].amount for index in chosen}) == 1 else None


def _costs(project: Project) -> Iterator[tuple[int, Period, float]]:
    """(indicator, period, cost in 元) of the values that say what the whole project costs in the year."""
    for index, indicator in enumerate(project.indicators):
        if _is_whole_cost(indicator):
            for value in indicator.values:
                cost = _yuan(value.reading)
                if value.period is Period.ANNUAL and cost:
                    yield index, value.period, cost


def _is_whole_cost(indicator: Indicator) -> bool:
    return (indicator.name or "").rstrip("。；;").endswith(tuple(knowledge()["whole_costs"]))


def _yuan(reading: Reading | None) -> float | None:
    return reading.quantity_si if reading and reading.unit_si == "元" and reading.quantity_high is None else None
