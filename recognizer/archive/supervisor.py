"""Watches over worker processes: gives them documents, judges those that take too much, and tells own deaths from outside ends.

A document whose process dies of its own doing (a crash, its memory, its time) is tried again alone when all others are done:
one document at a time, a new process each. If that dies too, the page at which it did is set aside and the rest read; where no
page is to blame, the document is set aside. A process that is ended from outside is replaced, and its document begun again.
"""

from __future__ import annotations

import selectors
import tempfile
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from recognizer.archive.process import Death, Job, Process
from recognizer.archive.task import READER, Json, Result, result_of
from recognizer.errors import RecognizerError
from recognizer.exporting import Failure
from recognizer.limits import Limits, from_environment

DEPTH = 2  # jobs a process has in hand, so that it never waits for the run
TICK = 0.5  # seconds between two looks at the clock
STARTS = 3  # processes in a row that may end before they are ready
START_SECONDS = 300.0  # that a process may take to become ready
OUTSIDE_ENDS = 20  # times that a document's process may be ended from outside before it is left to the next run
DOCUMENTS = 1000  # of a process before it is replaced, so that what a library forgets to free does not add up
HELD = 0.5  # share of its memory that a process may hold when it has finished a document


class WorkersError(RecognizerError):
    """No document can be digitised at all: the worker processes do not start, or have no model."""

    exit_status = 2


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a job: its result, and its pages that were set aside. `left` says that the next run is to try it again."""

    job: Job
    result: Result
    set_aside: tuple[Failure, ...] = ()
    left: bool = False


@dataclass(frozen=True, slots=True)
class Died:
    """A worker died of this job, which will be tried again."""

    job: Job


class Supervisor:
    """`jobs` worker processes at most, that do what `next_job` gives until it gives None while nothing is in work.

    `much` says that there is enough to do for all of them to start at once.
    """

    def __init__(
        self, next_job: Callable[[], Job | None], *, jobs: int, limits: Limits | None = None, reader: str = READER,
        much: bool = False,
    ) -> None:
        self._next_job = next_job
        self._most = jobs
        self._much = much
        self._limits = limits or from_environment()
        self._reader = reader
        self._scratch = tempfile.TemporaryDirectory(prefix="recognizer-")  # what a killed process leaves goes with it
        self._processes: list[Process] = []
        self._selector = selectors.DefaultSelector()
        self._again: deque[Job] = deque()  # begun, or about to be, when their process was ended from outside
        self._suspects: deque[Job] = deque()
        self._ends: Counter[str] = Counter()
        self._failed_starts = 0
        self._stopping = False
        self._alone = False

    def _stop(self) -> None:
        """Lets the processes finish what they have begun, and begins nothing more."""
        self._stopping = True
        for process in self._processes:
            process.stop()

    def close(self) -> None:
        """Ends all processes at once."""
        for process in list(self._processes):
            process.kill()
            self._remove(process)
            process.last_words()
        self._selector.close()
        self._scratch.cleanup()

    def run(self, stop: Callable[[], bool] = lambda: False) -> Iterator[Outcome | Died]:
        """Does all jobs; what is begun alone once `stop` says so. Raises WorkersError where none can be done, OSError where
        workers cannot write."""
        while True:
            if not self._stopping and stop():
                self._stop()
            self._hand_out()
            if not any(process.jobs for process in self._processes) and (self._stopping or not self._begin_suspect()):
                return
            for key, _ in self._selector.select(TICK):
                yield from self._hear(key.data)
            for process in self._processes:
                self._judge(process)

    def _hand_out(self) -> None:
        if self._stopping or self._alone:
            return
        for depth in range(DEPTH):
            for process in list(self._processes):
                if len(process.jobs) == depth and not process.killed_for and self._lasts(process):
                    job = self._take()
                    if not job:
                        return
                    process.give(job)
        # Where there is little to do, a second process starts when the first is ready and has more than it can have in hand.
        while len(self._processes) < self._most and (self._much or all(process.ready for process in self._processes)):
            job = self._take()
            if not job:
                return
            self._start().give(job)

    def _take(self) -> Job | None:
        if self._again:
            return self._again.popleft()
        job = self._next_job()
        while job and job.deaths:
            self._suspects.append(job)
            job = self._next_job()
        return job

    def _begin_suspect(self) -> bool:
        """Gives the next suspect to a process of its own; False where there is none, or others came up meanwhile."""
        self._alone = False
        if not self._suspects:
            job = self._take()
            if job:
                self._again.append(job)
            return bool(job or self._suspects)
        self._retire_all()
        self._alone = True
        self._start().give(self._suspects.popleft())
        return True

    def _lasts(self, process: Process) -> bool:
        """Whether a process may have more documents; one that has had its share is asked to end."""
        if process.finished < DOCUMENTS and process.memory() < HELD * self._limits.memory_bytes:
            return True
        if not process.jobs:
            self._retire(process)
        return False

    def _start(self) -> Process:
        process = Process(self._reader, self._limits.memory_bytes, self._scratch.name)
        self._processes.append(process)
        self._selector.register(process.descriptor, selectors.EVENT_READ, process)
        return process

    def _retire_all(self) -> None:
        for process in list(self._processes):
            self._retire(process)

    def _retire(self, process: Process) -> None:
        process.kill()
        self._remove(process)
        process.last_words()

    def _remove(self, process: Process) -> None:
        self._selector.unregister(process.descriptor)
        self._processes.remove(process)
        process.close()

    def _hear(self, process: Process) -> Iterator[Outcome | Died]:
        if process not in self._processes:
            return
        messages = process.hear()
        if messages is None:
            self._remove(process)
            yield from self._bury(process)
            return
        for said, load in messages:
            process.note(said)
            if "ready" in said:
                self._failed_starts = 0
            elif "result" in said:
                job = process.done()
                if self._alone:
                    self._retire(process)
                    self._alone = False
                else:
                    self._hand_out()
                yield _outcome(job, result_of(said["result"], load))
            elif "fatal" in said or "full" in said:
                _give_up(said)

    def _judge(self, process: Process) -> None:
        """Ends a process that takes more than it may."""
        limits, now = self._limits, time.monotonic()
        if process.killed_for:
            return
        if not process.ready:
            if now - process.started > START_SECONDS:
                process.kill("it did not start")
        elif process.jobs:
            whole = limits.document_seconds + limits.seconds_per_page * process.pages + limits.scan_seconds * process.scans
            if process.page is not None and now - process.since > limits.page_seconds_at_most:
                process.kill(f"it takes more than {limits.page_seconds_at_most:g} seconds")
            elif now - process.task_since > whole:
                process.kill(f"the document takes more than {whole:g} seconds")
            elif now - process.heard > limits.silent_seconds:
                process.kill(f"the process that read it gave no sign of life for {limits.silent_seconds:g} seconds")
            elif process.memory() > limits.memory_bytes:
                process.kill("it takes more memory than it may")

    def _bury(self, process: Process) -> Iterator[Outcome | Died]:
        """Decides what becomes of the jobs that a dead process had in hand."""
        words = process.last_words()
        cause = process.cause()
        if not process.ready and cause is not None:
            self._failed_starts += 1
            if self._failed_starts >= STARTS:
                raise WorkersError(f"no process to read documents starts: {words or cause}", stage="start")
        jobs = process.jobs
        alone, self._alone = self._alone, False
        if self._stopping and (cause is None or not process.begun):
            return
        if not (jobs and process.begun and process.ready):
            self._again.extendleft(reversed(jobs)) if not alone else self._suspects.extendleft(reversed(jobs))
            return
        job = jobs.popleft()
        self._again.extend(jobs)
        if cause is None:
            yield from self._begin_again(job, alone)
            return
        death = Death(process.stage, process.page, cause)
        job = replace(job, deaths=(*job.deaths, death), found=process.found or job.found)
        judged = after_death(job, self._limits.pages_set_aside)
        if isinstance(judged, Outcome):
            yield judged
        else:
            self._suspects.append(judged)
            yield Died(judged)

    def _begin_again(self, job: Job, alone: bool) -> Iterator[Outcome]:
        self._ends[job.task.name] += 1
        ends = self._ends[job.task.name]
        if ends >= OUTSIDE_ENDS:
            reason = f"the process that read it was ended from outside {ends} times (was there too little memory?)"
            yield Outcome(job, Result(failure=Failure(job.task.name, None, "digitize", reason)), left=True)
        elif alone:
            self._suspects.appendleft(job)
        else:
            self._again.append(job)


def after_death(job: Job, pages: int) -> Job | Outcome:
    """What is done about a document of which a worker has died (its last death): tried again alone, without the pages at which
    it died when alone; or set aside, after so many `pages` or where no page is to blame."""
    alone = job.deaths[1:]
    if not alone:
        return job
    last = alone[-1]
    at_fault = tuple(sorted({death.page for death in alone if death.page is not None}))
    if last.page is None or last.page in job.task.without or len(at_fault) > pages:
        return Outcome(job, Result(failure=Failure(job.task.name, last.page, last.stage, last.reason)))
    return replace(job, task=replace(job.task, without=at_fault))


def _outcome(job: Job, result: Result) -> Outcome:
    """The outcome of a job that was done, with the pages that it had to be done without."""
    reasons = {death.page: death for death in job.deaths[1:]}
    aside = tuple(
        Failure(job.task.name, page, reasons[page].stage, f"set aside: {reasons[page].reason}")
        for page in job.task.without if page in reasons)
    return Outcome(job, result, aside)


def _give_up(said: Json) -> None:
    """Raises what a worker could not go on from."""
    if "fatal" in said:
        reason, path, stage, hint = said["fatal"]
        raise WorkersError(reason, path=path, stage=stage, hint=hint)
    raise OSError(*said["full"])
