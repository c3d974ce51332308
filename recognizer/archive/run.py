"""A run over an archive: what is new or changed is digitised, what is known is kept, and the tables are written in the end.

The run can be stopped at any moment: the journal says what stands in the folder, and the next run goes on from there.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from recognizer import __version__
from recognizer.archive.journal import File, Journal
from recognizer.archive.process import Job
from recognizer.archive.supervisor import Died, Outcome
from recognizer.archive.task import Result, Task, unpacked
from recognizer.errors import ModelError, RecognizerError
from recognizer.exporting import SCHEMA_VERSION, TABLES, Columns, Failure, OutputFolder, document_path, with_source
from recognizer.exporting.files import DOCUMENTS, FAILURES, FILE_NAME_BYTES, TABLE_FILES, WORKBOOK
from recognizer.exporting.omission import omissions_of
from recognizer.exporting.text import writable
from recognizer.files import stamp_of
from recognizer.language import either
from recognizer.limits import OF_PROCESSES, from_environment
from recognizer.objects import hash_source
from recognizer.resources import models_folder

# What is wrong with one document's name alone; any other trouble with writing ends the run.
NAME_TROUBLE = frozenset({errno.ENAMETOOLONG, errno.EINVAL, errno.EILSEQ, errno.ENOTDIR, errno.EISDIR})
LONGEST_NAME = FILE_NAME_BYTES - len(".json")  # bytes of a file's name whose document's name need not be cut


@dataclass(frozen=True, slots=True)
class Settings:
    """What the results of a run depend on besides its files: a model's folder (None: the shipped one) and options by name."""

    model: str | None = None
    options: tuple[tuple[str, str], ...] = ()

    def engine(self) -> str:
        """A hash that stands for the model's files, the version, the options and the limits that shape what is read.

        Raises ModelError where the folder has no model, before a run notes that it goes by one.
        """
        limits = {name: figure for name, figure in asdict(from_environment()).items() if name not in OF_PROCESSES}
        made = hashlib.sha256(json.dumps([__version__, SCHEMA_VERSION, self.options, limits]).encode())
        folder = Path(self.model) if self.model else models_folder()
        files = sorted(folder.glob("*.*"))
        if not any(path.suffix == ".npz" for path in files):
            raise ModelError(either("no model is stored there", "那里没有模型"), path=folder, stage="start",
                             hint=either("`recognizer train` makes one", "用 recognizer train 训练一个"))
        for path in files:
            made.update(f"\n{path.name}\n".encode())
            made.update(path.read_bytes())
        return made.hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class Settled:
    """A document that this run is done with: its result where it was worked on (None: kept, or the same as another's), whether
    its records stand in the folder, and what of it was not read."""

    name: str
    stands: bool
    result: Result | None
    failures: tuple[Failure, ...] = ()
    hint: str = ""


def unchanged(file: File, journal: Journal, folder: Path) -> Settled | None:
    """The file as settled, where nothing about it has changed since a run with the same model and options into the folder."""
    known = journal.outcome(file.content) if file.content else None
    if known is None:
        return None
    read, failures = known
    if read and not (file.engine == journal.engine and _stands(file, folder)):
        return None
    return Settled(file.name, read, None, tuple(replace(failure, document=file.name) for failure in failures))


def _stands(file: File, folder: Path) -> bool:
    """Whether the document of a file stands in the folder as it was written."""
    try:
        return document_path(folder, file.name).stat().st_size == file.written
    except (OSError, ValueError):
        return False


