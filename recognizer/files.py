"""Files as they lie on the disk: opened without ever waiting for one that is no file, and read whole as of one moment."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from recognizer.errors import UnreadableFileError
from recognizer.limits import from_environment

_CALM = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)  # a pipe without a writer would wait for ever
_SIGNED = (1 << 63) - 1  # what a database holds of a number
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Stamp:
    """What tells a file from a changed one without reading it: bytes, modification time in nanoseconds, inode, device."""

    size: int
    modified: int
    inode: int
    device: int


def stamp_of(found: os.stat_result) -> Stamp:
    """The stamp that the system's answer amounts to."""
    return Stamp(found.st_size, found.st_mtime_ns, found.st_ino & _SIGNED, found.st_dev & _SIGNED)


def read_file(path: Path) -> tuple[bytes, Stamp]:
    """The bytes of a regular file and its stamp. Raises UnreadableFileError for anything else, and for one being written to."""
    with _opened(path) as (file, stamp):
        return file.read(stamp.size + 1), stamp


def head_of(path: Path, size: int) -> bytes:
    """The first bytes of a regular file. Raises as `read_file` does."""
    with _opened(path) as (file, _):
        head = file.read(size)
        file.seek(0, os.SEEK_END)
        return head


def hash_file(path: Path) -> tuple[str, Stamp]:
    """The SHA-256 of a regular file's bytes (hexadecimal) and its stamp, whatever its size. Raises as `read_file` does."""
    with _opened(path) as (file, stamp):
        made = hashlib.sha256()
        while chunk := file.read(_CHUNK):
            made.update(chunk)
        return made.hexdigest(), stamp


@contextmanager
def _opened(path: Path) -> Iterator[tuple[BinaryIO, Stamp]]:
    """The file, opened; after the block it is looked at whether it has changed or has not been read to its end."""
    largest = from_environment().file_bytes
    try:
        descriptor = os.open(path, _CALM)
        with open(descriptor, "rb") as file:
            found = os.fstat(descriptor)
            if stat.S_ISDIR(found.st_mode):
                raise UnreadableFileError("a folder, not a file", path=path, hint="name the files in it")
            if not stat.S_ISREG(found.st_mode):
                raise UnreadableFileError(
                    "a pipe, a socket or a device, not a file", path=path, hint="copy what it gives to a file")
            if found.st_size > largest:
                raise UnreadableFileError(
                    f"{found.st_size:,} bytes are more than a document has ({largest:,})", path=path, hint="part it")
            yield file, stamp_of(found)
            if file.tell() != found.st_size or stamp_of(os.fstat(descriptor)) != stamp_of(found):
                raise UnreadableFileError("it is being written to", path=path, hint="try again when that is done")
    except FileNotFoundError as error:
        raise UnreadableFileError("no such file", path=path, hint="check the path") from error
    except IsADirectoryError as error:
        raise UnreadableFileError("a folder, not a file", path=path, hint="name the files in it") from error
    except PermissionError as error:
        raise UnreadableFileError("no permission to read it", path=path, hint="ask its owner for read access") from error
    except (OSError, ValueError) as error:
        raise UnreadableFileError(f"cannot be read: {getattr(error, 'strerror', None) or error}", path=path) from error
