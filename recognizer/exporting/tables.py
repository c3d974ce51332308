"""Records as flat tables: one row a fact, the same columns in CSV, Parquet, Excel and pandas.

`TABLES` says the columns of each table and what they hold; the `*_rows` functions make the rows, the `*_frame` functions
the data frames.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from recognizer.exporting.review import needs_review, value_doubts
from recognizer.exporting.text import writable
from recognizer.types import Evidence, Fund, Indicator, Place, Project, Reading, Records, Value

if TYPE_CHECKING:
    import pandas

ColumnKind = Literal["text", "number", "integer", "flag"]
Row = dict[str, str | float | int | bool | None]
Columns = dict[str, list[str | float | int | bool | None]]  # the rows of a table, column by column

_WHERE_FROM: dict[str, ColumnKind] = {
    "document": "text", "page": "integer", "city": "text", "publisher": "text", "fiscal_year": "integer", "project_name": "text"}
_HOW_SURE: dict[str, ColumnKind] = {
    "confidence": "number", "needs_review": "flag", "doubts": "text", "provenance": "text",
    "x0": "number", "y0": "number", "x1": "number", "y1": "number"}


def records_rows(records: Records) -> Iterator[Row]:
    """A row for each value of each indicator; an indicator without values has one row with an empty period."""
    for project in records.projects:
        for indicator in project.indicators:
            if not indicator.values:
                yield _indicator_row(records, project, indicator, None)
            for value in indicator.values:
                yield _indicator_row(records, project, indicator, value)


def funds_rows(records: Records) -> Iterator[Row]:
    """A row for each amount; `amount` is in `amount_unit`, `total` names the total row it stands in, if in one."""
    for project in records.projects:
        for fund in project.funds:
            yield _fund_row(records, project, None, fund)
    for total in records.totals:
        for fund in total.funds:
            yield _fund_row(records, None, total.name, fund)


def goals_rows(records: Records) -> Iterator[Row]:
    """A row for each goal text."""
    for project in records.projects:
        for goal in project.goals:
            yield {
                **_where_from(records, project, goal.evidence), "kind": goal.kind.value, "text": writable(goal.text),
                **_how_sure(goal.evidence)}


def attributes_rows(records: Records) -> Iterator[Row]:
    """A row for each labelled text of a form's head."""
    for project in records.projects:
        for attribute in project.attributes:
            yield {
                **_where_from(records, project, attribute.evidence), "key": writable(attribute.key),
                "canonical_id": attribute.canonical,
                "text": writable(attribute.text), **_how_sure(attribute.evidence)}


@dataclass(frozen=True, slots=True)
class Table:
    """A table's name, its columns in order and what they hold, and the function that makes its rows."""

    name: str
    columns: dict[str, ColumnKind]
    rows: Callable[[Records], Iterator[Row]]

    def of(self, records: Records) -> Columns:
        """The rows of a document, column by column."""
        rows = list(self.rows(records))
        return {column: [row[column] for row in rows] for column in self.columns}


TABLES = {
    table.name: table
    for table in (
        Table("records", {
            **_WHERE_FROM, "level1": "text", "level1_raw": "text", "level2": "text", "level2_raw": "text", "name": "text",
            "canonical_id": "text", "canonical_name": "text", "canonical_score": "number", "period": "text", "value": "text",
            "kind": "text", "comparator": "text", "quantity": "number", "quantity_high": "number", "unit": "text",
            "quantity_si": "number", "unit_si": "text", "date": "text", "qualitative": "text", "standard": "text",
            **_HOW_SURE}, records_rows),
        Table("funds", {
            **_WHERE_FROM, "total": "text", "item": "text", "path": "text", "period": "text", "raw": "text", "amount": "number",
            "amount_unit": "text", "amount_yuan": "number", "canonical_id": "text", **_HOW_SURE}, funds_rows),
        Table("goals", {**_WHERE_FROM, "kind": "text", "text": "text", **_HOW_SURE}, goals_rows),
        Table("attributes", {**_WHERE_FROM, "key": "text", "canonical_id": "text", "text": "text", **_HOW_SURE}, attributes_rows),
    )
}


def records_frame(records: Records) -> pandas.DataFrame:
    """The data frame of `records_rows`; absent texts, numbers and pages are missing values."""
    return table_frame("records", records)


def funds_frame(records: Records) -> pandas.DataFrame:
    """The data frame of `funds_rows`: all amounts of money, those of total rows at the end."""
    return table_frame("funds", records)


def goals_frame(records: Records) -> pandas.DataFrame:
    """The data frame of `goals_rows`."""
    return table_frame("goals", records)


def attributes_frame(records: Records) -> pandas.DataFrame:
    """The data frame of `attributes_rows`."""
    return table_frame("attributes", records)


