"""The same run on many machines: documents go to the workers of a dask cluster, and their results come back.

The journal and the lock stay with whoever submits the run, on a local disk. A worker of the cluster gives each document to a
process of its own, as a run on one machine does, so that a document which crashes, hangs or eats memory is judged there. A
document whose machine is lost is given to another one.
"""

from __future__ import annotations

import os
import queue
import signal
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from recognizer import __version__
from recognizer.archive.journal import JOURNAL
from recognizer.archive.process import Death, Job
from recognizer.archive.supervisor import TICK, Died, Outcome, Supervisor, WorkersError
from recognizer.archive.task import READER, Messages, Result, message, message_of_result, result_of, task_of
from recognizer.errors import UsageError
from recognizer.exporting import Failure
from recognizer.files import Stamp
from recognizer.language import either
from recognizer.limits import PREFIX
from recognizer.objects import is_url

LOCAL = "local:"  # and a number: so many workers on this machine
SCHEMES = ("tcp://", "tls://", "ucx://", "ws://", "wss://")
DEPTH = 2  # documents that a worker has in hand, so that it never waits for the run
WAITING_SECONDS = 120  # for the first worker of a cluster
SECRET = f"{PREFIX}TOKEN"  # what a reviewer's browser must show is nothing for the machines of a cluster
LOSSES = 20  # workers that may be lost over one document before it is left to the next run

_here = threading.local()  # on a worker: the supervisor of each of its threads


def check_cluster(cluster: str) -> str:
    """The cluster as it is given. Raises UsageError for what names none, or where dask.distributed is missing."""
    number = cluster.removeprefix(LOCAL)
    if not (cluster.startswith(SCHEMES) or (cluster.startswith(LOCAL) and number.isdecimal() and int(number))):
        hint = either("give tcp://scheduler:8786, or local:4 for four workers on this machine",
                      "写 tcp://scheduler:8786，或 local:4 表示本机四个进程")
        raise UsageError(either(f"no cluster: {cluster!r}", f"不是集群：{cluster!r}"), stage="start", hint=hint)
    try:
        import distributed  # noqa: F401
    except ImportError as error:
        reason = either("runs on a cluster need dask.distributed", "在集群上运行需要 dask.distributed")
        raise UsageError(reason, hint="pip install 'recognizer[cluster]'") from error
    return cluster


class ClusterSupervisor:
    """What `Supervisor` is on one machine: does what `next_job` gives until it gives None while nothing is in work.

    Raises WorkersError where the cluster cannot be reached or has no workers.
    """

    def __init__(self, next_job: Callable[[], Job | None], cluster: str, reader: str = READER) -> None:
        self._next_job = next_job
        self._reader = reader
        self._settings = settings_of(os.environ)
        self._in_work: dict[Any, Job] = {}
        self._done: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._scratch = tempfile.TemporaryDirectory(prefix="recognizer-", ignore_cleanup_errors=True)
        self._cluster: Any = None
        self._client: Any = None
        try:
            self._connect(cluster)
        except (OSError, TimeoutError) as error:
            self.close()
            raise WorkersError(f"no cluster answers at {cluster}: {error or 'it has no workers'}", stage="start") from error

    def _connect(self, cluster: str) -> None:
        import dask
        import distributed

        dask.config.set({"distributed.scheduler.allowed-failures": LOSSES})
        address: Any = cluster
        if cluster.startswith(LOCAL):
            with _interrupts_ignored():
                address = self._cluster = distributed.LocalCluster(
                    n_workers=int(cluster.removeprefix(LOCAL)), threads_per_worker=1, processes=True, memory_limit=None,
                    dashboard_address=None, local_directory=self._scratch.name, silence_logs="CRITICAL")
        self._client = distributed.Client(address, set_as_default=False)
        self._client.wait_for_workers(1, timeout=WAITING_SECONDS)

    def close(self) -> None:
        """Gives up what is in work, and ends workers that were started for this run."""
        self._client and self._client.cancel(list(self._in_work))
        for part in (self._client, self._cluster):
            if part is not None:
                part.close()
        self._scratch.cleanup()

    def run(self, stop: Callable[[], bool] = lambda: False) -> Iterator[Outcome | Died]:
        """Does all jobs; what is begun alone once `stop` says so. Raises WorkersError where none can be done, OSError where
        workers cannot write."""
        while True:
            if not stop():
                self._hand_out()
            if not self._in_work:
                return
            try:
                future = self._done.get(timeout=TICK)
            except queue.Empty:
                continue
            yield self._outcome(future)

    def _hand_out(self) -> None:
        most = max(1, sum(self._client.nthreads().values())) * DEPTH
        while len(self._in_work) < most:
            job = self._next_job()
            if job is None:
                return
            paths = {name: os.path.abspath(path) for name in ("path", "store")
                     if (path := getattr(job.task, name)) is not None and not is_url(path)}
            said = {"task": asdict(job.task) | paths, "deaths": [asdict(death) for death in job.deaths], "reader": self._reader,
                    "settings": self._settings}
            future = self._client.submit(digitize_message, message(said), pure=False, key=f"recognizer-{id(job)}-{job.task.name}")
            self._in_work[future] = job
            future.add_done_callback(self._done.put)

    def _outcome(self, future: Any) -> Outcome:
        from distributed import KilledWorker

        job = self._in_work.pop(future)
        try:
            answer: bytes = future.result()
        except KilledWorker:
            reason = f"the machines that read it were lost {LOSSES} times"
            return Outcome(job, Result(failure=Failure(job.task.name, None, "digitize", reason)), left=True)
        except (OSError, WorkersError):
            raise
        except Exception as error:  # whatever the workers' installation lacks
            reason = f"the cluster's workers cannot digitise: {type(error).__name__}: {error}"
            raise WorkersError(reason, stage="start") from error
        return outcome_of(answer, job)


