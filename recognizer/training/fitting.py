"""Fitting the text models on samples: labels of texts, boundaries that read on, level 2 of names."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recognizer.model import TextModel
from recognizer.model.text import hashed, plain
from recognizer.repair.features import boundary
from recognizer.training.examples import UNKNOWN, Sample

Floats = NDArray[np.float32]
FOLDS = 3  # folds by which texts are scored by models that have not seen them
RARE = 4  # samples up to which a text counts as rare
LEXICON_SEEN = 4  # samples in which a label word must occur to become part of the lexicon
LEXICON_LONGEST = 14
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
    """The text model, and for training samples the scores of texts as if they, or rare ones, had never been seen."""

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
            kept = [number for number, text in enumerate(texts) if _fold(text) != fold]
            model = fit_linear([texts[number] for number in kept], [targets[number] for number in kept], seed + fold + 1)
            self._folds.append(_aligned(model, self.model.classes))

    def for_samples(self, count: int) -> list[TextModel]:
        """A text model for each of so many training samples.

        Every other sample is read as a document of a publisher like those known: texts seen in several samples are known, others
        are scored by the fold that has not seen them. The rest are read as if no text in them had ever been seen, and half the
        lexicon were missing: so do the headings of a publisher unlike all others look.
        """
        model = self.model
        like = _Unseen(
            model.classes, model.weights, model.bias, model.lexicon, self._folds,
            lambda text: -1 if self._seen[text] > RARE else _fold(text),
        )
        known = frozenset(word for word in model.lexicon if sum(word.encode()) % 2)
        unlike = _Unseen(model.classes, model.weights, model.bias, known, self._folds, _fold)
        return [unlike if number % 2 else like for number in range(count)]


def _fold(text: str) -> int:
    """The fold that has not seen a text."""
    return sum(text.encode()) % FOLDS


class _Unseen(TextModel):
    __slots__ = ("_fold_of", "_folds")

    def __init__(
        self,
        classes: tuple[str, ...],
        weights: NDArray[np.float16],
        bias: Floats,
        lexicon: frozenset[str],
        folds: list[TextModel],
        fold_of: Callable[[str], int],
    ) -> None:
        super().__init__(classes, weights, bias, lexicon)
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


def fit_levels(projects: Sequence[dict[str, Any]], seed: int) -> TextModel:
    """Scores of level 2 for indicator names, from the projects' records (schema of eval/gold/README.md)."""
    texts: dict[str, set[str]] = defaultdict(set)
    for project in projects:
        for indicator in project["indicators"]:
            if indicator["name"] and indicator["level2"]:
                texts[indicator["level2"]].add(indicator["name"])
    rows = [(name, level) for level, names in sorted(texts.items()) for name in sorted(names)]
    return fit_linear([name for name, _ in rows], [level for _, level in rows], seed)
