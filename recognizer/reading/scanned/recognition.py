"""Text recognised: the model that comes with `rapidocr`, run by onnxruntime on strips of a page.

A strip is what is recognised at once: a line of text, or the characters of a label that stands on end, side by side. Of each
character the model says where along the strip it stands and how sure it is of it (connectionist temporal classification:
Graves et al. 2006); nothing is ever downloaded.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from .ink import WHITE, Pixels
from .lines import PixelBox, Stretch

HEIGHT = 48  # pixels of a strip, as the model was trained
STEP = 8  # pixels along a strip to each of the model's answers
MARGIN = 0.14  # ideographs above and below the text of a strip
BESIDE = 0.2  # ideographs left and right of it
LOW = 0.5  # ideographs; what is lower is a dash or the like
LOWEST = 1.2  # ideographs of a strip's height at least, so that a dash stays a dash
SMALL = 0.7  # ideographs; a mark by itself that is no wider is looked at closer where it was read with less than
UNSURE = 0.8  # probability, in a strip of
CLOSER = 1.0  # ideographs at least: nothing beside it tells its size
APART = 0.35  # ideographs between the parts of a strip
NARROWEST = 96  # pixels of a strip
LONGEST = 2400  # pixels of a strip; what is longer is read in parts
BATCH_PIXELS = 3000  # pixels of the strips recognised at once, side by side
ONE_WIDE = 1.45  # ideographs; what is no wider may be a character of a label on end
PITCH = 2.6  # ideographs from one character of such a label to the next at most


@dataclass(frozen=True, slots=True)
class Read:
    """A stretch as it was read: its characters, the box and the probability of each."""

    text: str
    boxes: tuple[tuple[float, float, float, float], ...]
    sure: tuple[float, ...]
    cell: int


@dataclass(frozen=True, slots=True)
class _Part:
    """A stretch in a strip: from where to where, and how many pixels of the strip are one of the page."""

    stretch: Stretch
    start: float
    end: float
    left: float  # of the page's pixels at the strip's `start`
    scale: float


@dataclass(frozen=True, slots=True)
class _Strip:
    pixels: Pixels
    parts: tuple[_Part, ...]


def read_stretches(grey: Pixels, found: Sequence[Stretch], em: float) -> list[Read]:
    """The stretches of a picture read; those in which the model finds no character are left out."""
    groups = list(_groups(found, em))
    read = {one.boxes[0][:2]: one for one in _read_strips([_strip(grey, group, em, LOWEST, MARGIN) for group in groups], em)}
    small = [group for group in groups if len(group) == 1 and group[0].width <= SMALL * em]
    unsure = [group for group in small if (one := read.get(group[0].box[:2])) is None or min(one.sure) < UNSURE]
    for one in _read_strips([_strip(grey, group, em, CLOSER, 0.0) for group in unsure], em):
        before = read.get(one.boxes[0][:2])
        if len(one.text) == 1 and (before is None or min(before.sure) < one.sure[0]):
            read[one.boxes[0][:2]] = one
    return list(read.values())


def _read_strips(strips: Sequence[_Strip], em: float) -> list[Read]:
    """What stands in strips; they are recognised many at once."""
    order = sorted(range(len(strips)), key=lambda number: strips[number].pixels.shape[1])
    read: list[Read] = []
    for batch in _batches([strips[number] for number in order]):
        for strip, answers in zip(batch, _answers([strip.pixels for strip in batch]), strict=True):
            read += _readings(strip, answers, em)
    return read


def _groups(found: Sequence[Stretch], em: float) -> Iterator[list[Stretch]]:
    """What is recognised at once: the characters of a label on end whole, other stretches alone."""
    stack: list[Stretch] = []
    narrow = sorted(
        (one for one in found if one.width <= ONE_WIDE * em), key=lambda one: (one.cell, round(_middle(one) / em), one.box[1]))
    for one in narrow:
        last = stack[-1] if stack else None
        if last and not (one.cell == last.cell and abs(_middle(one) - _middle(last)) < 0.5 * em
                         and 0.5 * em < one.box[1] - last.box[1] < PITCH * em):
            yield stack
            stack = []
        stack.append(one)
    if stack:
        yield stack
    for one in found:
        if one.width > ONE_WIDE * em:
            yield from ([part] for part in _short_enough(one, em))


def _middle(one: Stretch) -> float:
    return (one.box[0] + one.box[2]) / 2


def _short_enough(one: Stretch, em: float) -> Iterator[Stretch]:
    longest = int(LONGEST / HEIGHT * LOWEST * em)
    x0, y0, x1, y1 = one.box
    for left in range(x0, x1, longest):
        yield Stretch((left, y0, min(left + longest, x1), y1), one.cell)


def _strip(grey: Pixels, group: Sequence[Stretch], em: float, lowest: float, margin: float) -> _Strip:
    """The stretches side by side, each brought to the strip's height, which is at least `lowest` ideographs, with a margin."""
    pieces: list[Pixels] = []
    parts: list[_Part] = []
    at = 0.0
    for number, one in enumerate(group):
        x0, y0, x1, y1 = one.box
        height = max(y1 - y0 + 2 * margin * em, lowest * em)
        middle = (y0 + y1) / 2
        top, bottom = round(middle - height / 2), round(middle + height / 2)
        left, right = round(x0 - BESIDE * em), round(x1 + BESIDE * em)
        crop = _alone(_cut(grey, (left, top, right, bottom)), y0 - top, y1 - top, em)
        scale = HEIGHT / max(bottom - top, 1)
        wide = max(round((right - left) * scale), 8)
        if number:
            gap = round(APART * HEIGHT / LOWEST) - 2 * round(BESIDE * em * scale)
            if gap > 0:
                pieces.append(np.full((HEIGHT, gap), WHITE, np.uint8))
                at += gap
        smooth = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
        pieces.append(np.asarray(cv2.resize(crop, (wide, HEIGHT), interpolation=smooth), np.uint8))
        parts.append(_Part(one, at, at + wide, left, scale))
        at += wide
    return _Strip(np.hstack(pieces), tuple(parts))


