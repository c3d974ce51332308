"""Fitting a calibrator to facts judged right or wrong, read by models that had not seen their city."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from recognizer.calibration.facts import KINDS, Kind, slots_of
from recognizer.calibration.logistic import Floats, fit, probabilities
from recognizer.calibration.profile import Profile, nearest
from recognizer.calibration.signals import PLAIN, SIGNALS, signals_of
from recognizer.checking import CHECKS
from recognizer.model.calibrator import Calibrator, Curve
from recognizer.types import Records

PRIOR = -0.3  # log-odds that a signal is taken to cost before any fact is seen
PRIOR_DOUBT = -1.0  # that a check's doubt is taken to cost
STRENGTH = 5.0  # how many facts the prior is worth
GENERATED = 0.5  # weight of a generated fact against a real one
ALIKE = 0.25  # distance within which two layouts count as one
STRANGE = 0.95  # share of left-out documents that are not called unlike everything known


@dataclass(frozen=True, slots=True)
class Judged:
    """A document as a model read it that had not seen its city, and which of its facts were right.

    `right` goes by the fact's number in `slots_of`; facts that say nothing are not in it. `group` is the city; `drawn` says
    whether most of it is tables with drawn columns.
    """

    name: str
    group: str
    real: bool
    records: Records
    right: Mapping[int, bool]
    profile: Profile
    drawn: bool = True


@dataclass(frozen=True, slots=True)
class Table:
    """The judged facts of one kind: (facts, signals), and for each whether it was right, its city, its weight, and its form."""

    signals: Floats
    right: Floats
    groups: np.ndarray[tuple[int], np.dtype[np.str_]]
    weights: Floats
    drawn: np.ndarray[tuple[int], np.dtype[np.bool_]]


def fit_calibrator(judged: Sequence[Judged], model: str) -> Calibrator:
    """A calibrator for the model of that name, with the facts as curves fitted without their city judge them."""
    seen = {doubt for one in judged for slot in slots_of(one.records) for doubt in slot.evidence.doubts}
    doubts = tuple(sorted(seen | {check.name for check in CHECKS}))
    distances = [strangeness(one, judged) for one in judged]
    prior = np.array([PRIOR] * len(PLAIN) + [0.0] * (len(SIGNALS) - len(PLAIN)) + [PRIOR_DOUBT] * len(doubts))
    curves: dict[str, Curve] = {}
    for kind in KINDS:
        table = _table(judged, distances, kind, doubts)
        weights, intercept = fit(table.signals, table.right, table.weights, prior, STRENGTH)
        curves[kind] = Curve(intercept, tuple(map(float, weights)), _tested(table, prior))
    layouts = _distinct([(one.name, one.profile) for one in judged if one.profile])
    return Calibrator(model, SIGNALS, doubts, curves, layouts, float(np.quantile(distances, STRANGE)))


def _distinct(layouts: Sequence[tuple[str, Profile]]) -> tuple[tuple[str, Profile], ...]:
    """The layouts without those that hardly differ from one before them."""
    kept: list[tuple[str, Profile]] = []
    for name, profile in layouts:
        if nearest(profile, kept)[1] > ALIKE:
            kept.append((name, profile))
    return tuple(kept)


def strangeness(one: Judged, others: Iterable[Judged]) -> float:
    """How far a document's layout lies from those of other cities."""
    return nearest(one.profile, [(other.name, other.profile) for other in others if other.group != one.group])[1]


def _table(judged: Sequence[Judged], distances: Sequence[float], kind: Kind, doubts: Sequence[str]) -> Table:
    rows: list[Floats] = []
    right: list[bool] = []
    groups: list[str] = []
    weights: list[float] = []
    drawn: list[bool] = []
    for one, distance in zip(judged, distances, strict=True):
        slots = slots_of(one.records)
        signals = signals_of(slots, one.records.projects, doubts, distance)
        for number, slot in enumerate(slots):
            if slot.kind == kind and number in one.right:
                rows.append(signals[number])
                right.append(one.right[number])
                groups.append(one.group)
                weights.append(1.0 if one.real else GENERATED)
                drawn.append(one.drawn)
    signals = np.array(rows).reshape(-1, len(SIGNALS) + len(doubts))
    return Table(signals, np.array(right, np.float64), np.array(groups), np.array(weights), np.array(drawn, np.bool_))


def _tested(table: Table, prior: Floats) -> dict[bool, Floats]:
    """(facts, 2) confidence and rightness of each fact by a curve that has seen no fact of its city, by the form of its tables.

    What a check doubts is looked at whatever its confidence, so it counts as the least sure.
    """
    confidences = np.zeros(len(table.right))
    for group in np.unique(table.groups):
        of = table.groups == group
        weights, intercept = fit(table.signals[~of], table.right[~of], table.weights[~of], prior, STRENGTH)
        confidences[of] = probabilities(table.signals[of], weights, intercept)
    confidences[table.signals[:, SIGNALS.index("doubts")] > 0] = 0.0
    return {
        drawn: np.stack([confidences[of], table.right[of] > 0], axis=1)
        for drawn in (True, False) if (of := table.drawn == drawn).any()
    }
