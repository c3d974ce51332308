"""The shape of a text: what it looks like, whatever it says."""

from __future__ import annotations

import re
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from recognizer.types import Period
from recognizer.vocabulary import amount_unit_of, framework_level2, level1_of, level2_of, period_of

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
_PERCENT = re.compile(r"[%％]")
_PUNCTUATION = re.compile(r"[，,、；;。]")
_INNER_NUMBERS = re.compile(r"(?:^|[；;。\s])[(（]?\d{1,2}[)）、.．]")

_IDEOGRAPH = re.compile("[\u4e00-\u9fff]")
_LATIN = re.compile("[A-Za-z]")

_PERIODS = tuple(Period)


@lru_cache(maxsize=1 << 16)
def shape(text: str) -> NDArray[np.float32]:
    """A vector of shape features of a text as printed, each about 0..1."""
    bare = "".join(text.split())
    length = len(bare)
    share = 1.0 / max(length, 1)
    digits = sum(map(str.isdigit, bare))
    ideographs = len(_IDEOGRAPH.findall(bare))
    latin = len(_LATIN.findall(bare))
    sentence = len(_PUNCTUATION.findall(bare))
    period = period_of(bare) if length <= 30 else None
    first, last = bare[:1], bare[-1:]
    features = [
        min(length, 8) / 8,
        min(length, 30) / 30,
        min(length, 200) / 200,
        float(length == 1),
        float(length == 2),
        float(length <= 4),
        digits * share,
        ideographs * share,
        latin * share,
        sentence * share,
        min(sentence, 6) / 6,
        float(bool(_COMPARATOR.match(bare))),
        float(bool(_ONLY_COMPARATOR.match(bare))),
        float(bool(_AMOUNT.match(bare))),
        float(bool(_DECIMALS.match(bare))),
        float(bool(_NUMBER_UNIT.match(bare))),
        float(bool(_NUMBERING.match(bare))),
        float(bool(_TEMPLATE.match(bare))),
        float(bool(_YEAR.search(bare))),
        float(bool(_DATE.search(bare))),
        float(bool(_PERCENT.search(bare))),
        float(last in "%％"),
        float(last in ":：" and length > 0),
        float("：" in bare or ":" in bare),
        float(first in "（(【[") if first else 0.0,
        float(last in "）)】]") if last else 0.0,
        float(bare.count("（") + bare.count("(") != bare.count("）") + bare.count(")")),
        float(last in "。；;") if last else 0.0,
        float(last in "，,、") if last else 0.0,
        min(len(_INNER_NUMBERS.findall(text)), 5) / 5,
        float("\n" in text),
        min(text.count(" "), 6) / 6,
        min(bare.count("指标"), 4) / 4,
        min(bare.count("；") + bare.count(";"), 8) / 8,
        float(bare.startswith("其中")),
        float(level1_of(bare) is not None) if length <= 24 else 0.0,
        float(level2_of(bare) is not None) if length <= 24 else 0.0,
        float(framework_level2(bare) is not None) if length <= 16 else 0.0,
        float(amount_unit_of(bare) is not None) if length <= 24 else 0.0,
        float(first in '“"《‘') if first else 0.0,
        float(first in "[【") if first else 0.0,
    ]
    features.extend(float(period is candidate) for candidate in _PERIODS)
    return np.asarray(features, np.float32)
