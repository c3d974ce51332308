"""Values that hold two: what becomes of two cells when the line between them is lost (≥2部≥600人次, 3960704, 较高≥90%)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import cache, lru_cache

from recognizer.checking.expectations import knowledge
from recognizer.checking.spots import Spot
from recognizer.mapping import parse_value
from recognizer.mapping.units import load
from recognizer.types import Reading, Records, Value
from recognizer.vocabulary import plain

_LONGEST_RUN = 80  # characters; longer texts are sentences, which may say many things
_SEVERAL = 10**6  # a whole number of seven digits, without a unit and without commas, is more likely two
_TWO_POINTS = re.compile(r"^[^0-9]{0,3}[0-9]+\.[0-9]+\.[0-9]+[^0-9]{0,3}$")
# Where a text cannot end that is whole: signs, what joins or parts numbers, and verbs (2024年12月底前完成3次).
_UNFINISHED = (*",，;；:：、/()（）~-—+×*至到或且和及与。.≥≤＞＜><=≈约第", *load("values")["verbs"])
_OPENING = re.compile(r"[0-9≥≤＞＜><=≈约第一二两三四五六七八九十上下全年]|大于|小于|高于|低于|不[低高少大小超]|至少|最[多少]")
# Words that are no name of a measure before a sign: 严格执行财经制度≥90%, but not 满意度≥90% or 完成≥3次.
_SIGN_AFTER_SENTENCE = re.compile(
    r"^[\u4e00-\u9fff,，、]{4,}(?<![率度数量性额值费本金人次比例覆盖完成达到控制培训举办召开编制])[≥≤＞＜><]=?[0-9]")
_NUMERIC = frozenset("0123456789零一二两三四五六七八九十百千上下全年")
_LONGEST_SAYING = 6  # characters
_TIMES = ("天", "工作日", "月", "小时")


def values_run_together(records: Records) -> Iterator[Spot]:
    """Values that are one value followed by another, with nothing between them."""
    counted = Counter(text for project in records.projects for indicator in project.indicators
                      for text in {value.text for value in indicator.values})
    known = frozenset(counted)
    for number, project in enumerate(records.projects):
        for index, indicator in enumerate(project.indicators):
            for value in indicator.values:
                if _run_together(value, known if counted[value.text] == 1 else frozenset()):
                    yield Spot(number, "value", index, value.period)


def _run_together(value: Value, known: frozenset[str]) -> bool:
    """Whether a value is two; `known` are the values of the document, empty for a text that recurs in it."""
    text = value.text
    if value.reading is None or not 2 <= len(text) <= _LONGEST_RUN:
        return False
    return _two_by_itself(text, value.reading) or any(
        text[:cut] in known and text[cut:] in known for cut in range(2, len(text) - 1))


@lru_cache(maxsize=16384)
def _two_by_itself(text: str, reading: Reading) -> bool:
    """Whether a text is two values, whatever else the document says."""
    if reading.kind == "quantity" and reading.unit is None:
        digits = plain(text).lstrip("<>=≥≤")
        if digits.isdigit():
            return int(digits) >= _SEVERAL
    middle = len(text) // 2
    if text[:middle] == text[middle:] or _SIGN_AFTER_SENTENCE.match(text):
        return True
    if reading.kind == "qualitative" and _TWO_POINTS.match(text):
        return True
    ends = {*range(1, min(_LONGEST_SAYING + 1, len(text))), *range(max(len(text) - _LONGEST_SAYING, 1), len(text))}
    return any(_with_a_saying(text[:cut], text[cut:]) for cut in ends) or (
        reading.kind == "mixed" and any(_two_numbers(text[:cut], text[cut:]) for cut in range(1, len(text))))


def _with_a_saying(first: str, second: str) -> bool:
    """Whether one half is a value of words by itself, and the other is too, or is a number."""
    if first in _sayings():
        return second in _sayings() or (bool(_OPENING.match(second)) and _number(second) is not None)
    return second in _sayings() and not first.endswith(_UNFINISHED) and _number(first) is not None


def _two_numbers(first: str, second: str) -> bool:
    """Whether both halves say a number or a date by themselves; two lengths of time may be one (1小时30分钟)."""
    if first.endswith(_UNFINISHED) or not _OPENING.match(second) or (first[-1].isdigit() and second[0].isdigit()):
        return False
    before, after = _number(first), _number(second)
    return bool(before and after) and not (before and after and before.unit_si in _TIMES and after.unit_si in _TIMES)


def _number(text: str) -> Reading | None:
    """What a text says that is a quantity with a unit, or a date, and nothing else; None for any other."""
    if not any(character in _NUMERIC for character in text):
        return None
    reading = parse_value(text)
    stated = reading.kind == "date" or (reading.kind == "quantity" and (reading.unit or reading.comparator))
    return reading if stated and reading.qualitative is None else None


@cache
def _sayings() -> frozenset[str]:
    """Values of words by themselves: 较高, 不适用, 持续提升, 得到加强."""
    words = knowledge()["sayings"]
    return frozenset((*words["alone"], *(adverb + verb for adverb in words["adverbs"] for verb in words["verbs"])))
