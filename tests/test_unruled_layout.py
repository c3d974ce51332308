"""Tables without closed rules: half-ruled, shaded and borderless ones come out as the cells that their reader sees."""

from __future__ import annotations

import json
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path

import pymupdf
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recognizer.generation.printing import print_reserved
from recognizer.generation.printing.style import Rules
from recognizer.layout import lay_out
from recognizer.layout.tiling import tile
from recognizer.measuring.structure import StructureScores, grid_cells, measure_structure
from recognizer.reading import read
from recognizer.reading.pdf import read_pdf
from recognizer.types import Grid

PDFS = Path(__file__).parents[1] / "eval" / "pdfs"
FONT = "china-s"
XS = (60, 130, 230, 400, 500)
ROWS = [
    ["一级指标", "二级指标", "三级指标", "指标值"],
    ["产出指标", "数量指标", "培训人数", "≥900人"],
    ["", "质量指标", "合格率", "≥98%"],
    ["效益指标", "社会效益", "对促进国民经济发展规划落实/政策的影响程度", "明显提高"],
    ["", "生态效益", "能耗", "≤3%"],
]
TABLE = [
    (0, 0, 1, 1, "一级指标"), (0, 1, 1, 1, "二级指标"), (0, 2, 1, 1, "三级指标"), (0, 3, 1, 1, "指标值"),
    (1, 0, 2, 1, "产出指标"), (1, 1, 1, 1, "数量指标"), (1, 2, 1, 1, "培训人数"), (1, 3, 1, 1, "≥900人"),
    (2, 1, 1, 1, "质量指标"), (2, 2, 1, 1, "合格率"), (2, 3, 1, 1, "≥98%"),
    (3, 0, 2, 1, "效益指标"), (3, 1, 1, 1, "社会效益"), (3, 2, 1, 1, "对促进国民经济发展规划落实政策的影响程度"),
    (3, 3, 1, 1, "明显提高"), (4, 1, 1, 1, "生态效益"), (4, 2, 1, 1, "能耗"), (4, 3, 1, 1, "≤3%"),
]


def centered(page: pymupdf.Page, text: str, x0: float, x1: float, y0: float, y1: float) -> None:
    """Writes lines (parted by /) into the middle of a cell."""
    lines = text.split("/")
    top = (y0 + y1) / 2 - 13 * len(lines) / 2
    for number, line in enumerate(lines):
        wide = pymupdf.get_text_length(line, FONT, 10)
        page.insert_text(((x0 + x1 - wide) / 2, top + 13 * number + 10), line, fontname=FONT, fontsize=10)


def draw(page: pymupdf.Page, style: str, y: float = 100, x: float = 0, rows: list[list[str]] = ROWS) -> None:
    """The table; a label reaches over the rows below it that have none. `style`: none, lines, shading."""
    heights = [40 if any("/" in text for text in row) else 24 for row in rows]
    ys = [y + sum(heights[:number]) for number in range(len(rows) + 1)]
    for number, row in enumerate(rows):
        for column, text in enumerate(row):
            if not text:
                continue
            end = number + 1
            while column == 0 and end < len(rows) and not rows[end][0]:
                end += 1
            box = (XS[column] + x, ys[number], XS[column + 1] + x, ys[end])
            if style == "shading" and number % 2:
                page.draw_rect(box, color=None, fill=(0.9, 0.9, 0.95))
            if style == "lines":
                page.draw_line((box[0], box[3]), (box[2], box[3]), width=0.5)
            centered(page, text, box[0], box[2], box[1], box[3])
    if style == "lines":
        page.draw_line((XS[0] + x, ys[0]), (XS[-1] + x, ys[0]), width=0.5)


def grids_of(made: pymupdf.Document) -> list[Grid]:
    return list(lay_out(read_pdf(made.tobytes(), Path("a.pdf"))))


def cells_of(grid: Grid) -> list[tuple[int, int, int, int, str]]:
    return [(cell.row, cell.column, cell.row_span, cell.column_span, cell.text) for cell in grid.cells]


