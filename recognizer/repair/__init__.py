"""Repair: from pieces to whole cells. Joining two pieces is a decision of a trained model with a probability."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from recognizer.context.neighbours import context_of
from recognizer.model import Model
from recognizer.repair.candidates import candidates, plausible
from recognizer.repair.features import boundary, glance_at, pair_features
from recognizer.repair.page_breaks import cut_rows, mend
from recognizer.repair.rivals import seen_again
from recognizer.types import Cell, Grid


def repair(grids: Sequence[Grid], model: Model, *, packed: bool = False) -> tuple[Grid, ...]:
    """The grids with wrapped, vertical and page-cut cells made whole.

    A whole cell stands where its first piece stood and keeps all its pieces; nothing else moves. `packed` uses the
    joiner trained for the parts of packed cells.
    """
    cells, pairs, probable = weighed(grids, model, packed=packed)
    return tuple(map(mend, merge(grids, cells, choose(pairs, probable))))


def weighed(
    grids: Sequence[Grid], model: Model, *, packed: bool = False
) -> tuple[tuple[Cell, ...], NDArray[np.int64], NDArray[np.float32]]:
    """The non-empty cells in reading order, the (pairs, 2) of them of which the later may continue the earlier, and (pairs,)
    how probable that is.
    """
    context = context_of(grids)
    pairs = candidates(context, grids)
    if not len(pairs):
        return context.cells, pairs, np.zeros(0, np.float32)
    networks = model.parts if packed else model.cells
    seams = model.seams.scores([boundary(context.cells[a].text, context.cells[b].text) for a, b in pairs.tolist()])[:, 0]
    likely = plausible(context, pairs, seams)
    pairs, seams = pairs[likely], seams[likely]
    roles = glance_at(context, model.text, networks.piece_look)
    inputs = pair_features(context, grids, pairs, model.text, roles, seams)
    join = networks.joiner.classes.index("join")
    probable = networks.joiner.probabilities(inputs)[:, join]
    inputs = np.concatenate([inputs, seen_again(context, roles, pairs, probable)], axis=1)
    inputs = inputs[:, : networks.second_joiner.weights[0].shape[0]]  # a model of an earlier version knows the first of them
    probable = networks.second_joiner.probabilities(inputs)[:, join]
    return context.cells, pairs, cut_rows(grids, context.cells, pairs, probable)


def choose(pairs: NDArray[np.int64], probable: NDArray[np.float32]) -> dict[int, tuple[int, float]]:
    """For each cell that continues another: that other cell and the join's probability.

    The surest joins come first; a cell continues at most one other and is continued by at most one.
    """
    follows: dict[int, tuple[int, float]] = {}
    continued: set[int] = set()
    for index in np.argsort(-probable, kind="stable"):
        if probable[index] <= 0.5:
            break
        earlier, later = int(pairs[index, 0]), int(pairs[index, 1])
        if later not in follows and earlier not in continued:
            follows[later] = (earlier, float(probable[index]))
            continued.add(earlier)
    return follows


def merge(grids: Sequence[Grid], cells: tuple[Cell, ...], follows: dict[int, tuple[int, float]]) -> tuple[Grid, ...]:
    """The grids with each cell joined to the one it `follows`; `cells` are their non-empty cells in reading order."""
    tails = {earlier: later for later, (earlier, _) in follows.items()}
    whole: dict[int, Cell] = {}
    for index, cell in enumerate(cells):
        if index in follows:
            continue
        sure = 1.0
        later = tails.get(index)
        while later is not None:
            sure = min(sure, follows[later][1])
            part = cells[later]
            disputed = tuple(dict.fromkeys(cell.disputed + part.disputed))
            pieces = cell.pieces + part.pieces
            cell = replace(cell, text=cell.text + part.text, pieces=pieces, join_probability=sure, disputed=disputed)
            later = tails.get(later)
        whole[index] = cell
    repaired = []
    position = 0
    for grid in grids:
        kept: list[Cell] = []
        for cell in grid.cells:
            if not cell.text:
                kept.append(cell)
                continue
            if position in whole:
                kept.append(whole[position])
            elif grid.drawn:
                kept.append(replace(cell, text="", pieces=()))
            position += 1
        repaired.append(replace(grid, cells=tuple(kept)))
    return tuple(repaired)
