#!/usr/bin/env python3
"""Reads bytes that no document has, guided by which code they reach (atheris): a reader says what is wrong, or reads.

    fuzz.py [--seconds 60] [--reader NAME] [--findings FOLDER]

`make fuzz` gives each reader so many seconds; its fixtures are where it begins. What is found (an exception that is no
RecognizerError, a crash, more than ten seconds) is kept in the folder as a file, to become a fixture. Atheris needs Linux or
macOS and CPython up to 3.13; without it, bytes are mutated by seed and not guided.
"""

from __future__ import annotations

import argparse
import contextlib
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from torture import FIXTURES, mutated

ROOT = Path(__file__).parents[1]
READERS = {"pdf": (".pdf",), "office": (".docx", ".xlsx", ".doc"), "text": (".txt", ".html"), "stored": (".grids",)}
LARGEST = 1 << 16  # bytes; what is larger is mutated too slowly


def try_reader(data: bytes) -> None:
    """Reads and lays out the bytes as a file's; what a user is told is fine, anything else is raised."""
    from recognizer.digitizing import lay_out_document
    from recognizer.errors import RecognizerError
    from recognizer.limits import Limits
    from recognizer.reading import read_bytes

    limits = Limits(page_seconds=5, convert_seconds=5)
    with contextlib.suppress(RecognizerError):
        lay_out_document(read_bytes(data, Path("fuzzed"), limits), limits)


def try_stored(data: bytes) -> None:
    """Loads the bytes as a stored document."""
    from recognizer.archive.stored import DamagedStoreError, decode

    with contextlib.suppress(DamagedStoreError):
        decode(data)


def seeds(reader: str) -> Iterable[bytes]:
    """What a reader's fuzzing begins with: fixtures of its kind, and a small one of each."""
    if reader == "stored":
        from recognizer.archive.stored import encode
        from recognizer.digitizing import lay_out_document
        from recognizer.reading import read_text

        yield encode(*lay_out_document(read_text("指标\t值\n数量\t≥1\n", "x")))
        return
    yield from (path.read_bytes() for path in FIXTURES if path.suffix in READERS[reader])
    if reader == "pdf":
        from torture import bombs

        yield bombs()["huge page.pdf"]
    if reader == "text":
        yield "| 指标 | 值 |\n|---|---|\n| 数量 | ≥1 |\n".encode()
        yield "<table><tr><td rowspan=2>指标<td>≥1</table>".encode("gb18030")


def fuzz(reader: str, seconds: int, findings: Path) -> bool:
    """Fuzzes a reader in a process of its own; returns whether nothing was found."""
    try:
        import atheris  # noqa: F401
    except ImportError:
        print(f"{reader}: atheris is not there; bytes are mutated by seed", flush=True)
        return by_seed(reader, seconds, findings)
    with tempfile.TemporaryDirectory() as corpus:
        for number, seed in enumerate(seeds(reader)):
            (Path(corpus) / str(number)).write_bytes(seed[:LARGEST] if reader == "text" else seed)
        findings.mkdir(parents=True, exist_ok=True)
        ended = subprocess.run(
            [sys.executable, __file__, "--guided", reader, corpus, f"-max_total_time={seconds}", "-timeout=10",
             "-rss_limit_mb=2500", f"-artifact_prefix={findings}/{reader}-", "-print_final_stats=1", f"-max_len={4 * LARGEST}"],
            capture_output=True, text=True, errors="replace", check=False)
    runs = [line for line in ended.stderr.splitlines() if "number_of_executed_units" in line or "Done " in line]
    print(f"{reader}: {' '.join(runs[:1])}; status {ended.returncode}", flush=True)
    if ended.returncode:
        print("\n".join(ended.stderr.splitlines()[-25:]), flush=True)
    return ended.returncode == 0


def guided(reader: str, arguments: list[str]) -> None:
    """Has atheris call the reader; never returns."""
    import atheris

    from recognizer.starting import leave_out_layout_network

    leave_out_layout_network()
    with atheris.instrument_imports(include=["recognizer"]):
        tried = target(reader)
        tried(b"")
    atheris.Setup([__file__, *arguments], tried)
    atheris.Fuzz()


def by_seed(reader: str, seconds: int, findings: Path) -> bool:
    """The same without guidance."""
    draw, given, tried = random.Random(1), list(seeds(reader)), target(reader)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        data = mutated(draw.choice(given), draw)
        try:
            tried(data)
        except Exception as error:
            findings.mkdir(parents=True, exist_ok=True)
            (findings / f"{reader}-{draw.random()}").write_bytes(data)
            print(f"{reader}: {type(error).__name__}: {error}", flush=True)
            return False
    return True


def target(reader: str) -> Callable[[bytes], None]:
    """The function that a reader's bytes are given to."""
    return try_stored if reader == "stored" else try_reader


def main() -> None:
    if sys.argv[1:2] == ["--guided"]:
        guided(sys.argv[2], sys.argv[3:])
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--reader", choices=READERS)
    parser.add_argument("--findings", type=Path, default=ROOT / "build" / "fuzz")
    asked = parser.parse_args()
    wanted = [asked.reader] if asked.reader else list(READERS)
    found = [reader for reader in wanted if not fuzz(reader, asked.seconds, asked.findings)]
    if found:
        sys.exit(f"what was found is in {asked.findings}")


if __name__ == "__main__":
    main()
