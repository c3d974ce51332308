"""`recognizer digitize SOURCE... --out DIR`: documents in, records out."""

from __future__ import annotations

import errno
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from recognizer.commands.messages import say
from recognizer.layout.engines import Layout

if TYPE_CHECKING:
    from recognizer.archive import Settings


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
    partition: Annotated[
        str | None, typer.Option("--partition", metavar="COLUMN,...", help=say("partition"), show_default=False)] = None,
    without: Annotated[
        list[str] | None, typer.Option("--without", metavar="TABLE:NAME", help=say("without"), show_default=False)] = None,
    model: Annotated[Path | None, typer.Option("--model", metavar="DIR", help=say("model"), show_default=False)] = None,
    layout: Annotated[Layout, typer.Option("--layout", help=say("layout"))] = Layout.NATIVE,
    without_check: Annotated[
        list[str] | None, typer.Option("--without-check", metavar="NAME", help=say("without_check"), show_default=False)] = None,
    max_error: Annotated[str, typer.Option("--max-error", metavar="SHARE", help=say("max_error"))] = "2%",
    vocabulary: Annotated[
        Path | None, typer.Option("--vocabulary", metavar="FILE", help=say("vocabulary"), show_default=False)] = None,
    jobs: Annotated[int | None, typer.Option("--jobs", "-j", metavar="N", min=1, help=say("jobs"), show_default=False)] = None,
    cluster: Annotated[
        str | None, typer.Option("--cluster", metavar="ADDRESS", help=say("cluster"), show_default=False)] = None,
    store: Annotated[str | None, typer.Option("--store", metavar="URL", help=say("store"), show_default=False)] = None,
    rehash: Annotated[bool, typer.Option("--rehash", help=say("rehash"))] = False,
    retry_failed: Annotated[bool, typer.Option("--retry-failed", help=say("retry_failed"))] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help=say("dry_run"))] = False,
    log_json: Annotated[bool, typer.Option("--log-json", help=say("log_json"))] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help=say("quiet"))] = False,
    debug: Annotated[bool, typer.Option("--debug", help=say("debug"))] = False,
) -> None:
    from rich.console import Console

    from recognizer.commands.progress import Progress
    from recognizer.commands.running import UnforeseenError, Wishes, run_archive
    from recognizer.commands.sources import Sources
    from recognizer.errors import UsageError
    from recognizer.exporting import TABLES, FolderInUseError
    from recognizer.exporting.partition import parse_partition, refuse_other_files
    from recognizer.objects import is_url

    settings = _settings(layout, without_check or [], max_error, vocabulary, without or [], model)
    parted = parse_partition(partition) if partition else ()
    for table in TABLES if parted else ():
        refuse_other_files(out / table)  # now, and not when hours of work are to be written
    if cluster:
        from recognizer.archive.cluster import check_cluster

        check_cluster(cluster)
    if store and not is_url(store):
        raise UsageError(say("no_url", url=store), stage="start")
    wishes = Wishes(jobs, excel or Format.XLSX in (formats or []), parted, rehash, retry_failed, cluster=cluster, store=store)
    found = Sources(sources, out)
    if dry_run:
        from recognizer.commands.estimate import estimate

        estimate(found, out, settings, wishes).show(Console(highlight=False))
        return
    try:
        with Progress(quiet=quiet, json_lines=log_json) as progress:
            summary, interrupted = run_archive(found, out, settings, wishes, progress, debug=debug)
    except FolderInUseError:
        raise UsageError(say("folder_in_use", folder=out), stage="export") from None
    except OSError as error:
        hint = say("make_space") if error.errno in (errno.ENOSPC, errno.EDQUOT) else ""
        raise UsageError(say("not_writable", folder=out, reason=error.strerror or error), stage="export", hint=hint) from error
    except UnforeseenError as error:
        print(error, file=sys.stderr)
        raise typer.Exit(1) from None
    except KeyboardInterrupt:
        print(say("stopped"), file=sys.stderr)
        raise typer.Exit(130) from None
    if interrupted:
        print(say("interrupted", done=summary.done) if summary.done else say("interrupted_early"), file=sys.stderr)
    if log_json:
        progress.event("end", interrupted=interrupted, **summary.figures())
    elif not quiet and (summary.done or not interrupted):
        summary.show(Console(highlight=False), out)
    if interrupted:
        raise typer.Exit(130)
    if summary.failed:
        raise typer.Exit(1)


digitize.__doc__ = say("digitize")


def _settings(
    layout: Layout, without_check: list[str], max_error: str, vocabulary: Path | None, without: list[str], model: Path | None
) -> Settings:
    """What the results depend on besides the files, as it was asked for. Raises UsageError for what makes no sense."""
    from recognizer.archive import Settings
    from recognizer.concepts.files import use, vocabulary_mark
    from recognizer.errors import UsageError
    from recognizer.exporting.omission import options_of, parse_omissions
    from recognizer.options import Options, share_of
    from recognizer.shelf import named_model

    if without_check:
        from recognizer.checking import checks_without

        try:
            checks_without(without_check)
        except ValueError as error:
            raise UsageError(say("no_check", reason=error)) from None
    chosen = Options(str(layout), tuple(without_check), share_of(max_error))
    use(vocabulary)
    marked = (("vocabulary", mark),) if (mark := vocabulary_mark()) else ()
    options = (*chosen.stated(), *marked, *options_of(parse_omissions(without)))
    folder = named_model(model)
    return Settings(str(folder) if folder else None, options)
