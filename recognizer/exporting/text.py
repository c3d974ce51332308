"""Text that can be written: what no file format of ours can hold is replaced, everything else stays as printed."""

from __future__ import annotations

import re
from typing import overload

_SURROGATE = re.compile("[\ud800-\udfff]")
_BYTES = range(0xDC80, 0xDD00)  # how Python holds the bytes of a file name that is no UTF-8
# What XML 1.0, and so a workbook, cannot hold.
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
REPLACEMENT = "\ufffd"


@overload
def writable(text: str) -> str: ...
@overload
def writable(text: None) -> None: ...
def writable(text: str | None) -> str | None:
    """The text without lone surrogates, which UTF-8 cannot hold. Bytes of file names that are no UTF-8 are told as `\\xb1`, so
    that two such names (of an archive packed in GBK, say) stay two."""
    return None if text is None else _SURROGATE.sub(_told, text)


def _told(found: re.Match[str]) -> str:
    code = ord(found[0])
    return f"\\x{code - 0xDC00:02x}" if code in _BYTES else REPLACEMENT


def writable_in_workbook(text: str) -> str:
    """The text with control characters replaced and lone carriage returns made line breaks."""
    return _NOT_IN_XML.sub(REPLACEMENT, writable(text)).replace("\r\n", "\n").replace("\r", "\n")
