"""Runs over archives: what is done once is kept, what crashes is set aside, and no end loses anything."""

from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from soak import contents, copies, start, survive

from recognizer.archive import JournalError, Settings
from recognizer.archive.journal import JOURNAL
from recognizer.archive.process import Death, Job, cause_of
from recognizer.archive.stored import STORED, DamagedStoreError, decode, encode
from recognizer.archive.supervisor import Outcome, after_death
from recognizer.archive.task import Messages, Task, message
from recognizer.commands.progress import Progress
from recognizer.commands.running import Wishes, run_archive
from recognizer.commands.sources import Sources
from recognizer.commands.summary import Summary
from recognizer.digitizing import lay_out_document
from recognizer.reading import read
from recognizer.resources import models_folder

ROOT = Path(__file__).parents[1]
FAULTY = "faulty_reader:digitize"
needs_model = pytest.mark.skipif(not any(models_folder().glob("*.npz")), reason="no model is trained yet")


def write(path: Path, text: str = "good") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Summary]:
    """Runs over the folder `in` with the faulty reader and small limits."""
    for limit, setting in {"page_seconds_at_most": 2, "memory_bytes": 400 << 20}.items():
        monkeypatch.setenv(f"RECOGNIZER_{limit.upper()}", str(setting))

    def run_it(*, jobs: int = 2, model: Path | None = None, **wishes: bool) -> Summary:
        settings = Settings(str(model) if model else None)
        sources = Sources([str(tmp_path / "in")], tmp_path / "out")
        with Progress(quiet=True) as progress:
            return run_archive(sources, tmp_path / "out", settings, Wishes(jobs, reader=FAULTY, **wishes), progress)[0]

    return run_it


def failures(out: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in (out / "failures.jsonl").read_text("utf-8").splitlines()]


def documents(out: Path) -> set[str]:
    return {path.relative_to(out / "documents").as_posix().removesuffix(".json") for path in (out / "documents").rglob("*.json")}


def names_of_projects(out: Path) -> Counter[str]:
    with (out / "records.csv").open(encoding="utf-8-sig", newline="") as file:
        return Counter(row["project_name"] for row in csv.DictReader(file))


def test_documents_that_crash_hang_or_eat_memory_are_set_aside_and_all_others_done(tmp_path: Path, run) -> None:
    bad = ["segfault", "abort", "bus", "exit", "hang", "spin", "hog", "damaged", "label"]
    for number in range(60):
        write(tmp_path / "in" / f"good {number}.txt", f"good {number}\nsecond page")
    for misdeed in bad:
        write(tmp_path / "in" / f"{misdeed}.txt", f"{misdeed} 1\n{misdeed}\n{misdeed} 3" if misdeed != "damaged" else misdeed)
    summary = run()
    out = tmp_path / "out"
    found = {str(failure["document"]).removesuffix(".txt"): failure for failure in failures(out)}
    assert set(found) == set(bad)
    # What is to blame on a page costs the document that page; damage, or a death elsewhere, costs the document.
    paged = set(bad) - {"damaged", "label"}
    assert {name for name, failure in found.items() if failure["page"] == 2} == paged
    assert documents(out) == {f"good {number}.txt" for number in range(60)} | {f"{name}.txt" for name in paged}
    assert names_of_projects(out) == Counter({
        "second page": 60, **{f"good {number}": 1 for number in range(60)},
        **{f"{name} {number}": 1 for name in paged for number in (1, 3)}})
    assert (summary.done, summary.failed) == (60 + len(paged), 2)
    reasons = {name: str(failure["reason"]) for name, failure in found.items()}
    assert "SIGSEGV" in reasons["segfault"]
    assert "SIGABRT" in reasons["abort"]
    assert "SIGBUS" in reasons["bus"]
    assert "seconds" in reasons["hang"]
    assert "seconds" in reasons["spin"]
    assert "memory" in reasons["hog"]
    assert reasons["damaged"] == "nothing in it"
    assert found["label"]["stage"] == "label"
    again = run()
    assert (again.kept, again.failed) == (69, 2)  # nothing is tried again that is not asked for
    assert failures(out) == sorted(found.values(), key=lambda failure: str(failure["document"]))