class ArchiveRun:
    """One run: `plan` settles what is known, `next_job` hands out the rest, `take` takes what comes of it, `finish` ends."""

    def __init__(self, output: OutputFolder, journal: Journal, settings: Settings) -> None:
        self._output = output
        self._journal = journal
        self._settings = settings
        # A stored document holds all that its source says, what is to be left out too.
        self._store = None if omissions_of(settings.options) else str(output.folder)
        self._in_work: dict[str, str | None] = {}  # name -> its content, as far as it is known
        self._files: Iterator[File] = iter(())
        self._kept: list[Settled] = []

    def plan(self) -> Iterator[Settled]:
        """Settles the files that this run needs not work on: those unchanged since a run with the same model and options."""
        journal = self._journal
        done: list[Settled] = []
        for file in journal.files():
            settled = unchanged(file, journal, self._output.folder)
            if settled:
                done.append(settled)
            if len(done) == 1000:
                yield from self._settle_all(done)
                done = []
        yield from self._settle_all(done)

    def next_job(self) -> Job | None:
        """A document to work on; None where there is none, or none before another one is done."""
        for again in (False, True):
            if again:
                self._files = self._journal.files(unsettled=True)
            for file in self._files:
                job = self._job(file)
                if job:
                    return job
        return None

    def take(self, outcome: Outcome | Died) -> Iterator[Settled]:
        """Writes what came of a job, for every file of the same content. Raises OSError where the folder takes no more."""
        name = outcome.job.task.name
        if isinstance(outcome, Died):
            with self._journal.together():
                self._journal.add_death(name, outcome.job.deaths[-1])
            return
        self._in_work.pop(name, None)
        result = outcome.result
        if outcome.left:
            with self._journal.together():
                self._journal.settle(name)
            assert result.failure
            yield Settled(name, False, result, (result.failure,))
            return
        found, stamp = outcome.job.found or (outcome.job.task.content, None)
        content, stamp = result.content or found, result.stamp or stamp
        failures = [result.failure] if result.failure else list(outcome.set_aside)
        if content is None:
            yield self._trouble(name, result)
            return
        if result.failure is None:
            try:
                self._output.write(name, result.document)
            except (OSError, ValueError) as error:
                if isinstance(error, OSError) and error.errno not in NAME_TROUBLE:
                    raise
                reason = f"its results cannot be written: {getattr(error, 'strerror', None) or error}"
                yield self._trouble(name, replace(result, failure=Failure(name, None, "export", reason)))
                return
        with self._journal.together():
            if stamp:
                self._journal.set_stamp(name, stamp, content)
            self._journal.add_result(content, result, failures)
            self._journal.set_written(name, len(result.document) if result.failure is None else None)
        yield Settled(name, result.failure is None, result, tuple(failures), result.hint)
        for twin in self._journal.unsettled_of(content):
            if twin.name not in self._in_work:
                settled = self._as_twin(twin)
                if settled:
                    yield settled

    def taken(self) -> list[Settled]:
        """The documents that were settled while looking for a job: the same as others already done."""
        kept, self._kept = self._kept, []
        return kept

    def finish(self, *, complete: bool, excel: bool, partition: tuple[str, ...] = ()) -> int:
        """Writes the tables, unless they are those that stand there, and after a `complete` run removes the documents of files
        that are gone. Returns how many."""
        journal = self._journal
        made_of = self._made_of(excel, partition)
        if journal.finished_tables() != made_of:
            with journal.together():
                journal.set_finished_tables(None)
            self._output.write_tables(self._rows(), journal.failures(), excel=excel, partition=partition)
            with journal.together():
                journal.set_finished_tables(self._made_of(excel, partition))
        return self._remove_gone() if complete else 0

    def _settle_all(self, done: Iterable[Settled]) -> Iterator[Settled]:
        with self._journal.together():
            for settled in done:
                self._journal.settle(settled.name)
        yield from done

    def _job(self, file: File) -> Job | None:
        """The job that a file amounts to; None where it is in work, or the same as one that is in work or done."""
        if file.name in self._in_work or self._journal.is_settled(file.name):
            return None
        if file.content is None and file.stamp and self._journal.has_twin(file.name, file.stamp.size):
            file = self._hashed(file)
        if file.content:
            if file.content in self._in_work.values():
                return None
            if self._journal.outcome(file.content):
                settled = self._as_twin(file)
                if settled:
                    self._kept.append(settled)
                    return None
        self._in_work[file.name] = file.content
        deaths = self._journal.deaths(file.name)
        task = Task(
            file.path, file.name, self._settings.model, self._store, file.content,
            tuple(sorted({death.page for death in deaths[1:] if death.page is not None})), self._settings.options)
        return Job(task, deaths)

    def _hashed(self, file: File) -> File:
        """The file with the hash of its content; as it is where it cannot be read, which is for a worker to say."""
        try:
            content, stamp = hash_source(file.path)
        except RecognizerError:
            return file
        with self._journal.together():
            self._journal.set_stamp(file.name, stamp, content)
        return replace(file, content=content, stamp=stamp)

    def _as_twin(self, file: File) -> Settled | None:
        """Settles a file by the document of another one of the same content; None where that cannot be."""
        assert file.content
        outcome = self._journal.outcome(file.content)
        if outcome is None:
            return None
        read, failures = outcome
        size = None
        if read:
            twin = self._journal.written_twin(file.content)
            if twin is None:
                return None
            try:
                text = document_path(self._output.folder, twin).read_text("utf-8")
                document = with_source(text, file.name).encode()
                self._output.write(file.name, document)
            except (OSError, ValueError) as error:
                if isinstance(error, OSError) and error.errno == errno.ENOSPC:
                    raise
                return None
            size = len(document)
        with self._journal.together():
            self._journal.set_written(file.name, size)
        return Settled(file.name, read, None, tuple(replace(failure, document=file.name) for failure in failures))

    def _trouble(self, name: str, result: Result) -> Settled:
        """Settles a file of which nothing is known but that it could not be read."""
        assert result.failure
        with self._journal.together():
            self._journal.set_failure(name, result.failure)
        return Settled(name, False, result, (result.failure,), result.hint)

    def _rows(self) -> Iterator[dict[str, Columns]]:
        for name, rows in self._journal.rows():
            yield unpacked(rows, writable(name))

    def _made_of(self, excel: bool, partition: tuple[str, ...]) -> str:
        """A hash of all that the tables are made of, and of the stamps of the files that hold them."""
        made = hashlib.sha256(f"{__version__} {list(TABLES)} {excel} {partition} {self._journal.engine}".encode())
        for name, content in self._journal.written():
            made.update(os.fsencode(name) + b"\n" + content.encode() + b"\n")
        for failure in self._journal.failures():
            made.update(json.dumps(asdict(failure)).encode())
        for table in (*TABLE_FILES, FAILURES, *([WORKBOOK] if excel else []), *(TABLES if partition else ())):
            try:
                made.update(str(stamp_of(os.stat(self._output.folder / table))).encode())
            except OSError:
                made.update(b"missing")
        return made.hexdigest()

    def _remove_gone(self) -> int:
        """Removes the documents that this run does not hold."""
        folder = self._output.folder
        cut = {document_path(folder, name) for name in self._journal.names_longer_than(LONGEST_NAME)}

        def keep(path: Path) -> bool:
            return self._journal.holds(path.relative_to(folder / DOCUMENTS).as_posix().removesuffix(".json")) or path in cut

        return self._output.remove_documents(unless=keep)
