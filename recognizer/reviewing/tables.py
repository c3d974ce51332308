"""The tables of the queue, in SQLite (`queue.sqlite` in the run's folder) or PostgreSQL (by its URL).

An item is a fact as it reads now; what it read before stands in `changes`, one row a decision and item, so that every decision
can be looked up and taken back. Times are seconds since 1970 (UTC).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    CursorResult,
    Engine,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    create_engine,
    event,
    func,
    insert,
    inspect,
    select,
    update,
)
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import SQLAlchemyError as DatabaseTrouble
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.schema import CreateIndex, ExecutableDDLElement
from sqlalchemy.sql.compiler import DDLCompiler

from recognizer.errors import RecognizerError

QUEUE = "queue.sqlite"
VERSION = 2  # of the tables below
SAME_START = 40  # characters by which equal texts are looked up
WRITERS = 0x7265636F67  # the lock in PostgreSQL that whoever writes to a queue holds
CACHE, MAPPED = 64 << 20, 1 << 30  # bytes of SQLite's file kept at hand, and read without copying
WAIT = 30.0  # seconds for another process's writing to end

metadata = MetaData()

about = Table("about", metadata, Column("version", Integer, nullable=False))

documents = Table(
    "documents", metadata, Column("id", Integer, primary_key=True), Column("name", Text, nullable=False, index=True),
    Column("file", Text, nullable=False, unique=True),  # of its JSON, below documents/
    Column("city", Text, nullable=False), Column("written", Text, nullable=False),  # the stamp of its JSON when it was taken in
    Column("content", Text, nullable=False))  # the hash of the source that was read

items = Table(
    "items", metadata, Column("id", Integer, primary_key=True),
    Column("document_id", Integer, ForeignKey("documents.id"), nullable=False), Column("city", Text, nullable=False),
    Column("pointer", Text, nullable=False), Column("origin", String(16), nullable=False), Column("kind", Text, nullable=False),
    Column("table_number", Integer, nullable=False), Column("owner", Text, nullable=False),
    Column("project", Text, nullable=False),
    *(Column(name, Text, nullable=False) for name in ("text", "period", "name", "level1", "level2", "concept")),
    # what a person joined to it, and what was split from it: see facts.Reading
    *(Column(name, Text, nullable=False, server_default="") for name in ("joined", "rest", "rest_period")),
    Column("confidence", Float, nullable=False), Column("doubts", Text, nullable=False),  # |name|name|
    Column("reasons", Text, nullable=False), Column("at", Text, nullable=False), Column("headings", Text, nullable=False),
    Column("first_page", Integer), Column("last_page", Integer),  # that it stands on, those it was carried over from left out
    Column("alternatives", Text, nullable=False, server_default=""),  # "" until they were looked up
    Column("likeness", String(16), nullable=False), Column("layout", String(16), nullable=False),
    Column("priority", Float, nullable=False), Column("group_priority", Float, nullable=False),
    # sure: accepted by the error budget; open; accepted, corrected, rejected: by a person; skipped; gone: no longer in the run
    Column("state", String(10), nullable=False), Column("last_action", Integer),
    Column("lease_by", Text), Column("lease_until", Float, nullable=False, default=0.0), Column("shown_at", Float),
    Index("items_of_document", "document_id", "owner"), Index("items_of_page", "document_id", "first_page"),
    Index("items_by_likeness", "likeness", "state"),
    Index("items_by_name", "name", "level2"), Index("items_by_layout", "layout"), Index("items_by_lease", "lease_by"))
# In which items are given out.
ORDER = (items.c.group_priority.desc(), items.c.likeness, items.c.priority.desc(), items.c.id)
Index("items_in_order_with_doubts", items.c.state, *ORDER, items.c.doubts)
Index("items_in_order_of_city", items.c.state, items.c.city, *ORDER)
Index("items_in_order_of_kind", items.c.state, items.c.kind, *ORDER)
Index("items_by_text", func.substr(items.c.text, 1, SAME_START), items.c.kind)  # a goal is longer than an index holds

actions = Table(
    "actions", metadata, Column("id", Integer, primary_key=True), Column("ticket", Text, nullable=False, unique=True),
    Column("who", Text, nullable=False), Column("session", Text, nullable=False), Column("at", Float, nullable=False),
    Column("what", String(10), nullable=False), Column("scope", String(10), nullable=False), Column("why", Text, nullable=False),
    Column("seconds", Float), Column("number", Integer, nullable=False), Column("item_id", Integer, nullable=False),
    Column("undone_by", Text), Column("undone_at", Float), Index("actions_by_session", "session", "id"))

changes = Table(
    "changes", metadata, Column("id", Integer, primary_key=True),
    Column("action_id", Integer, ForeignKey("actions.id"), nullable=False),
    Column("item_id", Integer, ForeignKey("items.id"), nullable=False), Column("before", Text, nullable=False),
    Column("after", Text, nullable=False), Index("changes_of_action", "action_id"), Index("changes_of_item", "item_id"))


class QueueError(RecognizerError):
    """The queue cannot be used: damaged, of a newer version, or its disk is full."""

    exit_status = 2

    def __init__(self, reason: str, **details: Any) -> None:
        super().__init__(reason, stage="review", **{name: detail for name, detail in details.items() if name != "stage"})


class FullDiskError(QueueError):
    """There is no room for a decision; it was not kept, those before it are."""


class UnansweredError(QueueError):
    """The database does not answer, or is held by someone for too long; nothing was kept, and it may be tried again."""


def open_queue(folder: Path, url: str | None = None) -> Engine:
    """The database of a run's queue, with its tables. Raises QueueError; a queue of a newer version is left untouched."""
    path = folder / QUEUE
    address = url or f"sqlite:///{path}"
    where: Any = url.partition("@")[2] if url else path
    engine = create_engine(address, connect_args={"timeout": WAIT} if address.startswith("sqlite") else {})
    try:
        if (url or path.exists()) and inspect(engine).get_table_names():
            _check(engine, where)
        if engine.dialect.name == "sqlite":
            event.listen(engine, "connect", _prepare_sqlite)
            event.listen(engine, "begin", _begin_immediate)
            engine.dispose()
        else:
            event.listen(engine, "begin", _wait_for_writers)
        metadata.create_all(engine)
        with engine.begin() as connection:
            version = connection.execute(select(about.c.version)).scalar()
            if version is None:
                connection.execute(insert(about).values(version=VERSION))
            elif version < VERSION:
                _bring_up(connection)
    except DatabaseTrouble as error:
        raise QueueError(f"the queue cannot be used: {_said(error)}", path=where,
                         hint="move it away to begin anew; its decisions are in it") from error
    return engine


