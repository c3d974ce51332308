"""Runs on a cluster: the same bytes as on one machine, whatever worker is lost and whatever a document does."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Any

import pytest
from soak import contents
from test_archive import FAULTY, failures, needs_model, write
from test_commands import DOCUMENTS, run_here  # noqa: F401

from recognizer.archive import Settings
from recognizer.archive.process import Job
from recognizer.archive.supervisor import Outcome, WorkersError
from recognizer.archive.task import Result, Task
from recognizer.commands.progress import Progress
from recognizer.commands.running import Wishes, run_archive
from recognizer.commands.sources import Sources
from recognizer.exporting import Failure
from recognizer.files import Stamp

pytest.importorskip("distributed")
from recognizer.archive.cluster import message_of_outcome, outcome_of, settings_of


class Killing(Progress):
    """Kills a worker of the cluster when so many documents are done."""

    def __init__(self, after: int) -> None:
        super().__init__(quiet=True)
        self.left = after
        self.killed = 0

    def settled(self, document: Any) -> None:
        super().settled(document)
        self.left -= 1
        if self.left == 0:
            os.kill(workers_of(os.getpid())[0], signal.SIGKILL)
            self.killed += 1


def workers_of(parent: int) -> list[int]:
    """The processes of a local cluster that a process has started."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            state = (entry / "stat").read_text().rpartition(")")[2].split()
            if int(state[1]) == parent and b"spawn_main" in (entry / "cmdline").read_bytes():
                found.append(int(entry.name))
        except OSError:
            continue
    return sorted(found)


def digitize(folder: Path, out: Path, progress: Progress, wishes: Wishes) -> None:
    with progress:
        run_archive(Sources([str(folder)], out), out, Settings(), wishes, progress)


@needs_model
@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks for processes as Linux shows them")
def test_a_worker_that_is_killed_in_mid_run_changes_no_byte(tmp_path: Path) -> None:
    source = DOCUMENTS.joinpath("002_3bf4b339ed407386.txt").read_text("utf-8")
    for number in range(10):
        write(tmp_path / "in" / f"{number}.txt", f"{source}\n第{number}号")
    write(tmp_path / "in" / "broken.pdf", "%PDF-1.7\n1 0 obj")
    digitize(tmp_path / "in", tmp_path / "plain", Progress(quiet=True), Wishes(1))
    progress = Killing(after=3)
    digitize(tmp_path / "in", tmp_path / "clustered", progress, Wishes(cluster="local:2"))
    assert progress.killed == 1
    assert contents(tmp_path / "clustered") == contents(tmp_path / "plain")
    assert len(list((tmp_path / "clustered" / "documents").iterdir())) == 10
    assert workers_of(os.getpid()) == []


def test_what_crashes_and_hangs_is_set_aside_as_on_one_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RECOGNIZER_PAGE_SECONDS_AT_MOST", "2")
    for number in range(12):
        write(tmp_path / "in" / f"good {number}.txt", f"good {number}\nsecond page")
    for misdeed in ("segfault", "hang", "damaged", "label"):
        write(tmp_path / "in" / f"{misdeed}.txt", misdeed if misdeed == "damaged" else f"{misdeed} 1\n{misdeed}")
    digitize(tmp_path / "in", tmp_path / "plain", Progress(quiet=True), Wishes(1, reader=FAULTY))
    digitize(tmp_path / "in", tmp_path / "clustered", Progress(quiet=True), Wishes(reader=FAULTY, cluster="local:2"))
    assert contents(tmp_path / "clustered") == contents(tmp_path / "plain")
    assert {str(failure["document"]) for failure in failures(tmp_path / "clustered")} == {
        "segfault.txt", "hang.txt", "damaged.txt", "label.txt"}
    # A second run, on one machine, finds all done.
    progress = Progress(quiet=True)
    with progress:
        summary, _ = run_archive(
            Sources([str(tmp_path / "in")], tmp_path / "clustered"), tmp_path / "clustered", Settings(), Wishes(1, reader=FAULTY),
            progress)
    assert summary.kept == 16


def test_workers_elsewhere_get_the_limits_and_no_secret() -> None:
    said = {"RECOGNIZER_PAGE_SECONDS": "7", "RECOGNIZER_TOKEN": "s3cret", "HOME": "/root"}
    assert settings_of(said) == {"RECOGNIZER_PAGE_SECONDS": "7"}


def test_an_outcome_crosses_the_cluster_whole() -> None:
    job = Job(Task("/a", "a"))
    stamp = Stamp(1, 2, 3, 4)
    result = Result("c0ffee", stamp, warnings=("one",), document="文档".encode(), rows=b"\x00\x01")
    outcome = Outcome(job, result, (Failure("a", 2, "read", "set aside"),))
    assert outcome_of(message_of_outcome(outcome), job) == outcome
    other = message_of_outcome(outcome).replace(b'"version": "', b'"version": "9')
    size = int.from_bytes(other[:4], "little") + 1
    with pytest.raises(WorkersError, match="the cluster has recognizer 9"):
        outcome_of(size.to_bytes(4, "little") + other[4:], job)


@pytest.mark.parametrize("cluster", ["scheduler:8786", "local:", "local:0", "local:two", "http://scheduler"])
def test_what_names_no_cluster_is_bad_usage(cluster: str, tmp_path: Path, run_here: Any) -> None:  # noqa: F811
    ended = run_here("digitize", write(tmp_path / "a.txt"), "--out", tmp_path / "out", "--cluster", cluster)
    assert (ended.status, len(ended.err.splitlines())) == (2, 1)
    assert not (tmp_path / "out").exists()


def test_a_cluster_that_does_not_answer_ends_the_run(tmp_path: Path) -> None:
    import dask

    write(tmp_path / "in" / "a.txt")
    with dask.config.set({"distributed.comm.timeouts.connect": "1s"}), pytest.raises(WorkersError, match="no cluster answers"):
        digitize(tmp_path / "in", tmp_path / "out", Progress(quiet=True), Wishes(cluster="tcp://127.0.0.1:9"))
    assert contents(tmp_path / "out") == {}


def test_a_scheduler_elsewhere_is_given_by_its_address(tmp_path: Path) -> None:
    from distributed import LocalCluster

    for number in range(4):
        write(tmp_path / "in" / f"good {number}.txt", f"good {number}")
    with LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address=None, local_directory=str(tmp_path)) as cluster:
        address = cluster.scheduler_address
        assert address.startswith("tcp://")
        digitize(tmp_path / "in", tmp_path / "out", Progress(quiet=True), Wishes(reader=FAULTY, cluster=address))
        assert len(cluster.workers) == 1  # what was there before the run goes on after it
    assert len(list((tmp_path / "out" / "documents").iterdir())) == 4
