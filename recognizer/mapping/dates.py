"""Dates as forms print them, taken to EDTF (ISO 8601-2): 2023年12月底前, 第一季度, 3月份和9月份, 年底."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from recognizer.mapping.numerals import chinese_number

_YEAR = r"(?:(?<![\d.])(?:19|20)\d\d|二[〇○零][〇○零一二三四五六七八九]{2})"
_MONTH = r"(?:1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九])"
_DAY = r"(?:3[01]|[12]\d|0?[1-9]|三十一?|二?十[一二三四五六七八九]?|[一二三四五六七八九])"
_PART_OF_MONTH = r"(?:份|上旬|中旬|下旬|初|中|底|末)*"

_POINT = re.compile(
    rf"(?:(?P<year>{_YEAR})(?:年度?|(?=[-—~～至到]{_YEAR}年))|(?P<bare>(?<![\d一二三四五六七八九十几两半每多数])[本当]?年(?=[底末初内])))?"
    rf"(?:(?P<all>全年)|(?P<half>[上下])半年|(?<!\d)(?:第(?=.季)|(?=.季度))(?P<quarter>[1-4一二三四])季度?[底末]?|(?P<edge>[底末初])"
    rf"|(?<![\d.])(?P<month>{_MONTH})(?:月{_PART_OF_MONTH}|(?=(?:[-—~～至到、,和]{_MONTH})+月))(?:(?P<day>{_DAY})[日号])?)?")
_NUMERIC = re.compile(
    r"(?<![\d.])(?P<year>(?:19|20)\d\d)(?P<mark>[-./])(?P<month>1[0-2]|0?[1-9])(?:(?P=mark)(?P<day>3[01]|[12]\d|0?[1-9]))?(?![\d.%])")
_DAY_OF_MONTH = re.compile(rf"(?<![\d.])(?P<day>{_DAY})[日号](?=之?前)")

_JOIN = re.compile(r"(?P<set>[、,，和及与])|(?P<range>[-—–~～至到]+)")
_BEFORE = re.compile(r"(?:之前|以前|前|之内|内(?!容)|以内|截止)")
_AT_MOST = re.compile(r"(?:不迟于|不晚于|截至|截止到?|截止至|≤|<=|在(?=.{1,16}内))$")
_LENGTH_AHEAD = re.compile(r"(?:[≥>每/]|至少|不少于|不低于)$")
_EQUAL = re.compile(r"[=＝═]$")


@dataclass(frozen=True, slots=True)
class DateFound:
    """A date within a text: its span, EDTF and comparator (≤, = or None); `year_only` for a plain 2023年 or 全年."""

    start: int
    end: int
    edtf: str
    comparator: str | None
    year_only: bool


def _number(text: str) -> int:
    return int(text) if text.isdigit() else int(chinese_number(text.replace("○", "〇")) or 0)


def _point(text: str, start: int, year: str | None) -> tuple[int, str, str | None, bool] | None:
    """(end, EDTF, year, plain year) of the date at `start`; `year` is that of the date before it."""
    found = _NUMERIC.match(text, start)
    if found:
        day = f"-{int(found['day']):02d}" if found["day"] else ""
        return found.end(), f"{found['year']}-{int(found['month']):02d}{day}", found["year"], False
    found = _POINT.match(text, start)
    if not found or found.end() == start:
        found = _DAY_OF_MONTH.match(text, start)
        return (found.end(), f"XXXX-XX-{_number(found['day']):02d}", year, False) if found else None
    if found["year"]:
        year = f"{_number(found['year']):04d}"
    prefix = year or "XXXX"
    if found["month"]:
        day = f"-{_number(found['day']):02d}" if found["day"] else ""
        return found.end(), f"{prefix}-{_number(found['month']):02d}{day}", year, False
    if found["half"]:
        return found.end(), f"{prefix}-{40 if found['half'] == '上' else 41}", year, False
    if found["quarter"]:
        return found.end(), f"{prefix}-{32 + _number(found['quarter'])}", year, False
    if found["edge"]:
        if not found["year"] and not found["bare"]:
            return None
        return found.end(), f"{prefix}-{'01' if found['edge'] == '初' else '12'}", year, False
    return found.end(), prefix, year, bool(found["year"]) != bool(found["all"])


def _starts(text: str) -> list[int]:
    return [found.start() for found in re.finditer(r"[\d一二三四五六七八九十上下第全年本当]", text)]


@lru_cache(maxsize=16384)
def find_dates(text: str) -> tuple[DateFound, ...]:
    """All dates in a text, in order. Lists and spans of dates count as one (3月份和9月份 is a set, 1月-12月 an interval).

    A 月 whose number is over 12, N个月 and lengths such as 3年内 are no dates. `text` is in half-width characters.
    """
    dates: list[DateFound] = []
    after = 0
    for start in _starts(text):
        if start < after:
            continue
        first = _point(text, start, None)
        if not first or _is_length(text, start, first[0]):
            continue
        end, edtf, year, plain_year = first
        members, interval = [edtf], False
        while joint := _JOIN.match(text, end):
            following = _point(text, joint.end(), year)
            if not following:
                break
            end, edtf, year, _ = following
            members.append(edtf)
            interval, plain_year = interval or bool(joint["range"]), False
        before = _BEFORE.match(text, end)
        ahead = text[:start]
        comparator = "≤" if before or _AT_MOST.search(ahead) else "=" if _EQUAL.search(ahead) else None
        end = before.end() if before else end
        dates.append(DateFound(start, end, _edtf(members, interval), comparator, plain_year and not before))
        after = end
    return tuple(dates)


def _edtf(members: list[str], interval: bool) -> str:
    """One date, the interval from the first to the last, or a set."""
    if len(members) == 1:
        return members[0]
    return f"{members[0]}/{members[-1]}" if interval else "{" + ",".join(members) + "}"


def _is_length(text: str, start: int, end: int) -> bool:
    """Whether what looks like a month is a length of time or a rate (≥6月, 每3月)."""
    printed = text[start:end]
    return printed.endswith("月") and "年" not in printed and bool(_LENGTH_AHEAD.search(text[:start]))
