"""Ruled tables of PDFs: cells, spans and texts as drawn, however the rules are drawn, over pages and turned ones too."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from pathlib import Path

import numpy as np
import pymupdf
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recognizer.generation.printing import print_generated
from recognizer.layout import lay_out
from recognizer.layout.filling import union
from recognizer.layout.lattice import Slot, lattices
from recognizer.layout.packed import restore, split_packed
from recognizer.reading import read
from recognizer.repair import choose, merge
from recognizer.repair.page_breaks import cut_rows, mend
from recognizer.types import Cell, Document, Grid, Page, Piece, Place, Rule

PDFS = Path(__file__).parents[1] / "eval" / "pdfs"
RULED = ("fuyang_uming", "langxi_wqy", "huaian_wqy", "guangzhou_xlsx_uming")
FONT = "china-s"
XS, YS = (60, 140, 260, 400), (100, 130, 160, 190)
HEADS, FIRST, SECOND = ["一级", "二级", "指标值"], ["产出", "数量", "≥95%"], ["", "质量", "100%"]


def inside(page: pymupdf.Page, text: str, x: float, y: float) -> None:
    page.insert_text((x + 4, y + 18), text, fontname=FONT, fontsize=10)


def draw_table(page: pymupdf.Page, rows: list[list[str]], style: str = "lines", x: float = 0, y: float = 0) -> None:
    """A table of three columns whose first cell of the second row reaches over the third row too where that one's is empty."""
    ys = [YS[0] + 30 * number for number in range(len(rows) + 1)]
    merged = {number for number, row in enumerate(rows) if number and not row[0]}
    for number, row in enumerate(rows):
        for column, text in enumerate(row):
            if text:
                inside(page, text, XS[column] + x, ys[number] + y)
    edges = [(left, at, right, at) for number, at in enumerate(ys) for column, (left, right) in enumerate(pairwise(XS))
             if not (number in merged and column == 0)]
    edges += [(at, top, at, bottom) for at in XS for top, bottom in pairwise(ys)]
    for x0, y0, x1, y1 in edges:
        start, end = (x0 + x, y0 + y), (x1 + x, y1 + y)
        outer = x0 == x1 and x0 in (XS[0], XS[-1])
        if style == "open" and outer:
            continue
        if style == "bars":
            page.draw_rect((start[0] - 0.4, start[1] - 0.4, end[0] + 0.4, end[1] + 0.4), color=None, fill=(0, 0, 0))
        elif style == "double":
            for shift in (-1, 1):
                page.draw_line((start[0] + shift * (x0 == x1), start[1] + shift * (y0 == y1)),
                               (end[0] + shift * (x0 == x1), end[1] + shift * (y0 == y1)), width=0.4)
        elif style == "dashes":
            page.draw_line(start, end, width=0.5, dashes="[3 2] 0")
        elif style == "dashed strokes":
            steps = np.linspace(0, 1, 12)
            for first, last in list(pairwise(steps))[::1]:
                page.draw_line((start[0] + (end[0] - start[0]) * first, start[1] + (end[1] - start[1]) * first),
                               (start[0] + (end[0] - start[0]) * (last - 0.02), start[1] + (end[1] - start[1]) * (last - 0.02)))
        else:
            page.draw_line(start, end, width=0.5)
            if style == "twice":
                page.draw_line(end, start, width=0.5)


def laid_out(document: pymupdf.Document, path: Path) -> tuple[Grid, ...]:
    document.save(path)
    return lay_out(read(path))


def table_of(grid: Grid) -> list[tuple[int, int, int, int, str]]:
    return [(cell.row, cell.column, cell.row_span, cell.column_span, cell.text) for cell in grid.cells]


TABLE = [
    (0, 0, 1, 1, "一级"), (0, 1, 1, 1, "二级"), (0, 2, 1, 1, "指标值"),
    (1, 0, 2, 1, "产出"), (1, 1, 1, 1, "数量"), (1, 2, 1, 1, "≥95%"),
    (2, 1, 1, 1, "质量"), (2, 2, 1, 1, "100%"),
]


