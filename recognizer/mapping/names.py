"""Printed names and the concepts of the controlled vocabulary that they are names of, with how sure that is, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np

from recognizer.concepts import Vocabulary, vocabulary_in_use
from recognizer.mapping.features import Pairs, Printed, Query, pairs_of, read
from recognizer.mapping.index import Floats, Index, Taken
from recognizer.mapping.scorer import Scorer, shipped_scorer
from recognizer.types import Canonical
from recognizer.vocabulary import level1_of, level2_of

_LONGEST = 100  # characters; longer texts are no names
_TOGETHER = 256  # names mapped at a time


@dataclass(frozen=True, slots=True)
class Match:
    """A concept that a name is a name of: its id and preferred name, the probability that this is right, and why it is so."""

    id: str
    name: str
    score: float
    why: str


class Mapper:
    """Maps names to the concepts of a vocabulary."""

    def __init__(self, vocabulary: Vocabulary, scorer: Scorer | None = None) -> None:
        self.index = Index(vocabulary)
        self.scorer = scorer or shipped_scorer()

    def map(self, queries: Sequence[Query]) -> list[Match | None]:
        """For each query the concept that its name is a name of, None where none is likely enough."""
        return [match for start in range(0, len(queries), _TOGETHER) for match in self._map(queries[start:start + _TOGETHER])]

    def _map(self, queries: Sequence[Query]) -> list[Match | None]:
        names, pairs, found = self._found(queries)
        starts = np.searchsorted(pairs.query, np.arange(len(queries) + 1)).tolist()
        return [self._match(name, pairs, found[start:end], start)
                for name, (start, end) in zip(names, pairwise(starts), strict=True)]

    def _found(self, queries: Sequence[Query]) -> tuple[list[Printed], Pairs, Floats]:
        """The names taken apart, their candidates, and how likely each of these belongs to its name, seen alone."""
        names = read(queries)
        pairs = pairs_of(self.index, names, self.scorer.associations.said(self.index, names))
        return names, pairs, self.scorer.pairs(pairs.features)

    def candidates(self, query: Query, limit: int) -> list[Match]:
        """The concepts that a name could be a name of, the likeliest first: at most `limit`, unlikely ones too.

        Of the first the score is the probability that it is right, of the others what is left for them. What `map` would answer
        is the first where its score reaches the scorer's threshold.
        """
        (name,), pairs, found = self._found([query])
        if not len(found) or not name.taken.bare or self._no_name(name.taken):
            return []
        order = np.argsort(-found).tolist()
        second = float(found[order[1]]) if len(order) > 1 else 0.0
        first = self.scorer.confidence(float(found[order[0]]), second, float(pairs.lead[order[0]]))
        matches = []
        for rank, place in enumerate(order[:limit]):
            number = int(pairs.concept[place])
            concept = self.index.concepts[number]
            score = min(float(found[place]), 1 - first) if rank else first
            why = self._why(name, number, int(pairs.wording[place]))
            matches.append(Match(concept.id, concept.name, round(score, 4), why))
        return matches

    def _match(self, name: Printed, pairs: Pairs, found: Floats, start: int) -> Match | None:
        if not len(found) or not name.taken.bare or self._no_name(name.taken):
            return None
        second, best = sorted([0.0, *found.tolist()])[-2:]
        place = start + int(found.argmax())
        score = self.scorer.confidence(best, second, float(pairs.lead[place]))
        if score < self.scorer.threshold:
            return None
        number = int(pairs.concept[place])
        concept = self.index.concepts[number]
        return Match(concept.id, concept.name, round(score, 4), self._why(name, number, int(pairs.wording[place])))

    def _no_name(self, taken: Taken) -> bool:
        """Whether it says that nothing is measured, only repeats a level's label, has no known word, or is a long text."""
        if taken.bare in self.index.known:
            return False
        level = level1_of(taken.bare) or level2_of(taken.bare)
        return "不适用" in taken.bare or level is not None or not taken.groups or len(taken.bare) > _LONGEST

    def _why(self, printed: Printed, number: int, wording: int) -> str:
        """What speaks for the match, in signs that need no translation: words that are one, the level 2, the unit family."""
        query, taken = printed.query, printed.taken
        theirs = self.index.taken[wording]
        said = self.index.wordings[wording]
        reasons = [f"{'=' if taken.bare == theirs.bare else '≈'} {said.text} ({said.source.value})"]
        others = {token.group: token.text for token in theirs.tokens if token.group >= 0}
        reasons += [f"{token.text} = {others[token.group]}" for token in taken.tokens
                    if token.group in others and token.text != others[token.group]]
        if query.level2 and query.level2 == self.index.level2[number]:
            reasons.append(query.level2)
        if printed.family and printed.family in self.index.concepts[number].unit_families:
            reasons.append(printed.family)
        return "; ".join(dict.fromkeys(reasons))


@lru_cache(maxsize=4)
def _mapper(vocabulary_id: int) -> Mapper:
    return Mapper(vocabulary_in_use())


def mapper_in_use() -> Mapper:
    """The mapper of the vocabulary in use, made once."""
    return _mapper(id(vocabulary_in_use()))


def map_name(name: str, level2: str | None = None, level1: str | None = None, value: str | None = None) -> Match | None:
    """The concept of the vocabulary that a printed name is a name of, None for none: a project's own name maps to nothing.

    `level2` and `level1` are canonical, `value` is as printed; each makes the answer surer, and 培训 under 数量指标 with 3期
    another than under 成本指标 with 220元/人/天. Raises VocabularyError where the user's own vocabulary is unfit.
    """
    return mapper_in_use().map([Query(name, level2, level1, value)])[0]


def canonical_names(queries: Sequence[Query], mapper: Mapper) -> list[Canonical | None]:
    """What records say of each query's concept."""
    return [Canonical(match.id, match.name, match.score) if match else None for match in mapper.map(queries)]
