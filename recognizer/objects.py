"""Objects in stores (`s3://bucket/archive/form.pdf`) and files alike: whatever fsspec knows an address of can be a source.

A source's path is a URL or a path of this machine; a store needs to read, list and put whole objects, and nothing more.
"""

from __future__ import annotations

import hashlib
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any

from recognizer.errors import UnreadableFileError, UsageError
from recognizer.files import Stamp, hash_file, read_file, stamp_of
from recognizer.language import either
from recognizer.limits import from_environment

_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")  # one letter is a drive
_CHANGED = ("ETag", "etag", "md5Hash", "LastModified", "last_modified", "updated", "mtime", "created")


def is_url(text: str) -> bool:
    """Whether the text is the address of an object or a folder in a store."""
    return _URL.match(text) is not None


def read_source(path: str) -> tuple[bytes, Stamp]:
    """The bytes of a file or an object and its stamp. Raises UnreadableFileError where it cannot be read."""
    if not is_url(path):
        return read_file(Path(path))
    try:
        system, place = _system(path)
        stamp = _stamp(system.info(place))
        largest = from_environment().file_bytes
        if stamp.size > largest:
            reason = f"{stamp.size:,} bytes are more than a document has ({largest:,})"
            raise UnreadableFileError(reason, path=path, hint="part it")
        return bytes(system.cat_file(place)), stamp
    except FileNotFoundError as error:
        raise UnreadableFileError("no such object", path=path, hint="check the address") from error
    except (OSError, ValueError, TypeError) as error:
        raise UnreadableFileError(f"cannot be read: {error}", path=path) from error


def hash_source(path: str) -> tuple[str, Stamp]:
    """The SHA-256 of a file's or an object's bytes (hexadecimal) and its stamp. Raises as `read_source` does."""
    if not is_url(path):
        return hash_file(Path(path))
    data, stamp = read_source(path)
    return hashlib.sha256(data).hexdigest(), stamp


def stamp_of_source(path: str) -> Stamp | None:
    """The stamp of a file or an object; None where there is none, or it does not say."""
    try:
        if not is_url(path):
            return stamp_of(Path(path).stat())
        system, place = _system(path)
        return _stamp(system.info(place))
    except (OSError, ValueError):
        return None


@contextmanager
def local_copy(path: str, data: bytes) -> Iterator[Path]:
    """A path of this machine for a library that opens files itself: the file, or its bytes in a temporary one."""
    if not is_url(path):
        yield Path(path)
        return
    with tempfile.NamedTemporaryFile(prefix="recognizer-", suffix=PurePosixPath(path).suffix) as file:
        file.write(data)
        file.flush()
        yield Path(file.name)


def objects_below(url: str) -> Iterator[tuple[str, str]]:
    """The address of each object below a folder, or of the one that is named, with that of the folder; sorted.

    Raises UsageError where fsspec or the package for this kind of store is missing, OSError where the store cannot be listed.
    """
    system, place = _system(url)
    if system.isfile(place):
        yield url, url.rpartition("/")[0]
        return
    folder = url.rstrip("/")
    root = place.rstrip("/")
    for found in sorted(system.find(root)):
        yield f"{folder}/{found[len(root):].lstrip('/')}", folder


def put_object(url: str, content: bytes) -> None:
    """Puts an object in its place, whole. Raises OSError where that fails."""
    system, place = _system(url)
    system.makedirs(place.rpartition("/")[0], exist_ok=True)
    system.pipe_file(place, content)


def remove_object(url: str) -> None:
    """Removes an object, if there is one. Raises OSError where that fails."""
    system, place = _system(url)
    if system.exists(place):
        system.rm_file(place)


def _system(url: str) -> tuple[Any, str]:
    """The file system of an address, and the place within it."""
    try:
        import fsspec

        system, place = fsspec.core.url_to_fs(url)
    except ImportError as error:
        hint = either("pip install 'recognizer[cluster]', and s3fs, gcsfs or ossfs for its kind of store",
                      "pip install 'recognizer[cluster]'，并按存储种类安装 s3fs、gcsfs 或 ossfs")
        reason = either(f"addresses in stores need a package: {error}", f"存储地址需要另装软件包：{error}")
        raise UsageError(reason, path=url, hint=hint) from error
    except ValueError as error:
        raise UsageError(either(f"no such kind of address: {error}", f"没有这种地址：{error}"), path=url) from error
    return system, str(place)


def _stamp(info: dict[str, Any]) -> Stamp:
    """A stamp of what a store says: the size, and a number that follows from what else changes with the content."""
    said = [moment.isoformat() if isinstance(moment, datetime) else str(moment)
            for name in _CHANGED if (moment := info.get(name)) is not None]
    made = int.from_bytes(hashlib.sha256("\n".join(said).encode()).digest()[:7], "big")
    return Stamp(int(info.get("size") or 0), made, 0, 0)
