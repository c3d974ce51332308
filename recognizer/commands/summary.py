"""What a run came to, shown as a table that a person wants to read."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from recognizer.archive.task import Counts
from recognizer.commands.messages import say
from recognizer.exporting import FAILURES, Failure
from recognizer.options import MAX_ERROR

SHOWN_FAILURES = 10
ALWAYS = ("projects", "indicators", "values", "funds", "goals", "review")  # shown even where there are none


@dataclass(slots=True)
class Summary:
    """A run: its documents, those that stand in the folder and what was recognised in them, and how many are as they were."""

    documents: int = 0
    done: int = 0
    kept: int = 0
    counts: Counts = field(default_factory=Counts)
    failed: int = 0
    passed_over: int = 0
    removed: int = 0
    seconds: float = 0.0
    max_error: float = MAX_ERROR
    first_failures: list[Failure] = field(default_factory=list)

    def add_failure(self, failure: Failure) -> None:
        """Counts a document that was not read."""
        self.failed += 1
        if len(self.first_failures) < SHOWN_FAILURES:
            self.first_failures.append(failure)

    def figures(self) -> dict[str, Any]:
        """The same for machines."""
        return {
            "documents": self.documents, "done": self.done, "kept": self.kept, "failed": self.failed, **asdict(self.counts),
            "passed_over": self.passed_over, "removed": self.removed, "seconds": round(self.seconds, 3)}

    def show(self, console: Console, out: Path) -> None:
        """Prints the summary, what failed, and where the results are."""
        table = Table(title=say("title"), box=box.SIMPLE, show_header=False, title_justify="left", title_style="bold")
        table.add_column()
        table.add_column(justify="right")
        table.add_row(say("documents"), say("of", done=self.done, all=self.documents))
        shown = {
            "kept": self.kept, **asdict(self.counts), "passed_over": self.passed_over, "removed": self.removed}
        for name, count in shown.items():
            if count or name in ALWAYS:
                indent = "  " if name in ("kept", "without_table") else ""
                label = indent + say(name, budget=f"{100 * self.max_error:g} %")
                table.add_row(label, f"{count:,}", style="yellow" if name == "review" and count else None)
        table.add_row(say("seconds"), f"{self.seconds:.1f}")
        console.print(table)
        if self.failed:
            console.print(Text(f"{say('failures')}: {self.failed}", style="bold red"))
            for failure in self.first_failures:
                console.print(Text(f"  {failure.document}: {failure.reason}"), soft_wrap=True)
            if self.failed > SHOWN_FAILURES:
                more = self.failed - SHOWN_FAILURES
                console.print(Text("  " + say("more_failures", more=more, file=out / FAILURES)), soft_wrap=True)
        console.print(Text(f"{say('results')}: {out}"), soft_wrap=True)
