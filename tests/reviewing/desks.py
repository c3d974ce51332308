"""What the tests of reviewing share: a run to review, reviewers, and a client of the server that is as stubborn as a browser."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

from lxml import html

from recognizer.reviewing import Decision, Filters, Item, Queue, Reviewer, reviewed_jsons

ROOT = Path(__file__).parents[2]
TEXT, PDF = "000_9a213de64ab02e97.txt", "guangzhou_xlsx_uming.pdf"
LI, WANG = Reviewer("李", "1" * 32), Reviewer("王", "2" * 32)
RECOGNIZER = [sys.executable, "-c", "from recognizer.commands import main; main()"]


def decision(item: Item, what: str = "accept", ticket: str = "", **details: Any) -> Decision:
    """A decision about an item as it was seen."""
    return Decision(item.id, what, ticket or f"{item.id} {item.seen} {what}", item.seen, **details)


def first(queue: Queue, kind: str, who: Reviewer = LI) -> Item:
    """The next item of a kind."""
    item = queue.next(who, Filters(kind=kind))
    assert item is not None
    return item


def url_of(queue: Queue) -> str:
    """Where a queue is kept."""
    return queue.engine.url.render_as_string(hide_password=False)


def document(queue: Queue, name: str) -> dict[str, Any]:
    """A document as it would be exported."""
    return dict(reviewed_jsons(queue.folder, url_of(queue)))[name]


def stored(queue: Queue, name: str) -> dict[str, Any]:
    """A document as it was read."""
    read: dict[str, Any] = json.loads((queue.folder / "documents" / f"{name}.json").read_text("utf-8"))
    return read


def accept_form(page: str) -> dict[str, str]:
    """The fields of the form by which a page's item is accepted; none where nothing is left."""
    form = html.fromstring(page).xpath("//form[@hx-post='/decide'][.//button[@data-key='a']]")
    return {one.get("name"): one.get("value", "") for one in form[0].xpath(".//input")} if form else {}


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

    def decide(self, number: int) -> str:
        """Accepts so many items, whatever happens to the server; returns the page with the item after them."""
        page = self._until_answered("/")
        for _ in range(number):
            form = accept_form(page)
            if not form:
                break
            page = self._until_answered("/decide", form)
        return page

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
        self._command = [*RECOGNIZER, "review", str(run), *options]
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
