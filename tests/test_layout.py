"""Laying out: every word of the text stands in exactly one piece, and a packed cell loses nothing when it is split."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from recognizer.layout import lay_out
from recognizer.layout.packed import restore, split_packed
from recognizer.reading import read_text
from recognizer.types import Cell, Piece, Place

PACKED = (
    "1、1-产出指标; 11-数量指标; 足额发放率; 实施周期指标值:100%; 年度指标值:大于等于98%。2、数量指标：培训人数≥3个，合格率95%。"
)
texts = st.text(alphabet="产出指标数量培训率abc019≥%；;：:。、, \t（）", min_size=1, max_size=80).filter(
    lambda text: bool(text.strip())
)


def packed_cell(text: str) -> Cell:
    return Cell(0, 0, text, (Piece(text, Place(lines=(7, 7)), 3),))


def test_lines_become_rows_and_runs_between_blanks_become_cells() -> None:
    (grid,) = lay_out(read_text("项目名称 党员教育\n\n年度资金总额： 48.00\n", "a.txt"))
    assert [(cell.row, cell.column, cell.text, cell.gap) for cell in grid.cells] == [
        (0, 0, "项目名称", "start"),
        (0, 1, "党员教育", "blank"),
        (1, 0, "年度资金总额：", "blank_line"),
        (1, 1, "48.00", "blank"),
    ]
    assert [cell.pieces[0].key for cell in grid.cells] == [(1, 0), (1, 1), (3, 0), (3, 1)]


def test_a_drawn_table_keeps_its_columns() -> None:
    (grid,) = lay_out(read_text("一级指标\t二级指标\n产出指标\t\n", "a.txt"))
    assert grid.drawn
    assert [(cell.row, cell.column, cell.text) for cell in grid.cells] == [
        (0, 0, "一级指标"),
        (0, 1, "二级指标"),
        (1, 0, "产出指标"),
        (1, 1, ""),
    ]


@given(texts)
def test_splitting_a_packed_cell_loses_and_doubles_nothing(text: str) -> None:
    pieces = split_packed(packed_cell(text)).cells
    assert "".join("".join(piece.text.split()) for piece in pieces) == "".join(text.split())
    assert all(text.startswith(piece.pieces[0].text, piece.column) for piece in pieces)


def test_a_packed_cell_is_cut_where_its_facts_meet() -> None:
    grid = split_packed(packed_cell(PACKED))
    cores = [restore(cell, packed_cell(PACKED)).text for cell in grid.cells]
    for fact in ("产出指标", "数量指标", "足额发放率", "实施周期指标值", "100%", "培训人数", "≥3个", "合格率", "95%"):
        assert fact in cores
