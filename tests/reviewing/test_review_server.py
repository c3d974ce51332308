"""The server of the review: two reviewers through a kill, and what it refuses."""

from __future__ import annotations

import json
import sqlite3
import threading
import time
import urllib.request
from pathlib import Path

from desks import TEXT, Browser, Server

from recognizer.reviewing import Queue
from recognizer.reviewing.tables import QUEUE


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