@pytest.mark.parametrize("style", ["none", "lines", "shading"])
def test_labels_over_rows_and_wrapped_names_are_cells_without_inner_rules(style: str) -> None:
    with pymupdf.open() as made:
        page = made.new_page()
        page.insert_text((200, 60), "项目支出绩效目标表", fontname=FONT, fontsize=16)
        page.insert_text((420, 85), "单位：万元", fontname=FONT, fontsize=10)
        draw(page, style)
        page.insert_text((60, 300), "注：本表由各部门填报。", fontname=FONT, fontsize=10)
        title, table, note = grids_of(made)
    assert table.drawn
    assert cells_of(table) == TABLE
    assert [cell.text for cell in title.cells] == ["项目支出绩效目标表", "单位：万元"]
    assert [cell.text for cell in note.cells] == ["注：本表由各部门填报。"]


@pytest.mark.parametrize("style", ["none", "lines", "shading"])
def test_tables_without_inner_rules_beside_each_other_are_two(style: str) -> None:
    with pymupdf.open() as made:
        page = made.new_page(width=1100)
        draw(page, style)
        draw(page, style, x=470)
        tables = grids_of(made)
    assert [cells_of(table) for table in tables] == [TABLE, TABLE]


@pytest.mark.parametrize("style", ["none", "lines"])
def test_tables_under_each_other_are_two(style: str) -> None:
    with pymupdf.open() as made:
        page = made.new_page()
        draw(page, style)
        draw(page, style, y=300)
        tables = grids_of(made)
    assert [cells_of(table) for table in tables] == [TABLE, TABLE]


def test_a_page_of_prose_has_no_table() -> None:
    with pymupdf.open() as made:
        page = made.new_page()
        for number in range(20):
            page.insert_text((60, 80 + 16 * number), "为贯彻落实工作部署，完成年度任务。", fontname=FONT, fontsize=10)
        assert [grid.drawn for grid in grids_of(made)] == [False]


def test_a_borderless_table_that_goes_on_over_the_page_is_one() -> None:
    with pymupdf.open() as made:
        draw(made.new_page(), "none", y=650)
        rest = [["", "可持续影响", "长效机制", "健全"], ["满意度", "服务对象", "满意率", "≥95%"]]
        draw(made.new_page(), "none", y=50, rows=rest)
        (table,) = grids_of(made)
    texts = [(cell.row, cell.column, cell.text) for cell in table.cells if cell.row > 4 and cell.text]
    assert texts == [
        (5, 1, "可持续影响"), (5, 2, "长效机制"), (5, 3, "健全"),
        (6, 0, "满意度"), (6, 1, "服务对象"), (6, 2, "满意率"), (6, 3, "≥95%")]


def packed(page: pymupdf.Page, y: float, cells: list[str], first: bool) -> None:
    """A row of a list, whose last cell has many lines, under the list's headings where it is the first."""
    xs = (60, 160, 240, 540)
    for number, text in enumerate(("项目名称", "预算金额", "绩效指标内容") if first else ()):
        centered(page, text, xs[number], xs[number + 1], y - 24, y)
    lines = max(text.count("/") + 1 for text in cells)
    for number, text in enumerate(cells):
        if text:
            centered(page, text, xs[number], xs[number + 1], y, y + 13 * lines + 8)


INSIDE = (
    "产出指标：数量指标：培训人数：≥900人；质量指标：合格率/：≥98%；效益指标：社会效益：知晓率：≥95%；满意度指标/"
    "：服务对象满意度：满意率：≥95%；产出指标：时效指标/：完成及时率：≥100%；成本指标：培训成本：≤20万元。"
)
REST = "指标值：≥50人；年度目标值：≥50人；产出指标/：时效指标：完成及时率：≥100%；成本/指标：成本：≤20万元。"


