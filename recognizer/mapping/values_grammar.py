"""The small grammar of target values: comparator, number, unit, range, and words for them before and after (values.json).

    statement = [before] [前] number [多|余] [unit] [joint number] [after] [unit] [after]
    number    = digits | 百分之 digits or numerals | numerals, which need a unit
    unit      = [multiplier] measure { "/" or 每 per }
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from recognizer.mapping.numerals import ARABIC, CHINESE
from recognizer.mapping.units import known_units, load


def any_of(words: Iterable[str]) -> str:
    """Any of the words, the longest first; one of Latin letters ends where the letters end."""
    chosen = set(words)
    longest_first = sorted((word for word in chosen if len(word) > 1 or word.isascii()), key=len, reverse=True)
    one_character = "".join(sorted(word for word in chosen if len(word) == 1 and not word.isascii()))
    branches = [re.escape(word) + (r"(?![A-Za-z])" if word.isascii() and word[-1].isalpha() else "") for word in longest_first]
    return "(?:" + "|".join([*branches, *([f"[{one_character}]"] if one_character else [])]) + ")"


WORDS = load("values")
COMPARATORS = {word: sign for name, sign in (("at_least", "≥"), ("at_most", "≤"), ("above", ">"), ("below", "<"), ("equal", "="),
                                             ("about", "≈"), ("after_at_least", "≥"), ("after_at_most", "≤"),
                                             ("after_about", "≈")) for word in WORDS[name]}
AFTER = any_of(WORDS["after_at_least"] + WORDS["after_at_most"] + WORDS["after_about"])
VERB = any_of(WORDS["verbs"])
TIME = any_of(WORDS["time_words"])
BRACKETED = r"(?:\([\u4e00-\u9fff]{1,3}\))?"

MEASURES = known_units().keys() - {"成"}
_FOREIGN = any_of(word for word in MEASURES if not re.fullmatch(r"[\u4e00-\u9fff]+", word))  # ㎡, km
_PER = rf"\d*(?:{_FOREIGN}|[\u4e00-\u9fff]{{1,4}}){BRACKETED}(?=$|[^\u4e00-\u9fff]|{AFTER})"
_MEASURE = rf"(?:{any_of(WORDS['multipliers'])}(?!分点))?(?:{any_of(MEASURES)}(?:\(次\))?|成(?=$|[^\u4e00-\u9fff]|{AFTER}))"
UNIT = re.compile(rf"{_MEASURE}(?:[/每]每?个?{_PER}(?:[·、*][\u4e00-\u9fff]{{1,2}}(?=$|[^\u4e00-\u9fff]))*)*")

BEFORE = any_of([word for name in ("at_least", "at_most", "above", "below", "equal", "about") for word in WORDS[name]])
_WHOLE = r"(?<![几点零一二两三四五六七八九十百千万])(?!(?<=数)[十百千])"  # not the end of 第三十次, and not 数十人
_NUMBER = rf"(?:[-+]?{ARABIC}|[百千]分之(?:{ARABIC}|{CHINESE})|{_WHOLE}{CHINESE})"
_HEAD = re.compile(rf"(?P<before>(?:{BEFORE})(?:或|到)?)?(?P<rank>(?<!提)前)?(?<![\d.a-zA-Z第])(?P<low>{_NUMBER})[多余]?")
_HIGH = re.compile(rf"(?:[-~至到]|—+)(?P<high>[-+]?{ARABIC}|[百千]分之(?:{ARABIC}|{CHINESE})|{CHINESE})")
_AFTER = re.compile(AFTER)


@dataclass(frozen=True, slots=True)
class Statement:
    """A number as printed, with the words around it; `unit` is that after the second number of a range, or after `inner`."""

    start: int
    end: int
    before: str | None
    rank: bool
    low: str
    low_unit: str | None
    high: str | None
    inner: str | None
    unit: str | None
    after: str | None


def statements(line: str) -> Iterator[Statement]:
    """The statements of a line, in order. Numerals without a unit are words and state nothing."""
    position = 0
    while head := _HEAD.search(line, position):
        found = _statement(line, head)
        position = found.end
        if found.unit or found.low_unit or not _is_numeral(found.low):
            yield found


def _statement(line: str, head: re.Match[str]) -> Statement:
    """The statement that begins so; what may stand in it is taken one after the other."""
    position = head.end()
    low_unit = UNIT.match(line, position)
    position = low_unit.end() if low_unit else position
    high = _HIGH.match(line, position)
    if high and _is_numeral(high["high"]) and not UNIT.match(line, high.end()):
        high = None
    position = high.end() if high else position
    inner = _AFTER.match(line, position)
    position = inner.end() if inner else position
    unit = UNIT.match(line, position)
    position = unit.end() if unit else position
    after = _AFTER.match(line, position)
    return Statement(
        head.start(), after.end() if after else position, head["before"], bool(head["rank"]), head["low"],
        low_unit and low_unit[0], high and high["high"], inner and inner[0], unit and unit[0], after and after[0])


def _is_numeral(printed: str) -> bool:
    """Whether a number is spelt in Chinese, without 百分之."""
    return not printed[-1].isdigit() and printed[1:3] != "分之"
