"""Pictures of what was recognised: every cell is marked where it stands, and the command leaves a picture or a reason."""

from __future__ import annotations

import functools
import os
import subprocess
import sys
from collections.abc import Sequence
from itertools import combinations
from pathlib import Path

import pymupdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recognizer.api import Digitized
from recognizer.digitizing import digitize_document
from recognizer.layout import lay_out
from recognizer.model import shipped_model
from recognizer.reading import read, read_text
from recognizer.showing import picture
from recognizer.showing.contact import thumbnails
from recognizer.showing.legend import in_rows
from recognizer.showing.overlay import Overlay, linked, overlays, side_by_side
from recognizer.showing.palette import FAMILIES, family_of, period_name
from recognizer.showing.sheets import placed, set_text, sheet_of
from recognizer.types import Box, Document, Label, LabelledCell, Page, Period, Records, Role

ROOT = Path(__file__).parents[1]
PDFS = ROOT / "eval" / "pdfs"
DOCUMENTS = ROOT / "eval" / "documents"
RULED = ("fuyang_uming", "guangzhou_xlsx_uming", "huaian_wqy", "langxi_wqy")
TEXTS = tuple(sorted(path.name for path in DOCUMENTS.glob("*.txt")))
TOUCH = 0.01  # points that boxes may share at their edges

each_ruled = pytest.mark.parametrize("name", RULED)


@functools.cache
def document_of(path: Path) -> Document:
    return read(path)


@functools.cache
def digitized(path: Path) -> Digitized:
    return digitize_document(document_of(path), shipped_model())


def entries_of(document: Document) -> list[LabelledCell]:
    """Every non-empty cell of a document, labelled as a name: what is marked where does not hang on the label."""
    return [LabelledCell(cell, Label(Role.NAME), 0.99) for grid in lay_out(document) for cell in grid.cells if cell.text]


def shown_pages(path: Path) -> tuple[Overlay, ...]:
    """The overlays of a PDF's pages with what the shipped model makes of them."""
    sheets = [sheet_of(page) for page in document_of(path).blocks if isinstance(page, Page)]
    found = digitized(path)
    return overlays(sheets, found.labelled, found.labelled, found.records)


def overlap(one: Box, other: Box) -> bool:
    return (min(one[2], other[2]) - max(one[0], other[0]) > TOUCH) and (min(one[3], other[3]) - max(one[1], other[1]) > TOUCH)


def holds(outer: Box, inner: Box, by: float = TOUCH) -> bool:
    return (outer[0] - by <= inner[0] and outer[1] - by <= inner[1] and inner[2] <= outer[2] + by and inner[3] <= outer[3] + by)


@each_ruled
def test_cells_of_ruled_pages_are_marked_by_the_boxes_that_their_rules_draw(name: str) -> None:
    document = document_of(PDFS / f"{name}.pdf")
    entries = entries_of(document)
    sheets = [sheet_of(page) for page in document.blocks if isinstance(page, Page)]
    drawn = overlays(sheets, entries, entries, Records(document.name))
    for overlay in drawn:
        in_tables = [mark.boxes[0] for mark in overlay.marks if mark.in_table]
        assert len(in_tables) > 10
        assert not any(overlap(one, other) for one, other in combinations(in_tables, 2))
        assert {mark.number for mark in overlay.marks} == set(range(1, len(overlay.marks) + 1))
        for mark in overlay.marks:
            assert all(holds((0, 0, overlay.sheet.width, overlay.sheet.height), box, 2.0) for box in mark.boxes)


@each_ruled
def test_every_piece_of_text_stands_in_a_mark(name: str) -> None:
    document = document_of(PDFS / f"{name}.pdf")
    entries = entries_of(document)
    sheets = [sheet_of(page) for page in document.blocks if isinstance(page, Page)]
    boxes = {one.sheet.number: [box for mark in one.marks for box in mark.boxes]
             for one in overlays(sheets, entries, entries, Records(document.name))}
    for entry in entries:
        for piece in entry.cell.pieces:
            assert piece.place.page
            assert piece.place.bbox
            x0, y0, x1, y1 = piece.place.bbox
            middle = ((x0 + x1) / 2, (y0 + y1) / 2) * 2
            assert any(holds(box, middle) for box in boxes[piece.place.page]), piece.text


