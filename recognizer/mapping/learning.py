"""Teaching the mapper: the fit, and from which probability on it answers."""

from __future__ import annotations

import random
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from recognizer.concepts import Source, Vocabulary
from recognizer.mapping.asking import Asked, examples, namesakes, of_general, of_labelled, seen_names
from recognizer.mapping.associations import Associations, learn_associations
from recognizer.mapping.features import Printed, Query, pairs_of, read
from recognizer.mapping.index import Floats, Index, Indices, take_apart
from recognizer.mapping.scorer import CLASSES, Scorer, evidence, save_scorer
from recognizer.mapping.terms import line_of, pipeline, read_by_pipeline, tokenize
from recognizer.model.network import Network, train_network

PARTS = 3  # of all names, each asked of what was learned from the others
NETWORKS = 3  # the last of them learn from all names; fewer are faster
MOST_WRONG = 0.02  # share of gold names not learned from whose answer may be wrong: names of other cities are harder
LABELLED_ROUNDS = 8  # times each labelled name is asked for, with more or less of its place known
EXAMPLE_ROUNDS = 2  # the same of examples, of which there are many more
UNTOLD = 0.12  # share of names whose pieces say nothing, as of concepts that are new
HIDDEN = (64,)
EPOCHS = 8  # more of them learn the vocabulary by heart


@dataclass(frozen=True, slots=True)
class Lessons:
    """Pairs of asked names and concepts: their features, whether they belong together, and the part that each name is of."""

    features: Floats
    truth: Indices
    part: Indices


def learn_names(vocabulary: Vocabulary, out: Path, seed: int = 1) -> Path:
    """Learns from the vocabulary, the examples and the labelled names that training may see; stores the scorer in `out`.

    Each part of the names is asked of what learned from none of it, what their pieces say and which pairs belong together:
    from that it is known how often the best pair is right, and from which probability on few enough answers are wrong.
    Returns the scorer's path.
    """
    _hold_together(vocabulary)
    index = Index(vocabulary)
    labelled, published = ([(query, concept) for query, concept in names if concept is None or vocabulary.get(concept)]
                           for names in (seen_names(), examples()))
    asked = [*of_general(index, seed), *of_labelled(index, published, EXAMPLE_ROUNDS, seed),
             *of_labelled(index, labelled, LABELLED_ROUNDS, seed)]
    names = read([one.query for one in asked])
    part = np.array([_part_of(one.source) for one in asked])
    told = [_associated(asked, names, np.flatnonzero(part != number), seed) for number in range(PARTS)]
    said = np.concatenate([told[number].said(index, [names[place] for place in np.flatnonzero(part == number)])
                           for number in range(PARTS)])[np.argsort(np.argsort(part, kind="stable"), kind="stable")]
    _untell(index, asked, said, seed)
    learned = lessons(index, asked, names, said, part)
    real = [*labelled, *((query, concept) for query, concept in examples(Source.GOLD) if (query, concept) in published)]
    found: list[Evidence] = []
    for number in range(PARTS):
        known = learned.part != number
        network = _network(learned.features[known], learned.truth[known], seed + number)
        of_part = [pair for pair in real if _part_of(take_apart(pair[0].name).bare) == number]
        found += _evidence(index, told[number], network, of_part)
    everything = _associated(asked, names, np.arange(len(asked)), seed)
    networks = [_network(learned.features, learned.truth, seed + PARTS + number) for number in range(NETWORKS)]
    scorer = calibrated(Scorer(everything, tuple(networks)), found)
    scorer.card = {
        "name": "names", "made_by": "recognizer vocabulary learn", "seed": seed, "concepts": len(index.concepts),
        "wordings": len(index.wordings), "labelled": len(labelled), "examples": len(published), "threshold": scorer.threshold,
        "pieces": len(everything.pieces),
        "features": f"{networks[0].weights[0].shape[0]} features of a pair of a name and a concept",
        "confidence": "logistic over the two best pairs and the pieces, on gold names that neither had seen",
        "gold_names_not_learned_from": _figures(scorer, found)}
    return save_scorer(scorer, out)


def lessons(index: Index, asked: Sequence[Asked], names: Sequence[Printed], said: Floats, part: Indices) -> Lessons:
    """The candidates of each asked name, right and wrong ones."""
    pairs = pairs_of(index, names, said, [one.hidden for one in asked])
    truth = np.array([index.concepts[concept].id == asked[query].concept
                      for query, concept in zip(pairs.query.tolist(), pairs.concept.tolist(), strict=True)], np.int64)
    return Lessons(pairs.features, truth, part[pairs.query])