def table_frame(name: str, records: Records) -> pandas.DataFrame:
    """The data frame of the table `name`. Raises KeyError for a name that is not in `TABLES`."""
    import pandas

    table = TABLES[name]
    dtypes: dict[ColumnKind, Any] = {"text": "string", "number": "float64", "integer": "Int64", "flag": "bool"}
    filled = table.of(records)
    return pandas.DataFrame({
        column: pandas.Series(filled[column], dtype=dtypes[kind]) for column, kind in table.columns.items()})


def _indicator_row(records: Records, project: Project, indicator: Indicator, value: Value | None) -> Row:
    evidence = value.evidence if value else indicator.evidence
    reading = value.reading if value and value.reading else Reading("")
    canonical = indicator.canonical
    where = evidence if evidence.at else indicator.evidence
    return {
        **_where_from(records, project, where),
        "level1": writable(indicator.level1),
        "level1_raw": writable(indicator.level1_raw),
        "level2": writable(indicator.level2),
        "level2_raw": writable(indicator.level2_raw),
        "name": writable(indicator.name),
        "canonical_id": canonical.id if canonical else None,
        "canonical_name": canonical.name if canonical else None,
        "canonical_score": _finite(canonical.score) if canonical else None,
        "period": value.period.value if value else None,
        "value": writable(value.text) if value else None,
        "kind": reading.kind or None,
        "comparator": reading.comparator,
        "quantity": _finite(reading.quantity),
        "quantity_high": _finite(reading.quantity_high),
        "unit": writable(reading.unit),
        "quantity_si": _finite(reading.quantity_si),
        "unit_si": writable(reading.unit_si),
        "date": reading.date,
        "qualitative": writable(reading.qualitative),
        "standard": writable(indicator.standard),
        **_how_sure(
            evidence, where=where, doubts=value_doubts(indicator, value) if value else indicator.evidence.doubts,
            provenance=_indicator_provenance(indicator, value)),
    }


def _indicator_provenance(indicator: Indicator, value: Value | None) -> str:
    """`printed`, or the parts of the row that the page does not print in their place, such as `level1: inferred`."""
    parts = {
        "level1": indicator.level1_provenance, "level2": indicator.level2_provenance, "name": indicator.name_provenance,
        "value": value.evidence.provenance if value else "printed"}
    return "; ".join(f"{part}: {provenance}" for part, provenance in parts.items() if provenance != "printed") or "printed"


def _fund_row(records: Records, project: Project | None, total: str | None, fund: Fund) -> Row:
    return {
        **_where_from(records, project, fund.evidence),
        "total": writable(total),
        "item": writable(fund.item),
        "path": writable(" > ".join(fund.path)),
        "period": fund.period.value,
        "raw": writable(fund.raw),
        "amount": _finite(fund.amount),
        "amount_unit": writable(records.amount_unit),
        "amount_yuan": _finite(fund.amount_yuan),
        "canonical_id": fund.canonical,
        **_how_sure(fund.evidence),
    }


def _where_from(records: Records, project: Project | None, evidence: Evidence) -> Row:
    year = project.fiscal_year if project and project.fiscal_year is not None else records.fiscal_year
    return {
        "document": writable(records.source),
        "page": page_and_box(evidence.at)[0],
        "city": writable(records.city),
        "publisher": writable(records.publisher),
        "fiscal_year": year,
        "project_name": writable(project.name) if project else None,
    }


def _how_sure(
    evidence: Evidence, *, where: Evidence | None = None, doubts: tuple[str, ...] | None = None, provenance: str | None = None,
) -> Row:
    listed = evidence.doubts if doubts is None else doubts
    box = page_and_box((where or evidence).at)[1] or (None, None, None, None)
    return {
        "confidence": round(evidence.confidence, 4),
        "needs_review": needs_review(evidence, listed),
        "doubts": "; ".join(listed) or None,
        "provenance": provenance or evidence.provenance,
        **dict(zip(("x0", "y0", "x1", "y1"), box, strict=True)),
    }


def page_and_box(places: tuple[Place, ...]) -> tuple[int | None, tuple[float, float, float, float] | None]:
    """The page on which a fact begins, and the box around its pieces there (points from the top left corner)."""
    own = [place for place in places if not place.inherited] or list(places)
    page = next((place.page for place in own if place.page is not None), None)
    boxes = [place.bbox for place in own if place.page == page and place.bbox is not None]
    if not boxes:
        return page, None
    x0s, y0s, x1s, y1s = zip(*boxes, strict=True)
    return page, (round(min(x0s), 2), round(min(y0s), 2), round(max(x1s), 2), round(max(y1s), 2))


def _finite(number: float | None) -> float | None:
    return number if number is not None and math.isfinite(number) else None
