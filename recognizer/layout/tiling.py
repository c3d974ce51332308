"""Texts spread over the tracks (columns, or rows) of a table: which tracks each text's cell takes, told from where it stands.

A cell whose text stands in its middle reaches as far to one side of it as to the other, and neighbouring cells touch: of all
ways to lay cells over the tracks that one is right in which every text stands best in its own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

Fit = Callable[[int, int, int], float]  # text, first track, track after the last -> how far the text stands from its place


def tile(tracks: int, wanted: Sequence[tuple[int, int]], fit: Fit, left_over: float) -> list[tuple[int, int]]:
    """For each text the tracks of its cell as (first, after the last): the cheapest choice, by dynamic programming.

    `wanted` are the tracks that each text needs, in order and disjoint; `left_over` is the cost of a track that no cell takes.
    """
    best: dict[int, tuple[float, tuple[tuple[int, int], ...]]] = {0: (0.0, ())}
    for number, (first, after) in enumerate(wanted):
        latest = wanted[number + 1][0] if number + 1 < len(wanted) else tracks
        found: dict[int, tuple[float, tuple[tuple[int, int], ...]]] = {}
        for reached, (cost, taken) in best.items():
            for start in range(reached, first + 1):
                skipped = cost + left_over * (start - reached)
                for end in range(after, latest + 1):
                    total = skipped + fit(number, start, end)
                    if end not in found or total < found[end][0]:
                        found[end] = total, (*taken, (start, end))
        best = found
    if not best:
        return list(wanted)
    return list(min((cost + left_over * (tracks - reached), taken) for reached, (cost, taken) in best.items())[1])
