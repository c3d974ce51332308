"""A run's results as a SQLite database for Datasette and other tools: a table a kind of facts, each with its page and box.

The tables hang together by keys; the view `facts` has all kinds in one list. Texts of indicators can be searched. The same
documents give the same bytes.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from recognizer.exporting.document import place_json
from recognizer.exporting.files import Failure
from recognizer.exporting.loading import StoredDocument
from recognizer.exporting.review import doubtful_facts, needs_review, value_doubts
from recognizer.exporting.tables import page_and_box
from recognizer.types import Evidence, Fund, Reading, Records

# Where a fact stands and how sure it is: the same columns in every table of facts.
_EVIDENCE = """confidence REAL, needs_review INTEGER, doubts TEXT, reasons TEXT, provenance TEXT, page INTEGER,
 x0 REAL, y0 REAL, x1 REAL, y1 REAL, line_first INTEGER, line_last INTEGER, sheet TEXT, cell TEXT, at TEXT"""

_SCHEMA = f"""
CREATE TABLE documents (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, city TEXT, publisher TEXT, fiscal_year INTEGER,
 amount_unit TEXT, projects INTEGER, review_count INTEGER, words INTEGER, lost INTEGER, doubled INTEGER, invented INTEGER,
 warnings TEXT, model TEXT, version TEXT);
CREATE TABLE projects (id INTEGER PRIMARY KEY, document_id INTEGER NOT NULL REFERENCES documents(id), name TEXT,
 fiscal_year INTEGER, {_EVIDENCE});
CREATE TABLE indicators (id INTEGER PRIMARY KEY, project_id INTEGER NOT NULL REFERENCES projects(id), level1 TEXT,
 level1_raw TEXT, level2 TEXT, level2_raw TEXT, name TEXT, canonical_id TEXT, canonical_name TEXT, canonical_score REAL,
 standard TEXT,
 extra TEXT, {_EVIDENCE});
CREATE TABLE indicator_values (id INTEGER PRIMARY KEY, indicator_id INTEGER NOT NULL REFERENCES indicators(id), period TEXT,
 value TEXT, kind TEXT, comparator TEXT, quantity REAL, quantity_high REAL, unit TEXT, quantity_si REAL, unit_si TEXT,
 date TEXT, qualitative TEXT, {_EVIDENCE});
CREATE TABLE funds (id INTEGER PRIMARY KEY, document_id INTEGER NOT NULL REFERENCES documents(id),
 project_id INTEGER REFERENCES projects(id), total TEXT, item TEXT, path TEXT, period TEXT, raw TEXT, amount REAL,
 amount_yuan REAL, canonical_id TEXT, {_EVIDENCE});
CREATE TABLE goals (id INTEGER PRIMARY KEY, project_id INTEGER NOT NULL REFERENCES projects(id), kind TEXT, text TEXT,
 {_EVIDENCE});
CREATE TABLE attributes (id INTEGER PRIMARY KEY, project_id INTEGER NOT NULL REFERENCES projects(id), key TEXT,
 canonical_id TEXT, text TEXT, {_EVIDENCE});
CREATE TABLE failures (id INTEGER PRIMARY KEY, document TEXT, page INTEGER, stage TEXT, reason TEXT);
"""
_WHERE = "f.confidence, f.needs_review, f.doubts, f.page, f.x0, f.y0, f.x1, f.y1, f.sheet, f.cell, f.line_first"
_OF = "d.name AS document, d.city, coalesce(p.fiscal_year, d.fiscal_year) AS fiscal_year, p.name AS project"
# Each level that is known, with what parts it from the next; NULL || text is NULL.
_LABEL = "coalesce(i.level1 || ' / ', '') || coalesce(i.level2 || ' / ', '') || coalesce(i.name, '')"
_PROJECT = "JOIN projects p ON p.id = f.project_id JOIN documents d ON d.id = p.document_id"
_AFTERWARDS = f"""
CREATE INDEX projects_document ON projects(document_id);
CREATE INDEX indicators_project ON indicators(project_id);
CREATE INDEX indicators_canonical ON indicators(canonical_id);
CREATE INDEX values_indicator ON indicator_values(indicator_id);
CREATE INDEX funds_project ON funds(project_id);
CREATE INDEX funds_canonical ON funds(canonical_id);
CREATE INDEX goals_project ON goals(project_id);
CREATE INDEX attributes_project ON attributes(project_id);
CREATE INDEX attributes_canonical ON attributes(canonical_id);
CREATE VIEW facts AS
 SELECT 'value' AS kind, {_OF}, {_LABEL} AS label, f.period, f.value AS text, {_WHERE}
  FROM indicator_values f JOIN indicators i ON i.id = f.indicator_id JOIN projects p ON p.id = i.project_id
  JOIN documents d ON d.id = p.document_id
 UNION ALL SELECT 'fund', {_OF}, f.path, f.period, f.raw, {_WHERE}
  FROM funds f LEFT JOIN projects p ON p.id = f.project_id JOIN documents d ON d.id = f.document_id
 UNION ALL SELECT 'goal', {_OF}, NULL, f.kind, f.text, {_WHERE} FROM goals f {_PROJECT}
 UNION ALL SELECT 'attribute', {_OF}, f.key, NULL, f.text, {_WHERE} FROM attributes f {_PROJECT};
