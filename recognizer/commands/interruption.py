"""Ctrl-C at the right moment: the first asks a run to finish what it has begun, the second stops it at once.

What `kill`, a service manager or a batch system sends before it kills (SIGTERM) counts as Ctrl-C.
"""

from __future__ import annotations

import signal
from collections.abc import Callable
from types import FrameType
from typing import Any

ASKING = (signal.SIGINT, signal.SIGTERM)


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
        self._former: dict[signal.Signals, Any] = {one: signal.signal(one, self._interrupt) for one in ASKING}
        return self

    def __exit__(self, *_: object) -> None:
        for one, former in self._former.items():
            signal.signal(one, former)

    def _interrupt(self, _number: int, _frame: FrameType | None) -> None:
        if self.wanted:
            for one in ASKING:
                signal.signal(one, signal.SIG_IGN)  # what follows is short, and must not be cut off
            raise KeyboardInterrupt
        self.wanted = True
