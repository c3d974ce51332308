"""The vocabulary's indicators made ready for mapping: what each wording is made of, and which share something with a name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from recognizer.concepts import Concept, Kind, Vocabulary
from recognizer.mapping.terms import CONTENT, MEASURES, OTHER, Token, groups, line_of, tokenize

Floats = NDArray[np.float32]
Indices = NDArray[np.int64]
Key = TypeVar("Key", int, str)
NO_MEASURE = len(MEASURES)  # the measure of a name that says none
_FIRST = 0xE000  # private-use characters stand for groups, so that rapidfuzz can compare tokens as it does characters
_UNSEEN = 8.0  # what a key that no wording has is worth
_WORDS = 0.6  # what shared words count beside shared pairs of characters when candidates are chosen


@dataclass(frozen=True, slots=True)
class Taken:
    """A name taken apart: its characters, its tokens, the groups that say something, what it measures and how it is written."""

    bare: str
    coded: str  # a character for each group that says something
    groups: tuple[int, ...]
    pairs: tuple[str, ...]
    measure: int  # of MEASURES, NO_MEASURE for none
    measures: int  # how many different ones
    contents: int  # how many different groups of objects and actions
    parts: int  # that separators make
    unknown: int  # characters in no word
    tokens: tuple[Token, ...]


@cache
def _number(kind: str) -> int:
    return MEASURES.index(kind) if kind in MEASURES else NO_MEASURE


def take_apart(name: str) -> Taken:
    """A name made ready to be compared."""
    line = line_of(name)
    tokens = tokenize(line)
    bare = line.replace(" ", "")
    telling = [token for token in tokens if token.kind in CONTENT or token.kind in MEASURES]
    measured = [token for token in telling if token.kind in MEASURES]
    return Taken(
        bare, "".join(chr(_FIRST + token.group) for token in telling), tuple(dict.fromkeys(token.group for token in telling)),
        tuple(dict.fromkeys(bare[place:place + 2] for place in range(len(bare) - 1))) or (bare,),
        _number(measured[-1].kind) if measured else NO_MEASURE, len({token.group for token in measured}),
        len({token.group for token in telling if token.kind in CONTENT}), line.count(" ") + 1,
        sum(len(token.text) for token in tokens if token.kind == OTHER), tokens)


class Index:
    """The indicators of a vocabulary and their wordings.

    Arrays over wordings: `concept_of` (which concept), `word_weight`, `pair_weight` (how much there is to share); over concepts:
    `profiles` (concepts, measures): the share of its wordings that measure so; `concept_groups` (concepts, groups): 1 where some
    wording has the group.
    """

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self.concepts: tuple[Concept, ...] = vocabulary.of_kind(Kind.INDICATOR)
        self.wordings = [wording for concept in self.concepts for wording in concept.wordings]
        self.taken = [take_apart(wording.text) for wording in self.wordings]
        self.concept_of: Indices = np.repeat(
            np.arange(len(self.concepts)), [len(concept.wordings) for concept in self.concepts])
        self.bare = [taken.bare for taken in self.taken]
        self.known = frozenset(self.bare)
        self.coded = [taken.coded for taken in self.taken]
        self._words = Postings([taken.groups for taken in self.taken])
        self._pairs = Postings([taken.pairs for taken in self.taken])
        self.word_weight: Floats = np.array([self._words.weight(taken.groups) for taken in self.taken], np.float32)
        self.pair_weight: Floats = np.array([self._pairs.weight(taken.pairs) for taken in self.taken], np.float32)
        self.profiles: Floats = np.zeros((len(self.concepts), NO_MEASURE + 1), np.float32)
        self.concept_groups: Floats = np.zeros((len(self.concepts), groups()), np.float32)
        for concept, taken in zip(self.concept_of.tolist(), self.taken, strict=True):
            self.profiles[concept, taken.measure] += 1
            self.concept_groups[concept, list(taken.groups)] = 1
        self.profiles /= self.profiles.sum(axis=1, keepdims=True)
        self.group_idf: Floats = np.array([self._words.weight([group]) for group in range(groups())], np.float32)
        self._starts = np.searchsorted(self.concept_of, np.arange(len(self.concepts) + 1))
        self._bounds: list[int] = self._starts.tolist()
        # The share of a concept's wordings that name no object: 完成时间 is of whatever is completed.
        self.plain: Floats = np.array([
            sum(not taken.contents for taken in self.taken[start:end]) / (end - start)
            for start, end in zip(self._starts[:-1].tolist(), self._starts[1:].tolist(), strict=True)], np.float32)
        self.directions = np.array([{"more": 1, "less": -1}.get(concept.direction or "", 0) for concept in self.concepts])
        self.has_families = np.array([bool(concept.unit_families) for concept in self.concepts])
        self._families: dict[str, NDArray[np.bool_]] = {}
        self.level2 = [vocabulary.level(concept, Kind.LEVEL2) for concept in self.concepts]
        self.level1 = [vocabulary.level(concept, Kind.LEVEL1) for concept in self.concepts]

    def has_family(self, family: str) -> NDArray[np.bool_]:
        """Of each concept whether its values may be of a unit family."""
        if family not in self._families:
            self._families[family] = np.array([family in concept.unit_families for concept in self.concepts])
        return self._families[family]

    def best_of(self, concept: int, likeness: Floats) -> int:
        """The wording of a concept that is most alike."""
        start, end = self._bounds[concept], self._bounds[concept + 1]
        return start + int(likeness[start:end].argmax())

    def concept_groups_without(self, hidden: frozenset[int]) -> Floats:
        """`concept_groups` as if some wordings were not in the vocabulary."""
        if not hidden:
            return self.concept_groups
        found = self.concept_groups.copy()
        for concept in {int(self.concept_of[one]) for one in hidden}:
            found[concept] = 0
            for place in range(self._starts[concept], self._starts[concept + 1]):
                if place not in hidden:
                    found[concept, list(self.taken[place].groups)] = 1
        return found

    def likeness(self, names: Sequence[Taken]) -> Floats:
        """(names, 3, wordings): how like a name each is for choosing candidates (0 to 1), what it shares of words, of pairs."""
        found = np.empty((len(names), 3, len(self.wordings)), np.float32)
        groups, pairs = [taken.groups for taken in names], [taken.pairs for taken in names]
        found[:, 1], found[:, 2] = self._words.shared(groups), self._pairs.shared(pairs)
        word_share = found[:, 1] / (self.word_weight + self._words.own(groups) - found[:, 1])
        pair_share = found[:, 2] / (self.pair_weight + self._pairs.own(pairs) - found[:, 2])
        found[:, 0] = _WORDS * word_share + (1 - _WORDS) * pair_share
        return found


class Postings(Generic[Key]):
    """Which wordings have a key, of the keys of each wording, and what sharing it is worth: the rarer, the more."""

    def __init__(self, keys: Sequence[Sequence[Key]]) -> None:
        found: dict[Key, list[int]] = {}
        for number, several in enumerate(keys):
            for key in several:
                found.setdefault(key, []).append(number)
        self._wordings = len(keys)
        self._rows: dict[Key, int] = {key: row for row, key in enumerate(found)}
        self._places = np.array([place for places in found.values() for place in places], np.int64)
        self._sizes = np.array([len(places) for places in found.values()], np.int64)
        self._starts = np.cumsum(self._sizes) - self._sizes
        self._worth: dict[Key, float] = {key: float(np.log(1 + len(keys) / len(places))) for key, places in found.items()}

    def weight(self, keys: Sequence[Key]) -> float:
        """How much there is to share with a name that has the keys."""
        return sum(self._worth.get(key, _UNSEEN) for key in keys)

    def own(self, names: Sequence[Sequence[Key]]) -> Floats:
        """(names, 1): the weight of each name's keys; never 0."""
        return np.array([self.weight(keys) + 1e-6 for keys in names], np.float32)[:, None]

    def shared(self, names: Sequence[Sequence[Key]]) -> Floats:
        """(names, wordings): the weight of the keys that each name shares with each wording."""
        found = np.zeros(len(names) * self._wordings, np.float32)
        known = [(number, key) for number, keys in enumerate(names) for key in keys if key in self._rows]
        rows = np.array([self._rows[key] for _, key in known], np.int64)
        worth = np.array([self._worth[key] for _, key in known], np.float32)
        firsts = np.array([number for number, _ in known], np.int64) * self._wordings
        sizes = self._sizes[rows]
        entries = np.repeat(self._starts[rows] - np.cumsum(sizes) + sizes, sizes) + np.arange(sizes.sum())
        np.add.at(found, np.repeat(firsts, sizes) + self._places[entries], np.repeat(worth, sizes))
        return found.reshape(len(names), self._wordings)
