"""Scans: pictures of pages become the records that the printed pages hold, whichever way they lie; what is no page says so."""

from __future__ import annotations

import io
import json
import random
import re
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pymupdf
import pytest
from PIL import Image
from test_commands import needs_model

from recognizer import digitize
from recognizer.archive.stored import load, store
from recognizer.archive.task import Task
from recognizer.archive.work import digitize_file
from recognizer.errors import DamagedFileError, DangerousFileError
from recognizer.generation.scanning import ScanStyle, scanned_page
from recognizer.layout import lay_out
from recognizer.limits import Limits
from recognizer.measuring import score
from recognizer.reading import read
from recognizer.reading.scanned.ink import Pixels
from recognizer.types import Document, Grid, Page

PDFS = Path(__file__).parents[1] / "eval" / "pdfs"
SCAN = PDFS / "langxi_wqy_scan.pdf"


@cache
def scanned() -> Pixels:
    with pymupdf.open(SCAN) as source:
        pixels = source[0].get_pixmap(dpi=200, alpha=False)
        return np.frombuffer(pixels.samples, np.uint8).reshape(pixels.height, pixels.width, 3)


def part() -> Image.Image:
    """The head of the scanned table, on white paper of its size."""
    return Image.fromarray(scanned()).crop((130, 270, 1560, 1010))


def saved(picture: Image.Image, path: Path, **options: Any) -> Path:
    picture.save(path, dpi=(200, 200), **options)
    return path


def read_patiently(path: Path) -> Document:
    """Reads as a user does, but however busy the machine is."""
    return read(path, Limits(scan_seconds=3600))


def texts(document: Document) -> list[str]:
    return [cell.text for block in lay_out(document) if isinstance(block, Grid) for cell in block.cells if cell.text]


def page_of(document: Document) -> Page:
    (page,) = (block for block in document.blocks if isinstance(block, Page))
    return page


@needs_model
def test_a_scan_becomes_the_records_of_the_printed_table() -> None:
    found = digitize(SCAN, limits=Limits(scan_seconds=3600))
    assert not found.records.warnings
    scores = score(json.loads(SCAN.with_suffix(".json").read_text("utf-8")), found.to_json())
    assert scores["value"].f1 >= 0.9
    assert scores["fund"].f1 == 1.0
    values = [value for project in found.records.projects for one in project.indicators for value in one.values]
    assert min(value.evidence.signals.read for value in values) < 1.0


@pytest.mark.parametrize(("suffix", "turn"), [("png", 0), ("jpg", 180), ("tif", 90), ("png", 270)])
def test_a_picture_is_read_whichever_way_it_lies_and_boxes_are_those_displayed(suffix: str, turn: int, tmp_path: Path) -> None:
    picture = part()
    document = read_patiently(saved(picture.rotate(-turn, expand=True), tmp_path / f"scan.{suffix}"))
    assert document.format == "picture"
    assert not document.warnings
    read_texts = texts(document)
    for text in ("项目名称", "党的建设", "县直机关工委", "年度资金总额：", "年度目标"):
        assert text in read_texts
    page = page_of(document)
    (run,) = (run for run in page.runs if run.text == "党的建设")
    x0, y0, x1, y1 = page.displayed(run.boxes[0])
    printed = np.asarray(picture.rotate(-turn, expand=True).convert("L"))
    dark = printed[round(y0 / 0.36) : round(y1 / 0.36), round(x0 / 0.36) : round(x1 / 0.36)]
    assert dark.size
    assert (dark < 128).mean() > 0.08  # the character is there


def test_a_tiff_has_as_many_pages_as_pictures(tmp_path: Path) -> None:
    first, blank = part().crop((0, 0, 1430, 300)), Image.new("L", (1430, 300), 255)
    path = saved(first, tmp_path / "scans.tif", save_all=True, append_images=[blank, first])
    found = read_patiently(path)
    assert [block.number for block in found.blocks if isinstance(block, Page)] == [1, 2, 3]
    assert found.warnings == ("page 2 is a blank picture",)
    assert texts(found).count("县直机关工委") == 2


def test_a_photograph_of_something_else_is_said_to_be_none(tmp_path: Path) -> None:
    rng = np.random.default_rng(81)
    coarse = rng.integers(0, 255, (12, 16, 3), dtype=np.uint8)
    photograph = Image.fromarray(coarse).resize((1200, 900), Image.Resampling.BICUBIC)
    found = read_patiently(saved(photograph, tmp_path / "holiday.jpg"))
    assert not page_of(found).runs
    assert "photograph" in found.warnings[0]


