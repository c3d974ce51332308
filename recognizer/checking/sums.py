"""Sums: what is printed below an amount as its parts adds up to it."""

from __future__ import annotations

from collections.abc import Sequence

from recognizer.types import Fund


def differing(funds: Sequence[Fund]) -> set[int]:
    """The indices of totals, and of their parts, that do not add up.

    Parts stand directly below their total on the path, and speak of its period. A single part may be less than its
    total (其中, of which, need not name all), never more. Each amount may be rounded in its last decimal; whole numbers are
    taken for exact.
    """
    found: set[int] = set()
    for number, total in enumerate(funds):
        parts = [
            index for index, fund in enumerate(funds) if fund.path[:-1] == total.path and fund.period is total.period
        ]
        amounts = [amount for amount in (funds[index].amount for index in parts) if amount is not None]
        if total.amount is None or not parts or len(amounts) < len(parts):
            continue
        excess = sum(amounts) - total.amount
        exactness = sum(_rounding(funds[index]) for index in (number, *parts)) + 1e-6
        if excess > exactness or (len(parts) > 1 and excess < -exactness):
            found |= {number, *parts}
    return found


def _rounding(fund: Fund) -> float:
    """By how much the amount may be rounded: half a unit of the last decimal printed, in the unit of `amount`."""
    decimals = sum(map(str.isdigit, fund.raw.rpartition(".")[2])) if "." in fund.raw else 0
    return 0.5 * 0.1**decimals if decimals else 0.0
