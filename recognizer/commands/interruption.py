"""Ctrl-C at the right moment: the first asks a run to finish what it has begun, the second stops it at once."""

from __future__ import annotations

import signal
from collections.abc import Callable
from types import FrameType
from typing import Any


class Interruption:
    """In its `with` block the first Ctrl-C is answered by `asked`, the second raises KeyboardInterrupt.

    `tell` is called when the first is noticed.
    """

    def __init__(self, tell: Callable[[], None] = lambda: None) -> None:
        self.wanted = False
        self._told = False
        self._tell = tell

    def asked(self) -> bool:
        """Whether Ctrl-C was pressed."""
        if self.wanted and not self._told:
            self._told = True
            self._tell()
        return self.wanted

    def __enter__(self) -> Interruption:
        self._former: Any = signal.signal(signal.SIGINT, self._interrupt)
        return self

    def __exit__(self, *_: object) -> None:
        signal.signal(signal.SIGINT, self._former)

    def _interrupt(self, _number: int, _frame: FrameType | None) -> None:
        if self.wanted:
            signal.signal(signal.SIGINT, signal.SIG_IGN)  # what follows is short, and must not be cut off
            raise KeyboardInterrupt
        self.wanted = True