def check_set(document: Document) -> None:
    """Every character of every piece is set once, on a sheet, over no other."""
    grids = lay_out(document)
    sheets, boxes = set_text(grids)
    pieces = {piece.key: piece for grid in grids for cell in grid.cells for piece in cell.pieces}
    assert set(boxes) == set(pieces)
    for key, (number, own) in boxes.items():
        sheet = sheets[number - 1]
        assert len(own) == len(pieces[key].text)
        assert all(holds((0, 0, sheet.width, sheet.height), box) for box in own)
    for number, sheet in enumerate(sheets, 1):
        assert sheet.number == number
        printed = sorted(box for page, own in boxes.values() if page == number for box in own)
        assert not any(overlap(one, other) for one, other in combinations(printed[:400], 2))
    for entry in entries_of(document):
        text = "".join(piece.text for piece in placed(entry, boxes).cell.pieces)
        assert text == "".join("".join(piece.text.split()) for piece in entry.cell.pieces)


@pytest.mark.parametrize("name", TEXTS)
def test_a_text_is_set_on_sheets_whole(name: str) -> None:
    check_set(document_of(DOCUMENTS / name))


lines = st.lists(st.text("项目支出绩效 指标1：≥95%\t|（）。", max_size=60), max_size=40)


@given(lines)
@settings(max_examples=40, deadline=None)
def test_any_text_is_set_on_sheets_whole(printed: list[str]) -> None:
    check_set(read_text("\n".join(printed), "a.txt"))


def test_a_line_longer_than_a_sheet_is_set_whole() -> None:
    check_set(read_text("绩效" * 9000, "a.txt"))


sizes = st.lists(st.tuples(st.floats(50, 3000), st.floats(50, 3000)), min_size=1, max_size=300)


@given(sizes)
@settings(max_examples=100, deadline=None)
def test_thumbnails_keep_their_shape_and_their_room(pages: Sequence[tuple[float, float]]) -> None:
    layout = thumbnails(pages)
    assert len(layout.boxes) == len(pages)
    for (width, height), box in zip(pages, layout.boxes, strict=True):
        assert (box[3] - box[1]) / (box[2] - box[0]) == pytest.approx(height / width)
        assert holds((0, 0, layout.width, layout.height), box)
    for index, box in enumerate(layout.boxes):
        assert not any(overlap(box, other) for other in layout.boxes[index + 1 : index + 40])


@given(st.lists(st.floats(1, 200), max_size=40), st.floats(10, 500))
def test_rows_of_a_legend_fit_and_lose_nothing(widths: list[float], room: float) -> None:
    rows = list(in_rows(widths, room))
    assert [index for row in rows for index, _ in row] == list(range(len(widths)))
    assert all(x + widths[index] <= room or x == 0 for row in rows for index, x in row)


def test_pieces_beside_each_other_are_one_box_and_others_are_linked() -> None:
    line, next_to_it, below, far = (0, 0, 20, 10), (22, 0, 40, 10), (0, 12, 20, 22), (0, 60, 20, 70)
    joined = list(side_by_side([line, next_to_it, below, far]))
    assert joined == [(0, 0, 40, 10), below, far]
    assert linked(joined) == [(below, far)]


def test_every_role_has_a_colour_and_every_period_a_word() -> None:
    assert {role for family in FAMILIES for role in family.roles} == set(Role)
    assert len({family.tint for family in FAMILIES}) == len(FAMILIES)
    for language in ("en", "zh"):
        assert len({family.called(language) for family in FAMILIES}) == len(FAMILIES)
        assert len({period_name(period, language) for period in Period}) == len(Period)


