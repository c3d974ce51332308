"""A worker process as the run sees it: what it has in hand, how far it is, and why it ended."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from recognizer.archive.task import Json, Messages, Task, message, message_of_task
from recognizer.archive.worker import OUT_OF_MEMORY
from recognizer.files import Stamp

# Who sends these is not the document: a person, a system that shuts down or has no memory left.
FROM_OUTSIDE = frozenset({signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT})
_ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS"), "1")
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Job:
    """A task with the deaths of workers that it was the cause of; `found` is what they read: its hash and the file's stamp."""

    task: Task
    deaths: tuple[Death, ...] = ()
    found: tuple[str, Stamp] | None = None


@dataclass(frozen=True, slots=True)
class Death:
    """Where a document was when its worker died of it, and what the worker died of."""

    stage: str
    page: int | None
    reason: str


class Process:
    """A worker process. `jobs` are those it has in hand, the first of them begun where `begun` says so.

    `reader` names the function that digitises, `memory` is its cap in bytes, `scratch` a folder for temporary files.
    """

    def __init__(self, reader: str, memory: int, scratch: str) -> None:
        self.jobs: deque[Job] = deque()
        self.ready = False
        self.begun = False
        self.finished = 0
        self.stage: str = "read"
        self.page: int | None = None
        self.pages = 0  # of the document in hand, as far as is known
        self.scans = 0  # those of them whose characters are recognised
        self.started = self.since = self.heard = time.monotonic()  # of the process, its task or page, the last sign of life
        self.task_since = self.started
        self.killed_for: str | None = None
        self.found: tuple[str, Stamp] | None = None
        self._messages = Messages()
        self._log = tempfile.TemporaryFile()  # noqa: SIM115  closed with the process
        self._process = subprocess.Popen(
            [sys.executable, "-m", "recognizer.archive.worker", reader, str(memory)], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=self._log, start_new_session=True, bufsize=0, env=_environment(scratch))
        assert self._process.stdout
        self.descriptor = self._process.stdout.fileno()
        os.set_blocking(self.descriptor, False)

    @property
    def pid(self) -> int:
        return self._process.pid

    def give(self, job: Job) -> None:
        """Hands over a job; it waits until those before it are done."""
        if not self.jobs:
            self.task_since = self.since = time.monotonic()
        self.jobs.append(job)
        self._send(message_of_task(job.task))

    def stop(self) -> None:
        """Asks the process to end after the document that it has begun."""
        self._send(message({"stop": True}))

    def hear(self) -> Iterator[tuple[Json, bytes]] | None:
        """What the process has said since; None when it has ended."""
        try:
            data = os.read(self.descriptor, _CHUNK)
        except BlockingIOError:
            return iter(())
        if not data:
            return None
        self.heard = time.monotonic()
        return self._messages.add(data)

    def note(self, said: Json) -> None:
        """Takes down how far the process is."""
        now = time.monotonic()
        if "at" in said:
            self.stage, self.page = said["at"]
            self.pages = max(self.pages, self.page or 0)
            self.scans += self.stage == "recognise"
            self.since = now
        elif "begin" in said:
            self.begun, self.stage, self.page, self.pages, self.scans = True, "read", None, 0, 0
            self.task_since = self.since = now
            self.found = None
        elif "found" in said:
            content, *stamp = said["found"]
            self.found = content, Stamp(*stamp)
        elif "ready" in said:
            self.ready = True
            self.task_since = self.since = now

    def done(self) -> Job:
        """The job whose result has come."""
        self.begun = False
        self.finished += 1
        return self.jobs.popleft()

    def memory(self) -> int:
        """Bytes of memory that the process holds; 0 where the system does not say."""
        with contextlib.suppress(OSError, ValueError, IndexError):
            return int(Path(f"/proc/{self.pid}/statm").read_text("ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")
        return 0

    def kill(self, reason: str | None = None) -> None:
        """Ends the process at once, for something that its document did (`reason`) or because it is not needed."""
        self.killed_for = reason
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)  # and whatever it has started

    def close(self) -> None:
        """Waits until the process, which has ended or been killed, is gone."""
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe:
                with contextlib.suppress(OSError):
                    pipe.close()
        self._process.wait()

    def last_words(self) -> str:
        """The last line that the process printed; closes its log."""
        with self._log:
            self._log.seek(max(0, self._log.seek(0, os.SEEK_END) - 4096))
            lines = self._log.read().decode("utf-8", "replace").split("\n")
        return next((line.strip() for line in reversed(lines) if line.strip()), "")

    def cause(self) -> str | None:
        """What it died of where its document is to blame; None where it was ended from outside."""
        return self.killed_for or cause_of(self._process.returncode)

    def _send(self, data: bytes) -> None:
        assert self._process.stdin
        with contextlib.suppress(OSError):  # it is dead, as will be heard
            self._process.stdin.write(data)


def cause_of(status: int) -> str | None:
    """What a process died of by its own doing, from its return code; None where it was ended from outside."""
    if status == OUT_OF_MEMORY:
        return "it takes more memory than it may"
    if status >= 0:
        return f"the process that read it ended with status {status}"
    if -status in FROM_OUTSIDE:
        return None
    try:
        return f"the process that read it crashed ({signal.Signals(-status).name})"
    except ValueError:
        return f"the process that read it crashed (signal {-status})"


def _environment(scratch: str) -> dict[str, str]:
    """The run's environment: what it can import its workers can, and each uses one processor."""
    paths = os.pathsep.join(path or os.getcwd() for path in sys.path)
    return {**os.environ, **_ONE_THREAD, "PYTHONPATH": paths, "PYTHONSAFEPATH": "1", "TMPDIR": scratch}


