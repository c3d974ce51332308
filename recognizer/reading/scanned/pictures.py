"""Picture files: PNG, JPEG and TIFF, whose every picture is a page. Nothing is unpacked before its size is known."""

from __future__ import annotations

import io
import warnings as python_warnings
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from recognizer.errors import DamagedFileError, DangerousFileError
from recognizer.limits import Limits, from_environment, within
from recognizer.types import Document, Page
from recognizer.watching import reached

from .ink import Pixels
from .page import POINTS, page_of_picture

FORMATS = ("PNG", "JPEG", "TIFF")
A4_LONG, LONGEST_SHEET = 11.69, 24.0  # inches of the longer side of a sheet
COARSEST = 60.0  # pixels to the inch that a scan has at least; where a file says less, it does not know


def read_pictures(data: bytes, path: Path, limits: Limits | None = None, *, without: Collection[int] = ()) -> Document:
    """The pages that a picture file shows. What is no readable page has a warning that names it.

    Raises DamagedFileError where no picture can be unpacked, DangerousFileError where the file holds more pixels than it may.
    """
    limits = limits or from_environment()
    warnings: list[str] = []
    pages = tuple(_pages(data, path, limits, warnings.append, without))
    return Document(path.name, "picture", pages, encoding="picture", warnings=tuple(warnings))


def _pages(
    data: bytes, path: Path, limits: Limits, warn: Callable[[str], None], without: Collection[int]
) -> Iterator[Page]:
    from PIL import Image, ImageOps, ImageSequence

    hint = "scan it anew, or save it again with a program for pictures"
    try:
        with python_warnings.catch_warnings():
            python_warnings.simplefilter("ignore")  # of sizes, which are judged here
            source = Image.open(io.BytesIO(data), formats=FORMATS)
    except Image.DecompressionBombError as error:
        coarser = "scan it with fewer dots to the inch"
        raise DangerousFileError(f"a picture of too many pixels: {_line(error)}", path=path, hint=coarser) from error
    except Exception as error:  # Pillow raises classes of many kinds
        raise DamagedFileError("a damaged picture", path=path, hint=hint) from error
    trouble: list[str] = []
    count = 0
    frames = ImageSequence.Iterator(source)
    while True:
        number = count + 1
        try:
            frame = next(frames)
        except StopIteration:
            break
        except Exception as error:
            if not count:
                raise DamagedFileError("a damaged picture", path=path, hint=hint) from error
            warn(f"pages after {count} cannot be read: {_line(error)}")
            break
        count = number
        reason = ""
        if number in without:
            reason = f"page {number} was left out"
        elif frame.width * frame.height >= limits.page_pixels:
            reason = (f"page {number} has {frame.width:,} × {frame.height:,} pixels (limit page_pixels: {limits.page_pixels:,}), "
                      "and was not read")
        if reason:
            trouble.append(reason)
            warn(reason)
            continue
        reached("recognise", number)
        try:
            with within(limits.scan_seconds):
                picture = ImageOps.exif_transpose(frame)
                page, doubt = _read(picture, number)
        except MemoryError:
            raise
        except Exception as error:
            trouble.append(f"page {number} cannot be read: {_line(error)}")
            warn(trouble[-1])
            continue
        if doubt:
            warn(f"page {number} {doubt}")
        yield page
    if count and len(trouble) == count:
        kind = DangerousFileError if "limit page_pixels" in trouble[0] else DamagedFileError
        raise kind(trouble[0] if count == 1 else f"none of its {count} pages can be read: {trouble[0]}", path=path, hint=hint)


def _read(picture: Any, number: int) -> tuple[Page, str]:
    dpi = dpi_of(picture.width, picture.height, picture.info.get("dpi"))
    size = picture.width / dpi * POINTS, picture.height / dpi * POINTS
    return page_of_picture(_pixels(picture), number, *size, dpi)


def _pixels(picture: Any) -> Pixels:
    """(height, width, 3) of the picture on white paper."""
    if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        from PIL import Image

        layered = picture.convert("RGBA")
        paper = Image.new("RGBA", layered.size, "white")
        paper.alpha_composite(layered)
        picture = paper
    elif picture.mode.startswith("I;16") or picture.mode in ("I", "F"):
        deep = np.asarray(picture, np.float32)
        return np.asarray(deep * (255.0 / max(float(deep.max()), 1.0)), np.uint8)
    return np.asarray(picture.convert("RGB"), np.uint8)


def dpi_of(width: int, height: int, stated: tuple[float, float] | None) -> float:
    """Pixels to the inch: those that the file states, where they make a sheet of paper; else those of an A4 sheet."""
    longer = max(width, height)
    across = float(stated[0]) if stated else 0.0
    if across >= COARSEST and 0.4 * A4_LONG <= longer / across <= LONGEST_SHEET:
        return across
    return longer / A4_LONG


def _line(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__
