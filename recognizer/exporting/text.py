"""Text that can be written: what no file format of ours can hold is replaced, everything else stays as printed."""

from __future__ import annotations

import re
from typing import overload

_SURROGATE = re.compile("[\ud800-\udfff]")
# What XML 1.0, and so a workbook, cannot hold.
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
REPLACEMENT = "\ufffd"


@overload
def writable(text: str) -> str: ...
@overload
def writable(text: None) -> None: ...
def writable(text: str | None) -> str | None:
    """The text with lone surrogates (from file names that are no UTF-8) replaced: UTF-8 cannot hold them."""
    return None if text is None else _SURROGATE.sub(REPLACEMENT, text)


def writable_in_workbook(text: str) -> str:
    """The text with control characters replaced and lone carriage returns made line breaks."""
    return _NOT_IN_XML.sub(REPLACEMENT, writable(text)).replace("\r\n", "\n").replace("\r", "\n")
