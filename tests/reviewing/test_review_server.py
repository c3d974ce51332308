"""The server of the review: two reviewers through a kill, and what it refuses."""

from __future__ import annotations

import json
import threading
import time
import urllib.request
from pathlib import Path

import pytest
from desks import PDF, TEXT, Browser, Server
from lxml import html
from sqlalchemy import text

from recognizer.reviewing import Queue


@pytest.fixture
def long_run(run: Path) -> Path:
    """The run with its text thirty times, so that there is enough to decide."""
    path = run / "documents" / f"{TEXT}.json"
    read = json.loads(path.read_text("utf-8"))
    for number in range(30):
        read["source"] = f"{number:02d}.txt"
        path.with_name(f"{number:02d}.txt.json").write_text(json.dumps(read, ensure_ascii=False), "utf-8")
    return run


@pytest.mark.parametrize(("database", "number"), [("sqlite", 500), ("postgresql", 100)], indirect=["database"])
def test_two_reviewers_and_a_killed_server_lose_no_decision_and_apply_none_twice(
    long_run: Path, database: str | None, number: int
) -> None:
    options = ["--database", database] if database else []
    servers = [Server(long_run, *options) for _ in range(2)]  # two processes over the same queue
    reviewers = [Browser(lambda server=server: server.address) for server in servers]
    threads = [threading.Thread(target=reviewer.decide, args=(number,)) for reviewer in reviewers]
    queue = Queue(long_run, database)
    for thread in threads:
        thread.start()
    while len(queue.audit(limit=2 * number)) < 2 * number // 3:
        assert any(thread.is_alive() for thread in threads)
        time.sleep(0.05)
    servers[0].kill()
    servers[0].start()
    for thread in threads:
        thread.join()
    for server in servers:
        server.stop()
    with queue.engine.connect() as connection:
        decided = connection.execute(text("SELECT count(*) FROM items WHERE state = 'accepted'")).scalar()
        twice = connection.execute(text("SELECT item_id FROM changes GROUP BY item_id HAVING count(*) > 1")).all()
        by_session = connection.execute(text("SELECT count(*) FROM actions GROUP BY session")).scalars().all()
    queue.close()
    assert not twice
    assert list(by_session) == [number, number]
    assert decided == 2 * number


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


def test_facts_that_the_budget_accepted_are_listed_and_lead_to_their_place(server: Server) -> None:
    browser = Browser(lambda: server.address)
    for name, place in ((PDF, 'class="mark sure current"'), (TEXT, 'class="meant"')):
        _, page = browser.ask(f"/list?state=sure&document={name}")
        links = html.fromstring(page).xpath("//table//a/@href")
        assert links
        status, page = browser.ask(links[0])
        assert status == 200
        assert place in page
