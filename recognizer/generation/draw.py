"""A seeded source of chance that knows which habits may be drawn and remembers those that were."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from .banks import Banks

COMPOSED = 0.5  # share of the wordings that are composed, where there are patterns for them
ENDED = 0.12  # share of the other wordings that something follows which changes nothing
_PART = re.compile(r"\{(\w+)\}")
T = TypeVar("T")


@dataclass(slots=True)
class Draw:
    """Chance for one publisher: the same seed gives the same draws on every platform."""

    rng: random.Random
    banks: Banks
    barred: frozenset[str] = frozenset()
    tags: set[str] = field(default_factory=set)

    def chance(self, probability: float) -> bool:
        """True with the given probability."""
        return self.rng.random() < probability

    def habit(self, name: str, probability: float = 1.0) -> bool:
        """Whether the publisher has this habit; never where it is barred. Drawn habits become tags."""
        if self.rng.random() < probability and name not in self.barred:
            self.tags.add(name)
            return True
        return False

    def pick(self, options: Sequence[T]) -> T:
        """One of the options."""
        return options[int(self.rng.random() * len(options))]

    def weighted(self, options: dict[T, float]) -> T:
        """One of the options by weight; weights of barred habits count nothing."""
        open_options = [(option, weight) for option, weight in options.items() if option not in self.barred]
        total = sum(weight for _, weight in open_options)
        mark = self.rng.random() * total
        for option, weight in open_options:
            mark -= weight
            if mark < 0:
                return option
        return open_options[-1][0]

    def number(self, low: int, high: int) -> int:
        """A whole number, both ends included."""
        return low + int(self.rng.random() * (high - low + 1))

    def word(self, slot: str) -> str:
        """A wording of a heading or label: one that is in use, or one composed of parts as offices compose theirs."""
        patterns, endings = self.banks.compositions.get(slot), self.banks.endings.get(slot)
        if patterns and self.chance(COMPOSED):
            text = self._composed(self.pick(patterns))
            if text.partition("=")[0] not in self.banks.barred_wordings:
                return text
        text = self.pick(self.banks.wordings[slot])
        if endings and self.chance(ENDED) and (ended := text + self.pick(endings)) not in self.banks.barred_wordings:
            return ended
        return text

    def _composed(self, pattern: str) -> str:
        """The pattern with its {part}s drawn; other names in braces (year, publisher) are left for the writer to fill."""
        parts = self.banks.parts
        while any(found[1] in parts for found in _PART.finditer(pattern)):
            pattern = _PART.sub(lambda found: self.pick(parts[found[1]]) if found[1] in parts else found[0], pattern)
        return pattern
