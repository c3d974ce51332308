"""Which documents share a layout, and which known one theirs is like."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from recognizer.calibration.profile import Profile, distance, nearest

# Halves of one document are up to .22 apart, the same tables printed as PDF .27; tables of different cities .42 and more.
ALIKE = 0.34


@dataclass(frozen=True, slots=True)
class LayoutGroup:
    """Documents (by their place in the list) that share a layout, the known layout nearest to theirs, and the distance to it."""

    members: tuple[int, ...]
    nearest: str
    distance: float


def groups(profiles: Sequence[Profile], known: Iterable[tuple[str, Profile]]) -> tuple[LayoutGroup, ...]:
    """The layouts of documents, the one with the most documents first (average linkage: Sokal & Michener 1958).

    Documents with too few cells for a profile make a group of their own without a nearest layout.
    """
    listed = list(known)
    telling = [index for index, profile in enumerate(profiles) if profile]
    rest = tuple(index for index, profile in enumerate(profiles) if not profile)
    clusters: dict[int, list[int]] = {}
    for index, number in zip(telling, _numbers([profiles[index] for index in telling]), strict=True):
        clusters.setdefault(number, []).append(index)
    found = []
    for members in clusters.values():
        middle = min(members, key=lambda one: sum(distance(profiles[one], profiles[other]) for other in members))
        found.append(LayoutGroup(tuple(members), *nearest(profiles[middle], listed)))
    found.sort(key=lambda group: (-len(group.members), group.members))
    return (*found, LayoutGroup(rest, "", 1.0)) if rest else tuple(found)


def _numbers(profiles: Sequence[Profile]) -> list[int]:
    if len(profiles) < 2:
        return [0] * len(profiles)
    import numpy as np
    from scipy.cluster.hierarchy import fcluster, linkage

    apart = [distance(one, other) for index, one in enumerate(profiles) for other in profiles[index + 1 :]]
    return [int(number) for number in fcluster(linkage(np.asarray(apart), "average"), ALIKE, "distance")]