@pytest.mark.parametrize("style", ["lines", "bars", "double", "dashes", "dashed strokes", "twice", "open"])
def test_a_table_is_read_however_its_rules_are_drawn(style: str, tmp_path: Path) -> None:
    with pymupdf.open() as made:
        draw_table(made.new_page(), [HEADS, FIRST, SECOND], style)
        (grid,) = laid_out(made, tmp_path / "a.pdf")
    assert grid.drawn
    assert table_of(grid) == TABLE


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_turned_pages_give_the_same_table(turn: int, tmp_path: Path) -> None:
    with pymupdf.open() as made:
        page = made.new_page()
        draw_table(page, [HEADS, FIRST, SECOND])
        page.set_rotation(turn)
        (grid,) = laid_out(made, tmp_path / "a.pdf")
        shown = made[0].rect
    assert table_of(grid) == TABLE
    for cell in grid.cells:
        for piece in cell.pieces:
            assert piece.place.bbox is not None
            assert pymupdf.Rect(piece.place.bbox) in shown


def test_tables_beside_and_below_each_other_stay_apart_with_the_text_between(tmp_path: Path) -> None:
    with pymupdf.open() as made:
        page = made.new_page(width=900)
        draw_table(page, [HEADS, FIRST, SECOND])
        draw_table(page, [HEADS, FIRST, SECOND], x=380)
        page.insert_text((60, 240), "（2024年度）  单位：万元", fontname=FONT)
        draw_table(page, [HEADS, FIRST, SECOND], y=160)
        grids = laid_out(made, tmp_path / "a.pdf")
    assert [grid.drawn for grid in grids] == [True, True, False, True]
    assert [table_of(grid) for grid in grids if grid.drawn] == [TABLE] * 3
    assert [cell.text for cell in grids[2].cells] == ["（2024年度）", "单位：万元"]


def test_labels_of_one_character_a_line_are_whole(tmp_path: Path) -> None:
    with pymupdf.open() as made:
        page = made.new_page()
        draw_table(page, [["", "二级", "指标值"], ["", "数量", "95%"], SECOND])
        for number, char in enumerate("绩效指标"):
            page.insert_text((90, 140 + 13 * number), char, fontname=FONT, fontsize=10)
        (grid,) = laid_out(made, tmp_path / "a.pdf")
    assert "绩效指标" in [cell.text for cell in grid.cells]


def test_wrapped_lines_read_on_and_broken_ones_keep_their_break(tmp_path: Path) -> None:
    with pymupdf.open() as made:
        page = made.new_page()
        page.draw_rect((50, 50, 300, 150))
        page.draw_line((200, 50), (200, 150))
        for number, line in enumerate(("按时足额发放补助资金，", "保障权益", "2.完成投资")):
            page.insert_text((60, 70 + 14 * number), line, fontname=FONT, fontsize=10)
        page.insert_text((210, 70), "Hello", fontname=FONT, fontsize=10)
        page.insert_text((210, 84), "world", fontname=FONT, fontsize=10)
        (grid,) = laid_out(made, tmp_path / "a.pdf")
    assert [cell.text for cell in grid.cells] == ["按时足额发放补助资金，保障权益\n2.完成投资", "Hello world"]
    assert [len(cell.pieces) for cell in grid.cells] == [3, 2]


def pages_of(made: pymupdf.Document, tables: list[list[list[str]]]) -> None:
    for number, rows in enumerate(tables, 1):
        page = made.new_page()
        draw_table(page, rows, y=500 if number == 1 else -40)
        page.insert_text((290, 820), f"— {number} —", fontname=FONT, fontsize=9)
        if number > 1:
            page.insert_text((200, 30), "某市2024年部门预算", fontname=FONT, fontsize=9)
        else:
            page.insert_text((200, 100), "某市2024年部门预算", fontname=FONT, fontsize=18)


def test_a_table_over_pages_is_one_grid_without_the_headings_printed_again(tmp_path: Path) -> None:
    with pymupdf.open() as made:
        pages_of(made, [[HEADS, FIRST], [HEADS, ["效益", "社会", "较高"]], [HEADS, ["满意", "群众", "90%"]]])
        title, grid, furniture = laid_out(made, tmp_path / "a.pdf")
    texts = [cell.text for cell in grid.cells]
    assert texts == [*HEADS, *FIRST, "效益", "社会", "较高", "满意", "群众", "90%"]
    assert [cell.gap for cell in grid.cells if cell.column == 0] == ["line", "line", "page", "page"]
    assert [cell.text for cell in grid.repeated] == HEADS * 2
    assert [cell.text for cell in title.cells] == ["某市2024年部门预算"]
    assert {"—", "1", "2", "3"} <= {cell.text for cell in furniture.cells}


