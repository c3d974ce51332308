"""The error budget: which facts may be accepted unseen so that at most a given share of them is wrong.

Learn then Test (Angelopoulos et al. 2021) with fixed-sequence testing: thresholds are tried from the strictest on, in an
order fixed beforehand; each is kept while an exact binomial test rejects that more than the budget is wrong above it, and the
first that is not rejected ends the sequence. With probability 1 - `RISK` the share of wrong facts among those accepted is then
within the budget, for facts drawn like those the thresholds were tested on.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

RISK = 0.1  # probability with which the budget may be exceeded all the same
START = 6.0  # wrong facts that the budget allows among those that the strictest threshold accepts: fewer can prove nothing
STEPS = 0.01  # thresholds are tried at steps of this share of the facts
CONFIDENCE = 0.95  # of the interval of an empirical rate


@dataclass(frozen=True, slots=True)
class Acceptance:
    """From which confidence facts are accepted, and what is known of the share of wrong ones among them.

    `held`: the budget holds with probability 1 - RISK. Otherwise `threshold` is where the rate found stays within the budget, or
    above every confidence when nothing can be accepted. `rate` and `interval` (95 %) are of the tested facts above the threshold,
    `number` of them; `share` is the share of all tested facts that is accepted.
    """

    threshold: float
    held: bool
    number: int
    share: float
    rate: float
    interval: tuple[float, float]


NOTHING = Acceptance(float("inf"), False, 0, 0.0, 0.0, (0.0, 1.0))


def acceptance(confidences: Floats, right: Floats, budget: float, risk: float = RISK) -> Acceptance:
    """The largest share of facts that can be accepted within the `budget` (a share, .01 for 1 %), from tested ones.

    `confidences` must not come from a model or a calibration that has seen these facts. Falls back to the threshold at which the
    rate found keeps the budget where too few facts are known to promise more.
    """
    order = np.argsort(-confidences, kind="stable")
    sorted_confidences, wrong = confidences[order], np.cumsum(1.0 - right[order])
    number = len(order)
    ends = _ends(sorted_confidences, START / budget)
    if not len(ends):
        return NOTHING
    proven = _tail(wrong[ends - 1], ends, budget) <= risk
    first_not = int(np.argmin(proven)) if not proven.all() else len(ends)
    if first_not:
        return _accepted(sorted_confidences, wrong, int(ends[first_not - 1]), number, held=True)
    within = ends[wrong[ends - 1] <= budget * ends]
    if len(within):
        return _accepted(sorted_confidences, wrong, int(within[-1]), number, held=False)
    return NOTHING


def _ends(confidences: Floats, start: float) -> NDArray[np.int64]:
    """How many facts each threshold accepts, from `start` on; facts of equal confidence are accepted together."""
    number = len(confidences)
    wanted = (start + np.arange(round(1 / STEPS)) * max(1.0, STEPS * number)).astype(np.int64)
    wanted = np.append(wanted[wanted < number], [number] * (number > 0)).astype(np.int64)
    # From each wanted number on to the end of its tie.
    falling = -confidences
    return np.unique(np.searchsorted(falling, falling[wanted - 1], side="right"))


def _tail(wrong: Floats, number: NDArray[np.int64], budget: float) -> Floats:
    """The probability of at most so many wrong ones if the budget were just exceeded."""
    from scipy.special import bdtr  # scipy.stats takes ten times as long to import

    tail: Floats = bdtr(wrong, number, budget)
    return tail


def _accepted(confidences: Floats, wrong: Floats, end: int, number: int, *, held: bool) -> Acceptance:
    errors = int(wrong[end - 1])
    return Acceptance(float(confidences[end - 1]), held, end, end / number, errors / end, interval(errors, end))


def interval(wrong: int, number: int, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """The exact interval of a rate of which `wrong` of `number` were seen (Clopper and Pearson 1934)."""
    from scipy.special import betaincinv

    if not number:
        return 0.0, 1.0
    outside = (1.0 - confidence) / 2
    low = float(betaincinv(wrong, number - wrong + 1, outside)) if wrong else 0.0
    high = float(betaincinv(wrong + 1, number - wrong, 1 - outside)) if wrong < number else 1.0
    return low, high