def test_joins_over_the_page_and_labels_carried_over_are_shown() -> None:
    first, second = shown_pages(PDFS / "langxi_wqy.pdf")
    assert any(mark.goes_on == 2 and mark.role is Role.NAME for mark in first.marks)
    assert any(mark.comes_from == 1 and mark.role is Role.NAME for mark in second.marks)
    assert not first.carried
    level = next(one for one in second.carried if "效益指标" in one.text and one.role is Role.LEVEL1)
    assert level.page == 1
    assert level.blank
    names = [mark for mark in second.marks if mark.role is Role.NAME]
    assert min(mark.boxes[0][1] for mark in names) == pytest.approx(level.box[1], abs=1)


def test_headings_printed_again_are_shown_as_such() -> None:
    document = document_of(PDFS / "guangzhou_xlsx_uming.pdf")
    grids = lay_out(document)
    sheets = [sheet_of(page) for page in document.blocks if isinstance(page, Page)]
    repeated = [cell for grid in grids for cell in grid.repeated if cell.text]
    first, *others = overlays(sheets, (), (), Records(document.name), repeated)
    assert not first.repeated
    for other in others:
        assert len(other.repeated) == 7
        assert set(other.repeated) <= set(other.sheet.slots)


def test_a_page_shows_each_cell_in_the_colour_of_its_role() -> None:
    path = PDFS / "huaian_wqy.pdf"
    found = digitized(path)
    page = shown_pages(path)[0]
    dpi = 144
    image = pymupdf.Pixmap(picture(path, document_of(path), found.labelled, found.records, page=1, dpi=dpi))
    assert image.width == pytest.approx(page.sheet.width * dpi / 72, abs=2)
    assert image.height > page.sheet.height * dpi / 72
    for mark in page.marks:
        tint = family_of(mark.role).tint
        if not mark.in_table or tint is None or mark.sureness < 0.95:
            continue
        x0, x1, y1 = (mark.boxes[0][edge] * dpi / 72 for edge in (0, 2, 3))
        pixels = [image.pixel(int(x0 + (x1 - x0) * share), int(y1 - 5)) for share in (0.2, 0.4, 0.6, 0.8)]
        tinted = tuple(round(255 * (1 - 0.58 * (1 - part))) for part in tint)
        assert any(all(abs(a - b) <= 3 for a, b in zip(pixel, tinted, strict=True)) for pixel in pixels), mark.text


def test_what_is_doubtful_is_marked() -> None:
    for path in (DOCUMENTS / TEXTS[0], DOCUMENTS / TEXTS[3]):
        found = digitized(path)
        sheets, boxes = set_text(lay_out(document_of(path)))
        drawn = overlays(sheets, found.labelled, [placed(entry, boxes) for entry in found.labelled], found.records)
        marked = [mark for overlay in drawn for mark in overlay.marks if mark.doubtful]
        for fact in found.doubtful:
            if fact.text and any(not place.inherited for place in fact.at):
                closed = "".join(fact.text.split())
                texts = ["".join(mark.text.split()) for mark in marked]
                assert any(text in closed or closed[:4] in text for text in texts), fact


