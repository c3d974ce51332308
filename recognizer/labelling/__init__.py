"""Labelling: from whole cells to roles and periods with their probabilities."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from recognizer.labelling.context import Context, context_of
from recognizer.labelling.features import Floats, features
from recognizer.model import Model, Network, TextModel
from recognizer.types import Grid, Label, LabelledCell


def label(grids: Sequence[Grid], model: Model, *, packed: bool = False) -> tuple[LabelledCell, ...]:
    """The non-empty cells of all grids in reading order, each with its most probable label.

    Everything is labelled in one batch and in two looks: the second sees what the first said of the neighbours.
    `packed` labels the parts of packed cells with the networks trained for them.
    """
    context = context_of(grids)
    if not context.cells:
        return ()
    first, second = (model.packed_first, model.packed_second) if packed else (model.first_look, model.second_look)
    return _decode(context, probabilities(context, model.text, first, second), second.classes)


def probabilities(context: Context, text: TextModel, first: Network, second: Network) -> Floats:
    """(cells, labels) probabilities after both looks."""
    scores = text.scores([cell.text for cell in context.cells])
    glance = first.probabilities(features(context, scores, scores, text.classes))
    return second.probabilities(features(context, np.concatenate([scores, glance], axis=1), glance, first.classes))


def _decode(context: Context, probable: Floats, classes: tuple[str, ...]) -> tuple[LabelledCell, ...]:
    labels = [Label.parse(code) for code in classes]
    roles = np.asarray([sorted({str(entry.role) for entry in labels}).index(str(entry.role)) for entry in labels])
    found = []
    for cell, row in zip(context.cells, probable, strict=True):
        mass = np.bincount(roles, weights=row)
        role = int(mass.argmax())
        best = int(np.where(roles == role, row, -1).argmax())
        share = float(row[best] / mass[role]) if mass[role] > 0 else 1.0
        found.append(LabelledCell(cell, labels[best], float(mass[role]), share))
    return tuple(found)
