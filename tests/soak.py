#!/usr/bin/env python3
"""Kills processes of a run at random moments, the run's own too, until it has been killed often enough; then compares bytes.

    soak.py [--documents 500] [--kills 100] [--seed 1] [--folder FOLDER]

`make soak` runs it. It prints how often what was killed, and ends with status 1 where the folder of the disturbed run is not,
byte for byte, that of an undisturbed one.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parents[1]
DOCUMENTS = sorted((ROOT / "eval" / "documents").glob("*.txt"))
PDFS = sorted((ROOT / "eval" / "pdfs").glob("*_uming.pdf"))
TABLES = ("*.csv", "*.parquet", "failures.jsonl", "documents/**/*.json")
LONGEST = 4.0  # seconds between two kills
AT_START = 0.1  # share of runs that may be killed before their workers are there


def copies(folder: Path, count: int, seed: int) -> list[str]:
    """Writes so many different small documents below the folder, every tenth the same as another; returns their names."""
    draw = random.Random(seed)
    texts = [path.read_text("utf-8").splitlines(keepends=True) for path in DOCUMENTS]
    names: list[str] = []
    for number in range(count):
        name = f"{number % 7}/{number:05}.txt"
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if number % 10 == 9:
            path.write_bytes((folder / names[number // 2]).read_bytes())
        else:
            lines = draw.choice(texts)
            start = draw.randrange(max(1, len(lines) - 60))
            path.write_text(f"第{number}号\n" + "".join(lines[start : start + 60]), "utf-8")
        names.append(name)
    return names


def contents(out: Path) -> dict[str, bytes]:
    """The bytes of every document and table of an output folder."""
    return {path.relative_to(out).as_posix(): path.read_bytes() for kind in TABLES for path in out.glob(kind)}


def survive(folder: Path, *, documents: int, kills: int, seed: int) -> int:
    """Kills a run over so many documents, again and again until it has been killed so often, and compares. Returns how often.

    Where a run ends before that, another one begins in a new folder. Raises AssertionError where bytes differ.
    """
    draw = random.Random(seed)
    copies(folder / "in", documents, seed)
    for pdf in PDFS:
        shutil.copy(pdf, folder / "in")
    (folder / "in" / "empty.txt").touch()
    start(folder / "in", folder / "undisturbed").wait()
    wanted = contents(folder / "undisturbed")
    count: Counter[str] = Counter()
    while count.total() < kills:
        out = folder / f"disturbed {count.total()}"
        disturb(folder / "in", out, kills, draw, count)
        found = contents(out)
        assert found.keys() == wanted.keys(), found.keys() ^ wanted.keys()
        assert not [name for name in wanted if found[name] != wanted[name]]
        print(f"{count.total()} kills ({dict(count)}): the same {len(wanted)} files, byte for byte", flush=True)
    return count.total()


def disturb(source: Path, out: Path, kills: int, draw: random.Random, count: Counter[str]) -> None:
    """One run that is killed and started again until it ends; not killed any more after so many `kills`."""
    while True:
        run = start(source, out)
        while run.poll() is None:
            try:
                run.wait(draw.random() * LONGEST if count.total() < kills else None)
            except subprocess.TimeoutExpired:
                workers = children(run.pid)
                victim = draw.choice([run.pid, *workers])
                if run.poll() is None and (workers or draw.random() < AT_START):
                    count["the run" if victim == run.pid else "a worker"] += 1
                    os.kill(victim, signal.SIGKILL)
                    if victim == run.pid:
                        break
        run.wait()
        assert run.returncode in (1, -signal.SIGKILL), run.returncode  # 1: the empty document failed, as it should
        if run.returncode == 1:
            return


def start(source: Path, out: Path) -> subprocess.Popen[bytes]:
    """A run with two workers."""
    return subprocess.Popen(
        [sys.executable, "-c", "from recognizer.commands import main; main()", "digitize", str(source), "--out", str(out),
         "--jobs", "2", "--quiet"], stderr=subprocess.DEVNULL, cwd=ROOT)


def children(parent: int) -> list[int]:
    """The processes that a process has started."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text("utf-8", "replace").rpartition(")")[2].split()
        except OSError:  # it has ended
            continue
        if int(fields[1]) == parent:
            found.append(int(stat.parent.name))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, default=500)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", type=Path)
    asked = parser.parse_args()
    began = time.monotonic()
    with tempfile.TemporaryDirectory(dir=asked.folder) as folder:
        try:
            survive(Path(folder), documents=asked.documents, kills=asked.kills, seed=asked.seed)
        except AssertionError as error:
            sys.exit(f"not the same: {error}")
    print(f"{time.monotonic() - began:.0f} seconds")


if __name__ == "__main__":
    main()