def test_forms_that_begin_with_the_same_key_on_each_page_stay_apart(tmp_path: Path) -> None:
    with pymupdf.open() as made:
        pages_of(made, [[["项目名称", "甲", "1"], FIRST], [["项目名称", "乙", "2"], FIRST]])
        grids = [grid for grid in laid_out(made, tmp_path / "a.pdf") if grid.drawn]
    assert [grid.cells[1].text for grid in grids] == ["甲", "乙"]


def characters(document: Document) -> Counter[str]:
    printed = [run.text for page in document.blocks if isinstance(page, Page) for run in page.runs]
    return Counter("".join("".join(printed).split()))


def held(grids: tuple[Grid, ...]) -> Counter[str]:
    pieces = [piece for grid in grids for cell in (*grid.cells, *grid.repeated) for piece in cell.pieces]
    keys = [piece.key for piece in pieces]
    assert len(set(keys)) == len(keys)
    for piece in pieces:
        assert len(piece.boxes) == len(piece.text)
        assert piece.place.bbox == union(piece.boxes)
    return Counter("".join("".join(piece.text for piece in pieces).split()))


@pytest.mark.parametrize("name", [*RULED, "anqing_zebra_wqy"])
def test_every_character_of_a_page_ends_in_exactly_one_piece(name: str) -> None:
    document = read(PDFS / f"{name}.pdf")
    assert held(lay_out(document)) == characters(document)


def test_every_character_of_printed_pages_ends_in_exactly_one_piece(tmp_path: Path) -> None:
    for printed in print_generated(6, 5, rules=None):
        path = tmp_path / printed.name
        path.write_bytes(printed.pdf)
        document = read(path)
        grids = lay_out(document)
        assert held(grids) == characters(document)
        assert held(tuple(map(mend, grids))) == characters(document)


@st.composite
def tilings(draw: st.DrawFn) -> tuple[int, int, list[Slot]]:
    """A grid cut into rectangles: rows, columns and the slots in reading order."""
    rows, columns = draw(st.integers(1, 6)), draw(st.integers(2, 6))
    taken = [[False] * columns for _ in range(rows)]
    slots = []
    for row in range(rows):
        for column in range(columns):
            if taken[row][column]:
                continue
            wide = 1
            while column + wide < columns and not taken[row][column + wide] and draw(st.booleans()):
                wide += 1
            high = 1
            while row + high < rows and draw(st.booleans()):
                high += 1
            slots.append(Slot(row, column, high, wide))
            for line in taken[row : row + high]:
                line[column : column + wide] = [True] * wide
    return rows, columns, slots


@given(tilings(), st.floats(-0.6, 0.6))
def test_the_slots_of_drawn_cells_are_those_cells(tiling: tuple[int, int, list[Slot]], shift: float) -> None:
    _, _, slots = tiling
    xs = sorted({edge for slot in slots for edge in (slot.column, slot.column + slot.column_span)})
    ys = sorted({edge for slot in slots for edge in (slot.row, slot.row + slot.row_span)})
    rules = []
    for number, slot in enumerate(slots):
        away = shift if number % 2 else 0.0
        x0, x1 = slot.column * 40.0 + away, (slot.column + slot.column_span) * 40.0 + away
        y0, y1 = slot.row * 20.0, (slot.row + slot.row_span) * 20.0
        rules += [Rule(x0, y0, x1, y0), Rule(x0, y1, x1, y1), Rule(x0, y0, x0, y1), Rule(x1, y0, x1, y1)]
    found = lattices(rules)
    if len(slots) == 1:
        assert found == []
        return
    (lattice,) = found
    assert list(lattice.slots) == [
        Slot(ys.index(slot.row), xs.index(slot.column), ys.index(slot.row + slot.row_span) - ys.index(slot.row),
             xs.index(slot.column + slot.column_span) - xs.index(slot.column))
        for slot in slots
    ]
    for slot in lattice.slots:
        x0, y0, x1, y1 = lattice.box_of(slot)
        assert lattice.slots[lattice.slot_at((x0 + x1) / 2, (y0 + y1) / 2)] == slot