"""
_SEARCH = """
CREATE VIRTUAL TABLE indicators_fts USING fts5(name, level2, canonical_name, content='indicators', content_rowid='id',
 tokenize='trigram');
INSERT INTO indicators_fts(indicators_fts) VALUES ('rebuild');
"""

Row = dict[str, Any]


def write_database(path: Path, documents: Iterable[StoredDocument], failures: Iterable[Failure]) -> dict[str, int]:
    """Writes the database to `path`, where nothing may stand yet; returns how many rows each table has.

    Raises OSError or sqlite3.Error where it cannot be written.
    """
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = OFF")
        connection.execute("PRAGMA synchronous = OFF")  # the file is thrown away unless it is finished
        connection.executescript(_SCHEMA)
        writer = _Writer(connection)
        for document in documents:
            writer.add(document)
        for failure in failures:
            writer.insert("failures", {
                "document": failure.document, "page": failure.page, "stage": failure.stage, "reason": failure.reason})
        connection.commit()
        connection.executescript(_AFTERWARDS)
        with contextlib.suppress(sqlite3.OperationalError):  # a SQLite without full-text search, or an old one
            connection.executescript(_SEARCH)
        connection.commit()
        connection.execute("ANALYZE")
        connection.execute("VACUUM")
        return dict(writer.rows)


class _Writer:
    """Inserts documents and counts the rows of each table."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self.rows: dict[str, int] = {}

    def insert(self, table: str, row: Mapping[str, Any]) -> int:
        number = self.rows[table] = self.rows.get(table, 0) + 1
        names = ", ".join(row)
        marks = ", ".join("?" * len(row))
        self._connection.execute(f"INSERT INTO {table} (id, {names}) VALUES ({number}, {marks})", tuple(row.values()))
        return number

    def add(self, document: StoredDocument) -> None:
        records = document.records
        document_id = self.insert("documents", _document(document))
        for project in records.projects:
            project_id = self.insert("projects", {
                "document_id": document_id, "name": project.name, "fiscal_year": project.fiscal_year,
                **_evidence(project.evidence)})
            for attribute in project.attributes:
                self.insert("attributes", {
                    "project_id": project_id, "key": attribute.key, "canonical_id": attribute.canonical, "text": attribute.text,
                    **_evidence(attribute.evidence)})
            for goal in project.goals:
                self.insert("goals", {
                    "project_id": project_id, "kind": goal.kind.value, "text": goal.text, **_evidence(goal.evidence)})
            for fund in project.funds:
                self.insert("funds", _fund(document_id, project_id, None, fund))
            for indicator in project.indicators:
                canonical = indicator.canonical
                indicator_id = self.insert("indicators", {
                    "project_id": project_id, "level1": indicator.level1, "level1_raw": indicator.level1_raw,
                    "level2": indicator.level2, "level2_raw": indicator.level2_raw, "name": indicator.name,
                    "canonical_id": canonical.id if canonical else None, "canonical_name": canonical.name if canonical else None,
                    "canonical_score": canonical.score if canonical else None, "standard": indicator.standard,
                    "extra": _json(dict(indicator.extra)) if indicator.extra else None, **_evidence(indicator.evidence)})
                for value in indicator.values:
                    self.insert("indicator_values", {
                        "indicator_id": indicator_id, "period": value.period.value, "value": value.text,
                        **_reading(value.reading), **_evidence(value.evidence, value_doubts(indicator, value))})
        for total in records.totals:
            for fund in total.funds:
                self.insert("funds", _fund(document_id, None, total.name, fund))


