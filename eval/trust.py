"""What confidences and error budgets are worth, on cities that neither the model nor the calibration has seen.

A left-out city's confidences come from a calibrator fitted without it; those of reserved documents from the one that is stored
with the shipped model, which is fitted to the left-out cities and to further documents of reserved cities by another seed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from readings import Reading
from rich.table import Table

from recognizer.calibration import accepted_from
from recognizer.calibration.facts import KINDS, Kind, slots_of
from recognizer.calibration.fitting import Judged, fit_calibrator, strangeness
from recognizer.calibration.logistic import Floats, probabilities
from recognizer.calibration.signals import signals_of
from recognizer.measuring import calibrate
from recognizer.model import shipped_model
from recognizer.model.calibrator import Calibrator, save_calibrator

BUDGETS = (0.01, 0.02, 0.05)
LEAST = 10  # the least confident tenth
CITY_OUT = ("city_out", "pdf:city_out", "shaded:city_out")
FITTED = ("calibration", "calibration:printed")
RESERVED = ("reserved", "printed:model")

NAMES = {"city_out": "left out", "reserved": "reserved"}

Figures = dict[str, Any]
Row = tuple[float, bool, bool]  # confidence, right, accepted at the budget


def measure_trust(readings: Sequence[Reading], folder: Path) -> Figures:
    """Figures for left-out cities and for reserved ones; stores the calibrator of the shipped model in `folder`.

    Empty where not all settings it takes were run.
    """
    cities, fitted, reserved = (_judged(readings, settings) for settings in (CITY_OUT, FITTED, RESERVED))
    if len({one.group for one in cities}) < 2 or not fitted:
        return {}
    name = str(shipped_model().card.get("name", ""))
    shipped = fit_calibrator([*cities, *fitted], name)
    folder.mkdir(parents=True, exist_ok=True)
    save_calibrator(shipped, folder)
    without = {city: fit_calibrator([one for one in (*cities, *fitted) if one.group != city], name)
               for city in sorted({one.group for one in cities})}
    figures = {"city_out": _figures([(one, without[one.group], [*cities, *fitted]) for one in cities])}
    if reserved:
        figures["reserved"] = _figures([(one, shipped, cities) for one in reserved])
    return figures


def _judged(readings: Iterable[Reading], settings: Sequence[str]) -> list[Judged]:
    return [one.judged for one in sorted(readings, key=lambda one: (one.setting, one.document.name))
            if one.setting in settings and one.judged]


def _figures(read: Sequence[tuple[Judged, Calibrator, Sequence[Judged]]]) -> Figures:
    """By kind of facts: what is right, how well calibrated, and what each budget accepts."""
    found: Figures = {}
    for kind in KINDS:
        rows = {budget: [row for one in read for row in _rows(*one, kind, budget)] for budget in BUDGETS}
        pairs = [(confidence, right) for confidence, right, _ in rows[BUDGETS[0]]]
        if not pairs:
            continue
        worth = calibrate(pairs)
        found[kind] = {
            "facts": worth.number, "accuracy": worth.accuracy, "error": worth.error, "interval": list(worth.interval),
            "aurc": worth.aurc, "least": _least(pairs),
            "bins": [[one.confidence, one.accuracy] for one in worth.bins],
            "curve": [[point.coverage, point.risk] for point in worth.curve],
            "budgets": {str(budget): _accepted(rows[budget]) for budget in BUDGETS},
        }
    return found


def _rows(judged: Judged, calibrator: Calibrator, known: Sequence[Judged], kind: Kind, budget: float) -> list[Row]:
    """The facts of a kind in one document."""
    slots = slots_of(judged.records)
    signals = signals_of(slots, judged.records.projects, calibrator.doubts, strangeness(judged, known))
    curve = calibrator.curves[kind]
    confidences: Floats = probabilities(signals, np.asarray(curve.weights), curve.intercept)
    threshold = accepted_from(calibrator, budget, judged.drawn)[kind].threshold
    rows = []
    for number, slot in enumerate(slots):
        if slot.kind == kind and number in judged.right:
            accepted = bool(confidences[number] >= threshold) and not slot.doubts
            rows.append((float(confidences[number]), judged.right[number], accepted))
    return rows


def _accepted(rows: Sequence[Row]) -> Figures:
    """The share of facts accepted unseen, and the share of wrong ones among them."""
    kept = [right for _, right, accepted in rows if accepted]
    return {"share": len(kept) / len(rows), "wrong": 1 - sum(kept) / len(kept) if kept else 0.0}


def _least(pairs: Sequence[tuple[float, bool]]) -> float:
    """How many times as often facts of the least confident tenth are wrong as facts are on the whole; 0 if none is wrong."""
    ordered = sorted(pairs)
    tenth = ordered[: len(ordered) // LEAST]
    wrong = sum(not right for _, right in ordered) / len(ordered)
    return sum(not right for _, right in tenth) / len(tenth) / wrong if tenth and wrong else 0.0


def trust_table(trust: Figures) -> Table:
    """Confidences and budgets, left-out cities and reserved ones apart."""
    table = Table(title="Confidence: calibration, and what is accepted unseen at a budget of errors")
    budgets = [f"at {budget:.0%}: accepted, wrong" for budget in BUDGETS]
    for title in ("cities", "facts of", "number", "right", "calibration error", "95 % interval", "least tenth", *budgets):
        table.add_column(title, justify="left" if title in ("cities", "facts of") else "right")
    for cities, kinds in trust.items():
        for kind, one in kinds.items():
            low, high = one["interval"]
            accepted = [f"{found['share']:.1%}, {found['wrong']:.2%}" for found in one["budgets"].values()]
            table.add_row(NAMES[cities], kind, str(one["facts"]), f"{one['accuracy']:.3f}", f"{one['error']:.3f}",
                          f"{low:.3f} to {high:.3f}", f"{one['least']:.1f} times", *accepted)
    return table
