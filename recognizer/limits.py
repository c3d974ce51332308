"""How much of anything is read before it is given up: every limit in one place, with its reason.

What reaches a limit is a warning that names the page, the figure and the limit; all else of the document is read. A limit
can be set for a call (`digitize(path, limits=Limits(page_seconds=60))`), for a process and those it starts (the environment's
RECOGNIZER_PAGE_SECONDS and so on) and for the command line (a table `[limits]` in recognizer.toml).
"""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, fields
from types import FrameType
from typing import Any

from recognizer.errors import UsageError
from recognizer.language import either

PREFIX = "RECOGNIZER_"  # of the environment's variables: RECOGNIZER_PAGE_SECONDS


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits; each is the first figure that is too much.

    `page_seconds`: seconds that one page may take to be read, and again to be laid out; the median page takes a hundredth of one.
    `page_inches`: the width or height of a page, in inches; PDF itself ends at 200, and no table is printed on such a sheet.
    `page_drawings`: drawings on a page; what has more is a map or a chart, so its text is read and its lines are not.
    `scan_seconds`: seconds that one scanned page may take to be read; a dense one takes five of a core's.
    `page_pixels`: pixels of a picture; what has more is a map or a trap, and is not unpacked.
    An A3 sheet at 600 dots an inch has 70 million.
    `table_cells`: cells of one table; beyond it labelling one table would take gigabytes. On a page such a table is not read, one
    that goes on over pages is parted there.
    `package_bytes`: bytes that an office file unpacks to; a ZIP bomb's are a thousand times its size. Beyond it nothing is read.
    `package_parts`: files within an office file; beyond it nothing is read.
    `convert_seconds`: seconds that LibreOffice may take over one old office file; a large one takes ten.

    The others are those of the processes that read the documents of a run; a document that reaches one is tried again alone, then
    its page is set aside, or all of it where no page is to blame.
    `page_seconds_at_most`: seconds for a page by the clock; for compiled code, which `page_seconds` cannot interrupt.
    `document_seconds`: seconds for a document, and `seconds_per_page` more for each page that it has come to, `scan_seconds` for
    each that is recognised.
    `silent_seconds`: without any sign of life; only a process that computes in compiled code gives none.
    `memory_bytes`: memory of a process; ten times what one holds that has read hundreds of ordinary documents.
    `pages_set_aside`: pages of one document that are set aside; one more, and all of it is.
    `file_bytes`: size of a file; a larger one is no document, and its process would not hold it.
    """

    page_seconds: float = 20.0
    page_inches: float = 200.0
    page_drawings: int = 10_000
    scan_seconds: float = 90.0
    page_pixels: int = 100_000_000
    table_cells: int = 100_000
    package_bytes: int = 300_000_000
    package_parts: int = 10_000
    convert_seconds: float = 120.0
    page_seconds_at_most: float = 120.0
    document_seconds: float = 600.0
    seconds_per_page: float = 2.0
    silent_seconds: float = 90.0
    memory_bytes: int = 2 << 30
    pages_set_aside: int = 10
    file_bytes: int = 1 << 30


# The limits on which no document's records depend, only whether there are any.
OF_PROCESSES = frozenset({
    "page_seconds_at_most", "document_seconds", "seconds_per_page", "silent_seconds", "memory_bytes", "pages_set_aside",
    "file_bytes"})


class OutOfTimeError(Exception):
    """What was being done took longer than it may; it is raised and caught page by page."""


def from_environment(environment: Mapping[str, str] | None = None) -> Limits:
    """The limits that the environment sets, the others as they are. Raises UsageError for one that is no positive number."""
    set_to = os.environ if environment is None else environment
    return limits_of({entry.name: set_to[name] for entry in fields(Limits) if (name := variable(entry.name)) in set_to})


def limits_of(given: Mapping[str, object]) -> Limits:
    """The limits with those named given anew. Raises UsageError for a name that is none, or anything but a positive number."""
    usual = Limits()
    names = [entry.name for entry in fields(Limits)]
    chosen: dict[str, Any] = {}
    for name, setting in given.items():
        if name not in names:
            raise UsageError(either(f"no such limit: {name}; there are {', '.join(names)}",
                                    f"没有这个限值：{name}；现有 {', '.join(names)}"))
        try:
            number = type(getattr(usual, name))(str(setting))
        except ValueError:
            number = 0
        if not 0 < number < float("inf"):
            raise UsageError(either(f"the limit {name} must be a positive number, not {setting!r}",
                                    f"限值 {name} 须为正数，不能是 {setting!r}"))
        chosen[name] = number
    return Limits(**chosen)


def variable(limit: str) -> str:
    """The environment's variable that sets a limit."""
    return PREFIX + limit.upper()


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Raises OutOfTimeError in the body once it has taken so many seconds.

    It needs the timer of Unix systems, and the main thread; elsewhere the body may take its time. Compiled code is not
    interrupted: the error waits until it returns.
    """
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return

    def ring(_number: int, _frame: FrameType | None) -> None:
        raise OutOfTimeError(f"it takes more than {seconds:g} seconds")

    handler = signal.signal(signal.SIGALRM, ring)
    start = time.monotonic()
    outer, interval = signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, handler)
        if outer:  # someone else's timer goes on
            signal.setitimer(signal.ITIMER_REAL, max(outer - (time.monotonic() - start), 1e-3), interval)