def _document(document: StoredDocument) -> Row:
    records: Records = document.records
    return {
        "name": document.name, "city": records.city, "publisher": records.publisher, "fiscal_year": records.fiscal_year,
        "amount_unit": records.amount_unit, "projects": len(records.projects), "review_count": len(doubtful_facts(records)),
        "words": sum(page.words for page in records.pages), "lost": sum(page.lost for page in records.pages),
        "doubled": sum(page.doubled for page in records.pages), "invented": sum(page.invented for page in records.pages),
        "warnings": _json(records.warnings) if records.warnings else None, "model": records.model, "version": document.version}


def _fund(document_id: int, project_id: int | None, total: str | None, fund: Fund) -> Row:
    return {
        "document_id": document_id, "project_id": project_id, "total": total, "item": fund.item, "path": " > ".join(fund.path),
        "period": fund.period.value, "raw": fund.raw, "amount": fund.amount, "amount_yuan": fund.amount_yuan,
        "canonical_id": fund.canonical, **_evidence(fund.evidence)}


def _reading(reading: Reading | None) -> Row:
    names = ("kind", "comparator", "quantity", "quantity_high", "unit", "quantity_si", "unit_si", "date", "qualitative")
    return {name: getattr(reading, name) for name in names} if reading else {}


def _evidence(evidence: Evidence, doubts: tuple[str, ...] | None = None) -> Row:
    """The box is the one around the fact's own pieces on its first page; `at` has every piece."""
    listed = evidence.doubts if doubts is None else doubts
    own = [place for place in evidence.at if not place.inherited] or list(evidence.at)
    page, box = page_and_box(evidence.at)
    row: Row = {
        "confidence": evidence.confidence, "needs_review": int(needs_review(evidence, listed)),
        "doubts": "; ".join(listed) or None, "reasons": "; ".join(evidence.reasons) or None,
        "provenance": evidence.provenance, "page": page}
    if box:
        row |= dict(zip(("x0", "y0", "x1", "y1"), box, strict=True))
    lines = [place.lines for place in own if place.lines]
    if lines:
        row |= {"line_first": lines[0][0], "line_last": lines[0][1]}
    cell = next((place for place in own if place.cell is not None), None)
    if cell:
        row |= {"sheet": cell.sheet, "cell": cell.cell}
    return {**row, "at": _json([place_json(place) for place in evidence.at]) if evidence.at else None}


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def datasette_metadata(title: str) -> Row:
    """What Datasette shows beside the tables: their descriptions, and the columns by which each is filtered."""
    facets = {
        "documents": ["city", "fiscal_year", "publisher"], "indicators": ["level1", "level2", "canonical_name"],
        "indicator_values": ["period", "kind", "unit_si"], "funds": ["period", "item"], "attributes": ["key"], "goals": ["kind"],
        "failures": ["stage", "reason"], "facts": ["kind", "city", "fiscal_year", "needs_review"]}
    described = {
        "documents": "A document: where it comes from, and how many of its words were lost, doubled or invented.",
        "projects": "A project of a document.", "indicators": "An indicator of a project with its levels as read and as printed.",
        "indicator_values": "A target or actual value of an indicator, as printed and taken apart.",
        "funds": "An amount of money; total names the total row it stands in.", "goals": "A goal text.",
        "attributes": "A labelled text of a form's head.", "failures": "What was not read, with its reason.",
        "facts": "All facts with their page and box, whatever their kind."}
    sorted_by = dict.fromkeys(("facts", "indicator_values", "funds", "goals", "attributes"), "confidence")
    tables = {
        name: {"description": text, "facets": facets.get(name, []), **({"sort": sorted_by[name]} if name in sorted_by else {})}
        for name, text in described.items()}
    return {"title": title, "databases": {"*": {"tables": tables}}, "about": "recognizer"}
