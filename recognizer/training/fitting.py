"""Fitting the parts of a model on samples, from the text model up to the second look."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recognizer.context import PERIODED, features, period_features, shape
from recognizer.model import Network, TextModel
from recognizer.model.network import train_network
from recognizer.model.text import hashed, plain
from recognizer.repair.candidates import plausible
from recognizer.repair.features import boundary, pair_features
from recognizer.repair.rivals import rivals
from recognizer.training.examples import UNKNOWN, Sample
from recognizer.types import Period

Floats = NDArray[np.float32]
FOLDS = 3  # folds by which texts seen rarely are scored by models that have not seen them
RARE = 4  # samples up to which a text counts as rare
LEXICON_SEEN = 4  # samples in which a label word must occur to become part of the lexicon
LEXICON_LONGEST = 14
BLIND = 0.2  # share of training cells whose own text is hidden, so that the networks learn to go by what is around
JOINER = 64  # hidden units of a joiner
LABEL_WORDS = ("header", "level", "goal_key", "fund_key", "attribute_key", "title")


def text_class(code: str) -> str:
    """The class that a look tells: periods only of headings and keys; those of values follow from them."""
    return code if code.startswith(("header", "goal_key")) or code == UNKNOWN else code.partition("@")[0]


def fit_linear(texts: Sequence[str], targets: Sequence[str], seed: int, *, passes: int = 6) -> TextModel:
    """One-against-the-rest logistic regression on hashed n-grams; each distinct (text, target) counts once."""
    from sklearn.linear_model import SGDClassifier

    rows = sorted(set(zip(map(plain, texts), targets, strict=True)))
    matrix = hashed(text for text, _ in rows)
    names = sorted({target for _, target in rows})
    index = {name: number for number, name in enumerate(names)}
    fitted: Any = SGDClassifier(loss="log_loss", alpha=2e-6, max_iter=passes, tol=None, random_state=seed, average=True)
    fitted.fit(matrix, np.asarray([index[target] for _, target in rows]))
    weights, bias = fitted.coef_, fitted.intercept_
    if len(names) == 2:
        weights, bias = np.concatenate([-weights, weights]), np.concatenate([-bias, bias])
    return TextModel(tuple(names), weights.T.astype(np.float16), bias.astype(np.float32))


def lexicon_of(samples: Sequence[Sample]) -> frozenset[str]:
    """Label words (headings, keys, levels) that several samples share."""
    seen: Counter[str] = Counter()
    for sample in samples:
        seen.update(
            {
                plain(cell.text)
                for cell, code in zip(sample.whole_context.cells, sample.labels, strict=True)
                if code.startswith(LABEL_WORDS) and len(cell.text) <= LEXICON_LONGEST
            }
        )
    return frozenset(word for word, count in seen.items() if count >= LEXICON_SEEN and len(word) >= 2)


class Texts:
    """The text model, and for training samples the scores of texts as if rare ones had never been seen."""

    def __init__(self, samples: Sequence[Sample], seed: int) -> None:
        texts: list[str] = []
        targets: list[str] = []
        self._seen: Counter[str] = Counter()
        for sample in samples:
            self._seen.update({plain(cell.text) for cell in sample.whole_context.cells})
            for cell, code in zip(sample.whole_context.cells, sample.labels, strict=True):
                if code != UNKNOWN:
                    texts.append(plain(cell.text))
                    targets.append(text_class(code))
        lexicon = lexicon_of(samples)
        self.model = fit_linear(texts, targets, seed)
        self.model.lexicon = lexicon
        self._folds = []
        for fold in range(FOLDS):
            kept = [number for number, text in enumerate(texts) if self._fold(text) != fold]
            model = fit_linear([texts[number] for number in kept], [targets[number] for number in kept], seed + fold + 1)
            self._folds.append(_aligned(model, self.model.classes))

    def _fold(self, text: str) -> int:
        """The fold that must not have seen a text; -1 for one seen often, which any later document shows too."""
        if self._seen[text] > RARE:
            return -1
        return sum(text.encode()) % FOLDS

    def unseen(self) -> TextModel:
        """A text model for training samples: rare texts are scored by the fold that has not seen them."""
        return _Unseen(self.model.classes, self.model.weights, self.model.bias, self.model.lexicon, {}, self._folds, self._fold)


class _Unseen(TextModel):
    __slots__ = ("_fold_of", "_folds")

    def __init__(
        self,
        classes: tuple[str, ...],
        weights: NDArray[np.float16],
        bias: Floats,
        lexicon: frozenset[str],
        seen: dict[str, Floats],
        folds: list[TextModel],
        fold_of: Callable[[str], int],
    ) -> None:
        super().__init__(classes, weights, bias, lexicon, seen)
        self._folds = folds
        self._fold_of = fold_of

    def _score(self, keys: Sequence[str]) -> Floats:
        found = np.empty((len(keys), len(self.classes)), np.float32)
        folds = np.asarray([self._fold_of(key) for key in keys])
        for fold in sorted(set(folds.tolist())):
            chosen = np.flatnonzero(folds == fold)
            texts = [keys[index] for index in chosen.tolist()]
            found[chosen] = self._folds[fold]._score(texts) if fold >= 0 else super()._score(texts)
        return found


def _aligned(model: TextModel, classes: tuple[str, ...]) -> TextModel:
    """The model with the classes of another, those it never saw scored near 0."""
    weights = np.zeros((model.weights.shape[0], len(classes)), np.float16)
    bias = np.full(len(classes), -8, np.float32)
    for number, name in enumerate(model.classes):
        weights[:, classes.index(name)] = model.weights[:, number]
        bias[classes.index(name)] = model.bias[number]
    return TextModel(classes, weights, bias)


def fit_seams(samples: Sequence[Sample], seed: int) -> tuple[TextModel, list[Floats]]:
    """The boundary model, and for each sample its pairs' scores by a model that has not seen the sample."""
    halves: list[list[int]] = [list(range(start, len(samples), 2)) for start in (0, 1)]
    models = []
    for chosen in (list(range(len(samples))), *halves):
        texts, targets = [], []
        for number in chosen:
            sample = samples[number]
            cells = sample.piece_context.cells
            for (a, b), join, known in zip(sample.pairs, sample.joins, sample.known, strict=True):
                if known and (join or b - a == 1):
                    texts.append(boundary(cells[a].text, cells[b].text))
                    targets.append("join" if join else "part")
        models.append(_aligned(fit_linear(texts, targets, seed), ("join", "part")))
    scores = []
    for number, sample in enumerate(samples):
        cells = sample.piece_context.cells
        blind = models[2] if number % 2 == 0 else models[1]
        scores.append(blind.scores([boundary(cells[a].text, cells[b].text) for a, b in sample.pairs])[:, 0])
    return models[0], scores


