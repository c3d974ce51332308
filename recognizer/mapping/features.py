"""Candidates for a name, and what there is to know about each pair of a name and a concept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np
from rapidfuzz import fuzz, process

from recognizer.mapping.index import NO_MEASURE, Floats, Index, Indices, Taken, take_apart
from recognizer.mapping.terms import MEASURES
from recognizer.mapping.units import unit_family
from recognizer.mapping.values import parse_value

CANDIDATES = 4  # concepts looked at for a name by the likeness of a wording
_SAID = 4  # concepts looked at because of what the pieces of the name say
_UNKNOWN = -9.0  # stands for what pieces do not say of a concept
_RIVALLED = [1, 2, 8, 10, 11, 13, 14, 18, 19]  # features in which a pair is held against its rivals
_LONGEST_VALUE = 20  # characters; longer values are sentences
_TIMELY = MEASURES.index("timely")
_VAGUE = ("effect", "quality", "mechanism", "timely", "score")  # measures that values of words have anyway
_WORDINGS = 40  # wordings from which they are chosen
_NEAR_BEST = 0.4  # of the best wording's likeness; less is not looked at
_NEAR = {"经济成本指标": "成本指标"}  # the level 2 that older forms have in its place
# What a name measures that says nothing of it, by the family of its value.
_IMPLIED = {
    "人": "people", "次": "times", "元": "money", "%": "rate", "日期": "time", "个": "count", "平方米": "area", "米": "length",
    "天": "duration"}


@dataclass(frozen=True, slots=True)
class Query:
    """A name to be mapped and what is known of its place; levels are canonical names, the value is as printed."""

    name: str
    level2: str | None = None
    level1: str | None = None
    value: str | None = None


@dataclass(frozen=True, slots=True)
class Printed:
    """A query's name taken apart, and the unit family and the comparator of its value."""

    query: Query
    taken: Taken
    family: str | None
    comparator: str | None


@dataclass(frozen=True, slots=True)
class Places:
    """What is known of each query's place, over (queries, concepts): whether levels agree, are near, differ or are unknown;
    whether the value's unit agrees or differs, and its comparator with the direction. `measure` is what each measures."""

    level: Floats  # (queries, concepts, 4)
    value: Floats  # (queries, concepts, 4)
    measure: Indices


@dataclass(frozen=True, slots=True)
class Pairs:
    """Candidates of several names, one after the other: which query, which concept, by which wording, and their features.

    `lead` is how far the pieces of the name speak for the concept against all others and against none; 0 where it is unknown.
    """

    query: Indices
    concept: Indices
    wording: Indices
    features: Floats
    lead: Floats


def family_of(value: str | None) -> tuple[str | None, str | None]:
    """The unit family of a value (元, %, 人, 次, 个, 天, 日期, 定性 …) and its comparator; None where it tells nothing."""
    if not value:
        return None, None
    reading = parse_value(value)
    if reading.kind == "quantity":
        return unit_family(reading.unit) if reading.unit else None, reading.comparator
    return {"date": "日期", "qualitative": "定性"}.get(reading.kind), reading.comparator


def read(queries: Sequence[Query]) -> list[Printed]:
    """The queries taken apart."""
    return [Printed(query, _taken(query), *family_of(query.value)) for query in queries]


def pairs_of(index: Index, names: Sequence[Printed], said: Floats, hidden: Sequence[frozenset[int]] = ()) -> Pairs:
    """The candidates of each query; `hidden` are wordings that a query must not see (in training, where it is one of them).

    `said` is what the pieces of each name say of each concept and, in the last column, of its being of none (associations).
    """
    queries, taken = [name.query for name in names], [name.taken for name in names]
    places = _places(index, names)
    groups = np.zeros((len(taken), index.concept_groups.shape[1]), np.float32)
    for number, one in enumerate(taken):
        groups[number, list(one.groups)] = 1
    own_words = groups @ index.group_idf
    covered = (groups * index.group_idf) @ index.concept_groups.T
    for number, unseen in enumerate(hidden):
        if unseen:
            covered[number] = (groups[number] * index.group_idf) @ index.concept_groups_without(unseen).T
    fitting = covered / (own_words[:, None] + 1) + index.profiles[:, places.measure].T + index.plain / 4
    fitting += places.level[:, :, 0] + places.value[:, :, 0] / 2
    placed = fitting - covered / (own_words[:, None] + 1) + index.plain
    besides = np.concatenate([np.argmax(fitting, axis=1)[:, None], _most_said(said), np.argmax(placed, axis=1)[:, None]], axis=1)
    rows = _candidates(index, taken, besides.tolist(), hidden)
    query = np.repeat(np.arange(len(queries)), [len(row[0]) for row in rows])
    wording = np.array([place for row in rows for place in row[0]], np.int64)
    shares = _shares(np.concatenate([row[1] for row in rows], axis=1).T if rows else np.zeros((0, 3), np.float32), query)
    concept = index.concept_of[wording]
    explained = np.stack([covered[query, concept], own_words[query]], axis=1)
    absolute = np.concatenate([
        _compared(index, [taken[number] for number in query.tolist()], wording, shares, explained),
        fitting[query, concept][:, None], _measured(index, places.measure[query], concept), places.level[query, concept],
        places.value[query, concept]], axis=1)
    spoken = _told(said, query, concept)
    features = np.concatenate([absolute, _beside_rivals(absolute[:, _RIVALLED], query), _written(taken)[query], spoken], axis=1)
    return Pairs(query, concept, wording, features, np.minimum(spoken[:, 1], spoken[:, 2]))


