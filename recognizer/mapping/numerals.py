"""Numbers as forms print them: 15,000, 67.6, 三十五, 两, 百分之九十五."""

from __future__ import annotations

from math import isfinite

ARABIC = r"(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?(?!\d)|\d+(?:\.\d+)?)"
CHINESE = r"[零〇一二两三四五六七八九十百千]+"

_DIGITS = {character: value for value, character in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_POWERS = {"十": 10, "百": 100, "千": 1000}


def chinese_number(text: str) -> float | None:
    """The number that Chinese numerals below ten thousand spell (三十五, 一百零二, 二〇二三), None for what spells none."""
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
    """The number that a run of digits or numerals prints; None where it prints none."""
    try:
        value = float(text.replace(",", ""))
    except ValueError:
        return chinese_number(text)
    return value if isfinite(value) else None
