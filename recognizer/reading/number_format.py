"""Numbers as a spreadsheet displays them: a value and its format code become the text that stands in the cell.

The format language is that of ECMA-376 part 1, 18.8.31: up to four sections (positive; negative; zero; text), each of digit
placeholders, literals, a percent sign, dates and times. What a code does not say is as Excel's General format has it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal, localcontext
from functools import lru_cache
from typing import Literal

GENERAL_WIDTH = 11  # characters that General shows of a number at most
PRECISE = 15  # significant digits that a spreadsheet keeps of a number

# Formats known by number alone that a Chinese edition displays otherwise than an English one, or that only it has.
CHINESE_FORMATS = {
    14: "yyyy/m/d", 22: "yyyy/m/d h:mm", 27: 'yyyy"年"m"月"', 28: 'm"月"d"日"', 29: 'm"月"d"日"', 30: "m-d-yy",
    31: 'yyyy"年"m"月"d"日"', 32: 'h"时"mm"分"', 33: 'h"时"mm"分"ss"秒"', 34: '上午/下午h"时"mm"分"',
    35: '上午/下午h"时"mm"分"ss"秒"', 36: 'yyyy"年"m"月"', 50: 'yyyy"年"m"月"', 51: 'm"月"d"日"', 52: 'yyyy"年"m"月"',
    53: 'm"月"d"日"', 54: 'm"月"d"日"', 55: '上午/下午h"时"mm"分"', 56: '上午/下午h"时"mm"分"ss"秒"', 57: 'yyyy"年"m"月"',
    58: 'm"月"d"日"'}

Kind = Literal["literal", "digit", "point", "comma", "percent", "exponent", "date", "general", "text", "half"]

_TOKEN = re.compile(
    r'(?P<quoted>"[^"]*"?)|\\(?P<escaped>.)|(?P<bracket>\[[^\]]*\])|_.|\*.|(?P<general>General|G/通用格式)|(?P<half>AM/PM|A/P|上午/下午)'
    r"|(?P<exponent>E[+-])|(?P<date>y+|m+|d+|h+|s+|aaaa?|bb+)|(?P<digit>[0#?])|(?P<point>\.)|(?P<comma>,)|(?P<percent>%)|(?P<text>@)"
    r"|(?P<other>.)", re.IGNORECASE | re.DOTALL)
_CONDITION = re.compile(r"\[(<=|>=|<>|<|>|=)\s*(-?\d+(?:\.\d+)?)\]")
_ELAPSED = re.compile(r"\[(h+|m+|s+)\]", re.IGNORECASE)
_CURRENCY = re.compile(r"\[\$([^\]-]*)(?:-[^\]]*)?\]")
_WEEKDAYS = "一二三四五六日"


@dataclass(frozen=True, slots=True)
class _Token:
    kind: Kind
    text: str


@dataclass(frozen=True, slots=True)
class _Section:
    """One section of a format: its tokens, and the condition (sign, bound) under which it holds."""

    tokens: tuple[_Token, ...]
    condition: tuple[str, Decimal] | None = None

    def has(self, *kinds: Kind) -> bool:
        return any(token.kind in kinds for token in self.tokens)


def displayed(value: object, code: str) -> str:
    """The text that a spreadsheet displays for a cell's value under a format code; numbers, dates, times, texts, flags."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        return _number(value, code)
    if isinstance(value, datetime | date | time | timedelta):
        return _moment(value, code)
    return _worded(str(value), code)


def general(number: float) -> str:
    """A number as the General format shows it, but for whole numbers, of which no digit is left out."""
    exact = _exact(number)
    if not exact.is_finite():
        return str(number)
    whole = exact == exact.to_integral_value()
    if whole and abs(exact) < Decimal(10) ** PRECISE:
        return f"{int(exact)}"
    digits = len(str(int(abs(exact))))
    if digits <= GENERAL_WIDTH and abs(exact) >= Decimal("1e-4"):
        room = max(GENERAL_WIDTH - 1 - digits, 0)
        return _plain(_rounded(exact, room))
    mantissa, _, power = f"{exact:.5E}".partition("E")
    return f"{mantissa.rstrip('0').rstrip('.')}E{power[0]}{power[1:].zfill(2)}"


def _worded(text: str, code: str) -> str:
    """A text under its section of the format, which may put words around it."""
    sections = _sections(code)
    last = sections[-1]
    if not last.has("text") or (len(sections) < 4 and len(last.tokens) == 1):
        return text
    return "".join(text if token.kind == "text" else token.text for token in last.tokens if token.kind in ("text", "literal"))


