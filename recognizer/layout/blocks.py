"""Texts of tables without rules: runs cut at wide gaps into segments, segments that follow each other downwards into blocks.

A block is what one cell prints: a line, the lines that its width broke, or the characters of a vertical label.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from recognizer.layout.filling import cut
from recognizer.types import Box, Run

APART = 0.62  # ideographs of room in a line from which two texts are two cells' texts
SAME_BASE = 0.2  # ideographs by which the middles of one line's characters may differ
WIDEST_GAP = 3.0  # ideographs of blanks within a text at most
AIRY = 3  # distances in a column from which they tell whether its texts are rows
MOSTLY = 0.7  # share of a vertical label's lines that are single characters: (单位) is set in two
STACKED = 1.13  # ideographs between the characters of a vertical label at most
NARROW = 1.15  # ideographs that a column of one character a line is wide at most
WRAPPED = (1.08, 1.75)  # ideographs between the lines of a cell
SAME_PITCH = 0.13  # ideographs by which the distance of lines may differ
BROKEN = 0.75  # share of the pairs of lines at a distance that look broken from which it is that of broken lines
OVERLAP = 0.35  # share of the narrower of two lines that stands under the other at least


@dataclass(frozen=True, slots=True)
class Segment:
    """Characters without a wide gap on one line, the box around them, and the height of most of their middles."""

    runs: tuple[Run, ...]
    box: Box
    text: str
    middle: float


@dataclass(frozen=True, slots=True)
class Block:
    """Segments below each other that make one cell's text."""

    segments: tuple[Segment, ...]
    box: Box

    @property
    def middle(self) -> float:
        """The height of the middle between the first and the last line."""
        return (self.segments[0].middle + self.segments[-1].middle) / 2

    @property
    def center(self) -> float:
        """How far to the right its middle stands."""
        return (self.box[0] + self.box[2]) / 2

    @property
    def text(self) -> str:
        """What it prints."""
        return "".join(segment.text for segment in self.segments)


def em_of(runs: Iterable[Run]) -> float:
    """The width of an ideograph in most of the text, 0 where there is none."""
    widths = [
        box[2] - box[0] for run in runs if not run.vertical for char, box in zip(run.text, run.boxes, strict=True)
        if char >= "\u2e80"
    ]
    return median(widths) if widths else 0.0


def segments_of(runs: Iterable[Run], em: float) -> list[Segment]:
    """The segments that runs make, from top to bottom and left to right."""
    parts: list[Segment] = []
    for run in runs:
        start = 0
        last = -1  # index of the last character that is no blank
        for index, char in enumerate(run.text):
            if char.isspace():
                continue
            if last >= 0 and not run.vertical and run.boxes[index][0] - run.boxes[last][2] > APART * em:
                _add(parts, run, start, index)
                start = index
            last = index
        _add(parts, run, start, len(run.text))
    return _side_by_side(parts, em)


def _add(parts: list[Segment], run: Run, start: int, end: int) -> None:
    part = cut(run, start, end)
    if part:
        x0s, y0s, x1s, y1s = zip(*part.boxes, strict=True)
        middle = median([(y0 + y1) / 2 for y0, y1 in zip(y0s, y1s, strict=True)])
        parts.append(Segment((part,), (min(x0s), min(y0s), max(x1s), max(y1s)), part.text, middle))


def _side_by_side(parts: list[Segment], em: float) -> list[Segment]:
    """Segments of one line that nearly touch as one."""
    near = {one: other for one, other in _neighbours(parts, em)
            if parts[other].box[0] - parts[one].box[2] <= APART * em and not parts[other].runs[0].vertical}
    return _chained(parts, near)


def _chained(parts: Sequence[Segment], following: dict[int, int]) -> list[Segment]:
    """Segments joined with those that follow them, by index."""
    found = []
    for start in sorted(set(range(len(parts))) - set(following.values())):
        whole = parts[start]
        while start in following:
            start = following[start]
            whole = _joined(whole, parts[start])
        found.append(whole)
    return found