def fit_joiners(
    samples: Sequence[Sample], seams: Sequence[Floats], text: TextModel, *, epochs: int, seed: int, most: int
) -> tuple[Network, Network]:
    """The networks that say of two pieces whether they are one cell: at first sight, and knowing what the first says of all.

    They learn from at most `most` pairs, those of as many samples as that makes, drawn at random.
    """
    inputs: list[Floats] = []
    labels: list[NDArray[np.int64]] = []
    known: list[NDArray[np.bool_]] = []
    pairs: list[NDArray[np.int64]] = []
    count = 0
    for number in np.random.default_rng(seed).permutation(len(samples)).tolist():
        sample, seam = samples[number], seams[number]
        if not len(sample.pairs):
            continue
        kept = plausible(sample.piece_context, sample.pairs, seam)
        count += int(kept.sum())
        if inputs and count > most:
            break
        pairs.append(sample.pairs[kept])
        inputs.append(pair_features(sample.piece_context, sample.pieces, pairs[-1], text, seam[kept]))
        labels.append(sample.joins[kept].astype(np.int64))
        known.append(sample.known[kept])
    features, targets, usable = np.concatenate(inputs), np.concatenate(labels), np.concatenate(known)
    inputs.clear()
    classes = ("part", "join")
    first = train_network(features[usable], targets[usable], classes, hidden=(JOINER,), epochs=epochs, seed=seed)
    glances = np.split(first.probabilities(features)[:, 1], np.cumsum([len(group) for group in pairs])[:-1])
    again = np.concatenate([rivals(group, glance) for group, glance in zip(pairs, glances, strict=True)])
    features = np.concatenate([features, again], axis=1)
    second = train_network(features[usable], targets[usable], classes, hidden=(JOINER,), epochs=epochs, seed=seed + 1)
    return first, second


