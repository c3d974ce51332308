"""Ctrl-C at the right moment: a run stops between two documents, never in the midst of writing one."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any


class Interruption:
    """Lets Ctrl-C stop a run between two steps but never within one: `with interruption.held(): …` puts it off.

    Only the first one counts: what follows it is short, and must not be cut off.
    """

    def __init__(self) -> None:
        self._held = False
        self._pending = False
        self._raised = False

    def __enter__(self) -> Interruption:
        self._former: Any = signal.signal(signal.SIGINT, self._interrupt)
        return self

    def __exit__(self, *_: object) -> None:
        signal.signal(signal.SIGINT, signal.SIG_IGN if self._raised else self._former)

    def _interrupt(self, _number: int, _frame: FrameType | None) -> None:
        if self._held:
            self._pending = True
        elif not self._raised:
            self._raised = True
            raise KeyboardInterrupt

    @contextmanager
    def held(self, *, raising: bool = True) -> Iterator[None]:
        """At the end of the block raises, or forgets, the KeyboardInterrupt that came in the meantime."""
        self._held = True
        try:
            yield
        finally:
            self._held = False
        # One that was raised before, and yet has not ended the run, came where Python must swallow exceptions.
        pending, self._pending = self._pending or self._raised, False
        if pending and raising:
            self._raised = True
            raise KeyboardInterrupt
