"""`recognizer checks`: what each doubt says, in the user's language."""

from __future__ import annotations

from recognizer.commands.messages import say
from recognizer.language import either


def checks() -> None:
    from rich.console import Console
    from rich.table import Table

    from recognizer.checking import CHECKS, OTHER_DOUBTS

    table = Table(say("check_name"), say("check_means"), say("check_switch"))
    for check in CHECKS:
        table.add_row(check.name, either(check.english, check.chinese), say("yes"))
    for doubt in OTHER_DOUBTS:
        table.add_row(doubt.name, either(doubt.english, doubt.chinese), "")
    Console(highlight=False).print(table)


checks.__doc__ = say("checks")