def fit_looks(
    samples: Sequence[Sample], text: TextModel, *, epochs: int, seed: int, hidden: int, most: int
) -> tuple[Network, Network, Network]:
    """The networks of the first look, of the second look and of periods."""
    codes = [code for sample in samples for code in sample.labels]
    classes = tuple(sorted({text_class(code) for code in codes if code != UNKNOWN}))
    labels = _indices([text_class(code) for code in codes], classes)
    known = labels >= 0
    blind = np.random.default_rng(seed).random(len(labels)) < BLIND
    own = len(text.classes) + len(shape(""))
    scores = [text.scores([cell.text for cell in sample.whole_context.cells]) for sample in samples]
    inputs = np.concatenate(
        [features(sample.whole_context, score, score, text.classes) for sample, score in zip(samples, scores, strict=True)]
    )
    inputs[blind, :own] = 0
    first = train_network(
        *_at_most(inputs[known], labels[known], most, seed), classes, hidden=(hidden,), epochs=epochs, seed=seed
    )
    cuts = np.cumsum([len(sample.labels) for sample in samples])[:-1]
    glances = np.split(first.probabilities(inputs), cuts)
    inputs = np.concatenate(
        [
            features(sample.whole_context, np.concatenate([score, glance], axis=1), glance, classes)
            for sample, score, glance in zip(samples, scores, glances, strict=True)
        ]
    )
    inputs[blind, : own + len(classes)] = 0
    second = train_network(
        *_at_most(inputs[known], labels[known], most, seed), classes, hidden=(hidden,), epochs=epochs, seed=seed + 1
    )
    probable = np.split(second.probabilities(inputs), cuts)
    inputs = np.concatenate(
        [period_features(sample.whole_context, found, classes) for sample, found in zip(samples, probable, strict=True)]
    )
    periods = tuple(period.value for period in Period)
    timed = _indices([code.partition("@")[2] if code.partition("@")[0] in PERIODED else "" for code in codes], periods)
    third = train_network(
        *_at_most(inputs[timed >= 0], timed[timed >= 0], most, seed), periods, hidden=(hidden // 2,), epochs=epochs, seed=seed + 2
    )
    return first, second, third


def _indices(codes: Sequence[str], classes: Sequence[str]) -> NDArray[np.int64]:
    """The class number of each code, -1 for codes that are no class."""
    index = {code: number for number, code in enumerate(classes)}
    return np.asarray([index.get(code, -1) for code in codes], np.int64)


def _at_most(inputs: Floats, labels: NDArray[np.int64], most: int, seed: int) -> tuple[Floats, NDArray[np.int64]]:
    if len(inputs) <= most:
        return inputs, labels
    chosen = np.sort(np.random.default_rng(seed).choice(len(inputs), most, replace=False))
    return inputs[chosen], labels[chosen]


def fit_levels(projects: Sequence[dict[str, Any]], seed: int) -> TextModel:
    """Scores of level 2 for indicator names, from the projects' records (schema of eval/gold/README.md)."""
    texts: dict[str, set[str]] = defaultdict(set)
    for project in projects:
        for indicator in project["indicators"]:
            if indicator["name"] and indicator["level2"]:
                texts[indicator["level2"]].add(indicator["name"])
    rows = [(name, level) for level, names in sorted(texts.items()) for name in sorted(names)]
    return fit_linear([name for name, _ in rows], [level for _, level in rows], seed)