def test_a_list_of_one_tall_row_a_page_is_one_table() -> None:
    with pymupdf.open() as made:
        packed(made.new_page(), 124, ["培训经费", "20.00", INSIDE], True)
        packed(made.new_page(), 60, ["修缮费", "35.00", INSIDE], False)
        (table,) = grids_of(made)
    places = [(cell.row, cell.column, cell.text) for cell in table.cells if cell.text and cell.column < 2]
    assert [text for _, _, text in places] == ["项目名称", "预算金额", "培训经费", "20.00", "修缮费", "35.00"]
    assert [(row, column) for row, column, _ in places] == [(0, 0), (0, 1), (1, 0), (1, 1), (2, 0), (2, 1)]


def test_the_rest_of_a_cell_alone_on_its_page_stays_in_its_column() -> None:
    with pymupdf.open() as made:
        packed(made.new_page(height=240), 124, ["培训经费", "20.00", INSIDE], True)
        packed(made.new_page(height=240), 60, ["", "", REST], False)
        (table,) = grids_of(made)
    assert [(cell.column, cell.text[:4]) for cell in table.cells if cell.row == 2 and cell.text] == [(2, "指标值：")]


def test_a_form_that_begins_on_the_next_page_takes_no_columns_from_the_one_before() -> None:
    rows = [["项目名称", "培训经费", "主管部门", "人社局"], *ROWS[1:]]
    other = [["项目名称", "", "", "修缮费"], *ROWS[1:]]
    with pymupdf.open() as made:
        draw(made.new_page(), "lines", rows=rows)
        draw(made.new_page(), "lines", rows=other)
        tables = grids_of(made)
    assert [sum(bool(cell.text) for cell in table.cells) for table in tables] == [18, 16]


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_turned_pages_give_the_same_cells(turn: int) -> None:
    with pymupdf.open() as made:
        page = made.new_page()
        draw(page, "none")
        page.set_rotation(turn)
        (table,) = grids_of(made)
    assert cells_of(table) == TABLE


def scores(rules: Rules) -> Iterable[StructureScores]:
    for printed in print_reserved(11, 1, rules):
        grids = lay_out(read_pdf(printed.pdf, Path(printed.name)))
        yield measure_structure(printed.structure(), [grid_cells(grid) for grid in grids if grid.drawn])


@pytest.mark.parametrize("rules", ["half", "none"])
def test_most_cells_of_printed_pages_have_their_text_and_spans(rules: Rules) -> None:
    total = sum(scores(rules), StructureScores())
    assert total.cells.recall > 0.9
    assert total.relations.f1 > 0.9


def test_the_shaded_page_of_a_browser_is_read_cell_by_cell() -> None:
    truth = json.loads((PDFS / "anqing_zebra_wqy.truth.json").read_text("utf-8"))
    grids = [grid for grid in lay_out(read(PDFS / "anqing_zebra_wqy.pdf")) if grid.drawn]
    found = measure_structure(truth, [grid_cells(grid) for grid in grids])
    assert found.cells.recall == found.cells.precision == 1


@given(st.lists(st.integers(1, 4), min_size=1, max_size=6), st.data())
def test_tiles_hold_what_they_must_and_never_overlap(sizes: list[int], data: st.DataObject) -> None:
    edges = [0]
    for size in sizes:
        edges.append(edges[-1] + size)
    cells = list(pairwise(edges))
    places = [(first + last) / 2 for first, last in cells]
    wanted = []
    for first, last in cells:
        start = data.draw(st.integers(first, last - 1))
        wanted.append((start, data.draw(st.integers(start + 1, last))))
    found = tile(edges[-1], wanted, lambda number, start, end: abs(places[number] - (start + end) / 2), 0.01)
    assert all(start <= first and last <= end for (start, end), (first, last) in zip(found, wanted, strict=True))
    assert all(before[1] <= after[0] for before, after in pairwise(found))
    exact = tile(edges[-1], wanted, lambda number, start, end: abs(places[number] - (start + end) / 2), 100)
    assert exact == cells


