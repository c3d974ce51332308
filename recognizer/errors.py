"""What can go wrong, a class a failure. Each carries its exit status, and its text is one line fit for stderr.

`str(error)` names the file and the reason; `hint` says the way out. Commands print both and end with `exit_status`:
1 where a document failed (the rest of the documents is done all the same), 2 where nothing could be started.
"""

from __future__ import annotations

from os import PathLike, fspath
from typing import ClassVar


class RecognizerError(Exception):
    """A failure a user can understand: which file, at which stage of the journey, why, and the way out.

    `reason` and `hint` are folded onto one line, so that a failure is always one line of a log.
    """

    exit_status: ClassVar[int] = 1

    def __init__(self, reason: str, *, path: str | PathLike[str] | None = None, stage: str = "read", hint: str = "") -> None:
        self.reason = " ".join(reason.split())
        self.path = None if path is None else fspath(path)
        self.stage = stage
        self.hint = " ".join(hint.split())
        super().__init__(self.reason)

    def __str__(self) -> str:
        # A file name may hold a line break; the message must not.
        return self.reason if self.path is None else f"{' '.join(self.path.split())}: {self.reason}"

    def __reduce__(self) -> tuple[object, ...]:
        # Keyword arguments do not survive the pickling that worker processes need.
        return _rebuild, (type(self), self.reason, self.path, self.stage, self.hint)


def _rebuild(kind: type[RecognizerError], reason: str, path: str | None, stage: str, hint: str) -> RecognizerError:
    return kind(reason, path=path, stage=stage, hint=hint)


class UnreadableFileError(RecognizerError):
    """The file cannot be opened: missing, forbidden, a folder, or the disk fails."""


class EmptyFileError(RecognizerError):
    """The file holds nothing, or nothing but white space, or no page."""


class EncryptedFileError(RecognizerError):
    """The file opens with a password only."""


class DamagedFileError(RecognizerError):
    """The file is cut short or broken, so that nothing of it can be read."""


class DangerousFileError(RecognizerError):
    """The file is made to exhaust whoever reads it (a ZIP bomb, XML entities); nothing of it was read."""


class UnsupportedFormatError(RecognizerError):
    """A document of a kind that this version does not read, such as an old Word file."""


class BinaryFileError(UnsupportedFormatError):
    """The file is no document at all: a picture, an archive, a program, raw bytes."""


class EncodingError(RecognizerError):
    """The file seems to be text, but in no encoding that this version knows."""


class UsageError(RecognizerError):
    """The command was called in a way that makes no sense."""

    exit_status: ClassVar[int] = 2


class ModelError(RecognizerError):
    """The model cannot be used: missing, damaged, or made by another version; nothing was read."""

    exit_status: ClassVar[int] = 2
