"""What a model was trained on, drawn again in small, so that it forgets nothing while it learns something new.

Of each old example is kept what the model says of it, not what is true: what it is held to is how it reads, and how sure it is
(Li & Hoiem 2016, "Learning without forgetting").
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from recognizer.learning.stages import Lesson, walked
from recognizer.model import Model, Network, Networks
from recognizer.model.text import plain
from recognizer.training import PRINTED, real_documents
from recognizer.training.examples import Sample, laid_out, printed, samples

Floats = NDArray[np.float32]
TABLES = 60  # documents drawn
SEED = 20261203  # not the one that the shipped model was trained by
MOST = 5_000  # examples kept of drawn documents for each network; of real ones all are


@dataclass(frozen=True, slots=True)
class Examples:
    """(rows, features) inputs of a network with the (rows, classes) probabilities that are to come of them."""

    inputs: Floats
    targets: Floats


@dataclass(frozen=True, slots=True)
class Replay:
    """Old examples: for each network of cells and of parts by its name; and old texts."""

    cells: Mapping[str, Examples]
    parts: Mapping[str, Examples]
    texts: Sequence[str]


def replay_for(model: Model, tables: int = TABLES, seed: int = SEED) -> Replay:
    """Examples of the shipped labelled documents and of so many drawn ones, without what was left out of the model's training.

    Takes about ten seconds for sixty tables; whoever retrains a model often keeps what this returns.
    """
    from recognizer.generation import generate
    from recognizer.generation.printing import print_generated

    config = model.card.get("config", {})
    left_out = frozenset(config.get("left_out", ()))
    held_back = frozenset((str(source), int(project)) for source, project in config.get("held_back", ()))
    excluded = left_out | {f"{source}#{project}" for source, project in held_back}
    layout_out = bool(config.get("layout_out"))
    real = samples(laid_out(real_documents(left_out)), held_back)
    pages = print_generated(tables // PRINTED, seed, excluded, layout_out, rules=None)
    drawn = samples(chain(laid_out(generate(tables, seed, excluded, layout_out)), printed(pages)))
    cells, parts = (
        _together(_examples(networks, real[kind], model, seed), _examples(networks, drawn[kind], model, seed, MOST))
        for kind, networks in enumerate((model.cells, model.parts)))
    everything = chain(*real, *drawn)
    return Replay(
        cells, parts, sorted({plain(cell.text) for sample in everything for cell in sample.whole_context.cells}))


def _together(first: Mapping[str, Examples], second: Mapping[str, Examples]) -> dict[str, Examples]:
    """The examples of both."""
    found = dict(second)
    for name, own in first.items():
        other = second.get(name)
        found[name] = own if other is None else Examples(
            np.concatenate([own.inputs, other.inputs]), np.concatenate([own.targets, other.targets]))
    return found


def _examples(
    networks: Networks, old: Sequence[Sample], model: Model, seed: int, most: int | None = None
) -> dict[str, Examples]:
    """What each network sees of the samples, at most so many examples of it, and what it says."""
    if not old:
        return {}
    kept: dict[str, Examples] = {}
    draw = np.random.default_rng(seed)

    def keep(name: str, network: Network, inputs: Floats, _labels: NDArray[np.int64]) -> Network:
        many = most is not None and len(inputs) > most
        chosen = np.sort(draw.choice(len(inputs), most, replace=False)) if many else slice(None)
        kept[name] = Examples(inputs[chosen], network.probabilities(inputs[chosen]))
        return network

    walked(networks, [Lesson(sample, model.text, model.seams) for sample in old], keep, seed)
    return kept
