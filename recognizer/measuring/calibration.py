"""How far confidences can be trusted: risk at each coverage, and how often what is said to be sure is right.

Everything here speaks of (confidence, right) pairs: `fact_confidences` takes them from a predicted document and its gold,
a fact being right when it counts as right in the scores. Facts of equal confidence cannot be told apart by it, so they share
their mean rightness; no figure depends on the order in which ties are listed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recognizer.measuring.facts import facts, matched

Pair = tuple[float, bool]
Floats = NDArray[np.float64]

BINS = 10
RESAMPLES = 1000
SEED = 20240601

# The kinds of facts that carry a confidence in the output.
CONFIDENT_KINDS = frozenset({"value", "indicator", "fund", "attribute", "goal"})


@dataclass(frozen=True, slots=True)
class RiskPoint:
    """The share of facts kept when those below `confidence` are turned away, and the share of the kept that are wrong."""

    coverage: float
    risk: float
    confidence: float


@dataclass(frozen=True, slots=True)
class ReliabilityBin:
    """Facts of neighbouring confidence: their mean confidence, the share of them that are right, their number."""

    confidence: float
    accuracy: float
    number: int


@dataclass(frozen=True, slots=True)
class Calibration:
    """What a set of confidences is worth.

    `error` is the expected calibration error over bins of equal mass, `interval` its 95 % bootstrap interval, `aurc` the area
    under the risk-coverage curve (0 is best).
    """

    number: int
    accuracy: float
    error: float
    interval: tuple[float, float]
    aurc: float
    curve: tuple[RiskPoint, ...]
    bins: tuple[ReliabilityBin, ...]


def fact_confidences(gold: Mapping[str, Any], predicted: Mapping[str, Any],
                     kinds: Iterable[str] = CONFIDENT_KINDS) -> list[Pair]:
    """(confidence, right) of each predicted fact that states a confidence."""
    kept = frozenset(kinds)
    wanted, found = facts(gold, predicted)
    return [(fact.confidence, right) for fact, right in matched(found, wanted)
            if fact.kind in kept and fact.confidence is not None]


def risk_coverage(pairs: Sequence[Pair]) -> tuple[RiskPoint, ...]:
    """The risk at each coverage that a threshold on the confidence can reach, the smallest coverage first."""
    if not pairs:
        return ()
    confidences, rights = _sorted(*_columns(pairs))
    kept = np.arange(1, len(confidences) + 1)
    wrong = np.cumsum(1.0 - rights)
    last_of_tie = np.append(confidences[1:] != confidences[:-1], True)
    return tuple(RiskPoint(float(n / len(confidences)), float(w / n), float(c))
                 for n, w, c in zip(kept[last_of_tie], wrong[last_of_tie], confidences[last_of_tie], strict=True))


def calibrate(pairs: Sequence[Pair], bins: int = BINS, resamples: int = RESAMPLES, seed: int = SEED) -> Calibration:
    """Judges confidences by what came true. Raises ValueError where there are none to judge."""
    if not pairs:
        raise ValueError("no confidences to judge: the records state none")
    stated, true = _columns(pairs)
    confidences, rights = _sorted(stated, true)
    number = len(confidences)
    generator = np.random.default_rng(seed)
    errors = []
    for _ in range(resamples):
        drawn = generator.integers(0, number, number)
        errors.append(_error(_bins(*_sorted(stated[drawn], true[drawn]), bins)))
    low, high = np.percentile(errors, (2.5, 97.5)) if errors else (float("nan"), float("nan"))
    reliability = _bins(confidences, rights, bins)
    risks = np.cumsum(1.0 - rights) / np.arange(1, number + 1)
    return Calibration(number, float(rights.mean()), _error(reliability), (float(low), float(high)), float(risks.mean()),
                       risk_coverage(pairs), reliability)


def _columns(pairs: Sequence[Pair]) -> tuple[Floats, Floats]:
    return (np.array([confidence for confidence, _ in pairs], dtype=np.float64),
            np.array([right for _, right in pairs], dtype=np.float64))


def _sorted(confidences: Floats, rights: Floats) -> tuple[Floats, Floats]:
    """Confidences from high to low and the rightness of each, the same for all facts of a tie."""
    order = np.argsort(-confidences, kind="stable")
    _, tie = np.unique(confidences, return_inverse=True)
    means = np.bincount(tie, weights=rights) / np.bincount(tie)
    return confidences[order], means[tie][order]


def _bins(confidences: Floats, rights: Floats, bins: int) -> tuple[ReliabilityBin, ...]:
    """Bins of equal mass, the lowest confidence first; fewer than `bins` where there are fewer facts."""
    parts = zip(np.array_split(confidences[::-1], bins), np.array_split(rights[::-1], bins), strict=True)
    return tuple(ReliabilityBin(float(c.mean()), float(r.mean()), len(c)) for c, r in parts if len(c))


def _error(bins: Sequence[ReliabilityBin]) -> float:
    number = sum(one.number for one in bins)
    return sum(one.number * abs(one.confidence - one.accuracy) for one in bins) / number
