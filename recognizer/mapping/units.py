"""Units and their conversion to the base units that records can be compared in (元, %, 人, 天, 月, 平方米 …)."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

_MULTIPLIERS = (("千万", 1e7), ("百万", 1e6), ("十万", 1e5), ("万", 1e4), ("亿", 1e8), ("千", 1e3))


@cache
def load(name: str) -> dict[str, Any]:
    """The content of `name`.json beside this module; read once."""
    content: dict[str, Any] = json.loads((Path(__file__).parent / f"{name}.json").read_text("utf-8"))
    return content


@cache
def base_unit(unit: str) -> tuple[str, float]:
    """The base unit of `unit` and the factor to it: 万元/人 gives (元/人, 10000). A unit not in units.json is its own base."""
    head, slash, rest = unit.partition("/")
    known = load("units").get(head)
    if known:
        return known[0] + slash + rest, float(known[1])
    for word, factor in _MULTIPLIERS:
        if head.startswith(word) and len(head) > len(word):
            name, inner = base_unit(head[len(word):])
            return name + slash + rest, factor * inner
    return unit, 1.0


def to_base(quantity: float, unit: str) -> tuple[float, str]:
    """A quantity in its base unit: (7.67, 万元) gives (76700.0, 元); rounded to 12 significant digits."""
    name, factor = base_unit(unit)
    return float(f"{quantity * factor:.12g}"), name
