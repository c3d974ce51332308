"""What F1 to expect before anything is labelled: from the calibrated confidences of what was read, and from what was not."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from recognizer.calibration.facts import slots_of
from recognizer.types import Records


@dataclass(frozen=True, slots=True)
class Expectation:
    """Facts read, how many of them are expected to be right, and how many the documents are expected to hold."""

    read: int = 0
    right: float = 0.0
    held: float = 0.0

    def __add__(self, other: Expectation) -> Expectation:
        return Expectation(self.read + other.read, self.right + other.right, self.held + other.held)

    @property
    def f1(self) -> float:
        """The F1 to expect; 0 where nothing was read."""
        return 2 * self.right / (self.read + self.held) if self.read else 0.0

    def better_by(self, facts: float) -> Expectation:
        """The same once so many wrong facts are put right."""
        return Expectation(self.read, min(self.right + facts, float(self.read)), self.held)


def expected(records: Records, kinds: Sequence[str] = ("value",)) -> Expectation:
    """What to expect of a document's facts of these kinds.

    A confidence is the probability that a fact is right, so their sum is the number of right ones. A wrong fact stands for one
    that is missing; where words of tables are in no fact, as many facts more are missing as they would make.
    """
    confidences = [slot.evidence.confidence for slot in slots_of(records) if slot.kind in kinds]
    right = float(sum(confidences))
    inside = sum(page.inside for page in records.pages)
    left = sum(page.left for page in records.pages)
    lost = len(confidences) * left / (inside - left) if inside > left else 0.0
    return Expectation(len(confidences), right, len(confidences) + lost)


def together(expectations: Iterable[Expectation]) -> Expectation:
    """Several documents as one."""
    return sum(expectations, Expectation())
