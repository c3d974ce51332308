"""Forms, a table a project: a walk down the rows that knows which part of the form it is in."""

from __future__ import annotations

import re
from typing import Any

from ..vocabulary import fiscal_year_of, period_of, plain, project_name_choice, strip_numbering
from .indicators import IndicatorReader, is_header
from .rows import Row
from .words import (
    amount_of,
    ends_form,
    goal_period,
    heading_role,
    is_amount,
    is_attribute_key,
    is_fund_key,
    is_level,
    is_title,
)

_AMOUNT_HEADING = re.compile(r"预算数|执行数|决算数|金额|资金额|^预算$|^执行$|申请数|安排数")
_TEMPLATE_GOAL = re.compile(r"(?:目标\d?[:：.]*|…+|\d[:：、.])+")
_LONGEST_KEY = 24
_SHORTEST_CONTINUATION = 8


class FormReader:
    """Reads rows into `projects`, a project from each 项目名称 (name of the project) on."""

    def __init__(self) -> None:
        self.projects: list[dict[str, Any]] = []
        self.zone = "outside"
        self.year: int | None = None
        self.indicators: IndicatorReader | None = None
        self.goal_columns: list[tuple[int, str]] = []
        self.amount_columns: list[tuple[int, str | None]] = []
        self.by_department = False

    def read(self, rows: list[Row]) -> list[dict[str, Any]]:
        """The projects of all rows."""
        for row in rows:
            self._read_row(row)
        self._finish()
        return self.projects

    def _read_row(self, row: Row) -> None:
        words = row.words
        if len(words) <= 2 and (is_title(words[0]) or (self.zone == "outside" and fiscal_year_of(words[0]))):
            self.year = fiscal_year_of("".join(words)) or self.year
            if is_title(words[0]):
                self.zone = "title"
            return
        if self._starts_project(words):
            self._start_project()
        if self.zone in ("outside", "title"):
            return
        if is_header(row):
            if self.indicators:
                self.indicators.use_header(row)
            else:
                self.indicators = IndicatorReader(row)
            self.zone = "indicators"
        elif self.zone == "indicators" and self.indicators:
            if ends_form(words[0]) and not is_level(words[0]):
                self.zone = "outside"
            else:
                self.indicators.add(row)
        elif not (self._read_goals(row) or self._read_funds(row) or self._continue_goal(row)):
            self._read_attributes(row)

    def _starts_project(self, words: list[str]) -> bool:
        choices = [project_name_choice(word) for word in words[:-1]]
        return 2 in choices or (1 in choices and self.zone == "title")

    def _start_project(self) -> None:
        if self.by_department and self.projects and not self.projects[-1]["indicators"] and not self.indicators:
            self.by_department = False
            return
        self._finish()
        self.projects.append({"project_name": None, "fiscal_year": self.year, "attributes": {}, "funds": [], "goals": {},
                              "indicators": []})
        self.zone = "head"
        self.goal_columns, self.amount_columns = [], []

    def _finish(self) -> None:
        if self.indicators and self.projects:
            self.projects[-1]["indicators"] = self.indicators.found
        self.indicators = None

    def _read_goals(self, row: Row) -> bool:
        keys = [(column, period) for column, text in row.texts if (period := goal_period(text)) is not None]
        if not keys:
            return False
        texts = [(column, text) for column, text in row.texts if goal_period(text) is None]
        if len(keys) > 1 and keys[0][0] == 0 and not texts:
            keys = keys[1:]  # the first heads the others
        self.goal_columns = keys
        self.zone = "goals"
        for column, text in texts:
            self._add_goal(column, text, append=False)
        return True

    def _continue_goal(self, row: Row) -> bool:
        """Texts below goal labels, and what a line or a page break cut off from them."""
        if self.zone != "goals":
            return False
        texts = [(column, text) for column, text in row.texts if heading_role(text) is None]
        fresh = not any(period in self.projects[-1]["goals"] for _, period in self.goal_columns)
        if row.drawn and not fresh and all(len(text) < _SHORTEST_CONTINUATION for _, text in texts):
            return False
        for column, text in texts:
            if plain(text) != "绩效指标":
                self._add_goal(column, text, append=True)
        return True

    def _add_goal(self, column: int, text: str, append: bool) -> None:
        if _TEMPLATE_GOAL.fullmatch(text):
            return
        period = min(self.goal_columns, key=lambda key: abs(key[0] - column))[1]
        goals = self.projects[-1]["goals"]
        goals[period] = goals.get(period, "") + text if append else text

    def _read_funds(self, row: Row) -> bool:
        amounts = [(column, text) for column, text in row.texts if is_amount(text)]
        headings = [(column, text) for column, text in row.texts if _AMOUNT_HEADING.search(plain(text)) and not is_amount(text)]
        if not amounts:
            if headings and (self.zone == "funds" or any(is_fund_key(text) for text in row.words)):
                self.zone = "funds"
                self.amount_columns = [
                    (column, None if heading_role(text) == "ignored" else _period(text)) for column, text in row.texts
                    if (column, text) in headings or heading_role(text) == "ignored"]
                return True
            if is_fund_key(row.words[0]) and not is_attribute_key(row.words[0]) and len(row.words[0]) <= _LONGEST_KEY:
                self.zone = "funds"
                return True
            return False
        labels = [text for text in row.words if not is_amount(text)]
        if self.zone != "funds" and not any(is_fund_key(text) for text in labels):
            return False
        self.zone = "funds"
        ordered = len(amounts) == len(self.amount_columns)
        label, position = "", 0
        for column, text in row.texts:
            if not is_amount(text):
                label = text
                continue
            period: str | None = _period(label)
            if self.amount_columns:
                period = self.amount_columns[position][1] if ordered else min(
                    self.amount_columns, key=lambda heading: abs(heading[0] - column))[1]
            position += 1
            amount = amount_of(text)
            if label and period and amount is not None:
                item = _item(label)
                self.projects[-1]["funds"].append({"item": item, "path": [item], "period": period, "raw": text, "amount": amount})
        return True

    def _read_attributes(self, row: Row) -> None:
        """Labels and their texts from left to right."""
        words = row.words
        at = 0
        while at < len(words):
            key, at = words[at], at + 1
            if len(key) > _LONGEST_KEY or (not row.drawn and not is_attribute_key(key)):
                continue
            text = ""
            while at < len(words) and not is_attribute_key(words[at]):
                text, at = text + words[at], at + 1
                if row.drawn:
                    break
            if not text:
                continue
            project = self.projects[-1]
            if project_name_choice(key) and project["project_name"] is None:
                project["project_name"] = strip_numbering(text)
                self.by_department = project_name_choice(key) == 1
            else:
                project["attributes"].setdefault(key.rstrip("：:"), text)
        self.zone = "head"


def _period(text: str) -> str:
    """The period of an amount by the label beside or above it."""
    period = period_of(text)
    return period.value if period and period.value != "overall" else "annual"


def _item(label: str) -> str:
    """The label of an amount without 其中 (thereof), its unit and its colon."""
    bare = re.sub(r"[(（]\s*(?:单位[:：])?[万亿]?元\s*[)）]", "", label)
    return re.sub(r"^其中[:：]?", "", bare).rstrip("：:")
