"""The application: its commands, the options that stand in recognizer.toml, and how it ends when something goes wrong."""

from __future__ import annotations

import io
import os
import sys
import tomllib
from pathlib import Path
from typing import Annotated, Any

import typer

from recognizer import __version__
from recognizer.commands.audit import audit
from recognizer.commands.budget import budget
from recognizer.commands.checks import checks
from recognizer.commands.diff import diff
from recognizer.commands.digitize import digitize
from recognizer.commands.evaluate import evaluate
from recognizer.commands.export import export
from recognizer.commands.messages import say
from recognizer.commands.models import app as models
from recognizer.commands.newcity import newcity
from recognizer.commands.report import report
from recognizer.commands.review import review
from recognizer.commands.show import show
from recognizer.commands.status import status
from recognizer.commands.train import train
from recognizer.commands.vocabulary import app as vocabulary
from recognizer.errors import RecognizerError, UsageError
from recognizer.limits import limits_of, variable

OPTIONS_FILE = Path("recognizer.toml")
LIMITS_TABLE = "limits"

app = typer.Typer(
    help=say("app"), no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode="rich",
    context_settings={"help_option_names": ["--help", "-h"]})
app.command()(digitize)
app.command()(status)
app.command()(show)
app.command()(checks)
app.command()(budget)
app.command()(audit)
app.command()(export)
app.command()(diff)
app.command()(report)
app.command()(review)
app.command()(train)
app.command()(evaluate)
app.command()(newcity)
app.add_typer(models, name="models")
app.add_typer(vocabulary, name="vocabulary")


def _show_version(wanted: bool) -> None:
    if wanted:
        print(f"recognizer {__version__}")
        raise typer.Exit


@app.callback()
def options(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", callback=_show_version, is_eager=True, help=say("version"))] = False,
) -> None:
    context.default_map = _options_of_file(OPTIONS_FILE, context)


def main() -> None:
    """Runs the command line and ends the process with its exit status; prints a traceback only with --debug."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal that knows no Chinese is no reason to stop
    _adapt_help()
    try:
        app()
    except RecognizerError as error:
        _complain(f"{error} ({error.hint})" if error.hint else str(error))
        raise SystemExit(error.exit_status) from None
    except BrokenPipeError:  # whoever read our output has stopped reading
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(1) from None
    except Exception as error:
        if "--debug" in sys.argv:
            raise
        _complain(say("unexpected", reason=" ".join(f"{type(error).__name__}: {error}".split())))
        raise SystemExit(1) from None


def _complain(reason: str) -> None:
    print(f"recognizer: {reason}", file=sys.stderr)


def _options_of_file(path: Path, context: typer.Context) -> dict[str, dict[str, Any]]:
    """The defaults that the file gives, by command and parameter; limits go to the environment where it has none of its own.

    Raises UsageError for a file or option that is wrong.
    """
    try:
        tables = tomllib.loads(path.read_text("utf-8-sig"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise UsageError(say("bad_options_file", reason=error)) from error
    defaults: dict[str, dict[str, Any]] = {}
    commands = getattr(context.command, "commands", {})
    limits = tables.pop(LIMITS_TABLE, {})
    if not isinstance(limits, dict):
        raise UsageError(say("unknown_option", name=LIMITS_TABLE))
    for limit, setting in limits.items():
        limits_of({limit: setting})
        os.environ.setdefault(variable(limit), str(setting))  # which the processes that a command starts inherit
    for name, table in tables.items():
        if name not in commands or not isinstance(table, dict):
            raise UsageError(say("unknown_option", name=name))
        parameters = {option.lstrip("-"): parameter for parameter in commands[name].params for option in parameter.opts}
        defaults[name] = {}
        for option, setting in table.items():
            if option not in parameters:
                raise UsageError(say("unknown_option", name=f"{name}.{option}"))
            takes_many = parameters[option].nargs == -1 or getattr(parameters[option], "multiple", False)
            single = takes_many and not isinstance(setting, list)
            defaults[name][parameters[option].name] = [setting] if single else setting
    return defaults


def _adapt_help() -> None:
    """Makes typer's own words follow the locale, and folds long lines of help: Chinese has no blanks to wrap at."""
    from rich.columns import Columns
    from rich.table import Table
    from rich.text import Text
    from typer import rich_utils

    class FoldingTable(Table):
        def add_row(self, *cells: Any, **options: Any) -> None:
            super().add_row(*cells, **options)
            for column in self.columns:
                column.overflow = "fold"

    def folded(parts: list[Any], **options: Any) -> Any:
        texts = [part for part in parts if isinstance(part, Text)]
        return Text(" ", overflow="fold").join(texts) if len(texts) == len(parts) else Columns(parts, **options)

    words = {
        "OPTIONS_PANEL_TITLE": "options_panel", "ARGUMENTS_PANEL_TITLE": "arguments_panel",
        "COMMANDS_PANEL_TITLE": "commands_panel", "ERRORS_PANEL_TITLE": "error_panel", "REQUIRED_LONG_STRING": "required",
        "DEFAULT_STRING": "default", "RICH_HELP": "see_help"}
    for name, key in words.items():
        setattr(rich_utils, name, say(key))
    setattr(rich_utils, "Table", FoldingTable)  # noqa: B010
    setattr(rich_utils, "Columns", folded)  # noqa: B010
