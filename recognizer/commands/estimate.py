"""`recognizer digitize --dry-run`: what there is to do, and how long it may take; nothing is written."""

from __future__ import annotations

import random
import sqlite3
import tempfile
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from rich import box
from rich.console import Console
from rich.table import Table

from recognizer.archive import Inventory, Journal, Settings, Supervisor
from recognizer.archive.journal import JOURNAL, File, damaged
from recognizer.archive.process import Job
from recognizer.archive.run import unchanged
from recognizer.archive.stored import STORED
from recognizer.archive.supervisor import Outcome
from recognizer.archive.task import Task
from recognizer.commands.messages import say
from recognizer.commands.running import Wishes, note, processors
from recognizer.commands.sources import Sources

SAMPLE = 12  # documents that are read to see how long the others may take


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a run would do: documents kept, labelled again and read, the bytes of these, and the seconds it may take, as told by a
    sample of so many documents (None where there is nothing to do)."""

    to_keep: int
    to_label: int
    to_read: int
    size: int
    jobs: int
    sample: int = 0
    seconds: float | None = None

    def show(self, console: Console) -> None:
        """Prints the estimate."""
        table = Table(title=say("would"), box=box.SIMPLE, show_header=False, title_justify="left", title_style="bold")
        table.add_column()
        table.add_column(justify="right")
        for name in ("to_keep", "to_label", "to_read"):
            table.add_row(say(name), f"{getattr(self, name):,}")
        table.add_row(say("megabytes"), f"{self.size / 1e6:,.1f}")
        if self.seconds is not None:
            table.add_row(
                say("about", jobs=self.jobs), say("about_time", time=timedelta(seconds=max(1, round(self.seconds)))))
            table.add_row(say("by_sample", count=self.sample), "")
        console.print(table)


def estimate(sources: Sources, out: Path, settings: Settings, wishes: Wishes) -> Estimate:
    """Looks at the sources and the journal of the folder `out`, which is not touched, and reads a sample."""
    with ExitStack() as stack:
        inventory = stack.enter_context(Inventory())
        for found in sources:
            inventory.add(found.path, found.folder)
        copy = Path(stack.enter_context(tempfile.TemporaryDirectory())) / JOURNAL
        if (out / JOURNAL).exists():
            try:
                with closing(sqlite3.connect(out / JOURNAL)) as known, closing(sqlite3.connect(copy)) as copied:
                    known.backup(copied)
            except sqlite3.DatabaseError as error:
                raise damaged(out / JOURNAL, error) from error
        journal = stack.enter_context(Journal(copy, settings.engine()))
        note(journal, inventory, sources, settings, wishes)
        kept = labelled = read = size = 0
        draw, sample = random.Random(1), list[File]()
        for file in journal.files():
            if unchanged(file, journal, out):
                kept += 1
                continue
            if _is_stored(file, out):
                labelled += 1
            else:
                read += 1
            size += file.stamp.size if file.stamp else 0
            # Every file has the same chance to be in the sample (reservoir sampling).
            if len(sample) < SAMPLE:
                sample.append(file)
            elif (place := draw.randrange(labelled + read)) < SAMPLE:
                sample[place] = file
        done = Estimate(kept, labelled, read, size, wishes.jobs or processors())
        if not sample:
            return done
        seconds = sum(_seconds(sample, settings, out, wishes))
        return replace(done, sample=len(sample), seconds=seconds / len(sample) * (labelled + read) / done.jobs)


def _is_stored(file: File, out: Path) -> bool:
    return file.content is not None and any((out / STORED / file.content[:2]).glob(f"{file.content}*"))


def _seconds(sample: list[File], settings: Settings, out: Path, wishes: Wishes) -> list[float]:
    """How long each document of the sample takes; one that fails takes as long as that."""
    jobs = [
        Job(Task(
            file.path, file.name, settings.model, str(out) if _is_stored(file, out) else None, file.content,
            options=settings.options))
        for file in sample]
    supervisor = Supervisor(lambda: jobs.pop() if jobs else None, jobs=1, reader=wishes.reader)
    try:
        return [outcome.result.seconds for outcome in supervisor.run() if isinstance(outcome, Outcome)]
    finally:
        supervisor.close()
