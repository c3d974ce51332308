"""The correction queue: what is given out, what a decision reaches, and what comes of it in the exports."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recognizer.exporting import document_schema
from recognizer.exporting.database import write_database
from recognizer.reviewing import (
    Decision,
    Filters,
    Item,
    Queue,
    RefusedError,
    Reviewer,
    TakenError,
    reviewed_documents,
    reviewed_jsons,
    write_corrections,
)
from recognizer.reviewing.facts import READING, Reading
from recognizer.reviewing.items import LEASE
from recognizer.reviewing.pictures import Source, Sources
from recognizer.reviewing.structure import corrected
from recognizer.reviewing.tables import QUEUE, FullDiskError, QueueError

ROOT = Path(__file__).parents[1]
TEXT, PDF = "000_9a213de64ab02e97.txt", "guangzhou_xlsx_uming.pdf"
LI, WANG = Reviewer("李", "1" * 32), Reviewer("王", "2" * 32)
PERIODS = {"annual", "half_year", "mid_term", "full_cycle", "actual", "prior_year", "overall"}


@pytest.fixture(scope="session")
def digitized(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run over a text and a PDF, whose sources are copies beside it."""
    folder = tmp_path_factory.mktemp("archive")
    for path in (ROOT / "eval" / "documents" / TEXT, ROOT / "eval" / "pdfs" / PDF):
        shutil.copy(path, folder)
    command = [sys.executable, "-c", "from recognizer.commands import main; main()", "digitize", str(folder), "--quiet"]
    subprocess.run([*command, "--out", str(folder / "run"), "--jobs", "1"], check=True, capture_output=True)
    return folder


@pytest.fixture
def run(digitized: Path, tmp_path: Path) -> Path:
    """A copy of the run of its own, without a queue."""
    shutil.copytree(digitized / "run", tmp_path / "run", ignore=shutil.ignore_patterns("queue.sqlite*"))
    return tmp_path / "run"


@pytest.fixture
def queue(run: Path) -> Iterator[Queue]:
    opened = Queue(run)
    opened.fill()
    yield opened
    opened.close()


def decision(item: Item, what: str = "accept", ticket: str = "", **details: Any) -> Decision:
    return Decision(item.id, what, ticket or f"{item.id} {item.seen} {what}", item.seen, **details)


def first(queue: Queue, kind: str, who: Reviewer = LI) -> Item:
    item = queue.next(who, Filters(kind=kind))
    assert item is not None
    return item


def document(run: Path, name: str) -> dict[str, Any]:
    return dict(reviewed_jsons(run))[name]


def stored(run: Path, name: str) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((run / "documents" / f"{name}.json").read_text("utf-8"))
    return read


# What is given out.


def test_the_queue_holds_what_needs_review_and_is_filled_once(queue: Queue, run: Path) -> None:
    read = (json.loads(path.read_text("utf-8")) for path in (run / "documents").glob("*.json"))
    expected = sum(document["recognizer"]["review_count"] for document in read)
    assert queue.progress(LI).open == expected > 20
    assert queue.fill() == 0


def test_items_come_by_doubt_and_weight_and_look_alikes_follow_each_other(queue: Queue) -> None:
    listed = queue.listed(Filters(), 1000)
    seen: list[str] = []
    for item in listed:
        if not seen or seen[-1] != item.likeness:
            assert item.likeness not in seen, "look-alikes are parted"
            seen.append(item.likeness)


def test_filters_give_what_they_say(queue: Queue) -> None:
    choices = queue.choices()
    for name, pairs in choices.items():
        for value, number in pairs:
            found = queue.listed(Filters(**{name: value}), 1000)
            assert len(found) == number
    assert {item.document for item in queue.listed(Filters(document=PDF), 1000)} == {PDF}


def test_two_reviewers_never_hold_the_same_item_until_a_lease_ends(run: Path) -> None:
    now = [1000.0]
    queue = Queue(run, clock=lambda: now[0])
    queue.fill()
    mine, theirs = queue.next(LI), queue.next(WANG)
    assert mine is not None
    assert theirs is not None
    assert mine.id != theirs.id
    with pytest.raises(TakenError):
        queue.decide(WANG, decision(mine))
    now[0] += LEASE + 1
    assert queue.next(WANG) == mine
    queue.decide(WANG, decision(mine))
    with pytest.raises(TakenError):
        queue.decide(LI, decision(mine, ticket="too late"))


# What a decision does.


