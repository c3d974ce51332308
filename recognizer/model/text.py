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

from recognizer.remembering import Remembered

BUCKET_BITS = 14
BUCKETS = 1 << BUCKET_BITS  # columns of the hashed n-gram space
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
LONG = 30  # characters from which a text's length tells no more
WHOLE = 16  # characters up to which a text counts as a whole, too
_LENGTHS = tuple(zlib.crc32(f"length {length}".encode()) for length in range(LONG + 1))
_DIGIT = re.compile("[0-9０-９]")

Floats = NDArray[np.float32]


@lru_cache(maxsize=65536)
def plain(text: str) -> str:
    """The text without white space and with every digit as 0: what n-grams are drawn from."""
    return _DIGIT.sub("0", "".join(text.split()))


def hashed_columns(texts: Sequence[str]) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """The hashed columns of plain texts, one text's after the other's, and how many each text has.

    They are its 1- to 3-grams, those at its ends marked, the ends of a long text only; its length; a short text as a whole.
    Character codes are mixed by multiplication (Knuth 1998, vol. 3, section 6.4), so that all n-grams hash at once.
    """
    shorts = [text if len(text) <= HEAD + TAIL else f"{text[:HEAD]}…{text[-TAIL:]}" for text in texts]
    codes = np.frombuffer("".join([f"\x02{short}\x03" for short in shorts]).encode("utf-32-le"), np.uint32).astype(np.uint64)
    ends = np.cumsum([len(short) + 2 for short in shorts])
    owners = np.repeat(np.arange(len(texts)), np.diff(ends, prepend=0))
    last = np.zeros(len(codes), np.bool_)  # the ends of texts, over which no n-gram runs
    last[ends - 1] = True
    ones = codes * _MIX[0]
    twos = ones[:-1] ^ (codes[1:] * _MIX[1])
    threes = twos[:-1] ^ (codes[2:] * _MIX[2])
    in_two = ~last[:-1]
    in_three = in_two[:-1] & ~last[1:-1]
    lengths = np.asarray([_LENGTHS[min(len(text), LONG)] for text in texts], np.uint64) * _MIX[3]
    brief = np.asarray([index for index, text in enumerate(texts) if len(text) <= WHOLE], np.int64)
    whole = np.asarray([zlib.crc32(shorts[index].encode()) for index in brief], np.uint64) * _MIX[3]
    mixed = np.concatenate([ones, twos[in_two] + _MIX[4], threes[in_three] + _MIX[5], lengths, whole]) * _MIX[6]
    of = np.concatenate([owners, owners[:-1][in_two], owners[:-2][in_three], np.arange(len(texts)), brief])
    columns = (mixed >> np.uint64(64 - BUCKET_BITS)).astype(np.int32)
    return columns[np.argsort(of, kind="stable")], np.bincount(of, minlength=len(texts))


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
    _seen: Remembered = field(init=False, repr=False, compare=False)
    _wide: Floats = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        # Half floats are slow to add, and the weights of a column are read together.
        self._wide = np.ascontiguousarray(self.weights, np.float32)
        self._seen = Remembered(len(self.classes))

    def scores(self, texts: Sequence[str]) -> Floats:
        """(texts, classes) scores in 0..1, one class against the rest; answers are kept for texts seen again."""
        return self._seen.rows([plain(text) for text in texts], self._score)

    def _score(self, keys: Sequence[str]) -> Floats:
        columns, sizes = hashed_columns(keys)
        starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
        totals = np.add.reduceat(self._wide.take(columns, axis=0), starts, axis=0)
        totals = totals / np.sqrt(sizes, dtype=np.float32)[:, None] + self.bias
        scores: Floats = (1.0 / (1.0 + np.exp(-np.clip(totals, -12, 12)))).astype(np.float32)
        return scores


def hashed(texts: Iterable[str]) -> object:
    """The (texts, BUCKETS) sparse matrix of hashed n-grams, each row of length 1."""
    from scipy.sparse import csr_matrix

    columns, sizes = hashed_columns(list(texts))
    starts = np.concatenate([[0], np.cumsum(sizes)])
    data = np.repeat(1.0 / np.sqrt(sizes), sizes)
    return csr_matrix(
        (np.asarray(data, np.float32), columns, np.asarray(starts, np.int64)),
        shape=(len(starts) - 1, BUCKETS),
    )
