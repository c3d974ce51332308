"""Learning from corrections: what was corrected in one document is read rightly in the next, and nothing is forgotten."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from recognizer.errors import UsageError
from recognizer.exporting.document import place_json
from recognizer.generation import reserved
from recognizer.labelling import label
from recognizer.layout import lay_out
from recognizer.learning import Correction, Replay, replay_for, retrained, truths
from recognizer.learning.corrections import lessons
from recognizer.learning.decided import Decided, cells_of
from recognizer.learning.judging import answers, folds_of, gold_facts_lost, readings
from recognizer.learning.portable import load_portable, save_portable
from recognizer.learning.texts import taught
from recognizer.learning.tuning import tuned
from recognizer.model import Network, shipped_model
from recognizer.reading import read_text
from recognizer.repair import repair
from recognizer.truth import LabelledDocument, TruthCell
from recognizer.types import Grid

SEED = 411  # of a city whose headings the generator never draws for training
CITY = "reserved-6"

Grids = Mapping[str, Sequence[Grid]]


@pytest.fixture(scope="module")
def replay() -> Replay:
    return replay_for(shipped_model(), tables=20)


@pytest.fixture(scope="module")
def city() -> list[LabelledDocument]:
    return [document for document in reserved(SEED, 4) if document.source == CITY]


@pytest.fixture(scope="module")
def grids(city: list[LabelledDocument]) -> Grids:
    return {one.name: lay_out(read_text(one.text, f"{one.name}.txt")) for one in city}


def right(model: object, grids: Grids, corrections: Sequence[Correction]) -> int:
    return sum(good for _, good in answers(model, grids, corrections))  # type: ignore[arg-type]


def test_what_was_corrected_is_read_rightly_and_so_are_other_documents_of_the_layout(
    city: list[LabelledDocument], grids: Grids, replay: Replay
) -> None:
    old = shipped_model()
    corrected = [one for document in city[:2] for one in truths(document)]
    others = [one for document in city[2:] for one in truths(document)]
    new = retrained(old, grids, corrected, replay=replay)
    assert right(new, grids, corrected) > 0.97 * len(corrected) > right(old, grids, corrected)
    assert right(new, grids, others) >= right(old, grids, others)
    assert gold_facts_lost(old, new)[0] == ()


def test_the_same_corrections_make_the_same_model_and_leave_the_old_one_as_it_was(
    city: list[LabelledDocument], grids: Grids, replay: Replay
) -> None:
    old = shipped_model()
    before = [weight.copy() for weight in old.cells.second_look.weights]
    corrections = truths(city[0])
    first, second = (retrained(old, grids, corrections, replay=replay) for _ in range(2))
    for one, other in zip(first.cells.second_look.weights, second.cells.second_look.weights, strict=True):
        assert np.array_equal(one, other)
    assert all(np.array_equal(one, other) for one, other in zip(before, old.cells.second_look.weights, strict=True))
    assert not np.array_equal(before[0], first.cells.second_look.weights[0])


def test_without_a_correction_that_can_be_learned_from_the_model_stays(grids: Grids, city: list[LabelledDocument]) -> None:
    old = shipped_model()
    unknown_place = Correction(city[0].name, TruthCell("name", ((9999, 0),), "no such cell"))
    assert retrained(old, grids, []) is old
    assert retrained(old, {}, truths(city[0])) is old
    assert retrained(old, grids, [unknown_place]) is old


def test_a_correction_says_which_pieces_are_one_cell(city: list[LabelledDocument], grids: Grids) -> None:
    name = city[0].name
    joined = next(cell for cell in city[0].cells if len(cell.pieces) > 1)
    ((sample,), _) = lessons(shipped_model(), grids, [Correction(name, joined)])
    cells = sample.piece_context.cells
    known = {
        (cells[a].pieces[0].key, cells[b].pieces[0].key): bool(join)
        for (a, b), join, sure in zip(sample.pairs, sample.joins, sample.known, strict=True) if sure}
    assert known[joined.pieces[0], joined.pieces[1]]
    assert all(set(joined.pieces) & set(pair) for pair in known)
    assert sum(known.values()) == len(joined.pieces) - 1


def test_of_two_corrections_of_a_cell_the_later_one_counts(city: list[LabelledDocument], grids: Grids) -> None:
    first = next(one for one in truths(city[0]) if one.cell.label == "name")
    second = replace(first, cell=replace(first.cell, label="remark"))
    ((sample,), _) = lessons(shipped_model(), grids, [first, second])
    assert {code for code in sample.labels if code != "?"} == {"remark"}


def line_of(cell: TruthCell, grids: Sequence[Grid], text: str, **after: str) -> dict[str, object]:
    """A decision about the value that a cell says, as the queue gives it out."""
    pieces = {piece.key: piece for grid in grids for one in grid.cells for piece in one.pieces}
    before = {"text": cell.text, "period": "annual", "name": "", "level1": "", "level2": "", "concept": ""}
    context = {"table": 0, "at": [place_json(pieces[key].place) for key in cell.pieces], "headings_at": []}
    return {"kind": "value", "content": "0" * 64, "fact": [], "context": context, "decision": "corrected", "why": "",
            "before": before, "after": {**before, "text": text, **after}}


def test_a_text_corrected_to_that_of_two_cells_joins_them_and_one_corrected_to_its_beginning_splits_it(
    city: list[LabelledDocument], grids: Grids
) -> None:
    model, own = shipped_model(), tuple(grids[city[0].name])
    cells = [entry.cell for grid in label(repair(own, model), model) for row in grid.rows for entry in row]
    entries = [TruthCell("value", tuple(piece.key for piece in cell.pieces), cell.text) for cell in cells]
    first, second = next(
        (one, other) for one, other in pairwise(entries) if one.text != other.text
        and sum(entry.text == one.text for entry in entries) == 1)
    (joined, *_), _ = cells_of("a.txt", own, [line_of(first, own, first.text + second.text)], model)
    assert joined.cell.pieces == first.pieces + second.pieces
    whole = next(entry for entry in entries if len(entry.pieces) == 2 and sum(one.text == entry.text for one in entries) == 1)
    begin = next(piece.text for grid in own for cell in grid.cells for piece in cell.pieces if piece.key == whole.pieces[0])
    rest = whole.text.removeprefix(begin)
    (one, other), _ = cells_of("a.txt", own, [line_of(whole, own, begin, rest=rest, rest_period="mid_term")], model)
    assert (one.cell.pieces, other.cell.pieces) == (whole.pieces[:1], whole.pieces[1:])
    assert (one.cell.label, other.cell.label) == ("value@annual", "value@mid_term")


def test_folds_share_no_document_and_of_a_single_document_no_project(city: list[LabelledDocument]) -> None:
    several = [one for document in city for one in truths(document)]
    folds = folds_of(several)
    assert len(folds) == 3
    assert sum(map(len, folds)) == len(several)
    owners = [{one.document for one in fold} for fold in folds]
    assert sum(map(len, owners)) == len(city)
    single = [Correction("one.txt", TruthCell("name", ((number, 0),), "", number % 5)) for number in range(20)]
    projects = [{one.cell.project for one in fold} for fold in folds_of(single)]
    assert sum(map(len, projects)) == 5


def test_a_heading_that_was_named_is_known_again_and_other_texts_are_left_as_they_were(replay: Replay) -> None:
    model, old = shipped_model().text, list(replay.texts)
    place = model.classes.index("header>value@mid_term")
    new = taught(model, [("远景刻度", "header>value@mid_term")], old, weight=5.0, pull=0.1)
    assert new.scores(["远景刻度"])[0].argmax() == place != model.scores(["远景刻度"])[0].argmax()
    assert (new.scores(old).argmax(axis=1) == model.scores(old).argmax(axis=1)).mean() > 0.99


def test_a_network_is_fitted_on_to_what_is_new_and_held_to_what_it_was() -> None:
    draw = np.random.default_rng(3)
    network = Network(("a", "b"), [draw.normal(size=(4, 8)).astype(np.float32), draw.normal(size=(8, 2)).astype(np.float32)],
                      [np.zeros(8, np.float32), np.zeros(2, np.float32)])
    inputs = draw.normal(size=(300, 4)).astype(np.float32)
    inputs[:20, 0] += 6
    targets = network.probabilities(inputs)
    targets[:20] = targets[:20][:, ::-1]
    weights = np.where(np.arange(300) < 20, 5.0, 1.0).astype(np.float32)
    new = tuned(network, inputs, targets, weights, epochs=300, rate=0.01, pull=0.0, seed=1)
    agree = new.probabilities(inputs).argmax(axis=1) == targets.argmax(axis=1)
    assert agree[:20].mean() > 0.8
    assert agree[20:].mean() > 0.9
    held = tuned(network, inputs, targets, weights, epochs=300, rate=0.01, pull=100.0, seed=1)
    assert np.abs(held.weights[0] - network.weights[0]).max() < np.abs(new.weights[0] - network.weights[0]).max()


def test_portable_corrections_are_the_same_elsewhere(city: list[LabelledDocument], grids: Grids, tmp_path: Path) -> None:
    name = city[0].name
    decided = Decided({name: tuple(grids[name])}, truths(city[0]), 12)
    save_portable(decided, tmp_path / "shared.jsonl", {(name, city[0].cells[0].pieces): "prose"})
    found = load_portable(tmp_path / "shared.jsonl")
    assert found.corrections == decided.corrections
    assert found.decisions == 12
    model = shipped_model()
    assert readings(model, found.documents[name]) == readings(model, grids[name])
    line = json.loads((tmp_path / "shared.jsonl").read_text("utf-8").splitlines()[2])
    assert (line["before"], line["after"], line["text"]) == ("prose", decided.corrections[0].cell.label, city[0].cells[0].text)


@pytest.mark.parametrize("line", [
    "no json", "[]", '{"form": 99, "decisions": 1}', '{"document": "a", "grids": [{"cells": 3}]}',
    '{"document": "a", "pieces": [], "text": "", "after": "name"}',
    '{"document": "a", "pieces": [[1, 0]], "text": "", "after": "__import__"}',
    '{"document": "a", "pieces": [["x", 0]], "text": "", "after": "name"}',
    '{"document": "a.pdf", "fact": ["projects", 0], "decision": "accepted"}', ""])
def test_a_file_that_holds_anything_but_portable_corrections_is_refused(tmp_path: Path, line: str) -> None:
    path = tmp_path / "strange.jsonl"
    path.write_text(json.dumps({"form": 1, "decisions": 0}) + "\n" + line + "\n", "utf-8")
    with pytest.raises(UsageError) as refused:
        load_portable(path)
    assert str(path) in str(refused.value)