def test_accepted_facts_leave_the_queue_and_are_accepted_in_the_export(queue: Queue, run: Path) -> None:
    item = first(queue, "value")
    before = document(run, item.document)["recognizer"]["review_count"]
    queue.decide(LI, decision(item))
    made = document(run, item.document)
    jsonschema.validate(made, document_schema())
    details = made["projects"][item.table]["indicators"][item.pointer[3]]["value_details"][item.reading.period]
    assert (details["accepted"], details["doubts"], details["provenance"]) == (True, [], "printed")
    assert made["reviewed_by"] == "李"
    assert made["recognizer"]["review_count"] < before
    assert stored(run, item.document)["recognizer"]["review_count"] == before, "the original reading is kept"


def test_a_corrected_value_is_taken_apart_anew_and_says_who_changed_what(queue: Queue, run: Path, tmp_path: Path) -> None:
    item = first(queue, "value")
    queue.decide(LI, decision(item, "correct", fields={"text": "≥97%"}, why="看错"))
    made = document(run, item.document)
    jsonschema.validate(made, document_schema())
    indicator = made["projects"][item.table]["indicators"][item.pointer[3]]
    details = indicator["value_details"][item.reading.period]
    assert indicator["values"][item.reading.period] == "≥97%"
    assert (details["comparator"], details["quantity"], details["unit"]) == ("≥", 97.0, "%")
    assert details["provenance"] == "corrected"
    entry = made["audit"]["decisions"][0]
    assert (entry["who"], entry["before"], entry["after"]) == ("李", {"text": item.reading.text}, {"text": "≥97%"})
    write_database(tmp_path / "records.sqlite", reviewed_documents(run), [])
    with sqlite3.connect(tmp_path / "records.sqlite") as database:
        assert database.execute("SELECT provenance FROM indicator_values WHERE value = '≥97%'").fetchone() == ("corrected",)


def test_a_corrected_name_holds_for_all_values_of_the_indicator_and_is_mapped_anew(queue: Queue, run: Path) -> None:
    item = first(queue, "value")
    queue.decide(LI, decision(item, "correct", fields={"name": "培训人数", "level2": "数量指标", "level1": "产出指标"}))
    made = document(run, item.document)
    indicator = made["projects"][item.table]["indicators"][item.pointer[3]]
    assert (indicator["name"], indicator["level2"], indicator["provenance"]["name"]) == ("培训人数", "数量指标", "corrected")
    original = stored(run, item.document)["projects"][item.table]["indicators"][item.pointer[3]]
    assert indicator["level2_raw"] == original["level2_raw"]
    siblings = [one for one in queue.of_document(item) if one.owner == item.owner and one.kind == "value"]
    assert {one.reading.name for one in siblings} == {"培训人数"}


def test_another_role_takes_a_fact_out_and_undo_brings_it_back(queue: Queue, run: Path) -> None:
    item = first(queue, "fund")
    before = len(document(run, item.document)["projects"][item.table]["funds"])
    action = queue.decide(LI, decision(item, "reject", why="role: remark"))
    made = document(run, item.document)
    jsonschema.validate(made, document_schema())
    assert len(made["projects"][item.table]["funds"]) == len(made["projects"][item.table]["fund_details"]) == before - 1
    assert queue.undo(LI, action) == item.id
    assert document(run, item.document) == stored(run, item.document)


def test_a_reach_never_goes_by_text_alone_and_one_undo_takes_it_back(queue: Queue) -> None:
    everything = {one.id: one for name in (TEXT, PDF) for one in queue.of_document(queue.listed(Filters(document=name), 1)[0])}
    values = [one for one in everything.values() if one.kind == "value"]
    item = max(values, key=lambda one: sum(one.reading.text == other.reading.text for other in values))
    same_text = {one.id for one in values if one.reading.text == item.reading.text}
    fields = {"text": f"{item.reading.text}x"}
    reached = {reach.scope: reach.number for reach in queue.reaches(LI, item, "correct", fields)}
    taken = queue.open(LI, item.id)
    assert taken is not None
    action = queue.decide(LI, decision(taken, "correct", fields=fields, scope="everywhere"))
    after = {number: queue.look(number) for number in everything}
    changed = {number for number, one in after.items() if one is not None and one.reading != everything[number].reading}
    labels = {(one.reading.name, one.reading.level1, one.reading.level2, one.reading.period)
              for one in values if one.id in changed}
    assert item.id in changed < same_text
    assert len(labels) == 1
    assert len(changed) == max(reached.values())
    queue.undo(LI, action)
    assert {number: queue.look(number) for number in everything} == everything


