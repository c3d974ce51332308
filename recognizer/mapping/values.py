"""Takes the text of a target value apart by the rules of eval/gold/VALUES.md.

The way of a text: hide the digits that count nothing (standards, titles, numbering, formulas), find its dates, rates and
quantities, and tell by how many there are what kind of value it is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache

from recognizer.mapping.dates import find_dates
from recognizer.mapping.numerals import ARABIC, CHINESE, number
from recognizer.mapping.units import to_base
from recognizer.mapping.values_grammar import (
    AFTER,
    BEFORE,
    BRACKETED,
    COMPARATORS,
    MEASURES,
    TIME,
    UNIT,
    VERB,
    WORDS,
    Statement,
    any_of,
    statements,
)
from recognizer.types import Reading
from recognizer.vocabulary import fold

_LONGEST_VALUE = 300  # characters; longer texts are prose that no single quantity states
_LONGEST_TEXT = 1000  # characters, blanks included; longer texts are not even remembered
_TIME_FRONT = re.compile(  # 每月更新一次, 每人每年
    rf"(?P<per>(?:每[\u4e00-\u9fff]{{1,4}}?)??每(?:\d+|{CHINESE})?{TIME}(?![级份度]))"
    r"[^\d,;。:一二两三四五六七八九十每]{0,10}$")
_PER_FRONT = re.compile(
    rf"(?P<per>(?:半年|[人户年月日周]均|每(?:\d+|{CHINESE})?(?:{TIME}|(?:个|名|位|家)?[\u4e00-\u9fff]{{1,4}}?{BRACKETED}))+)"
    rf"(?P<words>(?:{VERB}[^\d,;。一二两三四五六七八九十每]{{0,10}}?)?)$")
_BEFORE_A_VERB = re.compile(rf"(?P<sign>{BEFORE}){VERB}$")  # 每年至少完成一项
_BETWEEN = re.compile(rf"(?:{VERB})?$")
_LOW = rf"(?:{any_of(WORDS['at_least'] + WORDS['above'])})"
_HIGH = rf"(?:{any_of(WORDS['at_most'] + WORDS['below'])})"
_LOW_END, _HIGH_END = (rf"(?P<{end}>{ARABIC})(?P<{end}_unit>[^\d,~≥≤<>=]{{0,9}}?)" for end in ("low", "high"))
_RANGES = tuple(re.compile(pattern + "$") for pattern in (
    rf"{_LOW}{_LOW_END}[,且并]*{_HIGH}{_HIGH_END}",  # ≥80%,≤90%
    rf"{_LOW_END}{_HIGH}[A-Za-z\u4e00-\u9fff]{{1,8}}{_HIGH}{_HIGH_END}",  # 80%≤X≤90%
    rf"[\[(]{_LOW_END}[,~-]{_HIGH_END}[\])]"))  # [80%,90%]
_BARE_UNIT = re.compile(rf"^[^\d,;。:：、≥≤<>=%]{{1,5}}?(?=$|{AFTER}$)")

_HIDDEN = re.compile(
    r"《[^》]*》|“[^”]*”|\"[^\"]*\"|〔\d{4}〕\d*号?|\[\d{4}\]\d*号?|第\d+[条款项号]"
    r"|[A-Za-z]+(?:/[A-Za-z]+)*/?\d[\d.\-:]*|\d+号|(?<![^;。,])\(?\d{1,2}(?:、(?!\d+月)|\)|\.(?!\d))(?=\D)"
    r"|\d[\d.]*[a-zA-Z]{2,}(?![a-zA-Z/])|\d+[*×xX]\d+|" + any_of(WORDS["idioms"]))
_KNOWN_LATIN_UNIT = re.compile(rf"(?:\d[\d.]*)?(?:{any_of(word for word in MEASURES if word.isascii())})$")
_NO_NUMBER = re.compile(  # ٣, 10⁵, 1e400
    r"(?![0-9])\d|[0-9][⁰¹²³⁴-⁹½¼¾⅓⅔⅛]|(?<![A-Za-z0-9])[0-9][0-9.,]*[eE][-+]?[0-9]+(?![A-Za-z0-9])")
_STATING = re.compile(r"\d|[零〇○一二两三四五六七八九十百千廿卅壹贰叁肆伍陆柒捌玖拾佰仟年月季]")
_PLAIN = re.compile(  # ≥95%, but nothing that may be a date: 12月, 2024.12
    rf"(?P<sign>[<>]=|[≥≤<>=])?(?!(?:19|20)\d\d\.)(?P<number>{ARABIC})(?![年月日季周旬号])(?P<unit>.*)$")
_MALFORMED = re.compile(r"[0-9]\.[0-9]*\.[0-9]")
_FORMULA = re.compile(r"[÷×]|/[^/]*[×*]100%|比[=:]")
_TEMPLATE = re.compile(r"\*{2,}|X{2,}|x{2,}|…|_{2,}")
_VERB_ANYWHERE = re.compile(VERB)
_AFTER_ONLY = re.compile(AFTER)
_DESCRIBING = re.compile(rf"(?:^|[,;。]){any_of(WORDS['describing'])}[^,;。]*$")
_CLAUSE = re.compile(r"[;。,]")
_WORDY = re.compile(r"[\u4e00-\u9fff]{2,}")
_PART = re.compile(r"[百千]分之")
_WEAK_ONE = re.compile(r"一[批套支种类名个位条项代组道面片层体部点方张线块起队对路度户家人门]")  # 形成一套制度 counts nothing
_HALF_WIDTH = str.maketrans({chr(code): chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
                            | {"﹥": ">", "﹤": "<", "≧": "≥", "≦": "≤", "⩾": "≥", "⩽": "≤", "›": ">", "‹": "<", "═": "=",
                               "–": "-", "﹪": "%"})


@dataclass(frozen=True, slots=True)
class _Found:
    """A quantity within a text: its span and what it says; `rank` for 前30%."""

    start: int
    end: int
    comparator: str | None
    low: float
    high: float | None
    unit: str | None
    rank: bool = False


def parse_value(text: str) -> Reading:
    """What the text of a target value says: kind, comparator, quantity, unit, EDTF date or words. Never raises.

    `quantity_si` is `quantity` (the lower end of a range) in `unit_si`, the base unit of the printed one: 7.67 万元 are 76700 元.
    What is no plain number stays text: digits of other scripts, powers of ten (1e400), more than 15 digits.

    >>> parse_value("不低于95%").comparator, parse_value("不低于95%").quantity
    ('≥', 95.0)
    """
    if len(text) > _LONGEST_TEXT:
        return Reading("qualitative", qualitative=text.strip())
    return _parse(text)


@lru_cache(maxsize=65536)
def _parse(text: str) -> Reading:
    printed = fold(text)
    line = printed.translate(_HALF_WIDTH)
    if line.strip("。.") == "不适用":
        return Reading("not_applicable")
    plain = _PLAIN.match(line)
    if plain and (not plain["unit"] or UNIT.fullmatch(plain["unit"])) and (quantity := number(plain["number"])) is not None:
        sign, unit = COMPARATORS.get(plain["sign"] or ""), _unit(plain["unit"] or None)
        return _quantity_reading(printed, line, _Found(0, len(line), sign, quantity, None, unit))
    words = Reading("qualitative", qualitative=text.strip())
    if not _STATING.search(line):
        return words
    if len(line) > _LONGEST_VALUE or any(sign.search(line) for sign in (_FORMULA, _TEMPLATE, _NO_NUMBER)):
        return words
    line = _HIDDEN.sub(_hide, line)
    dates = find_dates(line)
    for date in reversed(dates):
        line = line[:date.start] + "\0" * (date.end - date.start) + line[date.end:]
    if _MALFORMED.search(line):
        return words
    quantities = _quantities(line)
    if "±" in line and not any(quantity.comparator for quantity in quantities):
        return words
    if quantities and len(dates) == 1 and dates[0].year_only and dates[0].start < quantities[0].start:
        dates = ()
    if len(dates) + len(quantities) > 1:
        return Reading("mixed")
    if dates:
        return Reading("date", comparator=dates[0].comparator, date=dates[0].edtf,
                       qualitative=_other_clauses(printed, line, dates[0].start, dates[0].end))
    if quantities:
        return _quantity_reading(printed, line, quantities[0])
    return words


def _hide(match: re.Match[str]) -> str:
    """Blots out a run whose digits count nothing, keeping its length."""
    return match.group() if _KNOWN_LATIN_UNIT.match(match.group()) else "\0" * len(match.group())


def _quantity_reading(printed: str, line: str, found: _Found) -> Reading:
    whole = found.start == 0 and found.end == len(line)
    others = None if whole else _other_clauses(printed, line, found.start, found.end)
    if found.rank:
        others = printed[:found.start].strip("，,、：:") or None
    base = to_base(found.low, found.unit) if found.unit else (None, None)
    return Reading("quantity", comparator=found.comparator, quantity=found.low, quantity_high=found.high, unit=found.unit,
                   quantity_si=base[0], unit_si=base[1], qualitative=others)


def _other_clauses(printed: str, line: str, start: int, end: int) -> str | None:
    """The clauses that do not hold the statement, as printed; None where there is no other clause with words."""
    bounds = [0, *(mark.end() for mark in _CLAUSE.finditer(line)), len(line)]
    ahead = max(bound for bound in bounds if bound <= start)
    behind = min(bound for bound in bounds if bound >= end)
    parts = [part.strip("，,；;。、") for part in (printed[:ahead], printed[behind:])]
    return "，".join(part for part in parts if _WORDY.search(part)) or None


def _quantities(line: str) -> list[_Found]:
    """The quantities of a line that state something, in order."""
    whole = _range(line)
    if whole:
        return [whole]
    found: list[_Found] = []
    used = 0
    for statement in statements(line):
        quantity = _read(line, statement, used)
        if not quantity:
            continue
        rate = quantity.unit and _BETWEEN.match(line[used:quantity.start])
        if rate and found and _is_time(found[-1]) and (found[-1].low == 1 or line[quantity.start] not in "≥≤<>="):
            quantity = _rate(found.pop(), quantity)
        found.append(quantity)
        used = quantity.end
    return found


def _range(line: str) -> _Found | None:
    """The range that a whole line states by its two ends, in one unit; None where it states none."""
    match = next(filter(None, (pattern.match(line) for pattern in _RANGES)), None)
    if not match:
        return None
    units = {match["low_unit"], match["high_unit"]} - {""}
    if len(units) > 1 or not all(map(UNIT.fullmatch, units)):
        return None
    low, high = number(match["low"]), number(match["high"])
    if low is None or high is None or low > high:
        return None
    return _Found(0, len(line), None, low, high, _unit(next(iter(units), None)))


def _unit(printed: str | None) -> str | None:
    """A unit with one sign for each "per": 元每人每月, 元/人·月 and 元/人/月 are one; 人(次) is 人次."""
    if printed is None:
        return None
    return re.sub(r"(?:[/每]每?个?|[·、*])(?=.)", "/", printed).replace("(次)", "次")


def _is_time(found: _Found) -> bool:
    return found.unit in WORDS["time_words"] and found.comparator is None and found.high is None


def _rate(time: _Found, quantity: _Found) -> _Found:
    """A length of time and the quantity right after it as one rate: 2年1测 is 1 测/2年, 一年一次 is 1 次/年."""
    per = time.unit if time.low == 1 else f"{time.low:g}{time.unit}"
    return replace(quantity, start=time.start, unit=f"{quantity.unit}/{per}")


def _read(line: str, stated: Statement, used: int) -> _Found | None:
    """The quantity that is stated, None where its number only names or describes something."""
    low_text, high_text = stated.low, stated.high
    low = number(_PART.sub("", low_text))
    high = number(_PART.sub("", high_text)) if high_text else None
    if low is None or (high_text and (high is None or high < low)):
        return None
    end = stated.end
    units = [unit for unit in (stated.low_unit, stated.unit) if unit]
    if high is not None and len(set(units)) > 1:
        return None  # 3天-5周
    unit = units[0] if units else {"百": "%", "千": "‰"}.get(low_text[0]) if _PART.match(low_text) else None
    ahead = line[used:stated.start]
    distant = None if stated.before else _BEFORE_A_VERB.search(ahead)
    begin = used + distant.start() if distant else stated.start
    ahead = line[used:begin]
    comparator = _comparator((stated.before or (distant and distant["sign"]), stated.inner, stated.after))
    alone = not ahead.strip() and (end == len(line) or line[end] in ";。,")
    if unit is None:
        bare = _BARE_UNIT.match(line[end:]) if stated.before else None
        if bare and not _VERB_ANYWHERE.search(bare.group()):
            unit, end = bare.group(), end + bare.end()
            tail = _AFTER_ONLY.match(line, end)
            if tail:
                comparator, end = comparator or COMPARATORS[tail.group()], tail.end()
        elif not comparator and not stated.rank and not alone:
            return None
    per = _per(ahead) if unit else None
    if per:
        unit, start = f"{unit}/{per[0]}", used + per[1]
    else:
        start = begin
    if not per and not comparator and not _states(line, stated, ahead, end):
        return None
    if comparator is None and stated.rank:
        comparator = "≤"
    return _Found(start, end, comparator, low, high, _unit(unit), stated.rank)


def _comparator(signs: tuple[str | None, ...]) -> str | None:
    """The sign of the words around a number; a printed = gives way to 以上 and the like."""
    read = [COMPARATORS.get(sign) or COMPARATORS.get(sign.rstrip("或到")) for sign in signs if sign]
    strong = [sign for sign in read if sign and sign != "="]
    return strong[0] if strong else "=" if read else None


def _per(ahead: str) -> tuple[str, int] | None:
    """The denominator that the words before a number state (每年, 每个街(镇)配备) and where it begins."""
    front = _TIME_FRONT.search(ahead) or _PER_FRONT.search(ahead)
    if not front:
        return None
    parts = [re.sub(r"^(?:个|名|位|家)(?=.)", "", part) for part in re.split("[每均]", front["per"]) if part]
    return "/".join(_arabic_head(part) for part in parts), front.start()


def _arabic_head(per: str) -> str:
    """两年 as 2年, 一年 as 年: the count of a denominator in digits."""
    head = re.match(CHINESE, per)
    count = number(head.group()) if head and head.group() != per else None
    if count is None or head is None:
        return per
    return ("" if count == 1 else f"{count:g}") + per[head.end():]


def _states(line: str, stated: Statement, ahead: str, end: int) -> bool:
    """Whether a number without a comparator states a target and does not only say where or how work is done."""
    if _WEAK_ONE.match(stated.low + (stated.unit or stated.low_unit or "")) and (ahead or end < len(line)):
        return False
    clause_rest = _CLAUSE.split(line[end:])[0]
    return not (_DESCRIBING.search(ahead) and _VERB_ANYWHERE.search(clause_rest))
