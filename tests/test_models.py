"""Models in versions: which is in use, going back, and files that are not what they say."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest

from recognizer.errors import ModelError
from recognizer.model import load_model, save_model, shipped_model
from recognizer.resources import FILE_NAME, models_folder
from recognizer.shelf import SHIPPED, in_use, named_model, new_version, rollback, use, versions

ROOT = Path(__file__).resolve().parent.parent
RECOGNIZER = [sys.executable, "-c", "from recognizer.commands import main; main()"]


def made(shelf: Path, parent: str = SHIPPED) -> str:
    """A version of the shipped model."""
    with new_version(shelf) as (name, folder):
        shutil.copytree(models_folder(), folder)
        card = folder / "default.json"
        known = json.loads(card.read_text("utf-8"))
        card.write_text(json.dumps({**known, "name": name, "parent": parent, "date": name}), "utf-8")
    return name


def test_versions_are_put_to_use_and_taken_back(tmp_path: Path) -> None:
    assert in_use(tmp_path) == SHIPPED
    first, second = made(tmp_path), made(tmp_path)
    assert in_use(tmp_path) == SHIPPED
    use(first, tmp_path)
    use(second, tmp_path)
    assert [one.name for one in versions(tmp_path) if one.in_use] == [second]
    assert [one.name for one in versions(tmp_path)] == [SHIPPED, first, second]
    assert rollback(tmp_path) == first
    assert rollback(tmp_path) == SHIPPED
    with pytest.raises(ModelError):
        rollback(tmp_path)


def test_a_version_that_was_removed_is_in_use_no_more(tmp_path: Path) -> None:
    first, second = made(tmp_path), made(tmp_path)
    use(first, tmp_path)
    use(second, tmp_path)
    shutil.rmtree(tmp_path / second)
    assert in_use(tmp_path) == first


def test_nothing_unfinished_stands_on_the_shelf(tmp_path: Path) -> None:
    def fail() -> None:
        with new_version(tmp_path) as (_, folder):
            folder.mkdir()
            (folder / FILE_NAME).write_bytes(b"half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["../../etc", "/etc", "no-such-version", "", ".."])
def test_what_is_no_version_is_not_put_to_use(tmp_path: Path, name: str) -> None:
    made(tmp_path)
    with pytest.raises(ModelError):
        use(name, tmp_path)
    (tmp_path / "used.json").write_text(json.dumps([name]), "utf-8")
    assert in_use(tmp_path) == SHIPPED


def test_a_model_is_named_by_its_folder_or_its_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RECOGNIZER_MODELS", str(tmp_path))
    name = made(tmp_path)
    assert named_model(None) is None
    assert named_model(name) == named_model(tmp_path / name) == (tmp_path / name).resolve()
    use(name, tmp_path)
    assert named_model(None) == (tmp_path / name).resolve()
    assert named_model(SHIPPED) is None


def _with(folder: Path, name: str, array: np.ndarray) -> None:
    """The shipped model with another array in it."""
    save_model(shipped_model(), folder)
    with np.load(folder / FILE_NAME) as arrays:
        kept = dict(arrays)
    with (folder / FILE_NAME).open("wb") as out:
        np.savez(out, **{**kept, name: array})


@pytest.mark.parametrize("array", [
    np.asarray([print], dtype=object), np.zeros(3, np.int64), np.zeros(3, np.complex64), np.zeros(3, ">f4"),
    np.zeros(3, [("a", "f4"), ("b", "O")]), np.zeros(3, "S4"), np.zeros(3, "datetime64[s]")], ids=str)
def test_a_model_file_holds_trusted_types_alone(tmp_path: Path, array: np.ndarray) -> None:
    _with(tmp_path, "text.bias", array)
    with pytest.raises(ModelError, match="no model does"):
        load_model(tmp_path)


def test_a_file_that_says_it_is_enormous_is_refused_before_it_is_read(tmp_path: Path) -> None:
    save_model(shipped_model(), tmp_path)
    path = tmp_path / FILE_NAME
    with zipfile.ZipFile(path) as old:
        members = {name: old.read(name) for name in old.namelist()}
    header = members["text.weights.npy"]
    start = header.index(b"'shape': (")
    end = header.index(b")", start)
    shape = b"'shape': (999999999, 99999"
    padding = header.index(b"\n", end)
    grown = header[:start] + shape + header[end:padding][: -(len(shape) - (end - start))] + header[padding:]
    with zipfile.ZipFile(path, "w") as new:
        for name, content in (members | {"text.weights.npy": grown}).items():
            new.writestr(name, content)
    with pytest.raises(ModelError, match="larger than any model"):
        load_model(tmp_path)


def test_after_a_change_of_model_documents_are_labelled_again_from_pages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RECOGNIZER_MODELS", str(tmp_path / "models"))
    source = tmp_path / "000.txt"
    shutil.copy(ROOT / "eval" / "documents" / "000_9a213de64ab02e97.txt", source)
    command = [*RECOGNIZER, "digitize", str(source), "--out", str(tmp_path / "run"), "--quiet", "--jobs", "1", "--log-json"]
    subprocess.run(command, check=True, capture_output=True)
    (stored,) = (tmp_path / "run" / "pages").rglob("*.grids")
    written = stored.stat().st_mtime_ns
    document = tmp_path / "run" / "documents" / "000.txt.json"
    before = json.loads(document.read_text("utf-8"))["recognizer"]["model"]
    name = made(tmp_path / "models")
    use(name, tmp_path / "models")
    subprocess.run(command, check=True, capture_output=True)
    after = json.loads(document.read_text("utf-8"))["recognizer"]["model"]
    assert (before, after) == (shipped_model().card["name"], name)
    assert stored.stat().st_mtime_ns == written
