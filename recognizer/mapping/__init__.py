"""The mapping room: fills in what records say in normalised form; printed texts stay as they are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from recognizer.concepts import Kind, Vocabulary, vocabulary_in_use
from recognizer.mapping.amounts import parse_amount
from recognizer.mapping.features import Query
from recognizer.mapping.labels import map_label
from recognizer.mapping.names import Mapper, Match, canonical_names, map_name, mapper_in_use
from recognizer.mapping.values import parse_value
from recognizer.types import Canonical, Fund, Indicator, Project, Records

__all__ = ["Mapper", "Match", "Query", "map_label", "map_name", "map_records", "parse_amount", "parse_value"]


def map_records(records: Records, mapper: Mapper | None = None) -> Records:
    """The records with every value taken apart, every amount as a number and every name's concept of the vocabulary.

    `mapper` is that of the vocabulary in use if not given. Raises VocabularyError where the user's own vocabulary is unfit.
    """
    unit, vocabulary = records.amount_unit, vocabulary_in_use()
    named = [indicator for project in records.projects for indicator in project.indicators if indicator.name]
    found = iter(canonical_names([_query(indicator) for indicator in named], mapper or mapper_in_use()) if named else ())
    return replace(
        records,
        projects=tuple(_map_project(project, unit, found, vocabulary) for project in records.projects),
        totals=tuple(replace(total, funds=tuple(_map_fund(fund, unit, vocabulary) for fund in total.funds))
                     for total in records.totals))


def _query(indicator: Indicator) -> Query:
    return Query(indicator.name or "", indicator.level2, indicator.level1, indicator.values[0].text if indicator.values else None)


def _map_project(
    project: Project, amount_unit: str | None, found: Iterator[Canonical | None], vocabulary: Vocabulary
) -> Project:
    return replace(
        project,
        attributes=tuple(replace(one, canonical=_label(one.key, Kind.ATTRIBUTE, vocabulary)) for one in project.attributes),
        funds=tuple(_map_fund(fund, amount_unit, vocabulary) for fund in project.funds),
        indicators=tuple(_map_indicator(indicator, found) for indicator in project.indicators))


def _map_fund(fund: Fund, amount_unit: str | None, vocabulary: Vocabulary) -> Fund:
    amount, amount_yuan = parse_amount(fund.raw, amount_unit)
    return replace(fund, amount=amount, amount_yuan=amount_yuan, canonical=_label(fund.item, Kind.FUND, vocabulary))


def _label(label: str, kind: Kind, vocabulary: Vocabulary) -> str | None:
    found = map_label(label, kind, vocabulary)
    return found.id if found else None


def _map_indicator(indicator: Indicator, found: Iterator[Canonical | None]) -> Indicator:
    return replace(
        indicator,
        values=tuple(replace(value, reading=parse_value(value.text)) for value in indicator.values),
        canonical=next(found) if indicator.name else None)
