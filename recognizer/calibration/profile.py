"""How far a document's layout lies from those the model was trained on.

A layout's profile is the distribution of what follows what among its cells, as labelled: headings in their order, a level
before a name, a name before a value. Profiles are compared by the Hellinger distance (0: the same, 1: nothing in common).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from math import sqrt

from recognizer.types import LabelledCell, LabelledGrid

Profile = Mapping[str, float]

FEW = 12  # cells from which a profile says something


def profile_of(grids: Sequence[LabelledGrid]) -> Profile:
    """The shares of pairs of labels that follow one another in a row, and that begin rows one below the other."""
    pairs: Counter[str] = Counter()
    for grid in grids:
        for row in grid.rows:
            pairs.update(f"{_code(left)} {_code(right)}" for left, right in pairwise(row))
        pairs.update(f"{_code(above[0])} / {_code(below[0])}" for above, below in pairwise(grid.rows))
    total = sum(pairs.values())
    return {pair: count / total for pair, count in pairs.items()} if total >= FEW else {}


def _code(entry: LabelledCell) -> str:
    return f"{entry.label.role}>{entry.label.heads}" if entry.label.heads else str(entry.label.role)


def distance(one: Profile, other: Profile) -> float:
    """The Hellinger distance of two profiles, from 0 to 1."""
    alike = sum(sqrt(share * other[pair]) for pair, share in one.items() if pair in other)
    return sqrt(max(0.0, 1.0 - alike))


def nearest(profile: Profile, known: Iterable[tuple[str, Profile]]) -> tuple[str, float]:
    """The name of the nearest known layout and its distance; ("", 1.0) where there is none, or nothing to compare."""
    if not profile:
        return "", 1.0
    return min(((name, distance(profile, other)) for name, other in known), key=lambda found: found[1], default=("", 1.0))
