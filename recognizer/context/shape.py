"""The shape of a text: what it looks like, whatever it says."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from recognizer.remembering import Remembered
from recognizer.types import Period
from recognizer.vocabulary import amount_unit_of, framework_level2, level1_of, level2_of, period_of

Floats = NDArray[np.float32]

_COMPARATOR = re.compile(r"^(?:[≥≤＞＜><=＝≧≦﹥﹤‹═⩾⩽≈]|大于|小于|不低于|不少于|不超过|不高于|等于)")
_ONLY_COMPARATOR = re.compile(
    r"^(?:[≥≤＞＜><=＝≧≦﹥﹤‹═⩾⩽≈]+|大于等于|小于等于|大于|小于|等于|不低于|不少于|不超过|定性|定量|文字描述)$"
)
_AMOUNT = re.compile(r"^-?[\d,，]+(?:\.\d+)?(?:元|万元|亿元)?$")
_DECIMALS = re.compile(r"^\D{0,2}[\d,，]*\.\d\d\D{0,2}$")
_NUMBER_UNIT = re.compile(r"^(?:[≥≤＞＜><=＝]|大于等于|小于等于|不低于|不少于|不超过)?\d+(?:\.\d+)?\D{0,6}$")
_NUMBERING = re.compile(
    r"^(?:指标\d*[:：、.]|目标\d*[:：、.]|[(（]?\d{1,2}[)）、.．:：]|[①-⑳]|[一二三四五六七八九十]{1,2}、|[(（][一二三四五六七八九十]{1,2}[)）])"
)
# Nothing is given back: the dotted line of a table of contents could be parted in more ways than there is time for.
_TEMPLATE = re.compile(r"^(?:(?:指标|目标)\d*+[:：]?|…++|[.．]{3,}+|[×X*]{2,}+|[，。；:：/\\—-]++)++$")
_YEAR = re.compile(r"(?:19|20)\d\d年?")
_DATE = re.compile(r"\d{1,2}月|季度|年底|年初|上半年|下半年|全年")
_INNER_NUMBERS = re.compile(r"(?:^|[；;。\s])[(（]?\d{1,2}[)）、.．]")

# Characters at the ends of texts.
_COLONS, _FULL_STOPS, _COMMAS = frozenset(":："), frozenset("。；;"), frozenset("，,、")
_OPENING, _CLOSING, _SQUARE, _QUOTES = frozenset("（(【["), frozenset("）)】]"), frozenset("[【"), frozenset('“"《‘')

# Kinds of characters that are counted.
_OTHER, _DIGIT, _IDEOGRAPH, _LATIN, _MARK = range(5)
_KINDS = 5
_MARKS = "，,、；;。"
_KNOWN = 0x20000  # codes below which characters are told apart; beyond there are rare ideographs

_ONE_PERIOD = {period: tuple(period is one for one in Period) for period in (*Period, None)}
SHAPES = 41 + len(Period)  # features of a text's shape
_seen = Remembered(SHAPES)


def shapes(texts: Sequence[str]) -> Floats:
    """(texts, SHAPES) shape features of texts as printed, each about 0..1."""
    return _seen.rows(texts, _shapes)


def _shapes(texts: Sequence[str]) -> Floats:
    bare = ["".join(text.split()) for text in texts]
    counts = _counts(bare)
    length = np.asarray([len(one) for one in bare])
    marks = counts[:, _MARK]
    sizes = [np.minimum(length, 8) / 8, np.minimum(length, 30) / 30, np.minimum(length, 200) / 200,
             length == 1, length == 2, length <= 4]
    shares = (counts * (1.0 / np.maximum(length, 1))[:, None])[:, [_DIGIT, _IDEOGRAPH, _LATIN, _MARK]]
    told = [
        (*_patterns(one, digits), *_signs(text, one, digits), *_names(one))
        for text, one, digits in zip(texts, bare, counts[:, _DIGIT].tolist(), strict=True)
    ]
    return np.concatenate(
        [np.stack(sizes, axis=1), shares, np.minimum(marks, 6)[:, None] / 6, told],
        axis=1, dtype=np.float32, casting="unsafe")


@lru_cache(maxsize=1)
def _kinds() -> NDArray[np.uint8]:
    """The kind of each character by its code."""
    kinds = np.full(_KNOWN + 1, _OTHER, np.uint8)
    kinds[[code for code in range(_KNOWN) if chr(code).isdigit()]] = _DIGIT
    kinds[0x4E00:0xA000] = _IDEOGRAPH
    kinds[ord("A") : ord("Z") + 1] = kinds[ord("a") : ord("z") + 1] = _LATIN
    kinds[[ord(mark) for mark in _MARKS]] = _MARK
    return kinds


def _counts(texts: Sequence[str]) -> NDArray[np.int64]:
    """(texts, kinds) how many characters of each kind each text has."""
    codes = np.frombuffer("".join(texts).encode("utf-32-le", "surrogatepass"), np.uint32)
    kinds = _kinds()[np.minimum(codes, _KNOWN)]
    owners = np.repeat(np.arange(len(texts)), [len(text) for text in texts])
    return np.bincount(owners * _KINDS + kinds, minlength=len(texts) * _KINDS).reshape(len(texts), _KINDS)


def _patterns(bare: str, digits: int) -> tuple[bool, ...]:
    """What a text without its white space looks like as a whole; `digits` is how many it has."""
    return (
        bool(_COMPARATOR.match(bare)),
        bool(_ONLY_COMPARATOR.match(bare)),
        bool(_AMOUNT.match(bare)),
        bool(digits and _DECIMALS.match(bare)),
        bool(digits and _NUMBER_UNIT.match(bare)),
        bool(_NUMBERING.match(bare)),
        bool(_TEMPLATE.match(bare)),
        bool(digits and _YEAR.search(bare)),
        bool(_DATE.search(bare)),
        "%" in bare or "％" in bare,
    )


def _signs(text: str, bare: str, digits: int) -> tuple[float, ...]:
    """What a text begins and ends with and has within; `bare` is it without white space."""
    first, last = bare[:1], bare[-1:]
    return (
        last in "%％",
        last in _COLONS,
        "：" in bare or ":" in bare,
        first in _OPENING,
        last in _CLOSING,
        bare.count("（") + bare.count("(") != bare.count("）") + bare.count(")"),
        last in _FULL_STOPS,
        last in _COMMAS,
        min(len(_INNER_NUMBERS.findall(text)), 5) / 5 if digits else 0,
        "\n" in text,
        min(text.count(" "), 6) / 6,
        min(bare.count("指标"), 4) / 4,
        min(bare.count("；") + bare.count(";"), 8) / 8,
        bare.startswith("其中"),
    )


def _names(bare: str) -> tuple[bool, ...]:
    """What a text without its white space names: a level, a unit, a period; and whether it is quoted or in square brackets."""
    length, first = len(bare), bare[:1]
    period = period_of(bare) if length <= 30 else None
    return (
        length <= 24 and level1_of(bare) is not None,
        length <= 24 and level2_of(bare) is not None,
        length <= 16 and framework_level2(bare) is not None,
        length <= 24 and amount_unit_of(bare) is not None,
        first in _QUOTES,
        first in _SQUARE,
        *_ONE_PERIOD[period],
    )
