"""Scanned pages kept: to recognise a page takes seconds, to know it again by its picture hundredths of one.

Whoever has a place for them, as an archive run has, keeps pages by a hash of the picture and of its size on paper.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from recognizer.types import Page

Recognised = tuple[Page, str]  # and what is to be said of it


class Keeper(Protocol):
    """A place for recognised pages. `find` gives None where there is none of this key."""

    def find(self, key: str) -> Recognised | None: ...

    def keep(self, key: str, recognised: Recognised) -> None: ...


_keepers: list[Keeper] = []


def keep_scans(keeper: Keeper | None) -> None:
    """Has `keeper`, alone, keep the pages that are recognised from now on; nobody, if None."""
    _keepers[:] = [keeper] if keeper else []


def kept_or(
    recognise: Callable[[], Recognised], colours: NDArray[np.uint8], number: int, width: float, height: float, dpi: float
) -> Recognised:
    """What was kept of a picture of `dpi` pixels to the inch, `width` × `height` points large, as page `number`; else what
    `recognise` makes of it, which is kept."""
    for keeper in _keepers:
        made = hashlib.sha256(f"{colours.shape} {width} {height} {dpi}\n".encode())
        made.update(colours.tobytes())
        key = made.hexdigest()
        found = keeper.find(key)
        if found is None:
            found = recognise()
            keeper.keep(key, found)
        return replace(found[0], number=number), found[1]
    return recognise()
