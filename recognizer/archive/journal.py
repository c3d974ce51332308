"""The journal of a run, `run.sqlite`: which files there are, what was read of them, and what came of each content.

`files` are the sources by their names in the results, with the stamp that tells a changed file from an unchanged one; `results`
what came of a content under a model and its options, once, however many files hold it; `deaths` the documents that workers
died of. A result is written down after its document has its final name, so that whatever is written down stands on the disk.
SQLite's write-ahead log keeps it whole when the run is killed.
"""

from __future__ import annotations

import errno
import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, astuple, dataclass, fields
from pathlib import Path
from types import TracebackType
from typing import Any

from recognizer.archive.process import Death
from recognizer.archive.task import Counts, Result
from recognizer.errors import RecognizerError
from recognizer.exporting import Failure
from recognizer.exporting.text import writable
from recognizer.files import Stamp
from recognizer.language import either

JOURNAL = "run.sqlite"
VERSION = 1  # of the tables below
BATCH = 200  # files looked up at a time

_COUNTS = tuple(entry.name for entry in fields(Counts))
_TABLES = f"""
CREATE TABLE files (
    name BLOB PRIMARY KEY, path BLOB NOT NULL, size INTEGER, modified INTEGER, inode INTEGER, device INTEGER,
    content TEXT, engine TEXT, written INTEGER, failure TEXT, run INTEGER NOT NULL, settled INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
CREATE INDEX files_by_content ON files (content);
CREATE INDEX files_by_size ON files (size);
CREATE INDEX files_to_do ON files (run, settled, name);
CREATE TABLE results (
    content TEXT NOT NULL, engine TEXT NOT NULL, failures TEXT NOT NULL, read INTEGER NOT NULL, hint TEXT NOT NULL,
    seconds REAL NOT NULL, {", ".join(f'"{name}" INTEGER NOT NULL' for name in _COUNTS)}, rows BLOB NOT NULL,
    PRIMARY KEY (content, engine)
);
CREATE TABLE deaths (name BLOB NOT NULL, stage TEXT NOT NULL, page INTEGER, reason TEXT NOT NULL);
CREATE INDEX deaths_by_name ON deaths (name);
CREATE TABLE missing (run INTEGER NOT NULL, path TEXT NOT NULL, stage TEXT NOT NULL, reason TEXT NOT NULL);
CREATE TABLE runs (
    number INTEGER PRIMARY KEY, started TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP, ended TEXT, state TEXT NOT NULL,
    engine TEXT NOT NULL, model TEXT, options TEXT NOT NULL, seconds REAL NOT NULL DEFAULT 0,
    passed_over INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE finished (tables TEXT NOT NULL);
"""
_STORE = "CREATE TABLE IF NOT EXISTS store (url TEXT NOT NULL)"  # apart: journals of this version may be without it


class JournalError(RecognizerError):
    """The folder's journal is damaged or of another version; nothing in the folder was touched."""

    exit_status = 2


@dataclass(frozen=True, slots=True)
class File:
    """A source as the journal knows it; `content` is the hash of what was last read of it, `engine` what its document that stands
    in the folder was made with, `written` that document's bytes."""

    name: str
    path: str
    stamp: Stamp | None
    content: str | None
    engine: str | None
    written: int | None


@dataclass(frozen=True, slots=True)
class LastRun:
    """How far the last run of a folder is: `state` is running (or it was killed), interrupted or finished; times are UTC."""

    number: int
    state: str
    started: str
    ended: str | None
    documents: int
    done: int
    failed: int
    to_do: int
    pages: int
    review: int
    failures: tuple[Failure, ...]


