"""What a run came to, counted as it goes and shown as a table that a person wants to read."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from recognizer.commands.messages import say
from recognizer.exporting import FAILURES, Failure, doubtful_facts
from recognizer.types import Records

SHOWN_FAILURES = 10


@dataclass(slots=True)
class Summary:
    """Counts of a run; `add` counts a document in."""

    documents: int = 0
    done: int = 0
    without_table: int = 0
    projects: int = 0
    indicators: int = 0
    values: int = 0
    funds: int = 0
    goals: int = 0
    review: int = 0
    warnings: int = 0
    passed_over: int = 0
    removed: int = 0
    seconds: float = 0.0
    failures: list[Failure] = field(default_factory=list)

    def add(self, records: Records) -> None:
        """Counts the facts of a document that was written."""
        self.done += 1
        self.without_table += 0 if records.projects else 1
        self.projects += len(records.projects)
        self.indicators += sum(len(project.indicators) for project in records.projects)
        self.values += sum(len(indicator.values) for project in records.projects for indicator in project.indicators)
        self.funds += sum(len(project.funds) for project in records.projects) + sum(len(total.funds) for total in records.totals)
        self.goals += sum(len(project.goals) for project in records.projects)
        self.review += len(doubtful_facts(records))
        self.warnings += len(records.warnings)

    def show(self, console: Console, out: Path) -> None:
        """Prints the summary, what failed, and where the results are."""
        table = Table(title=say("title"), box=box.SIMPLE, show_header=False, title_justify="left", title_style="bold")
        table.add_column()
        table.add_column(justify="right")
        table.add_row(say("documents"), say("of", done=self.done, all=self.documents))
        for name in ("without_table", "projects", "indicators", "values", "funds", "goals", "review", "warnings", "passed_over",
                     "removed"):
            count: int = getattr(self, name)
            if count or name in ("projects", "indicators", "values", "funds", "goals", "review"):
                indent = "  " if name == "without_table" else ""
                table.add_row(indent + say(name), f"{count:,}", style="yellow" if name == "review" and count else None)
        table.add_row(say("seconds"), f"{self.seconds:.1f}")
        console.print(table)
        if self.failures:
            console.print(Text(f"{say('failures')}: {len(self.failures)}", style="bold red"))
            for failure in self.failures[:SHOWN_FAILURES]:
                console.print(Text(f"  {failure.document}: {failure.reason}"), soft_wrap=True)
            if len(self.failures) > SHOWN_FAILURES:
                more = len(self.failures) - SHOWN_FAILURES
                console.print(Text("  " + say("more_failures", more=more, file=out / FAILURES)), soft_wrap=True)
        console.print(Text(f"{say('results')}: {out}"), soft_wrap=True)
