"""Scans drawn: printed documents as a scanner gives them back, a picture a page without any text.

What a scanner does to a page is drawn page by page: how fine it looks, how the sheet lies, what stands on it besides print.
Same seed, same pictures, with the same releases of PyMuPDF and OpenCV.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import pymupdf
from numpy.typing import NDArray

__all__ = ["ScanStyle", "draw_scan", "scanned", "scanned_page"]

Picture = NDArray[np.uint8]

POINTS = 72.0  # in an inch
THINNEST_BAR = 3.0  # points; a filled box that is thinner is a rule
PAPER = 250


@dataclass(frozen=True, slots=True)
class ScanStyle:
    """How a page is scanned: dots to the inch, degrees counterclockwise that it leans, grey levels of noise, JPEG quality (1 to
    95), how much of their ink rules have kept (1: all), whether a red seal and punch holes are on it, degrees clockwise that it
    lies turned.
    """

    dpi: int = 200
    skew: float = 1.0
    noise: float = 6.0
    quality: int = 60
    rule_ink: float = 1.0
    seal: bool = False
    holes: bool = False
    turn: int = 0


def draw_scan(rng: random.Random) -> ScanStyle:
    """A style by chance: 150 to 300 dots to the inch, mostly somewhat askew."""
    return ScanStyle(
        dpi=rng.choice((150, 200, 200, 240, 300)),
        skew=rng.choice((0.0, 1.0)) * rng.uniform(-2.0, 2.0),
        noise=rng.uniform(0.0, 10.0),
        quality=rng.randint(35, 90),
        rule_ink=rng.choice((1.0, 1.0, 0.6, 0.35)),
        seal=rng.random() < 0.25,
        holes=rng.random() < 0.2,
        turn=rng.choice((0,) * 9 + (180,)),
    )


def scanned(pdf: bytes, style: ScanStyle, seed: str) -> bytes:
    """The PDF with each page as a picture of it."""
    with pymupdf.open(stream=pdf, filetype="pdf") as source, pymupdf.open() as made:
        for number, page in enumerate(source):
            picture = scanned_page(page, style, random.Random(f"{seed} {number}"))
            height, width = picture.shape[:2]
            sheet = made.new_page(width=width / style.dpi * POINTS, height=height / style.dpi * POINTS)
            stored = cv2.imencode(".jpg", cv2.cvtColor(picture, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, style.quality])[1]
            sheet.insert_image(sheet.rect, stream=stored.tobytes())
        data: bytes = made.tobytes()
        return data


def scanned_page(page: Any, style: ScanStyle, rng: random.Random) -> Picture:
    """(height, width, 3) a MuPDF page as scanned, before JPEG."""
    pixels = page.get_pixmap(dpi=style.dpi, alpha=False, colorspace=pymupdf.csRGB)
    picture = np.frombuffer(pixels.samples, np.uint8).reshape(pixels.height, pixels.width, 3).copy()
    picture = np.minimum(picture, np.uint8(PAPER))
    if style.rule_ink < 1:
        _fade_rules(picture, page, style)
    if style.seal:
        _stamp(picture, style, rng)
    picture = _leaning(picture, style.skew)
    if style.holes:
        _punch(picture, style)
    if style.noise:
        levels = np.random.default_rng(rng.randrange(1 << 32)).normal(0.0, style.noise, picture.shape[:2])
        picture = np.clip(picture + levels[:, :, None], 0, 255).astype(np.uint8)
    return np.ascontiguousarray(np.rot90(picture, -style.turn // 90))


def _fade_rules(picture: Picture, page: Any, style: ScanStyle) -> None:
    """Has the ink of drawn rules fade into the paper."""
    scale = style.dpi / POINTS
    for drawing in page.get_cdrawings():
        for item in drawing["items"]:
            if item[0] not in ("l", "re"):
                continue
            corners = pymupdf.Rect(item[1]) if item[0] == "re" else pymupdf.Rect(*item[1], *item[2]).normalize()
            for x0, y0, x1, y1 in _edges(corners):
                part = picture[max(round(y0 * scale) - 2, 0) : round(y1 * scale) + 3,
                               max(round(x0 * scale) - 2, 0) : round(x1 * scale) + 3]
                faded = PAPER - (PAPER - part.astype(np.float32)) * style.rule_ink
                # A rule that is passed over twice, where cells meet, does not fade twice.
                part[:] = np.maximum(part, np.where(part < PAPER * style.rule_ink, faded, part)).astype(np.uint8)


def _edges(box: Any) -> list[tuple[float, float, float, float]]:
    x0, y0, x1, y1 = box
    if min(x1 - x0, y1 - y0) <= THINNEST_BAR:
        return [(x0, y0, x1, y1)]
    return [(x0, y0, x1, y0), (x0, y1, x1, y1), (x0, y0, x0, y1), (x1, y0, x1, y1)]


def _stamp(picture: Picture, style: ScanStyle, rng: random.Random) -> None:
    """A round red seal of 4 centimetres somewhere over the lower half of the page, which print shows through."""
    height, width = picture.shape[:2]
    radius = round(20 / 25.4 * style.dpi)
    at = rng.randint(radius, max(width - radius, radius)), rng.randint(height // 2, max(height - radius, height // 2))
    seal = np.zeros((height, width), np.uint8)
    cv2.circle(seal, at, radius, 255, max(radius // 12, 2), cv2.LINE_AA)
    turns = np.arange(5) * 4 * np.pi / 5
    star = np.array(at) + 0.35 * radius * np.stack([np.sin(turns), -np.cos(turns)], axis=1)
    cv2.fillPoly(seal, [star.astype(np.int32)], 255, cv2.LINE_AA)
    share = seal[:, :, None].astype(np.float32) / 255
    inked = picture.astype(np.float32) * (1 - share * np.array([0.1, 0.8, 0.8], np.float32))
    picture[:] = inked.astype(np.uint8)


def _punch(picture: Picture, style: ScanStyle) -> None:
    """Two punch holes at the left edge, black as the lid behind them."""
    height = picture.shape[0]
    for y in (height // 2 - round(40 / 25.4 * style.dpi), height // 2 + round(40 / 25.4 * style.dpi)):
        cv2.circle(picture, (round(9 / 25.4 * style.dpi), y), round(3 / 25.4 * style.dpi), (20, 20, 20), -1, cv2.LINE_AA)


def _leaning(picture: Picture, degrees: float) -> Picture:
    height, width = picture.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    return np.asarray(
        cv2.warpAffine(picture, matrix, (width, height), flags=cv2.INTER_LINEAR, borderValue=(PAPER,) * 3), np.uint8)
