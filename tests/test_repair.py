"""Repair: joins keep every piece, a cell continues at most one other, and repeats of OCR are kept once."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recognizer.context import context_of
from recognizer.layout import lay_out
from recognizer.reading import read_text
from recognizer.repair import choose, merge
from recognizer.repair.candidates import candidates
from recognizer.repair.lines import company, crossings, widths_of
from recognizer.repair.repeats import without_repeats
from recognizer.repair.rivals import rivals
from recognizer.vocabulary.words import boundary_words

DUMP = "产\n出\n指\n标\n数量指标 做好党员教育片摄\n制次数 ≥4部\n"
BROKEN = "一级\t二级\t三级指标\t指标值\n\t质量\t督察情况完成\t=95\n\n\t\t率\t%\n\t时效\t及时\t是\n"


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9), st.floats(0, 1)), max_size=30))
def test_a_cell_continues_one_other_and_is_continued_by_one(rows: list[tuple[int, int, float]]) -> None:
    rows = [(min(a, b), max(a, b), p) for a, b, p in rows if a != b]
    pairs = np.asarray([(a, b) for a, b, _ in rows], np.int64).reshape(-1, 2)
    follows = choose(pairs, np.asarray([p for _, _, p in rows], np.float32))
    assert len({earlier for earlier, _ in follows.values()}) == len(follows)
    assert all(probability > 0.5 and earlier < later for later, (earlier, probability) in follows.items())


@pytest.mark.parametrize("text", [DUMP, BROKEN])
def test_merging_keeps_every_piece_in_order(text: str) -> None:
    grids = lay_out(read_text(text, "a.txt"))
    context = context_of(grids)
    pairs = candidates(context, grids)
    follows = choose(pairs, np.ones(len(pairs), np.float32))
    merged = merge(grids, context.cells, follows)
    before = sorted(piece.key for cell in context.cells for piece in cell.pieces)
    after = sorted(piece.key for grid in merged for cell in grid.cells for piece in cell.pieces)
    assert before == after
    assert all(cell.text == "".join(piece.text for piece in cell.pieces) for grid in merged for cell in grid.cells if cell.text)


def test_the_row_after_a_page_break_may_continue_any_cell_of_the_row_before() -> None:
    grids = lay_out(read_text(BROKEN, "a.txt"))
    context = context_of(grids)
    asked = {(context.cells[a].text, context.cells[b].text) for a, b in candidates(context, grids)}
    assert {("督察情况完成", "率"), ("=95", "%")} <= asked


@given(st.text(alphabet="党员教育培训1。", max_size=40))
def test_dropping_repeats_twice_changes_nothing(text: str) -> None:
    assert without_repeats(without_repeats(text)) == without_repeats(text)


@pytest.mark.parametrize(
    ("printed", "meant"),
    [
        ("专项检查、问题核查、问题核查、个人事项", "专项检查、问题核查、个人事项"),
        ("师资配备优化,培训的有效性师资配备优化,培训的有效性", "师资配备优化,培训的有效性"),
        ("个人事项填报填报表", "个人事项填报填报表"),
        ("10000000元", "10000000元"),
    ],
)
def test_ocr_repeats_are_kept_once_and_meant_ones_as_printed(printed: str, meant: str) -> None:
    assert without_repeats(printed) == meant


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(1, 9), st.floats(0, 1, width=32)), max_size=30))
def test_rivals_are_the_best_other_pairs_of_the_same_pieces(rows: list[tuple[int, int, float]]) -> None:
    found = {(earlier, earlier + step): probability for earlier, step, probability in rows}
    pairs = np.asarray(list(found), np.int64).reshape(-1, 2)
    features = rivals(pairs, np.asarray(list(found.values()), np.float32))
    for (earlier, later), row in zip(found, features, strict=True):
        others = [p for (a, b), p in found.items() if a == earlier and b != later]
        assert row[0] == np.float32(found[earlier, later])
        assert row[2] == np.float32(max(others, default=0))
        assert row[5] == np.float32(max((p for (_, b), p in found.items() if b == earlier), default=0))


@pytest.mark.parametrize(
    ("earlier", "later", "reads_on"),
    [("矿山生", "态修复", True), ("数量指", "标", True), ("项目单位", "产出指标", False), ("=95", "%", False), ("", "", False)],
)
def test_a_boundary_through_a_common_word_is_seen(earlier: str, later: str, reads_on: bool) -> None:
    over, ends, begins, _ = boundary_words([earlier], [later])[0]
    assert (over > max(ends, begins)) == reads_on


def test_a_line_that_another_of_its_column_is_wider_than_had_room_for_more() -> None:
    names = ["党员教育培训工作会议", "次数", "干部考核", "工作总结", "基层组织建设督查检查", "人数"]
    pairs = np.asarray([(0, 1), (2, 3), (4, 5)], np.int64)
    sure = np.asarray([0.9, 0.5, 0.9], np.float32)
    goes_on = np.asarray([0.9, 0, 0.5, 0, 0.9, 0], np.float32)
    said = company(names, np.zeros(6, np.int64), pairs, goes_on, np.zeros(6, np.float32), sure)
    room, over = said[:, 4], said[:, 5]
    assert room[1] > max(room[0], room[2])
    assert over[1] < 0 < over[0]  # 干部考核 and 工作总结 fit into one line together


def test_half_width_characters_take_half_the_room() -> None:
    assert widths_of(["≥95%", "绩效", "ab绩效"]).tolist() == [2.5, 2.0, 3.0]


@given(st.lists(st.integers(1, 4), min_size=2, max_size=5), st.randoms())
def test_a_join_is_crossed_by_the_likeliest_of_those_that_change_the_order(sizes: list[int], random: Random) -> None:
    rows = np.repeat(np.arange(len(sizes)), sizes)
    count = len(rows)
    pairs = np.asarray([(a, b) for b in range(count) for a in range(b) if rows[b] - rows[a] <= 2], np.int64).reshape(-1, 2)
    sure = np.asarray([random.random() for _ in pairs], np.float32)
    for (a, b), found in zip(pairs.tolist(), crossings(rows, pairs, sure).tolist(), strict=True):
        crossing = [
            float(p) for (c, d), p in zip(pairs.tolist(), sure, strict=True)
            if rows[a] != rows[b] and (rows[c], rows[d]) == (rows[a], rows[b]) and (a - c) * (b - d) < 0
        ]
        assert found == pytest.approx(max(crossing, default=0.0))
