"""What stands in a straightened picture: drawn rules, and where text is, line by line, cell by cell.

All is in pixels. Rules are long thin strokes; without them the paper falls apart into cells, and ink that stands close
together in a cell is a line of text.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from .ink import Pixels

PixelBox = tuple[int, int, int, int]  # left, top, right, bottom

USUAL_EM = 30.0  # pixels of an ideograph where too few are seen to measure it
FAINT = 12  # by so much is the ink of a rule darker than the paper beside it
STREAK = 0.1  # ideographs of a rule whose darkness is taken together, so that noise breaks none
THICKEST = 9  # pixels of a rule, more is a bar
CLEAR = 2.5  # ideographs; a shorter stroke is a rule only where both its ends meet others
SHORTEST = 1.25  # ideographs of a stroke that may be one
SURE = 12.0  # ideographs; a longer stroke is a rule whatever stands beside it
CONTINUED = 0.25  # share of a faint stroke that is a plain one, from which it is its continuation
NEAR = 0.35  # ideographs between the end of a rule and another that it meets
SPANNING = 5.0  # ideographs; a longer faint stroke from rule to rule is one, whatever stands beside it
CROWDED = 0.2  # share of ink just above and below a stroke from which it belongs to text
HEALED = 0.1  # ideographs of a break within a stroke
BRIDGED = 0.3  # ideographs of a gap in a rule that is bridged
SMEAR = 0.75  # ideographs of a gap in a line of text
AFTER_MARK = 1.0  # and of one after a small mark: a comma stands at the left of the square it fills
MARK = 0.4  # ideographs that such a mark is wide and high at most
ALONG = 0.25  # ideographs between characters of a line, and not between lines
SAME_ROW = 0.5  # share of the height of the lower of two texts by which they overlap on one line
TALL = 1.75  # ideographs; text that is higher is several lines that touch
SPECK = 0.3  # ideographs; a smaller mark is none without others near it
STROKE = 0.11  # ideographs; what is thinner is thinner than any character: the edge of a rule, or of a line above or below
FLAT = 0.4  # ideographs; what is lower and lies within a line's box is a part of it that came loose
FEWEST = 20  # ideographs from which their size is measured


@dataclass(frozen=True, slots=True)
class Stretch:
    """A line of text, or a part of it: its box, and the number of the cell it stands in."""

    box: PixelBox
    cell: int

    @property
    def width(self) -> int:
        return self.box[2] - self.box[0]

    @property
    def height(self) -> int:
        return self.box[3] - self.box[1]


@dataclass(frozen=True, slots=True)
class Drawn:
    """The rules of a picture as boxes, level ones and upright ones, and where their ink is."""

    level: tuple[PixelBox, ...]
    upright: tuple[PixelBox, ...]
    mask: Pixels


def em_of(ink: Pixels) -> float:
    """The size of the ideographs of most of the text: the width and height that most of its larger marks have."""
    count, _, boxes, _ = cv2.connectedComponentsWithStats(ink)
    sizes = boxes[1:count, 2:4].max(axis=1)
    slim = boxes[1:count, 2:4].min(axis=1)
    usual = sizes[(sizes >= 14) & (sizes <= 70) & (slim >= 6)]
    if len(usual) < FEWEST:
        return USUAL_EM
    return float(np.percentile(usual, 75)) * 1.08


def drawn_rules(grey: Pixels, ink: Pixels, em: float) -> Drawn:
    """The rules: strokes longer than any of a character, across and down.

    Their thin parts, no darker than the text around them, are traced from the parts that are plain, and from rule to rule.
    """
    # Upright ones are as if they were level, until the end.
    sides = [(grey, ink), (np.ascontiguousarray(grey.T), np.ascontiguousarray(ink.T))]
    strokes = [_strokes(dark, em) for _, dark in sides]
    plain = [[box for box in _boxes(found) if _stands_clear(box, dark, em, SURE)]
             for found, (_, dark) in zip(strokes, sides, strict=True)]
    clear = [[box for box in boxes if box[2] - box[0] >= CLEAR * em] for boxes in plain]
    found = [[box for box in own if box in sure or _meets_both(box, others, em)]
             for own, sure, others in zip(plain, clear, reversed(clear), strict=True)]
    traced = [_strokes(dark | _ridges(light, em), em) for light, dark in sides]
    faint = [_boxes(mask) for mask in traced]
    whole = [[box for box in boxes if _shared(box, own) >= CONTINUED] for boxes, own in zip(faint, found, strict=True)]
    joined = [[box for box in boxes if box not in own and _stands_clear(box, dark, em, SPANNING) and _meets_both(box, others, em)]
              for boxes, own, others, (_, dark) in zip(faint, whole, reversed(whole), sides, strict=True)]
    rules = [[*new, *more, *(box for box in old if _shared(box, [*new, *more]) < 1.0)]
             for new, more, old in zip(whole, joined, found, strict=True)]
    mask = np.zeros_like(ink)
    for boxes, all_strokes, own in zip(rules, (strokes[0] | traced[0], strokes[1] | traced[1]), (mask, mask.T), strict=True):
        for x0, y0, x1, y1 in boxes:
            own[y0:y1, x0:x1] |= all_strokes[y0:y1, x0:x1]
    return Drawn(tuple(rules[0]), tuple(map(_flipped, rules[1])), mask)


def _shared(box: PixelBox, others: Sequence[PixelBox]) -> float:
    """The share of a level stroke's length along which others lie upon it."""
    upon = np.zeros(box[2] - box[0], bool)
    for x0, y0, x1, y1 in others:
        if y0 < box[3] and box[1] < y1:
            upon[max(x0 - box[0], 0) : max(x1 - box[0], 0)] = True
    return float(upon.mean())


