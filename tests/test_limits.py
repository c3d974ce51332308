"""Limits: whatever a page holds, it is given up in time with a warning that says why, and the other pages are done."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from pathlib import Path

import pymupdf
import pytest
from test_commands import run

from recognizer.context import shapes
from recognizer.errors import UsageError
from recognizer.layout import lay_out
from recognizer.limits import Limits, OutOfTimeError, from_environment, limits_of, within
from recognizer.reading import read, read_text
from recognizer.types import Grid, Page

ROOT = Path(__file__).parents[1]
PDFS = ROOT / "eval" / "pdfs"
SIDE = 80  # rows and columns of the largest table drawn here


def many_drawings(page: pymupdf.Page) -> None:
    strokes = [f"{50 + number % 100 * 5} {50 + number // 100 * 7} m {54 + number % 100 * 5} {50 + number // 100 * 7} l S"
               for number in range(10_000)]
    draw(page, strokes)


def many_cells(page: pymupdf.Page) -> None:
    ends = [(20 + number * 6, 20 + SIDE * 6) for number in range(SIDE + 1)]
    draw(page, [f"{at} 20 m {at} {end} l S 20 {at} m {end} {at} l S" for at, end in ends])


def too_large(page: pymupdf.Page) -> None:
    page.set_mediabox(pymupdf.Rect(0, 0, 14400, 14400))


def without_unicode(page: pymupdf.Page) -> None:
    """Characters of a font that draws its glyphs and does not say which characters they are."""
    pdf = page.parent
    glyph, font = pdf.get_new_xref(), pdf.get_new_xref()
    pdf.update_object(glyph, "<<>>")
    pdf.update_stream(glyph, b"500 0 0 0 400 600 d1 0 0 400 600 re f", new=True)
    pdf.update_object(font, "<</Type/Font/Subtype/Type3/FontBBox[0 0 500 700]/FontMatrix[.001 0 0 .001 0 0]/FirstChar 200"
                      f"/LastChar 201/Widths[500 500]/Encoding<</Differences[200/g1/g2]>>/CharProcs<</g1 {glyph} 0 R"
                      f"/g2 {glyph} 0 R>>/Resources<<>>>>")
    pdf.xref_set_key(page.xref, "Resources", f"<</Font<</T3 {font} 0 R>>>>")
    draw(page, ["BT /T3 12 Tf 72 600 Td <c8c9> Tj ET"])


def draw(page: pymupdf.Page, operators: list[str]) -> None:
    xref = page.get_contents()[0]
    page.parent.update_stream(xref, page.parent.xref_stream(xref) + "\n".join(["", ".5 w", *operators]).encode())


def form_with_a_bad_page(folder: Path, spoil: Callable[[pymupdf.Page], None]) -> Path:
    """The first pages of a form with a page before them that has a line of text and whatever `spoil` does to it."""
    path = folder / "form.pdf"
    with pymupdf.open(PDFS / "huaian_wqy.pdf") as pdf:
        pdf.select([0, 1])
        bad = pdf.new_page(0)
        bad.insert_text((72, 72), "before")
        spoil(bad)
        pdf.save(path)
    return path


@pytest.mark.parametrize(("spoil", "reason"), [
    (too_large, "page 1 is 200 × 200 inches large (limit page_inches: 200), and was not read"),
    (many_drawings, "page 1 has 10000 drawings (limit page_drawings: 10000), and was read without them"),
    (without_unicode, "page 1: 2 characters have no Unicode in their font (U+FFFD)"),
    (many_cells, f"page 1 was not read: it has a table of {SIDE * SIDE} cells (limit table_cells: 5000)")])
def test_a_page_beyond_a_limit_is_a_warning_and_the_others_are_done(
        tmp_path: Path, spoil: Callable[[pymupdf.Page], None], reason: str) -> None:
    path = form_with_a_bad_page(tmp_path, spoil)
    warnings: list[str] = []
    document = read(path, Limits(table_cells=5000))
    grids = lay_out(document, Limits(table_cells=5000), warnings.append)
    assert [*document.warnings, *warnings] == [reason]
    good = [grid for grid in lay_out(read(path), Limits(table_cells=5000)) if grid.drawn]
    assert sum(len(grid.cells) for grid in grids) > 50
    assert {piece.place.page for grid in good for cell in grid.cells for piece in cell.pieces} == {2, 3}


def test_a_table_over_pages_is_parted_at_the_limit_and_none_of_it_is_lost() -> None:
    document = read(PDFS / "guangzhou_xlsx_uming.pdf")
    warnings: list[str] = []
    parted = lay_out(document, Limits(table_cells=100), warnings.append)
    assert warnings
    assert all(len(grid.cells) < 100 for grid in parted if grid.drawn)
    assert characters(parted) == characters(lay_out(document))


def characters(grids: tuple[Grid, ...]) -> list[str]:
    return sorted(char for grid in grids for cell in (*grid.cells, *grid.repeated) for char in cell.text)


def test_a_table_of_a_text_beyond_the_limit_is_a_warning() -> None:
    text = "修路\n\n" + "甲\t乙\t丙\n" * 40 + "\n完\n"
    warnings: list[str] = []
    grids = lay_out(read_text(text, "a.txt"), Limits(table_cells=100), warnings.append)
    assert warnings == ["a table has 120 cells (limit table_cells: 100), and was not read"]
    assert [cell.text for grid in grids for cell in grid.cells] == ["修路", "完"]


def test_a_page_that_takes_too_long_is_a_warning() -> None:
    page = next(block for block in read(PDFS / "huaian_wqy.pdf").blocks if isinstance(block, Page))
    document = read_text("", "a.pdf")
    endless = type(document)("a.pdf", "pdf", (page, page))
    warnings: list[str] = []
    assert lay_out(endless, Limits(page_seconds=1e-4), warnings.append) == ()
    assert warnings == ["page 1 was not read: it takes more than 0.0001 seconds"] * 2


def test_a_dotted_line_takes_no_longer_than_other_texts() -> None:
    with within(5):
        dotted, leader, blank = shapes(["第一章" + "." * 400 + "12", "." * 400 + "12", "指标1：" + "." * 400])
    assert dotted.shape == leader.shape
    assert (blank != leader).any()


def test_time_is_called_only_inside_and_only_once_over() -> None:
    with pytest.raises(OutOfTimeError, match=r"0\.05 seconds"), within(0.05):
        time.sleep(60)
    with within(0.05):
        pass
    time.sleep(0.1)


def test_the_documentation_names_the_limits_as_they_are() -> None:
    page = (ROOT / "docs" / "archives.md").read_text("utf-8")
    rows = re.findall(r"^\| (`\w+`(?:, `\w+`)*) \| ([\d., GiB]+) \|", page, re.MULTILINE)
    said = {name.strip("`"): figure for names, figures in rows
            for name, figure in zip(names.split(", "), figures.split(", "), strict=True)}
    assert len(said) == 8
    for name, figure in said.items():
        known = getattr(Limits(), name)
        assert figure == (f"{known >> 30} GiB" if name.endswith("_bytes") else f"{known:g}"), name


def test_limits_come_from_the_environment_or_the_options_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert from_environment({"RECOGNIZER_PAGE_SECONDS": "7.5", "RECOGNIZER_MODELS": "x"}) == Limits(page_seconds=7.5)
    assert limits_of({"page_drawings": 3}).page_drawings == 3
    for wrong in ({"page_drawings": "many"}, {"page_drawings": "-1"}, {"page_seconds": "inf"}, {"page_seconds": "nan"},
                  {"pages": 5}):
        with pytest.raises(UsageError):
            limits_of(wrong)
    form = form_with_a_bad_page(tmp_path, many_cells)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "recognizer.toml").write_text("[limits]\ntable_cells = 5000\n", "utf-8")
    ended = run("digitize", form, "--out", tmp_path / "out")
    assert ended.status == 0
    assert f"it has a table of {SIDE * SIDE} cells (limit table_cells: 5000)" in ended.err
    (tmp_path / "recognizer.toml").write_text("[limits]\ntable_cells = 'many'\n", "utf-8")
    assert run("digitize", form, "--out", tmp_path / "out").status == 2
