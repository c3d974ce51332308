"""What a run asks of a worker and what it gets back, and how both cross a pipe: as JSON, and the results' texts as they are.

No pickle: what a worker says may have been written by a document that broke it.
"""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from recognizer.exporting import Columns, Failure
from recognizer.files import Stamp

Json = dict[str, Any]

READER = "recognizer.archive.work:digitize_file"
_SIZES = struct.Struct("<II")  # bytes of the message, and of what goes with it
_LEVEL = 1  # of compression of the tables' rows


@dataclass(frozen=True, slots=True)
class Task:
    """A document to digitise: its file, its name in the results, and what is known of it from former attempts.

    `model` is a model's folder (None: the shipped one); `store` the output folder whose stored documents are to be used (None:
    none is used or stored); `content` its hash where the file need not be read again; `without` pages that are set aside.
    """

    path: str
    name: str
    model: str | None = None
    store: str | None = None
    content: str | None = None
    without: tuple[int, ...] = ()
    options: tuple[tuple[str, str], ...] = ()

    @property
    def layout(self) -> str:
        """The layout engines that the options ask for."""
        return dict(self.options).get("layout", "native")


@dataclass(frozen=True, slots=True)
class Counts:
    """What was recognised in a document, or in many."""

    pages: int = 0
    without_table: int = 0
    projects: int = 0
    indicators: int = 0
    values: int = 0
    funds: int = 0
    goals: int = 0
    review: int = 0
    warnings: int = 0


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a task: a document's JSON and its rows (see `packed`), or else its failure and the way out of it.

    `content` is the hash of what was read (None: the file could not be), `stamp` the file's at that moment; `stored` says that
    it was not read, but known from a former run. `trace` is where an unforeseen error came up.
    """

    content: str | None = None
    stamp: Stamp | None = None
    counts: Counts = Counts()
    warnings: tuple[str, ...] = ()
    seconds: float = 0.0
    stored: bool = False
    failure: Failure | None = None
    hint: str = ""
    trace: str = ""
    document: bytes = field(default=b"", repr=False)
    rows: bytes = field(default=b"", repr=False)


def packed(rows: dict[str, Columns]) -> bytes:
    """The rows of a document by table, compressed."""
    return zlib.compress(json.dumps(rows, separators=(",", ":")).encode(), _LEVEL)


def unpacked(rows: bytes, name: str) -> dict[str, Columns]:
    """The rows that were `packed`, as those of the document `name` (which is given as it is to be written)."""
    tables: dict[str, Columns] = json.loads(zlib.decompress(rows))
    for columns in tables.values():
        columns["document"] = [name] * len(columns["document"])
    return tables


def message_of_result(result: Result) -> bytes:
    """A result as a message."""
    said = {**asdict(replace(result, document=b"", rows=b"")), "document": len(result.document), "rows": len(result.rows)}
    return message({"result": said}, result.document + result.rows)


def result_of(said: Json, load: bytes) -> Result:
    """The result that a message says."""
    size = said["document"]
    return Result(**{
        **said, "stamp": Stamp(**said["stamp"]) if said["stamp"] else None, "counts": Counts(**said["counts"]),
        "warnings": tuple(said["warnings"]), "failure": Failure(**said["failure"]) if said["failure"] else None,
        "document": load[:size], "rows": load[size : size + said["rows"]]})


def message_of_task(task: Task) -> bytes:
    """A task as a message."""
    return message({"task": asdict(task)})


def task_of(said: Json) -> Task:
    """The task that a message says."""
    return Task(**{**said, "without": tuple(said["without"]), "options": tuple(map(tuple, said["options"]))})


def message(said: Json, load: bytes = b"") -> bytes:
    """A message and what goes with it, as bytes."""
    text = json.dumps(said).encode()
    return b"".join((_SIZES.pack(len(text), len(load)), text, load))


class Messages:
    """Puts messages together from the bytes that come through a pipe, however they are cut."""

    def __init__(self) -> None:
        self._held = bytearray()

    def add(self, data: bytes) -> Iterator[tuple[Json, bytes]]:
        """The messages that are whole with these bytes, each with what goes with it."""
        self._held += data
        while len(self._held) >= _SIZES.size:
            text, load = _SIZES.unpack_from(self._held)
            end = _SIZES.size + text + load
            if len(self._held) < end:
                return
            whole = bytes(self._held[_SIZES.size : end])
            del self._held[:end]
            yield json.loads(whole[:text]), whole[text:]