def _most_said(said: Floats) -> Indices:
    """Of each name the concepts that its pieces speak for most."""
    known = np.nan_to_num(said[:, :-1], nan=_UNKNOWN)
    count = min(_SAID, known.shape[1])
    return np.argpartition(-known, count - 1, axis=1)[:, :count]


def _told(said: Floats, query: Indices, concept: Indices) -> Floats:
    """What the pieces of a name say of each pair: for the concept, against the best other one and against none; 0 if unknown."""
    known = np.nan_to_num(said, nan=_UNKNOWN)
    own, nothing = known[query, concept], known[query, -1]
    ranked = np.partition(known[:, :-1], -2, axis=1) if known.shape[1] > 2 else np.repeat(known[:, :1], 2, axis=1)
    best, second = ranked[query, -1], ranked[query, -2]
    lead = own - np.where(own >= best, second, best)
    found = np.stack([own, lead, own - nothing, np.maximum(best, nothing) - own <= 0, best - nothing, best - second], axis=1)
    unknown = np.isnan(said[query, concept])
    found[unknown] = 0
    return np.concatenate([found, unknown[:, None]], axis=1).astype(np.float32)


def _candidates(
    index: Index, taken: Sequence[Taken], besides: Sequence[Sequence[int]], hidden: Sequence[frozenset[int]]
) -> list[tuple[list[int], Floats]]:
    """For each name a wording of each of the likeliest concepts, best first, and (3, wordings) what it shares: likeness, words,
    pairs.

    `besides` are concepts looked at in any case: what fits best, those the pieces of the name speak for, and that of whatever
    stands in such a place (a task with a date: 完成时间).
    """
    shared = index.likeness(taken)
    likeness = shared[:, 0]
    for number, unseen in enumerate(hidden):
        likeness[number, list(unseen)] = -1
    least = np.maximum(0.0, likeness.max(axis=1, initial=0).astype(np.float64) * _NEAR_BEST).astype(np.float32)
    name, near = np.nonzero(likeness > least[:, None])
    near = near[np.lexsort((-likeness[name, near], name))]  # best first; of equal ones the first in the vocabulary
    ends = np.searchsorted(name, np.arange(len(taken) + 1)).tolist()
    rows = []
    for number, (start, end) in enumerate(pairwise(ends)):
        best = near[start:min(end, start + _WORDINGS)]
        found: dict[int, int] = {}
        for concept, place in zip(index.concept_of[best].tolist(), best.tolist(), strict=True):
            found.setdefault(concept, place)
            if len(found) == CANDIDATES:
                break
        for concept in besides[number]:
            if concept not in found:
                place = index.best_of(concept, likeness[number])
                if likeness[number, place] >= 0:
                    found[concept] = place
        chosen = list(found.values())
        rows.append((chosen, shared[number][:, chosen]))
    return rows


def _shares(shared: Floats, query: Indices) -> Floats:
    """(pairs, 4): likeness, words and pairs shared, and how far the likeness is ahead of the best of the name, of the second
    where it is the first."""
    top = shared[:, 0]
    first = np.diff(query, prepend=-1) > 0
    starts = np.flatnonzero(first)
    rival = np.repeat(top[starts], np.diff(np.append(starts, len(query))))
    others = np.append(top[1:], 0)
    rival[starts] = np.where(np.append(first[1:], True)[starts], 0, others[starts])
    return np.concatenate([shared, (top - rival)[:, None]], axis=1).astype(np.float32)


def _compared(index: Index, taken: Sequence[Taken], wording: Indices, shares: Floats, explained: Floats) -> Floats:
    """What the words of names and wordings have in common, and what of the name the whole concept explains."""
    bare, coded = [one.bare for one in taken], [one.coded for one in taken]
    theirs = [index.bare[place] for place in wording.tolist()]
    their_codes = [index.coded[place] for place in wording.tolist()]
    covered, own_words = explained[:, 0], explained[:, 1]
    own_pairs = np.array([max(1.0, 4.0 * len(one.pairs)) for one in taken], np.float32)
    columns: list[Any] = [
        [mine == other for mine, other in zip(bare, theirs, strict=True)],
        process.cpdist(bare, theirs, scorer=fuzz.ratio, dtype=np.float32) / 100,
        process.cpdist(coded, their_codes, scorer=fuzz.ratio, dtype=np.float32) / 100,
        [mine == other != "" for mine, other in zip(coded, their_codes, strict=True)],
        [mine.endswith(other) for mine, other in zip(bare, theirs, strict=True)],
        [other in mine for mine, other in zip(bare, theirs, strict=True)],
        [mine in other for mine, other in zip(bare, theirs, strict=True)],
        [mine[-1:] == other[-1:] for mine, other in zip(coded, their_codes, strict=True)],
        shares[:, 0], shares[:, 3],
        shares[:, 1] / (own_words + 1e-6), shares[:, 1] / (index.word_weight[wording] + 1e-6),
        shares[:, 2] / own_pairs, shares[:, 2] / (index.pair_weight[wording] + 1e-6),
        covered / (own_words + 1e-6), (own_words - covered) / 10, (index.word_weight[wording] - shares[:, 1]) / 10,
        index.plain[index.concept_of[wording]],
    ]
    return np.stack(columns, axis=1).astype(np.float32)


