"""The command line: one file a command, and `main`, which runs them."""

from recognizer.commands.app import main

__all__ = ["main"]
