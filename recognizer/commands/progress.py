"""What a run says while it goes: a bar on a terminal, a line now and then elsewhere, or JSON lines for machines."""

from __future__ import annotations

import json
import sys
import time
from types import TracebackType
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar

from recognizer.archive.run import Settled
from recognizer.commands.messages import say

EVERY = 10.0  # seconds between two lines where there is no terminal


class Progress:
    """Counts what a run has done, and says so in a `with` block; failures and warnings are lines of their own on stderr."""

    def __init__(self, *, quiet: bool = False, json_lines: bool = False) -> None:
        self._quiet = quiet
        self._json = json_lines
        self._total = self._kept = self._done = self._failed = self._pages = self._doubtful = 0
        self._started = self._said = time.monotonic()
        console = Console(stderr=True, highlight=False)
        self._bar = Bar(
            TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[figures]}"),
            TimeRemainingColumn(), console=console, transient=True, disable=quiet or json_lines or not sys.stderr.isatty())
        self._task = self._bar.add_task(say("looking"), total=None, figures="")

    def __enter__(self) -> Progress:
        self._bar.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._bar.stop()

    def begin(self, documents: int) -> None:
        """So many documents are there to do."""
        self._total = documents
        self._bar.update(self._task, total=documents, description=say("working"))
        self.event("begin", documents=documents)

    def settled(self, settled: Settled) -> None:
        """A document is done, failed or kept as it was."""
        failed = bool(settled.failures) and not settled.stands
        self._failed += failed
        self._done += 1
        result = settled.result
        if result is None:
            self._kept += 1
        else:
            self._pages += result.counts.pages
            self._doubtful += result.counts.review
            self.event(
                "document", document=settled.name, pages=result.counts.pages, review=result.counts.review, failed=failed,
                seconds=result.seconds, read=not result.stored)
        for failure in settled.failures:
            page = f"{say('page', page=failure.page)}: " if failure.page else ""
            self.tell(settled.name, f"{page}{failure.reason}" + (f" ({settled.hint})" if settled.hint else ""))
            self.event("failure", document=settled.name, page=failure.page, stage=failure.stage, reason=failure.reason)
        if result and not self._quiet:
            for warning in result.warnings:
                self.tell(settled.name, f"{say('warning')}: {warning}")
        self._show()

    def interrupted(self) -> None:
        """The run was asked to end."""
        self.say(say("finishing"))

    def tell(self, document: str, what: str) -> None:
        """Says one line about a document."""
        if not self._json:
            self.say(" ".join(f"{document}: {what}".split()))

    def say(self, line: str) -> None:
        """Says a line on stderr."""
        if self._bar.disable:
            print(line, file=sys.stderr, flush=True)
        else:
            self._bar.console.print(line, markup=False, soft_wrap=True)

    def event(self, event: str, **details: Any) -> None:
        """Prints an event as a line of JSON, where these are wanted."""
        if self._json:
            print(json.dumps({"event": event, **details}), flush=True)

    def figures(self) -> dict[str, Any]:
        """How far the run is, and how fast: documents, pages, pages a second, seconds left (None while nothing is known)."""
        seconds = max(time.monotonic() - self._started, 1e-3)
        worked = self._done - self._kept
        left = (self._total - self._done) * seconds / worked if worked else None
        return {
            "done": self._done, "documents": self._total, "kept": self._kept, "failed": self._failed, "pages": self._pages,
            "doubtful": self._doubtful, "pages_per_second": round(self._pages / seconds, 2),
            "seconds_left": None if left is None else round(left)}

    def _show(self) -> None:
        if not self._bar.disable:
            self._bar.update(self._task, completed=self._done, figures=say("figures", **self.figures()))
        elif time.monotonic() - self._said > EVERY and not self._quiet:
            self._said = time.monotonic()
            figures = self.figures()
            self.event("progress", **figures)
            if not self._json:
                minutes, seconds = divmod(figures["seconds_left"] or 0, 60)
                self.say(f"{figures['done']}/{figures['documents']} · {say('figures', **figures)} · {minutes}:{seconds:02}")
