"""From a model and corrections to a better model, in seconds.

A person corrects a heading once and means its column; a label of one cell and means the layout. So everything that has a say is
learned, in the order in which it is asked: the texts and boundaries (what a heading says is known wherever it stands again),
which pieces are one cell, what a cell is by what is around it, and its period. Each starts from what the model knows, is held
to it, and sees old examples along with the new ones.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from recognizer.learning.corrections import Correction, lessons
from recognizer.learning.replay import Examples, Replay, replay_for
from recognizer.learning.stages import Lesson, walked
from recognizer.learning.texts import taught
from recognizer.learning.tuning import tuned
from recognizer.model import Model, Network, Networks, TextModel
from recognizer.model.text import plain
from recognizer.training.examples import UNKNOWN, Sample
from recognizer.training.fitting import LABEL_WORDS, LEXICON_LONGEST, text_class
from recognizer.types import Grid

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Learning:
    """How eagerly is learned.

    A corrected cell that the model read wrongly, or rightly but less surely than `sure`, counts as much as `weight` old ones,
    all of them together no more than `share` of all that a network sees; one that it was sure of is held, and counts as much as
    `accepted` old ones. `doubt` is what a corrected label leaves for all others; `epochs`, `rate` and `pull` are those of
    `tuned`. A corrected heading counts as much as `text_weight` old texts, `text_pull` holds the text model to what it was.
    """

    weight: float = 30.0
    share: float = 0.4
    accepted: float = 3.0
    sure: float = 0.8
    doubt: float = 0.02
    epochs: int = 10
    rate: float = 1e-3
    pull: float = 1e-4
    text_weight: float = 1.0
    text_pull: float = 1.0


USUAL = Learning()
GENTLE = Learning(rate=4e-4, accepted=10.0)  # for when something known was lost


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
    belongs to the model given, are kept: see `recognizer.shelf` for models that are stored. The same input gives the
    same model.
    """
    whole, packed = lessons(model, documents, corrections)
    if not any(code != UNKNOWN for sample in whole for code in sample.labels):
        return model
    old = replay or replay_for(model)
    misread = _misread_labels(model, [*whole, *packed])
    text = taught(model.text, misread, old.texts, weight=how.text_weight, pull=how.text_pull)
    text = replace(text, lexicon=text.lexicon | {plain(word) for word, _ in misread if len(plain(word)) >= 2})
    cells = _tuned(model.cells, whole, (model, text), old.cells, seed, how)
    parts = _tuned(model.parts, packed, (model, text), old.parts, seed, how) if packed else model.parts
    return replace(model, text=text, cells=cells, parts=parts)


def _misread_labels(model: Model, samples: Sequence[Sample]) -> list[tuple[str, str]]:
    """The corrected headings, keys and levels that their text alone does not tell, with what they are.

    Only these mean the same wherever they stand; what a name or a value is, is told by what is around it.
    """
    labels = [
        (cell.text, text_class(code))
        for sample in samples for cell, code in zip(sample.whole_context.cells, sample.labels, strict=True)
        if code.startswith(LABEL_WORDS) and len(plain(cell.text)) <= LEXICON_LONGEST
    ]
    said = model.text.scores([text for text, _ in labels]).argmax(axis=1)
    return [entry for entry, found in zip(labels, said.tolist(), strict=True) if model.text.classes[found] != entry[1]]


def _tuned(
    networks: Networks, new: Sequence[Sample], read: tuple[Model, TextModel], old: Mapping[str, Examples], seed: int,
    how: Learning,
) -> Networks:
    """The networks fitted on, one after the other.

    New samples are read twice: with the texts as they were before the correction, as the names and values of the next document
    will be, and as they are now, as its headings will be.
    """
    model, text = read

    def fitted(name: str, network: Network, inputs: Floats, labels: NDArray[np.int64]) -> Network:
        known = np.flatnonzero(labels >= 0)
        targets = network.probabilities(inputs[known])
        unsure = targets[np.arange(len(known)), labels[known]] < how.sure
        if not unsure.any():
            return network
        before = old.get(name) or Examples(inputs[:0], targets[:0])
        most = how.share * len(before.inputs) / unsure.sum() if len(before.inputs) else how.weight
        weights = np.where(unsure, min(how.weight, most), how.accepted)
        targets[unsure] = how.doubt / (len(network.classes) - 1)
        targets[unsure, labels[known[unsure]]] = 1 - how.doubt
        weights = np.concatenate([weights, np.ones(len(before.inputs))]).astype(np.float32)
        return tuned(network, np.concatenate([inputs[known], before.inputs]), np.concatenate([targets, before.targets]), weights,
                     epochs=how.epochs, rate=how.rate, pull=how.pull, seed=seed)

    return walked(networks, [Lesson(sample, each, model.seams) for sample in new for each in (model.text, text)], fitted, seed)
