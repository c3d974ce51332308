"""What a model was trained on, drawn again in small, so that it forgets nothing while it learns something new."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain

from recognizer.model import Model
from recognizer.training import PRINTED, real_documents
from recognizer.training.examples import Sample, laid_out, printed, samples

TABLES = 100  # documents drawn
SEED = 7  # not the one that the shipped model was trained by


@dataclass(frozen=True, slots=True)
class Replay:
    """Samples of documents, and of their packed cells, that a model must still read rightly after it has learned."""

    plain: tuple[Sample, ...]
    packed: tuple[Sample, ...]


def replay_for(model: Model, tables: int = TABLES, seed: int = SEED) -> Replay:
    """The shipped labelled documents and so many drawn ones, without what was left out when the model was trained.

    Drawing a hundred takes ten seconds; whoever retrains often keeps what this returns.
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
    return Replay((*real[0], *drawn[0]), (*real[1], *drawn[1]))