def _number(value: float, code: str) -> str:
    exact = _exact(value)
    if not exact.is_finite():
        return str(value)
    section, sign = _chosen(_sections(code), exact)
    if section is None:
        return general(value)
    if section.has("date") or _Token("literal", "/") in section.tokens:
        return general(value)  # no date, which a spreadsheet would show as ####; a fraction
    if section.has("general", "text"):
        shown = general(abs(value))
        return sign + "".join(
            shown if token.kind in ("general", "text") else token.text
            for token in section.tokens if token.kind in ("general", "text", "literal"))
    if not section.has("digit"):
        return sign * bool(section.tokens) + "".join(token.text for token in section.tokens)
    return sign + _filled(section.tokens, abs(exact))


def _chosen(sections: Sequence[_Section], exact: Decimal) -> tuple[_Section | None, str]:
    """The section that a number is shown by, and the minus sign where the section does not bring its own."""
    numeric = [section for section in sections[:3] if not (section.has("text") and len(sections) > 1)] or list(sections[:1])
    minus = "-" if exact < 0 else ""
    if any(section.condition for section in numeric):
        for section in numeric:
            if section.condition is None or _holds(section.condition, exact):
                return section, minus
        return None, minus
    if len(numeric) == 1:
        return numeric[0], minus
    if exact < 0:
        return numeric[1], ""
    return (numeric[2] if exact == 0 and len(numeric) > 2 else numeric[0]), ""


def _holds(condition: tuple[str, Decimal], exact: Decimal) -> bool:
    sign, bound = condition
    return {"<": exact < bound, ">": exact > bound, "=": exact == bound, "<=": exact <= bound, ">=": exact >= bound,
            "<>": exact != bound}[sign]


def _filled(tokens: Sequence[_Token], number: Decimal) -> str:
    """The digits of a number, which is not negative, in the places of a section."""
    kinds = [token.kind for token in tokens]
    number = number.scaleb(2 * kinds.count("percent"))
    digits = [at for at, kind in enumerate(kinds) if kind == "digit"]
    power_at = kinds.index("exponent") if "exponent" in kinds else len(tokens)
    point = kinds.index("point") if "point" in kinds else None
    end = min([at for at in (point, power_at) if at is not None])
    whole_places = [at for at in digits if at < end]
    decimal_places = [at for at in digits if point is not None and point < at < power_at]
    grouped = any(kinds[at] == "comma" and whole_places and whole_places[0] < at < whole_places[-1] for at in range(end))
    last = whole_places[-1] if whole_places else -1
    number = number.scaleb(-3 * sum(kinds[at] == "comma" for at in range(last + 1, end)))
    power = 0
    if power_at < len(tokens) and number:
        power = number.adjusted() - max(len(whole_places) - 1, 0)
        number = number.scaleb(-power)
    rounded = _rounded(number, len(decimal_places))
    whole, _, decimals = f"{rounded:f}".partition(".")
    filled = _whole(tokens, whole_places, whole.lstrip("0"), grouped)
    kept = decimals.rstrip("0")
    for order, at in enumerate(decimal_places):
        filled[at] = decimals[order] if order < len(kept) or tokens[at].text == "0" else ""
    shown = []
    for at, token in enumerate(tokens):
        if token.kind == "digit":
            shown.append(filled.get(at, "") if at < power_at else "")
        elif token.kind == "exponent":
            places = sum(where > at for where in digits)
            shown.append(f"E{'-' if power < 0 else '+' if token.text[1] == '+' else ''}{str(abs(power)).zfill(places)}")
        elif token.kind != "comma":
            shown.append(token.text)
    return "".join(shown)


def _whole(tokens: Sequence[_Token], places: Sequence[int], digits: str, grouped: bool) -> dict[int, str]:
    """What stands at each place before the point: digits from the right, the first place takes all that are left."""
    filled: dict[int, str] = {}
    for order, at in enumerate(reversed(places)):
        first = at == places[0]
        cut = digits[: max(len(digits) - order, 0)]
        own = cut if first else cut[-1:]
        if not own:
            own = "0" if tokens[at].text == "0" else ""
        if grouped and own:
            own = _with_commas(own, order)
        filled[at] = own
    return filled


def _with_commas(digits: str, after: int) -> str:
    """Digits with a comma behind each whose distance from the point (`after` digits follow the last) is a multiple of 3."""
    total = len(digits) + after
    return "".join(
        digit + ("," if (total - at - 1) % 3 == 0 and total - at - 1 else "") for at, digit in enumerate(digits))