def _cut(grey: Pixels, box: PixelBox) -> Pixels:
    """A part of the picture; beyond its edges it is white."""
    x0, y0, x1, y1 = box
    height, width = grey.shape
    inner = grey[max(y0, 0) : min(y1, height), max(x0, 0) : min(x1, width)]
    return np.pad(inner, ((max(-y0, 0), max(y1 - height, 0)), (max(-x0, 0), max(x1 - width, 0))), constant_values=WHITE)


def _alone(crop: Pixels, top: int, bottom: int, em: float) -> Pixels:
    """The crop without what stands above and below a mark that is lower than characters are: lines nearby are not to be read."""
    if bottom - top >= LOW * em:
        return crop
    margin = round(MARGIN * em)
    alone = np.full_like(crop, np.uint8(np.median(crop)))
    kept = slice(max(top - margin, 0), bottom + margin)
    alone[kept] = crop[kept]
    return alone


def _batches(strips: Sequence[_Strip]) -> Iterator[list[_Strip]]:
    """Strips of nearly one width together: they are padded to that of the longest."""
    batch: list[_Strip] = []
    for strip in strips:
        wide = strip.pixels.shape[1]
        if batch and (wide * (len(batch) + 1) > BATCH_PIXELS or wide > 1.25 * batch[0].pixels.shape[1] + 40):
            yield batch
            batch = []
        batch.append(strip)
    if batch:
        yield batch


def _answers(strips: Sequence[Pixels]) -> NDArray[np.float32]:
    """(strips, steps, characters) probabilities."""
    session, _ = _engine()
    width = max(max(strip.shape[1] for strip in strips), NARROWEST)
    width += -width % STEP
    given = np.zeros((len(strips), 3, HEIGHT, width), np.float32)
    for number, strip in enumerate(strips):
        given[number, :, :, : strip.shape[1]] = strip.astype(np.float32) / 127.5 - 1.0
    return np.asarray(session.run(None, {session.get_inputs()[0].name: given})[0], np.float32)


def _readings(strip: _Strip, answers: NDArray[np.float32], em: float) -> Iterator[Read]:
    """What the answers for a strip say of each of its parts."""
    _, characters = _engine()
    best = answers.argmax(axis=1)
    emitted = np.flatnonzero((best > 0) & (best != np.concatenate(([0], best[:-1]))))
    said: dict[int, list[tuple[str, float, float]]] = {}
    for step in emitted.tolist():
        end = step + 1
        while end < len(best) and best[end] == best[step]:
            end += 1
        at = (step + end) / 2 * STEP
        part = min(range(len(strip.parts)), key=lambda n: max(strip.parts[n].start - at, at - strip.parts[n].end))
        own = strip.parts[part]
        probability = float(answers[step:end, best[step]].max())
        said.setdefault(part, []).append((characters[best[step]], own.left + (at - own.start) / own.scale, probability))
    for number, signs in sorted(said.items()):
        while signs and signs[0][0].isspace():
            signs.pop(0)
        while signs and signs[-1][0].isspace():
            signs.pop()
        if signs:
            stretch = strip.parts[number].stretch
            boxes = _boxes([(char, at) for char, at, _ in signs], stretch.box, em)
            yield Read("".join(char for char, _, _ in signs), boxes, tuple(round(sure, 4) for _, _, sure in signs), stretch.cell)


def _boxes(signs: Sequence[tuple[str, float]], box: PixelBox, em: float) -> tuple[tuple[float, float, float, float], ...]:
    """A box for each character around the place where it was seen: half its width to either side, less where others stand."""
    x0, y0, x1, y1 = box
    found = []
    for number, (char, at) in enumerate(signs):
        half = (0.5 if ord(char) >= 0x2E80 else 0.28) * em
        left = x0 if number == 0 else max(at - half, (signs[number - 1][1] + at) / 2)
        right = x1 if number == len(signs) - 1 else min(at + half, (signs[number + 1][1] + at) / 2)
        left = min(max(left, x0), x1 - 1.0)
        found.append((left, float(y0), min(max(right, left + 1.0), float(x1)), float(y1)))
    return tuple(found)


@lru_cache(maxsize=1)
def _engine() -> tuple[Any, tuple[str, ...]]:
    """The model, loaded once a process, and its characters by number; 0 stands for none."""
    import onnxruntime

    package = find_spec("rapidocr")
    if package is None or package.origin is None:
        raise ImportError("rapidocr is not installed")
    model = next(iter(sorted(Path(package.origin).with_name("models").glob("*_rec_*.onnx"))))
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    options.enable_cpu_mem_arena = False
    options.intra_op_num_threads = int(os.environ.get("OMP_NUM_THREADS") or 0)
    options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    session = onnxruntime.InferenceSession(str(model), sess_options=options, providers=["CPUExecutionProvider"])
    characters = session.get_modelmeta().custom_metadata_map["character"].splitlines()
    return session, ("", *characters, " ")
