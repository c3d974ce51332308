"""Rows of numbers that texts become, each made once: cells of a table, and tables of a city, say the same again and again."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

MOST = 1 << 16  # texts remembered at a time
BATCH = 256  # texts that rows are made of at a time, so that what is made on the way stays small


class Remembered:
    """Rows of `width` numbers by text. Threads may share one."""

    def __init__(self, width: int) -> None:
        self._width = width
        self._lock = threading.Lock()
        self.forget()

    def forget(self) -> None:
        """Forgets all texts seen."""
        self._places: dict[str, int] = {}
        self._rows: Floats = np.zeros((0, self._width), np.float32)

    def rows(self, texts: Sequence[str], make: Callable[[Sequence[str]], Floats]) -> Floats:
        """(texts, width) the rows of texts, in their order; `make` makes those of texts not seen before, always the same."""
        with self._lock:
            new = [text for text in dict.fromkeys(texts) if text not in self._places]
            if len(self._places) + len(new) > MOST:
                self.forget()
                new = list(dict.fromkeys(texts))
            for start in range(0, len(new), BATCH):
                batch = new[start : start + BATCH]
                self._add(batch, make(batch))
            return self._rows[np.fromiter((self._places[text] for text in texts), np.int64, len(texts))]

    def _add(self, texts: Sequence[str], rows: Floats) -> None:
        known = len(self._places)
        if known + len(texts) > len(self._rows):
            grown = np.zeros((max(known + len(texts), 2 * len(self._rows)), self._width), np.float32)
            grown[:known] = self._rows[:known]
            self._rows = grown
        self._rows[known : known + len(texts)] = rows
        self._places.update(zip(texts, range(known, known + len(texts)), strict=True))
