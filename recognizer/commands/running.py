"""Digitises documents one after the other or several at a time, so that trouble with one never touches another."""

from __future__ import annotations

import errno
import multiprocessing
import signal
import sys
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from recognizer.commands.messages import say
from recognizer.commands.sources import Source, Sources
from recognizer.commands.starting import leave_out_layout_network
from recognizer.commands.summary import Summary
from recognizer.errors import RecognizerError
from recognizer.exporting import Failure, OutputFolder
from recognizer.types import Records

if TYPE_CHECKING:
    from recognizer.model import Model

# The stage of the journey that a room of the package stands for.
STAGES = {
    "reading": "read", "layout": "lay out", "repair": "repair", "context": "label", "labelling": "label", "model": "label",
    "assembly": "assemble", "mapping": "map", "vocabulary": "map", "checking": "check", "exporting": "export"}
WAITING = 4  # documents a process has in hand or in its queue
# What is wrong with one document's name alone; any other trouble with writing ends the run.
NAME_TROUBLE = frozenset({errno.ENAMETOOLONG, errno.EINVAL, errno.EILSEQ, errno.ENOTDIR, errno.EISDIR})


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a source: its records, or else its failure and the way out of it."""

    source: Source
    records: Records | None = None
    failure: Failure | None = None
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Reader:
    """How documents are digitised: with the model of a folder (None: the shipped one), and whether anything unexpected is
    raised instead of becoming the document's failure."""

    model_folder: Path | None = None
    debug: bool = False

    def __call__(self, source: Source) -> Outcome:
        """Digitises one document. Raises a RecognizerError with exit status 2 where none can be (no model)."""
        from recognizer.digitizing import digitize

        try:
            records = digitize(source.path, model=_model(self.model_folder) if self.model_folder else None).records
        except RecognizerError as error:
            if error.exit_status == 2:
                raise
            return Outcome(source, failure=Failure(source.name, None, error.stage, error.reason), hint=error.hint)
        except Exception as error:
            if self.debug:
                raise
            return Outcome(source, failure=unexpected_failure(source, error))
        return Outcome(source, replace(records, source=source.name))


@lru_cache(maxsize=1)
def _model(folder: Path) -> Model:
    from recognizer.model import load_model

    return load_model(folder)


def digitize_all(sources: tuple[Source, ...], reader: Reader, *, jobs: int) -> Iterator[Outcome]:
    """The outcome of every source, in order, with `jobs` of them in work at the same time.

    Raises what the reader raises.
    """
    if jobs == 1 or len(sources) == 1:
        yield from map(reader, sources)
    else:
        yield from _digitize_side_by_side(sources, reader, jobs)


def unexpected_failure(source: Source, error: Exception) -> Failure:
    """The failure that an exception nobody foresaw amounts to, with the stage at which it came up."""
    said = " ".join(str(error).split())
    reason = say("unexpected", reason=f"{type(error).__name__}: {said}" if said else type(error).__name__)
    return Failure(source.name, None, _stage(error.__traceback__), reason)


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


def _digitize_side_by_side(sources: tuple[Source, ...], reader: Reader, jobs: int) -> Iterator[Outcome]:
    """Keeps a queue of futures in the order of the sources. Where a process dies, those in its pool are tried again, each
    in a process of its own, so that only the one that kills it fails."""
    rest = deque(sources)
    queue: deque[tuple[Source, Future[Outcome]]] = deque()
    pool = _pool(jobs)
    try:
        while rest or queue:
            try:
                while rest and len(queue) < jobs * WAITING:
                    with _interrupts_waiting():
                        future = pool.submit(reader, rest[0])
                    queue.append((rest.popleft(), future))
                outcome = queue[0][1].result()
            except BrokenProcessPool:
                suspects = [source for source, _ in queue]
                queue.clear()
                pool.shutdown()
                yield from (_digitize_apart(suspect, reader) for suspect in suspects)
                pool = _pool(jobs)
            else:
                queue.popleft()
                yield outcome
    finally:
        _stop(pool)


def _digitize_apart(source: Source, reader: Reader) -> Outcome:
    pool = _pool(1)
    try:
        with _interrupts_waiting():
            future = pool.submit(reader, source)
        return future.result()
    except BrokenProcessPool:
        return Outcome(source, failure=Failure(source.name, None, "digitize", say("worker_died")))
    finally:
        _stop(pool)


def _pool(jobs: int) -> ProcessPoolExecutor:
    # A fresh interpreter each: a forked one would share the locks and threads of numeric libraries.
    return ProcessPoolExecutor(jobs, multiprocessing.get_context("spawn"), initializer=_start_worker)


@contextmanager
def _interrupts_waiting() -> Iterator[None]:
    """Blocks Ctrl-C for the processes that are started meanwhile, from their first moment on; the parent gets it afterwards."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    former = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, former)


def _start_worker() -> None:
    """Interrupts are for the parent to answer."""
    leave_out_layout_network()
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _stop(pool: ProcessPoolExecutor) -> None:
    pool.shutdown(wait=False, cancel_futures=True)
    for process in multiprocessing.active_children():
        process.terminate()


class Run:
    """A run in progress: stores what becomes of each document, counts it, and says on stderr what went wrong."""

    def __init__(self, output: OutputFolder, sources: Sources, *, quiet: bool, debug: bool) -> None:
        self.summary = Summary(
            documents=len(sources.documents) + len(sources.failures), passed_over=len(sources.passed_over))
        self._output = output
        self._quiet = quiet
        self._debug = debug
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        self._progress = Progress(
            *columns, console=Console(stderr=True, highlight=False), transient=True, disable=quiet or not sys.stderr.isatty())
        self._task = self._progress.add_task(say("working"), total=len(sources.documents))
        for error in sources.failures:
            self._fail(Failure(error.path or "", None, error.stage, error.reason), error.hint)

    def __enter__(self) -> Run:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def store(self, outcome: Outcome) -> None:
        """Writes the records or notes the failure. Raises OSError where the output folder takes no more."""
        if outcome.failure:
            self._fail(outcome.failure, outcome.hint)
        elif outcome.records:
            self._write(outcome.source, outcome.records)
        self._progress.advance(self._task)

    def _write(self, source: Source, records: Records) -> None:
        try:
            self._output.add(source.name, records)
        except Exception as error:
            if self._debug or (isinstance(error, OSError) and error.errno not in NAME_TROUBLE):
                raise
            self._fail(unexpected_failure(source, error))
            return
        self.summary.add(records)
        if not self._quiet:
            for warning in records.warnings:
                self._tell(source.name, f"{say('warning')}: {warning}")

    def _fail(self, failure: Failure, hint: str = "") -> None:
        self._output.add_failure(failure)
        self.summary.failures.append(failure)
        self._tell(failure.document, f"{failure.reason} ({hint})" if hint else failure.reason)

    def _tell(self, document: str, what: str) -> None:
        line = " ".join(f"{document}: {what}".split())
        if self._progress.disable:
            print(line, file=sys.stderr, flush=True)
        else:
            self._progress.console.print(line, markup=False, soft_wrap=True)
