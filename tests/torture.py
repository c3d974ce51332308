#!/usr/bin/env python3
"""Digitises strange files, the project's own fixtures mutated by seed, and bombs; every one must be accounted for.

    torture.py [FOLDER...] [--mutations 300] [--seed 1] [--keep FOLDER]

`make torture DIR=folder` runs it. It prints what became of the files and how long it took, and ends with status 1 where a file is
neither done nor failed with a reason, or is both, or the run does not end as it should.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import random
import subprocess
import sys
import tempfile
import time
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parents[1]
FIXTURES = sorted(
    path for folder in ("documents", "pdfs", "office_files") for path in (ROOT / "eval" / folder).iterdir()
    if path.suffix in (".txt", ".pdf", ".docx", ".xlsx", ".doc", ".xls", ".pptx", ".ods", ".odt", ".html"))
LIMITS = {"PAGE_SECONDS": "10", "PAGE_SECONDS_AT_MOST": "20", "DOCUMENT_SECONDS": "120", "SILENT_SECONDS": "40"}


def mutated(data: bytes, draw: random.Random) -> bytes:
    """The bytes with a few things done to them that disks, mail programs and broken writers do."""
    done = bytearray(data)
    for _ in range(draw.choice((1, 1, 2, 4, 16))):
        draw.choice(MUTATIONS)(done, draw)
    return bytes(done)


def _flip(data: bytearray, draw: random.Random) -> None:
    for _ in range(draw.choice((1, 8, 64))):
        if data:
            data[draw.randrange(len(data))] ^= 1 << draw.randrange(8)


def _cut(data: bytearray, draw: random.Random) -> None:
    del data[draw.randrange(len(data) + 1) :]


def _drop(data: bytearray, draw: random.Random) -> None:
    start = draw.randrange(len(data) + 1)
    del data[start : start + draw.choice((1, 100, 4096))]


def _repeat(data: bytearray, draw: random.Random) -> None:
    start = draw.randrange(len(data) + 1)
    data[start:start] = data[start : start + draw.choice((10, 1000, 50_000))] * draw.choice((1, 3))


def _zero(data: bytearray, draw: random.Random) -> None:
    start = draw.randrange(len(data) + 1)
    length = min(draw.choice((1, 512, 4096)), len(data) - start)
    data[start : start + length] = bytes(length)


def _number(data: bytearray, draw: random.Random) -> None:
    """Another number where one stands: lengths, offsets, sizes, counts."""
    digits = [place for place in range(len(data)) if 48 <= data[place] < 58]
    if digits:
        start = draw.choice(digits)
        data[start : start + draw.choice((1, 3))] = draw.choice((b"0", b"-1", b"65536", b"2147483648", b"9" * 20, b"1e308"))


MUTATIONS: tuple[Callable[[bytearray, random.Random], None], ...] = (_flip, _cut, _drop, _repeat, _zero, _number)


def pdf(content: bytes, *, size: str = "595 842", filters: str = "/FlateDecode", more: bytes = b"") -> bytes:
    """A PDF of one page with this content stream."""
    return b"\n".join((
        b"%PDF-1.7", b"1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj", b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj",
        f"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 {size}]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>endobj".encode(),
        f"4 0 obj<</Length {len(content)}/Filter[{filters}]>>stream".encode(), content, b"endstream endobj",
        b"5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj", more, b"trailer<</Root 1 0 R>>", b"%%EOF"))


def package(parts: dict[str, bytes]) -> bytes:
    """A ZIP file of these parts."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in parts.items():
            made.writestr(name, data)
    return held.getvalue()


