"""A worker process: takes tasks from its standard input and gives results to its standard output, until that is closed.

Whatever a document does to it (a crash, a hang, all memory) ends this process alone. It says what it is about before it
begins, and once a second that it is alive, so that the run knows what to blame; it never outlives the run.

    python -m recognizer.archive.worker READER MEMORY
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
import select
import signal
import sys
import threading
import time
from collections import deque
from typing import Any

from recognizer.archive.task import Messages, Result, Task, message, message_of_result, task_of
from recognizer.errors import RecognizerError
from recognizer.files import Stamp

BEAT = 1.0  # seconds between two signs of life
RARELY = (50_000, 20, 20)  # how often rubbish is looked for: documents are large trees without cycles, and 7 % is saved
OUT_OF_MEMORY = 77  # exit status of a worker that reached its cap


def main(reader: str, memory: int) -> int:
    """Works until its input ends; returns the exit status."""
    given, said = _own_pipes()
    _die_with_parent()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # interrupts are for the run to answer
    out = _Out(said)
    threading.Thread(target=out.beat, daemon=True).start()
    from recognizer.starting import leave_out_layout_network
    from recognizer.watching import watch

    leave_out_layout_network()
    module, _, function = reader.partition(":")
    digitize = getattr(importlib.import_module(module), function)
    _limit_memory(memory)
    gc.freeze()
    gc.set_threshold(*RARELY)
    watch(lambda stage, page: out.say({"at": [stage, page]}))
    out.say({"ready": True})
    inbox = _In(given)
    while task := inbox.next():
        out.say({"begin": task.name})
        try:
            result: Result = digitize(task, lambda content, stamp: out.say(_found(content, stamp)))
        except MemoryError:
            return OUT_OF_MEMORY
        except RecognizerError as error:
            out.say({"fatal": [error.reason, error.path, error.stage, error.hint]})
            return 1
        except OSError as error:
            out.say({"full": [error.errno, error.strerror]})
            return 1
        out.send(message_of_result(result))
    return 0


def _found(content: str, stamp: Stamp) -> dict[str, Any]:
    return {"found": [content, stamp.size, stamp.modified, stamp.inode, stamp.device]}


class _Out:
    """The way to the run: whole messages, from whichever thread."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._lock = threading.Lock()

    def say(self, said: dict[str, Any]) -> None:
        self.send(message(said))

    def send(self, data: bytes) -> None:
        with self._lock:
            view = memoryview(data)
            try:
                while view:
                    view = view[os.write(self._descriptor, view) :]
            except BrokenPipeError:  # the run is gone
                os._exit(0)

    def beat(self) -> None:
        while True:
            time.sleep(BEAT)
            self.say({"beat": True})


class _In:
    """The tasks that come from the run, until it says `stop` or closes the pipe; a `stop` overtakes tasks not begun."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._messages = Messages()
        self._tasks: deque[Task] = deque()
        self._stopped = False

    def next(self) -> Task | None:
        while not self._stopped and (not self._tasks or select.select([self._descriptor], [], [], 0)[0]):
            data = os.read(self._descriptor, 1 << 16)
            if not data:
                self._stopped = True
            for said, _ in self._messages.add(data):
                if "task" in said:
                    self._tasks.append(task_of(said["task"]))
                else:
                    self._stopped = True
        return None if self._stopped else self._tasks.popleft()


def _own_pipes() -> tuple[int, int]:
    """The pipes to the run, moved away from where libraries print."""
    given, said = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    return given, said


def _die_with_parent() -> None:
    """Has Linux end this process when the run ends, even in the midst of compiled code; elsewhere the pipe's end does."""
    if sys.platform == "linux":
        import ctypes

        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


def _limit_memory(size: int) -> None:
    """Has the system refuse more memory than so many bytes, where it can."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_DATA, (size, size))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a crash leaves no gigabytes behind


if __name__ == "__main__":
    os._exit(main(sys.argv[1], int(sys.argv[2])))  # a thread in compiled code must not keep it alive
