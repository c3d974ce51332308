"""`recognizer status DIR`: how far the runs into a folder have come, and what was not read."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from recognizer.commands.messages import say

SHOWN = 10  # failures, reasons


def status(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help=say("status_folder"), show_default=False)],
    as_json: Annotated[bool, typer.Option("--json", help=say("as_json"))] = False,
) -> None:
    import json

    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from recognizer.archive.journal import JOURNAL, last_run
    from recognizer.errors import UsageError
    from recognizer.exporting import is_in_use

    path = folder / JOURNAL
    if not path.is_file():
        raise UsageError(say("no_journal", folder=folder), stage="start")
    state = last_run(path)
    if state is None:
        raise UsageError(say("no_journal", folder=folder), stage="start")
    # A run that was killed could not say so.
    how = state.state if state.state != "running" or is_in_use(folder) else "killed"
    if as_json:
        figures = {
            "run": state.number, "state": how, "started": state.started, "ended": state.ended, "documents": state.documents,
            "done": state.done, "failed": state.failed, "to_do": state.to_do, "pages": state.pages, "review": state.review,
            "reasons": dict(Counter(failure.reason for failure in state.failures).most_common())}
        print(json.dumps(figures, ensure_ascii=False))
        return
    table = Table(title=Text(str(folder)), box=box.SIMPLE, show_header=False, title_justify="left", title_style="bold")
    table.add_column()
    table.add_column(justify="right")
    table.add_row(say("run"), f"{state.number}: {say(f'run_{how}')}")
    table.add_row(say("started"), f"{state.started} UTC")
    for name in ("documents", "done", "failed", "to_do", "pages", "review"):
        table.add_row(say({"failed": "failures", "review": "to_review"}.get(name, name)), f"{getattr(state, name):,}")
    console = Console(highlight=False)
    console.print(table)
    for failure in state.failures[:SHOWN]:
        console.print(Text(" ".join(f"  {failure.document}: {failure.reason}".split())), soft_wrap=True)
    if len(state.failures) > SHOWN:
        for reason, count in Counter(failure.reason for failure in state.failures).most_common(SHOWN):
            console.print(Text(f"  {count:,} × {reason}"), soft_wrap=True)
    if state.to_do:
        console.print(say("go_on"))


status.__doc__ = say("status")
