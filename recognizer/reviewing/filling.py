"""Filling the queue from a run's documents: each is taken in once, and again when its JSON has changed.

Decisions outlive a new run: a fact that stands in the same place and reads the same keeps what was decided about it. What is
decided about a fact that is no longer in the run stays in the audit trail.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, bindparam, delete, func, insert, select, update

from recognizer.archive.journal import JOURNAL, Journal
from recognizer.errors import UsageError
from recognizer.exporting.files import DOCUMENTS
from recognizer.reviewing.facts import Fact, facts_of
from recognizer.reviewing.tables import documents, items, new_id, reading, writing

DECIDED = ("accepted", "corrected", "rejected", "skipped")
BATCH = 100  # documents a transaction


def fill(engine: Engine, folder: Path) -> int:
    """Takes in the documents of a run that are new or have changed; returns how many. Raises UsageError for no run's folder."""
    root = folder / DOCUMENTS
    if not root.is_dir():
        raise UsageError("not an output folder: it has no documents/", path=folder, stage="review",
                         hint="name the folder that recognizer digitize --out wrote")
    with reading(engine) as connection:
        known = {row.file: row.written for row in connection.execute(select(documents.c.file, documents.c.written))}
    contents = _contents(folder)
    changed: list[tuple[dict[str, Any], str]] = []
    seen: set[str] = set()
    count = 0
    for path in sorted(path for path in root.rglob("*.json") if not path.name.startswith(".")):
        found = path.stat()
        written = f"{found.st_size}-{found.st_mtime_ns}"
        key = path.relative_to(root).as_posix()
        seen.add(key)
        if known.get(key) == written:
            continue
        changed.append((_read(path), f"{key}\n{written}"))
        if len(changed) == BATCH:
            count += _take_in(engine, changed, contents)
            changed = []
    count += _take_in(engine, changed, contents)
    gone = known.keys() - seen
    with writing(engine) as connection:
        for name in gone:
            number = connection.execute(select(documents.c.id).where(documents.c.file == name)).scalar_one()
            _forget(connection, list(connection.execute(select(items.c.id, items.c.state).where(items.c.document_id == number))))
            connection.execute(update(documents).where(documents.c.id == number).values(written=""))
        if count or gone:
            rank(connection)
            connection.exec_driver_sql("ANALYZE")  # tells the database which of its indices is the shortest way
    return count


def _read(path: Path) -> dict[str, Any]:
    try:
        document: dict[str, Any] = json.loads(path.read_text("utf-8"))
    except ValueError as error:
        raise UsageError(f"not a document that recognizer digitize wrote: {error}", path=path, stage="review") from error
    return document


def _contents(folder: Path) -> dict[str, str]:
    """The hash of each document's source, by the document's name in the run; empty where there is no journal."""
    if not (folder / JOURNAL).is_file():
        return {}
    with Journal(folder / JOURNAL, "") as journal:
        last = journal.look_back()
        return dict(journal.written()) if last else {}


def _take_in(engine: Engine, changed: list[tuple[dict[str, Any], str]], contents: dict[str, str]) -> int:
    with writing(engine) as connection:
        for document, stamp in changed:
            key, _, written = stamp.partition("\n")
            _take_in_one(connection, document, key, written, contents.get(document["source"], ""))
    return len(changed)


