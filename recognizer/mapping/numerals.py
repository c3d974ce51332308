"""Numbers as forms print them: 15,000, 67.6, 三十五, 两, 九十八点五, 三万五千, 贰拾."""

from __future__ import annotations

import re
from functools import lru_cache

ARABIC = r"(?:[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?(?![0-9])|[0-9]+(?:\.[0-9]+)?)"
_PLAIN = "[零〇一二两三四五六七八九十百千廿卅]"
_FORMAL = "[零壹贰叁肆伍陆柒捌玖拾佰仟]"
CHINESE = rf"(?:{_PLAIN}+(?:万{_PLAIN}+)?(?:点[零〇一二三四五六七八九]+)?|{_FORMAL}{{2,}})"
_SIGNED = re.compile(rf"[-+]?{ARABIC}")

_DIGITS = {character: value for value, character in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_POWERS = {"十": 10, "百": 100, "千": 1000}
_EVERYDAY = str.maketrans("壹贰叁肆伍陆柒捌玖拾佰仟", "一二三四五六七八九十百千")
_EXACT_DIGITS = 15  # what a binary number keeps of a printed one; a longer run would become another number


@lru_cache(maxsize=4096)
def chinese_number(text: str) -> float | None:
    """The number that Chinese numerals spell (三十五, 一百零二, 二〇二三, 三万五千, 九十八点五); None for what spells none."""
    everyday = text.translate(_EVERYDAY).replace("廿", "二十").replace("卅", "三十")
    whole, point, fraction = everyday.partition("点")
    ten_thousands, many, rest = whole.partition("万")
    head = _below_ten_thousand(ten_thousands)
    tail = _below_ten_thousand(rest) if many else 0.0
    if head is None or tail is None or (point and not (fraction and all(digit in _DIGITS for digit in fraction))):
        return None
    total = head * 10_000 + tail if many else head
    return float(f"{total:.0f}.{''.join(str(_DIGITS[digit]) for digit in fraction)}") if point else total


def _below_ten_thousand(text: str) -> float | None:
    if not text or any(character not in _DIGITS and character not in _POWERS for character in text):
        return None
    if not any(character in _POWERS for character in text):  # digit by digit: 二〇二三
        return float("".join(str(_DIGITS[character]) for character in text)) if len(text) != 2 else None
    total, digit = 0, None
    for character in text:
        if character in _POWERS:
            total += (1 if digit is None else digit) * _POWERS[character]
            digit = None
        else:
            digit = _DIGITS[character]
    return float(total + (digit or 0))


def number(text: str) -> float | None:
    """The number that a run of digits or numerals prints; None where it prints none, or one of more digits than can be kept."""
    if not _SIGNED.fullmatch(text):
        return chinese_number(text)
    bare = text.replace(",", "")
    return float(bare) if sum(map(str.isdigit, bare.lstrip("-+0"))) <= _EXACT_DIGITS else None
