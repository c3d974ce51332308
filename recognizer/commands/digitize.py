"""`recognizer digitize SOURCE... --out DIR`: documents in, records out."""

from __future__ import annotations

import sys
import time
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from recognizer.commands.messages import say


class Format(StrEnum):
    """A format of the tables."""

    CSV = "csv"
    PARQUET = "parquet"
    XLSX = "xlsx"


def digitize(
    sources: Annotated[list[str], typer.Argument(metavar="SOURCE", help=say("sources"), show_default=False)],
    out: Annotated[Path, typer.Option("--out", "-o", metavar="DIR", help=say("out"), show_default=False)],
    excel: Annotated[bool, typer.Option("--excel", help=say("excel"))] = False,
    formats: Annotated[
        list[Format] | None, typer.Option("--format", metavar="FORMAT", help=say("format"), show_default=False)] = None,
    model: Annotated[Path | None, typer.Option("--model", metavar="DIR", help=say("model"), show_default=False)] = None,
    jobs: Annotated[int, typer.Option("--jobs", "-j", metavar="N", min=1, help=say("jobs"))] = 1,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help=say("quiet"))] = False,
    debug: Annotated[bool, typer.Option("--debug", help=say("debug"))] = False,
) -> None:
    from rich.console import Console

    from recognizer.commands.interruption import Interruption
    from recognizer.commands.running import Reader, Run, digitize_all
    from recognizer.commands.sources import find_sources
    from recognizer.errors import UsageError
    from recognizer.exporting import FolderInUseError, OutputFolder

    started = time.monotonic()
    found = find_sources(sources, out)
    interrupted = False
    try:
        with (
            OutputFolder(out, excel=excel or Format.XLSX in (formats or [])) as output,
            Interruption() as interruption,
            Run(output, found, quiet=quiet, debug=debug) as run,
        ):
            try:
                for outcome in digitize_all(found.documents, Reader(model, debug), jobs=jobs):
                    with interruption.held():
                        run.store(outcome)
            except KeyboardInterrupt:
                interrupted = True
            if run.summary.done or not interrupted:
                with interruption.held(raising=False):
                    run.summary.removed = output.finish(complete=not interrupted).removed
    except FolderInUseError:
        raise UsageError(say("folder_in_use", folder=out), stage="export") from None
    except OSError as error:
        raise UsageError(say("not_writable", folder=out, reason=error.strerror or error), stage="export") from error
    run.summary.seconds = time.monotonic() - started
    if interrupted:
        done = run.summary.done
        print(say("interrupted", done=done) if done else say("interrupted_early"), file=sys.stderr)
    if not quiet and (run.summary.done or not interrupted):
        run.summary.show(Console(highlight=False), out)
    if interrupted:
        raise typer.Exit(130)
    if run.summary.failures:
        raise typer.Exit(1)


digitize.__doc__ = say("digitize")