def _take_in_one(connection: Connection, document: dict[str, Any], key: str, written: str, content: str) -> None:
    row = connection.execute(select(documents.c.id).where(documents.c.file == key)).first()
    values = {"name": document["source"], "file": key, "city": document["city"] or "", "written": written, "content": content}
    if row is None:
        number = new_id(connection.execute(insert(documents).values(**values)))
        old: dict[str, list[Any]] = {}
    else:
        number = row.id
        connection.execute(update(documents).where(documents.c.id == number).values(**values))
        old = {}
        for known in connection.execute(
                select(items.c.id, items.c.state, items.c.origin).where(items.c.document_id == number).order_by(items.c.id)):
            old.setdefault(known.origin, []).append(known)
    new: list[dict[str, Any]] = []
    kept: list[dict[str, Any]] = []
    for fact in facts_of(document):
        twins = old.get(fact.origin)
        if twins:
            twin = twins.pop(0)
            state = twin.state if twin.state in DECIDED else _state(fact)
            kept.append({"number": twin.id, "city": values["city"], **_evidence(fact), "state": state})
        else:
            new.append({"document_id": number, "city": values["city"], "state": _state(fact), "lease_until": 0.0,
                        "group_priority": fact.priority, **_evidence(fact), **asdict(fact.reading), "likeness": fact.likeness})
    _forget(connection, [known for twins in old.values() for known in twins])
    if kept:
        connection.execute(update(items).where(items.c.id == bindparam("number")), kept)
    if new:
        connection.execute(insert(items), new)


def _forget(connection: Connection, old: list[Any]) -> None:
    """Facts that are no longer in the run: those that someone decided about stay in the audit trail."""
    decided = [known.id for known in old if known.state in DECIDED]
    undecided = [known.id for known in old if known.state not in DECIDED]
    for batch in _batches(decided):
        connection.execute(update(items).where(items.c.id.in_(batch)).values(state="gone"))
    for batch in _batches(undecided):
        connection.execute(update(items).where(items.c.id.in_(batch), items.c.last_action.is_not(None)).values(state="gone"))
        connection.execute(delete(items).where(items.c.id.in_(batch), items.c.last_action.is_(None)))


def _batches(numbers: list[int]) -> Iterator[list[int]]:
    for start in range(0, len(numbers), 500):
        yield numbers[start : start + 500]


def _state(fact: Fact) -> str:
    return "open" if fact.doubtful else "sure"


def _evidence(fact: Fact) -> dict[str, Any]:
    """The columns that a new run may change without changing what the fact says."""
    pages = [place["page"] for place in fact.at if "page" in place and not place.get("inherited")]
    return {
        "pointer": json.dumps(fact.pointer, ensure_ascii=False), "origin": fact.origin, "kind": fact.kind,
        "table_number": fact.table, "owner": fact.owner, "project": fact.project, "confidence": fact.confidence,
        "doubts": "".join(f"|{doubt}" for doubt in fact.doubts) + "|" if fact.doubts else "",
        "reasons": "|".join(fact.reasons), "at": json.dumps(fact.at), "headings": json.dumps(fact.headings),
        "layout": fact.layout, "priority": fact.priority, "first_page": min(pages, default=None),
        "last_page": max(pages, default=None)}


def rank(connection: Connection) -> None:
    """Gives all open items that were read as the same thing the sum of their priorities, so that they follow each other, and
    come where one decision that reaches them all belongs: its gain is the doubt, times the stake, of everything it settles."""
    alike = (
        select(items.c.likeness, func.sum(items.c.priority).label("gain")).where(items.c.state == "open")
        .group_by(items.c.likeness).having(func.count() > 1).subquery())
    gain = select(alike.c.gain).where(alike.c.likeness == items.c.likeness).scalar_subquery()
    connection.execute(update(items).where(items.c.state == "open", items.c.likeness.in_(select(alike.c.likeness)))
                       .values(group_priority=gain))


def journal_path(folder: Path, name: str) -> tuple[Path, str] | None:
    """Where the source of a document was read from and the hash of its content then; None where no journal says so."""
    if not (folder / JOURNAL).is_file():
        return None
    with closing(sqlite3.connect(f"file:{(folder / JOURNAL).resolve().as_posix()}?mode=ro", uri=True)) as database:
        row = database.execute(
            "SELECT path, content FROM files WHERE name = ? AND content IS NOT NULL", (name.encode("utf-8", "surrogateescape"),)
        ).fetchone()
    return (Path(bytes(row[0]).decode("utf-8", "surrogateescape")), str(row[1])) if row else None
