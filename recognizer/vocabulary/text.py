"""Folding and stripping of printed text: what typesetting put there goes, what the author wrote stays."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Any

from recognizer.vocabulary.data import load

_BLANK = r"[\s\u200b\u2060\ufeff]"
_BLANKS = re.compile(rf"{_BLANK}+")
_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f]")
_CHINESE_DIGIT = "一二三四五六七八九十"

class _Translation(dict[int, Any]):
    """A table for `str.translate` that learns which characters stay as they are: each time it has none costs an exception."""

    def __missing__(self, code: int) -> int:
        self[code] = code
        return code


# Radicals look like the ideographs that PDF fonts mean by them; the Kangxi block folds by its own compatibility mapping.
_RADICALS = _Translation(str.maketrans(
    {chr(code): unicodedata.normalize("NFKC", chr(code)) for code in range(0x2E80, 0x2FE0)} | dict(load("headings")["radicals"])))

# What folding changes: texts without any of it, which are most, stay as they are.
_FOLDED = re.compile(f"[{''.join(map(chr, _RADICALS))}]|{_BLANK}")
_IDEOGRAPHS = re.compile("[\u4e00-\u9fff]*")

# Full-width letters, digits, brackets and punctuation as their half-width forms, for comparing labels.
_HALF_WIDTH = _Translation(str.maketrans(
    {chr(code): chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
    | {"【": "[", "】": "]", "〔": "(", "〕": ")", "〈": "<", "〉": ">", "—": "-", "–": "-", "。": ".",
       "“": '"', "”": '"'}))

_CODE = re.compile(
    r"(?:\s*[\[［【(（〔]\s*[0-9A-Za-z.\-]+\s*[\]］】)）〕]\s*"  # [107]
    r"|\s*[0-9]{3,}(?:\s*[-_—–:：、.．]\s*|\s+)(?=[^\s0-9])"  # 107-, 107001 followed by a blank
    r"|\s*[0-9]{6,}(?=[\u4e00-\u9fff]))+")  # 107001 directly before the name

_NUMBERING = re.compile(
    rf"\s*(?:(?:三级)?指标\s*(?:[0-9０-９]{{1,2}}|[{_CHINESE_DIGIT}]{{1,3}}|[①-⑳])?\s*[:：、.．)）]"  # 指标1：
    rf"|(?:三级)?指标\s*(?:[0-9０-９]{{1,2}}(?:\s+|(?=[\u4e00-\u9fff])(?![个项条类级])))"  # 指标1 before a name
    rf"|[0-9０-９]{{1,2}}\s*(?:、|[)）]|[.．](?![0-9])|[.．](?=(?:19|20)[0-9]{{2}}年))"  # 1、 1) 1. but not 1.5
    rf"|[(（]\s*(?:[0-9０-９]{{1,2}}|[{_CHINESE_DIGIT}]{{1,3}})\s*[)）]\s*[、.．]?"  # （1） （一）
    rf"|[{_CHINESE_DIGIT}]{{1,3}}\s*、"  # 一、
    r"|[①-⑳⑴-⒇⒈-⒛㈠-㈩❶-❿⓵-⓾]\s*[、.．:：]?)\s*")
_NUMERAL = re.compile(rf"[0-9]+|[{_CHINESE_DIGIT}]{{1,3}}")


def only_ideographs(text: str) -> bool:
    """Whether nothing but ideographs stands in the text: then there is neither width nor mark nor number to take away."""
    return _IDEOGRAPHS.fullmatch(text) is not None


@lru_cache(maxsize=65536)
def fold(text: str) -> str:
    """The text as records keep it: radicals as ideographs, without line breaks and blanks.

    A single blank stays between two Latin words. Everything else stays as printed, full and half width too.
    """
    if not _FOLDED.search(text):
        return text
    words = _BLANKS.split(text.translate(_RADICALS))
    folded: list[str] = []
    for word in words:
        if not word:
            continue
        if folded and _LATIN.match(folded[-1][-1]) and _LATIN.match(word[0]):
            folded.append(" ")
        folded.append(word)
    return "".join(folded)


@lru_cache(maxsize=65536)
def plain(text: str) -> str:
    """The text for comparing labels: folded, half width, without blanks, in lower case."""
    folded = fold(text)
    return folded if only_ideographs(folded) else folded.translate(_HALF_WIDTH).replace(" ", "").lower()


@lru_cache(maxsize=16384)
def strip_code(text: str) -> str:
    """An organisation's name without the code in front: [107]中共… becomes 中共…; a text of codes only stays."""
    match = _CODE.match(text)
    return text[match.end():] or text if match else text


@lru_cache(maxsize=65536)
def strip_numbering(text: str) -> str:
    """The text without the form's own numbering in front (指标1：, 1、, （1）, ①), taken off once.

    A list that the name itself opens keeps its number (指标1：1.机关… becomes 1.机关…), and so do digits that belong to
    a name (533工程, 2023年度…). What is numbering only becomes the empty text.
    """
    match = _NUMBERING.match(text)
    return text[match.end():] if match else text


@lru_cache(maxsize=65536)
def number_of(text: str) -> int | None:
    """The number that the form puts in front of a text (3 for 指标3：, （三） and ③), None where it puts none."""
    match = _NUMBERING.match(text)
    found = _NUMERAL.search(unicodedata.normalize("NFKC", match[0])) if match else None
    if not found:
        return None
    return int(found[0]) if found[0].isdigit() else _CHINESE_DIGIT.find(found[0]) + 1 or None
