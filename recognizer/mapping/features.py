"""Candidates for a name, and what there is to know about each pair of a name and a concept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from rapidfuzz import fuzz, process

from recognizer.concepts import Concept
from recognizer.mapping.index import NO_MEASURE, Floats, Index, Indices, Taken, take_apart
from recognizer.mapping.terms import MEASURES
from recognizer.mapping.values import parse_value

CANDIDATES = 10  # concepts looked at for a name
_WORDINGS = 40  # wordings from which they are chosen
_NEAR = {"经济成本指标": "成本指标"}  # the level 2 that older forms have in its place
_TIMES = frozenset({"次", "期", "场", "批", "批次", "班次", "届", "轮", "场次", "期次"})
_LENGTHS = frozenset({"天", "月", "小时", "工作日", "年"})
_PERSONS = frozenset({"人", "人次"})
# What a name measures that says nothing of it, by the family of its value.
_IMPLIED = {"人": "people", "次": "times", "元": "money", "%": "rate", "日期": "time", "个": "count", "平方米": "area", "米": "length",
            "天": "duration"}


@dataclass(frozen=True, slots=True)
class Query:
    """A name to be mapped and what is known of its place; levels are canonical names, the value is as printed."""

    name: str
    level2: str | None = None
    level1: str | None = None
    value: str | None = None


@dataclass(frozen=True, slots=True)
class Pairs:
    """Candidates of several names, one after the other: which query, which concept, by which wording, and the features of each."""

    query: Indices
    concept: Indices
    wording: Indices
    features: Floats


def family_of(value: str | None) -> tuple[str | None, str | None]:
    """The unit family of a value (元, %, 人, 次, 个, 天, 日期, 定性 …) and its comparator; None where there is nothing to tell."""
    if not value:
        return None, None
    reading = parse_value(value)
    if reading.kind == "quantity":
        unit = (reading.unit_si or reading.unit or "").partition("/")[0]
        return ("人" if unit in _PERSONS else "次" if unit in _TIMES else "天" if unit in _LENGTHS else unit
                if unit in ("元", "%", "平方米", "立方米", "米", "千克") else "个" if unit else None), reading.comparator
    return {"date": "日期", "qualitative": "定性"}.get(reading.kind), reading.comparator


def pairs_of(index: Index, queries: Sequence[Query], hidden: Sequence[frozenset[int]] = ()) -> tuple[Pairs, list[Taken]]:
    """The candidates of each query; `hidden` are wordings that a query must not see (in training, where it is one of them)."""
    taken = [take_apart(query.name) for query in queries]
    rows = [_candidates(index, one, hidden[number] if hidden else frozenset()) for number, one in enumerate(taken)]
    sizes = [len(row[0]) for row in rows]
    query = np.repeat(np.arange(len(queries)), sizes)
    wording = np.concatenate([row[0] for row in rows]) if rows else np.zeros(0, np.int64)
    shares = np.concatenate([row[1] for row in rows]) if rows else np.zeros((0, 4), np.float32)
    concept = index.concept_of[wording]
    features = _features(index, queries, taken, query, wording, shares)
    return Pairs(query, concept, wording, features), taken


def _candidates(index: Index, taken: Taken, hidden: frozenset[int]) -> tuple[Indices, Floats]:
    """The best wording of each of the likeliest concepts, best first, and what it shares: likeness, words, pairs, lead."""
    likeness, words, pairs = index.likeness(taken)
    if hidden:
        likeness[list(hidden)] = -1
    count = min(_WORDINGS, len(likeness))
    best = np.argpartition(-likeness, count - 1)[:count]
    best = best[likeness[best] > 0]
    best = best[np.argsort(-likeness[best], kind="stable")]
    _, first = np.unique(index.concept_of[best], return_index=True)
    chosen = best[np.sort(first)][:CANDIDATES]
    top = likeness[chosen]
    rival = np.full(len(chosen), top[0] if len(top) else 0, np.float32)
    if len(top):
        rival[0] = top[1] if len(top) > 1 else 0
    return chosen, np.stack([top, words[chosen], pairs[chosen], top - rival], axis=1).astype(np.float32)


def _features(
    index: Index, queries: Sequence[Query], taken: Sequence[Taken], query: Indices, wording: Indices, shares: Floats,
) -> Floats:
    concept = index.concept_of[wording]
    numbers = query.tolist()
    bare = [taken[number].bare for number in numbers]
    coded = [taken[number].coded for number in numbers]
    theirs = [index.bare[place] for place in wording.tolist()]
    their_codes = [index.coded[place] for place in wording.tolist()]
    families = [family_of(one.value) for one in queries]
    own_words = np.array([index.weight(one.groups) for one in taken], np.float32)[query]
    own_pairs = np.array([max(1.0, 4.0 * len(one.pairs)) for one in taken], np.float32)[query]
    measure = np.array([_measure(one, family) for one, (family, _) in zip(taken, families, strict=True)], np.int64)
    own_groups = np.zeros((len(taken), index.concept_groups.shape[1]), np.float32)
    for number, one in enumerate(taken):
        own_groups[number, list(one.groups)] = 1
    covered = (own_groups * index.group_idf) @ index.concept_groups.T
    profile = index.profiles[concept, measure[query]]
    columns = [
        [mine == other for mine, other in zip(bare, theirs, strict=True)],
        process.cpdist(bare, theirs, scorer=fuzz.ratio, dtype=np.float32) / 100,
        process.cpdist(coded, their_codes, scorer=fuzz.ratio, dtype=np.float32) / 100,
        [mine == other != "" for mine, other in zip(coded, their_codes, strict=True)],
        [mine.endswith(other) for mine, other in zip(bare, theirs, strict=True)],
        [other in mine for mine, other in zip(bare, theirs, strict=True)],
        [mine in other for mine, other in zip(bare, theirs, strict=True)],
        shares[:, 0], shares[:, 3],
        shares[:, 1] / (own_words + 1e-6), shares[:, 1] / (index.word_weight[wording] + 1e-6),
        shares[:, 2] / own_pairs, shares[:, 2] / (index.pair_weight[wording] + 1e-6),
        covered[query, concept] / (own_words + 1e-6), own_words - covered[query, concept],
        profile, profile == index.profiles[concept].max(axis=1), profile == 0,
        measure[query] == NO_MEASURE, index.profiles[concept, NO_MEASURE],
    ]
    placed = np.array([
        (*_levels(queries[number], index.level2[place], index.level1[place]), *_value(families[number], index.concepts[place]))
        for number, place in zip(numbers, concept.tolist(), strict=True)], np.float32).reshape(len(numbers), 8)
    written = np.array([
        (len(one.bare) / 20, one.parts - 1, one.measures, one.contents, one.unknown / (len(one.bare) + 1), "不适用" in one.bare)
        for one in taken], np.float32).reshape(len(taken), 6)[query]
    kinds = np.eye(NO_MEASURE + 1, dtype=np.float32)[measure][query]
    return np.concatenate([np.stack(columns, axis=1).astype(np.float32), placed, written, kinds], axis=1)


def _measure(taken: Taken, family: str | None) -> int:
    """What a name measures: what it says, else what its value implies."""
    if taken.measure == NO_MEASURE and family in _IMPLIED:
        return MEASURES.index(_IMPLIED[family])
    return taken.measure


def _levels(query: Query, level2: str | None, level1: str | None) -> tuple[bool, bool, bool, bool]:
    """Whether the levels agree, are near, differ, or are not known."""
    theirs = _NEAR.get(level2 or "", level2)
    own = _NEAR.get(query.level2 or "", query.level2)
    if own:
        same = own == theirs
        near = not same and (query.level1 == level1 or own == "成本指标" == level1)
        return same, near, not same and not near, False
    if query.level1:
        same = query.level1 in (level1, theirs)
        return same, False, not same, False
    return False, False, False, True


def _value(found: tuple[str | None, str | None], concept: Concept) -> tuple[bool, bool, bool, bool]:
    """Whether the value's unit agrees with the concept's, differs, and whether its comparator agrees with the direction or not."""
    family, comparator = found
    known = bool(family and concept.unit_families)
    agrees = known and family in concept.unit_families
    more = {"≥": True, ">": True, "≤": False, "<": False}.get(comparator or "")
    turned = more is not None and concept.direction is not None
    return agrees, known and not agrees, turned and more == (concept.direction == "more"), turned and more != (concept.direction == "more")
