"""Sources and results in stores, here that of the local disk by its addresses: listed, read, put and removed through fsspec."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from soak import contents
from test_archive import FAULTY, write
from test_commands import run_here  # noqa: F401

from recognizer.archive import Settings
from recognizer.commands.progress import Progress
from recognizer.commands.running import Wishes, run_archive
from recognizer.commands.sources import Sources
from recognizer.commands.summary import Summary
from recognizer.errors import UnreadableFileError
from recognizer.objects import hash_source, is_url, read_source, stamp_of_source

pytest.importorskip("fsspec")


def digitize(source: str, out: Path, **wishes: Any) -> Summary:
    with Progress(quiet=True) as progress:
        return run_archive(Sources([source], out), out, Settings(), Wishes(1, reader=FAULTY, **wishes), progress)[0]


def test_addresses_are_told_from_paths() -> None:
    assert [text for text in ("s3://b/a", "file:///a", "gs+x://b", "C://a", "/a//b", "a.txt", "http:/a") if is_url(text)] == [
        "s3://b/a", "file:///a", "gs+x://b"]


def test_objects_have_stamps_that_change_with_them(tmp_path: Path) -> None:
    path = write(tmp_path / "a.txt", "one")
    url = path.as_uri()
    data, stamp = read_source(url)
    assert (data, stamp) == (b"one", stamp_of_source(url))
    assert hash_source(url)[0] == hash_source(str(path))[0]
    write(path, "another")
    assert stamp_of_source(url) != stamp
    assert stamp_of_source(f"{url}.gone") is None
    with pytest.raises(UnreadableFileError, match="no such object"):
        read_source(f"{url}.gone")


def test_a_run_from_and_to_a_store_has_the_bytes_of_one_on_the_disk(tmp_path: Path) -> None:
    for number in range(5):
        write(tmp_path / "in" / f"folder {number % 2}" / f"good {number}.txt", f"good {number}")
    write(tmp_path / "in" / ".hidden" / "a.txt")
    write(tmp_path / "in" / "data.json")
    digitize(str(tmp_path / "in"), tmp_path / "plain")
    store = (tmp_path / "store").as_uri()
    summary = digitize((tmp_path / "in").as_uri(), tmp_path / "out", store=store)
    assert (summary.done, summary.failed, summary.passed_over) == (5, 0, 1)
    assert contents(tmp_path / "out") == contents(tmp_path / "plain") == contents(tmp_path / "store")
    assert not (tmp_path / "store" / "run.sqlite").exists()
    again = digitize((tmp_path / "in").as_uri(), tmp_path / "out", store=store)
    assert again.kept == 5
    (tmp_path / "in" / "folder 0" / "good 0.txt").unlink()
    write(tmp_path / "in" / "folder 1" / "good 1.txt", "changed")
    changed = digitize((tmp_path / "in").as_uri(), tmp_path / "out", store=store, partition=("fiscal_year",))
    assert (changed.kept, changed.removed) == (3, 1)
    stored = {path.relative_to(tmp_path / "store").as_posix() for path in (tmp_path / "store").rglob("*") if path.is_file()}
    assert "documents/folder 0/good 0.txt.json" not in stored
    assert "records.parquet" not in stored
    assert any(name.startswith("records/fiscal_year=") for name in stored)
    assert contents(tmp_path / "store") == contents(tmp_path / "out")


def test_a_store_that_is_named_later_gets_what_stands_in_the_folder(tmp_path: Path) -> None:
    for number in range(3):
        write(tmp_path / "in" / f"good {number}.txt", f"good {number}")
    source, out = str(tmp_path / "in"), tmp_path / "out"
    first, second = ((tmp_path / name).as_uri() for name in ("first", "second"))
    digitize(source, out)
    assert digitize(source, out, store=first).kept == 3
    assert contents(tmp_path / "first") == contents(out)
    write(tmp_path / "in" / "good 3.txt", "good 3")
    digitize(source, out, store=second)
    assert contents(tmp_path / "second") == contents(out)
    digitize(source, out, store=first, excel=True)
    assert contents(tmp_path / "first") == contents(out)
    assert (tmp_path / "first" / "records.xlsx").exists()


def test_one_object_can_be_named_and_a_missing_folder_is_said(tmp_path: Path, run_here: Any) -> None:  # noqa: F811
    path = write(tmp_path / "in" / "good.txt", "good")
    assert digitize(path.as_uri(), tmp_path / "out").done == 1
    ended = run_here("digitize", f"{tmp_path.as_uri()}/nowhere", "--out", tmp_path / "none")
    assert (ended.status, "no document matches" in ended.err) == (2, True)
    ended = run_here("digitize", path, "--out", tmp_path / "none", "--store", "bucket/records")
    assert (ended.status, "not the address of a store" in ended.err) == (2, True)
