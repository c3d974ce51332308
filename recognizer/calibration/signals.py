"""What is known of each fact's trustworthiness, as numbers: 0 where nothing speaks against it, more for each doubt.

A probability p becomes how far its log-odds fall short of certainty, so that .5 against .9 counts like .99 against .999. A fact
is also judged by its company: a row shifted by one is seen in the rows around it, a strange layout in the whole document.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from recognizer.calibration.facts import Slot, slots_of
from recognizer.types import Evidence, Project, Records

Floats = NDArray[np.float64]

CERTAIN = 7.0  # log-odds from which a probability counts as certain: .9991
CLIPPED = (1e-4, 1 - 1e-4)  # bounds of probabilities, beyond certainty
PLAIN = (
    "role", "period", "join", "together", "unsure", "level", "level_inherited", "level_inferred", "level_unprinted",
    "name_role", "name_join", "row_above", "row_below", "project_role", "project_join", "document_role", "document_join",
    "document_unsure", "project_name", "project_unnamed", "project_restarts", "unmapped", "unread", "other_period",
    "strangeness", "doubts",
)
SOME = "some_"  # before the name of a signal that counts only up to FIRST: the first doubt weighs more than the next
FIRST = 0.3
SIGNALS = (*PLAIN, *(SOME + name for name in PLAIN))
UNSURE = 0.9  # probability below which a fact counts as unsure for its document


def shortfall(probability: float) -> float:
    """How far the log-odds of a probability fall short of certainty, from 0 (certain) to 2 (certainly not)."""
    if probability >= CLIPPED[1]:
        return 0.0
    clipped = min(max(probability, CLIPPED[0]), CLIPPED[1])
    return (CERTAIN - min(max(float(np.log(clipped / (1 - clipped))), -CERTAIN), CERTAIN)) / CERTAIN


def signals_of(records: Records, doubts: Sequence[str], strangeness: float) -> Floats:
    """(facts, signals) of a document in the order of `slots_of`: `SIGNALS`, then whether each of these doubts was raised.

    `strangeness` is how far the document's layout lies from those known (see `profile`).
    """
    slots = slots_of(records)
    table = np.zeros((len(slots), len(SIGNALS) + len(doubts)))
    if not slots:
        return table
    own = np.array([[shortfall(p) for p in _probabilities(slot.evidence)] for slot in slots])
    column = {name: number for number, name in enumerate((*SIGNALS, *doubts))}
    table[:, :4] = own
    table[:, column["unsure"]] = [min(_probabilities(slot.evidence)) < UNSURE for slot in slots]
    _indicators(table, column, slots)
    _company(table, column, slots, own)
    _projects(table, column, slots, records.projects)
    table[:, column["strangeness"]] = strangeness
    for number, slot in enumerate(slots):
        raised = _doubts(slot)
        table[number, column["doubts"]] = len(raised)
        for doubt in raised:
            if doubt in column:
                table[number, column[doubt]] = 1.0
    table[:, len(PLAIN) : len(SIGNALS)] = np.minimum(table[:, : len(PLAIN)], FIRST)
    return table


def _probabilities(evidence: Evidence) -> tuple[float, float, float, float]:
    signals = evidence.signals
    return signals.role, signals.period, signals.join, signals.together


def _doubts(slot: Slot) -> frozenset[str]:
    """Its own doubts, and for a value those of its indicator: a number under a wrong name is a wrong fact."""
    beside = slot.indicator.evidence.doubts if slot.indicator and slot.value else ()
    return frozenset((*slot.evidence.doubts, *beside))


def _indicators(table: Floats, column: dict[str, int], slots: Sequence[Slot]) -> None:
    """What concerns the facts of indicators alone."""
    for number, slot in enumerate(slots):
        indicator = slot.indicator
        if indicator is None:
            continue
        origins = (indicator.level1_provenance, indicator.level2_provenance)
        row = table[number]
        row[column["level"]] = shortfall(indicator.evidence.signals.level)
        row[column["level_inherited"]] = "inherited" in origins
        row[column["level_inferred"]] = "inferred" in origins
        row[column["level_unprinted"]] = (indicator.level1_raw is None) + (indicator.level2_raw is None)
        row[column["unmapped"]] = 1.0 - (indicator.canonical.score if indicator.canonical else 0.0)
        if slot.value is not None:
            row[column["name_role"]] = shortfall(indicator.evidence.signals.role)
            row[column["name_join"]] = shortfall(indicator.evidence.signals.join)
            row[column["unread"]] = slot.value.reading is None or slot.value.reading.kind in ("mixed", "not_applicable")
            row[column["other_period"]] = slot.value.period != "annual"


def _company(table: Floats, column: dict[str, int], slots: Sequence[Slot], own: Floats) -> None:
    """The rows around an indicator, its project and its document."""
    rows: dict[int, float] = {}
    for number, slot in enumerate(slots):
        if slot.row >= 0:
            rows[slot.row] = max(rows.get(slot.row, 0.0), float(own[number, 0]), float(own[number, 2]))
    projects = np.array([slot.project for slot in slots])
    for number, slot in enumerate(slots):
        if slot.row >= 0:
            table[number, column["row_above"]] = rows.get(slot.row - 1, 0.0)
            table[number, column["row_below"]] = rows.get(slot.row + 1, 0.0)
    for project in np.unique(projects):
        of = projects == project
        table[of, column["project_role"]] = own[of, 0].mean()
        table[of, column["project_join"]] = own[of, 2].mean()
    table[:, column["document_role"]] = own[:, 0].mean()
    table[:, column["document_join"]] = own[:, 2].mean()
    table[:, column["document_unsure"]] = table[:, column["unsure"]].mean()


def _projects(table: Floats, column: dict[str, int], slots: Sequence[Slot], projects: Sequence[Project]) -> None:
    """How sure it is where a project begins and ends: a fact in the wrong project is wrong."""
    for number, project in enumerate(projects):
        of = np.array([slot.project == number for slot in slots])
        named = project.evidence.signals
        table[of, column["project_name"]] = shortfall(min(named.role, named.join))
        table[of, column["project_unnamed"]] = not project.name
        table[of, column["project_restarts"]] = min(restarts([indicator.level1 for indicator in project.indicators]), 3)


def restarts(levels: Sequence[str | None]) -> int:
    """How often a level comes again after another stood between: two projects run together start over."""
    seen: set[str | None] = set()
    again = 0
    before: str | None = None
    for level in levels:
        if level != before:
            again += level in seen
            seen.add(level)
        before = level
    return again
