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
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from recognizer.commands.messages import say
from recognizer.commands.sources import Source, Sources
from recognizer.commands.summary import Summary
from recognizer.errors import RecognizerError
from recognizer.exporting import Failure, OutputFolder
from recognizer.types import Records

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


def digitize_all(sources: tuple[Source, ...], *, jobs: int, debug: bool) -> Iterator[Outcome]:
    """The outcome of every source, in order, with `jobs` of them in work at the same time.

    Raises a RecognizerError with exit status 2 where nothing can be digitised at all (no model); with `debug` raises
    whatever unexpected happens.
    """
    if jobs == 1 or len(sources) == 1:
        yield from (digitize_one(source, debug) for source in sources)
    else:
        yield from _digitize_side_by_side(sources, jobs, debug)


def digitize_one(source: Source, debug: bool = False) -> Outcome:
    """Digitises one document; whatever goes wrong with it becomes its failure."""
    from recognizer.digitizing import digitize

    try:
        records = digitize(source.path).records
    except RecognizerError as error:
        if error.exit_status == 2:
            raise
        return Outcome(source, failure=Failure(source.name, None, error.stage, error.reason), hint=error.hint)
    except Exception as error:
        if debug:
            raise
        return Outcome(source, failure=unexpected_failure(source, error))
    return Outcome(source, replace(records, source=source.name))


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


def _digitize_side_by_side(sources: tuple[Source, ...], jobs: int, debug: bool) -> Iterator[Outcome]:
    """Keeps a queue of futures in the order of the sources. Where a process dies, those in its pool are tried again, each
    in a process of its own, so that only the one that kills it fails."""
    rest = deque(sources)
    queue: deque[tuple[Source, Future[Outcome]]] = deque()
    pool = _pool(jobs)
    try:
        while rest or queue:
            try:
                while rest and len(queue) < jobs * WAITING:
                    future = pool.submit(digitize_one, rest[0], debug)
                    queue.append((rest.popleft(), future))
                outcome = queue[0][1].result()
            except BrokenProcessPool:
                suspects = [source for source, _ in queue]
                queue.clear()
                pool.shutdown()
                yield from (_digitize_apart(suspect, debug) for suspect in suspects)
                pool = _pool(jobs)
            else:
                queue.popleft()
                yield outcome
    finally:
        _stop(pool)


def _digitize_apart(source: Source, debug: bool) -> Outcome:
    pool = _pool(1)
    try:
        return pool.submit(digitize_one, source, debug).result()
    except BrokenProcessPool:
        return Outcome(source, failure=Failure(source.name, None, "digitize", say("worker_died")))
    finally:
        _stop(pool)


def _pool(jobs: int) -> ProcessPoolExecutor:
    # A fresh interpreter each: a forked one would share the locks and threads of numeric libraries.
    return ProcessPoolExecutor(jobs, multiprocessing.get_context("spawn"), initializer=_leave_interrupts_to_the_parent)


def _leave_interrupts_to_the_parent() -> None:
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


class Interruption:
    """Lets Ctrl-C stop a run between two steps but never within one: `with interruption.held(): …` puts it off.

    Only the first one counts: what follows it is short, and must not be cut off.
    """

    def __init__(self) -> None:
        self._held = False
        self._pending = False
        self._raised = False

    def __enter__(self) -> Interruption:
        self._former: Any = signal.signal(signal.SIGINT, self._interrupt)
        return self

    def __exit__(self, *_: object) -> None:
        signal.signal(signal.SIGINT, signal.SIG_IGN if self._raised else self._former)

    def _interrupt(self, _number: int, _frame: FrameType | None) -> None:
        if self._held:
            self._pending = True
        elif not self._raised:
            self._raised = True
            raise KeyboardInterrupt

    @contextmanager
    def held(self, *, raising: bool = True) -> Iterator[None]:
        """At the end of the block raises, or forgets, the KeyboardInterrupt that came in the meantime."""
        self._held = True
        try:
            yield
        finally:
            self._held = False
        pending, self._pending = self._pending, False
        if pending and raising:
            self._raised = True
            raise KeyboardInterrupt
