"""Training and the model's file: the same again, nothing that was left out, and nothing that could run code."""

from __future__ import annotations

import json
import pickle
import shutil
import zipfile
from pathlib import Path

import numpy as np
import pytest

from recognizer.digitizing import digitize_text
from recognizer.errors import ModelError
from recognizer.generation import generate
from recognizer.model import load_model, save_model, shipped_model
from recognizer.model.store import CARD_NAME, FILE_NAME
from recognizer.resources import models_folder
from recognizer.training import TrainingConfig, real_documents, train
from recognizer.training.card import fingerprints
from recognizer.training.examples import UNKNOWN, laid_out, samples
from recognizer.truth import LabelledDocument

TINY = TrainingConfig(tables=20, epochs=2, hidden=16, left_out=frozenset({"anqing", "fuyang", "guangzhou", "huaian"}))
MOST_BYTES = 4 * 1024 * 1024  # so large a shipped model's file may be


@pytest.fixture(scope="module")
def other() -> LabelledDocument:
    """A document that the tiny training does not see."""
    (document,) = generate(1, 99)
    return document


def test_the_same_training_gives_the_same_predictions(other: LabelledDocument, tmp_path: Path) -> None:
    first, second = train(TINY), train(TINY)
    found = [digitize_text(other.text, other.name, model).to_json() for model in (first, second)]
    assert json.dumps(found[0]) == json.dumps(found[1])
    stored = []
    for number, model in enumerate((first, second)):
        save_model(model, tmp_path / str(number))  # files hold half floats
        stored.append(load_model(tmp_path / str(number)))
    assert stored[0].card == first.card
    save_model(stored[0], tmp_path / "again")
    models = (*stored, load_model(tmp_path / "again"))
    one, *others = (json.dumps(digitize_text(other.text, other.name, model).to_json()) for model in models)
    assert all(text == one for text in others)


def test_a_source_that_is_left_out_leaves_no_trace() -> None:
    left_out = frozenset({"huaian"})
    assert "huaian" not in {document.source for document in real_documents(left_out)}
    (huaian,) = [document for document in real_documents() if document.source == "huaian"]
    own = {indicator["name"] for project in huaian.records["projects"] for indicator in project["indicators"]} - {None}
    names = {project["project_name"] for project in huaian.records["projects"]}
    common = {
        indicator["name"] for document in real_documents(left_out) for project in document.records["projects"]
        for indicator in project["indicators"]}
    drawn = list(generate(60, 1, left_out))
    said = {
        indicator["name"] for document in drawn for project in document.records["projects"]
        for indicator in project["indicators"]}
    # Names of one word (预算执行率) are general vocabulary that any city prints; longer ones are a city's own.
    assert not {name for name in (own - common) & said if len(name) > 8}
    assert not names & {project["project_name"] for document in drawn for project in document.records["projects"]}
    assert all("text:huaian" not in document.tags for document in drawn)


def test_cells_that_are_held_back_are_not_learned_from() -> None:
    (document,) = [document for document in real_documents() if document.source == "fuyang"]
    (known,), _ = samples(laid_out([document]))
    (held,), _ = samples(laid_out([document]), frozenset({("fuyang", 1)}))
    own = ["".join(cell.text.split()) for cell in document.cells if cell.project == 1]
    unknown = [cell.text for cell, code in zip(held.whole_context.cells, held.labels, strict=True) if code == UNKNOWN]
    assert UNKNOWN not in known.labels
    assert sorted("".join(text.split()) for text in unknown) == sorted(own)
    assert not held.known[[held.labels == UNKNOWN for _ in held.pairs]].any()
    assert held.known.sum() < known.known.sum()


def test_held_back_packed_cells_are_not_learned_from() -> None:
    (document,) = [document for document in real_documents() if any(cell.parts for cell in document.cells)]
    _, (all_packed,) = samples(laid_out([document]))
    _, (some_packed,) = samples(laid_out([document]), frozenset({(document.source, number) for number in range(30)}))
    assert 0 < len(some_packed.whole) < len(all_packed.whole)


def test_the_shipped_model_was_made_from_this_code_and_this_data() -> None:
    card = shipped_model().card
    assert card["fingerprints"] == fingerprints()
    assert card["name"]
    assert card["config"]["left_out"] == card["config"]["held_back"] == []


def test_the_shipped_model_is_small() -> None:
    assert (models_folder() / FILE_NAME).stat().st_size <= MOST_BYTES


def test_the_shipped_model_says_of_every_class_what_it_is() -> None:
    from recognizer.types import Label

    model = shipped_model()
    for network in (model.cells.first_look, model.cells.second_look, model.parts.first_look, model.parts.second_look):
        for code in network.classes:
            assert Label.parse(code).code == code
        assert network.weights[-1].shape[1] == len(network.biases[-1]) == len(network.classes)


class _Bomb:
    """A pickle of it makes a file when it is loaded."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, ...]:
        return Path.touch, (self.path,)


def _damaged(folder: Path, how: str, fuse: Path) -> None:
    shutil.copy(models_folder() / FILE_NAME, folder)
    shutil.copy(models_folder() / CARD_NAME, folder)
    file = folder / FILE_NAME
    if how == "missing":
        file.unlink()
    elif how == "no card":
        (folder / CARD_NAME).unlink()
    elif how == "bad card":
        (folder / CARD_NAME).write_text("{", "utf-8")
    elif how == "empty":
        file.write_bytes(b"")
    elif how == "cut":
        file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    elif how == "text":
        file.write_text("no model", "utf-8")
    elif how == "bytes changed":
        content = bytearray(file.read_bytes())
        content[200:400] = bytes(200)
        file.write_bytes(content)
    elif how == "a pickle":
        file.write_bytes(pickle.dumps(_Bomb(fuse)))
    elif how == "a pickled array inside":
        with np.load(file) as arrays:
            kept = dict(arrays)
        kept["text.classes"] = np.asarray([_Bomb(fuse)], dtype=object)
        with file.open("wb") as out:
            np.savez(out, **kept)
    elif how == "a bare pickle inside":
        with zipfile.ZipFile(file) as old:
            members = {name: old.read(name) for name in old.namelist()}
        members["text.classes.npy"] = pickle.dumps(_Bomb(fuse))
        with zipfile.ZipFile(file, "w") as new:
            for name, content in members.items():
                new.writestr(name, content)
    elif how == "a part missing":
        with np.load(file) as arrays:
            kept = {name: arrays[name] for name in arrays.files if not name.startswith("levels.")}
        with file.open("wb") as out:
            np.savez(out, **kept)


@pytest.mark.parametrize("how", [
    "missing", "no card", "bad card", "empty", "cut", "text", "bytes changed", "a pickle", "a pickled array inside",
    "a bare pickle inside", "a part missing"])
def test_a_damaged_model_is_an_error_and_runs_no_code(tmp_path: Path, how: str) -> None:
    fuse = tmp_path / "ran"
    _damaged(tmp_path, how, fuse)
    with pytest.raises(ModelError) as failure:
        load_model(tmp_path)
    assert not fuse.exists()
    assert str(tmp_path) in str(failure.value)
    assert failure.value.hint