def bombs() -> dict[str, bytes]:
    """Small files that would fill a memory, a disk or an afternoon."""
    entities = '<!DOCTYPE x [<!ENTITY a0 "ha">' + "".join(
        f'<!ENTITY a{number} "{f"&a{number - 1};" * 10}">' for number in range(1, 12)) + "]>"
    space = b"xmlns:w='http://schemas.openxmlformats.org/wordprocessingml/2006/main'"
    words = b"<w:document " + space + b"><w:body><w:p><w:r><w:t>%s</w:t></w:r></w:p></w:body></w:document>"
    types = b'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
    zeros = zlib.compress(bytes(1 << 28), 9)  # 256 KB
    text = b"BT /F 12 Tf 1 0 0 1 %d %d Tm (x) Tj ET\n"
    return {
        "endless stream.pdf": pdf(zeros),
        "nested streams.pdf": pdf(zlib.compress(zlib.compress(bytes(1 << 30), 9), 9), filters="/FlateDecode/FlateDecode"),
        "huge page.pdf": pdf(zlib.compress(b"BT /F 12 Tf (x) Tj ET"), size="1e30 1e30"),
        "million texts.pdf": pdf(zlib.compress(b"".join(text % (number % 590, number % 840) for number in range(1_000_000)))),
        "million lines.pdf": pdf(zlib.compress(b"".join(b"%d 0 m %d 800 l S\n" % (n % 590, n % 590) for n in range(1_000_000)))),
        "million objects.pdf": pdf(b"", filters="", more=b"".join(b"%d 0 obj null endobj\n" % n for n in range(6, 1_000_000))),
        "pages of pages.pdf": pdf(b"").replace(b"/Kids[3 0 R]/Count 1", b"/Kids[2 0 R 2 0 R 3 0 R]/Count 2000000000"),
        "zeros.docx": package({"[Content_Types].xml": types, "word/document.xml": bytes(1 << 30)}),
        "entities.docx": package({"[Content_Types].xml": types, "word/document.xml": entities.encode() + words % b"&a11;"}),
        "entities.html": (entities + "<table><tr><td>&a11;</td></tr></table>").encode(),
        "upwards.docx": package({"[Content_Types].xml": types, "../../../../tmp/outside": b"x", "word/document.xml": b"<x/>"}),
        "deep.html": b"<table><tr><td>" * 100_000,
        "one line.txt": "指标值≥95%".encode() * 2_000_000,
        "many lines.txt": "产出指标\t数量指标\t≥1\n".encode() * 200_000}


def gather(folder: Path, mutations: int, seed: int) -> list[Path]:
    """Fills the folder with mutated fixtures and bombs; returns the folders of each."""
    draw = random.Random(seed)
    for name in ("mutated", "bombs"):
        (folder / name).mkdir(parents=True)
    for number in range(mutations):
        source = draw.choice(FIXTURES)
        (folder / "mutated" / f"{number:04} {source.name}").write_bytes(mutated(source.read_bytes(), draw))
    for name, data in bombs().items():
        (folder / "bombs" / name).write_bytes(data)
    return [folder / "mutated", folder / "bombs"]


def account(out: Path, events: list[dict[str, object]], names: set[str]) -> list[str]:
    """What does not add up of a run: files that are neither done nor failed, both, or without a reason."""
    done = {path.relative_to(out / "documents").as_posix().removesuffix(".json") for path in (out / "documents").rglob("*.json")}
    failures = [json.loads(line) for line in (out / "failures.jsonl").read_text("utf-8").splitlines()]
    failed = Counter(failure["document"] for failure in failures if failure["document"] not in done)
    trouble = [f"neither done nor failed: {name}" for name in sorted(names - done - failed.keys())]
    trouble += [f"failed more than once: {name}" for name, count in failed.items() if count > 1]
    trouble += [f"nobody knows: {name}" for name in sorted((done | failed.keys()) - names)]
    trouble += [f"no reason: {failure}" for failure in failures if not failure["reason"].strip()]
    print(f"{len(names)} files: {len(done)} done, {len(failed)} failed")
    said = Counter(failure["reason"].partition(":")[0] for failure in failures)
    for reason, count in said.most_common():
        print(f"  {count:4}  {reason}")
    slowest = sorted((event for event in events if event["event"] == "document"), key=lambda event: -float(str(event["seconds"])))
    print("slowest:", *(f"{event['document']} {event['seconds']} s" for event in slowest[:3]), sep="\n  ")
    return trouble


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="*", type=Path)
    parser.add_argument("--mutations", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="where the files and results are to stay")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        folder = asked.keep or Path(made)
        inputs = [*gather(folder / "in", asked.mutations, asked.seed), *asked.folders]
        command = [sys.executable, "-c", "from recognizer.commands import main; main()", "digitize", *map(str, inputs)]
        start = time.monotonic()
        ended = subprocess.run(
            [*command, "--out", str(folder / "out"), "--log-json"], capture_output=True, text=True, check=False,
            env={**os.environ, **{f"RECOGNIZER_{name}": figure for name, figure in LIMITS.items()}})
        events = [json.loads(line) for line in ended.stdout.splitlines()]
        trouble = [] if ended.returncode in (0, 1) else [f"the run ended with status {ended.returncode}: {ended.stderr[-500:]}"]
        names = {path.relative_to(top).as_posix() for top in inputs for path in top.rglob("*") if path.is_file()}
        assert len(names) == sum(path.is_file() for top in inputs for path in top.rglob("*")), "two files of one name"
        trouble += account(folder / "out", events, names)
    print(f"{time.monotonic() - start:.0f} seconds")
    if trouble:
        sys.exit("\n".join(trouble))


if __name__ == "__main__":
    main()