def _neighbours(parts: Sequence[Segment], em: float) -> Iterator[tuple[int, int]]:
    """The pairs of segments of one line of which each is the other's nearest, as indices (left, right)."""
    order = sorted(range(len(parts)), key=lambda index: parts[index].middle)
    middles = [parts[index].middle for index in order]
    left_of: dict[int, int] = {}
    right_of: dict[int, int] = {}
    for rank, index in enumerate(order):
        for other in order[rank + 1 : bisect_right(middles, middles[rank] + SAME_BASE * em)]:
            left, right = sorted((index, other), key=lambda one: parts[one].box[0])
            if left not in right_of or parts[right].box[0] < parts[right_of[left]].box[0]:
                right_of[left] = right
            if right not in left_of or parts[left].box[2] > parts[left_of[right]].box[2]:
                left_of[right] = left
    return ((left, right) for left, right in right_of.items() if left_of[right] == left)


def _joined(first: Segment, second: Segment) -> Segment:
    one, other = first.box, second.box
    box = (one[0], min(one[1], other[1]), max(one[2], other[2]), max(one[3], other[3]))
    longer = first if len(first.text) >= len(second.text) else second
    return Segment(first.runs + second.runs, box, first.text + second.text, longer.middle)


def blocks_of(segments: Sequence[Segment], em: float, walls: Sequence[Box] = ()) -> list[Block]:
    """The blocks that segments make, from top to bottom; none reaches over one of the `walls`, level lines given as boxes."""
    below = _below(segments, walls)
    pitch = _pitch(segments, below, em)
    whole = _without_gaps(segments, pitch, em)
    if len(whole) < len(segments):
        segments, below = whole, _below(whole, walls)
    stacks: list[list[Segment]] = []
    open_stacks: dict[int, int] = {}  # segment -> its stack, while something may still follow it
    taken_by: dict[int, int] = {}
    for upper, lower in sorted(below, key=lambda pair: segments[pair[1]].middle - segments[pair[0]].middle):
        if upper not in open_stacks and lower not in taken_by and _follows(segments, upper, lower, pitch, em):
            open_stacks[upper] = lower
            taken_by[lower] = upper
    for index in range(len(segments)):
        if index in taken_by:
            continue
        stack = [segments[index]]
        following = open_stacks.get(index)
        while following is not None:
            stack.append(segments[following])
            following = open_stacks.get(following)
        stacks.append(stack)
    return sorted((_block(part) for stack in stacks for part in _evenly(stack, em)), key=lambda block: block.middle)


def parted(upper: Segment | Block, lower: Segment | Block, walls: Sequence[Box]) -> bool:
    """Whether a level line stands between two texts, over some of the room that both share; `walls` go from top to bottom."""
    left, right = max(upper.box[0], lower.box[0]) + 1, min(upper.box[2], lower.box[2]) - 1
    first, last = (bisect_right(walls, text.middle, key=lambda wall: wall[1]) for text in (upper, lower))
    return any(wall[0] < right and wall[2] > left for wall in walls[first:last])


def _evenly(stack: list[Segment], em: float) -> Iterable[list[Segment]]:
    """A stack of single characters, most of them, cut where two vertical labels stand above each other."""
    if sum(segment.box[2] - segment.box[0] <= NARROW * em for segment in stack) < MOSTLY * len(stack) or len(stack) < 3:
        yield stack
        return
    least = min(second.middle - first.middle for first, second in pairwise(stack))
    start = 0
    for index in range(1, len(stack) + 1):
        if index == len(stack) or stack[index].middle - stack[index - 1].middle > least + SAME_PITCH * em:
            yield stack[start:index]
            start = index


def _block(segments: list[Segment]) -> Block:
    x0s, y0s, x1s, y1s = zip(*(segment.box for segment in segments), strict=True)
    return Block(tuple(segments), (min(x0s), min(y0s), max(x1s), max(y1s)))


def _next_below(segments: Sequence[Segment]) -> list[tuple[int, int]]:
    """For each segment the nearest ones below it, where no other stands between them."""
    pairs = []
    order = sorted(range(len(segments)), key=lambda index: segments[index].middle)
    for rank, index in enumerate(order):
        x0, _, x1, _ = segments[index].box
        depth = float("inf")
        for other in order[rank + 1 :]:
            box = segments[other].box
            if segments[other].middle > depth:
                break
            shared = min(x1, box[2]) - max(x0, box[0])
            if shared > OVERLAP * min(x1 - x0, box[2] - box[0]) and segments[other].middle - segments[index].middle > 1:
                pairs.append((index, other))
                depth = min(depth, segments[other].middle + 2)
    single = {index for index, _ in pairs}
    count = dict.fromkeys(single, 0)
    for index, _ in pairs:
        count[index] += 1
    return [(upper, lower) for upper, lower in pairs if count[upper] == 1]