def _check(engine: Engine, where: object) -> None:
    """Raises QueueError where the database holds something else than a queue that this version knows."""
    with engine.connect() as connection:
        if not inspect(connection).has_table("about") or not inspect(connection).has_table("items"):
            raise QueueError("it is another program's database, not a queue", path=str(where), hint="choose another one")
        version = connection.execute(select(about.c.version)).scalar() or 0
    if version > VERSION:
        raise QueueError(f"the queue is of a newer version ({version}; this one knows {VERSION}); it was left untouched",
                         path=str(where), hint="use the version that made it")


def _bring_up(connection: Connection) -> None:
    """Gives a queue of an earlier version what it lacks; its items are looked at anew, and what was decided stays."""
    known = {column["name"] for column in inspect(connection).get_columns("items")}
    for column in items.columns:
        if column.name not in known:
            connection.execute(AddColumn(column))
    for index in items.indexes:
        connection.execute(CreateIndex(index, if_not_exists=True))
    connection.execute(update(documents).values(written=""))
    connection.execute(update(about).values(version=VERSION))


class AddColumn(ExecutableDDLElement):
    """ALTER TABLE ... ADD COLUMN, which SQLAlchemy leaves to others."""

    inherit_cache = False

    def __init__(self, column: Column[Any]) -> None:
        self.column = column


@compiles(AddColumn)
def _add_column(element: AddColumn, compiler: DDLCompiler, **_: Any) -> str:
    return f"ALTER TABLE {element.column.table.name} ADD COLUMN {compiler.get_column_specification(element.column)}"


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    """A decision that was confirmed stands on the disk, whatever happens to the process or the machine."""
    connection.isolation_level = None  # SQLAlchemy begins the transactions
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute(f"PRAGMA cache_size = {-(CACHE >> 10)}")
    connection.execute(f"PRAGMA mmap_size = {MAPPED}")


def _begin_immediate(connection: Connection) -> None:
    """Who is going to write waits here for others, and not in the midst of it, where SQLite would give up."""
    options = connection.get_execution_options()
    if not options.get("reading"):
        connection.exec_driver_sql(f"PRAGMA synchronous = {'NORMAL' if options.get('fleeting') else 'FULL'}")
    connection.exec_driver_sql("BEGIN" if options.get("reading") else "BEGIN IMMEDIATE")


def _wait_for_writers(connection: Connection) -> None:
    """The same in PostgreSQL, which would let two find the same item free: one after the other, until the transaction's end."""
    options = connection.get_execution_options()
    if not options.get("reading"):
        connection.execute(select(func.pg_advisory_xact_lock(WRITERS)))
        if options.get("fleeting"):
            connection.exec_driver_sql("SET LOCAL synchronous_commit = off")


@contextmanager
def writing(engine: Engine, *, fleeting: bool = False) -> Iterator[Connection]:
    """A transaction: all that is written in the block, or nothing. Raises FullDiskError and UnansweredError.

    It is on the disk when the block ends; what is `fleeting`, as leases are, may get there later.
    """
    with _troubles_named(), engine.connect().execution_options(fleeting=fleeting) as connection, connection.begin():
        yield connection


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A transaction that only reads. Raises UnansweredError."""
    with _troubles_named(), engine.connect().execution_options(reading=True) as connection:
        yield connection


@contextmanager
def _troubles_named() -> Iterator[None]:
    try:
        yield
    except OperationalError as error:
        if is_full(error):
            raise FullDiskError("the disk is full: the last decision was not kept, those before it are",
                                hint="make space, then decide it again") from error
        raise UnansweredError(f"the queue does not answer: {_said(error)}",
                              hint="nothing was kept of this; try again when it does") from error


def new_id(result: CursorResult[Any]) -> int:
    """The number of the row that was inserted."""
    key = result.inserted_primary_key
    assert key is not None
    return int(key[0])


def is_full(error: BaseException) -> bool:
    """Whether a database's error says that there is no room on the disk (SQLITE_FULL, PostgreSQL's 53100)."""
    said = str(getattr(error, "orig", error)).lower()
    return "disk is full" in said or "no space left" in said or "could not extend file" in said


def _said(error: DatabaseTrouble) -> str:
    return str(error.orig if isinstance(error, DBAPIError) else error)
