"""Calibrating: from what each step was sure of, and what the checks doubt, to the probability that the whole fact is right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

import numpy as np

from recognizer.calibration.budget import Acceptance, acceptance
from recognizer.calibration.facts import KINDS, Kind, Slot, slots_of, with_evidence
from recognizer.calibration.logistic import probabilities
from recognizer.calibration.profile import nearest, profile_of
from recognizer.calibration.reasons import reasons_of
from recognizer.calibration.signals import SIGNALS, signals_of
from recognizer.model.calibrator import Calibrator
from recognizer.options import MAX_ERROR
from recognizer.types import Evidence, LabelledGrid, Layout, Records

PROVISIONAL = "confidences are provisional: the model has no calibration of its own"
# Recognition is surer than the product of its characters' probabilities: a power that fits as well as any, by log loss, 3,200
# facts of 41 scans of generated documents, of seeds that nothing else is measured on (.1 to .15 are as good as each other).
READ = 0.12
STRANGE = "the layout is unlike everything the model was trained on: its confidences promise less than they say"


def calibrate(
    records: Records, grids: Sequence[LabelledGrid], calibrator: Calibrator | None, budget: float = MAX_ERROR
) -> Records:
    """The records with calibrated confidences, with what lowered each, and with how far their layout lies from those known.

    Facts are accepted unseen as far as the error `budget` (a share) allows; see `budget.acceptance`. Without a calibrator, or
    with one made for other signals, confidences stay as they are and a warning says that they are provisional.
    """
    if calibrator is None or calibrator.signals != SIGNALS:
        return replace(records, warnings=(*records.warnings, PROVISIONAL)) if records.projects else records
    slots = slots_of(records)
    if not slots:
        return records
    name, strangeness = nearest(profile_of(grids), calibrator.layouts)
    table = signals_of(slots, records.projects, calibrator.doubts, strangeness)
    drawn = mostly_drawn(grids)
    accepted = accepted_from(calibrator, budget, drawn)
    names = (*calibrator.signals, *calibrator.doubts)
    confidences = np.zeros(len(slots))
    reasons: list[tuple[str, ...]] = [()] * len(slots)
    kinds = np.array([slot.kind for slot in slots])
    for kind in KINDS:
        of = np.flatnonzero(kinds == kind)
        curve = calibrator.curves[kind]
        weights = np.asarray(curve.weights)
        confidences[of] = probabilities(table[of], weights, curve.intercept)
        for number, why in zip(of.tolist(), reasons_of(table[of], weights, names), strict=True):
            reasons[number] = why
    confidences *= [_read(slot) ** READ for slot in slots]
    found = [
        Evidence(known.at, round(confidence, 4), known.provenance, known.doubts, known.signals, why,
                 confidence >= accepted[slot.kind].threshold)
        for slot, known, confidence, why in zip(
            slots, (slot.evidence for slot in slots), confidences.tolist(), reasons, strict=True)
    ]
    warnings = (*records.warnings, STRANGE) if strangeness > calibrator.strange else records.warnings
    layout = Layout(name, round(strangeness, 3), strangeness > calibrator.strange, drawn)
    return replace(with_evidence(records, found), warnings=warnings, layout=layout)


def _read(slot: Slot) -> float:
    """The probability that a scanned fact's characters were all recognised rightly; a value's fact holds its indicator's."""
    own = slot.evidence.signals.read
    return own * slot.indicator.evidence.signals.read if slot.indicator and slot.value else own


def mostly_drawn(grids: Sequence[LabelledGrid]) -> bool:
    """Whether most cells stand in tables with drawn columns and not in text dumps."""
    held = [(sum(len(row) for row in grid.rows), grid.drawn) for grid in grids]
    return 2 * sum(cells for cells, drawn in held if drawn) >= sum(cells for cells, _ in held)


@lru_cache(maxsize=64)
def accepted_from(calibrator: Calibrator, budget: float, drawn: bool) -> Mapping[Kind, Acceptance]:
    """From which confidence facts of each kind are accepted within a budget, and what is known of the errors among them.

    Tables with drawn columns and text dumps have thresholds of their own, tested on their own.
    """
    found: dict[Kind, Acceptance] = {}
    for kind in KINDS:
        confidences, right = calibrator.curves[kind].tested.get(drawn, np.zeros((0, 2))).T
        found[kind] = acceptance(confidences, right, budget)
    return found