def test_what_failed_is_tried_again_when_asked_for(tmp_path: Path, run) -> None:
    write(tmp_path / "in" / "a.txt")
    write(tmp_path / "in" / "b.txt", "damaged")
    assert run().failed == 1
    write(tmp_path / "in" / "b.txt", "")
    assert run().failed == 1
    assert failures(tmp_path / "out")[0]["reason"] == "nothing in it"
    again = run(retry_failed=True)
    assert (again.kept, again.failed) == (1, 1)


def test_only_what_is_new_or_changed_is_read(tmp_path: Path, run) -> None:
    for name in ("a", "b", "c", "d"):
        write(tmp_path / "in" / f"{name}.txt", name)
    assert run().kept == 0
    before = {path.name: path.stat().st_mtime_ns for path in (tmp_path / "out").iterdir()}
    assert run().kept == 4
    after = {path.name: path.stat().st_mtime_ns for path in (tmp_path / "out").iterdir()}
    assert {name for name in before if before[name] != after[name]} <= {JOURNAL}  # the tables that stand there are right
    write(tmp_path / "in" / "b.txt", "other")
    (tmp_path / "in" / "c.txt").unlink()
    write(tmp_path / "in" / "e.txt", "e")
    (tmp_path / "out" / "documents" / "d.txt.json").unlink()
    (tmp_path / "out" / "funds.csv").unlink()
    summary = run()
    assert (summary.kept, summary.removed) == (1, 1)
    assert documents(tmp_path / "out") == {"a.txt", "b.txt", "d.txt", "e.txt"}
    assert names_of_projects(tmp_path / "out") == Counter(["a", "other", "d", "e"])
    assert (tmp_path / "out" / "funds.csv").exists()


