"""The reading room: makes a `Document` of a file.

`read` is the thin edge to the disk, `read_bytes` and `read_text` the pure rest. The formats are asked in order and
each takes the tables it knows, judged by the text itself, never by a file's suffix; what is left is plain lines.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from pathlib import Path

from ..files import head_of, read_file
from ..limits import Limits, from_environment
from ..types import Document, Page
from . import html, markdown, tabs
from .encoding import decode
from .parts import Format, Table
from .text import gather, number_lines

__all__ = ["FORMATS", "decode", "read", "read_bytes", "read_pages", "read_text"]

PDF_MARK = b"%PDF-"
PDF_MARK_WITHIN = 1024  # bytes from the start of a file within which viewers look for the mark
# How office files begin: packages, containers of older programs, rich text; those of 2003 in XML name their program.
OFFICE_MARKS = (b"PK\x03\x04", b"PK\x05\x06", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"{\\rtf")
PICTURE_MARKS = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"II*\x00", b"MM\x00*")  # PNG, JPEG, TIFF
XML_OFFICE_MARK = b"<?mso-application"

FORMATS: tuple[Format, ...] = (html.FORMAT, markdown.FORMAT, tabs.FORMAT)


def read(path: Path, limits: Limits | None = None) -> Document:
    """Reads a PDF, a scan (PNG, JPEG, TIFF), an office file, or a text, Markdown or HTML file in any encoding that Chinese
    offices use; its name becomes the document's. What a file is its bytes say, whatever its suffix.

    `limits` are those of the environment, if not given. Raises UnreadableFileError, EmptyFileError, EncryptedFileError,
    DamagedFileError, DangerousFileError, UnsupportedFormatError, BinaryFileError or EncodingError.
    """
    return read_bytes(read_file(path)[0], path, limits)


def read_pages(path: Path, warnings: list[str], limits: Limits | None = None) -> Iterator[Page] | None:
    """The pages of a PDF one after the other, for files too large to be held; None where the file is no PDF.

    What is wrong with a page is added to `warnings` by the time the page is given. Raises as `read` does, some only on the way.
    """
    if PDF_MARK not in head_of(path, PDF_MARK_WITHIN):
        return None
    from .pdf import pages_of_pdf

    return pages_of_pdf(path, warnings, limits)


def read_bytes(data: bytes, path: Path, limits: Limits | None = None, *, without: Collection[int] = ()) -> Document:
    """Reads the bytes of the file at `path` as `read` does, `without` certain pages (from 1), each of which has a warning."""
    if PDF_MARK in data[:PDF_MARK_WITHIN]:
        from .pdf import read_pdf

        return read_pdf(data, path, limits, without=without)
    if data.startswith(PICTURE_MARKS):
        from .scanned import read_pictures

        return read_pictures(data, path, limits, without=without)
    if data.startswith(OFFICE_MARKS) or XML_OFFICE_MARK in data[:PDF_MARK_WITHIN]:
        from .office import read_office

        document = read_office(data, path, limits or from_environment())
        if document is not None:
            return document
    text, encoding = decode(data, path)
    document = replace(read_text(text, path.name), encoding=encoding)
    damaged = text.count("\ufffd")
    if damaged:
        line = text.count("\n", 0, text.index("\ufffd")) + 1
        warning = f"{damaged} unreadable characters (U+FFFD), the first in line {line}: the file is damaged"
        document = replace(document, warnings=(*document.warnings, warning))
    return document


def read_text(text: str, name: str) -> Document:
    """The blocks of a text whose line ends are line feeds. Never fails: what is no table is lines of text."""
    parts = number_lines(text)
    found = "text"
    for form in FORMATS:
        parts = form.take(parts)
        if found == "text" and any(isinstance(part, Table) for part in parts):
            found = form.name
    return Document(name, found, gather(parts))
