"""Whatever lies in an archive, a run ends in order: one line and one entry for each thing not read, all the rest done."""

from __future__ import annotations

import json
import os
import shutil
import zipfile
from pathlib import Path

import pymupdf
import pytest
from test_commands import DOCUMENTS, SMALL, needs_model, run, write

from recognizer.resources import models_folder


def encrypted_pdf(path: Path) -> Path:
    document = pymupdf.open()
    document.new_page().insert_text((72, 72), "secret")
    document.save(path, encryption=pymupdf.PDF_ENCRYPT_AES_256, user_pw="user", owner_pw="owner")
    return path


def archive(path: Path) -> Path:
    with zipfile.ZipFile(path, "w") as file:
        file.write(SMALL[0], "a.txt")
    return path


def make_bad_folder(folder: Path) -> list[str]:
    """Fills the folder with what cannot be read; returns the names."""
    folder.mkdir()
    (folder / "empty.txt").touch()
    write(folder / "blank.txt", " \n\t\n　\n")
    (folder / "binary.txt").write_bytes(bytes(range(256)) * 64)
    (folder / "zeros.md").write_bytes(bytes(4096))
    (folder / "picture.png").write_bytes(b"\x89PNG\r\n\x1a\n" + os.urandom(512))
    (folder / "picture named text.txt").write_bytes(b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + os.urandom(512))
    (folder / "cut.pdf").write_bytes(b"%PDF-1.7\n1 0 obj")
    encrypted_pdf(folder / "encrypted.pdf")
    archive(folder / "archive.zip")
    archive(folder / "archive named text.txt")
    (folder / "two\nlines.txt").touch()
    (folder / "dangling.txt").symlink_to(folder / "nowhere.txt")
    return sorted(path.name for path in folder.iterdir())


def test_everything_unreadable_is_named_with_its_reason_and_nothing_breaks(tmp_path: Path) -> None:
    bad = make_bad_folder(tmp_path / "in")
    ended = run("digitize", tmp_path / "in", "--out", tmp_path / "out")
    assert ended.status == 1
    assert "Traceback" not in ended.err
    assert "unexpected" not in ended.err
    failures = [json.loads(line) for line in (tmp_path / "out" / "failures.jsonl").read_text("utf-8").splitlines()]
    assert [failure["document"] for failure in failures] == bad
    for failure in failures:
        assert set(failure) == {"document", "page", "stage", "reason"}
        assert failure["stage"] == "read"
        assert failure["reason"]
    lines = ended.err.splitlines()
    assert len(lines) == len(bad)
    assert sorted(line.partition(":")[0] for line in lines) == sorted(" ".join(name.split()) for name in bad)
    assert not list((tmp_path / "out").rglob("*.json"))


@needs_model
def test_good_documents_among_bad_ones_are_done(tmp_path: Path) -> None:
    bad = make_bad_folder(tmp_path / "in")
    shutil.copy(SMALL[1], tmp_path / "in")
    ended = run("digitize", tmp_path / "in", tmp_path / "missing.txt", "--out", tmp_path / "out", "--jobs", "2")
    assert ended.status == 1
    assert len((tmp_path / "out" / "failures.jsonl").read_text("utf-8").splitlines()) == len(bad) + 1
    document = json.loads((tmp_path / "out" / "documents" / f"{SMALL[1].name}.json").read_text("utf-8"))
    assert document["projects"]


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="the administrator may read and write everything")
def test_what_one_may_not_read_or_write(tmp_path: Path) -> None:
    forbidden = write(tmp_path / "in" / "forbidden.txt")
    forbidden.chmod(0)
    assert run("digitize", forbidden, "--out", tmp_path / "out").status == 1
    locked = tmp_path / "locked"
    locked.mkdir(0o500)
    assert run("digitize", SMALL[0], "--out", locked / "out").status == 2
    assert run("digitize", SMALL[0], "--out", locked).status == 2


@needs_model
def test_a_pdf_without_tables_and_dots_without_end_are_soon_read(tmp_path: Path) -> None:
    """Pages of mere text, as contents have them: leaders of dots once had more ways to be matched than there is time for."""
    import pymupdf

    from recognizer import digitize

    with pymupdf.open() as pdf:
        for _ in range(2):
            page = pdf.new_page()
            for line in range(1, 40):
                page.insert_text((50, 20 * line), f"Chapter {line} of text", fontsize=8)
                page.insert_text((200, 20 * line), "." * 100 + "x", fontsize=8)
        pdf.save(tmp_path / "contents.pdf")
    assert digitize(tmp_path / "contents.pdf").projects == ()


def test_a_pdf_whose_pages_cannot_be_counted_is_damaged(tmp_path: Path) -> None:
    from torture import bombs

    from recognizer.errors import DamagedFileError
    from recognizer.reading import read

    (tmp_path / "a.pdf").write_bytes(bombs()["pages of pages.pdf"])
    with pytest.raises(DamagedFileError):
        read(tmp_path / "a.pdf")


@needs_model
@pytest.mark.parametrize("encoding", ["gb18030", "utf-16", "utf-8-sig"])
def test_any_encoding_of_chinese_offices_gives_the_same_facts(tmp_path: Path, encoding: str) -> None:
    from recognizer import digitize

    text = SMALL[1].read_text("utf-8")
    (tmp_path / SMALL[1].name).write_bytes(text.encode(encoding))
    assert digitize(tmp_path / SMALL[1].name).records == digitize(SMALL[1]).records


@needs_model
@pytest.mark.parametrize("source", sorted(DOCUMENTS.glob("*.txt")), ids=lambda path: path.stem[:3])
def test_a_document_cut_off_anywhere_is_still_digitised(source: Path) -> None:
    from recognizer.digitizing import digitize_text
    from recognizer.model import load_model

    text = source.read_text("utf-8")
    model = load_model(models_folder())
    for part in (1, 7):
        json.dumps(digitize_text(text[: len(text) * part // 40], source.name, model).to_json(), allow_nan=False)
