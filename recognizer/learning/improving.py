"""The whole of retraining: from corrections to a model on the shelf, which is taken only if it is better and loses nothing."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from recognizer.errors import UsageError
from recognizer.language import either
from recognizer.learning.decided import Decided, decided_in
from recognizer.learning.judging import Judgement, cross_validated, gold_facts_lost, readings
from recognizer.learning.portable import load_portable, save_portable
from recognizer.learning.replay import TABLES, replay_for
from recognizer.learning.retraining import GENTLE, USUAL, retrained
from recognizer.model import Model, load_model, save_model, shipped_model
from recognizer.shelf import SHIPPED, in_use, new_version, shelf, use

LEARNED = "corrections.jsonl"  # beside a model: everything that it was corrected by
Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Improvement:
    """What came of a retraining: the new version, the one it is compared with, what speaks for and against it, and whether it was
    taken. `names` are those that people gave a concept."""

    version: str
    parent: str
    judgement: Judgement
    taken: bool
    documents: int
    cells: int
    unplaced: int
    seconds: float
    names: tuple[tuple[str, str], ...]


def improve(
    sources: Sequence[Path], *, place: Path | None = None, accept_losses: bool = False, portable: Path | None = None,
    tables: int = TABLES, tell: Tell = lambda message: None,
) -> Improvement:
    """Makes a new version of the shipped model from the corrections of runs (folders) and portable files, and of those that the
    model in use has learned before. It is put to use if it loses no gold fact, or `accept_losses`, and reads corrected cells
    better that it was not shown. `portable` is a file to write the new corrections to, `tables` how many documents are drawn to
    be seen again.

    Raises UsageError where nothing can be learned from, QueueError, ModelError.
    """
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

    with threadpool_limits(limits=1):  # the matrices are small: more threads wait for each other
        return _improve(sources, place or shelf(), accept_losses, portable, tables, tell)


def _improve(
    sources: Sequence[Path], folder: Path, accept_losses: bool, portable: Path | None, tables: int, tell: Tell
) -> Improvement:
    start = time.perf_counter()
    base, parent = shipped_model(), in_use(folder)
    old = base if parent == SHIPPED else load_model(folder / parent)
    known, new = _earlier(folder / parent / LEARNED, parent), Decided()
    tell(either("reading corrections", "读取更正"))
    for source in sources:
        new.add(decided_in(source, old) if source.is_dir() else load_portable(source))
    if not new.corrections:
        why = either("no decision speaks of a cell that was stored", "没有一条决定对应到已存的单元格")
        raise UsageError(why, path=sources[0], stage="learn", hint=either(
            "review some of the run's facts first: recognizer review DIR", "请先复核：recognizer review DIR"))
    if portable:
        save_portable(new, portable, _before(old, new))
    known.corrections = [one for one in known.corrections if one.document not in new.documents]
    documents = known.documents | new.documents
    tell(either("drawing what the model knows", "重现模型已学过的表样"))
    replay = replay_for(base, tables)
    for how in (USUAL, GENTLE):
        tell(either("learning", "学习"))
        model = retrained(base, documents, [*known.corrections, *new.corrections], replay=replay, how=how)
        tell(either("asking for the gold facts", "核对金标准事实"))
        lost, gained = gold_facts_lost(old, model)
        if not lost:
            break

    def fold(done: int, of: int) -> None:
        tell(either(f"cross-validating {done + 1} of {of}", f"交叉验证 {done + 1}/{of}"))

    validated = cross_validated(old, base, documents, new.corrections, known.corrections, replay, how, fold)
    judgement = Judgement(lost, gained, *validated)
    taken = judgement.better and (not lost or accept_losses)
    known.add(new)
    with new_version(folder) as (version, unfinished):
        save_model(_named(model, version, parent, judgement, known, taken), unfinished)
        save_portable(known, unfinished / LEARNED, {})
    if taken:
        use(version, folder)
    return Improvement(version, parent, judgement, taken, len(new.documents), len(new.corrections), new.unplaced,
                       time.perf_counter() - start, tuple(dict.fromkeys(new.names)))


def _earlier(path: Path, parent: str) -> Decided:
    return load_portable(path) if parent != SHIPPED and path.is_file() else Decided()


def _before(model: Model, decided: Decided) -> dict[tuple[str, tuple[tuple[int, int], ...]], str]:
    """What the model takes each cell for, by its document and pieces."""
    return {
        (name, pieces): code
        for name, grids in decided.documents.items() for pieces, code, _ in readings(model, grids).values()}


def _named(model: Model, version: str, parent: str, judgement: Judgement, learned: Decided, taken: bool) -> Model:
    """The model with its card, and the calibrator of the model that it was made of, which is now its own."""
    card: dict[str, Any] = {
        **model.card, "name": version, "base": model.card.get("name"), "parent": parent,
        "date": datetime.now(UTC).isoformat(timespec="seconds"), "taken": taken,
        "corrections": {"documents": len(learned.documents), "cells": len(learned.corrections), "decisions": learned.decisions},
        "figures": {"gold_lost": list(judgement.lost), "gold_gained": judgement.gained,
                    "corrected_before": asdict(judgement.before), "corrected_after": asdict(judgement.after)},
        "confidence": "calibrated for the model that this one was made of; learning holds it to what that one said of old "
                      "examples, and `error` says how far confidences are off on corrected cells"}
    calibrator = replace(model.calibrator, model=version) if model.calibrator else None
    return replace(model, card=card, calibrator=calibrator)
