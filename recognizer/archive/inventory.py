"""The sources of a run, each once, and the name each has in the results; in a database of its own, for there may be millions."""

from __future__ import annotations

import os
import sqlite3
import unicodedata
from collections.abc import Iterator
from pathlib import Path, PurePath

from recognizer.files import Stamp
from recognizer.objects import is_url, stamp_of_source


class Inventory:
    """Files by the folders they were found in; a file that is added twice counts once."""

    def __init__(self) -> None:
        self._db = sqlite3.connect("", isolation_level=None)  # in a temporary file that SQLite removes
        self._db.execute("PRAGMA journal_mode = OFF")
        self._db.execute(
            "CREATE TABLE found (real BLOB PRIMARY KEY, folder BLOB, path BLOB, below BLOB, folded TEXT) WITHOUT ROWID")
        self._db.execute("BEGIN")
        self._real: dict[str, str] = {}  # folder -> its real path
        self.count = 0

    def __enter__(self) -> Inventory:
        return self

    def __exit__(self, *_: object) -> None:
        self._db.close()

    def add(self, path: str, folder: str) -> None:
        """Adds a file that was found in, or below, a folder."""
        if is_url(path):
            self._insert(path, folder, path, path[len(folder) + 1 :])
            return
        below = os.path.relpath(path, folder) if not path.startswith(folder + os.sep) else path[len(folder) + 1 :]
        if folder not in self._real:
            self._real[folder] = os.path.realpath(folder)
        real = os.path.realpath(path) if os.path.islink(path) else os.path.join(self._real[folder], below)
        self._insert(real, folder, path, PurePath(below).as_posix())

    def _insert(self, real: str, folder: str, path: str, name: str) -> None:
        self.count += self._db.execute(
            "INSERT OR IGNORE INTO found VALUES (?, ?, ?, ?, ?)",
            (*map(os.fsencode, (real, folder, path, name)), folded(name))).rowcount

    def named(self) -> Iterator[tuple[str, str, Stamp | None]]:
        """Each file's name, path and stamp (None where it is gone). A name is the path below the folder; where two would be the
        same, every folder gets a top folder of its own."""
        folders = [os.fsdecode(folder) for (folder,) in self._db.execute("SELECT DISTINCT folder FROM found ORDER BY folder")]
        tops: dict[str, str] = {}
        if len(folders) > 1 and self._collide():
            tops = top_folders(folders)
        for folder, path, below in self._db.execute("SELECT folder, path, below FROM found"):
            top = tops.get(os.fsdecode(folder))
            name = os.fsdecode(below)
            yield f"{top}/{name}" if top else name, os.fsdecode(path), stamp_of_source(os.fsdecode(path))

    def _collide(self) -> bool:
        self._db.execute("CREATE INDEX IF NOT EXISTS by_name ON found (folded)")
        return bool(self._db.execute("SELECT 1 FROM found GROUP BY folded HAVING count(*) > 1 LIMIT 1").fetchone())


def top_folders(folders: list[str]) -> dict[str, str]:
    """For each folder the shortest end of its path that no other folder has."""
    paths = {folder: Path(os.path.realpath(folder)).parts[1:] for folder in folders}
    depth = 1
    while True:
        ends = {folder: "/".join(parts[-depth:]) or "root" for folder, parts in paths.items()}
        by_path = {paths[folder]: folded(end) for folder, end in ends.items()}
        if len(set(by_path.values())) == len(by_path) or depth > max(map(len, paths.values())):
            return ends
        depth += 1


def folded(name: str) -> str:
    """The name as file systems compare it that know no case and one form of a character; what is no text is replaced."""
    return unicodedata.normalize("NFC", name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")).casefold()
