"""The text model: what a text alone says of its label.

A linear model over hashed character n-grams (Weinberger et al. 2009, "Feature hashing for large scale multitask
learning"). Its scores are inputs of the context networks, which see the neighbours too.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

BUCKETS = 1 << 14  # columns of the hashed n-gram space
HEAD, TAIL = 28, 12  # characters kept of a long text, from its two ends
_DIGITS = re.compile(r"[0-9０-９]")
_BLANKS = re.compile(r"\s+")

Floats = NDArray[np.float32]


def plain(text: str) -> str:
    """The text without white space and with every digit as 0: what n-grams are drawn from."""
    return _DIGITS.sub("0", _BLANKS.sub("", text))


@lru_cache(maxsize=1 << 17)
def _bucket(gram: str) -> int:
    return zlib.crc32(gram.encode()) & (BUCKETS - 1)


def buckets(text: str) -> list[int]:
    """The hashed columns of a text: its 1- to 3-grams, those at its ends marked, the ends of a long text only."""
    text = plain(text)
    if len(text) > HEAD + TAIL:
        text = text[:HEAD] + "…" + text[-TAIL:]
    framed = f"\x02{text}\x03"
    found = {_bucket(framed[start : start + size]) for size in (1, 2, 3) for start in range(len(framed) - size + 1)}
    found.add(_bucket(f"length {min(len(text), 30)}"))
    if len(text) <= 16:
        found.add(_bucket(f"whole {text}"))
    return sorted(found)


@dataclass(slots=True)
class TextModel:
    """Weights of the linear model: `weights` is (BUCKETS, classes) float16, `bias` (classes,) float32.

    `lexicon` holds the label words seen often in training (headings, keys, levels): closed vocabulary, by which
    labels printed one character a line are put together.
    """

    classes: tuple[str, ...]
    weights: NDArray[np.float16]
    bias: Floats
    lexicon: frozenset[str] = frozenset()
    _seen: dict[str, Floats] = field(default_factory=dict, repr=False)

    def scores(self, texts: Sequence[str]) -> Floats:
        """(texts, classes) scores in 0..1, one class against the rest; answers are kept for texts seen again."""
        keys = [plain(text) for text in texts]
        for key in keys:
            if key not in self._seen:
                if len(self._seen) > 200_000:
                    self._seen.clear()
                self._seen[key] = self._score(key)
        if not keys:
            return np.zeros((0, len(self.classes)), np.float32)
        return np.stack([self._seen[key] if key in self._seen else self._score(key) for key in keys])

    def _score(self, key: str) -> Floats:
        columns = buckets(key)
        total = self.weights[columns].sum(axis=0, dtype=np.float32) / np.float32(np.sqrt(len(columns))) + self.bias
        scores: Floats = (1.0 / (1.0 + np.exp(-np.clip(total, -12, 12)))).astype(np.float32)
        return scores


def hashed(texts: Iterable[str]) -> object:
    """The (texts, BUCKETS) sparse matrix of hashed n-grams, each row of length 1."""
    from scipy.sparse import csr_matrix

    data: list[float] = []
    indices: list[int] = []
    starts = [0]
    for text in texts:
        columns = buckets(text)
        indices.extend(columns)
        data.extend([1.0 / np.sqrt(len(columns))] * len(columns))
        starts.append(len(indices))
    return csr_matrix(
        (np.asarray(data, np.float32), np.asarray(indices, np.int32), np.asarray(starts, np.int64)),
        shape=(len(starts) - 1, BUCKETS),
    )
