"""What tells the period of a value, an amount or a goal: its headings and keys, and hardly ever its own text."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from recognizer.context.features import group_matrix, key_columns, over_names
from recognizer.context.headings import gathered, headings_after_name, headings_over, last_keys, recent_keys
from recognizer.context.neighbours import Context
from recognizer.types import Role

Floats = NDArray[np.float32]
PERIODED = (Role.VALUE, Role.FUND_AMOUNT, Role.GOAL_TEXT)  # roles of cells that speak of a period
_ROLES = [role.value for role in Role]
_NAME = Role.NAME.value


def period_features(context: Context, probable: Floats, classes: tuple[str, ...]) -> Floats:
    """(cells, features) inputs of the period network, from the (cells, classes) label probabilities of all cells."""
    groups = np.minimum(probable @ group_matrix(classes), 1.0)
    keys = probable[:, key_columns(classes)]
    heading = groups[:, _ROLES.index(Role.HEADER.value)]
    names = groups[:, _ROLES.index(Role.NAME)] + groups[:, _ROLES.index(Role.TEMPLATE)]
    whole = keys.max(axis=0) if len(keys) else np.zeros(keys.shape[1], np.float32)
    return np.concatenate(
        [
            groups[:, [_ROLES.index(role.value) for role in PERIODED]],
            context.position,
            *headings_over(context, keys, heading),
            headings_after_name(keys, heading, names, groups[:, _ROLES.index(Role.LEVEL1)], over_names(probable, classes)),
            *_aligned(context, probable, keys, classes),
            *last_keys(keys),
            recent_keys(keys),
            np.broadcast_to(whole, (len(keys), len(whole))),
        ],
        axis=1,
        dtype=np.float32,
    )


def _aligned(context: Context, probable: Floats, keys: Floats, classes: Sequence[str]) -> list[Floats]:
    """The headings of each cell's own kind in order: the k-th value of a row belongs under the k-th heading of values.

    Counted from the right, from the left, and from the last name on, for rows that take several lines.
    """
    count = len(keys)
    from_right, from_left, from_name = ([-1] * count for _ in range(3))
    ranks = np.zeros((count, 3), np.float32)
    best = [classes[index] for index in probable.argmax(axis=1).tolist()] if count else []
    roles = [code.partition("@")[0] for code in best]
    periodic = [role.value for role in PERIODED]
    headings: dict[str, list[int]] = {}
    fresh = False
    since_name: dict[str, int] = {}
    for row in context.rows:
        for role in periodic:
            own = [index for index in row if roles[index] == role]
            over = headings.get(role, [])
            for rank, index in enumerate(own):
                ranks[index] = (rank / 4, (len(own) - rank - 1) / 4, len(own) / 4)
                if rank < len(over):
                    from_left[index] = over[rank]
                if len(own) - rank <= len(over):
                    from_right[index] = over[rank - len(own)]
        for index in row:
            role = roles[index]
            if best[index] == _NAME:
                since_name = {}
            if role.startswith("header>"):
                if not fresh:
                    headings, fresh = {}, True
                headings.setdefault(role.partition(">")[2], []).append(index)
            elif role in _ROLES:
                fresh = False
                order = since_name.get(role, 0)
                since_name[role] = order + 1
                over = headings.get(role, [])
                if order < len(over):
                    from_name[index] = over[order]
    return [*(gathered(keys, chosen) for chosen in (from_right, from_left, from_name)), ranks]