def _part_of(source: str) -> int:
    return zlib.crc32(source.encode()) % PARTS


def _absent(one: Asked) -> bool:
    """Whether a name is asked for as if its concept were not in the vocabulary."""
    return one.concept is None and bool(one.hidden)


def _associated(asked: Sequence[Asked], names: Sequence[Printed], places: Indices, seed: int) -> Associations:
    chosen = [place for place in places.tolist() if not _absent(asked[place])]
    return learn_associations([names[place] for place in chosen], [asked[place].concept for place in chosen],
                              [asked[place].source for place in chosen], seed)


def _untell(index: Index, asked: Sequence[Asked], said: Floats, seed: int) -> None:
    """Makes unknown what pieces say of concepts that are taken out of the vocabulary, and of some names altogether."""
    chance = random.Random(seed)
    for number, one in enumerate(asked):
        if chance.random() < UNTOLD:
            said[number] = np.nan
        elif _absent(one):
            said[number, index.concept_of[min(one.hidden)]] = np.nan


def _network(features: Floats, truth: Indices, seed: int) -> Network:
    return train_network(features, truth, CLASSES, hidden=HIDDEN, epochs=EPOCHS, seed=seed)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was found for a name not learned from: the best concept, how likely it and the second are, how far the pieces
    speak for it, and the truth."""

    concept: str | None
    best: float
    second: float
    lead: float
    truth: str | None


def _evidence(
    index: Index, told: Associations, network: Network, asked: Sequence[tuple[Query, str | None]]
) -> list[Evidence]:
    """What is found for names, the wordings that are their very words hidden."""
    names = read([query for query, _ in asked])
    pairs = pairs_of(index, names, told.said(index, names), [namesakes(index, query.name) for query, _ in asked])
    likely = network.probabilities(pairs.features)[:, 1]
    found = []
    for number, (_, truth) in enumerate(asked):
        own = np.flatnonzero(pairs.query == number)
        ranked = own[np.argsort(-likely[own])]
        first, second = (float(likely[ranked[place]]) if len(ranked) > place else 0.0 for place in (0, 1))
        found.append(Evidence(index.concepts[pairs.concept[ranked[0]]].id if len(ranked) else None, first, second,
                              float(pairs.lead[ranked[0]]) if len(ranked) else 0.0, truth))
    return found


def calibrated(scorer: Scorer, found: Sequence[Evidence]) -> Scorer:
    """The scorer with a confidence that fits the evidence of names not seen, and a threshold."""
    from sklearn.linear_model import LogisticRegression

    inputs = np.array([evidence(one.best, one.second, one.lead) for one in found])
    right = np.array([one.concept is not None and one.concept == one.truth for one in found])
    fitted = LogisticRegression(C=10).fit(inputs, right)
    first, second, lead = map(float, fitted.coef_[0])
    scorer = replace(scorer, weights=(first, second, lead), bias=float(fitted.intercept_[0]))
    sure = sorted(((_confidence(scorer, one), bool(is_right)) for one, is_right in zip(found, right, strict=True)), reverse=True)
    wrong = 0
    scorer.threshold = 1.0
    for confidence, is_right in sure:
        wrong += not is_right
        if wrong > MOST_WRONG * len(sure):
            break
        scorer.threshold = round(confidence, 4)
    return scorer


def _confidence(scorer: Scorer, one: Evidence) -> float:
    return scorer.confidence(one.best, one.second, one.lead)


def _figures(scorer: Scorer, found: Sequence[Evidence]) -> dict[str, float]:
    """The shares of the labelled names mapped right and wrongly by what learned from none of them."""
    answers = [one.concept if _confidence(scorer, one) >= scorer.threshold else None for one in found]
    pairs = list(zip(answers, (one.truth for one in found), strict=True))
    return {"right": round(sum(said == truth for said, truth in pairs) / len(pairs), 4),
            "wrong": round(sum(said is not None and said != truth for said, truth in pairs) / len(pairs), 4)}


def _hold_together(vocabulary: Vocabulary) -> None:
    """Raises ValueError where the spaCy pipeline reads a name of the vocabulary otherwise than the table that stands for it."""
    language = pipeline()
    for concept in vocabulary.concepts:
        for wording in concept.wordings:
            line = line_of(wording.text)
            if read_by_pipeline(language, line) != tokenize(line):
                raise ValueError(f"{wording.text}: the pipeline and its table read it differently")