def _ridges(grey: Pixels, em: float) -> Pixels:
    """What is darker than the paper just above and below it: a thin rule between lines of text is no darker than their mean."""
    along = cv2.blur(grey, (max(round(STREAK * em), 1), 1))
    across = np.ones((THICKEST + 2, 1), np.uint8)
    return np.asarray(cv2.morphologyEx(along, cv2.MORPH_BLACKHAT, across) >= FAINT, np.uint8)


def _strokes(ink: Pixels, em: float) -> Pixels:
    """Long thin level strokes, healed where they are broken."""
    def along(length: float, thickness: int = 1) -> Pixels:
        return np.ones((thickness, max(round(length), 3)), np.uint8)

    healed = cv2.morphologyEx(ink, cv2.MORPH_CLOSE, along(HEALED * em))
    strokes = np.asarray(cv2.morphologyEx(healed, cv2.MORPH_OPEN, along(SHORTEST * em)), np.uint8)
    bars = cv2.morphologyEx(strokes, cv2.MORPH_OPEN, along(em, THICKEST + 2))
    strokes = strokes & np.asarray(1 - cv2.dilate(bars, np.ones((3, 3), np.uint8)), np.uint8)
    return np.asarray(cv2.morphologyEx(strokes, cv2.MORPH_CLOSE, along(BRIDGED * em)), np.uint8)


def _stands_clear(box: PixelBox, ink: Pixels, em: float, sure: float) -> bool:
    """Whether there is paper above and below a level stroke; strokes of characters, or of several in line, have others beside.
    Nothing is asked of what is longer than `sure` ideographs.
    """
    x0, y0, x1, y1 = box
    if x1 - x0 >= sure * em:
        return True
    off = max(round(0.1 * em), 2)
    beside = [ink[y, x0:x1] for start, step in ((y0 - 1, -1), (y1, 1)) for y in range(start, start + step * (off + 1), step)
              if 0 <= y < ink.shape[0]]
    return float(np.mean([float(line.mean()) for line in beside[off - 1 :: off + 1]] or [0.0])) < CROWDED


def _boxes(mask: NDArray[np.uint8]) -> list[PixelBox]:
    """The boxes around the level strokes of a mask."""
    count, _, boxes, _ = cv2.connectedComponentsWithStats(np.ascontiguousarray(mask))
    return [(x, y, x + width, y + height) for x, y, width, height, _ in boxes[1:count].tolist() if width > 2 * height]


