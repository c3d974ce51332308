"""Amounts of money: the number that a fund's text prints, in the document's unit and in 元."""

from __future__ import annotations

import re

from recognizer.mapping.numerals import ARABIC, number
from recognizer.mapping.units import load
from recognizer.vocabulary import plain

_AMOUNT = re.compile(rf"[(]?(?:人民币|约|¥|￥)?[(]?(?P<sign>[-+−]?)(?P<number>{ARABIC})(?P<unit>[十百千]?[万亿]?元)?[)]?$")
_YUAN: dict[str, float] = load("units")["families"]["元"]["元"]


def parse_amount(raw: str, amount_unit: str | None) -> tuple[float | None, float | None]:
    """(amount in `amount_unit`, amount in 元) that a printed amount says; (None, None) for a text without a number.

    A unit printed in the cell itself is converted to the document's; an amount without any unit has no amount in 元.
    Brackets or a minus mean less than zero; a number with a stray sign in it, as OCR leaves, or of more digits
    than a number keeps, has no amount.
    """
    line = plain(raw)
    match = _AMOUNT.match(line)
    amount = number(match["number"]) if match else None
    if match is None or amount is None:
        return None, None
    if match["sign"] in ("-", "−") or (line.startswith("(") and line.endswith(")")):
        amount = -amount
    factor = _YUAN.get(amount_unit or "")
    own = _YUAN.get(match["unit"] or "")
    if own is None:
        return amount, _rounded(amount * factor) if factor else None
    return _rounded(amount * own / factor) if factor else amount, _rounded(amount * own)


def _rounded(amount: float) -> float:
    """Without the noise of binary fractions: 12 significant digits."""
    return float(f"{amount:.12g}")
