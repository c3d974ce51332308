"""From labelled documents to training examples: true joins, true labels, each with what the networks see."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from recognizer.context import Context, context_of
from recognizer.generation.printing import PrintedDocument
from recognizer.generation.printing.printed import labelled
from recognizer.layout import lay_out
from recognizer.layout.packed import restore, split_packed
from recognizer.reading import read_text
from recognizer.repair import merge
from recognizer.repair.candidates import candidates
from recognizer.repair.page_breaks import mend
from recognizer.truth import LabelledDocument, TruthCell
from recognizer.types import Grid

UNKNOWN = "?"  # the label of cells that a training run may not learn from
NAMING = "attribute_value>name"  # the label of attribute values that name their project


@dataclass(slots=True)
class Sample:
    """A document (or the packed cells of one) ready for training.

    `pieces` are its grids before any join, `whole` those with all true joins made; `pairs` the joiner's candidates
    with `joins` true or not; `labels` the label code of each non-empty cell of `whole`, `piece_labels` those of the cells that
    the pieces belong to. `known` tells which pairs may be learned from.
    """

    pieces: tuple[Grid, ...]
    piece_context: Context
    pairs: NDArray[np.int64]
    joins: NDArray[np.bool_]
    known: NDArray[np.bool_]
    whole: tuple[Grid, ...]
    whole_context: Context
    labels: list[str]
    piece_labels: list[str]


def laid_out(documents: Iterable[LabelledDocument]) -> Iterator[tuple[LabelledDocument, tuple[Grid, ...]]]:
    """Documents of text with their grids."""
    for document in documents:
        yield document, lay_out(read_text(document.text, document.name))


def printed(documents: Iterable[PrintedDocument]) -> Iterator[tuple[LabelledDocument, tuple[Grid, ...]]]:
    """Documents printed as PDF, as their reader sees them, with their grids."""
    from recognizer.reading.pdf import read_pdf  # PyMuPDF is loaded where there is a PDF

    for document in documents:
        grids = lay_out(read_pdf(document.pdf, Path(document.name)))
        yield labelled(document, grids), grids


def samples(
    documents: Iterable[tuple[LabelledDocument, tuple[Grid, ...]]], held_back: frozenset[tuple[str, int]] = frozenset()
) -> tuple[list[Sample], list[Sample]]:
    """The samples of documents with their grids, and those of their packed cells.

    Cells of `held_back` (source, project) are unknown.
    """
    plain: list[Sample] = []
    packed: list[Sample] = []
    for document, grids in documents:
        hidden = {project for source, project in held_back if source == document.source}
        truth: dict[tuple[int, int], tuple[int, str, int]] = {}
        naming = naming_cells(document)
        for number, cell in enumerate(document.cells):
            code = UNKNOWN if cell.project in hidden else NAMING if number in naming else cell.label
            for order, key in enumerate(cell.pieces):
                truth[key] = (number, code, order)
        plain.append(_sample(grids, lambda piece, truth=truth: truth.get(piece.key, (-1, UNKNOWN, 0))))
        parts = [cell for cell in document.cells if cell.parts and cell.project not in hidden]
        if parts:
            packed.append(_packed_sample(grids, parts))
    return plain, packed


def naming_cells(document: LabelledDocument) -> set[int]:
    """The cells that name their project: the first with its name, and in lists those in the rows of its indicators."""
    names = ["".join(str(project.get("project_name") or "").split()) for project in document.records["projects"]]
    indicator_lines = {cell.pieces[0][0] for cell in document.cells if cell.label in ("name", "packed")}
    found: set[int] = set()
    named: set[int] = set()
    for number, cell in enumerate(document.cells):
        if (
            cell.label == "attribute_value"
            and 0 <= cell.project < len(names)
            and "".join(cell.text.split()) == names[cell.project]
        ):
            if cell.project not in named or cell.pieces[0][0] in indicator_lines:
                found.add(number)
            named.add(cell.project)
    return found


def _packed_sample(grids: Sequence[Grid], parts: Sequence[TruthCell]) -> Sample:
    holders = {cell.pieces[0].key: cell for grid in grids for cell in grid.cells if cell.pieces}
    inner: list[Grid] = []
    rows: dict[int, int] = {}
    truth: dict[tuple[int, int], tuple[int, str, int]] = {}
    number = 0
    for cell in parts:
        packed = holders[cell.pieces[0]]
        grid = split_packed(packed)
        counts: dict[int, int] = {}
        for piece in grid.cells:
            start = piece.column
            owner = _owner(start, start + len(piece.text), cell.parts)
            if owner < 0:
                truth[(len(inner), start)] = (-1, "furniture", 0)
                continue
            order = counts.get(owner, 0)
            counts[owner] = order + 1
            truth[(len(inner), start)] = (number + owner, cell.parts[owner][2], order)
        number += len(cell.parts)
        # The row number tells the packed cells of a document apart.
        rows.update((id(part.pieces[0]), len(inner)) for part in grid.cells)
        inner.append(replace(grid, cells=tuple(replace(piece, row=len(inner)) for piece in grid.cells)))
    sample = _sample(inner, lambda piece: truth[rows[id(piece)], piece.index])
    whole = tuple(
        replace(grid, cells=tuple(replace(part, text=restore(part, holders[cell.pieces[0]]).text) for part in grid.cells))
        for grid, cell in zip(sample.whole, parts, strict=True)
    )
    return replace(sample, whole=whole, whole_context=context_of(whole))


def _owner(start: int, end: int, parts: Sequence[tuple[int, int, str]]) -> int:
    """The part that most of a piece's characters belong to, -1 for none."""
    shared = [min(end, last) - max(start, first) for first, last, _ in parts]
    best = max(range(len(parts)), key=shared.__getitem__, default=-1)
    return best if best >= 0 and shared[best] > 0 else -1


def _sample(grids: Sequence[Grid], truth_of: object) -> Sample:
    assert callable(truth_of)
    context = context_of(grids)
    truths: list[tuple[int, str, int]] = [truth_of(cell.pieces[0]) for cell in context.cells]
    ends: list[tuple[int, str, int]] = [truth_of(cell.pieces[-1]) for cell in context.cells]
    pairs = candidates(context, grids)
    joins = np.asarray([ends[a][0] == truths[b][0] >= 0 and truths[b][2] == ends[a][2] + 1 for a, b in pairs], np.bool_)
    known = np.asarray([truths[a][1] != UNKNOWN and truths[b][1] != UNKNOWN for a, b in pairs], np.bool_)
    by_end = {(number, order): index for index, (number, _, order) in enumerate(ends) if number >= 0}
    follows = {
        index: (by_end[number, order - 1], 1.0)
        for index, (number, _, order) in enumerate(truths)
        if number >= 0 and (number, order - 1) in by_end
    }
    whole = tuple(map(mend, merge(grids, context.cells, follows)))
    whole_context = context_of(whole)
    labels = [truth_of(cell.pieces[0])[1] for cell in whole_context.cells]
    piece_labels = [code for _, code, _ in truths]
    return Sample(tuple(grids), context, pairs, joins, known, whole, whole_context, labels, piece_labels)
