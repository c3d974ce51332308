"""Lists, a row a project: every column by its heading, indicators in columns of their own or packed into one cell."""

from __future__ import annotations

import re
from typing import Any

from ..vocabulary import level1_of, level2_of, parent_of, period_of, plain, strip_numbering
from .packed import packed_indicators
from .rows import Row
from .words import amount_of, heading_role, is_amount, is_fund_key

_FEWEST_HEADINGS = 3
_TOTAL = re.compile(r"合计|总计|小计")
_LONGEST_HEADING = 60


def list_columns(row: Row) -> dict[int, str] | None:
    """What the columns of a list hold, by column, where the row is the header of one: name, fund, goal, packed, attribute or
    a role of the indicator table. None for any other row."""
    columns: dict[int, str] = {}
    for column, text in row.texts:
        label = plain(text)
        role = heading_role(text)
        if "项目名称" in label and len(text) <= _LONGEST_HEADING and "project" not in columns.values():
            columns[column] = "project"
        elif role:
            columns[column] = role
        elif label.endswith("绩效指标"):
            columns[column] = "packed"
        elif label.endswith("目标") and len(label) <= 10:
            columns[column] = "goal"
        elif is_fund_key(text) and len(label) <= 16:
            columns[column] = "fund"
        elif not is_amount(text) and len(label) <= 16:
            columns[column] = "attribute"
    known = [role for role in columns.values() if role not in ("attribute", "ignored")]
    has_body = any(role in ("goal", "packed", "name", "value") for role in known)
    return columns if row.drawn and "project" in known and has_body and len(known) >= _FEWEST_HEADINGS else None


class ListReader:
    """Reads the rows below a list's header into `projects` and `totals`."""

    def __init__(self, year: int | None) -> None:
        self.year = year
        self.columns: dict[int, str] = {}
        self.headings: dict[int, str] = {}
        self.projects: list[dict[str, Any]] = []
        self.totals: list[dict[str, Any]] = []
        self.levels: dict[str, str] = {}

    def use_header(self, columns: dict[int, str], row: Row) -> None:
        """Takes over the columns of a header."""
        self.columns, self.headings = columns, dict(row.texts)

    def add(self, row: Row) -> None:
        """Reads one row: a project, a total, or one more indicator of the project above."""
        texts = {self.columns[column]: text for column, text in row.texts if column in self.columns}
        funds = [self._fund(column, text) for column, text in row.texts if self.columns.get(column) == "fund" and is_amount(text)]
        name = texts.get("project")
        body = any(role in texts for role in ("goal", "packed", "name", "value"))
        if name and funds and (_TOTAL.fullmatch(plain(name)) or not body):
            self.totals.append({"name": name, "funds": funds})
            return
        if name:
            self.projects.append({"project_name": strip_numbering(name), "fiscal_year": self.year, "attributes": {
                self.headings[column]: text for column, text in row.texts if self.columns.get(column) == "attribute"},
                "funds": funds, "goals": {}, "indicators": []})
        if not self.projects:
            return
        project = self.projects[-1]
        for column, text in row.texts:
            if self.columns.get(column) == "goal":
                period = period_of(self.headings[column])
                kind = period.value if period else "overall"
                project["goals"][kind] = project["goals"].get(kind, "") + text
            elif self.columns.get(column) == "packed":
                project["indicators"] += packed_indicators(text)
        if "name" in texts:
            project["indicators"].append(self._indicator(row, texts))

    def _fund(self, column: int, text: str) -> dict[str, Any]:
        item = self.headings[column]
        return {"item": item, "path": [item], "period": "annual", "raw": text, "amount": amount_of(text)}

    def _indicator(self, row: Row, texts: dict[str, str]) -> dict[str, Any]:
        for level in ("level1", "level2"):
            if level in texts:
                self.levels[level] = texts[level]
        level2 = level2_of(self.levels.get("level2", ""))
        level1 = level1_of(self.levels.get("level1", "")) or (parent_of(level2) if level2 else None)
        values: dict[str, str] = {}
        for column, text in row.texts:
            if self.columns.get(column) == "value":
                period = period_of(self.headings[column])
                values[period.value if period else "annual"] = texts.get("comparator", "") + text + texts.get("unit", "")
        return {"level1": level1, "level1_raw": self.levels.get("level1"),
                "level2": level2, "level2_raw": self.levels.get("level2"),
                "name": strip_numbering(texts["name"]), "values": values, "standard": texts.get("standard")}
