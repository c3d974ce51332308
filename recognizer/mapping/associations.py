"""What the pieces of a name (characters, words, its level, unit and value) say of its concept: a linear model over pieces.

One weight for each piece and concept, learned from labelled names (a linear support vector machine, one concept against the
others). It knows nothing of likeness: where it and the likeness of wordings agree, a match is sure.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
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
_LONGEST_VALUE = 20  # characters of a value in words that are looked at
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
        owners: list[int] = []
        norms: list[float] = []
        for number, name in enumerate(names):
            norm, before = 0.0, len(rows)
            for piece, count in pieces_of(name):
                norm += count * count
                row = self.pieces.get(piece)
                if row is not None:
                    rows.append(row)
                    counts.append(count)
            norms.append(norm ** 0.5)
            owners.extend([number] * (len(rows) - before))
        first, sizes = self.starts[rows], np.diff(self.starts)[rows]
        owner, share = np.array(owners, np.int64), np.array(counts) * (self.scale / 127)
        entries = np.repeat(first - np.cumsum(sizes) + sizes, sizes) + np.arange(sizes.sum())
        places = np.repeat(owner * len(self.concepts), sizes) + self.columns[entries]
        found = np.bincount(places, np.repeat(share / np.array(norms)[owner], sizes) * self.weights[entries],
                            len(names) * len(self.concepts))
        return (found.reshape(len(names), -1) + self.biases).astype(np.float32)


def pieces_of(name: Printed) -> Iterator[tuple[str, float]]:
    """The pieces of a name and what each counts."""
    taken, query = name.taken, name.query
    line = f"^{taken.bare[:100]}$"
    for place in range(len(line) - 1):
        yield line[place:place + 2], 0.7
        yield line[place:place + 3], 0.5
    for character in line[1:-1]:
        yield character, 0.4
    groups = [token.group for token in taken.tokens if token.kind in CONTENT or token.kind in MEASURES]
    for group in taken.groups:
        yield f"g{group}", 1.5
    for first, second in pairwise(groups):
        yield f"g{first}_{second}", 1.0
    if groups:
        yield f"<{groups[0]}", 0.7
        yield f">{groups[-1]}", 1.0
    level = query.level2 or query.level1
    if level:
        yield f"l{level}", 1.5
        yield f"l{level}{taken.measure}", 1.0
    if name.family:
        yield f"u{name.family}", 1.5
        yield f"u{name.family}{taken.measure}", 1.0
    elif query.value:
        value = "".join(query.value.split())[:_LONGEST_VALUE]
        for place in range(len(value) - 1):
            yield "v" + value[place:place + 2], 0.3
    if name.comparator:
        yield f"c{name.comparator}", 0.5


def learn_associations(
    names: Sequence[Printed], concepts: Sequence[str | None], sources: Sequence[str], seed: int
) -> Associations:
    """The associations of names with the concepts they are of; names of one source count once where pieces are chosen."""
    from scipy.sparse import csr_matrix
    from sklearn.svm import LinearSVC

    found = [list(pieces_of(name)) for name in names]
    having: Counter[str] = Counter()
    seen: dict[str, set[str]] = {}
    for pieces, source in zip(found, sources, strict=True):
        fresh = {piece for piece, _ in pieces} - seen.setdefault(source, set())
        seen[source] |= fresh
        having.update(fresh)
    known = {piece: number for number, piece in enumerate(sorted(one for one, count in having.items() if count >= _LEAST_NAMES))}
    rows: list[int] = []
    columns: list[int] = []
    shares: list[float] = []
    for number, pieces in enumerate(found):
        norm = sum(weight * weight for _, weight in pieces) ** 0.5
        for piece, weight in pieces:
            if piece in known:
                rows.append(number)
                columns.append(known[piece])
                shares.append(weight / norm)
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
