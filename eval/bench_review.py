"""How long a reviewer waits: the next item with its pictures on a PDF of 200 pages, and a queue of 100,000 items.

Prints the 95th percentile of each against its bar; exit status 1 where one is missed. Times are those of the server's answers.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pymupdf

ROOT = Path(__file__).parents[1]
PAGES, ITEMS, ASKED = 200, 100_000, 100
NEXT_BAR, QUEUE_BAR = 0.150, 0.200  # seconds
RECOGNIZER = [sys.executable, "-c", "from recognizer.commands import main; main()"]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--asked", type=int, default=ASKED, help="answers that each figure is told from")
    asked = parser.parse_args().asked
    missed = 0
    with tempfile.TemporaryDirectory() as folder:
        for name, figure, bar in (*_next_item(Path(folder, "pdf"), asked), *_large_queue(Path(folder, "large"), asked)):
            held = figure <= bar
            missed += not held
            print(f"{name}: {1000 * figure:.0f} ms at the 95th percentile (bar {1000 * bar:.0f} ms){'' if held else ' MISSED'}")
    return bool(missed)


def _next_item(folder: Path, asked: int) -> list[tuple[str, float, float]]:
    """The next item, its page's picture and its crop: what a browser asks for after each decision."""
    (folder / "in").mkdir(parents=True)
    with pymupdf.open(ROOT / "eval" / "pdfs" / "langxi_wqy.pdf") as source, pymupdf.open() as long:
        while len(long) < PAGES:
            long.insert_pdf(source)
        long.save(folder / "in" / "long.pdf")
    run = folder / "run"
    subprocess.run([*RECOGNIZER, "digitize", str(folder / "in"), "--quiet", "--out", str(run)], check=True)
    path = next((run / "documents").glob("*.json"))
    document = json.loads(path.read_text("utf-8"))
    for project in document["projects"]:  # everything is to be reviewed, so that items come from all pages
        for indicator in project["indicators"]:
            for details in indicator["value_details"].values():
                details["accepted"] = False
    path.write_text(json.dumps(document, ensure_ascii=False), "utf-8")
    with _Served(run) as ask:
        page = ask("/")
        times = []
        for _ in range(asked):
            form = _accept_form(page)
            started = time.perf_counter()
            page = ask("/decide", form)
            pictures = re.findall(r'(?:<image href|<img class="crop" src)="(/[^"]+)"', page)
            for picture in pictures:
                ask(picture)
            times.append(time.perf_counter() - started)
            assert len(pictures) == 2, "a page without its pictures"
    return [(f"next item with its page and crop, {PAGES} pages", _p95(times), NEXT_BAR)]


def _large_queue(folder: Path, asked: int) -> list[tuple[str, float, float]]:
    """List, filter and next, with many items from many documents."""
    source = ROOT / "eval" / "documents" / "000_9a213de64ab02e97.txt"
    (folder / "in").mkdir(parents=True)
    shutil.copy(source, folder / "in")
    run = folder / "run"
    subprocess.run([*RECOGNIZER, "digitize", str(folder / "in"), "--quiet", "--out", str(run)], check=True)
    path = next((run / "documents").glob("*.json"))
    document = json.loads(path.read_text("utf-8"))
    per_document = document["recognizer"]["review_count"]
    path.unlink()
    for number in range(ITEMS // per_document + 1):
        document["source"], document["city"] = f"{number:05d}.txt", f"{number % 200} 市"
        (run / "documents" / f"{number:05d}.txt.json").write_text(json.dumps(document, ensure_ascii=False), "utf-8")
    with _Served(run) as ask:
        city = urllib.parse.quote("7 市")
        return [(f"{name}, {ITEMS:,} items", _p95([_timed(ask, address) for _ in range(asked)]), QUEUE_BAR)
                for name, address in (("list", "/list"), ("filter", f"/list?city={city}&kind=value&doubt=level_inferred"),
                                      ("next", "/next"), ("next, filtered", f"/next?city={city}&kind=fund"))]


def _timed(ask: Callable[..., str], address: str) -> float:
    started = time.perf_counter()
    ask(address)
    return time.perf_counter() - started


def _accept_form(page: str) -> dict[str, str]:
    form = next(part for part in page.split("<form")[1:] if 'data-key="a"' in part)
    return dict(re.findall(r'name="(\w+)" value="([^"]*)"', form))


def _p95(times: list[float]) -> float:
    return sorted(times)[int(0.95 * (len(times) - 1))]


class _Served:
    """`recognizer review` over a run, as a function that asks it."""

    def __init__(self, run: Path) -> None:
        self._command = [*RECOGNIZER, "review", str(run), "--port", "0"]

    def __enter__(self) -> Callable[..., str]:
        self._process = subprocess.Popen(self._command, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        address = self._process.stdout.readline().split()[-1].rstrip("/")
        opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())

        def ask(path: str, form: dict[str, str] | None = None) -> str:
            data = urllib.parse.urlencode(form).encode() if form is not None else None
            request = urllib.request.Request(address + path, data, {"Origin": address})
            with opener.open(request, timeout=120) as answer:
                return str(answer.read().decode("utf-8", "replace"))

        return ask

    def __exit__(self, *_: Any) -> None:
        self._process.terminate()
        self._process.wait()


if __name__ == "__main__":
    raise SystemExit(main())
