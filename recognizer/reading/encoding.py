"""From bytes to text: finds the encoding, and tells a foreign file from a text.

The order of the tests is the story: known foreign files by their first bytes, byte-order marks, strict UTF-8, and then
whichever of GB18030 and UTF-16 reads most like Chinese.
"""

from __future__ import annotations

import codecs
import re
from os import PathLike

from ..errors import BinaryFileError, EmptyFileError, EncodingError, UnsupportedFormatError

_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # begins like the mark of UTF-16 LE, so it is asked first
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (b"\x84\x31\x95\x33", "gb18030"),
)

_DOCUMENTS = ((b"%!PS", "a PostScript file"),)

_FOREIGN = (
    (b"\x89PNG\r\n\x1a\n", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF87a", "a GIF picture"),
    (b"GIF89a", "a GIF picture"),
    (b"II*\x00", "a TIFF picture"),
    (b"MM\x00*", "a TIFF picture"),
    (b"Rar!\x1a\x07", "a RAR archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"\x1f\x8b\x08", "a gzip archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ\x00", "an xz archive"),
    (b"\x7fELF", "a program"),
    (b"SQLite format 3\x00", "a SQLite database"),
)

# What a package holds that no reader here opens, by the folder or entry it names.
_IN_ZIP = (
    (b"ppt/", "a PowerPoint file (.pptx)"),
    (b"OFD.xml", "an OFD document"),
)

# Control characters that no text holds, tab, line feed, vertical tab, form feed and carriage return aside.
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
_CONTROL_SHARE = 0.01
_CHINESE_SHARE = 0.9
_SAMPLE = 65_536  # characters; enough to know an encoding by, quick in a large file
_DAMAGE_SHARE = 0.02


def decode(data: bytes, path: str | PathLike[str] | None = None) -> tuple[str, str]:
    """The text of a file and the name of its encoding, line ends normalised to a line feed, without byte-order mark.

    UTF-8 with a few damaged bytes is read all the same; each of them becomes U+FFFD. `path` is only named in errors.
    Raises EmptyFileError, UnsupportedFormatError, BinaryFileError or EncodingError.
    """
    _refuse_foreign(data, path)
    text, encoding = _decode(data, path)
    if not text.strip():
        raise EmptyFileError("the file holds no text", path=path, hint="check that it was saved or downloaded whole")
    if len(_CONTROL.findall(text)) > _CONTROL_SHARE * len(text):
        raise BinaryFileError("not a text file: it is full of control characters", path=path, hint=_HINT)
    return text.replace("\r\n", "\n").replace("\r", "\n"), encoding


_HINT = "give the recognizer PDF, Word, Excel, text, Markdown or HTML files"


def _refuse_foreign(data: bytes, path: str | PathLike[str] | None) -> None:
    """Raises the error that names what a file of another kind is, by its first bytes."""
    if not data:
        raise EmptyFileError("the file is empty (0 bytes)", path=path, hint="check that it was saved or downloaded whole")
    if b"%PDF-" in data[:1024]:
        raise BinaryFileError("a PDF, not a text file", path=path, hint="read it as a file")
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        for mark, kind in _IN_ZIP:
            if mark in data:
                raise UnsupportedFormatError(f"{kind}; not readable by this version yet", path=path,
                                             hint="save it as a web page (HTML) or as tab-separated text")
        raise BinaryFileError("a ZIP archive", path=path, hint="unpack it and give the recognizer the files inside")
    for mark, kind in _DOCUMENTS:
        if data.startswith(mark):
            raise UnsupportedFormatError(f"{kind}; not readable by this version yet", path=path,
                                         hint="save it as a web page (HTML) or as tab-separated text")
    for mark, kind in _FOREIGN:
        if data.startswith(mark):
            raise BinaryFileError(f"{kind}, not a text file", path=path, hint=_HINT)
    if data.startswith((b"MZ", b"BM")) and b"\x00" in data[:1024]:
        raise BinaryFileError("a program or a bitmap picture, not a text file", path=path, hint=_HINT)


def _decode(data: bytes, path: str | PathLike[str] | None) -> tuple[str, str]:
    for mark, encoding in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            try:
                return data[len(mark):].decode(encoding), encoding
            except UnicodeDecodeError as error:
                if encoding == "utf-8":
                    return data[len(mark):].decode(encoding, "replace"), encoding
                raise EncodingError(f"begins like {encoding}, but byte {error.start + len(mark)} does not belong to it",
                                    path=path, hint="save the file as UTF-8") from error
    try:
        text = data.decode("utf-8")
        # UTF-16 of plain letters and digits is valid UTF-8 too, with a NUL at every other place.
        if text.count("\x00") <= _CONTROL_SHARE * len(text):
            return text, "utf-8"
    except UnicodeDecodeError:
        pass
    return _most_chinese(data, path)


def _most_chinese(data: bytes, path: str | PathLike[str] | None) -> tuple[str, str]:
    """The reading of bytes without a mark that looks most like Chinese; a damaged UTF-8 file counts as UTF-8."""
    has_nul = b"\x00" in data
    best_text, best_encoding, best_share = "", "", 0.0
    if not has_nul:
        text = data.decode("utf-8", "replace")
        # A file in another encoding is damaged all over, one in UTF-8 only here and there.
        if text.count("\ufffd") <= max(3.0, _DAMAGE_SHARE * sum(ord(c) > 127 for c in text)) and _chinese_share(text) > 0.5:
            return text, "utf-8"
    for encoding in ("gb18030", "utf-16-le", "utf-16-be"):
        if has_nul and encoding == "gb18030":
            continue
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        share = _chinese_share(text)
        if share > best_share:
            best_text, best_encoding, best_share = text, encoding, share
    if best_share >= _CHINESE_SHARE:
        return best_text, best_encoding
    if has_nul or len(_CONTROL.findall(data[:_SAMPLE].decode("latin-1"))) > _CONTROL_SHARE * min(len(data), _SAMPLE):
        raise BinaryFileError("not a text file: it holds bytes that no text has", path=path, hint=_HINT)
    raise EncodingError("text in an unknown encoding (neither UTF-8, UTF-16 nor GB18030)", path=path,
                        hint="save the file as UTF-8")


def _chinese_share(text: str) -> float:
    """The share of characters that ordinary Chinese text uses: those of GB 2312 and printable ASCII."""
    sample = text[:_SAMPLE]
    if not sample:
        return 0.0
    known = sample.encode("gb2312", "ignore").decode("gb2312")
    return (len(known) - len(_CONTROL.findall(known))) / len(sample)
