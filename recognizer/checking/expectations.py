"""What is usually true of an indicator: whether more or less of it is better, and in which units it is counted.

The concept that its name was mapped to says so; where there is none, the way such names end in Chinese (…率, …人数, …成本).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Literal

from recognizer.concepts import concept
from recognizer.types import Indicator
from recognizer.vocabulary import plain

Direction = Literal["more", "less"]

# Families of units that count things one by one: a 培训数量 may be in 人次, 场 or 个, but not in 元 or %.
COUNTING = frozenset({"个", "人", "次"})
_NO_UNITS = frozenset({"日期", "定性"})  # what the vocabulary calls values without a unit
SURE = 0.8  # score from which a name's concept is believed
_COSTS = ("成本指标", "经济成本指标", "社会成本指标", "生态环境成本指标")
_SATISFACTION = "服务对象满意度指标"


@dataclass(frozen=True, slots=True)
class Expectation:
    """The usual direction, None where there is none, and the families of units; empty where any will do."""

    direction: Direction | None = None
    families: frozenset[str] = frozenset()


def expectation(indicator: Indicator) -> Expectation:
    """What is usually true of an indicator's values.

    Where its concept and its name's ending do not agree on the direction there is none, and either's units will do.
    """
    by_name = _by_name(plain(indicator.name or ""), indicator.level2)
    canonical = indicator.canonical
    known = _of_concept(canonical.id) if canonical and canonical.score >= SURE else None
    if known is None:
        return by_name
    direction = known.direction or by_name.direction
    agreed = by_name.direction in (None, direction)
    families = known.families | by_name.families if known.families else frozenset[str]()
    return Expectation(direction if agreed else None, families)


@lru_cache(maxsize=4096)
def _of_concept(identifier: str) -> Expectation | None:
    """What the vocabulary says of a concept; dates and words are no units."""
    found = concept(identifier)
    return Expectation(found.direction, frozenset(found.unit_families) - _NO_UNITS) if found else None


@cache
def knowledge() -> dict[str, Any]:
    """The content of expectations.json beside this module; read once."""
    content: dict[str, Any] = json.loads(Path(__file__).with_suffix(".json").read_text("utf-8"))
    return content


@lru_cache(maxsize=16384)
def _by_name(name: str, level2: str | None) -> Expectation:
    """By the ending of a name, which says what is measured, and by its level 2."""
    known = knowledge()
    endings = [(len(ending), direction) for direction, words in known["directions"].items() for ending in words
               if name.endswith(ending)]
    direction: Direction | None = max(endings)[1] if endings else None
    if level2 in _COSTS:
        direction = None if any(word in name for word in known["cost_names_that_rise"]) else "less"
    elif level2 == _SATISFACTION:
        direction = None if direction == "less" else "more"
    families = [set(names.split("|")) for names, words in known["families"].items() if name.endswith(tuple(words))]
    if name.endswith(tuple(known["no_rates"])):
        families = []
    return Expectation(direction, frozenset(set.union(*families)) if families else frozenset())
