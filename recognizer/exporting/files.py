"""The output folder of a run: documents' JSON as they come, and the tables, failures and workbook when it is finished.

Whatever is written goes to a hidden temporary file in its own folder first and is renamed when it is whole, so that a
run that is killed at any moment leaves nothing half-written under a final name. A finished run replaces all of what a
former run left in the folder; a run that ends without `finish` leaves the former tables as they are.
"""

from __future__ import annotations

import contextlib
import hashlib
import itertools
import json
import os
import re
from dataclasses import asdict, dataclass
from pathlib import Path, PurePath
from types import TracebackType

from recognizer.exporting.document import to_json, to_text
from recognizer.exporting.tables import TABLES
from recognizer.exporting.text import writable
from recognizer.exporting.writers import CsvWriter, ParquetWriter, TableWriter, Workbook
from recognizer.types import Records

DOCUMENTS = "documents"
FAILURES = "failures.jsonl"
WORKBOOK = "records.xlsx"
TABLE_FILES = tuple(f"{table}.{suffix}" for table in TABLES for suffix in ("csv", "parquet"))
FILE_NAME_BYTES = 255  # what common file systems hold

_TEMPORARY = ".recognizer-*.part"
_OURS = re.compile(rb'\{\s*"schema_version"')


class FolderInUseError(OSError):
    """Another process is writing to the output folder."""


@dataclass(frozen=True, slots=True)
class Failure:
    """Something that was not read: the document (its name in the run), the page (None: all of it), the stage, the reason."""

    document: str
    page: int | None
    stage: str
    reason: str


@dataclass(frozen=True, slots=True)
class Written:
    """What a finished run left: its files, and how many documents of a former run it removed."""

    files: tuple[Path, ...]
    removed: int


class OutputFolder:
    """The folder DIR of a run, to be used in a `with` block and ended with `finish`.

    Raises OSError where the folder cannot be made or written to, FolderInUseError where another run is writing to it.
    """

    def __init__(self, folder: Path, *, excel: bool = False) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._lock = _lock(folder)
        self._numbers = itertools.count()
        _remove_leftovers(folder)
        self._documents: set[Path] = set()
        self._failures: list[Failure] = []
        self._temporary: dict[str, Path] = {}  # final name -> the temporary file that will take it
        self._writers: dict[str, list[TableWriter]] = {name: [] for name in TABLES}
        self._workbook: Workbook | None = None
        try:
            self._open_tables(excel)
        except BaseException:
            self._discard()
            raise

    def _open_tables(self, excel: bool) -> None:
        for name, table in TABLES.items():
            self._writers[name].append(CsvWriter(self._reserve(f"{name}.csv"), table))
            self._writers[name].append(ParquetWriter(self._reserve(f"{name}.parquet"), table))
        if excel:
            self._workbook = Workbook(self._reserve(WORKBOOK))
            for name, table in TABLES.items():
                self._writers[name].append(self._workbook.sheet(table))

    def __enter__(self) -> OutputFolder:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._discard()

    def add(self, name: str, records: Records) -> Path:
        """Writes the document's JSON under its name in the run and adds its facts to the tables. Returns the JSON's path."""
        path = document_path(self.folder, name)
        text = to_text(to_json(records))
        rows = {table: list(TABLES[table].rows(records)) for table in TABLES}
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, text.encode(), self._temporary_in(path.parent))
        self._documents.add(path)
        for table, writers in self._writers.items():
            for writer in writers:
                writer.append(rows[table])
        return path

    def add_failure(self, failure: Failure) -> None:
        """Notes something that was not read."""
        self._failures.append(failure)

    def finish(self, *, complete: bool = True) -> Written:
        """Puts the tables, the workbook and the failures under their final names.

        A `complete` run also removes what it did not write anew: documents of a former run and a former workbook. One
        that was interrupted keeps them.
        """
        for writer in itertools.chain.from_iterable(self._writers.values()):
            writer.close()
        if self._workbook:
            self._workbook.save()
        lines = "".join(
            json.dumps({key: writable(text) if isinstance(text, str) else text for key, text in asdict(failure).items()},
                       ensure_ascii=False) + "\n"
            for failure in self._failures)
        self._reserve(FAILURES).write_text(lines, "utf-8")
        for temporary in self._temporary.values():
            _flush(temporary)
        files = []
        for name, temporary in self._temporary.items():
            os.replace(temporary, self.folder / name)
            files.append(self.folder / name)
        self._temporary.clear()
        removed = self._remove_former() if complete else 0
        return Written(tuple(files), removed)

    def _remove_former(self) -> int:
        """Removes a former run's documents and workbook; files that this product did not write stay."""
        if not self._workbook:
            (self.folder / WORKBOOK).unlink(missing_ok=True)
        removed = 0
        documents = self.folder / DOCUMENTS
        for path in sorted(documents.rglob("*.json"), reverse=True):
            if path not in self._documents and _is_ours(path):
                path.unlink()
                removed += 1
                with contextlib.suppress(OSError):  # a folder that still holds something stays
                    for parent in path.relative_to(documents).parents:
                        (documents / parent).rmdir()
        return removed

    def _reserve(self, name: str) -> Path:
        self._temporary[name] = self._temporary_in(self.folder)
        return self._temporary[name]

    def _temporary_in(self, folder: Path) -> Path:
        return folder / f".recognizer-{os.getpid()}-{next(self._numbers)}.part"

    def _discard(self) -> None:
        if self._temporary:
            for writer in itertools.chain.from_iterable(self._writers.values()):
                with contextlib.suppress(Exception):
                    writer.discard()
            for temporary in self._temporary.values():
                temporary.unlink(missing_ok=True)
            self._temporary.clear()
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None


def document_path(folder: Path, name: str) -> Path:
    """Where in an output folder the JSON of the document `name` (a path below its given folder) stands.

    A name too long for a file system is cut and told apart by a hash. Raises ValueError for a name that leads elsewhere.
    """
    parts = PurePath(name).parts
    if not parts or PurePath(name).is_absolute() or ".." in parts:
        raise ValueError(f"not a name of a document: {name!r}")
    last = f"{parts[-1]}.json"
    encoded = os.fsencode(last)
    if len(encoded) > FILE_NAME_BYTES:
        ending = f"~{hashlib.sha256(encoded).hexdigest()[:8]}{PurePath(parts[-1]).suffix[:16]}.json"
        last = encoded[: FILE_NAME_BYTES - len(os.fsencode(ending))].decode("utf-8", "ignore") + ending
    return folder.joinpath(DOCUMENTS, *parts[:-1], last)


def write_atomically(path: Path, content: bytes, temporary: Path) -> None:
    """Writes the content to `temporary`, which must be in the folder of `path`, and renames it; leaves nothing behind."""
    try:
        temporary.write_bytes(content)
        _flush(temporary)
        os.replace(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _flush(path: Path) -> None:
    """Makes sure that the file's content is on the disk before its name is."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _is_ours(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return _OURS.match(file.read(64)) is not None
    except OSError:
        return False


def _remove_leftovers(folder: Path) -> None:
    """Removes temporary files that a killed run left."""
    for leftover in itertools.chain(folder.glob(_TEMPORARY), (folder / DOCUMENTS).rglob(_TEMPORARY)):
        leftover.unlink(missing_ok=True)


def _lock(folder: Path) -> int | None:
    """A lock on the folder that ends with the process; None on systems that cannot lock a folder."""
    try:
        import fcntl
    except ImportError:
        return None
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        raise FolderInUseError(f"another run is writing to {folder}") from None
    except OSError:  # some network file systems know no locks
        os.close(descriptor)
        return None
    return descriptor
