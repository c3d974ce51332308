"""A reader by rules alone, without a model: the baseline that the evaluation holds the recognizer against.

It shares the reading room and the vocabulary with the product, and does what a careful engineer writes by hand: columns by
their headings, labels filled down, labels and texts paired from left to right, regular expressions for values and amounts.
"""

from __future__ import annotations

import re
from typing import Any

from ..types import Document
from ..vocabulary import amount_unit_of, city_of, department_key, fiscal_year_of, strip_code
from .forms import FormReader
from .lists import ListReader, list_columns
from .rows import Row, rows_of

__all__ = ["read_by_rules"]

_PUBLISHER_LINE = re.compile(r"(?:部门|单位)(?:（单位）|\(单位\))?名称\s*[:：]\s*(.{4,40})")


def read_by_rules(document: Document) -> dict[str, Any]:
    """The records of a document in the schema of eval/gold/README.md; facts that no rule finds are missing."""
    rows = rows_of(document)
    texts = [text for row in rows for text in row.words]
    year = next((found for text in texts if len(text) <= 60 and (found := fiscal_year_of(text))), None)
    projects, totals = _projects(rows, year)
    publisher = _publisher(texts, projects)
    records: dict[str, Any] = {
        "source": document.name, "city": city_of(publisher) if publisher else None, "publisher": publisher, "fiscal_year": year,
        "amount_unit": next((unit for text in texts if (unit := amount_unit_of(text))), None), "projects": projects}
    if totals:
        records["totals"] = totals
    return records


def _projects(rows: list[Row], year: int | None) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The projects and total rows: a list from its first header on, forms otherwise."""
    reader: ListReader | None = None
    for row in rows:
        columns = list_columns(row)
        if columns:
            reader = reader or ListReader(year)
            reader.use_header(columns, row)
        elif reader:
            reader.add(row)
    if reader:
        return reader.projects, reader.totals
    projects = FormReader().read(rows)
    for project in projects:
        project["fiscal_year"] = project["fiscal_year"] or year
    return projects, []


def _publisher(texts: list[str], projects: list[dict[str, Any]]) -> str | None:
    """Who published the document: a line that says so, else the department that its forms share."""
    for text in texts:
        line = _PUBLISHER_LINE.match(text)
        if line:
            return line[1]
    departments = [strip_code(text) for project in projects for key, text in project["attributes"].items() if department_key(key)]
    return max(departments, key=departments.count) if departments else None
