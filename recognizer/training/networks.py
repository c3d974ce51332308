"""Fitting the networks on samples: the look at pieces, the joiners, the looks at whole cells, the periods."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from recognizer.context import PERIODED, SHAPES, Context, features, period_features
from recognizer.model import Network, Networks, TextModel
from recognizer.model.network import train_network
from recognizer.repair.candidates import plausible
from recognizer.repair.features import glance_at, pair_features
from recognizer.repair.rivals import seen_again
from recognizer.training.beside import beside
from recognizer.training.examples import UNKNOWN, Sample
from recognizer.training.fitting import Floats, text_class
from recognizer.types import Period

TextModels = Sequence[TextModel]  # one for each sample
BLIND = 0.2  # share of training cells whose own text is hidden, so that the networks learn to go by what is around
JOINER = 64  # hidden units of a joiner


def fit_networks(
    samples: Sequence[Sample], seams: Sequence[Floats], texts: TextModels, *, epochs: int, seed: int, hidden: int, most: int
) -> Networks:
    """The networks for samples, whose pairs have the boundary scores `seams`, on at most `most` cells, or pairs, each; `texts`
    has a text model for each sample.

    Joining and labelling are learned side by side; neither needs the other.
    """

    def joining() -> tuple[Network, Network, Network]:
        look = _fit_piece_look(samples, texts, epochs=epochs, seed=seed, hidden=hidden // 2, most=most)
        return look, *_fit_joiners(samples, seams, texts, look, epochs=epochs, seed=seed, most=most)

    joined = beside(joining)
    looks = _fit_looks(samples, texts, epochs=epochs, seed=seed, hidden=hidden, most=most)
    return Networks(*joined(), *looks)


def _fit_piece_look(samples: Sequence[Sample], texts: TextModels, *, epochs: int, seed: int, hidden: int, most: int) -> Network:
    """The network that says of a piece what it is part of, before any join."""
    inputs: list[Floats] = []
    codes: list[str] = []
    for number in np.random.default_rng(seed).permutation(len(samples)).tolist():
        sample, text = samples[number], texts[number]
        if inputs and len(codes) + len(sample.piece_labels) > most:
            break
        scores = text.scores([cell.text for cell in sample.piece_context.cells])
        inputs.append(features(sample.piece_context, scores, scores, text.classes))
        codes += [text_class(code) for code in sample.piece_labels]
    classes = tuple(sorted(set(codes) - {UNKNOWN}))
    labels = _indices(codes, classes)
    stacked = np.concatenate(inputs)
    return train_network(stacked[labels >= 0], labels[labels >= 0], classes, hidden=(hidden,), epochs=epochs, seed=seed)


def _fit_joiners(
    samples: Sequence[Sample], seams: Sequence[Floats], texts: TextModels, look: Network, *, epochs: int, seed: int, most: int
) -> tuple[Network, Network]:
    """The networks that say of two pieces whether they are one cell: at first sight, and knowing what the first says of all.

    They learn from at most `most` pairs, those of as many samples as that makes, drawn at random.
    """
    inputs: list[Floats] = []
    labels: list[NDArray[np.int64]] = []
    known: list[NDArray[np.bool_]] = []
    pairs: list[NDArray[np.int64]] = []
    seen: list[tuple[Context, Floats]] = []
    count = 0
    for number in np.random.default_rng(seed).permutation(len(samples)).tolist():
        sample, seam, text = samples[number], seams[number], texts[number]
        if not len(sample.pairs):
            continue
        kept = plausible(sample.piece_context, sample.pairs, seam)
        count += int(kept.sum())
        if inputs and count > most:
            break
        pairs.append(sample.pairs[kept])
        glance = glance_at(sample.piece_context, text, look)
        inputs.append(pair_features(sample.piece_context, sample.pieces, pairs[-1], text, glance, seam[kept]))
        seen.append((sample.piece_context, glance))
        labels.append(sample.joins[kept].astype(np.int64))
        known.append(sample.known[kept])
    stacked, targets, usable = np.concatenate(inputs), np.concatenate(labels), np.concatenate(known)
    inputs.clear()
    classes = ("part", "join")
    first = train_network(stacked[usable], targets[usable], classes, hidden=(JOINER,), epochs=epochs, seed=seed)
    glances = np.split(first.probabilities(stacked)[:, 1], np.cumsum([len(group) for group in pairs])[:-1])
    again = np.concatenate(
        [
            seen_again(context, roles, group, glance)
            for (context, roles), group, glance in zip(seen, pairs, glances, strict=True)
        ]
    )
    stacked = np.concatenate([stacked, again], axis=1)
    second = train_network(stacked[usable], targets[usable], classes, hidden=(JOINER,), epochs=epochs, seed=seed + 1)
    return first, second


def _fit_looks(
    samples: Sequence[Sample], texts: TextModels, *, epochs: int, seed: int, hidden: int, most: int
) -> tuple[Network, Network, Network]:
    """The networks of the first look, of the second look and of periods."""
    codes = [code for sample in samples for code in sample.labels]
    classes = tuple(sorted({text_class(code) for code in codes if code != UNKNOWN}))
    labels = _indices([text_class(code) for code in codes], classes)
    known = labels >= 0
    blind = np.random.default_rng(seed).random(len(labels)) < BLIND
    text_classes = texts[0].classes
    own = len(text_classes) + SHAPES
    scores = [
        text.scores([cell.text for cell in sample.whole_context.cells]) for sample, text in zip(samples, texts, strict=True)
    ]
    inputs = np.concatenate(
        [features(sample.whole_context, score, score, text_classes) for sample, score in zip(samples, scores, strict=True)]
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
