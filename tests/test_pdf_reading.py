"""Reading PDFs: what a page prints stands where it is displayed, damaged files are named, and good pages are never lost."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pymupdf
import pytest

from recognizer.errors import DamagedFileError, EmptyFileError, EncryptedFileError, RecognizerError
from recognizer.reading import read
from recognizer.reading.pdf import THICKEST_RULE, unified
from recognizer.types import Document, Page

PDFS = Path(__file__).parents[1] / "eval" / "pdfs"
FUYANG = PDFS / "fuyang_uming.pdf"
TURNS = (0, 90, 180, 270)
NO_PAGES = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n"
    b"xref\n0 3\n0000000000 65535 f \n0000000009 00000 n \n0000000052 00000 n \n"
    b"trailer<</Size 3/Root 1 0 R>>\nstartxref\n98\n%%EOF\n"
)


def pages(document: Document) -> list[Page]:
    return [block for block in document.blocks if isinstance(block, Page)]


def saved(document: pymupdf.Document, path: Path) -> Document:
    document.save(path)
    return read(path)


def text(page: Page) -> str:
    return "".join(run.text for run in page.runs)


def test_every_page_has_its_characters_with_a_box_each() -> None:
    found = read(FUYANG)
    assert (found.name, found.format, found.warnings) == ("fuyang_uming.pdf", "pdf", ())
    with pymupdf.open(FUYANG) as source:
        for page, own in zip(pages(found), source, strict=True):
            assert sorted("".join(text(page).split())) == sorted("".join(own.get_text().split()))
            assert (page.width, page.height) == (own.rect.width, own.rect.height)
            assert all(len(run.text) == len(run.boxes) for run in page.runs)
            boxes = [box for run in page.runs for box in run.boxes]
            assert all(0 <= x0 < x1 <= page.width and 0 <= y0 < y1 <= page.height for x0, y0, x1, y1 in boxes)


def test_radicals_and_compatibility_forms_become_ideographs_and_nothing_else_changes() -> None:
    assert unified("⼀级指标，⽬标，⻔") == "一级指标，目标，门"
    assert unified("\uf9b5") == unicodedata.normalize("NFKC", "\uf9b5")
    for kept in ("≥９５％", "①②", "（１）", "㎡", "ﬁ", "10．5", "…", "abc"):
        assert unified(kept) == kept


@pytest.mark.parametrize("turn", TURNS)
def test_a_turned_page_reads_as_an_upright_one_and_boxes_are_those_displayed(turn: int, tmp_path: Path) -> None:
    upright = pages(read(FUYANG))[1]
    with pymupdf.open(FUYANG) as source:
        source[1].set_rotation(turn)
        page = pages(saved(source, tmp_path / "turned.pdf"))[1]
        matrix = source[1].rotation_matrix
    assert text(page) == text(upright)
    assert page.rules == upright.rules
    for run, same in zip(page.runs, upright.runs, strict=True):
        for box, straight in zip(run.boxes, same.boxes, strict=True):
            shown = pymupdf.Rect(straight) * matrix
            assert page.displayed(box) == pytest.approx(tuple(shown), abs=0.01)


@pytest.mark.parametrize("turn", TURNS)
def test_a_page_whose_content_stands_sideways_is_turned_upright(turn: int, tmp_path: Path) -> None:
    upright = pages(read(FUYANG))[0]
    with pymupdf.open(FUYANG) as source, pymupdf.open() as made:
        sheet = made.new_page(width=900, height=900)
        sheet.show_pdf_page(sheet.rect, source, 0, rotate=turn)
        raw = sheet.get_text("rawdict")["blocks"]
        spans = [span for block in raw for line in block["lines"] for span in line["spans"]]
        printed = [span for span in spans if "".join(char["c"] for char in span["chars"]).strip()]
        shown = {tuple(map(round, char["bbox"])) for span in printed for char in span["chars"]}
        (page,) = pages(saved(made, tmp_path / "sideways.pdf"))
    assert sorted(text(page)) == sorted(text(upright))
    assert all(not run.vertical for run in page.runs)
    assert shown == {tuple(round(edge) for edge in page.displayed(box)) for run in page.runs for box in run.boxes}


def test_rules_are_lines_and_thin_boxes_however_drawn(tmp_path: Path) -> None:
    with pymupdf.open() as made:
        sheet = made.new_page()
        sheet.draw_line((50, 100), (300, 100))
        sheet.draw_line((50, 120), (300, 120), dashes="[3 2] 0")
        sheet.draw_rect((50, 140, 300, 141), fill=(0, 0, 0), width=0)
        sheet.draw_rect((50, 160, 300, 200))
        sheet.draw_rect((50, 220, 300, 240), color=None, fill=(0.9, 0.9, 0.9))
        sheet.draw_line((50, 260), (300, 260), width=15, color=(0.9, 0.9, 0.9))
        sheet.draw_line((50, 300), (300, 350))
        sheet.insert_text((60, 95), "text")
        (page,) = pages(saved(made, tmp_path / "rules.pdf"))
    assert sorted({rule.y0 for rule in page.rules if rule.y0 == rule.y1}) == pytest.approx([100, 120, 140.5, 160, 200])
    assert {round(rule.x0) for rule in page.rules if rule.x0 == rule.x1} == {50, 300}
    assert [tuple(map(round, fill.bbox)) for fill in page.fills] == [(50, 220, 300, 240), (50, 252, 300, 268)]
    assert all(min(fill.bbox[2] - fill.bbox[0], fill.bbox[3] - fill.bbox[1]) > THICKEST_RULE for fill in page.fills)


def test_borders_drawn_as_many_shapes_of_one_path_are_rules_each(tmp_path: Path) -> None:
    borders = [(50, 100, 300, 101), (50, 100, 51, 160), (50, 159, 300, 160), (299, 100, 300, 160)]
    path = " ".join(f"{x0} {y0} m {x1} {y0} l {x1} {y1} l {x0} {y1} l h" for x0, y0, x1, y1 in borders)
    with pymupdf.open() as made:
        sheet = made.new_page()
        sheet.insert_text((60, 700), "text")
        made.update_stream(sheet.get_contents()[0], made.xref_stream(sheet.get_contents()[0]) + f"\n{path} f\n".encode())
        (page,) = pages(saved(made, tmp_path / "borders.pdf"))
    assert sorted((rule.x0 == rule.x1, round(max(rule.x1 - rule.x0, rule.y1 - rule.y0))) for rule in page.rules) == [
        (False, 250), (False, 250), (True, 60), (True, 60)]
    assert not page.fills


def encrypted(path: Path) -> None:
    with pymupdf.open() as made:
        made.new_page().insert_text((72, 72), "secret")
        made.save(path, encryption=pymupdf.PDF_ENCRYPT_AES_256, user_pw="user", owner_pw="owner")


@pytest.mark.parametrize(("data", "error", "reason"), [
    (None, EncryptedFileError, "encrypted"),
    (NO_PAGES, EmptyFileError, "no pages"),
    (FUYANG.read_bytes()[:300], DamagedFileError, "end is missing"),
    (FUYANG.read_bytes()[:60_000], DamagedFileError, "end is missing"),
    (b"%PDF-1.7\n" + bytes(range(256)) * 9, DamagedFileError, "damaged"),
])
def test_files_that_hold_no_page_are_failures_with_their_reason(
        data: bytes | None, error: type[RecognizerError], reason: str, tmp_path: Path) -> None:
    path = tmp_path / "bad.pdf"
    if data is None:
        encrypted(path)
    else:
        path.write_bytes(data)
    with pytest.raises(error, match=reason) as caught:
        read(path)
    assert caught.value.path == str(path)
    assert caught.value.hint
    assert caught.value.exit_status == 1


def test_a_password_that_only_forbids_changes_does_not_matter(tmp_path: Path) -> None:
    with pymupdf.open() as made:
        made.new_page().insert_text((72, 72), "open")
        made.save(tmp_path / "a.pdf", encryption=pymupdf.PDF_ENCRYPT_AES_256, user_pw="", owner_pw="owner")
    assert text(pages(read(tmp_path / "a.pdf"))[0]) == "open"


def test_a_page_that_cannot_be_read_is_a_warning_and_the_others_are_done(tmp_path: Path) -> None:
    with pymupdf.open(FUYANG) as source:
        source.update_stream(source[1].get_contents()[0], b"q BT /F1 ( broken [[[ ]] Tj")
        found = saved(source, tmp_path / "broken.pdf")
    assert [bool(page.runs) for page in pages(found)] == [True, False, True]
    (warning,) = found.warnings
    assert warning.startswith("page 2 cannot be read")


def test_a_file_cut_at_its_end_is_repaired_with_a_warning(tmp_path: Path) -> None:
    path = tmp_path / "cut.pdf"
    path.write_bytes(FUYANG.read_bytes()[:-200])
    found = read(path)
    assert [text(page) for page in pages(found)] == [text(page) for page in pages(read(FUYANG))]
    assert "repaired" in found.warnings[0]


def test_a_pdf_is_known_by_its_content_and_not_its_name(tmp_path: Path) -> None:
    path = tmp_path / "table.txt"
    path.write_bytes(b"\n" * 500 + FUYANG.read_bytes())
    assert read(path).format == "pdf"
    (tmp_path / "text.pdf").write_text("项目名称\t党建经费\n实施单位\t某局\n", encoding="utf-8")
    assert read(tmp_path / "text.pdf").format == "tabs"
