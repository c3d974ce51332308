"""The work on one document, wherever it is done: in a worker process of a run, or on another machine."""

from __future__ import annotations

import contextlib
import hashlib
import time
import traceback
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from types import TracebackType

from recognizer.archive.recognised import RecognisedPages
from recognizer.archive.stored import DamagedStoreError, load, store, stored_path
from recognizer.archive.task import Counts, Result, Task, packed
from recognizer.digitizing import digitize_grids, lay_out_document
from recognizer.errors import RecognizerError
from recognizer.exporting import TABLES, Failure, doubtful_facts, to_json, to_text
from recognizer.exporting.omission import leave_out, omissions_of
from recognizer.files import Stamp
from recognizer.model import Model, load_model, shipped_model
from recognizer.objects import local_copy, read_source
from recognizer.options import chosen_of
from recognizer.reading import read_bytes
from recognizer.reading.keeping import keep_scans
from recognizer.types import Document, Grid, Records
from recognizer.watching import reached

# The stage of the journey that a room of the package stands for.
STAGES = {
    "reading": "read", "files": "read", "layout": "lay out", "repair": "repair", "context": "label", "labelling": "label",
    "model": "label", "assembly": "assemble", "mapping": "map", "vocabulary": "map", "checking": "check", "exporting": "export"}

Found = Callable[[str, Stamp], None]  # told the hash of what was read, and the file's stamp


def digitize_file(task: Task, found: Found = lambda content, stamp: None) -> Result:
    """Digitises one document. What is wrong with it is its failure; what stops any document is raised: a RecognizerError with
    exit status 2 (no model), a StoreError (nothing can be written), a MemoryError.
    """
    started = time.monotonic()
    content: str | None = task.content
    stamp: Stamp | None = None
    try:
        known = _stored(task, content)
        if known is None:
            reached("read")
            data, stamp = read_source(task.path)
            content = hashlib.sha256(data).hexdigest()
            found(content, stamp)
            known = _stored(task, content)
            document, grids = known or _read(data, task, content)
        else:
            document, grids = known
        records = digitize_grids(document, grids, _model(task.model), chosen_of(task.options)).records
        reached("export")
        records = leave_out(records, omissions_of(task.options))
        records = replace(records, source=task.name, options=tuple({**dict(records.options), **dict(task.options)}.items()))
        result = Result(
            content, stamp, _counts(document, records), records.warnings, stored=known is not None,
            document=to_text(to_json(records)).encode(), rows=packed({name: table.of(records) for name, table in TABLES.items()}))
    except RecognizerError as error:
        if error.exit_status == 2:
            raise
        failure = Failure(task.name, None, error.stage, error.reason)
        result = Result(content, stamp, failure=failure, hint=error.hint)
    except (MemoryError, StoreError):
        raise
    except Exception as error:
        result = Result(content, stamp, failure=unexpected_failure(task.name, error), trace=traceback.format_exc())
    return replace(result, seconds=round(time.monotonic() - started, 4))


class StoreError(OSError):
    """The output folder takes no more: the disk is full, or not to be written to."""


def unexpected_failure(name: str, error: Exception) -> Failure:
    """The failure that an exception nobody foresaw amounts to, with the stage at which it came up."""
    said = " ".join(str(error).split())
    reason = f"unexpected error: {type(error).__name__}: {said}" if said else f"unexpected error: {type(error).__name__}"
    return Failure(name, None, _stage(error.__traceback__), reason)


def _read(data: bytes, task: Task, content: str) -> tuple[Document, tuple[Grid, ...]]:
    """Reads and lays out a document, and stores it; not one with pages set aside, which may be read another time."""
    keep_scans(RecognisedPages(Path(task.store)) if task.store else None)
    document = read_bytes(data, Path(task.path), without=task.without)
    with local_copy(task.path, data) as path:
        document, grids = lay_out_document(document, options=chosen_of(task.options), path=path)
    if task.store and not task.without:
        try:
            store(stored_path(Path(task.store), content, task.layout), document, grids)
        except OSError as error:
            raise StoreError(error.errno, error.strerror or str(error)) from error
    return document, grids


def _stored(task: Task, content: str | None) -> tuple[Document, tuple[Grid, ...]] | None:
    """The stored document of this content; None where none is, none that this version can use, or pages are to be left out."""
    if task.store and content and not task.without:
        with contextlib.suppress(OSError, DamagedStoreError):
            return load(stored_path(Path(task.store), content, task.layout))
    return None


@lru_cache(maxsize=1)
def _own_model(folder: str) -> Model:
    return load_model(Path(folder))


def _model(folder: str | None) -> Model:
    return _own_model(folder) if folder else shipped_model()


def _counts(document: Document, records: Records) -> Counts:
    projects = records.projects
    return Counts(
        pages=max((block.number for block in document.blocks if hasattr(block, "number")), default=1),
        without_table=0 if projects else 1,
        projects=len(projects),
        indicators=sum(len(project.indicators) for project in projects),
        values=sum(len(indicator.values) for project in projects for indicator in project.indicators),
        funds=sum(len(project.funds) for project in projects) + sum(len(total.funds) for total in records.totals),
        goals=sum(len(project.goals) for project in projects),
        review=len(doubtful_facts(records)),
        warnings=len(records.warnings))


def _stage(trace: TracebackType | None) -> str:
    """The stage of the innermost room of the package that the traceback leads through; `digitize` where there is none."""
    package = Path(__file__).resolve().parents[1]
    stage = "digitize"
    while trace is not None:
        file = Path(trace.tb_frame.f_code.co_filename)
        if file.is_relative_to(package):
            room = file.relative_to(package).parts[0].removesuffix(".py")
            stage = STAGES.get(room, stage)
        trace = trace.tb_next
    return stage
