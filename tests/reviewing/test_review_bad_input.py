"""What is refused or noticed: corrections against the structure, other queues, full disks, changed documents."""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from desks import LI, PDF, TEXT, Browser, Server, accept_form, decision, first
from hypothesis import given
from hypothesis import strategies as st

from recognizer.reviewing import Filters, Queue, RefusedError
from recognizer.reviewing.facts import READING, Reading
from recognizer.reviewing.pictures import Source, Sources
from recognizer.reviewing.structure import corrected
from recognizer.reviewing.tables import QUEUE, FullDiskError, QueueError

PERIODS = {"annual", "half_year", "mid_term", "full_cycle", "actual", "prior_year", "overall"}


@pytest.mark.parametrize(("fields", "reason"), [
    ({"name": " "}, "no_name"), ({"text": ""}, "no_text"), ({"period": "never"}, "no_period"), ({"level1": ""}, "level2_alone"),
    ({"concept": "no.such"}, "no_concept"), ({}, "nothing_changed")])
def test_a_correction_against_the_structure_is_refused_with_its_reason(
    queue: Queue, fields: dict[str, str], reason: str
) -> None:
    item = first(queue, "value")
    with pytest.raises(RefusedError) as refused:
        queue.decide(LI, decision(item, "correct", fields=fields))
    assert refused.value.key == reason
    assert queue.look(item.id) == item


@given(st.fixed_dictionaries({}, optional={name: st.text(max_size=12) for name in READING}))
def test_no_correction_leaves_a_value_without_name_text_or_period(wanted: dict[str, str]) -> None:
    before = Reading("≥95%", "annual", "满意度", "满意度指标", "服务对象满意度指标")
    try:
        made = corrected("value", before, wanted)
    except RefusedError:
        return
    assert made.name
    assert made.text
    assert made.period in PERIODS
    assert made.level1 or not made.level2


def test_a_queue_of_a_newer_version_is_refused_and_left_untouched(run: Path) -> None:
    Queue(run).close()
    with sqlite3.connect(run / QUEUE) as database:
        database.execute("UPDATE about SET version = 99")
        database.commit()
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    before = (run / QUEUE).read_bytes()
    with pytest.raises(QueueError, match="newer version"):
        Queue(run)
    assert (run / QUEUE).read_bytes() == before


def test_another_programs_database_is_refused(run: Path) -> None:
    with sqlite3.connect(run / QUEUE) as database:
        database.execute("CREATE TABLE recipes (name)")
    with pytest.raises(QueueError, match="another program"):
        Queue(run)


def test_a_database_without_room_loses_the_last_decision_at_most(run: Path) -> None:
    queue = Queue(run)
    queue.fill()
    kept = first(queue, "value")
    queue.decide(LI, decision(kept))
    with queue.engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
    queue.engine.dispose()

    def no_room(connection: Any, _record: Any) -> None:
        connection.execute(f"PRAGMA max_page_count = {pages}")

    from sqlalchemy import event
    event.listen(queue.engine, "connect", no_room)
    item = first(queue, "value")

    def decide_on() -> None:
        for number in range(50):  # the last pages have some room left
            latest = queue.look(item.id) or item
            queue.decide(LI, decision(latest, "correct", ticket=str(number), fields={"text": f"{number} " + "长" * 9000}))

    with pytest.raises(FullDiskError, match="disk is full"):
        decide_on()
    event.remove(queue.engine, "connect", no_room)
    queue.engine.dispose()
    assert getattr(queue.look(kept.id), "state", None) == "accepted"
    latest = queue.look(item.id)
    assert latest is not None
    queue.decide(LI, decision(latest, ticket="with room"))
    queue.close()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 24 MB, which only root can make."""
    folder = tmp_path / "disk"
    folder.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m", "none", folder], capture_output=True, text=True)
    if made.returncode:
        pytest.skip(f"no disk can be mounted here: {made.stderr.strip()}")
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)


def test_a_full_disk_loses_the_last_decision_at_most_and_the_page_says_so(run: Path, small_disk: Path) -> None:
    shutil.copytree(run, small_disk / "run")
    server = Server(small_disk / "run")
    try:
        browser = Browser(lambda: server.address)
        answer = browser.decide(2)
        filler = small_disk / "filler"
        with filler.open("wb", buffering=0) as file, contextlib.suppress(OSError):
            while True:
                file.write(bytes(4096))
        form = {**accept_form(answer), "what": "correct", "to_text": "长" * 9000}
        statuses = []
        for number in range(50):  # the log of the database has some room left
            status, page = browser.ask("/decide", {**form, "to_text": f"{number}{form['to_text']}", "ticket": f"full {number}"})
            statuses.append(status)
            if status != 200:
                break
            form["seen"] = str(2 + len(statuses))
        assert statuses[-1] == 507
        assert "The disk is full: the last decision was not kept; those before it are." in page
        assert _actions(small_disk / "run") == 2 + len(statuses) - 1
        filler.unlink()
        assert browser.ask("/decide", {**form, "ticket": "with room"})[0] == 200
    finally:
        server.stop()


def _actions(run: Path) -> int:
    with contextlib.closing(sqlite3.connect(run / QUEUE)) as database:
        return int(database.execute("SELECT count(*) FROM actions").fetchone()[0])


def test_a_document_changed_since_is_known_by_its_hash(digitized: Path, run: Path, tmp_path: Path) -> None:
    sources = tmp_path / "moved"
    sources.mkdir()
    copy = sources / PDF
    shutil.copy(digitized / PDF, copy)
    with sqlite3.connect(run / "run.sqlite") as journal:
        journal.execute("UPDATE files SET path = ? WHERE name = ?", (os.fsencode(copy), PDF.encode()))
    journal.close()
    queue = Queue(run)
    queue.fill()
    item = queue.listed(Filters(document=PDF), 1)[0]
    shown = Sources(run)
    assert shown.show(item).source is Source.PAGES
    assert (shown.crop(item) or b"").startswith(b"\xff\xd8")
    copy.write_bytes(copy.read_bytes() + b"\n% changed\n")
    assert shown.show(item).source is Source.CHANGED
    assert shown.crop(item) is None
    copy.unlink()
    assert shown.show(item).source is Source.MISSING
    queue.close()


def test_a_text_shows_the_lines_a_fact_stands_in(queue: Queue, run: Path) -> None:
    item = queue.listed(Filters(document=TEXT, kind="value"), 1)[0]
    meant = "".join(text for _, text, is_meant in Sources(run).show(item).lines if is_meant)
    assert item.reading.text in "".join(meant.split())
