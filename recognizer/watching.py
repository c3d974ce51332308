"""How far the journey of a document has come, for whoever watches over it and has to say at which page it hangs or crashes."""

from __future__ import annotations

from collections.abc import Callable

Watcher = Callable[[str, int | None], None]  # told the stage, and the page (from 1; None: not at a page)

_watchers: list[Watcher] = []


def watch(watcher: Watcher | None) -> None:
    """Has `watcher` told of every step from now on, alone; nobody, if None."""
    _watchers[:] = [watcher] if watcher else []


def reached(stage: str, page: int | None = None) -> None:
    """Tells the watcher that a stage of the journey begins, or a page of it."""
    for watcher in _watchers:
        watcher(stage, page)
