"""Which documents a run is about."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from recognizer.commands.messages import say
from recognizer.errors import RecognizerError, UnreadableFileError, UsageError
from recognizer.exporting.files import FAILURES, TABLE_FILES, WORKBOOK
from recognizer.objects import is_url, objects_below

OUTPUT_FILES = frozenset({*TABLE_FILES, WORKBOOK, FAILURES})

HIDDEN = (".", "~$")  # how hidden files begin, and those that office programs leave beside what they have open
# Files beside documents that are none: data, programs, styles. Any other kind is tried, and fails with its reason.
NO_DOCUMENTS = frozenset({
    ".json", ".jsonl", ".ndjson", ".parquet", ".sqlite", ".sqlite3", ".db", ".log", ".ini", ".cfg", ".toml", ".yaml", ".yml",
    ".py", ".pyc", ".js", ".css", ".sh", ".lnk", ".tmp", ".part"})


@dataclass(frozen=True, slots=True)
class Found:
    """A file to digitise and the folder it was found in."""

    path: str
    folder: str


class Sources:
    """The documents of files, folders (walked) and globs.

    Hidden files, the output folder and files of kinds that hold no documents are passed over in folders, and so is what is no
    file (a pipe, a device); what is named is always tried. Something missing beside documents that exist is a failure of its own.
    """

    def __init__(self, given: Iterable[str], out: Path) -> None:
        self._given = list(given)
        self._out = out
        self.failures: list[RecognizerError] = []
        self.passed_over = 0

    def __iter__(self) -> Iterator[Found]:
        """Each file, in the order given; one that is given twice comes twice. Raises UsageError where nothing at all is found."""
        found = False
        for text in self._given:
            if is_url(text):
                for file in self._objects(text):
                    found = True
                    yield file
                continue
            paths = _expand(text)
            if not paths:
                self.failures.append(UnreadableFileError(say("missing"), path=text))
            for path in paths:
                for file in self._walk(path) if path.is_dir() else [Found(str(path), str(path.parent))]:
                    found = True
                    yield file
        if not found:
            raise UsageError(say("no_source", sources=", ".join(self._given)), stage="find")

    def _objects(self, url: str) -> Iterator[Found]:
        """The objects in a store that are documents."""
        try:
            for address, folder in objects_below(url):
                below = address[len(folder) + 1 :]
                hidden = any(part.startswith(HIDDEN) for part in below.split("/"))
                if hidden or (address != url and os.path.splitext(below)[1].lower() in NO_DOCUMENTS):
                    self.passed_over += not hidden
                else:
                    yield Found(address, folder)
        except (OSError, ValueError) as error:
            self.failures.append(UnreadableFileError(say("forbidden_folder", reason=error), path=url))

    def _walk(self, folder: Path) -> Iterator[Found]:
        """The files below a folder, but for hidden ones and what is in the output folder."""

        def note(error: OSError) -> None:
            self.failures.append(UnreadableFileError(say("forbidden_folder", reason=error.strerror), path=error.filename))

        output = os.path.realpath(self._out)
        for parent, folders, files in os.walk(folder, onerror=note):
            # A folder that is given keeps its files even where it is the output folder too.
            folders[:] = sorted(
                name for name in folders if not name.startswith(".") and os.path.realpath(os.path.join(parent, name)) != output)
            is_output = os.path.realpath(parent) == output
            for name in sorted(files):
                path = os.path.join(parent, name)
                if name.startswith(HIDDEN) or (is_output and name in OUTPUT_FILES):
                    continue
                if os.path.splitext(name)[1].lower() in NO_DOCUMENTS or not (os.path.isfile(path) or os.path.islink(path)):
                    self.passed_over += 1
                else:
                    yield Found(path, str(folder))


def _expand(text: str) -> list[Path]:
    """The paths that a given text stands for: itself where it exists, else what it matches as a glob."""
    if not text:  # an unset variable of a script, which is not to mean the folder one is in
        return []
    if os.path.lexists(text):
        return [Path(text)]
    path = Path(os.path.expanduser(text))  # unlike Path.expanduser, nothing happens to ~$form.docx
    if os.path.lexists(path):
        return [path]
    return [Path(match) for match in sorted(glob.glob(str(path), recursive=True))] if glob.has_magic(text) else []


