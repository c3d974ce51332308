"""The facts of a drawn document, and the gold records that follow from what of them came to be printed.

The rules are those of eval/gold/README.md: a fact whose cell the damage lost is left out, a level whose label was lost
keeps its canonical name where its child tells it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from .sheet import Fact, Mark, without_blanks

_IN_BRACKETS = re.compile(r"[（(](?:万元|元|单位：?万元|单位：?元|%|％)[)）]")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


@dataclass(slots=True)
class LevelFact:
    """A level: its canonical name and the cell that prints it (None where the layout has none)."""

    canonical: str
    fact: Fact | None
    inferable: bool = True


@dataclass(slots=True)
class IndicatorFact:
    """An indicator: `values` are (period, cells whose joined texts are the value), `names` the cells that print its name."""

    level1: LevelFact
    level2: LevelFact
    names: list[Fact]
    values: list[tuple[str, list[Fact]]]
    standard: Fact | None = None


@dataclass(slots=True)
class FundFact:
    """An amount with the cells of its path."""

    path: list[Mark]
    period: str
    amount: Mark


@dataclass(slots=True)
class ProjectFacts:
    """Everything a careful person would key in for one project."""

    name: Mark | None = None
    attributes: list[tuple[Mark, Mark]] = field(default_factory=list)
    funds: list[FundFact] = field(default_factory=list)
    goals: list[tuple[str, Mark]] = field(default_factory=list)
    indicators: list[IndicatorFact] = field(default_factory=list)


@dataclass(slots=True)
class DocumentFacts:
    """The facts of a document; `year`, `unit`, `publisher` and `city` are (cell that prints it, its value)."""

    projects: list[ProjectFacts] = field(default_factory=list)
    totals: list[tuple[Mark, list[FundFact]]] = field(default_factory=list)
    year: tuple[list[Mark], int] | None = None
    unit: tuple[list[Mark], str] | None = None
    publisher: tuple[list[Mark], str] | None = None
    city: tuple[list[Mark], str] | None = None


def records_of(facts: DocumentFacts, source: str) -> dict[str, Any]:
    """The gold records of a document that has been written."""
    year, unit = _if_printed(facts.year), _if_printed(facts.unit)
    publisher = _if_printed(facts.publisher)
    city = _if_printed(facts.city)
    if unit is None:
        raw = [fund["raw"] for project in facts.projects for fund in map(_fund, project.funds) if fund]
        unit = "万元" if any("万元" in text for text in raw) else None
    records: dict[str, Any] = {
        "source": source,
        "city": city,
        "publisher": publisher,
        "fiscal_year": year,
        "amount_unit": unit,
        "projects": [_project(project, year) for project in facts.projects],
    }
    totals = [
        {"name": name.fact(), "funds": funds}
        for name, rows in facts.totals
        if name.fact() and (funds := [fund for row in rows if (fund := _fund(row))])
    ]
    if totals:
        records["totals"] = totals
    return records


def _if_printed(known: tuple[list[Mark], Any] | None) -> Any:
    if known is None:
        return None
    marks, value = known
    return value if any(str(value) in (mark.fact() or "") for mark in marks) else None


def _project(project: ProjectFacts, year: int | None) -> dict[str, Any]:
    attributes: dict[str, str] = {}
    for key, value in project.attributes:
        key_text, value_text = key.fact(), value.fact()
        if key_text and value_text:
            attributes.setdefault(key_text.rstrip("：:"), value_text)
    goals: dict[str, str] = {}
    for period, goal in project.goals:
        text = goal.fact()
        if text:
            goals.setdefault(period, text)
    return {
        "project_name": project.name.fact() if project.name else None,
        "fiscal_year": year,
        "attributes": attributes,
        "funds": [fund for row in project.funds if (fund := _fund(row))],
        "goals": goals,
        "indicators": [row for indicator in project.indicators if (row := _indicator(indicator))],
    }


def _fund(fund: FundFact) -> dict[str, Any] | None:
    raw = fund.amount.fact()
    path = [text for mark in fund.path if (text := fund_item(mark.fact()))]
    if not raw or not path or not fund.path[-1].fact():
        return None
    number = _NUMBER.search(raw.replace(",", "").replace("，", ""))
    if number is None:
        return None
    return {"item": path[-1], "path": path, "period": fund.period, "raw": raw, "amount": float(number[0])}


def fund_item(text: str | None) -> str | None:
    """A fund label without 其中：, its unit in brackets and its trailing colon."""
    if not text:
        return None
    text = re.sub(r"^其中[：:]?", "", text)
    return _IN_BRACKETS.sub("", text).rstrip("：:") or None


def _indicator(indicator: IndicatorFact) -> dict[str, Any] | None:
    name = next((text for fact in indicator.names if (text := fact.fact())), None)
    values: dict[str, str] = {}
    for period, facts in indicator.values:
        main = [fact.fact() for fact in facts if not _is_mere_sign(fact)]
        if any(main):
            text = "".join(fact.fact() or "" for fact in facts)
            values.setdefault(period, without_blanks(text))
    if name is None and not values:
        return None
    standard = indicator.standard.fact() if indicator.standard else None
    level1, level1_raw = _level(indicator.level1)
    level2, level2_raw = _level(indicator.level2)
    return {
        "level1": level1,
        "level1_raw": level1_raw,
        "level2": level2,
        "level2_raw": level2_raw,
        "name": name,
        "values": values,
        "standard": standard,
    }


def _level(level: LevelFact) -> tuple[str | None, str | None]:
    raw = level.fact.fact() if level.fact else None
    return (level.canonical if raw or level.inferable else None), raw


def _is_mere_sign(fact: Fact) -> bool:
    return fact.label in ("comparator", "unit")
