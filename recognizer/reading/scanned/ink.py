"""A picture made ready for reading: grey and straight, with seals, punch holes and shadows at its edges taken away."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]

DPI = 200.0  # pixels to the inch that pages are read at; sizes below are in pixels of this resolution
WHITE, BLACK = 255, 0
MOST_SKEW = 5.0  # degrees; what leans more was not laid on the glass as a page
SKEWS = ((0.5, 500), (0.1, 1000), (0.02, 1600))  # steps of the search in degrees, each on a picture that is so many pixels long
SEAL = 130  # pixels; red that reaches further both ways is a seal and no text
REDDER = 40  # by so much red must outshine green and blue
AROUND = 41  # pixels of the neighbourhood that ink is darker than
DARKER = 14  # by so much
HOLE = 40  # pixels; a black disc that is wider is a punch hole
FILLED = 0.7  # share of its box that a disc, or a shadow, fills


def grey_of(colours: Pixels) -> Pixels:
    """(height, width) brightness of a picture in colours (red, green, blue); a red seal is as bright as the paper under it."""
    if colours.ndim == 2:
        return colours
    grey: Pixels = np.asarray(cv2.cvtColor(colours, cv2.COLOR_RGB2GRAY), np.uint8)
    red = colours[:, :, 0]
    is_red = (red.astype(np.int16) - colours[:, :, 1:].max(axis=2)) > REDDER
    if not is_red.any():
        return grey
    near = cv2.morphologyEx(is_red.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((15, 15), np.uint8))
    count, _, boxes, _ = cv2.connectedComponentsWithStats(near)
    grey = grey.copy()
    for x, y, width, height, _ in boxes[1:count].tolist():
        if min(width, height) >= SEAL and max(width, height) <= 2 * min(width, height):
            grey[y : y + height, x : x + width] = red[y : y + height, x : x + width]
    return grey


def ink_of(grey: Pixels) -> NDArray[np.uint8]:
    """(height, width) 1 where a pixel is darker than its neighbourhood."""
    smooth = cv2.GaussianBlur(grey, (3, 3), 0)
    return np.asarray(
        cv2.adaptiveThreshold(smooth, 1, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, AROUND, DARKER), np.uint8)


def without_blots(ink: Pixels, grey: Pixels) -> Pixels:
    """The ink without punch holes and without the shadows that a page's edges throw."""
    black = (grey < 110).astype(np.uint8)
    solid = cv2.morphologyEx(black, cv2.MORPH_OPEN, np.ones((HOLE // 2, HOLE // 2), np.uint8))
    if not solid.any():
        return ink
    count, labels, boxes, _ = cv2.connectedComponentsWithStats(solid)
    blots = np.zeros_like(ink)
    for number, (_, _, width, height, area) in enumerate(boxes[1:count].tolist(), 1):
        if min(width, height) >= HOLE and area > FILLED * width * height:
            blots[labels == number] = 1
    grown = cv2.dilate(blots, np.ones((HOLE // 2, HOLE // 2), np.uint8))
    return np.asarray(ink * (1 - grown), np.uint8)


def skew_of(ink: Pixels) -> float:
    """By how many degrees counterclockwise the picture must be turned for its lines to lie level.

    Lines of text and of tables make the sums of ink along rows, and along columns, uneven; most so when they lie straight.
    """
    found = 0.0
    width = MOST_SKEW
    for step, size in SKEWS:
        scale = min(size / max(ink.shape), 1.0)
        grown = cv2.resize(ink * np.uint8(WHITE), None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        small = np.asarray(grown, np.uint8)
        angles = np.arange(found - width, found + width + step / 2, step)
        sharp = [_sharpness(turned(small, angle, BLACK)) for angle in angles.tolist()]
        found = float(angles[int(np.argmax(sharp))])
        width = step
    return found


def _sharpness(picture: Pixels) -> float:
    sharp = 0.0
    for axis in (0, 1):
        profile = picture.sum(axis=axis, dtype=np.float64)
        sharp += float(np.square(np.diff(profile)).sum())
    return sharp


def turned(picture: Pixels, degrees: float, ground: int = WHITE) -> Pixels:
    """The picture turned counterclockwise about its middle, of the same size."""
    height, width = picture.shape[:2]
    matrix = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), degrees, 1.0)
    return np.asarray(
        cv2.warpAffine(picture, matrix, (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT,
                       borderValue=(ground,)), np.uint8)
