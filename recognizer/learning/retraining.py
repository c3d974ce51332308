"""From a model and corrections to a better model, in seconds.

A person corrects a heading once and means its column; a label of one cell and means the layout. So three things are learned, in
order: the texts (what a heading says is known wherever it stands again), what the networks make of a cell's surroundings, and
the periods. Each starts from what the model knows, is held to it, and sees old examples along with the new ones.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from recognizer.context import PERIODED, SHAPES, features, period_features
from recognizer.learning.corrections import Correction, lessons
from recognizer.learning.replay import Replay, replay_for
from recognizer.learning.texts import taught
from recognizer.learning.tuning import tuned
from recognizer.model import Model, Network, Networks, TextModel
from recognizer.training.examples import UNKNOWN, Sample
from recognizer.training.fitting import text_class
from recognizer.training.networks import BLIND
from recognizer.types import Grid

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Learning:
    """How eagerly is learned.

    `share` is what the corrected cells count of all that a network sees; `epochs`, `rate` and `pull` are those of `tuned`. A
    corrected text counts as much as `text_weight` old ones, `text_pull` holds the text model to what it was.
    """

    share: float = 0.4
    epochs: int = 4
    rate: float = 3e-4
    pull: float = 1e-4
    text_weight: float = 5.0
    text_pull: float = 0.05


USUAL = Learning()


def retrained(
    model: Model, documents: Mapping[str, Sequence[Grid]], corrections: Sequence[Correction], *, replay: Replay | None = None,
    seed: int = 1, how: Learning = USUAL,
) -> Model:
    """A model that has learned from `corrections` and reads on as before what they say nothing about. `model` is not changed.

    `documents` are the corrected ones as `lay_out_document` gives their grids, or as a run has stored them (pieces not yet
    joined), by the names that the corrections give them. Every cell that a decision reached is a correction of its own: give
    all of them, not only the one that the person looked at. `replay` are old examples (`replay_for(model)`, ten seconds; drawn
    anew when not given): pass it where several models are made of one.

    Without any correction that can be learned from, the model is returned as it is. The card, and the calibrator, which
    belongs to the model given, are kept: see `recognizer.learning.shelf` for models that are stored. The same input gives the
    same model.
    """
    plain, packed = lessons(model, documents, corrections)
    if not any(code != UNKNOWN for sample in plain for code in sample.labels):
        return model
    old = replay or replay_for(model)
    new_texts, old_texts = (_texts(group) for group in ([*plain, *packed], [*old.plain, *old.packed]))
    text = taught(model.text, new_texts, old_texts, weight=how.text_weight, pull=how.text_pull)
    cells = _looks(model.cells, (model.text, text), plain, old.plain, seed, how)
    parts = _looks(model.parts, (model.text, text), packed, old.packed, seed, how) if packed else model.parts
    return replace(model, text=text, cells=cells, parts=parts)


def _texts(samples: Sequence[Sample]) -> list[tuple[str, str]]:
    return [
        (cell.text, text_class(code))
        for sample in samples for cell, code in zip(sample.whole_context.cells, sample.labels, strict=True) if code != UNKNOWN
    ]


def _looks(
    networks: Networks, texts: tuple[TextModel, TextModel], new: Sequence[Sample], old: Sequence[Sample], seed: int, how: Learning
) -> Networks:
    """The networks of labels and periods fitted on.

    New samples are read twice: with the texts as they were before the correction, as the names and values of the next document
    will be, and as they are now, as its headings will be.
    """
    before, now = texts
    seen = [(sample, text) for sample in new for text in (before, now)] + [(sample, now) for sample in old]
    fresh = np.concatenate([np.full(len(sample.labels), number < 2 * len(new)) for number, (sample, _) in enumerate(seen)])
    codes = [code for sample, _ in seen for code in sample.labels]
    classes, periods = networks.first_look.classes, networks.periods.classes
    labels = _indices([text_class(code) for code in codes], classes)
    timed = _indices([code.partition("@")[2] if code.partition("@")[0] in PERIODED else "" for code in codes], periods)
    blind = np.random.default_rng(seed).random(len(codes)) < BLIND
    own = len(now.classes) + SHAPES
    cuts = np.cumsum([len(sample.labels) for sample, _ in seen])[:-1]

    def fitted(network: Network, inputs: Floats, targets: NDArray[np.int64], number: int) -> Network:
        known = targets >= 0
        if not (known & fresh).any():
            return network
        weights = np.where(fresh[known], how.share / (fresh & known).sum(), (1 - how.share) / max((~fresh & known).sum(), 1))
        return tuned(network, inputs[known], targets[known], weights.astype(np.float32), epochs=how.epochs, rate=how.rate,
                     pull=how.pull, seed=seed + number)

    scores = [text.scores([cell.text for cell in sample.whole_context.cells]) for sample, text in seen]
    inputs = np.concatenate(
        [features(sample.whole_context, score, score, now.classes) for (sample, _), score in zip(seen, scores, strict=True)])
    first = fitted(networks.first_look, _hidden(inputs, blind, own), labels, 0)
    glances = np.split(first.probabilities(inputs), cuts)
    inputs = np.concatenate([
        features(sample.whole_context, np.concatenate([score, glance], axis=1), glance, classes)
        for (sample, _), score, glance in zip(seen, scores, glances, strict=True)])
    second = fitted(networks.second_look, _hidden(inputs, blind, own + len(classes)), labels, 1)
    probable = np.split(second.probabilities(inputs), cuts)
    inputs = np.concatenate([
        period_features(sample.whole_context, found, classes) for (sample, _), found in zip(seen, probable, strict=True)])
    return replace(networks, first_look=first, second_look=second, periods=fitted(networks.periods, inputs, timed, 2))


def _hidden(inputs: Floats, blind: NDArray[np.bool_], own: int) -> Floats:
    """The inputs with what some cells say themselves put out of sight."""
    inputs[blind, :own] = 0
    return inputs


def _indices(codes: Sequence[str], classes: Sequence[str]) -> NDArray[np.int64]:
    """The class number of each code, -1 for codes that are no class."""
    index = {code: number for number, code in enumerate(classes)}
    return np.asarray([index.get(code, -1) for code in codes], np.int64)
