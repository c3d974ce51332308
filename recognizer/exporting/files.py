"""The output folder of a run: documents' JSON as they come, and the tables, failures and workbook when it is finished.

Whatever is written goes to a hidden temporary file in its own folder first and is renamed when it is whole, so that a
run that is killed at any moment leaves nothing half-written under a final name.
"""

from __future__ import annotations

import contextlib
import hashlib
import itertools
import json
import os
import re
import shutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path, PurePath
from types import TracebackType

from recognizer.exporting.tables import TABLES, Columns
from recognizer.exporting.text import writable
from recognizer.exporting.writers import CsvWriter, ParquetWriter, TableWriter, Workbook

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


class OutputFolder:
    """The folder DIR of a run, to be used in a `with` block.

    Raises OSError where the folder cannot be made or written to, FolderInUseError where another run is writing to it.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._lock = _lock(folder)
        self._numbers = itertools.count()
        _remove_leftovers(folder)

    def __enter__(self) -> OutputFolder:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def write(self, name: str, document: bytes) -> Path:
        """Writes a document's JSON under its name in the run; returns its path."""
        path = document_path(self.folder, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, document, self._temporary_in(path.parent))
        return path

    def write_tables(
        self, documents: Iterable[Mapping[str, Columns]], failures: Iterable[Failure], *, excel: bool = False,
        partition: tuple[str, ...] = ()
    ) -> tuple[Path, ...]:
        """Writes the tables of the documents (each its rows by table), the failures and, if wanted, the workbook; with a
        `partition`, a folder of Parquet files parted by these columns for each table in place of the one file.

        All take their final names when all are whole; what a former run wrote and this one does not goes.
        """
        from recognizer.exporting.partition import is_parted, replace_partitioned

        names = (*TABLE_FILES, FAILURES, *([WORKBOOK] if excel else []))
        temporary = {name: self._temporary_in(self.folder) for name in names}
        try:
            _fill_tables(documents, temporary)
            with temporary[FAILURES].open("w", encoding="utf-8") as file:
                file.writelines(map(_failure_line, failures))
            for path in temporary.values():
                flush(path)
            for name, path in temporary.items():
                if partition and name.endswith(".parquet"):
                    replace_partitioned(path, self.folder / name.removesuffix(".parquet"), partition)
                    path.unlink()
                    (self.folder / name).unlink(missing_ok=True)
                else:
                    os.replace(path, self.folder / name)
        except BaseException:
            for path in temporary.values():
                path.unlink(missing_ok=True)
            raise
        if not excel:
            (self.folder / WORKBOOK).unlink(missing_ok=True)
        if not partition:
            for folder in filter(is_parted, (self.folder / name for name in TABLES)):
                shutil.rmtree(folder)
        return tuple(self.folder / name for name in names if (self.folder / name).exists())

    def remove_documents(self, unless: Callable[[Path], bool]) -> int:
        """Removes the documents of former runs, `unless` a path is one to keep; files that this product did not write stay.

        Returns how many there were.
        """
        removed = 0
        for parent, _, names in os.walk(self.folder / DOCUMENTS, topdown=False):
            for name in names:
                path = Path(parent, name)
                if path.suffix == ".json" and not unless(path) and _is_ours(path):
                    path.unlink()
                    removed += 1
            if Path(parent) != self.folder / DOCUMENTS:
                with contextlib.suppress(OSError):  # a folder that still holds something stays
                    Path(parent).rmdir()
        return removed

    def _temporary_in(self, folder: Path) -> Path:
        return folder / f".recognizer-{os.getpid()}-{next(self._numbers)}.part"


def _fill_tables(documents: Iterable[Mapping[str, Columns]], paths: Mapping[str, Path]) -> None:
    writers: dict[str, list[TableWriter]] = {name: [] for name in TABLES}
    workbook = Workbook(paths[WORKBOOK]) if WORKBOOK in paths else None
    try:
        for name, table in TABLES.items():
            writers[name] += [CsvWriter(paths[f"{name}.csv"], table), ParquetWriter(paths[f"{name}.parquet"], table)]
            if workbook:
                writers[name].append(workbook.sheet(table))
        for document in documents:
            for name, rows in document.items():
                for writer in writers[name]:
                    writer.append(rows)
        for writer in itertools.chain.from_iterable(writers.values()):
            writer.close()
        if workbook:
            workbook.save()
    except BaseException:
        for writer in itertools.chain.from_iterable(writers.values()):
            with contextlib.suppress(Exception):
                writer.discard()
        raise


def _failure_line(failure: Failure) -> str:
    said = {key: writable(text) if isinstance(text, str) else text for key, text in asdict(failure).items()}
    return json.dumps(said, ensure_ascii=False) + "\n"


def is_in_use(folder: Path) -> bool:
    """Whether a run is writing to an output folder."""
    try:
        lock = _lock(folder)
    except FolderInUseError:
        return True
    if lock is not None:
        os.close(lock)
    return False


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
        flush(temporary)
        os.replace(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def flush(path: Path) -> None:
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
    for leftover in itertools.chain(folder.glob(".recognizer-*.new"), folder.glob(".recognizer-*.old")):
        shutil.rmtree(leftover, ignore_errors=True)


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