def _flipped(box: PixelBox) -> PixelBox:
    return (box[1], box[0], box[3], box[2])


def _meets_both(box: PixelBox, upright: Sequence[PixelBox], em: float) -> bool:
    """Whether upright rules (as if they were level) stand at both ends of a level one."""
    near = NEAR * em
    middle = (box[1] + box[3]) / 2
    crossing = [(y0 + y1) / 2 for x0, y0, x1, y1 in upright if x0 - near <= middle <= x1 + near]
    return all(any(abs(at - end) <= near for at in crossing) for end in (box[0], box[2]))


def stretches(ink: Pixels, drawn: Drawn, em: float) -> list[Stretch]:
    """The lines of text, a stretch for each part of a line that stands clear of others or in a cell of its own."""
    beside = np.asarray(1 - cv2.dilate(drawn.mask, np.ones((3, 3), np.uint8)), np.uint8)
    text = _without_specks(ink & beside, em)
    _, cells = cv2.connectedComponents(1 - _closed(drawn), connectivity=4)
    smeared = np.asarray(cv2.morphologyEx(text, cv2.MORPH_CLOSE, np.ones((1, max(round(SMEAR * em), 3)), np.uint8)), np.uint8)
    smeared = smeared & (1 - _closed(drawn))
    count, labels, boxes, _ = cv2.connectedComponentsWithStats(smeared)
    amounts = np.bincount(labels[text > 0], minlength=count)
    parts: list[Stretch] = []
    for number, (x, y, width, height, _) in enumerate(boxes[1:count].tolist(), 1):
        if amounts[number] < 0.006 * em * em or max(width, height) < 0.12 * em:
            continue
        ys, xs = np.nonzero((labels[y : y + height, x : x + width] == number) & (text[y : y + height, x : x + width] > 0))
        box = (x + int(xs.min()), y + int(ys.min()), x + int(xs.max()) + 1, y + int(ys.max()) + 1)
        own = cells[y + int(ys[0]), x + int(xs[0])]
        parts += [Stretch(part, int(own)) for part in _lines_of(box, text, em)]
    gathered = _gathered(parts, text, em)
    found = [part for part in gathered if max(part.width, part.height) >= 0.3 * em and part.height >= STROKE * em]
    return [part for part in found if part.height >= FLAT * em or not any(_within(part.box, line.box) for line in found)]


def _within(part: PixelBox, line: PixelBox) -> bool:
    return part != line and line[0] <= part[0] and line[1] <= part[1] and part[2] <= line[2] and part[3] <= line[3]


def is_sideways(ink: Pixels, drawn: Drawn, em: float) -> bool:
    """Whether text runs up or down the picture: characters stand closer along a line than lines to each other, so that smearing
    along the lines leaves fewer pieces.
    """
    text = ink & (1 - drawn.mask)
    length = max(round(ALONG * em), 3)
    pieces = [cv2.connectedComponents(cv2.morphologyEx(text, cv2.MORPH_CLOSE, np.ones(shape, np.uint8)))[0]
              for shape in ((1, length), (length, 1))]
    return pieces[1] < pieces[0]


def _without_specks(text: Pixels, em: float) -> Pixels:
    """The text without specks that stand by themselves: points and commas have characters near."""
    count, labels, boxes, _ = cv2.connectedComponentsWithStats(text)
    large = np.zeros(count, np.uint8)
    large[1:] = boxes[1:, 2:4].max(axis=1) >= SPECK * em
    reach = max(round(em), 3)
    near = cv2.dilate(large[labels], np.ones((reach, 2 * reach), np.uint8))
    return np.asarray(text * near, np.uint8)


