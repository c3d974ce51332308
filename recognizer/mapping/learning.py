"""Teaching the mapper: the fit, and from which probability on it answers."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from recognizer.concepts import Vocabulary
from recognizer.mapping.asking import Asked, examples, namesakes, of_general, of_labelled, seen_names
from recognizer.mapping.features import Query, pairs_of
from recognizer.mapping.index import Floats, Index, Indices
from recognizer.mapping.scorer import CLASSES, Scorer, log_odds, save_scorer
from recognizer.mapping.terms import line_of, pipeline, read_by_pipeline, tokenize
from recognizer.model.network import Network, train_network

PARTS = 5  # of the labelled names, each asked of a network that learned from the others
MOST_WRONG = 0.015  # share of labelled names whose answer may be wrong: half of what is aimed at, for others are less alike
LABELLED_ROUNDS = 24  # times each labelled name is asked for, with more or less of its place known
EXAMPLE_ROUNDS = 3  # the same of examples, of which there are many more
HIDDEN = (64,)
EPOCHS = 6  # more of them learn the vocabulary by heart


@dataclass(frozen=True, slots=True)
class Lessons:
    """Pairs of asked names and concepts: their features, whether they belong together, and which name each is of."""

    features: Floats
    truth: Indices
    asked: Indices


def lessons(index: Index, asked: Sequence[Asked]) -> Lessons:
    """The candidates of each asked name, right and wrong ones."""
    pairs, _ = pairs_of(index, [one.query for one in asked], [one.hidden for one in asked])
    truth = np.array([index.concepts[concept].id == asked[query].concept
                      for query, concept in zip(pairs.query.tolist(), pairs.concept.tolist(), strict=True)], np.int64)
    return Lessons(pairs.features, truth, pairs.query)


def learn_names(vocabulary: Vocabulary, out: Path, seed: int = 1) -> Path:
    """Learns from the vocabulary, the examples and the labelled names that training may see; stores the scorer in `out`.

    Each part of the labelled names is asked of a network that saw none of it: from that it is known how often the best
    pair is right, and from which probability on few enough answers are wrong. Returns the scorer's path.
    """
    _hold_together(vocabulary)
    index = Index(vocabulary)
    labelled, published = ([(query, concept) for query, concept in names if concept is None or vocabulary.get(concept)]
                           for names in (seen_names(), examples()))
    general = lessons(index, [*of_general(index, seed), *of_labelled(index, published, EXAMPLE_ROUNDS, seed)])
    own = lessons(index, of_labelled(index, labelled, LABELLED_ROUNDS, seed))
    order = list(range(len(labelled)))
    random.Random(seed).shuffle(order)
    networks: list[Network] = []
    evidence: list[tuple[str | None, float, float, str | None]] = []
    for part in range(PARTS):
        asked = order[part::PARTS]
        learned = ~np.isin(own.asked // LABELLED_ROUNDS, asked)
        networks.append(train_network(
            np.concatenate([general.features, own.features[learned]]), np.concatenate([general.truth, own.truth[learned]]),
            CLASSES, hidden=HIDDEN, epochs=EPOCHS, seed=seed + part))
        found = candidates(index, networks[-1], [labelled[number][0] for number in asked])
        evidence += [(*best_two(scores), labelled[number][1]) for number, scores in zip(asked, found, strict=True)]
    scorer = calibrated(networks, evidence)
    scorer.card = {
        "name": "names", "made_by": "recognizer vocabulary learn", "seed": seed, "concepts": len(index.concepts),
        "wordings": len(index.wordings), "labelled": len(labelled), "examples": len(published), "threshold": scorer.threshold,
        "features": f"{networks[0].weights[0].shape[0]} features of a pair of a name and a concept",
        "confidence": "logistic over the two best pairs, on labelled names that the network had not seen"}
    return save_scorer(scorer, out)


def candidates(index: Index, network: Network, queries: Sequence[Query]) -> list[dict[str, float]]:
    """Of each query its candidates' ids and how likely each is, the wordings that are its very words hidden."""
    pairs, _ = pairs_of(index, queries, [namesakes(index, query.name) for query in queries])
    likely = network.probabilities(pairs.features)[:, 1]
    found: list[dict[str, float]] = [{} for _ in queries]
    for query, concept, one in zip(pairs.query.tolist(), pairs.concept.tolist(), likely.tolist(), strict=True):
        found[query][index.concepts[concept].id] = one
    return found


def best_two(found: Mapping[str, float]) -> tuple[str | None, float, float]:
    """The likeliest concept, how likely it is, and the second one."""
    ranked = sorted(found.items(), key=lambda pair: -pair[1])
    return (ranked[0][0] if ranked else None, ranked[0][1] if ranked else 0.0, ranked[1][1] if len(ranked) > 1 else 0.0)


def calibrated(networks: Sequence[Network], evidence: Sequence[tuple[str | None, float, float, str | None]]) -> Scorer:
    """The scorer whose confidence fits the evidence of names not seen: (best concept, how likely, the second, the truth)."""
    from sklearn.linear_model import LogisticRegression

    odds = np.array([(log_odds(best), log_odds(second)) for _, best, second, _ in evidence])
    right = np.array([concept is not None and concept == true for concept, _, _, true in evidence])
    fitted = LogisticRegression(C=10).fit(odds, right)
    scorer = Scorer(tuple(networks), (float(fitted.coef_[0][0]), float(fitted.coef_[0][1])), float(fitted.intercept_[0]))
    sure = sorted(((scorer.confidence(best, second), bool(is_right)) for (_, best, second, _), is_right in
                   zip(evidence, right.tolist(), strict=True)), reverse=True)
    wrong = 0
    scorer.threshold = 1.0
    for confidence, is_right in sure:
        wrong += not is_right
        if wrong > MOST_WRONG * len(sure):
            break
        scorer.threshold = round(confidence, 4)
    return scorer


def _hold_together(vocabulary: Vocabulary) -> None:
    """Raises ValueError where the spaCy pipeline reads a name of the vocabulary otherwise than the table that stands for it."""
    language = pipeline()
    for concept in vocabulary.concepts:
        for wording in concept.wordings:
            line = line_of(wording.text)
            if read_by_pipeline(language, line) != tokenize(line):
                raise ValueError(f"{wording.text}: the pipeline and its table read it differently")