def _moment(value: datetime | date | time | timedelta, code: str) -> str:
    section = _sections(code)[0]
    if isinstance(value, timedelta):
        seconds = value.total_seconds()
        moment = datetime(1900, 1, 1) + timedelta(seconds=seconds % 86400)
    else:
        moment = _as_datetime(value)
        seconds = moment.hour * 3600 + moment.minute * 60 + moment.second
    tokens = section.tokens
    if not section.has("date"):
        return moment.isoformat(" ").removesuffix(" 00:00:00")
    shown = []
    for at, token in enumerate(tokens):
        if token.kind == "date":
            shown.append(_elapsed(token.text, seconds) if token.text[0] == "[" else _part(tokens, at, moment))
        elif token.kind == "half":
            first, _, second = token.text.partition("/")
            shown.append(first if moment.hour < 12 else second)
        elif token.kind in ("literal", "point", "comma"):
            shown.append(token.text)
    return "".join(shown)


def _as_datetime(value: datetime | date | time) -> datetime:
    if isinstance(value, datetime):
        return value.replace(tzinfo=None)
    return datetime.combine(value, time()) if isinstance(value, date) else datetime.combine(date(1900, 1, 1), value)


def _elapsed(token: str, seconds: float) -> str:
    unit = {"h": 3600, "m": 60, "s": 1}[token[1].lower()]
    return str(int(seconds // unit)).zfill(len(token) - 2)


def _part(tokens: Sequence[_Token], at: int, moment: datetime) -> str:
    """One part of a date or a time; `m` are minutes behind hours and before seconds, else months."""
    token = tokens[at].text.lower()
    unit, size = token[0], len(token)
    dates = [(place, other.text.lower().strip("[")[0]) for place, other in enumerate(tokens) if other.kind == "date"]
    before = next((letter for place, letter in reversed(dates) if place < at), "")
    after = next((letter for place, letter in dates if place > at), "")
    if unit == "m" and size < 3 and (before == "h" or after == "s"):
        return f"{moment.minute:0{min(size, 2)}d}"
    if unit in "yb":
        return f"{moment.year:04d}" if size > 2 else f"{moment.year % 100:02d}"
    if unit == "a":
        return ("星期" if size > 3 else "") + _WEEKDAYS[moment.weekday()]
    if size > 2 and unit in "md":
        name = moment.strftime({"m": "%B", "d": "%A"}[unit])
        return name[:1] if size == 5 else name if size > 3 else name[:3]
    hour = (moment.hour % 12 or 12) if any(other.kind == "half" for other in tokens) else moment.hour
    number = {"m": moment.month, "d": moment.day, "h": hour, "s": moment.second}[unit]
    return f"{number:0{min(size, 2)}d}"


@lru_cache(maxsize=512)
def _sections(code: str) -> tuple[_Section, ...]:
    return tuple(_section(part) for part in _split(code or "General"))


def _split(code: str) -> list[str]:
    """The code at its semicolons, those in quotes, brackets and behind backslashes apart."""
    parts = [""]
    for found in _TOKEN.finditer(code):
        if found[0] == ";":
            parts.append("")
        else:
            parts[-1] += found[0]
    return parts


def _section(code: str) -> _Section:
    tokens: list[_Token] = []
    condition = None
    for found in _TOKEN.finditer(code):
        kind = found.lastgroup
        text = found[0]
        if kind == "bracket":
            bound, currency = _CONDITION.fullmatch(text), _CURRENCY.fullmatch(text)
            if bound:
                condition = (bound[1], Decimal(bound[2]))
            elif _ELAPSED.fullmatch(text):
                tokens.append(_Token("date", text))
            elif currency and currency[1]:
                tokens.append(_Token("literal", currency[1]))
        elif kind == "quoted":
            tokens.append(_Token("literal", text.strip('"')))
        elif kind == "escaped":
            tokens.append(_Token("literal", found["escaped"]))
        elif kind == "other":
            tokens.append(_Token("literal", text))
        elif kind is not None:
            tokens.append(_Token(kind, text))  # type: ignore[arg-type]
    return _Section(tuple(tokens), condition)


def _exact(number: float) -> Decimal:
    """The number with the digits that a spreadsheet keeps of it."""
    return Decimal(f"{number:.{PRECISE}g}")


def _rounded(number: Decimal, places: int) -> Decimal:
    with localcontext() as context:
        context.prec = 400  # as many digits as a float can have before the point
        return number.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def _plain(number: Decimal) -> str:
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
