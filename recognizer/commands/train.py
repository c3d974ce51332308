"""`recognizer train`: a model from labelled documents and generated layouts."""

from __future__ import annotations

from recognizer.commands.messages import say


def train() -> None:
    from recognizer.training import train_command  # type: ignore[attr-defined]

    train_command()


train.__doc__ = say("train")