def a_cell(row: int, column: int, text: str, page: int, row_span: int = 1, first_after_break: bool = False) -> Cell:
    piece = Piece(text, Place(page=page, bbox=(0, 0, 1, 1)), 10 * row + column)
    return Cell(row, column, text, (piece,) if text else (), row_span, 1, "page" if first_after_break else "tab")


def broken(above: list[str], below: list[str]) -> Grid:
    cells = [a_cell(0, column, text, 1) for column, text in enumerate(above)]
    return Grid((*cells, *(a_cell(1, column, text, 2, 1, True) for column, text in enumerate(below))), drawn=True)


def repaired(grid: Grid, probability: float) -> Grid:
    """The grid once every text after the break was said to go on with the one above it with a probability."""
    cells = [cell for cell in grid.cells if cell.text]
    columns = {cell.column: number for number, cell in enumerate(cells) if cell.row == 0}
    pairs = np.asarray([(columns[cell.column], number) for number, cell in enumerate(cells) if cell.row == 1], np.int64)
    probable = cut_rows([grid], cells, pairs, np.full(len(pairs), probability, np.float32))
    (whole,) = merge([grid], tuple(cells), choose(pairs, probable))
    return mend(whole)


def test_a_row_cut_by_the_page_is_one_row_even_where_the_joiner_hesitates() -> None:
    grid = repaired(broken(["产出", "督察情况完成", "=95", "是"], ["", "率", "%", ""]), 0.2)
    assert table_of(grid) == [
        (0, 0, 1, 1, "产出"), (0, 1, 1, 1, "督察情况完成率"), (0, 2, 1, 1, "=95%"), (0, 3, 1, 1, "是")]
    assert [piece.place.page for piece in grid.cells[1].pieces] == [1, 2]


def test_rows_that_begin_anew_after_the_page_stay_rows() -> None:
    grid = repaired(broken(["产出", "培训人数", "≥95"], ["", "培训次数", "3次"]), 0.0001)
    assert table_of(grid) == [
        (0, 0, 2, 1, "产出"), (0, 1, 1, 1, "培训人数"), (0, 2, 1, 1, "≥95"), (1, 1, 1, 1, "培训次数"), (1, 2, 1, 1, "3次")]


def test_a_label_that_holds_for_rows_of_both_pages_is_one_cell_whichever_page_prints_it() -> None:
    for texts in (("产出指标", ""), ("", "产出指标"), ("产出指标", "产出指标")):
        cells = (
            a_cell(0, 0, texts[0], 1, 2), a_cell(0, 1, "甲", 1), a_cell(1, 1, "乙", 1),
            a_cell(2, 0, texts[1], 2, 2, True), a_cell(2, 1, "丙", 2, 1, True), a_cell(3, 1, "丁", 2))
        grid = mend(Grid(cells, drawn=True))
        assert table_of(grid) == [
            (0, 0, 4, 1, "产出指标"), (0, 1, 1, 1, "甲"), (1, 1, 1, 1, "乙"), (2, 1, 1, 1, "丙"), (3, 1, 1, 1, "丁")]
        assert [cell.text for cell in grid.repeated] == ["产出指标"] * all(texts)


def test_a_part_of_a_packed_cell_has_the_box_of_its_own_characters() -> None:
    lines = ("1、数量指标：培训人", "数≥3个，合格率95%。")
    pieces = tuple(
        Piece(line, Place(page=2, bbox=(0, 20 * number, 10 * len(line), 20 * number + 10)), number,
              tuple((10 * at, 20 * number, 10 * at + 10, 20 * number + 10) for at in range(len(line))))
        for number, line in enumerate(lines))
    packed = Cell(0, 0, "".join(lines), pieces)
    for part in split_packed(packed).cells:
        own = restore(part, packed)
        assert "".join(piece.text for piece in own.pieces) == own.text
        for piece in own.pieces:
            line = int(piece.index >= len(lines[0]))
            start = piece.index - line * len(lines[0])
            assert piece.place == Place(page=2, bbox=(10 * start, 20 * line, 10 * (start + len(piece.text)), 20 * line + 10))
