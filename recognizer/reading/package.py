"""Office packages (ZIP files of XML parts) opened with care: told by their parts, refused where they are bombs.

Nothing of a package is run and no link of it is followed; what would be is named in a warning. A document type declaration
has no place in such a part, and is what entities are declared in, so that a part with one is refused unread.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from os import PathLike
from typing import Literal

from ..errors import DamagedFileError, DangerousFileError, EncryptedFileError, UnsupportedFormatError
from ..limits import Limits

OfficeKind = Literal["word", "workbook", "legacy"]

ZIP_MARKS = (b"PK\x03\x04", b"PK\x05\x06")
OLE_MARK = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
RTF_MARK = b"{\\rtf"
_XML_2003 = re.compile(rb"""<\?mso-application\s+progid=["'](?:Word|Excel)\.""")
_MAIN_PARTS: tuple[tuple[str, OfficeKind], ...] = (("word/document.xml", "word"), ("xl/workbook.xml", "workbook"))
# What the standard library raises over a package that is cut short or overwritten.
BROKEN = (zipfile.BadZipFile, zlib.error, ValueError, OSError, NotImplementedError, RuntimeError, EOFError)
_PACKED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # how parts of a package may be packed
_STRICT = b"http://purl.oclc.org/ooxml/"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_XML_PARTS = (".xml", ".rels", ".vml")
_PROLOGUE = 4096  # bytes of a part in which its declarations stand
_ROOT = re.compile(r"<[^?!\s]")
_EXTERNAL = re.compile(rb"<Relationship\b[^>]*\bTargetMode\s*=\s*[\"']External[\"'][^>]*>")
_HYPERLINK = re.compile(rb"""relationships/hyperlink["']""")


def office_kind(data: bytes) -> OfficeKind | None:
    """What kind of office file the bytes are, None for any other file. Raises nothing, not even for a damaged one."""
    if data.startswith(ZIP_MARKS):
        if b"application/vnd.oasis.opendocument" in data[:128]:
            return "legacy"
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as package:
                names = {name.replace("\\", "/").lower() for name in package.namelist()}
                return next((kind for part, kind in _MAIN_PARTS if part in names), None)
        except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
            # Cut short: the parts' names stand at their starts too.
            return next((kind for part, kind in _MAIN_PARTS if part.encode() in data), None)
    if data.startswith((OLE_MARK, RTF_MARK)) or _XML_2003.search(data[:1024]):
        return "legacy"
    return None


def is_encrypted(data: bytes) -> bool:
    """Whether an old-style container holds nothing but an encrypted package."""
    return data.startswith(OLE_MARK) and _ENCRYPTED in data


def refuse_encrypted(path: str | PathLike[str]) -> EncryptedFileError:
    """The error for an office file that opens with a password only."""
    return EncryptedFileError("encrypted: it opens with a password only", path=path, hint="save it without a password")


def checked_package(data: bytes, path: str | PathLike[str], limits: Limits) -> list[str]:
    """What is in a package and will not be used (macros, links to elsewhere), as warnings; the package is safe to be parsed.

    Raises DamagedFileError, DangerousFileError (more to unpack than the limits allow; entities), EncryptedFileError or
    UnsupportedFormatError (a strict package, which the libraries do not know).
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            _refuse_bomb(package, path, limits)
            return list(_checked_parts(package, path))
    except BROKEN as error:
        raise DamagedFileError(f"damaged: {error}", path=path, hint="repair it or download it again") from error


def _refuse_bomb(package: zipfile.ZipFile, path: str | PathLike[str], limits: Limits) -> None:
    parts = package.infolist()
    if len(parts) > limits.package_parts:
        raise DangerousFileError(f"a package of {len(parts):,} parts; the limit is {limits.package_parts:,}", path=path)
    size = sum(part.file_size for part in parts)
    if size > limits.package_bytes:
        reason = f"it unpacks to {size / 1e6:,.0f} MB (a ZIP bomb?); the limit is {limits.package_bytes / 1e6:,.0f} MB"
        raise DangerousFileError(reason, path=path)
    if any(part.flag_bits & 1 for part in parts):
        raise refuse_encrypted(path)
    if any(part.compress_type not in _PACKED for part in parts):
        raise zipfile.BadZipFile("a part is packed in a way that office files do not know")


def _checked_parts(package: zipfile.ZipFile, path: str | PathLike[str]) -> Iterator[str]:
    links = False
    for part in package.infolist():
        name = part.filename.lower()
        if name.endswith("vbaproject.bin"):
            yield "the file holds macros; they were not run"
        if not name.endswith(_XML_PARTS):
            continue
        with package.open(part) as file:
            opening = file.read(_PROLOGUE)
            if _declares(opening):
                raise DangerousFileError(f"{part.filename} declares a document type or entities", path=path)
            if _STRICT in opening and name in (main for main, _ in _MAIN_PARTS):
                hint = "save it anew as an ordinary .docx or .xlsx file"
                raise UnsupportedFormatError("a strict Open XML file, not readable by this version", path=path, hint=hint)
            if name.endswith(".rels"):
                whole = opening + file.read()
                links = links or any(not _HYPERLINK.search(found[0]) for found in _EXTERNAL.finditer(whole))
    if links:
        yield "the file refers to other files or addresses; they were not opened"


def _declares(opening: bytes) -> bool:
    """Whether a document type is declared before the root element, in whichever encoding."""
    encoding = "utf-16" if opening.startswith((b"\xff\xfe", b"\xfe\xff")) else "latin-1"
    text = opening.decode(encoding, "ignore").replace("\x00", "")
    root = _ROOT.search(text)
    head = (text[: root.start()] if root else text).lower()
    return "<!doctype" in head or "<!entity" in head or (root is None and "<!" in head)
