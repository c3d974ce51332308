"""One run of `recognizer digitize`: what the archive's rooms do, told to a person."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from recognizer.archive import ArchiveRun, Inventory, Journal, Settings, Settled, Supervisor
from recognizer.archive.journal import JOURNAL
from recognizer.archive.stored import STORED
from recognizer.archive.task import READER
from recognizer.commands.interruption import Interruption
from recognizer.commands.messages import say
from recognizer.commands.progress import Progress
from recognizer.commands.sources import Sources
from recognizer.commands.summary import Summary
from recognizer.exporting import Failure, OutputFolder
from recognizer.exporting.omission import omissions_of
from recognizer.exporting.remote import RemoteOutput
from recognizer.options import chosen_of

if TYPE_CHECKING:
    from recognizer.archive.cluster import ClusterSupervisor

# What other commands make of results in their folder: a run that leaves something out does not change these.
MADE_OF_RESULTS = ("records.sqlite", "report.html", "queue.sqlite", "reviewed", "audit")
MUCH = 20  # documents that take longer than a process takes to start


@dataclass(frozen=True, slots=True)
class Wishes:
    """How a run is to go: `jobs` processes (None: one a processor) here or on a `cluster`, what is done again, and the address of
    the `store` where a copy of the results is wanted."""

    jobs: int | None = None
    excel: bool = False
    partition: tuple[str, ...] = ()
    rehash: bool = False
    retry_failed: bool = False
    reader: str = READER
    cluster: str | None = None
    store: str | None = None


class UnforeseenError(Exception):
    """An unexpected error with a document, whose traceback is asked for."""


def run_archive(
    sources: Sources, out: Path, settings: Settings, wishes: Wishes, progress: Progress, *, debug: bool = False
) -> tuple[Summary, bool]:
    """Digitises the sources into the folder `out`. Returns what the run came to, and whether it was interrupted.

    Raises FolderInUseError, JournalError, UsageError, WorkersError, OSError where the folder takes no more, KeyboardInterrupt
    when it is interrupted twice.
    """
    started = time.monotonic()
    with ExitStack() as stack:
        inventory = stack.enter_context(Inventory())
        for found in sources:
            inventory.add(found.path, found.folder)
        output = stack.enter_context(RemoteOutput(out, wishes.store) if wishes.store else OutputFolder(out))
        journal = stack.enter_context(Journal(out / JOURNAL, settings.engine()))
        if omissions_of(settings.options):
            if journal.forget_others():
                for made in filter(Path.exists, (out / name for name in MADE_OF_RESULTS)):
                    progress.say(say("made_before", path=made))
            shutil.rmtree(out / STORED, ignore_errors=True)
        run = ArchiveRun(output, journal, settings)
        supervisor = _supervisor(run, wishes, inventory.count)
        stack.callback(supervisor.close)
        interruption = stack.enter_context(Interruption(progress.interrupted))
        summary = Summary(passed_over=sources.passed_over, max_error=chosen_of(settings.options).max_error)
        note(journal, inventory, sources, settings, wishes)
        lacking = _lacks(journal, wishes.store)
        progress.begin(inventory.count)
        for failure in journal.missing():
            summary.add_failure(failure)
            progress.tell(failure.document, failure.reason)
        for settled in _settled(run, supervisor, interruption):
            if settled.result is None:
                summary.kept += 1
            if settled.failures and not settled.stands:
                summary.add_failure(settled.failures[0])
            progress.settled(settled)
            if debug and settled.result and settled.result.trace:
                raise UnforeseenError(settled.result.trace)
        complete = not (interruption.wanted or sources.failures)  # a disk that is not there is no reason to remove documents
        summary.removed = run.finish(complete=complete, excel=wishes.excel, partition=wishes.partition)
        if lacking and isinstance(output, RemoteOutput) and not interruption.wanted:
            output.put_everything()
            with journal.together():
                journal.set_store(wishes.store)
        summary.documents, summary.done, summary.counts = journal.counts()
        summary.seconds = time.monotonic() - started
        with journal.together():
            journal.end("interrupted" if interruption.wanted else "finished", summary.seconds, sources.passed_over)
        return summary, interruption.wanted


def _supervisor(run: ArchiveRun, wishes: Wishes, documents: int) -> Supervisor | ClusterSupervisor:
    """Whoever gives the documents to processes: on this machine, or on those of a cluster."""
    if wishes.cluster:
        from recognizer.archive.cluster import ClusterSupervisor

        return ClusterSupervisor(run.next_job, wishes.cluster, wishes.reader)
    return Supervisor(
        run.next_job, jobs=wishes.jobs or processors(), reader=wishes.reader, much=documents >= MUCH)


def processors() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def note(journal: Journal, inventory: Inventory, sources: Sources, settings: Settings, wishes: Wishes) -> None:
    """Writes down what this run is about."""
    with journal.together():
        journal.begin(settings.model, str(dict(settings.options)))
        for name, path, stamp in inventory.named():
            journal.add_file(name, path, stamp)
        for error in sources.failures:
            journal.add_missing(Failure(error.path or "", None, error.stage, error.reason))
        if wishes.rehash:
            journal.forget_contents()
        if wishes.retry_failed:
            journal.forget_failures()


def _lacks(journal: Journal, store: str | None) -> bool:
    """Whether documents may stand in the folder that the store does not hold; else the store will hold what this run writes."""
    if journal.store() == store:
        return False
    lacks = store is not None and journal.has_documents()
    with journal.together():
        journal.set_store(None if lacks else store)
    return lacks


def _settled(run: ArchiveRun, supervisor: Supervisor | ClusterSupervisor, interruption: Interruption) -> Iterator[Settled]:
    """Every document of the run as it is settled."""
    yield from run.plan()
    for outcome in supervisor.run(interruption.asked):
        yield from run.take(outcome)
        yield from run.taken()
    yield from run.taken()