def _beside_rivals(features: Floats, query: Indices) -> Floats:
    """How far each pair is behind the best of its query, or ahead of the second where it is the best, in each feature."""
    if not len(query):
        return features
    starts = np.flatnonzero(np.diff(query, prepend=-1))
    best = np.maximum.reduceat(features, starts, axis=0)
    sizes = np.diff(np.append(starts, len(query)))
    best = np.repeat(best, sizes, axis=0)
    below = np.where(features >= best, -np.inf, features)
    second = np.repeat(np.maximum.reduceat(below, starts, axis=0), sizes, axis=0)
    second = np.where(np.isfinite(second), second, best)
    return np.where(features >= best, features - second, features - best).astype(np.float32)


def _measured(index: Index, measure: Indices, concept: Indices) -> Floats:
    """Whether the concept measures what the name does."""
    profiles = index.profiles[concept]
    own = profiles[np.arange(len(concept)), measure]
    kinds = np.eye(NO_MEASURE + 1, dtype=np.float32)[measure]
    return np.concatenate([np.stack(
        [own, own >= profiles.max(axis=1), own == 0, profiles[:, NO_MEASURE]], axis=1).astype(np.float32), kinds], axis=1)


def _written(taken: Sequence[Taken]) -> Floats:
    """How a name is written: long, in parts, of several measures or things, with unknown words."""
    return np.array([
        (len(one.bare) / 20, one.parts - 1, one.measures, one.contents, one.unknown / (len(one.bare) + 1), "不适用" in one.bare,
         one.measure == NO_MEASURE) for one in taken], np.float32).reshape(len(taken), 7)


def _taken(query: Query) -> Taken:
    """A query's name taken apart, with what its value says of it where that names what is measured (培训 with 每年培训期数)."""
    taken = take_apart(query.name)
    if taken.measure != NO_MEASURE or not query.value or len(query.value) > _LONGEST_VALUE:
        return taken
    told = take_apart(query.value)
    if told.measure == NO_MEASURE or MEASURES[told.measure] in _VAGUE or not told.contents:
        return taken
    return replace(taken, coded=taken.coded + told.coded[-1:], measure=told.measure, measures=told.measures,
                   groups=tuple(dict.fromkeys((*taken.groups, *told.groups))))


def _places(index: Index, names: Sequence[Printed]) -> Places:
    found = [_measure(name.taken, name.family) for name in names]
    none = np.zeros((0, len(index.concepts), 4), np.float32)
    level = (np.stack([_levels_of(index, name.query.level2, name.query.level1) for name in names])
             if names else none)
    value = np.stack([_values_of(index, name.family, name.comparator) for name in names]) if names else none
    return Places(level, value, np.array(found, np.int64))


def _measure(taken: Taken, family: str | None) -> int:
    """What a name measures: what it says, else what its value implies; 时效 with a date asks when, with a share how timely."""
    if family == "日期" and taken.measure == _TIMELY:
        return MEASURES.index("time")
    if taken.measure == NO_MEASURE and family in _IMPLIED:
        return MEASURES.index(_IMPLIED[family])
    return taken.measure


@lru_cache(maxsize=256)
def _values_of(index: Index, family: str | None, comparator: str | None) -> Floats:
    """(concepts, 4): whether the value's unit agrees or differs, and its comparator with the direction."""
    found = np.zeros((len(index.concepts), 4), np.float32)
    if family:
        found[:, 0] = index.has_family(family)
        found[:, 1] = index.has_families & ~index.has_family(family)
    if comparator in ("≥", ">", "≤", "<"):
        found[:, 2] = index.directions == (1 if comparator in ("≥", ">") else -1)
        found[:, 3] = index.directions == (-1 if comparator in ("≥", ">") else 1)
    return found


@lru_cache(maxsize=256)
def _levels_of(index: Index, level2: str | None, level1: str | None) -> Floats:
    """(concepts, 4): whether the levels agree, are near, differ, or are not known."""
    found = np.zeros((len(index.concepts), 4), np.float32)
    own = _NEAR.get(level2 or "", level2)
    for number, (theirs, above) in enumerate(zip(index.level2, index.level1, strict=True)):
        theirs = _NEAR.get(theirs or "", theirs)
        if own:
            place = 0 if own == theirs else 1 if level1 == above or ("成本指标" in (own, theirs) and above == own) else 2
        else:
            place = 3 if not level1 else 0 if level1 in (above, theirs) else 2
        found[number, place] = 1
    return found
