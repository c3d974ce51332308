"""`recognizer evaluate`: the model against the gold records."""

from __future__ import annotations

from recognizer.commands.messages import say


def evaluate() -> None:
    from recognizer.measuring import evaluate_command  # type: ignore[attr-defined]

    evaluate_command()


evaluate.__doc__ = say("evaluate")
