"""The facts of gold records in the order in which a form prints them, each with the label its cell must carry."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from recognizer.training.align_pieces import trimmed
from recognizer.training.align_words import AMOUNT_HEADING
from recognizer.types import Label, Period, Role

NAME_KEY = "项目名称"


@dataclass(frozen=True, slots=True)
class Fact:
    """A text that should stand in some cell: folded for comparison, its label, and how strongly a match counts."""

    text: str
    label: Label
    weight: float


def project_facts(project: dict[str, Any]) -> tuple[Fact, ...]:
    """All facts of a gold project in printed order: attributes, funds, goals, then indicators row by row."""
    facts = [*_attributes(project), *_funds(project), *_goals(project), *_indicators(project)]
    return tuple(fact for fact in facts if fact.text)


def total_facts(row: dict[str, Any]) -> tuple[Fact, ...]:
    """The facts of a gold total row: its name and its amounts."""
    return (_fact(row["name"], Label(Role.TOTAL), 8), *_amounts(row.get("funds") or ()))


def _fact(text: Any, label: Label, weight: float) -> Fact:
    return Fact(trimmed(str(text or "")), label, weight)


def _amounts(funds: Any) -> Iterator[Fact]:
    for fund in funds:
        yield Fact(amount_text(str(fund.get("raw") or "")), Label(Role.FUND_AMOUNT, period=Period(fund["period"])), 2)


def amount_text(text: str) -> str:
    """An amount as it is compared: folded, without thousands separators."""
    return trimmed(text).replace(",", "")


def _attributes(project: dict[str, Any]) -> Iterator[Fact]:
    yield _fact(NAME_KEY, Label(Role.ATTRIBUTE_KEY), 3)
    yield _fact(project.get("project_name"), Label(Role.ATTRIBUTE_VALUE), 6)
    for key, text in (project.get("attributes") or {}).items():
        yield _fact(key, Label(Role.ATTRIBUTE_KEY), 3)
        yield _fact(text, Label(Role.ATTRIBUTE_VALUE), 3)


def _funds(project: dict[str, Any]) -> Iterator[Fact]:
    """Every label of a path once where the path changes, then the amount. What heads an amount column is no label of a row."""
    before: tuple[str, ...] = ()
    for fund, amount in zip(project.get("funds") or (), _amounts(project.get("funds") or ()), strict=True):
        path = tuple(label for label in fund.get("path") or (fund["item"],) if not AMOUNT_HEADING.match(trimmed(label)))
        shared = next((depth for depth, (a, b) in enumerate(zip(path, before, strict=False)) if a != b),
                      min(len(path), len(before)))
        for label in path[shared:]:
            yield _fact(label, Label(Role.FUND_KEY), 3)
        yield amount
        before = path


def _goals(project: dict[str, Any]) -> Iterator[Fact]:
    for kind, text in (project.get("goals") or {}).items():
        yield _fact(text, Label(Role.GOAL_TEXT, period=Period(kind)), 10)


def _indicators(project: dict[str, Any]) -> Iterator[Fact]:
    """Levels where they change, then the name, then values and standard in the order the gold gives them."""
    level1: Any = None
    level2: Any = None
    for indicator in project.get("indicators") or ():
        if indicator.get("level1_raw") != level1:
            level1, level2 = indicator.get("level1_raw"), None
            yield _fact(level1, Label(Role.LEVEL1), 3)
        if indicator.get("level2_raw") != level2:
            level2 = indicator.get("level2_raw")
            yield _fact(level2, Label(Role.LEVEL2), 3)
        yield _fact(indicator.get("name"), Label(Role.NAME), 6)
        for period, text in (indicator.get("values") or {}).items():
            yield _fact(text, Label(Role.VALUE, period=Period(period)), 2)
        yield _fact(indicator.get("standard"), Label(Role.STANDARD), 2)
