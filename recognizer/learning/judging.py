"""Whether a retrained model is to be taken: it must lose nothing that was known, and be better where it was corrected."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from recognizer.digitizing import digitize_text
from recognizer.labelling import label
from recognizer.learning.corrections import Correction
from recognizer.learning.replay import Replay
from recognizer.learning.retraining import Learning, retrained
from recognizer.measuring import calibrate, score
from recognizer.model import Model
from recognizer.repair import repair
from recognizer.training import real_documents
from recognizer.training.examples import NAMING, UNKNOWN
from recognizer.types import Grid

FOLDS = 3
Key = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Right:
    """Of corrected cells that a model had not learned from: how many it reads rightly (pieces, role and period), of how many, and
    its expected calibration error on them."""

    right: int
    number: int
    error: float


@dataclass(frozen=True, slots=True)
class Judgement:
    """What speaks for a new model: the gold facts that it loses and gains, and both models on the corrected cells by
    cross-validation (folds of documents, or of projects where there is one document)."""

    lost: tuple[str, ...]
    gained: int
    before: Right
    after: Right

    @property
    def better(self) -> bool:
        """Whether it reads corrected cells better that it was not shown."""
        return self.after.right > self.before.right


def gold_facts_lost(old: Model, new: Model) -> tuple[tuple[str, ...], int]:
    """The gold facts of the shipped documents that the old model finds and the new one does not, and how many it is the other way
    round."""
    lost: list[str] = []
    gained = 0
    for document in real_documents():
        name = str(document.records["source"])
        missed = [
            Counter((error.fact.kind, error.fact.key) for error in score(document.records, digitize_text(
                document.text, name, model).to_json()).errors if error.fault == "missed")
            for model in (old, new)]
        lost += [_words(document.name, fact) for fact in (missed[1] - missed[0]).elements()]
        gained += (missed[0] - missed[1]).total()
    return tuple(lost), gained


def _words(document: str, fact: tuple[str, tuple[object, ...]]) -> str:
    kind, key = fact
    return f"{document} {kind}: {' | '.join(str(part) for part in key[1:])}"


def cross_validated(
    old: Model, base: Model, documents: Mapping[str, Sequence[Grid]], corrections: Sequence[Correction],
    known: Sequence[Correction], replay: Replay, how: Learning, tell: Callable[[int, int], None] = lambda done, of: None,
) -> tuple[Right, Right]:
    """The old model, and models made of `base` without the fold that they are asked about, on `corrections`.

    `known` are corrections of earlier days, of which each model learns. With too few documents and projects to make two folds
    nothing can be said: both are then asked about no cell.
    """
    folds = folds_of(corrections)
    asked: list[tuple[float, bool]] = []
    told: list[tuple[float, bool]] = []
    for number, held_out in enumerate(folds if len(folds) > 1 else ()):
        tell(number, len(folds))
        learned = [one for fold in folds if fold is not held_out for one in fold]
        model = retrained(base, documents, [*known, *learned], replay=replay, how=how)
        asked += answers(old, documents, held_out)
        told += answers(model, documents, held_out)
    return _right(asked), _right(told)


def folds_of(corrections: Sequence[Correction], most: int = FOLDS) -> list[list[Correction]]:
    """Corrections in folds that share no document, or no project where all are of one document."""
    groups: dict[object, list[Correction]] = defaultdict(list)
    single = len({one.document for one in corrections}) == 1
    for one in corrections:
        groups[one.cell.project if single else one.document].append(one)
    folds: list[list[Correction]] = [[] for _ in range(min(most, len(groups)))]
    for group in sorted(groups.values(), key=len, reverse=True):
        min(folds, key=len).extend(group)
    return folds


def answers(
    model: Model, documents: Mapping[str, Sequence[Grid]], corrections: Sequence[Correction]
) -> list[tuple[float, bool]]:
    """For each corrected cell how sure the model is of what it takes it for, and whether that is right."""
    found: list[tuple[float, bool]] = []
    for name in dict.fromkeys(one.document for one in corrections):
        read = readings(model, documents[name])
        for one in corrections:
            if one.document != name or one.cell.label == UNKNOWN:
                continue
            pieces, code, sure = read.get(one.cell.pieces[0], ((), "", 0.0))
            found.append((sure, pieces == one.cell.pieces and code == one.cell.label))
    return found


def readings(model: Model, grids: Sequence[Grid]) -> dict[Key, tuple[tuple[Key, ...], str, float]]:
    """What a model takes each cell for: its pieces, its label's code and how sure that is, by its first piece."""
    found: dict[Key, tuple[tuple[Key, ...], str, float]] = {}
    for grid in label(repair(grids, model), model):
        for entry in (entry for row in grid.rows for entry in row):
            pieces = tuple(piece.key for piece in entry.cell.pieces)
            code = NAMING if entry.names_project else entry.label.code
            found[pieces[0]] = (pieces, code, entry.probability * entry.period_probability * entry.cell.join_probability)
    return found


def _right(pairs: Sequence[tuple[float, bool]]) -> Right:
    return Right(sum(right for _, right in pairs), len(pairs), calibrate(pairs).error if pairs else 0.0)