def settings_of(environment: Mapping[str, str]) -> dict[str, str]:
    """What of the environment the workers of a cluster are to have too."""
    return {name: setting for name, setting in environment.items() if name.startswith(PREFIX) and name != SECRET}


def digitize_message(given: bytes) -> bytes:
    """On a worker of the cluster: does the job that a message says, in a process of its own; returns its outcome as a message.

    Raises WorkersError and OSError as `Supervisor.run` does.
    """
    (said, _), = Messages().add(given)
    os.environ.update(said["settings"])
    task = task_of(said["task"])
    if task.store and not Path(task.store, JOURNAL).exists():
        task = replace(task, store=None)  # the output folder is not shared with this machine
    jobs = [Job(task, tuple(Death(**death) for death in said["deaths"]))]
    supervisor = _supervisor(said["reader"])
    for outcome in supervisor.one(jobs):
        if isinstance(outcome, Outcome):
            return message_of_outcome(outcome)
    raise WorkersError(f"nothing became of {task.name}", stage="digitize")


class _OwnSupervisor:
    """A supervisor that lives as long as the worker's thread, so that its process loads the model once."""

    def __init__(self, reader: str) -> None:
        self.reader = reader
        self._jobs: list[Job] = []
        self._supervisor = Supervisor(lambda: self._jobs.pop() if self._jobs else None, jobs=1, reader=reader)

    def one(self, jobs: list[Job]) -> Iterator[Outcome | Died]:
        self._jobs = jobs
        yield from self._supervisor.run()


def _supervisor(reader: str) -> _OwnSupervisor:
    found: _OwnSupervisor | None = getattr(_here, "supervisor", None)
    if found is None or found.reader != reader:
        found = _here.supervisor = _OwnSupervisor(reader)
    return found


def message_of_outcome(outcome: Outcome) -> bytes:
    """An outcome as a message, without its job, which whoever gave it knows."""
    (said, load), = Messages().add(message_of_result(outcome.result))
    found = outcome.job.found
    return message({
        **said, "aside": [asdict(failure) for failure in outcome.set_aside], "left": outcome.left, "version": __version__,
        "found": [found[0], asdict(found[1])] if found else None}, load)


def outcome_of(answer: bytes, job: Job) -> Outcome:
    """The outcome that a message says of a job. Raises WorkersError where another version made it."""
    (said, load), = Messages().add(answer)
    if said["version"] != __version__:
        raise WorkersError(f"the cluster has recognizer {said['version']}, this machine {__version__}", stage="start")
    if said["found"]:
        content, stamp = said["found"]
        job = replace(job, found=(content, Stamp(**stamp)))
    return Outcome(job, result_of(said["result"], load), tuple(Failure(**one) for one in said["aside"]), said["left"])


@contextmanager
def _interrupts_ignored() -> Iterator[None]:
    """Has processes that are started meanwhile ignore Ctrl-C, which is for the run to answer."""
    former = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, former)
