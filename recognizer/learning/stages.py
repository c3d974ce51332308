"""The networks of a model one after the other, as each sees samples: the same walk for old examples and for new ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

from recognizer.context import PERIODED, SHAPES, features, period_features
from recognizer.model import Network, Networks, TextModel
from recognizer.repair.candidates import plausible
from recognizer.repair.features import boundary, glance_at, pair_features
from recognizer.repair.rivals import seen_again
from recognizer.training.examples import Sample
from recognizer.training.fitting import text_class
from recognizer.training.networks import BLIND

Floats = NDArray[np.float32]
Indices = NDArray[np.int64]
# Takes the name of a network, the network, (rows, features) inputs and class indices (-1: unknown); gives the one to go on with.
Stage = Callable[[str, Network, Floats, Indices], Network]
STAGES = tuple(part.name for part in fields(Networks))


@dataclass(frozen=True, slots=True)
class Lesson:
    """A sample, and the models of texts and of boundaries that it is read by."""

    sample: Sample
    text: TextModel
    seams: TextModel


def walked(networks: Networks, lessons: Sequence[Lesson], stage: Stage, seed: int) -> Networks:
    """The networks as `stage` gives them back, each asked with what those before it say of the lessons.

    What some cells say themselves is put out of sight, as in training, so that a network goes by what is around them.
    """
    draw = np.random.default_rng(seed)
    return _labelling(_joining(networks, lessons, stage), lessons, stage, draw)


def _joining(networks: Networks, lessons: Sequence[Lesson], stage: Stage) -> Networks:
    """The look at pieces and the two joiners."""
    scores = [lesson.text.scores([cell.text for cell in lesson.sample.piece_context.cells]) for lesson in lessons]
    inputs = [
        features(lesson.sample.piece_context, score, score, lesson.text.classes)
        for lesson, score in zip(lessons, scores, strict=True)
    ]
    codes = [text_class(code) for lesson in lessons for code in lesson.sample.piece_labels]
    look = stage("piece_look", networks.piece_look, np.concatenate(inputs), _indices(codes, networks.piece_look.classes))
    pairs, seen, views, labels = [], [], [], []
    for lesson in lessons:
        sample, cells = lesson.sample, lesson.sample.piece_context.cells
        if not len(sample.pairs):
            continue
        seams = lesson.seams.scores([boundary(cells[a].text, cells[b].text) for a, b in sample.pairs])[:, 0]
        kept = plausible(sample.piece_context, sample.pairs, seams)
        if not kept.any():
            continue
        roles = glance_at(sample.piece_context, lesson.text, look)
        pairs.append(sample.pairs[kept])
        seen.append((sample.piece_context, roles))
        views.append(pair_features(sample.piece_context, sample.pieces, pairs[-1], lesson.text, roles, seams[kept]))
        join = networks.joiner.classes.index("join")
        labels.append(np.where(sample.known[kept], np.where(sample.joins[kept], join, 1 - join), -1).astype(np.int64))
    if not pairs:
        return replace(networks, piece_look=look)
    stacked, targets = np.concatenate(views), np.concatenate(labels)
    joiner = stage("joiner", networks.joiner, stacked, targets)
    cuts = np.cumsum([len(group) for group in pairs])[:-1]
    probable = np.split(joiner.probabilities(stacked)[:, joiner.classes.index("join")], cuts)
    again = [
        seen_again(context, roles, group, glance)
        for (context, roles), group, glance in zip(seen, pairs, probable, strict=True)
    ]
    width = networks.second_joiner.weights[0].shape[0]
    stacked = np.concatenate([stacked, np.concatenate(again)], axis=1)[:, :width]
    return replace(networks, piece_look=look, joiner=joiner,
                   second_joiner=stage("second_joiner", networks.second_joiner, stacked, targets))


def _labelling(networks: Networks, lessons: Sequence[Lesson], stage: Stage, draw: np.random.Generator) -> Networks:
    """The two looks at whole cells and the periods."""
    contexts = [lesson.sample.whole_context for lesson in lessons]
    codes = [code for lesson in lessons for code in lesson.sample.labels]
    classes = networks.first_look.classes
    labels = _indices([text_class(code) for code in codes], classes)
    blind = draw.random(len(codes)) < BLIND
    own = len(lessons[0].text.classes) + SHAPES
    cuts = np.cumsum([len(lesson.sample.labels) for lesson in lessons])[:-1]
    scores = [
        lesson.text.scores([cell.text for cell in context.cells]) for lesson, context in zip(lessons, contexts, strict=True)
    ]
    inputs = np.concatenate([
        features(context, score, score, lesson.text.classes)
        for lesson, context, score in zip(lessons, contexts, scores, strict=True)])
    inputs[blind, :own] = 0
    first = stage("first_look", networks.first_look, inputs, labels)
    glances = np.split(first.probabilities(inputs), cuts)
    inputs = np.concatenate([
        features(context, np.concatenate([score, glance], axis=1), glance, classes)
        for context, score, glance in zip(contexts, scores, glances, strict=True)])
    inputs[blind, : own + len(classes)] = 0
    second = stage("second_look", networks.second_look, inputs, labels)
    probable = np.split(second.probabilities(inputs), cuts)
    inputs = np.concatenate([
        period_features(context, found, classes) for context, found in zip(contexts, probable, strict=True)])
    timed = [code.partition("@")[2] if code.partition("@")[0] in PERIODED else "" for code in codes]
    periods = stage("periods", networks.periods, inputs, _indices(timed, networks.periods.classes))
    return replace(networks, first_look=first, second_look=second, periods=periods)


def _indices(codes: Sequence[str], classes: Sequence[str]) -> Indices:
    """The class number of each code, -1 for codes that are no class."""
    index = {code: number for number, code in enumerate(classes)}
    return np.asarray([index.get(code, -1) for code in codes], np.int64)
