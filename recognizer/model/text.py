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

BUCKET_BITS = 14
BUCKETS = 1 << BUCKET_BITS  # columns of the hashed n-gram space
BATCH = 256  # texts scored at a time
_MIX = np.asarray(
    [
        0x9E3779B97F4A7C15,
        0xC2B2AE3D27D4EB4F,
        0x165667B19E3779F9,
        0xD6E8FEB86659FD93,
        0xA0761D6478BD642F,
        0xE7037ED1A0B428DB,
        0x8EBC6AF09C88C6E3,
    ],
    np.uint64,
)  # odd multipliers
HEAD, TAIL = 28, 12  # characters kept of a long text, from its two ends
_DIGITS = re.compile(r"[0-9０-９]")
_BLANKS = re.compile(r"\s+")

Floats = NDArray[np.float32]


def plain(text: str) -> str:
    """The text without white space and with every digit as 0: what n-grams are drawn from."""
    return _DIGITS.sub("0", _BLANKS.sub("", text))


@lru_cache(maxsize=1 << 18)
def buckets(text: str) -> NDArray[np.int32]:
    """The hashed columns of a plain text: its 1- to 3-grams, those at its ends marked, the ends of a long text only.

    Character codes are mixed by multiplication (Knuth 1998, vol. 3, section 6.4), so that all n-grams hash at once.
    """
    short = text if len(text) <= HEAD + TAIL else f"{text[:HEAD]}…{text[-TAIL:]}"
    codes = np.frombuffer(f"\x02{short}\x03".encode("utf-32-le"), np.uint32).astype(np.uint64)
    ones = codes * _MIX[0]
    twos = ones[:-1] ^ (codes[1:] * _MIX[1])
    threes = twos[:-1] ^ (codes[2:] * _MIX[2])
    whole = np.asarray([zlib.crc32(f"length {min(len(text), 30)}".encode()), zlib.crc32(short.encode())], np.uint64) * _MIX[3]
    mixed = np.concatenate([ones, twos + _MIX[4], threes + _MIX[5], whole if len(text) <= 16 else whole[:1]]) * _MIX[6]
    columns: NDArray[np.int32] = (mixed >> np.uint64(64 - BUCKET_BITS)).astype(np.int32)
    return columns


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
        if len(self._seen) > 200_000:
            self._seen.clear()
        new = [key for key in dict.fromkeys(keys) if key not in self._seen]
        for start in range(0, len(new), BATCH):
            batch = new[start : start + BATCH]
            self._seen.update(zip(batch, self._score(batch), strict=True))
        return np.stack([self._seen[key] for key in keys]) if keys else np.zeros((0, len(self.classes)), np.float32)

    def _score(self, keys: Sequence[str]) -> Floats:
        columns = [buckets(key) for key in keys]
        sizes = np.asarray([len(found) for found in columns])
        starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
        totals = np.add.reduceat(self.weights[np.concatenate(columns)].astype(np.float32), starts, axis=0)
        totals = totals / np.sqrt(sizes, dtype=np.float32)[:, None] + self.bias
        scores: Floats = (1.0 / (1.0 + np.exp(-np.clip(totals, -12, 12)))).astype(np.float32)
        return scores


def hashed(texts: Iterable[str]) -> object:
    """The (texts, BUCKETS) sparse matrix of hashed n-grams, each row of length 1."""
    from scipy.sparse import csr_matrix

    rows = [buckets(text) for text in texts]
    sizes = np.asarray([len(row) for row in rows])
    starts = np.concatenate([[0], np.cumsum(sizes)])
    data = np.repeat(1.0 / np.sqrt(sizes), sizes)
    indices = np.concatenate(rows)
    return csr_matrix(
        (np.asarray(data, np.float32), np.asarray(indices, np.int32), np.asarray(starts, np.int64)),
        shape=(len(starts) - 1, BUCKETS),
    )
