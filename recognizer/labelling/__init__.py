"""Labelling: from whole cells to roles and periods with their probabilities."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby

import numpy as np

from recognizer.context import PERIODED, features, group_matrix, period_features
from recognizer.context.features import Floats
from recognizer.context.neighbours import Context, context_of
from recognizer.labelling.columns import Odds, follow_headings
from recognizer.layout.packed import restore, split_packed
from recognizer.model import Model, Network, TextModel
from recognizer.repair import repair
from recognizer.types import Grid, Label, LabelledCell, LabelledGrid, Period, Role


def label(grids: Sequence[Grid], model: Model, *, packed: bool = False) -> tuple[LabelledGrid, ...]:
    """The grids with their non-empty cells labelled; a packed cell's `parts` are repaired and labelled in turn.

    Everything is labelled in one batch and in two looks: the second sees what the first said of the neighbours.
    `packed` uses the networks trained for the parts of packed cells.
    """
    context = context_of(grids)
    if not context.cells:
        return ()
    networks = model.parts if packed else model.cells
    probable = probabilities(context, model.text, networks.first_look, networks.second_look)
    classes, periods = networks.second_look.classes, networks.periods
    timed = periods.probabilities(period_features(context, probable, classes))
    cells = _decode(context, probable, classes, timed, periods.classes)
    if not packed:
        cells = _in_columns(cells, context, grids, probable, classes, timed, periods.classes)
        cells = _unpack(cells, model)
    rows: dict[int, list[tuple[LabelledCell, ...]]] = {}
    for row in context.rows:
        rows.setdefault(int(context.grid_of[row[0]]), []).append(tuple(cells[index] for index in row))
    return tuple(LabelledGrid(tuple(rows[number]), grid.drawn) for number, grid in enumerate(grids) if number in rows)


def _in_columns(
    cells: list[LabelledCell], context: Context, grids: Sequence[Grid], probable: Floats, classes: tuple[str, ...],
    timed: Floats, periods: tuple[str, ...],
) -> list[LabelledCell]:
    """The cells, those of undrawn tables labelled as the order of their columns tells."""
    found: list[LabelledCell] = []
    for number, group in groupby(range(len(cells)), lambda index: int(context.grid_of[index])):
        own = list(group)
        if grids[number].drawn:
            found += cells[own[0] : own[-1] + 1]
            continue
        odds = Odds(probable[own] @ group_matrix(classes), tuple(role.value for role in Role), timed[own], periods)
        found += follow_headings(cells[own[0] : own[-1] + 1], odds)
    return found


def probabilities(context: Context, text: TextModel, first: Network, second: Network) -> Floats:
    """(cells, labels) probabilities after both looks."""
    scores = text.scores([cell.text for cell in context.cells])
    glance = first.probabilities(features(context, scores, scores, text.classes))
    return second.probabilities(features(context, np.concatenate([scores, glance], axis=1), glance, first.classes))


def _unpack(cells: list[LabelledCell], model: Model) -> list[LabelledCell]:
    """The cells, each packed one with its parts."""
    where = [index for index, entry in enumerate(cells) if entry.label.role is Role.PACKED]
    if not where:
        return cells
    whole = repair([split_packed(cells[index].cell) for index in where], model, packed=True)
    pieces = [
        replace(grid, cells=tuple(replace(part, text=restore(part, cells[index].cell).text) for part in grid.cells))
        for index, grid in zip(where, whole, strict=True)
    ]
    found = list(cells)
    for index, inner in zip(where, label(pieces, model, packed=True), strict=True):
        parts = tuple(replace(part, cell=restore(part.cell, cells[index].cell)) for row in inner.rows for part in row)
        found[index] = replace(cells[index], parts=parts)
    return found


def _decode(
    context: Context, probable: Floats, classes: tuple[str, ...], timed: Floats, periods: tuple[str, ...]
) -> list[LabelledCell]:
    """The most probable role of each cell, what it heads, and for values, amounts and goals their period."""
    labels = [Label.parse(code) for code in classes]
    codes = sorted({str(entry.role) for entry in labels})
    roles = np.asarray([codes.index(str(entry.role)) for entry in labels])
    order = np.arange(len(probable))
    # The sums of each cell's roles, added up in the order of the classes.
    bins = (order[:, None] * len(codes) + roles).ravel()
    mass = np.bincount(bins, weights=probable.ravel(), minlength=len(probable) * len(codes)).reshape(-1, len(codes))
    role = mass.argmax(axis=1)
    sure = mass[order, role]
    best = np.where(roles == role[:, None], probable, -1).argmax(axis=1)
    shares = np.divide(probable[order, best], sure, out=np.ones(len(probable)), where=sure > 0)
    period = timed.argmax(axis=1)
    # Goals alone are set for no time in particular.
    dated = (timed * (np.asarray(periods) != Period.OVERALL.value)).argmax(axis=1)
    found = []
    for index, (cell, probability, share) in enumerate(zip(context.cells, sure.tolist(), shares.tolist(), strict=True)):
        chosen = labels[best[index]]
        if chosen.role in PERIODED:
            time = (period if chosen.role is Role.GOAL_TEXT else dated)[index]
            chosen, share = Label(chosen.role, chosen.heads, Period(periods[time])), float(timed[index, time])
        named = chosen.role is Role.ATTRIBUTE_VALUE and chosen.heads is not None
        if chosen.role is Role.ATTRIBUTE_VALUE:
            chosen, share = Label(Role.ATTRIBUTE_VALUE), 1.0
        found.append(LabelledCell(cell, chosen, min(probability, 1.0), min(share, 1.0), names_project=named))
    return found
