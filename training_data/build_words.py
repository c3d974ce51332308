#!/usr/bin/env python3
"""Makes recognizer/vocabulary/words.npz from a dictionary of jieba's form (a word, its frequency and its class a line).

    build_words.py path/to/jieba/dict.txt

jieba is published under the MIT licence, copyright 2013 Sun Junyi.
"""

from __future__ import annotations

import sys
from math import log
from pathlib import Path

import numpy as np

from recognizer.vocabulary.words import code_of

RAREST = 4  # frequency of the rarest words kept


def main(source: Path) -> None:
    """Writes the words of two to four Chinese characters, sorted by code, codes as steps from one to the next."""
    frequencies: dict[int, int] = {}
    for line in source.read_text("utf-8").splitlines():
        word, frequency, *_ = line.split()
        if 2 <= len(word) <= 4 and all("\u4e00" <= character <= "\u9fff" for character in word) and int(frequency) >= RAREST:
            frequencies[code_of(word)] = int(frequency)
    codes = sorted(frequencies)
    most = log(max(frequencies.values()))
    weights = [round(255 * log(frequencies[code]) / most) for code in codes]
    steps = np.diff(np.asarray(codes, np.uint64), prepend=np.uint64(0))
    target = Path(__file__).resolve().parents[1] / "recognizer" / "vocabulary" / "words.npz"
    np.savez_compressed(target, steps=steps, weights=np.asarray(weights, np.uint8))
    print(f"{len(codes)} words, {target.stat().st_size / 1e6:.1f} MB: {target}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