def test_rehash_notices_a_change_that_size_and_time_do_not_tell(tmp_path: Path, run) -> None:
    file = write(tmp_path / "in" / "a.txt", "one")
    write(tmp_path / "in" / "b.txt", "b")
    run()
    times = file.stat()
    with file.open("r+") as opened:
        opened.write("two")
    os.utime(file, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert run().kept == 2
    assert "one" in names_of_projects(tmp_path / "out")
    run(rehash=True)
    assert names_of_projects(tmp_path / "out") == Counter(["two", "b"])


def test_the_same_content_under_two_names_is_read_once_and_reported_twice(tmp_path: Path, run) -> None:
    for name in ("a.txt", "b/a copy.txt", "c.txt"):
        write(tmp_path / "in" / name, "the same")
    write(tmp_path / "in" / "bad.txt", "damaged")
    write(tmp_path / "in" / "bad copy.txt", "damaged")
    summary = run(jobs=1)
    out = tmp_path / "out"
    assert (summary.done, summary.kept, summary.failed) == (3, 3, 2)
    assert documents(out) == {"a.txt", "b/a copy.txt", "c.txt"}
    for name in documents(out):
        assert json.loads((out / "documents" / f"{name}.json").read_text("utf-8"))["source"] == name
    assert names_of_projects(out)["the same"] == 3
    assert [failure["document"] for failure in failures(out)] == ["bad copy.txt", "bad.txt"]
    write(tmp_path / "in" / "d.txt", "the same")
    assert run().kept == 6


def test_names_that_are_no_text_paths_or_lines(tmp_path: Path, run) -> None:
    names = [b"two\nlines.txt", b"not \xff utf-8.txt", "目".encode() * 83 + b".txt", b"-o.txt", b"%s {x} $(id).txt", b"'.txt"]
    (tmp_path / "in").mkdir()
    for number, name in enumerate(names):
        Path(os.fsdecode(os.fsencode(tmp_path / "in") + b"/" + name)).write_text(f"page {number}", "utf-8")
    summary = run()
    assert (summary.done, summary.failed) == (len(names), 0)
    assert run().kept == len(names)
    assert names_of_projects(tmp_path / "out").total() == len(names)
    assert {path.parent for path in (tmp_path / "out" / "documents").rglob("*.json")} == {tmp_path / "out" / "documents"}


def test_pipes_devices_and_links_in_a_folder_harm_nothing(tmp_path: Path, run) -> None:
    write(tmp_path / "in" / "a.txt")
    os.mkfifo(tmp_path / "in" / "pipe.txt")
    for name, target in {
            "device.txt": "/dev/zero", "dangling.txt": "nowhere", "to pipe.txt": "pipe.txt", "loop": ".", "self.txt": "self.txt",
            "outside.txt": str(write(tmp_path / "elsewhere.txt", "linked"))}.items():
        (tmp_path / "in" / name).symlink_to(target)
    summary = run()
    assert documents(tmp_path / "out") == {"a.txt", "outside.txt"}
    assert {failure["document"] for failure in failures(tmp_path / "out")} == {
        "device.txt", "dangling.txt", "to pipe.txt", "self.txt"}
    assert (summary.done, summary.failed, summary.passed_over) == (2, 4, 1)


def test_a_file_that_grows_while_it_is_read_is_left_to_the_next_run(tmp_path: Path) -> None:
    from recognizer.errors import UnreadableFileError
    from recognizer.files import _opened

    file = write(tmp_path / "a.txt", "one")

    def read_while_it_grows() -> None:
        with _opened(file) as (opened, _), file.open("a") as more:
            more.write("two")
            more.flush()
            opened.read()

    with pytest.raises(UnreadableFileError, match="being written"):
        read_while_it_grows()


def test_a_disk_that_is_not_there_removes_no_document(tmp_path: Path) -> None:
    def digitize(*given: str) -> Summary:
        sources = Sources([str(tmp_path / name) for name in given], tmp_path / "out")
        with Progress(quiet=True) as progress:
            return run_archive(sources, tmp_path / "out", Settings(), Wishes(1, reader=FAULTY), progress)[0]

    write(tmp_path / "here" / "a.txt", "one")
    write(tmp_path / "disk" / "b.txt", "two")
    digitize("here", "disk")
    (tmp_path / "disk").rename(tmp_path / "elsewhere")
    without = digitize("here", "disk")
    assert (without.failed, without.removed) == (1, 0)
    assert documents(tmp_path / "out") == {"a.txt", "b.txt"}
    (tmp_path / "elsewhere").rename(tmp_path / "disk")
    assert digitize("here", "disk").kept == 2
    assert digitize("here").removed == 1
    assert documents(tmp_path / "out") == {"a.txt"}


def test_a_journal_of_another_version_or_of_none_is_refused_and_left_as_it_is(tmp_path: Path, run) -> None:
    import sqlite3

    from recognizer.commands.estimate import estimate

    write(tmp_path / "in" / "a.txt")
    run()
    journal = tmp_path / "out" / JOURNAL
    with sqlite3.connect(journal) as db:
        db.execute("PRAGMA user_version = 99")
    db.close()
    held = journal.read_bytes()
    with pytest.raises(JournalError, match="newer version"):
        run()
    assert journal.read_bytes() == held
    journal.unlink()
    with sqlite3.connect(journal) as db:
        db.execute("CREATE TABLE files (name TEXT)")
    db.close()
    held = journal.read_bytes()
    with pytest.raises(JournalError, match="another program's"):
        run()
    assert journal.read_bytes() == held
    journal.write_bytes(b"no database at all" * 100)
    with pytest.raises(JournalError, match="cannot be used"):
        run()
    with pytest.raises(JournalError, match="cannot be used"):
        estimate(Sources([str(tmp_path / "in")], tmp_path / "out"), tmp_path / "out", Settings(), Wishes(1, reader=FAULTY))
    assert journal.read_bytes() == b"no database at all" * 100
    assert documents(tmp_path / "out") == {"a.txt"}


FULL = """
set -e
mount -t tmpfs -o size=6m tmpfs "$1/out"
recognizer() { "$2" -c 'from recognizer.commands import main; main()' digitize "$1/in" --out "$1/out" --jobs 1 --quiet; }
dd if=/dev/zero of="$1/out/ballast" bs=1k count=5400 status=none
recognizer "$@" && exit 9 || echo "status $?"
rm "$1/out/ballast"
recognizer "$@" && cp -r "$1/out" "$1/kept"
"""


@needs_model
def test_a_full_disk_stops_the_run_with_a_clear_message_and_it_goes_on_when_there_is_space(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    if subprocess.run(["unshare", "-rm", "mount", "-t", "tmpfs", "tmpfs", str(tmp_path / "out")], capture_output=True).returncode:
        pytest.skip("this system lets nobody mount a small disk")
    names = copies(tmp_path / "in", 12, seed=3)
    command = ["unshare", "-rm", "bash", "-c", FULL, "bash", str(tmp_path), sys.executable]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "status 2" in ended.stdout, ended
    assert "No space left on device" in ended.stderr
    assert "goes on from there" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert ended.returncode == 0, ended
    assert documents(tmp_path / "kept") == set(names)


def test_status_says_how_far_a_run_is_whether_it_goes_on_was_killed_or_ended(tmp_path: Path, run) -> None:
    def status() -> dict[str, object]:
        command = [sys.executable, "-c", "from recognizer.commands import main; main()", "status", str(tmp_path / "out")]
        done = subprocess.run([*command, "--json"], capture_output=True, text=True, check=False)
        return json.loads(done.stdout) if done.returncode == 0 else {"status": done.returncode, "said": done.stderr}

    assert status()["status"] == 2
    for number in range(5):
        write(tmp_path / "in" / f"{number}.txt", f"{number}")
    write(tmp_path / "in" / "bad.txt", "damaged")
    run()
    ended = status()
    assert {name: ended[name] for name in ("run", "state", "documents", "done", "failed", "to_do")} == {
        "run": 1, "state": "finished", "documents": 6, "done": 5, "failed": 1, "to_do": 0}
    assert ended["reasons"] == {"nothing in it": 1}
    copies(tmp_path / "in", 200, seed=2)
    process = start(tmp_path / "in", tmp_path / "out")
    while status()["run"] != 2:
        assert process.poll() is None
    assert status()["state"] == "running"
    process.kill()
    process.wait()
    assert status()["state"] == "killed"


def test_a_dry_run_says_what_there_is_to_do_and_writes_nothing(tmp_path: Path, run) -> None:
    from recognizer.commands.estimate import estimate

    def look() -> tuple[int, int, int]:
        sources = Sources([str(tmp_path / "in")], tmp_path / "out")
        told = estimate(sources, tmp_path / "out", Settings(), Wishes(2, reader=FAULTY))
        assert (told.seconds is None) == (told.to_read == 0)
        return told.to_keep, told.to_label, told.to_read

    for number in range(20):
        write(tmp_path / "in" / f"{number}.txt", f"{number}")
    assert look() == (0, 0, 20)
    assert not (tmp_path / "out").exists()
    run()
    write(tmp_path / "in" / "3.txt", "changed")
    write(tmp_path / "in" / "new.txt", "new")
    before = contents(tmp_path / "out")
    assert look() == (19, 0, 2)
    assert contents(tmp_path / "out") == before


@needs_model
def test_a_new_model_labels_what_is_stored_without_reading_files_again(tmp_path: Path) -> None:
    def run_with(model: Path) -> list[dict[str, object]]:
        command = [
            sys.executable, "-c", "from recognizer.commands import main; main()", "digitize", str(tmp_path / "in"), "--out",
            str(tmp_path / "out"), "--model", str(model), "--log-json"]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        return [event for line in done.stdout.splitlines() if (event := json.loads(line))["event"] == "document"]

    (tmp_path / "in").mkdir()
    shutil.copy(ROOT / "eval" / "pdfs" / "langxi_wqy.pdf", tmp_path / "in")
    shutil.copy(ROOT / "eval" / "documents" / "002_3bf4b339ed407386.txt", tmp_path / "in")
    other = tmp_path / "model"
    shutil.copytree(models_folder(), other)
    assert [event["read"] for event in run_with(models_folder())] == [True, True]
    first = contents(tmp_path / "out")
    card = json.loads((other / "default.json").read_text("utf-8"))
    (other / "default.json").write_text(json.dumps({**card, "name": "another"}), "utf-8")
    made_for = other / "default.calibration.json"
    made_for.write_text(made_for.read_text("utf-8").replace(str(card["name"]), "another"), "utf-8")
    assert [event["read"] for event in run_with(other)] == [False, False]
    second = contents(tmp_path / "out")
    renamed = {name: data.replace(b'"model": "another"', f'"model": "{card["name"]}"'.encode()) for name, data in second.items()}
    assert second != first
    assert renamed == first
    assert [event["read"] for event in run_with(models_folder())] == [False, False]
    assert contents(tmp_path / "out") == first


SOURCES = sorted([*ROOT.glob("eval/pdfs/*.pdf"), *ROOT.glob("eval/documents/*.txt")])


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.name)
def test_stored_documents_are_what_was_read(source: Path) -> None:
    document, grids = lay_out_document(read(source))
    stored = encode(document, grids)
    assert decode(stored) == (document, grids)
    assert stored == encode(*decode(stored))
    for damaged in (b"", stored[:-1], stored[:40], b"x" + stored[1:], stored[:-9] + bytes([stored[-9] ^ 1]) + stored[-8:],
                    stored[:30] + bytes([stored[30] ^ 1]) + stored[31:]):
        with pytest.raises(DamagedStoreError):
            decode(damaged)


@needs_model
def test_a_run_that_is_killed_again_and_again_ends_with_the_same_bytes(tmp_path: Path) -> None:
    assert survive(tmp_path, documents=30, kills=6, seed=5) >= 6


def test_the_run_itself_imports_no_reader_and_no_model(tmp_path: Path) -> None:
    copies(tmp_path / "in", 2, seed=1)
    code = (
        "import sys; from recognizer.commands import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "print('LOADED', [name for name in ('pymupdf', 'sklearn', 'spacy', 'pandas', 'camelot', 'lxml', 'recognizer.reading',"
        " 'recognizer.model', 'recognizer.layout.pages', 'recognizer.digitizing') if name in sys.modules])")
    done = subprocess.run(
        [sys.executable, "-c", code, "digitize", str(tmp_path / "in"), "--out", str(tmp_path / "out")], capture_output=True,
        text=True, check=True)
    assert "LOADED []" in done.stdout
    assert len(documents(tmp_path / "out")) == 2
    assert len(list((tmp_path / "out" / STORED).rglob("*.grids"))) == 2


@pytest.mark.parametrize(("status", "blamed"), [
    (-9, False), (-15, False), (-2, False), (-11, True), (-6, True), (-7, True), (1, True), (77, True)])
def test_who_is_to_blame_for_a_death(status: int, blamed: bool) -> None:
    assert (cause_of(status) is not None) is blamed


def test_a_document_is_tried_again_alone_then_without_its_page_then_set_aside() -> None:
    def died(*pages: int | None) -> Job | Outcome:
        judged: Job | Outcome = Job(Task("a.pdf", "a.pdf"))
        for page in pages:
            assert isinstance(judged, Job)
            judged = after_death(Job(judged.task, (*judged.deaths, Death("read", page, "crashed"))), pages=2)
        return judged

    for pages, without in (((5,), ()), ((5, 6), (6,)), ((None, 6, 3), (3, 6))):
        judged = died(*pages)
        assert isinstance(judged, Job)
        assert judged.task.without == without
    for pages in ((5, None), (1, 2, 3, 4), (1, 2, None)):
        judged = died(*pages)
        assert isinstance(judged, Outcome)
        assert judged.result.failure


@given(st.lists(st.tuples(st.dictionaries(st.text(), st.integers()), st.binary())), st.integers(1, 20))
def test_messages_are_whole_however_the_pipe_cuts_them(said: list[tuple[dict[str, int], bytes]], size: int) -> None:
    data = b"".join(message(*one) for one in said)
    messages = Messages()
    heard = [one for start in range(0, len(data), size) for one in messages.add(data[start : start + size])]
    assert heard == said
