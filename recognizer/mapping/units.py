"""Units, the families they belong to (元, %, 人, 次, 天, 个, 平方米 …) and their conversion to base units that compare.

A family is named by its leading unit and may have several base units: 天, 月 and 工作日 are all lengths of time, and none of
them is a fixed number of the others. Counters (份, 场次, 课时) have a family and are their own base.
"""

from __future__ import annotations

import json
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

_MULTIPLIERS = (("千万", 1e7), ("百万", 1e6), ("十万", 1e5), ("万", 1e4), ("亿", 1e8), ("千", 1e3))


@cache
def load(name: str) -> dict[str, Any]:
    """The content of `name`.json beside this module; read once."""
    content: dict[str, Any] = json.loads((Path(__file__).parent / f"{name}.json").read_text("utf-8"))
    return content


@cache
def known_units() -> dict[str, tuple[str, str, float]]:
    """Each unit of units.json with its family, its base unit and the factor to that."""
    content = load("units")
    convertible = {unit: (family, base, float(factor)) for family, bases in content["families"].items()
                   for base, units in bases.items() for unit, factor in units.items()}
    return {unit: (family, unit, 1.0) for family, units in content["counters"].items() for unit in units} | convertible


@lru_cache(maxsize=4096)
def base_unit(unit: str) -> tuple[str, float]:
    """The base unit of `unit` and the factor to it: 万元/人 gives (元/人, 10000). A unit not in units.json is its own base."""
    head, slash, rest = unit.partition("/")
    known = known_units().get(head)
    if known:
        return known[1] + slash + rest, known[2]
    for word, factor in _MULTIPLIERS:
        if head.startswith(word) and len(head) > len(word):
            name, inner = base_unit(head[len(word):])
            return name + slash + rest, factor * inner
    return unit, 1.0


@lru_cache(maxsize=4096)
def unit_family(unit: str) -> str | None:
    """The family of what a unit counts, whatever it is counted per (元/人/天 is of 元); None for a unit not in units.json."""
    known = known_units().get(base_unit(unit.partition("/")[0])[0])
    return known[0] if known else None


def to_base(quantity: float, unit: str) -> tuple[float, str]:
    """A quantity in its base unit: (7.67, 万元) gives (76700.0, 元); rounded to 12 significant digits."""
    name, factor = base_unit(unit)
    return float(f"{quantity * factor:.12g}"), name