def pictured(*texts: tuple[str, tuple[float, float], int]) -> Any:
    """A PDF of one page, on which the scanned part of a table stands with texts: each with its place and way of rendering."""
    document = pymupdf.open()
    page = document.new_page(width=595, height=842)
    stored = io.BytesIO()
    part().save(stored, "PNG")
    page.insert_image((40, 60, 40 + 1430 * 0.36, 60 + 740 * 0.36), stream=stored.getvalue())
    for text, place, mode in texts:
        page.insert_text(place, text, fontname="china-s", fontsize=9, render_mode=mode)
    return document


def of_pdf(document: Any, path: Path) -> Document:
    document.save(path)
    return read_patiently(path)


def test_a_picture_with_a_page_number_is_read_and_pages_of_text_beside_it_stay_as_they_are(tmp_path: Path) -> None:
    mixed = pymupdf.open(PDFS / "langxi_wqy.pdf")
    mixed.insert_pdf(pictured(("— 3 —", (280, 810), 0)))
    found = of_pdf(mixed, tmp_path / "mixed.pdf")
    pages = [block for block in found.blocks if isinstance(block, Page)]
    printed = [block for block in read(PDFS / "langxi_wqy.pdf").blocks if isinstance(block, Page)]
    assert pages[:2] == printed
    assert "县直机关工委" in texts(replace(found, blocks=(pages[2],)))
    (warning,) = found.warnings
    assert warning.startswith("page 3 is a picture with some text of its own, and was read as a picture")


def test_hidden_text_that_is_not_what_the_picture_shows_is_not_trusted(tmp_path: Path) -> None:
    poor = "顼日名栋 党旳健没 主菅部冂 县苴机夫工萎 顼日負責入 实施卑位"  # what poor recognition made of it
    found = of_pdf(pictured(("2024", (280, 810), 0), (poor, (60, 100), 3)), tmp_path / "hidden.pdf")
    assert "县直机关工委" in texts(found)
    assert "its text says" in found.warnings[0]


def test_a_table_drawn_in_a_picture_is_read_from_it_even_where_its_hidden_text_is_right(tmp_path: Path) -> None:
    printed = pymupdf.open(PDFS / "langxi_wqy.pdf")[1]
    document = pymupdf.open()
    page = document.new_page(width=printed.rect.width, height=printed.rect.height)
    page.insert_image(page.rect, stream=printed.get_pixmap(dpi=200).tobytes("png"))
    for block in printed.get_text("dict")["blocks"]:
        for span in (span for line in block.get("lines", ()) for span in line["spans"]):
            page.insert_text(span["origin"], span["text"], fontname="china-s", fontsize=span["size"], render_mode=3)
    found = of_pdf(document, tmp_path / "hidden.pdf")
    assert found.warnings[0].endswith("its table is drawn in the picture")
    grids = [block for block in lay_out(found) if isinstance(block, Grid)]
    assert max(cell.row_span for grid in grids for cell in grid.cells) > 2


def without_unicode(document: Any) -> None:
    for page in document:
        for font, *_ in page.get_fonts():
            document.xref_set_key(font, "ToUnicode", "null")


def with_a_wrong_map(document: Any) -> None:
    """Gives each character the meaning of the next one in its font."""
    for page in document:
        for font, *_ in page.get_fonts():
            place = int(document.xref_get_key(font, "ToUnicode")[1].split()[0])
            stated = document.xref_stream(place).decode("ascii")
            meanings = re.findall("<[0-9A-F]{2}> (<[0-9A-F]{4}>)", stated)
            for code, meaning in enumerate([*meanings[7:], *meanings[:7]], 1):
                stated = re.sub(f"<{code:02X}> <[0-9A-F]{{4}}>", f"<{code:02X}> {meaning}", stated)
            document.update_stream(place, stated.encode())


@pytest.mark.parametrize(("spoilt", "reason"), [
    (without_unicode, "has characters that are no text"), (with_a_wrong_map, "has characters that make no words")])
def test_text_whose_font_says_nothing_or_wrong_things_is_read_from_the_page(
    spoilt: Callable[[Any], None], reason: str, tmp_path: Path
) -> None:
    document = pymupdf.open(PDFS / "langxi_wqy.pdf")
    document.select([1])
    wanted = set(texts(of_pdf(document, tmp_path / "good.pdf")))
    spoilt(document)
    found = of_pdf(document, tmp_path / "spoilt.pdf")
    assert reason in found.warnings[0]
    assert len(wanted & set(texts(found))) >= 0.8 * len(wanted)