class Journal:
    """The journal at `path`, which is made if need be. `engine` stands for the model, the version and the options of this run."""

    def __init__(self, path: Path, engine: str) -> None:
        self.engine = engine
        self.run = 0
        try:
            self._db = sqlite3.connect(path, isolation_level=None)
            self._prepare()
        except sqlite3.DatabaseError as error:
            raise damaged(path, error) from error

    def _prepare(self) -> None:
        version = self._db.execute("PRAGMA user_version").fetchone()[0]
        if version > VERSION:
            raise JournalError(
                either(f"the journal is of a newer version ({version}; this one knows {VERSION})",
                       f"运行日志来自更新的版本（{version}；本版本认识 {VERSION}）"), stage="start",
                hint=either("use the version that made it, or another folder", "请用写它的版本，或换一个文件夹"))
        if version == 0 and self._db.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone():
            raise JournalError(either("it is another program's database, not a journal", "这是别的程序的数据库，不是运行日志"),
                               stage="start", hint=either("choose another folder", "请换一个文件夹"))
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = NORMAL")
        if version == 0:
            self._db.executescript(f"BEGIN; {_TABLES} PRAGMA user_version = {VERSION}; COMMIT;")
        self._db.execute(_STORE)

    def __enter__(self) -> Journal:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._db.close()

    @contextmanager
    def together(self) -> Iterator[None]:
        """What is written in the block is written as a whole or not at all. Raises OSError where the disk is full."""
        try:
            self._db.execute("BEGIN IMMEDIATE")
            yield
            self._db.execute("COMMIT")
        except BaseException as error:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            if isinstance(error, sqlite3.OperationalError) and "full" in str(error):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)) from error
            raise

    # Runs.

    def begin(self, model: str | None, options: str) -> None:
        """Begins a run."""
        self._db.execute(
            "INSERT INTO runs (state, engine, model, options) VALUES ('running', ?, ?, ?)", (self.engine, model, options))
        self.run = self._db.execute("SELECT max(number) FROM runs").fetchone()[0]

    def end(self, state: str, seconds: float, passed_over: int) -> None:
        """Notes how the run ended (`finished` or `interrupted`) and how long it took."""
        self._db.execute(
            "UPDATE runs SET state = ?, seconds = ?, passed_over = ?, ended = CURRENT_TIMESTAMP WHERE number = ?",
            (state, seconds, passed_over, self.run))

    # What there is to do.

    def add_file(self, name: str, path: str, stamp: Stamp | None) -> None:
        """Notes a source of this run. One whose stamp is another than before is to be read anew."""
        key = os.fsencode(name)
        self._db.execute(
            "INSERT INTO files (name, path, run) VALUES (?, ?, ?) ON CONFLICT (name) DO UPDATE"
            " SET path = excluded.path, run = excluded.run, settled = 0, failure = NULL", (key, os.fsencode(path), self.run))
        known = self._db.execute("SELECT size, modified, inode, device FROM files WHERE name = ?", (key,)).fetchone()
        if stamp is None or known != astuple(stamp):
            self.set_stamp(name, stamp, None)

    def set_stamp(self, name: str, stamp: Stamp | None, content: str | None) -> None:
        """Notes what was read of a file, and its stamp then; what was known of a former state of it is forgotten."""
        key = os.fsencode(name)
        size, modified, inode, device = astuple(stamp) if stamp else (None, None, None, None)
        self._db.execute(
            "UPDATE files SET size = ?, modified = ?, inode = ?, device = ?, content = ? WHERE name = ?",
            (size, modified, inode, device, content, key))
        if content is None:
            self._db.execute("DELETE FROM deaths WHERE name = ?", (key,))

    def add_missing(self, failure: Failure) -> None:
        """Notes something that was given and is not there."""
        self._db.execute(
            "INSERT INTO missing VALUES (?, ?, ?, ?)", (self.run, writable(failure.document), failure.stage, failure.reason))

    def forget_contents(self) -> None:
        """Has every file of this run read again, if only to see whether it has changed (`--rehash`)."""
        self._db.execute("UPDATE files SET content = NULL WHERE run = ?", (self.run,))

    def forget_failures(self) -> int:
        """Has every document of this run that failed, or of which pages did, tried again (`--retry-failed`); returns how many."""
        self._db.execute("DELETE FROM deaths")
        of_run = "engine = ? AND failures != '[]' AND content IN (SELECT content FROM files WHERE run = ?)"
        return self._db.execute(f"DELETE FROM results WHERE {of_run}", (self.engine, self.run)).rowcount

    def forget_others(self) -> int:
        """Forgets the results of other models and options, which may hold what this run is to leave out; returns how many."""
        with self.together():
            forgotten = self._db.execute("DELETE FROM results WHERE engine != ?", (self.engine,)).rowcount
        self._db.execute("VACUUM")
        return forgotten

    def files(self, *, unsettled: bool = False) -> Iterator[File]:
        """The files of this run in the order of their names; only those not `settled`, if asked. They may change meanwhile."""
        last = b""
        which = "run = ? AND settled = 0" if unsettled else "+run = ?"  # the sign: by name, instead of sorting those of the run
        while True:
            found = self._db.execute(
                "SELECT name, path, size, modified, inode, device, content, engine, written FROM files"
                f" WHERE {which} AND name > ? ORDER BY name LIMIT {BATCH}", (self.run, last)).fetchall()
            if not found:
                return
            last = found[-1][0]
            yield from map(_file, found)

    def unsettled_of(self, content: str) -> list[File]:
        """The files of this run of the same content that are yet to be settled."""
        return [_file(row) for row in self._db.execute(
            "SELECT name, path, size, modified, inode, device, content, engine, written FROM files"
            # The sign keeps SQLite from looking through all that is to do.
            " WHERE content = ? AND +run = ? AND +settled = 0 ORDER BY name", (content, self.run))]

    def has_twin(self, name: str, size: int) -> bool:
        """Whether another file is as large, so that the two may be the same."""
        return bool(self._db.execute(
            "SELECT 1 FROM files WHERE size = ? AND name != ? LIMIT 1", (size, os.fsencode(name))).fetchone())

    def deaths(self, name: str) -> tuple[Death, ...]:
        """The workers that died of a file's present state."""
        rows = self._db.execute("SELECT stage, page, reason FROM deaths WHERE name = ? ORDER BY rowid", (os.fsencode(name),))
        return tuple(Death(*row) for row in rows)

    def settle(self, name: str) -> None:
        """Notes that this run needs do nothing more for a file."""
        self._db.execute("UPDATE files SET settled = 1 WHERE name = ?", (os.fsencode(name),))

    def is_settled(self, name: str) -> bool:
        """Whether this run need do nothing more for a file."""
        return bool(self._db.execute("SELECT settled FROM files WHERE name = ?", (os.fsencode(name),)).fetchone()[0])

    # What came of it.

    def outcome(self, content: str) -> tuple[bool, list[Failure]] | None:
        """Whether a content was read, and what of it failed; None where it is yet to be done."""
        row = self._db.execute(
            "SELECT read, failures FROM results WHERE content = ? AND engine = ?", (content, self.engine)).fetchone()
        return (bool(row[0]), [Failure(**failure) for failure in json.loads(row[1])]) if row else None

    def written_twin(self, content: str) -> str | None:
        """The name of a file of this content whose document stands in the folder."""
        row = self._db.execute(
            "SELECT name FROM files WHERE content = ? AND engine = ? AND written IS NOT NULL LIMIT 1",
            (content, self.engine)).fetchone()
        return os.fsdecode(row[0]) if row else None

    def add_result(self, content: str, result: Result, failures: list[Failure]) -> None:
        """Writes down what came of a content."""
        values = (
            content, self.engine, json.dumps([asdict(failure) for failure in failures]), result.failure is None, result.hint,
            result.seconds, *(getattr(result.counts, name) for name in _COUNTS), result.rows)
        self._db.execute(f"INSERT OR REPLACE INTO results VALUES ({', '.join('?' * len(values))})", values)

    def add_death(self, name: str, death: Death) -> None:
        """Writes down that a worker died of a file."""
        self._db.execute(
            "INSERT INTO deaths VALUES (?, ?, ?, ?)", (os.fsencode(name), death.stage, death.page, death.reason))

    def set_written(self, name: str, size: int | None) -> None:
        """Notes the bytes of a file's document under its final name; None where there is none. That settles the file."""
        key = os.fsencode(name)
        self._db.execute(
            "UPDATE files SET engine = ?, written = ?, failure = NULL, settled = 1 WHERE name = ?", (self.engine, size, key))
        self._db.execute("DELETE FROM deaths WHERE name = ?", (key,))

    def set_failure(self, name: str, failure: Failure) -> None:
        """Notes trouble with the file itself, which the next run looks at again. That settles the file for this one."""
        self._db.execute(
            "UPDATE files SET failure = ?, content = NULL, engine = NULL, written = NULL, settled = 1 WHERE name = ?",
            (json.dumps(asdict(failure)), os.fsencode(name)))

    # What the tables and reports are made of.

    def rows(self) -> Iterator[tuple[str, bytes]]:
        """Each document of this run that stands in the folder, with its packed rows, in the order of the names."""
        for name, rows in self._db.execute(
                "SELECT files.name, results.rows FROM files JOIN results USING (content, engine)"
                " WHERE +files.run = ? AND files.written IS NOT NULL AND files.engine = ? ORDER BY files.name",
                (self.run, self.engine)):
            yield os.fsdecode(name), rows

    def written(self) -> Iterator[tuple[str, str]]:
        """Each document of this run that stands in the folder, with the hash of its source, in the order of the names."""
        for name, content in self._db.execute(
                "SELECT name, content FROM files WHERE +run = ? AND written IS NOT NULL AND engine = ? AND content IS NOT NULL"
                " ORDER BY name", (self.run, self.engine)):
            yield os.fsdecode(name), content

    def failures(self) -> Iterator[Failure]:
        """Everything that was not read, in the order of the names, then what is missing."""
        for name, own, of_content in self._db.execute(
                "SELECT files.name, files.failure, results.failures FROM files LEFT JOIN results"
                " ON results.content = files.content AND results.engine = ?"
                " WHERE +files.run = ? AND files.settled AND (files.failure IS NOT NULL OR results.failures != '[]')"
                " ORDER BY files.name", (self.engine, self.run)):
            for failure in [json.loads(own)] if own else json.loads(of_content):
                yield Failure(**{**failure, "document": os.fsdecode(name)})
        yield from self.missing()

    def missing(self) -> Iterator[Failure]:
        """What was given to this run and is not there."""
        for path, stage, reason in self._db.execute(
                "SELECT path, stage, reason FROM missing WHERE run = ? ORDER BY path", (self.run,)):
            yield Failure(path, None, stage, reason)

    def holds(self, name: str) -> bool:
        """Whether the document of this name stands in the folder for this run."""
        return bool(self._db.execute(
            "SELECT 1 FROM files WHERE name = ? AND run = ? AND written IS NOT NULL", (os.fsencode(name), self.run)).fetchone())

    def names_longer_than(self, size: int) -> Iterator[str]:
        """The documents of this run whose file name, without its folders, has more than so many bytes."""
        for (name,) in self._db.execute("SELECT name FROM files WHERE run = ? AND length(name) > ?", (self.run, size)):
            if len(name.rpartition(b"/")[2]) > size:
                yield os.fsdecode(name)

    def counts(self) -> tuple[int, int, Counts]:
        """How many documents this run is about, how many of them stand in the folder, and what was recognised in these."""
        everything = self._db.execute(
            "SELECT count(*) + (SELECT count(*) FROM missing WHERE run = ?) FROM files WHERE run = ?",
            (self.run, self.run)).fetchone()[0]
        sums = ", ".join(f'coalesce(sum(results."{name}"), 0)' for name in _COUNTS)
        done, *counted = self._db.execute(
            f"SELECT count(*), {sums} FROM files JOIN results USING (content, engine)"
            " WHERE files.run = ? AND files.written IS NOT NULL AND engine = ?", (self.run, self.engine)).fetchone()
        return everything, done, Counts(*counted)

    def look_back(self) -> LastRun | None:
        """The last run."""
        row = self._db.execute(
            "SELECT number, state, started, ended, engine FROM runs ORDER BY number DESC LIMIT 1").fetchone()
        if row is None:
            return None
        self.run, state, started, ended, self.engine = row
        documents, done, counts = self.counts()
        to_do = self._db.execute("SELECT count(*) FROM files WHERE run = ? AND settled = 0", (self.run,)).fetchone()[0]
        failures = tuple(self.failures())
        return LastRun(
            self.run, state, started, ended, documents, done, documents - done - to_do, to_do, counts.pages, counts.review,
            failures)

    def store(self) -> str | None:
        """The address of the store that holds whatever stands in the folder; None where none does for sure."""
        row = self._db.execute("SELECT url FROM store").fetchone()
        return row[0] if row else None

    def set_store(self, url: str | None) -> None:
        """Notes which store holds whatever stands in the folder."""
        self._db.execute("DELETE FROM store")
        if url is not None:
            self._db.execute("INSERT INTO store VALUES (?)", (url,))

    def has_documents(self) -> bool:
        """Whether the document of any file was ever written into the folder."""
        return bool(self._db.execute("SELECT 1 FROM files WHERE written IS NOT NULL LIMIT 1").fetchone())

    def finished_tables(self) -> str | None:
        """What the tables in the folder were made of, as `set_finished_tables` noted it."""
        row = self._db.execute("SELECT tables FROM finished").fetchone()
        return row[0] if row else None

    def set_finished_tables(self, tables: str | None) -> None:
        """Notes what the tables in the folder are made of; None while they are being written."""
        self._db.execute("DELETE FROM finished")
        if tables is not None:
            self._db.execute("INSERT INTO finished VALUES (?)", (tables,))


def last_run(path: Path) -> LastRun | None:
    """What the journal at `path` says of its last run, which may be going on; None where there was none. Raises JournalError."""
    try:
        journal = Journal(path, "")
        with journal:
            return journal.look_back()
    except sqlite3.DatabaseError as error:
        raise damaged(path, error) from error


def damaged(path: Path, error: sqlite3.DatabaseError) -> JournalError:
    """The error for a journal that SQLite cannot use."""
    return JournalError(
        either(f"the journal cannot be used: {error}", f"运行日志无法使用：{error}"), path=path, stage="start",
        hint=either("move it away: the next run begins anew", "把它移走，下次运行从头开始"))


def _file(row: Any) -> File:
    name, path, size, modified, inode, device, content, engine, written = row
    stamp = None if size is None else Stamp(size, modified, inode, device)
    return File(os.fsdecode(name), os.fsdecode(path), stamp, content, engine, written)
