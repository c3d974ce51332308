"""What is known of each fact's trustworthiness, as numbers: 0 where nothing speaks against it, more for each doubt.

A probability p becomes how far its log-odds fall short of certainty, so that .5 against .9 counts like .99 against .999. A fact
is also judged by its company: a row shifted by one is seen in the rows around it, a strange layout in the whole document.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from recognizer.calibration.facts import Slot
from recognizer.types import Period, Project, Signals

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


def shortfall(probabilities: Floats | float) -> Floats:
    """How far the log-odds of probabilities fall short of certainty, from 0 (certain) to 2 (certainly not)."""
    clipped = np.clip(probabilities, *CLIPPED)
    short: Floats = (CERTAIN - np.clip(np.log(clipped / (1 - clipped)), -CERTAIN, CERTAIN)) / CERTAIN
    return short


def signals_of(slots: Sequence[Slot], projects: Sequence[Project], doubts: Sequence[str], strangeness: float) -> Floats:
    """(facts, signals) of the facts of a document's projects: `SIGNALS`, then whether each of these doubts was raised.

    `strangeness` is how far the document's layout lies from those known (see `profile`).
    """
    table = np.zeros((len(slots), len(SIGNALS) + len(doubts)))
    if not slots:
        return table
    column = {name: number for number, name in enumerate((*SIGNALS, *doubts))}
    certain = np.array([_probabilities(slot) for slot in slots])
    table[:, [column[name] for name in _PROBABLE]] = shortfall(certain)
    table[:, column["unsure"]] = certain[:, :4].min(axis=1) < UNSURE
    table[:, [column[name] for name in _ORIGINS]] = [_origins(slot) for slot in slots]
    _company(table, column, slots)
    _projects(table, column, slots, projects)
    table[:, column["strangeness"]] = strangeness
    for number, raised in enumerate(slot.doubts for slot in slots):
        if raised:
            table[number, column["doubts"]] = len(raised)
            table[number, [column[doubt] for doubt in raised if doubt in column]] = 1.0
    table[:, len(PLAIN) : len(SIGNALS)] = np.minimum(table[:, : len(PLAIN)], FIRST)
    return table


_PROBABLE = ("role", "period", "join", "together", "level", "name_role", "name_join")
_CERTAIN = Signals()


def _probabilities(slot: Slot) -> tuple[float, ...]:
    """What its own cells are worth, and its indicator's; certain where it has none."""
    own = slot.evidence.signals
    name = slot.indicator.evidence.signals if slot.indicator else _CERTAIN
    beside = name if slot.value else _CERTAIN
    return own.role, own.period, own.join, own.together, name.level, beside.role, beside.join


_ORIGINS = ("level_inherited", "level_inferred", "level_unprinted", "unmapped", "unread", "other_period")


def _origins(slot: Slot) -> tuple[float, ...]:
    """How the indicator of a fact came by its levels and its concept, and whether its value says something."""
    indicator, value = slot.indicator, slot.value
    if indicator is None:
        return (0.0,) * len(_ORIGINS)
    origins = (indicator.level1_provenance, indicator.level2_provenance)
    return (
        "inherited" in origins, "inferred" in origins, (indicator.level1_raw is None) + (indicator.level2_raw is None),
        1.0 - (indicator.canonical.score if indicator.canonical else 0.0),
        value is not None and (value.reading is None or value.reading.kind in ("mixed", "not_applicable")),
        value is not None and value.period is not Period.ANNUAL,
    )


def _company(table: Floats, column: dict[str, int], slots: Sequence[Slot]) -> None:
    """The rows around an indicator, and its document."""
    role, join = table[:, column["role"]], table[:, column["join"]]
    rows: dict[int, float] = {}
    for slot, worst in zip(slots, np.maximum(role, join).tolist(), strict=True):
        if slot.row >= 0:
            rows[slot.row] = max(rows.get(slot.row, 0.0), worst)
    for name, step in (("row_above", -1), ("row_below", 1)):
        table[:, column[name]] = [rows.get(slot.row + step, 0.0) if slot.row >= 0 else 0.0 for slot in slots]
    table[:, column["document_role"]] = role.mean()
    table[:, column["document_join"]] = join.mean()
    table[:, column["document_unsure"]] = table[:, column["unsure"]].mean()


def _projects(table: Floats, column: dict[str, int], slots: Sequence[Slot], projects: Sequence[Project]) -> None:
    """How sure a project's facts are, and where it begins and ends: a fact in the wrong project is wrong."""
    owners = np.array([slot.project for slot in slots]) + 1  # 0 is for totals, which belong to no project
    facts = np.maximum(np.bincount(owners, minlength=len(projects) + 1), 1)
    for name in ("role", "join"):
        total = np.bincount(owners, table[:, column[name]], len(projects) + 1)
        table[:, column[f"project_{name}"]] = (total / facts)[owners]
    named = [project.evidence.signals for project in projects]
    table[:, column["project_name"]] = shortfall(np.array([1.0, *(min(name.role, name.join) for name in named)]))[owners]
    table[:, column["project_unnamed"]] = np.array([False, *(not project.name for project in projects)])[owners]
    again = (restarts([indicator.level1 for indicator in project.indicators]) for project in projects)
    table[:, column["project_restarts"]] = np.minimum([0, *again], 3)[owners]


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
