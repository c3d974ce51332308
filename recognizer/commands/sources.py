"""Which documents a run is about, and the name each has in its results."""

from __future__ import annotations

import glob
import os
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from recognizer.commands.messages import say
from recognizer.errors import RecognizerError, UnreadableFileError, UsageError
from recognizer.exporting.files import FAILURES, TABLE_FILES, WORKBOOK

# Files beside documents that are none: data, programs, styles. Any other kind is tried, and fails with its reason.
NO_DOCUMENTS = frozenset({
    ".json", ".jsonl", ".ndjson", ".parquet", ".sqlite", ".sqlite3", ".db", ".log", ".ini", ".cfg", ".toml", ".yaml", ".yml",
    ".py", ".pyc", ".js", ".css", ".sh", ".lnk", ".tmp", ".part"})


@dataclass(frozen=True, slots=True)
class Source:
    """A file to digitise and its name in the results: its path below the given folder, or its file name."""

    path: Path
    name: str


@dataclass(frozen=True, slots=True)
class Sources:
    """What the given files, folders and globs amount to."""

    documents: tuple[Source, ...]
    failures: tuple[RecognizerError, ...] = ()
    passed_over: tuple[Path, ...] = ()


def find_sources(given: Iterable[str], out: Path) -> Sources:
    """The documents of files, folders (walked) and globs, each once, in the order given.

    Hidden files, the output folder and files of kinds that hold no documents are passed over in folders; a file that is
    named is always tried. Something missing beside documents that exist is a failure of its own. Raises UsageError where
    nothing at all is found.
    """
    wanted = list(given)
    found: dict[str, tuple[Path, Path]] = {}  # real path -> (the folder it was found in, path)
    failures: list[RecognizerError] = []
    passed_over: list[Path] = []
    for text in wanted:
        paths = _expand(text)
        if not paths:
            failures.append(UnreadableFileError(say("missing"), path=text))
        for path in paths:
            if path.is_dir():
                for file in _walk(path, out, failures):
                    if file.suffix.lower() in NO_DOCUMENTS:
                        passed_over.append(file)
                    else:
                        found.setdefault(os.path.realpath(file), (path, file))
            else:
                found.setdefault(os.path.realpath(path), (path.parent, path))
    if not found:
        raise UsageError(say("no_source", sources=", ".join(wanted)), stage="find")
    names = _names(list(found.values()))
    documents = tuple(Source(path, name) for (_, path), name in zip(found.values(), names, strict=True))
    return Sources(documents, tuple(failures), tuple(passed_over))


def _expand(text: str) -> list[Path]:
    """The paths that a given text stands for: itself where it exists, else what it matches as a glob."""
    path = Path(text).expanduser()
    if os.path.lexists(path):
        return [path]
    return [Path(match) for match in sorted(glob.glob(str(path), recursive=True))] if glob.has_magic(text) else []


def _walk(folder: Path, out: Path, failures: list[RecognizerError]) -> Iterator[Path]:
    """The files below a folder in the order of their names, but for hidden ones and what is in the output folder."""

    def note(error: OSError) -> None:
        failures.append(UnreadableFileError(say("forbidden_folder", reason=error.strerror), path=error.filename))

    output = os.path.realpath(out)
    for parent, folders, files in os.walk(folder, onerror=note):
        # A folder that is given keeps its files even where it is the output folder too.
        folders[:] = sorted(
            name for name in folders if not name.startswith(".") and os.path.realpath(Path(parent, name)) != output)
        is_output = os.path.realpath(parent) == output
        for name in sorted(files):
            path = Path(parent, name)
            if name.startswith(".") or (is_output and name in (*TABLE_FILES, WORKBOOK, FAILURES)):
                continue
            if path.is_file() or path.is_symlink():  # a pipe or a device would never end
                yield path


def _names(found: list[tuple[Path, Path]]) -> list[str]:
    """Each file's path below its folder; where two would be the same, every folder gets a top folder of its own."""
    names = [path.relative_to(folder).as_posix() for folder, path in found]
    if len({_folded(name) for name in names}) == len(names):
        return names
    tops = _tops([folder for folder, _ in found])
    return [f"{tops[folder]}/{name}" for (folder, _), name in zip(found, names, strict=True)]


def _tops(folders: list[Path]) -> dict[Path, str]:
    """For each folder the shortest end of its path that no other folder has."""
    paths = {folder: Path(os.path.realpath(folder)).parts[1:] for folder in folders}
    depth = 1
    while True:
        ends = {folder: "/".join(parts[-depth:]) or "root" for folder, parts in paths.items()}
        by_path = {paths[folder]: _folded(end) for folder, end in ends.items()}
        if len(set(by_path.values())) == len(by_path) or depth > max(map(len, paths.values())):
            return ends
        depth += 1


def _folded(name: str) -> str:
    """The name as file systems compare it that know no case and one form of a character."""
    return unicodedata.normalize("NFC", name).casefold()
