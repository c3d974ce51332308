"""What the pieces of a name (characters, words, its level, unit and value) say of its concept: a linear model over pieces.

One weight for each piece and concept, learned from labelled names (a linear support vector machine, one concept against the
others). It knows nothing of likeness: where it and the likeness of wordings agree, a match is sure.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recognizer.mapping.features import Printed
from recognizer.mapping.index import Floats, Index, Indices
from recognizer.mapping.terms import CONTENT, MEASURES

NOTHING = ""  # stands among the concepts for names that are of none
_LEAST_NAMES = 2  # that must have a piece for it to count
_LEAST_SHARE = 0.012  # of the largest weight; smaller ones say nothing and are left out
_LONGEST_NAME, _LONGEST_VALUE = 100, 20  # characters that are looked at, of a value in words
# What a piece counts: so many characters one after the other, words, the level and the unit, characters of a value in words.
_ONE, _TWO, _THREE = 0.4, 0.7, 0.5
_WORD, _TWO_WORDS, _FIRST_WORD, _LAST_WORD = 1.5, 1.0, 0.7, 1.0
_PLACE, _PLACE_AND_MEASURE, _COMPARATOR, _VALUE = 1.5, 1.0, 0.5, 0.3
_TELLING = frozenset((*CONTENT, *MEASURES))
_PENALTY = 1.0  # inverse strength of the regularisation


@dataclass(slots=True)
class Associations:
    """Weights of pieces for concepts, only those that say something: of the piece in row r they are the entries from `starts[r]`
    to `starts[r + 1]` of `columns` (which concept) and `weights` (in 127ths of `scale`). `biases` are over concepts;
    `concepts` are ids, NOTHING among them.
    """

    pieces: dict[str, int]
    concepts: tuple[str, ...]
    starts: Indices
    columns: Indices
    weights: NDArray[np.int8]
    biases: Floats
    scale: float

    def said(self, index: Index, names: Sequence[Printed]) -> Floats:
        """(names, concepts of the index and nothing): how far each name is on the side of each concept; NaN for concepts that
        were not there when it was learned."""
        own = {concept: number for number, concept in enumerate(self.concepts)}
        order = np.array([own.get(concept.id, -1) for concept in index.concepts] + [own.get(NOTHING, -1)])
        return np.where(order < 0, np.float32(np.nan), self._sums(names)[:, order])

    def _sums(self, names: Sequence[Printed]) -> Floats:
        """(names, own concepts): the weights of the pieces of each name, by what each piece counts, and the biases."""
        rows: list[int] = []
        counts: list[float] = []
        sizes_of: list[int] = []
        known = self.pieces.get
        for name in names:
            pieces, own = pieces_of(name)
            rows += [known(piece, -1) for piece in pieces]
            counts += own
            sizes_of.append(len(pieces))
        owners, shares, found_rows = np.repeat(np.arange(len(names)), sizes_of), np.array(counts), np.array(rows, np.int64)
        shares /= np.sqrt(np.bincount(owners, shares * shares, len(names)))[owners]
        owner, row = owners[found_rows >= 0], found_rows[found_rows >= 0]
        share = shares[found_rows >= 0] * (self.scale / 127)
        first, sizes = self.starts[row], self.starts[row + 1] - self.starts[row]
        entries = np.repeat(first - np.cumsum(sizes) + sizes, sizes) + np.arange(sizes.sum())
        places = np.repeat(owner * len(self.concepts), sizes) + self.columns[entries]
        found = np.bincount(places, np.repeat(share, sizes) * self.weights[entries], len(names) * len(self.concepts))
        return (found.reshape(len(names), -1) + self.biases).astype(np.float32)


def pieces_of(name: Printed) -> tuple[list[str], list[float]]:
    """The pieces of a name and what each counts."""
    taken, query = name.taken, name.query
    line = f"^{taken.bare[:_LONGEST_NAME]}$"
    size = len(line)
    groups = [token.group for token in taken.tokens if token.kind in _TELLING]
    pieces = [line[place:place + 2] for place in range(size - 1)]
    pieces += [line[place:place + 3] for place in range(size - 1)]
    pieces += line[1:-1]
    pieces += [f"g{group}" for group in taken.groups]
    pieces += [f"g{first}_{second}" for first, second in pairwise(groups)]
    counts = [_TWO] * (size - 1) + [_THREE] * (size - 1) + [_ONE] * (size - 2) + [_WORD] * len(taken.groups)
    counts += [_TWO_WORDS] * max(len(groups) - 1, 0)
    if groups:
        pieces += (f"<{groups[0]}", f">{groups[-1]}")
        counts += (_FIRST_WORD, _LAST_WORD)
    level = query.level2 or query.level1
    if level:
        pieces += (f"l{level}", f"l{level}{taken.measure}")
        counts += (_PLACE, _PLACE_AND_MEASURE)
    if name.family:
        pieces += (f"u{name.family}", f"u{name.family}{taken.measure}")
        counts += (_PLACE, _PLACE_AND_MEASURE)
    elif query.value:
        value = "".join(query.value.split())[:_LONGEST_VALUE]
        pieces += ["v" + value[place:place + 2] for place in range(len(value) - 1)]
        counts += [_VALUE] * (len(value) - 1)
    if name.comparator:
        pieces.append(f"c{name.comparator}")
        counts.append(_COMPARATOR)
    return pieces, counts


def learn_associations(
    names: Sequence[Printed], concepts: Sequence[str | None], sources: Sequence[str], seed: int
) -> Associations:
    """The associations of names with the concepts they are of; names of one source count once where pieces are chosen."""
    from scipy.sparse import csr_matrix
    from sklearn.svm import LinearSVC

    found = [pieces_of(name) for name in names]
    having: Counter[str] = Counter()
    seen: dict[str, set[str]] = {}
    for (pieces, _), source in zip(found, sources, strict=True):
        fresh = set(pieces) - seen.setdefault(source, set())
        seen[source] |= fresh
        having.update(fresh)
    known = {piece: number for number, piece in enumerate(sorted(one for one, count in having.items() if count >= _LEAST_NAMES))}
    rows: list[int] = []
    columns: list[int] = []
    shares: list[float] = []
    for number, (pieces, counts) in enumerate(found):
        norm = sum(count * count for count in counts) ** 0.5
        for piece, count in zip(pieces, counts, strict=True):
            if piece in known:
                rows.append(number)
                columns.append(known[piece])
                shares.append(count / norm)
    inputs = csr_matrix((np.array(shares, np.float32), (rows, columns)), shape=(len(found), len(known)))
    truth = np.array([concept or NOTHING for concept in concepts])
    fitted: Any = LinearSVC(C=_PENALTY, tol=1e-2, random_state=seed).fit(inputs, truth)
    weights = np.asarray(fitted.coef_.T, np.float32)
    scale = float(np.abs(weights).max())
    small = np.round(np.where(np.abs(weights) < _LEAST_SHARE * scale, 0, weights / scale * 127)).astype(np.int8)
    own, concept = np.nonzero(small)
    starts = np.searchsorted(own, np.arange(len(known) + 1))
    return Associations(known, tuple(map(str, fitted.classes_)), starts, concept, small[own, concept],
                        np.asarray(fitted.intercept_, np.float32), scale)