def _below(segments: Sequence[Segment], walls: Sequence[Box]) -> list[tuple[int, int]]:
    return [(upper, lower) for upper, lower in _next_below(segments) if not parted(segments[upper], segments[lower], walls)]


def _without_gaps(segments: Sequence[Segment], pitch: float, em: float) -> list[Segment]:
    """Segments of one line joined over gaps that a line right above or below runs through: blanks within a text."""
    return _chained(segments, {one: other for one, other, is_crossed in _gaps(segments, pitch, em) if is_crossed})


def _gaps(segments: Sequence[Segment], pitch: float, em: float) -> Iterator[tuple[int, int, bool]]:
    """The gaps within lines that are not too wide for blanks, as indices (left, right), and whether a line at most `pitch` away
    runs through each.
    """
    ordered = sorted(segments, key=lambda part: part.middle)
    middles = [part.middle for part in ordered]
    for left, right in _neighbours(segments, em):
        one, two = segments[left], segments[right]
        if two.box[0] - one.box[2] < WIDEST_GAP * em:
            first, last = bisect_left(middles, one.middle - pitch), bisect_right(middles, one.middle + pitch)
            near = (part for part in ordered[first:last] if abs(part.middle - one.middle) > SAME_BASE * em)
            yield left, right, any(
                part.box[0] < one.box[2] - 0.5 * em and part.box[2] > two.box[0] + 0.5 * em for part in near)


def _pitch(segments: Sequence[Segment], below: Sequence[tuple[int, int]], em: float) -> float:
    """The distance of two lines of a cell, 0 where no text seems to be broken.

    Broken lines are longer than what follows them, or stand beside nothing; rows of cells have neighbours of any length. And
    where broken lines fill most of a table, there are still columns whose texts keep a larger distance, or blanks in one line
    that stand above no blank of the next.
    """
    steps = sorted(
        (segments[lower].middle - segments[upper].middle, _is_broken(segments, upper, lower, em)) for upper, lower in below
        if len(segments[upper].text) > 1 and WRAPPED[0] * em <= segments[lower].middle - segments[upper].middle <= WRAPPED[1] * em
    )
    for step, _ in steps:
        near = [broken for other, broken in steps if step <= other <= step + SAME_PITCH * em]
        if len(near) >= 2 or step < 1.4 * em:
            pitch = step + SAME_PITCH * em
            if sum(near) >= BROKEN * len(near) or _has_airy_column(segments, below, pitch):
                return pitch
            gaps = [is_crossed for _, _, is_crossed in _gaps(segments, pitch, em)]
            return pitch if sum(gaps) > 0.5 * len(gaps) else 0.0
    return 0.0


def _has_airy_column(segments: Sequence[Segment], below: Sequence[tuple[int, int]], pitch: float) -> bool:
    """Whether in some column of several texts most are further apart than lines."""
    column = list(range(len(segments)))
    for upper, lower in sorted(below, key=lambda pair: segments[pair[0]].middle):
        column[lower] = column[upper]
    far: dict[int, list[bool]] = {}
    for upper, lower in below:
        far.setdefault(column[upper], []).append(segments[lower].middle - segments[upper].middle > pitch)
    return any(len(steps) >= AIRY and sum(steps) > 0.6 * len(steps) for steps in far.values())


def _is_broken(segments: Sequence[Segment], upper: int, lower: int, em: float) -> bool:
    first, second = segments[upper], segments[lower]
    return first.box[2] - first.box[0] >= second.box[2] - second.box[0] - 0.6 * em or not _in_rows(segments, upper, lower, em)


def _in_rows(segments: Sequence[Segment], upper: int, lower: int, em: float) -> bool:
    """Whether other texts stand beside both segments."""
    return all(
        any(index != own and abs(other.middle - segments[own].middle) <= SAME_BASE * em for index, other in enumerate(segments))
        for own in (upper, lower))


def _follows(segments: Sequence[Segment], upper: int, lower: int, pitch: float, em: float) -> bool:
    first, second = segments[upper], segments[lower]
    step = second.middle - first.middle
    if max(first.box[2] - first.box[0], second.box[2] - second.box[0]) < NARROW * em:
        if abs(first.box[0] + first.box[2] - second.box[0] - second.box[2]) > 0.6 * em:
            return False
        return step <= max(pitch, STACKED * em) or (step <= WRAPPED[1] * em and not _in_rows(segments, upper, lower, em))
    return step <= pitch
