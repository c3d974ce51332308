"""Python's collector of cyclic garbage while a document is worked on.

Facts, cells and pieces form no cycles: they go when nothing refers to them. Without this, each of their allocations would hasten
searches of all that models and vocabulary hold, which takes an eighth of the time. Young cycles of libraries are still collected.
"""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager

YOUNG, MIDDLE, OLD = 20_000, 20, 1_000_000  # allocations, and collections of the younger kind, until a collection

_lock = threading.Lock()
_inside: list[tuple[int, int, int]] = []  # for each that is within, what was usual before the first of them


@contextmanager
def seldom_collecting() -> Iterator[None]:
    """Within it, or in a function decorated with it, only what is young is searched for garbage."""
    with _lock:
        _inside.append(_inside[0] if _inside else gc.get_threshold())
        gc.set_threshold(YOUNG if _inside[0][0] else 0, MIDDLE, OLD)  # 0: whoever calls wants no collection at all
    try:
        yield
    finally:
        with _lock:
            usual = _inside.pop()
            if not _inside:
                gc.set_threshold(*usual)