def test_a_period_reaches_its_column_of_the_table(queue: Queue) -> None:
    item = first(queue, "value")
    wanted = next(period for period in ("mid_term", "full_cycle") if period != item.reading.period)
    column = [one for one in queue.of_document(item)
              if one.kind == "value" and one.table == item.table and one.reading.period == item.reading.period]
    reached = {reach.scope: reach for reach in queue.reaches(LI, item, "correct", {"period": wanted})}
    assert reached["table"].number == len(column)
    queue.decide(LI, decision(item, "correct", fields={"period": wanted}, scope="table"))
    now = [queue.look(one.id) for one in column]
    assert {one.reading.period for one in now if one} == {wanted}


def test_what_was_decided_since_is_not_undone_with_it(queue: Queue) -> None:
    item = first(queue, "value")
    action = queue.decide(LI, decision(item, "correct", fields={"text": "一"}))
    again = queue.open(WANG, item.id)
    assert again is not None
    queue.decide(WANG, decision(again, "correct", fields={"text": "二"}))
    queue.undo(LI, action)
    kept = queue.look(item.id)
    assert kept is not None
    assert kept.reading.text == "二"
    assert queue.undo(LI, action) is None


def test_a_contact_sheet_accepts_all_but_the_odd_ones(queue: Queue) -> None:
    start, number = queue.sheets()[0]
    shown = queue.sheet(LI, start.id)
    assert len(shown) == number > 1
    odd, rest = shown[0], shown[1:]
    queue.accept_sheet(LI, "sheet", [one.id for one in rest], {one.id: one.seen for one in rest})
    states = {one.id: getattr(queue.look(one.id), "state", None) for one in shown}
    assert states == {odd.id: "open", **{one.id: "accepted" for one in rest}}


def test_skipped_items_come_when_asked_for(queue: Queue) -> None:
    item = first(queue, "value")
    queue.decide(LI, decision(item, "skip"))
    following = queue.next(LI, Filters(kind="value"))
    assert following is None or following.id != item.id
    assert [one.id for one in queue.listed(Filters(state="skipped"))] == [item.id]


def test_corrections_leave_as_portable_lines(queue: Queue, tmp_path: Path) -> None:
    item = first(queue, "value")
    queue.decide(LI, decision(item, "correct", fields={"text": "≥97%"}, why="看错"))
    undone = queue.next(LI)
    assert undone is not None
    queue.undo(LI, queue.decide(LI, decision(undone)))
    assert write_corrections(queue.engine, tmp_path / "corrections.jsonl") == 1
    line = json.loads((tmp_path / "corrections.jsonl").read_text("utf-8"))
    assert (line["before"]["text"], line["after"]["text"], line["why"]) == (item.reading.text, "≥97%", "看错")
    assert (line["document"], line["context"]["city"], line["fact"]) == (item.document, item.city, list(item.pointer))


def test_decisions_outlive_a_new_run(queue: Queue, run: Path) -> None:
    item = first(queue, "value")
    queue.decide(LI, decision(item, "correct", fields={"text": "≥97%"}))
    path = run / "documents" / f"{item.document}.json"
    changed = stored(run, item.document)
    changed["projects"][item.table]["indicators"].insert(0, changed["projects"][item.table]["indicators"][-1])
    path.write_text(json.dumps(changed, ensure_ascii=False), "utf-8")
    assert queue.fill() == 1
    indicators = document(run, item.document)["projects"][item.table]["indicators"]
    assert indicators[int(item.pointer[3]) + 1]["values"][item.reading.period] == "≥97%"


# Bad input.


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


def test_a_full_disk_loses_the_last_decision_at_most_and_says_so(queue: Queue) -> None:
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
    assert (shown.crop(item) or b"").startswith(b"\x89PNG")
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


# The server.


class Browser:
    """A client of the server as a browser is one: cookies kept, forms read from the page, a decision sent again until it is
    answered."""

    def __init__(self, address: Callable[[], str]) -> None:
        self._address = address
        self._cookie = ""

    def ask(self, path: str, form: dict[str, str] | None = None, **headers: str) -> tuple[int, str]:
        address = self._address()
        data = urllib.parse.urlencode(form).encode() if form is not None else None
        request = urllib.request.Request(address + path, data, {"Cookie": self._cookie, **headers})
        if form is not None and "Origin" not in headers:
            request.add_header("Origin", address)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                given = answer.headers.get_all("Set-Cookie") or []
                self._cookie = "; ".join(filter(None, [self._cookie, *(one.split(";")[0] for one in given)]))
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def decide(self, number: int) -> None:
        """Accepts so many items, whatever happens to the server."""
        from lxml import html

        page = self._until_answered("/")
        for _ in range(number):
            form = html.fromstring(page).xpath("//form[@hx-post='/decide'][.//button[@data-key='a']]")
            if not form:
                return
            fields = {one.get("name"): one.get("value", "") for one in form[0].xpath(".//input")}
            page = self._until_answered("/decide", fields)

    def _until_answered(self, path: str, form: dict[str, str] | None = None) -> str:
        for _ in range(600):
            try:
                status, page = self.ask(path, form)
            except OSError:
                time.sleep(0.1)
                continue
            if status == 200:
                return page
            if status == 409:
                path, form = "/", None  # someone else has decided it: the next one, please
            else:
                time.sleep(0.1)
        raise AssertionError("the server never answered")


