"""A reader for tests that does what a document tells it, page by page: a line is a page, and says `segfault`, `hang`, `hog` …"""

from __future__ import annotations

import ctypes
import hashlib
import os
import signal
import time
from collections.abc import Callable

from recognizer.archive.task import Counts, Result, Task, packed
from recognizer.errors import UnreadableFileError
from recognizer.exporting import TABLES, Failure, to_json, to_text
from recognizer.files import Stamp
from recognizer.objects import read_source
from recognizer.types import Indicator, Period, Project, Records, Value
from recognizer.watching import reached

MISDEEDS = {
    "segfault": lambda: ctypes.string_at(0),
    "abort": os.abort,
    "bus": lambda: os.kill(os.getpid(), signal.SIGBUS),
    "exit": lambda: os._exit(3),
    "hang": lambda: time.sleep(3600),
    "spin": lambda: ctypes.CDLL(None).pause(),  # holds no lock, but is compiled code that never comes back
    "hog": lambda: [bytes(1 << 27) for _ in range(10_000)],  # not touched, so that it takes no time on a busy machine
}


def digitize(task: Task, found: Callable[[str, Stamp], None]) -> Result:
    """A project a page, with the page's text as its name."""
    try:
        data, stamp = read_source(task.path)
    except UnreadableFileError as error:
        return Result(failure=Failure(task.name, None, "read", error.reason))
    content = hashlib.sha256(data).hexdigest()
    found(content, stamp)
    pages = data.decode().splitlines()
    if not pages or pages == ["damaged"]:
        return Result(content, stamp, failure=Failure(task.name, None, "read", "nothing in it"))
    projects = []
    for number, page in enumerate(pages, 1):
        if number not in task.without:
            reached("read", number)
            if page in MISDEEDS:
                MISDEEDS[page]()
            if page == "label":
                reached("label")
                os.abort()
            projects.append(Project(page, indicators=(Indicator(None, None, page, (Value(Period.ANNUAL, str(number)),)),)))
    records = Records(task.name, projects=tuple(projects))
    rows = packed({name: table.of(records) for name, table in TABLES.items()})
    return Result(
        content, stamp, Counts(pages=len(pages), projects=len(projects)), document=to_text(to_json(records)).encode(), rows=rows)
