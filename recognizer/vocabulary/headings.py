"""What the wording of headings, keys and captions means: whose name, which period, which unit, which year, which place."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal

from recognizer.types import Period
from recognizer.vocabulary.data import load
from recognizer.vocabulary.text import fold, plain, strip_code

AmountUnit = Literal["元", "万元", "亿元"]

_LONGEST_HEADING = 30  # characters; longer texts are no headings
_BRACKETED = re.compile(r"[(\[<][^)\]>]*(?:[)\]>]|$)")
_ORNAMENT = re.compile(r"[^\u4e00-\u9fffa-z]+")


def _key(text: str) -> str:
    return _ORNAMENT.sub("", _BRACKETED.sub("", plain(text)))


def _whole_key(text: str) -> str:
    return _ORNAMENT.sub("", plain(text))


def _keys(name: str) -> frozenset[str]:
    spellings: list[str] = load("headings")[name]
    return frozenset(form for spelling in spellings for form in (_key(spelling), _whole_key(spelling)) if len(form) > 2)


_PROJECT_NAME = _keys("project_name_keys")
_WHOLE_DEPARTMENT = _keys("whole_department_keys")
_DEPARTMENT = _keys("department_keys")


def _names(text: str, keys: frozenset[str]) -> bool:
    return len(text) <= _LONGEST_HEADING and (_key(text) in keys or _whole_key(text) in keys)


@lru_cache(maxsize=65536)
def project_name_choice(text: str) -> int:
    """How well a key serves for the project's name: 2 for 项目名称, 1 for 部门名称 (whole departments), 0 for no such key."""
    return 2 if _names(text, _PROJECT_NAME) else 1 if _names(text, _WHOLE_DEPARTMENT) else 0


def project_name_key(text: str) -> bool:
    """Whether the text is a key of the project's name (or the department's; `project_name_choice` tells them apart)."""
    return project_name_choice(text) > 0


@lru_cache(maxsize=65536)
def department_key(text: str) -> bool:
    """Whether the text is a key of the department in charge (主管部门及代码, 部门（单位）名称)."""
    return _names(text, _DEPARTMENT)


def _any_of(words: list[str]) -> re.Pattern[str]:
    """Finds any of the words; with no words, nothing."""
    return re.compile("|".join(map(re.escape, words)) or r"(?!)")


_PERIODS: tuple[tuple[Period | None, re.Pattern[str], re.Pattern[str]], ...] = tuple(
    (Period(entry["period"]) if entry["period"] else None, _any_of(entry["words"]), _any_of(entry.get("unless", [])))
    for entry in load("headings")["periods"])
_ANY_PERIOD = _any_of([word for entry in load("headings")["periods"] for word in entry["words"]])


@lru_cache(maxsize=65536)
def period_of(text: str) -> Period | None:
    """The period that a heading speaks of (年度指标值, 半年, 中长期目标, 实际完成值), None where it names none.

    The first rule of headings.json with a word in the text decides, so 年度实际完成值 is actual and 半年计划执行数 half a year.
    """
    heading = plain(text)
    if len(heading) > _LONGEST_HEADING or not _ANY_PERIOD.search(heading):
        return None
    for period, words, unless in _PERIODS:
        if words.search(heading) and not unless.search(heading):
            return period
    return None


_UNIT = r"(?:人民币)?(亿元|万元|元)"
_AMOUNT_UNIT = tuple(re.compile(pattern) for pattern in (
    rf"单位[:为]?[(\[]?{_UNIT}(?![/每])",  # 单位：万元
    rf"[(\[][^)\]]*?{_UNIT}[)\]]",  # 项目资金(万元)
    rf"^[(\[]?{_UNIT}[)\]]?$",  # 万元 alone
    rf"^[-+]?\d[\d,.]*{_UNIT}$",  # 48.00万元
    rf"(?:金额|资金|预算|总额|数)[/:,]{_UNIT}(?![/每])"))  # 金额：万元


@lru_cache(maxsize=65536)
def amount_unit_of(text: str) -> AmountUnit | None:
    """The unit of amounts that a caption, heading or amount prints (单位：万元, 项目资金（万元）, 48.00万元), else None."""
    line = plain(text)
    if "元" not in line:
        return None
    for pattern in _AMOUNT_UNIT:
        match = pattern.search(line)
        if match:
            unit = match.group(1)
            return "万元" if unit == "万元" else "亿元" if unit == "亿元" else "元"
    return None


_CHINESE_YEAR = str.maketrans("〇○零o一二三四五六七八九", "0000123456789")
_YEAR = r"(?<![0-9\-~至])((?:19|20)[0-9]{2})"
_FISCAL_YEAR = tuple(re.compile(pattern) for pattern in (
    rf"{_YEAR}(?:财政|预算)?年度", rf"年度[:(]?{_YEAR}(?![0-9])", rf"{_YEAR}年", rf"^[(\[]?{_YEAR}[)\]]?$"))
_CHINESE_YEAR_RUN = re.compile(r"[一二][〇○零o一二三四五六七八九]{3}(?=年)")


@lru_cache(maxsize=65536)
def fiscal_year_of(text: str) -> int | None:
    """The fiscal year that a text prints (2023年度, 2024年, 二〇二三年), None where it prints none.

    A year with 年度 goes before other years; of several the first counts.
    """
    line = _CHINESE_YEAR_RUN.sub(lambda run: run.group().translate(_CHINESE_YEAR), plain(text))
    for pattern in _FISCAL_YEAR:
        match = pattern.search(line)
        if match:
            return int(match.group(1))
    return None


_PREFIXES = re.compile("(?:" + "|".join(map(re.escape, load("headings")["publisher_prefixes"])) + ")+")
_NOT_PLACES = frozenset[str](load("headings")["not_places"])
_NOT_PLACE_ENDINGS: tuple[str, ...] = tuple(load("headings")["not_place_endings"])
_PROVINCE = re.compile(r"[\u4e00-\u9fff]{2,3}省|[\u4e00-\u9fff]{2,6}?(?:自治区|特别行政区)")
_NAME = r"[^委局厅部办处和与及的、，。（）()\s]"
# A place ends with the word for its kind; 州, 盟 and 旗 also stand inside names, so an office has to follow them.
_KIND = r"(?:自治[州县旗]|市|县|区(?![域划块别长属])|[州盟旗](?=委|人民|政|行政|直|纪|公署))"
_FIRST_PLACE = re.compile(rf"{_NAME}{{1,9}}?{_KIND}")
_NARROWER_PLACE = re.compile(rf"{_NAME}县|{_NAME}{{2,9}}?{_KIND}")


@lru_cache(maxsize=4096)
def city_of(text: str) -> str | None:
    """The place in a publisher's name, the narrowest one (中共X市委组织部 gives X市, X市Y县财政局 gives Y县), None without one.

    Chinese administrative grammar only: prefixes of parties, a province, then names that end with the kind of place.
    """
    rest = _PREFIXES.sub("", strip_code(fold(text)), count=1)
    found: str | None = None
    province = _PROVINCE.match(rest)
    if province:
        found, rest = province.group(), rest[province.end():]
    while match := (_NARROWER_PLACE if found else _FIRST_PLACE).match(rest):
        place = match.group()
        if place in _NOT_PLACES or place.endswith(_NOT_PLACE_ENDINGS):
            break
        found, rest = place, rest[match.end():]
    return found
