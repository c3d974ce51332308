"""What people decided about cells, and what can be learned from it: corrections with the documents that they speak of."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from recognizer.model import Model
from recognizer.repair import repair
from recognizer.training.examples import NAMING, UNKNOWN, Sample, naming_cells, samples
from recognizer.truth import LabelledDocument, TruthCell
from recognizer.types import Grid


@dataclass(frozen=True, slots=True)
class Correction:
    """A cell of a document that a person has decided about, or that a decision reached.

    `cell` says which pieces make the cell (their `Piece.key`s, in reading order: more than one where pieces are joined) and its
    label's code (`value@annual`, `header>value@mid_term`; `attribute_value>name` where it names its project; `?` where only its
    pieces are known to belong together). The `parts` of a packed cell are as docs/labels.md explains them. `why` is the person's
    reason, for the record.
    """

    document: str
    cell: TruthCell
    why: str = ""


def lessons(
    model: Model, documents: Mapping[str, Sequence[Grid]], corrections: Sequence[Correction]
) -> tuple[list[Sample], list[Sample]]:
    """The corrected documents as training samples, and those of their packed cells.

    Cells that no correction speaks of stand as the model puts them together; their labels are unknown. Of corrections of the same
    piece the last one counts. Corrections of documents that are not given, or of pieces that a document does not have, are
    passed over.
    """
    by_document: dict[str, list[TruthCell]] = defaultdict(list)
    for correction in corrections:
        by_document[correction.document].append(correction.cell)
    known = {name: tuple(documents[name]) for name in by_document if name in documents}
    cells = {name: _with_rest(by_document[name], grids, model) for name, grids in known.items()}
    plain, packed = samples(
        (LabelledDocument(name, "", cells[name], {"projects": []}, name), grids) for name, grids in known.items())
    taken = [{key for cell in by_document[name] for key in cell.pieces} for name in known]
    return [_sure_of_joins(sample, keys) for sample, keys in zip(plain, taken, strict=True)], packed


def truths(document: LabelledDocument, projects: Collection[int] | None = None) -> list[Correction]:
    """What a person who never errs would say of a labelled document's cells: of all, or of those of some projects (by index)."""
    named = naming_cells(document)
    return [
        Correction(document.name, replace(cell, label=NAMING) if number in named else cell)
        for number, cell in enumerate(document.cells) if projects is None or cell.project in projects
    ]


def _with_rest(cells: Sequence[TruthCell], grids: Sequence[Grid], model: Model) -> tuple[TruthCell, ...]:
    """The corrected cells of a document, and those that the model makes of all other pieces."""
    texts = {piece.key: piece.text for grid in grids for cell in grid.cells for piece in cell.pieces}
    taken: set[tuple[int, int]] = set()
    kept: list[TruthCell] = []
    for cell in reversed(cells):
        if taken.isdisjoint(cell.pieces) and set(cell.pieces) <= set(texts):
            taken.update(cell.pieces)
            kept.append(cell)
    for grid in repair(grids, model):
        for whole in grid.cells:
            pieces = tuple(piece.key for piece in whole.pieces if piece.key not in taken)
            if pieces:
                kept.append(TruthCell(UNKNOWN, pieces, "".join(texts[key] for key in pieces)))
    return tuple(sorted(kept, key=lambda cell: cell.pieces[0]))


def _sure_of_joins(sample: Sample, taken: Collection[tuple[int, int]]) -> Sample:
    """The sample with every pair known of which a piece is in a corrected cell: the correction says what belongs to it."""
    cells = sample.piece_context.cells
    corrected = np.asarray([cell.pieces[0].key in taken or cell.pieces[-1].key in taken for cell in cells], np.bool_)
    return replace(sample, known=corrected[sample.pairs[:, 0]] | corrected[sample.pairs[:, 1]])