class Server:
    """`recognizer review` in a process of its own, which can be killed and started again on the same port."""

    def __init__(self, run: Path, *options: str) -> None:
        self._command = [sys.executable, "-c", "from recognizer.commands import main; main()", "review", str(run), *options]
        self.port = 0
        self.start()

    def start(self) -> None:
        self._process = subprocess.Popen([*self._command, "--port", str(self.port)], stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        self.address = line.rstrip().split(" ")[-1].partition("/?")[0].rstrip("/")
        self.port = int(self.address.rpartition(":")[2])

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()

    def stop(self) -> None:
        self._process.send_signal(signal.SIGINT)
        self._process.wait(30)
        assert self._process.stdout is not None
        self._process.stdout.close()


@pytest.fixture
def server(run: Path) -> Iterator[Server]:
    started = Server(run)
    yield started
    started.stop()


def test_two_reviewers_and_a_killed_server_lose_no_decision_and_apply_none_twice(run: Path) -> None:
    server = Server(run)
    reviewers = [Browser(lambda: server.address) for _ in range(2)]
    threads = [threading.Thread(target=reviewer.decide, args=(25,)) for reviewer in reviewers]
    for thread in threads:
        thread.start()
    for decided in (8, 25):
        while _actions(run) < decided:
            time.sleep(0.02)
        server.kill()
        server.start()
    for thread in threads:
        thread.join()
    server.stop()
    with sqlite3.connect(run / QUEUE) as database:
        decided = database.execute("SELECT count(*) FROM items WHERE state = 'accepted'").fetchone()[0]
        twice = database.execute(
            "SELECT item_id FROM changes GROUP BY item_id HAVING count(*) > 1").fetchall()
        by_session = [row[0] for row in database.execute("SELECT count(*) FROM actions GROUP BY session")]
    database.close()
    assert not twice
    assert by_session == [25, 25]
    assert decided == 50


def _actions(run: Path) -> int:
    database = sqlite3.connect(run / QUEUE)
    try:
        return int(database.execute("SELECT count(*) FROM actions").fetchone()[0])
    finally:
        database.close()


def test_the_server_refuses_other_sites_names_and_paths(server: Server) -> None:
    browser = Browser(lambda: server.address)
    status, page = browser.ask("/")
    assert status == 200
    assert "http-equiv" not in page
    assert browser.ask("/settings", {"name": "x"}, Origin="https://evil.example")[0] == 403
    assert browser.ask("/settings", {"name": "x"}, **{"Sec-Fetch-Site": "cross-site"})[0] == 403
    assert browser.ask("/", Host="evil.example")[0] == 421
    for path in ("/static/../app.py", "/static/%2e%2e%2fapp.py", "/picture/1/../../run.sqlite", "/static//etc/passwd"):
        assert browser.ask(path)[0] == 404
    request = urllib.request.Request(server.address)
    with urllib.request.urlopen(request) as answer:
        policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


def test_elsewhere_a_token_is_asked_for(run: Path) -> None:
    server = Server(run, "--host", "0.0.0.0", "--token", "secret-words")
    here = f"http://127.0.0.1:{server.port}"
    browser = Browser(lambda: here)
    try:
        assert browser.ask("/")[0] == 401
        assert browser.ask("/?token=wrong")[0] == 401
        opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
        with opener.open(f"{here}/?token=secret-words") as answer:
            assert answer.status == 200
            assert "secret-words" not in answer.url
    finally:
        server.stop()


def test_what_documents_say_is_escaped(queue: Queue, run: Path) -> None:
    path = run / "documents" / f"{TEXT}.json"
    evil = "<script>alert(1)</script>"
    path.write_text(path.read_text("utf-8").replace('"阜阳市"', json.dumps(evil)), "utf-8")
    queue.fill()
    queue.close()
    server = Server(run)
    try:
        _, page = Browser(lambda: server.address).ask(f"/?document={TEXT}")
    finally:
        server.stop()
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert" not in page
