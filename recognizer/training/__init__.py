"""Training: from labelled documents and the generator to a model."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from itertools import chain
from pathlib import Path
from typing import Any

from recognizer.model import Model
from recognizer.resources import gold_folder, training_folder
from recognizer.training.examples import laid_out, printed, samples
from recognizer.training.fitting import Texts, fit_levels, fit_linear, fit_seams
from recognizer.training.networks import fit_networks
from recognizer.truth import LabelledDocument, load_truth

PRINTED = 5  # documents of text for each that is printed as PDF
REPEAT = 200  # generated documents for each time that a real one counts
__all__ = ["TrainingConfig", "fit_linear", "real_documents", "train"]


@dataclass(frozen=True, slots=True)
class TrainingConfig:
    """What to train on: `tables` generated documents by `seed`, and the real ones but those of `left_out` sources.

    With `layout_out` the generator also leaves out what only left-out sources show of layout; `held_back` names
    (source, project index) pairs whose cells and texts are not learned from.
    """

    tables: int = 1000
    seed: int = 1
    left_out: frozenset[str] = frozenset()
    layout_out: bool = False
    held_back: frozenset[tuple[str, int]] = frozenset()
    epochs: int = 10
    hidden: int = 160
    most: int = 1_200_000


def real_documents(left_out: frozenset[str] = frozenset()) -> Iterator[LabelledDocument]:
    """The labelled real documents but those of `left_out` sources."""
    for path in sorted((training_folder() / "labelled").glob("*.jsonl")):
        gold = gold_folder() / f"{path.stem}.json"
        if path.stem in left_out or not gold.is_file():
            continue
        records = json.loads(gold.read_text("utf-8"))
        source = _document_path(records["source"])
        yield LabelledDocument(path.stem, source.read_text("utf-8"), load_truth(path), records, source=path.stem)


def _document_path(name: str) -> Path:
    return gold_folder().parent / "documents" / name


def train(config: TrainingConfig, *, progress: Callable[[str], None] = lambda message: None) -> Model:
    """A model trained by `config`. The same configuration, code and data give the same predictions."""
    from recognizer.generation import generate
    from recognizer.generation.printing import print_generated

    excluded = config.left_out | {f"{source}#{project}" for source, project in config.held_back}
    progress("drawing documents")
    real = list(real_documents(config.left_out))
    drawn = list(generate(config.tables, config.seed, frozenset(excluded), config.layout_out))
    pages = print_generated(config.tables // PRINTED, config.seed, frozenset(excluded), config.layout_out, rules=None)
    progress("laying them out")
    real_samples = samples(laid_out(real), config.held_back)
    drawn_samples = samples(chain(laid_out(drawn), printed(pages)))
    repeats = max(round(config.tables / REPEAT), 1)
    plain, packed = (real_samples[kind] * repeats + drawn_samples[kind] for kind in (0, 1))
    progress("learning texts")
    texts = Texts(list(chain(plain, packed)), config.seed)
    if not packed:  # a layout may be left out altogether; parts of packed cells are then read as pieces of lines are
        packed = plain[-1:]
    progress("learning boundaries")
    seams, seam_scores = fit_seams(plain + packed, config.seed)
    progress("learning joins and labels")
    options = {"epochs": config.epochs, "seed": config.seed}
    first, later = seam_scores[: len(plain)], seam_scores[len(plain) :]
    known = texts.for_samples(max(len(plain), len(packed)))
    cells = fit_networks(plain, first, known[: len(plain)], hidden=config.hidden, most=config.most, **options)
    parts = fit_networks(packed, later, known[: len(packed)], hidden=config.hidden // 2, most=config.most // 2, **options)
    levels = fit_levels(_learnable(chain(real, drawn), config.held_back), config.seed)
    card = {"config": {key: sorted(value) if isinstance(value, frozenset) else value for key, value in asdict(config).items()}}
    return Model(texts.model, seams, levels, cells, parts, card)


def _learnable(documents: Iterable[LabelledDocument], held_back: frozenset[tuple[str, int]]) -> list[dict[str, Any]]:
    """The projects' records that may be learned from."""
    return [
        project
        for document in documents
        for number, project in enumerate(document.records["projects"])
        if (document.source, number) not in held_back
    ]