def test_a_picture_behind_the_text_that_it_shows_changes_nothing(tmp_path: Path) -> None:
    document = pymupdf.open(PDFS / "langxi_wqy.pdf")
    document.select([1])
    plain = page_of(of_pdf(document, tmp_path / "plain.pdf"))
    paper = io.BytesIO()
    Image.new("RGB", (60, 84), (250, 248, 240)).save(paper, "PNG")
    document[0].insert_image(document[0].rect, stream=paper.getvalue(), overlay=False)
    found = of_pdf(document, tmp_path / "paper.pdf")
    assert not found.warnings
    assert page_of(found) == plain


@pytest.mark.parametrize("size", [(595, 842), (14_000, 14_000)])
def test_pdf_pages_of_too_many_pixels_are_not_drawn(size: tuple[int, int], tmp_path: Path) -> None:
    document = pymupdf.open()
    page = document.new_page(width=size[0], height=size[1])
    stored = io.BytesIO()
    Image.new("1", (20_000, 20_000) if size[0] < 1000 else (100, 100)).save(stored, "PNG")
    page.insert_image(page.rect, stream=stored.getvalue())
    found = of_pdf(document, tmp_path / "huge.pdf")
    assert not page_of(found).runs
    assert "limit page_pixels" in found.warnings[0]


def test_pictures_too_large_to_be_pages_are_not_unpacked(tmp_path: Path) -> None:
    huge = Image.new("1", (20_000, 20_000))
    with pytest.raises(DangerousFileError, match="pixels"):
        read(saved(huge, tmp_path / "huge.png"))


@pytest.mark.parametrize("data", [b"\x89PNG\r\n\x1a\n" + bytes(range(200)), b"\xff\xd8\xff\xe0 nothing", b"II*\x00\x08"])
def test_damaged_pictures_are_named(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "damaged.png"
    path.write_bytes(data)
    with pytest.raises(DamagedFileError):
        read(path)


def test_a_picture_cut_short_is_a_failure_with_its_reason(tmp_path: Path) -> None:
    stored = io.BytesIO()
    part().save(stored, "PNG")
    path = tmp_path / "cut.png"
    path.write_bytes(stored.getvalue()[: len(stored.getvalue()) // 2])
    with pytest.raises(DamagedFileError):
        read(path)


def test_drawn_scans_are_the_same_for_the_same_seed_and_hold_what_their_style_says() -> None:
    style = ScanStyle(dpi=100, skew=1.0, seal=True, holes=True, rule_ink=0.4, turn=180)
    with pymupdf.open() as source:
        page = source.new_page()
        page.draw_rect((50, 50, 500, 300))
        page.draw_line((50, 100), (500, 100))
        first, again = (scanned_page(source[0], style, random.Random("81")) for _ in range(2))
        plain = scanned_page(source[0], ScanStyle(dpi=100, noise=0.0), random.Random("81"))
    assert np.array_equal(first, again)
    assert first.shape == plain.shape == (1170, 827, 3)
    red = first[:, :, 0].astype(int) - first[:, :, 1:].max(axis=2)
    assert (red > 60).sum() > 200  # the seal
    upright = np.rot90(first, 2)
    assert (upright[:, :60].max(axis=2) < 60).sum() > 200  # the holes, at the left edge


def test_a_run_keeps_the_pages_it_has_recognised_and_knows_them_again_in_other_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RECOGNIZER_SCAN_SECONDS", "3600")
    first = part().crop((0, 0, 1430, 300))
    tasks = [Task(str(saved(first, tmp_path / f"{level}.png", compress_level=level)), "a scan", store=str(tmp_path / "out"))
             for level in (1, 2, 3)]
    results = [digitize_file(task) for task in tasks[:2]]
    assert all(result.failure is None for result in results)
    assert results[0].content != results[1].content
    (kept,) = (tmp_path / "out" / "pages" / "scans").rglob("*.page")
    blank = replace(load(kept)[0], blocks=(Page(1, 500.0, 100.0),), warnings=("is a page that was kept",))
    store(kept, blank, ())
    assert any("is a page that was kept" in warning for warning in digitize_file(tasks[2]).warnings)
