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
from recognizer.types import LabelledGrid, Layout, Records

PROVISIONAL = "confidences are provisional: the model has no calibration of its own"
# Recognition is surer than the product of its characters' probabilities: the power that fits 164 facts of three scans.
READ = 0.2
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
    table = signals_of(records, calibrator.doubts, strangeness)
    confidences = np.zeros(len(slots))
    kinds = np.array([slot.kind for slot in slots])
    for kind in KINDS:
        of = kinds == kind
        if of.any():
            curve = calibrator.curves[kind]
            confidences[of] = probabilities(table[of], np.asarray(curve.weights), curve.intercept)
    accepted = accepted_from(calibrator, budget, mostly_drawn(grids))
    names = (*calibrator.signals, *calibrator.doubts)
    confidences *= [_read(slot) ** READ for slot in slots]
    found = [
        replace(
            slot.evidence, confidence=round(float(confidence), 4), accepted=bool(confidence >= accepted[slot.kind].threshold),
            reasons=reasons_of(row, calibrator.curves[slot.kind].weights, names))
        for slot, confidence, row in zip(slots, confidences, table, strict=True)
    ]
    warnings = (*records.warnings, STRANGE) if strangeness > calibrator.strange else records.warnings
    layout = Layout(name, round(strangeness, 3), strangeness > calibrator.strange, mostly_drawn(grids))
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
        confidences, right = np.array(calibrator.curves[kind].tested.get(drawn, ()), np.float64).reshape(-1, 2).T
        found[kind] = acceptance(confidences, right, budget)
    return found
