"""Common Chinese words, to tell whether a boundary between two pieces of text runs through a word.

`words.npz` holds 135,000 words of two to four characters with their frequencies, from the dictionary of jieba (MIT licence),
made by training_data/build_words.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.uint64]
Floats = NDArray[np.float32]
SIDE = 3  # characters looked at on each side of a boundary
_MOST = 4  # characters of the longest word
_BITS = np.uint64(16)  # of a character within a word's code; characters outside the basic plane are in no word
_FULL = 255.0  # the commonest word's weight
_SAMPLE = 400  # neighbours that are enough to tell their share of words


def boundary_words(earlier: Sequence[str], later: Sequence[str]) -> Floats:
    """(boundaries, 4) how common, 0 to 1, the commonest word is that runs over the boundary between two texts, that ends there,
    that begins there, and how much the first is commoner than the rarer of the other two; 0 where there is none."""
    tails = _characters([text[-SIDE:].rjust(SIDE, "\0") for text in earlier])
    heads = _characters([text[:SIDE].ljust(SIDE, "\0") for text in later])
    over = _commonest(
        [_code([*tails.T[SIDE - before :], *heads.T[:after]]) for before in (1, 2, 3) for after in range(1, _MOST - before + 1)]
    )
    ends = _commonest([_code(list(tails.T[SIDE - length :])) for length in (2, 3)])
    begins = _commonest([_code(list(heads.T[:length])) for length in (2, 3)])
    return np.stack([over, ends, begins, over - np.minimum(ends, begins)], axis=1)


def share_of_words(text: str) -> float:
    """The share of neighbouring characters of the text, of two at least, that are a word of two; of a long text's some do."""
    characters = np.frombuffer(text.encode("utf-32-le"), np.uint32).astype(np.uint64)
    known, _ = _dictionary()
    step = 1 + len(text) // _SAMPLE
    pairs = characters[:-1:step] << _BITS | characters[1::step]
    return float((known[np.minimum(np.searchsorted(known, pairs), len(known) - 1)] == pairs).mean())


def code_of(word: str) -> int:
    """The number that stands for a word of up to four characters of the basic plane."""
    number = 0
    for character in word:
        number = number << int(_BITS) | ord(character)
    return number


@cache
def _dictionary() -> tuple[Codes, Floats]:
    with np.load(Path(__file__).parent / "words.npz", allow_pickle=False) as arrays:
        return np.cumsum(arrays["steps"], dtype=np.uint64), (arrays["weights"] / _FULL).astype(np.float32)


def _characters(texts: Sequence[str]) -> Codes:
    codes = np.frombuffer("".join(texts).encode("utf-32-le"), np.uint32).reshape(len(texts), SIDE)
    return np.where(codes < 1 << 16, codes, 0).astype(np.uint64)


def _code(characters: Sequence[Codes]) -> Codes:
    """The codes of words whose characters stand in columns; 0 where a character is missing."""
    code = characters[0]
    missing = characters[0] == 0
    for column in characters[1:]:
        code = code << _BITS | column
        missing = missing | (column == 0)
    return np.where(missing, np.uint64(0), code)


def _commonest(words: Sequence[Codes]) -> Floats:
    known, weights = _dictionary()
    best = np.zeros(len(words[0]), np.float32)
    for codes in words:
        at = np.minimum(np.searchsorted(known, codes), len(known) - 1)
        best = np.maximum(best, np.where(known[at] == codes, weights[at], 0.0))
    return best