def run(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    """Runs the command line in a process of its own, as a user does."""
    return subprocess.run(
        [sys.executable, "-c", "from recognizer.commands import main; main()", "show", *map(str, arguments)],
        capture_output=True, text=True, encoding="utf-8", env={**os.environ, "LC_ALL": "C.UTF-8", **environment}, check=False)


@pytest.mark.parametrize(("path", "page"), [
    (PDFS / "langxi_wqy.pdf", 2), (PDFS / "fuyang_uming.pdf", None), (PDFS / "langxi_wqy_scan.pdf", 1),
    (DOCUMENTS / "002_3bf4b339ed407386.txt", 1)], ids=str)
@pytest.mark.parametrize("locale", ["C.UTF-8", "zh_CN.UTF-8"])
def test_the_command_writes_a_picture(tmp_path: Path, path: Path, page: int | None, locale: str) -> None:
    out = tmp_path / "pictures" / "page.png"
    done = run(path, "--out", out, "--dpi", 60, *([] if page is None else ["--page", page]), LC_ALL=locale)
    assert (done.returncode, done.stdout.strip()) == (0, str(out)), done.stderr
    assert [file.name for file in out.parent.iterdir()] == ["page.png"]
    assert pymupdf.Pixmap(str(out)).width > 300
    assert not done.stderr


def test_an_empty_page_is_shown_as_one(tmp_path: Path) -> None:
    with pymupdf.open() as blank:
        blank.new_page(width=200, height=100)
        blank.new_page(width=2000, height=100)
        blank.save(tmp_path / "blank.pdf")
    document = read(tmp_path / "blank.pdf")
    for page in (None, 1, 2):
        assert picture(tmp_path / "blank.pdf", document, (), Records("blank.pdf"), page=page, dpi=50)


def test_a_page_as_large_as_a_wall_becomes_a_picture_that_opens(tmp_path: Path) -> None:
    with pymupdf.open() as wall:
        wall.new_page(width=14400, height=14400).insert_text((100, 100), "wall")
        wall.save(tmp_path / "wall.pdf")
    document = read(tmp_path / "wall.pdf")
    entries = entries_of(document)
    image = pymupdf.Pixmap(picture(tmp_path / "wall.pdf", document, entries, Records("wall.pdf"), page=1, dpi=600))
    assert 1e6 < image.width * image.height < 1e8


@pytest.mark.parametrize(("page", "degrees"), [(1, 0), (1, 90), (1, 180), (1, 270)])
def test_a_turned_page_is_marked_as_it_is_displayed(tmp_path: Path, page: int, degrees: int) -> None:
    with pymupdf.open(PDFS / "huaian_wqy.pdf") as source:
        source[0].set_rotation(degrees)
        displayed = source[0].rect
        source.save(tmp_path / "turned.pdf")
    document = read(tmp_path / "turned.pdf")
    sheet = sheet_of(next(block for block in document.blocks if isinstance(block, Page)))
    assert (sheet.width, sheet.height) == pytest.approx((displayed.width, displayed.height))
    assert all(holds((0, 0, sheet.width, sheet.height), box) for box in (*sheet.slots, *sheet.printed))
    entries = entries_of(document)
    (overlay, *_) = overlays([sheet], entries, entries, Records("turned.pdf"))
    assert sum(mark.in_table for mark in overlay.marks) > 50


@pytest.mark.parametrize(("arguments", "status", "said"), [
    (["missing.pdf", "-o", "a.png"], 1, "no such file"),
    ([PDFS / "huaian_wqy.pdf", "-o", "a.jpg"], 2, ".png"),
    ([PDFS / "huaian_wqy.pdf", "-o", "a.png", "--page", "0"], 2, ""),
    ([PDFS / "huaian_wqy.pdf", "-o", "a.png", "--page", "9"], 2, "no page 9"),
    ([PDFS / "huaian_wqy.pdf", "-o", "/dev/null/a.png"], 2, "cannot be written"),
    ([PDFS / "huaian_wqy.pdf"], 2, "--out")], ids=str)
def test_what_cannot_be_shown_ends_with_its_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[object], status: int, said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    done = run(*arguments)
    assert done.returncode == status
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert not list(tmp_path.iterdir())


def test_help_teaches_by_examples_in_both_languages() -> None:
    english, chinese = run("--help"), run("--help", LC_ALL="zh_CN.UTF-8", COLUMNS="60")
    assert english.returncode == chinese.returncode == 0
    assert "recognizer show forms_2024.pdf --page 2" in english.stdout
    assert "示例" in chinese.stdout
    assert "…" not in chinese.stdout
