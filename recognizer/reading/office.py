"""Office files: which kind the bytes are, and who reads it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from ..limits import Limits
from ..types import Document
from .package import is_encrypted, office_kind, refuse_encrypted


def read_office(data: bytes, path: Path, limits: Limits) -> Document | None:
    """The document of a Word file or a workbook, of whichever age; None where the bytes are no office file.

    Raises DamagedFileError, DangerousFileError, EncryptedFileError or UnsupportedFormatError (an old file, and no LibreOffice).
    """
    kind = office_kind(data)
    if kind is None:
        return None
    if is_encrypted(data):
        raise refuse_encrypted(path)
    converted_from = ""
    if kind == "legacy":
        from .legacy import converted

        kind, data = converted(data, path, limits)
        converted_from = " (converted by LibreOffice)"
    if kind == "word":
        from .word import read_word

        document = read_word(data, path, limits)
    else:
        from .workbook import read_workbook

        document = read_workbook(data, path, limits)
    return replace(document, encoding=document.encoding + converted_from)
