"""The mapping room: fills in what records say in normalised form; printed texts stay as they are."""

from __future__ import annotations

from dataclasses import replace

from recognizer.mapping.amounts import parse_amount
from recognizer.mapping.names import canonical_name
from recognizer.mapping.values import parse_value
from recognizer.types import Fund, Indicator, Project, Records

__all__ = ["canonical_name", "map_records", "parse_amount", "parse_value"]


def map_records(records: Records) -> Records:
    """The records with every value taken apart, every amount as a number and every name's place in the vocabulary."""
    unit = records.amount_unit
    return replace(
        records,
        projects=tuple(_map_project(project, unit) for project in records.projects),
        totals=tuple(replace(total, funds=tuple(_map_fund(fund, unit) for fund in total.funds)) for total in records.totals))


def _map_project(project: Project, amount_unit: str | None) -> Project:
    return replace(
        project,
        funds=tuple(_map_fund(fund, amount_unit) for fund in project.funds),
        indicators=tuple(_map_indicator(indicator) for indicator in project.indicators))


def _map_fund(fund: Fund, amount_unit: str | None) -> Fund:
    amount, amount_yuan = parse_amount(fund.raw, amount_unit)
    return replace(fund, amount=amount, amount_yuan=amount_yuan)


def _map_indicator(indicator: Indicator) -> Indicator:
    return replace(
        indicator,
        values=tuple(replace(value, reading=parse_value(value.text)) for value in indicator.values),
        canonical=canonical_name(indicator.name, indicator.level2) if indicator.name else None)
