"""A run's documents as reviewed, for the exports; and the corrections by themselves, as portable JSON lines."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, select

from recognizer.exporting.files import DOCUMENTS
from recognizer.exporting.loading import StoredDocument, stored_documents, to_records
from recognizer.reviewing.agreement import CHECK
from recognizer.reviewing.applying import applied
from recognizer.reviewing.facts import READING
from recognizer.reviewing.filling import fill
from recognizer.reviewing.items import find
from recognizer.reviewing.tables import QUEUE, actions, changes, documents, items, open_queue, reading
from recognizer.types import Role

Json = dict[str, Any]
PRIVATE = ("skip", CHECK)  # actions that change nothing


def reviewed_documents(folder: Path, url: str | None = None) -> Iterator[StoredDocument]:
    """The documents of a run as `stored_documents` gives them, with what was decided in its queue, if it has one.

    Raises UsageError where the folder is no run's, QueueError where the queue cannot be used.
    """
    with _queue(folder, url) as engine:
        if engine is None:
            yield from stored_documents(folder)
            return
        touched = _touched(engine)
        for stored in stored_documents(folder):
            key = touched.get(stored.name)
            if key is None:
                yield stored
            else:
                yield replace(stored, records=to_records(reviewed_json(engine, folder, key)))


def reviewed_jsons(folder: Path, url: str | None = None) -> Iterator[tuple[str, Json]]:
    """The JSON of each document, by its name in the run, with what was decided in the queue, if there is one."""
    with _queue(folder, url) as engine:
        touched = _touched(engine) if engine is not None else {}
        for path in sorted((folder / DOCUMENTS).rglob("*.json")):
            if path.name.startswith("."):
                continue
            document: Json = json.loads(path.read_text("utf-8"))
            key = touched.get(document["source"])
            if key is not None and engine is not None:
                document = reviewed_json(engine, folder, key)
            yield document["source"], document


def has_corrections(folder: Path, url: str | None = None) -> bool:
    """Whether anything was decided about a run's documents."""
    with _queue(folder, url) as engine:
        return engine is not None and bool(_touched(engine))


@contextmanager
def _queue(folder: Path, url: str | None) -> Iterator[Engine | None]:
    if url is None and not (folder / QUEUE).is_file():
        yield None
        return
    engine = open_queue(folder, url)
    try:
        fill(engine, folder)
        yield engine
    finally:
        engine.dispose()


def _touched(engine: Engine) -> dict[str, str]:
    """The documents that something was decided about: their names in the run, and those of their JSON files."""
    with reading(engine) as connection:
        rows = connection.execute(
            select(documents.c.name, documents.c.file).distinct().join(items)
            .where(items.c.last_action.is_not(None), items.c.state != "gone"))
        return {row.name: row.file for row in rows}


def reviewed_json(engine: Engine, folder: Path, key: str) -> Json:
    """One document, read from its JSON file (a name from the queue, never from a request), as reviewed."""
    document: Json = json.loads((folder / DOCUMENTS / key).read_text("utf-8"))
    with reading(engine) as connection:
        own = select(documents.c.id).where(documents.c.file == key).scalar_subquery()
        decided = find(connection, items.c.document_id == own, items.c.last_action.is_not(None),
                       items.c.state.not_in(("gone", "skipped")))
        trail = connection.execute(
            select(actions, changes.c.before, changes.c.after, items.c.pointer).select_from(changes)
            .join(actions).join(items, items.c.id == changes.c.item_id).join(documents, documents.c.id == items.c.document_id)
            .where(documents.c.file == key, items.c.state != "gone", actions.c.what.not_in(PRIVATE)).order_by(changes.c.id)).all()
    reviewers = sorted({row.who for row in trail if row.undone_at is None})
    return applied(document, decided, reviewers, [_entry(row) for row in trail]) if decided else document


def _entry(row: Any) -> Json:
    """A line of the audit trail: only what differs is said."""
    before, after = _portable(row.before), _portable(row.after)
    differs = [name for name in after if after[name] != before[name]]
    entry: Json = {
        "fact": json.loads(row.pointer), "who": row.who, "when": _when(row.at), "what": row.what, "scope": row.scope,
        "before": {name: before[name] for name in differs},
        "after": {name: after[name] for name in differs}}
    if row.why:
        entry["why"] = row.why
    if row.undone_at is not None:
        entry |= {"undone_by": row.undone_by, "undone_at": _when(row.undone_at)}
    return entry


def _portable(said: str) -> Json:
    """What an item said in a line of the audit trail, the neighbours that it was joined with as a list."""
    reading: Json = dict.fromkeys(READING, "") | json.loads(said)["reading"]
    return reading | {"joined": json.loads(reading["joined"]) if reading["joined"] else []}


def corrections(engine: Engine) -> Iterator[Json]:
    """Every fact that a person has decided about and has not taken back: its context, what it read before and after, and why."""
    with reading(engine) as connection:
        rows = connection.execute(
            select(actions, changes.c.before, changes.c.after, items.c.pointer, items.c.kind, items.c.table_number,
                   items.c.project, items.c.city, items.c.at.label("places"), items.c.headings, items.c.layout,
                   items.c.confidence, items.c.doubts, items.c.reasons, items.c.alternatives,
                   items.c.id.label("item"), documents.c.name,
                   documents.c.content)
            .select_from(changes).join(actions).join(items, items.c.id == changes.c.item_id)
            .join(documents, documents.c.id == items.c.document_id)
            .where(actions.c.undone_at.is_(None), actions.c.what.not_in(PRIVATE)).order_by(changes.c.id)).all()
    twice: dict[int, int] = defaultdict(int)
    for row in rows:
        before, after = json.loads(row.before), json.loads(row.after)
        if after["state"] not in ("accepted", "corrected", "rejected") and before["reading"] == after["reading"]:
            continue
        twice[row.item] += 1
        yield {
            "document": row.name, "content": row.content, "fact": json.loads(row.pointer), "kind": row.kind,
            "context": {
                "city": row.city, "project": row.project, "table": row.table_number, "layout": row.layout,
                "at": json.loads(row.places), "headings_at": json.loads(row.headings), "confidence": row.confidence,
                "doubts": [doubt for doubt in row.doubts.split("|") if doubt],
                "reasons": [reason for reason in row.reasons.split("|") if reason],
                "alternatives": [
                    {"field": field, "value": value, "probability": probability}
                    for field, value, probability, _ in json.loads(row.alternatives or "[]")]},
            "decision": after["state"], "before": _portable(row.before), "after": _portable(row.after), "why": row.why,
            "role": _role(row.why) if after["state"] == "rejected" else "",
            "scope": row.scope, "who": row.who, "when": _when(row.at), "again": twice[row.item] > 1}


def _role(why: str) -> str:
    """What the cell of a fact that was taken out is instead; "" where nobody said."""
    said = why.removeprefix("role: ").partition(";")[0]
    return said if said in frozenset(Role) else ""


def write_corrections(engine: Engine, path: Path) -> int:
    """Writes the corrections as JSON lines; returns how many. Raises OSError."""
    from recognizer.exporting.files import write_atomically

    lines = [json.dumps(entry, ensure_ascii=False) + "\n" for entry in corrections(engine)]
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, "".join(lines).encode(), path.with_name(f".recognizer-{path.name}.part"))
    return len(lines)


def _when(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds")