def _closed(drawn: Drawn) -> Pixels:
    """The walls between cells: the rules drawn straight from end to end."""
    walls = drawn.mask.copy()
    for x0, y0, x1, y1 in drawn.level:
        walls[(y0 + y1) // 2, max(x0 - 4, 0) : x1 + 4] = 1
    for x0, y0, x1, y1 in drawn.upright:
        walls[max(y0 - 4, 0) : y1 + 4, (x0 + x1) // 2] = 1
    return walls


def _lines_of(box: PixelBox, text: Pixels, em: float) -> list[PixelBox]:
    """A box cut into lines where it is too high for one, at the rows with the least ink."""
    x0, y0, x1, y1 = box
    if y1 - y0 <= TALL * em:
        return [box]
    profile = text[y0:y1, x0:x1].sum(axis=1, dtype=np.int64)
    many = max(round((y1 - y0) / (1.45 * em)), 2)
    edges = [0]
    for number in range(1, many):
        about = number * (y1 - y0) / many
        low, high = int(max(about - 0.45 * em, edges[-1] + 0.6 * em)), int(about + 0.45 * em)
        if low >= min(high, y1 - y0 - 1):
            continue
        edges.append(low + int(np.argmin(profile[low:high])))
    edges.append(y1 - y0)
    return [(x0, y0 + start, x1, y0 + end) for start, end in pairwise(edges) if end - start > 0.2 * em]


def _gathered(parts: Sequence[Stretch], text: Pixels, em: float) -> list[Stretch]:
    """Marks that smearing has left alone put to the line they belong to: strokes of 二, the points of a colon and the like."""
    by_cell: dict[int, list[Stretch]] = {}
    for part in parts:
        by_cell.setdefault(part.cell, []).append(part)
    found: list[Stretch] = []
    for own in by_cell.values():
        lines = sorted((part for part in own if part.height >= 0.6 * em), key=lambda part: -part.width)
        for small in sorted((part for part in own if part.height < 0.6 * em), key=lambda part: part.box[1]):
            home = next((n for n, line in enumerate(lines) if _belongs(small.box, line.box, em)), None)
            if home is None:
                lines.append(small)
            else:
                lines[home] = Stretch(_around((small.box, lines[home].box)), small.cell)
        found += _rejoined(lines, text, em)
    return sorted(found, key=lambda part: (part.box[1], part.box[0]))


def _rejoined(lines: Sequence[Stretch], text: Pixels, em: float) -> list[Stretch]:
    """Stretches of one height that stand close enough to be one, made one."""
    found: list[Stretch] = []
    for line in sorted(lines, key=lambda part: part.box[0]):
        for number, other in enumerate(found):
            overlap = min(line.box[3], other.box[3]) - max(line.box[1], other.box[1])
            height = max(line.box[3], other.box[3]) - min(line.box[1], other.box[1])
            level = overlap >= SAME_ROW * min(line.height, other.height) and height <= TALL * em
            gap = line.box[0] - other.box[2]
            if level and (gap < SMEAR * em or (gap < AFTER_MARK * em and _ends_in_mark(other.box, text, em))):
                found[number] = Stretch(_around((line.box, other.box)), line.cell)
                break
        else:
            found.append(line)
    return found


def _ends_in_mark(box: PixelBox, text: Pixels, em: float) -> bool:
    """Whether the last of a line that stands by itself is as small as a comma."""
    x0, y0, x1, y1 = box
    inked = text[y0:y1, x0:x1].any(axis=0)
    blank = np.flatnonzero(~inked)
    start = x0 + int(blank[-1]) + 1 if len(blank) else x0
    rows = np.flatnonzero(text[y0:y1, start:x1].any(axis=1))
    return x1 - start <= MARK * em and len(rows) > 0 and int(rows[-1] - rows[0]) < MARK * em


def _belongs(small: PixelBox, line: PixelBox, em: float) -> bool:
    apart = max(line[0] - small[2], small[0] - line[2])
    overlap = min(small[3], line[3]) - max(small[1], line[1])
    if overlap >= SAME_ROW * (small[3] - small[1]):
        return apart < SMEAR * em
    height = max(small[3], line[3]) - min(small[1], line[1])
    return apart < -0.5 * min(small[2] - small[0], line[2] - line[0]) and height <= 1.15 * em


def _around(boxes: Iterable[PixelBox]) -> PixelBox:
    lefts, tops, rights, bottoms = zip(*boxes, strict=True)
    return (min(lefts), min(tops), max(rights), max(bottoms))
