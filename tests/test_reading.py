"""The reading room: files become blocks, cells and lines, with nothing lost and every place told truly."""

from __future__ import annotations

import html as html_escapes
import pickle
import re
import zipfile
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recognizer.errors import (
    BinaryFileError,
    DamagedFileError,
    EmptyFileError,
    EncodingError,
    ModelError,
    RecognizerError,
    UnreadableFileError,
    UnsupportedFormatError,
    UsageError,
)
from recognizer.reading import decode, read, read_text
from recognizer.types import Cell, Document, Grid, Line, TextBlock

DOCUMENTS = Path(__file__).parent.parent / "eval" / "documents"


def grids(document: Document) -> list[Grid]:
    return [block for block in document.blocks if isinstance(block, Grid)]


def lines(document: Document) -> list[Line]:
    return [line for block in document.blocks if isinstance(block, TextBlock) for line in block.lines]


def table(grid: Grid) -> list[list[str]]:
    """The texts of a grid row by row."""
    rows: list[list[str]] = []
    for cell in grid.cells:
        while len(rows) <= cell.row:
            rows.append([])
        rows[cell.row].append(cell.text)
    return rows


def cell_of(document: Document, text: str) -> Cell:
    return next(cell for grid in grids(document) for cell in grid.cells if cell.text == text)


def characters(document: Document) -> Counter[str]:
    """Every character that is no blank, from lines and from pieces of cells."""
    found: Counter[str] = Counter()
    for line in lines(document):
        found.update("".join(line.text.split()))
    for grid in grids(document):
        for cell in grid.cells:
            for piece in cell.pieces:
                found.update("".join(piece.text.split()))
    return found


# Real documents

@pytest.mark.parametrize(("name", "form", "tables", "cells"), [
    ("000_9a213de64ab02e97.txt", "text", 0, 0),
    ("001_11eb5c3c8933d646.txt", "markdown", 15, 1595),
    ("002_3bf4b339ed407386.txt", "tabs", 6, 488),
    ("003_62b72da97c2488e0.txt", "tabs", 7, 308),
    ("004_67d0fc94cb7b53e4.txt", "tabs", 21, 3377),
])
def test_real_documents_keep_their_tables(name: str, form: str, tables: int, cells: int) -> None:
    document = read(DOCUMENTS / name)
    assert (document.name, document.format, document.encoding, document.warnings) == (name, form, "utf-8", ())
    assert (len(grids(document)), sum(len(grid.cells) for grid in grids(document))) == (tables, cells)


def test_every_piece_of_the_real_documents_has_its_own_key() -> None:
    for path in DOCUMENTS.glob("*.txt"):
        keys = [piece.key for grid in grids(read(path)) for cell in grid.cells for piece in cell.pieces]
        assert len(keys) == len(set(keys))


def test_known_cells_of_the_real_documents() -> None:
    markdown = read(DOCUMENTS / "001_11eb5c3c8933d646.txt")
    funds = cell_of(markdown, "项目资金\n(万元)")
    assert funds.pieces[0].key == (12, 0)
    assert cell_of(markdown, "<1%").text == "<1%"
    assert lines(markdown)[0].text == "项目支出绩效目标表"
    huaian = read(DOCUMENTS / "004_67d0fc94cb7b53e4.txt")
    assert not any("<" in cell.text for grid in grids(huaian) for cell in grid.cells)
    langxi = read(DOCUMENTS / "002_3bf4b339ed407386.txt")
    cut_off = cell_of(langxi, "率")
    assert (cut_off.column, cut_off.gap) == (6, "tab")


# Text

def test_gaps_say_what_stands_before_a_line() -> None:
    document = read_text("甲\n乙\n\n丙\n\n\n丁\n\f戊\n己\f\n庚\n", "x")
    assert [(line.text, line.number, line.gap) for line in lines(document)] == [
        ("甲", 1, "start"), ("乙", 2, "line"), ("丙", 4, "blank_line"), ("丁", 7, "page"), ("戊", 8, "page"), ("己", 9, "line"),
        ("庚", 10, "page")]


def test_heading_marks_go_and_other_number_signs_stay() -> None:
    assert [line.text for line in lines(read_text("## 表格 ##\n#1机组\n5#楼", "x"))] == ["表格", "#1机组", "5#楼"]


# Tabs

def test_tabbed_lines_are_a_table_and_a_blank_line_ends_it() -> None:
    document = read_text("标题\n\n甲\t乙\t\n丙\t\t丁\n\n\n戊\t己\t庚\n", "x")
    first, second = grids(document)
    assert table(first) == [["甲", "乙", ""], ["丙", "", "丁"]]
    assert (first.gap, second.gap) == ("blank_line", "page")
    assert [cell.gap for cell in first.cells] == ["blank_line", "tab", "tab", "line", "tab", "tab"]
    assert cell_of(document, "丁").pieces[0].key == (4, 2)
    assert first.cells[2].pieces == ()


@pytest.mark.parametrize("text", [
    "1.\t党的建设", "\t开头空一格的段落", "（一）\t项目概述\n（二）\t立项依据", "填表人：张三\t联系电话：1"])
def test_stray_tabs_in_prose_make_no_table(text: str) -> None:
    assert grids(read_text(text, "x")) == []


def test_a_lone_row_beside_real_tables_is_a_row() -> None:
    document = read_text("甲\t乙\t丙\n丁\t戊\t己\n\n完成\t率\n", "x")
    assert [table(grid) for grid in grids(document)][1] == [["完成", "率"]]


def test_a_line_without_tab_inside_a_table_stays_in_it() -> None:
    document = read_text("甲\t乙\n断行\n丙\t丁\n后文", "x")
    assert table(grids(document)[0]) == [["甲", "乙"], ["断行"], ["丙", "丁"]]
    assert [line.text for line in lines(document)] == ["后文"]


def test_a_quoted_field_of_a_spreadsheet_reaches_over_lines() -> None:
    document = read_text('目标\t"第一 ""行""\n第二行"\t后\n甲\t乙\t丙', "x")
    assert table(grids(document)[0]) == [["目标", '第一 "行"\n第二行', "后"], ["甲", "乙", "丙"]]
    assert cell_of(document, '第一 "行"\n第二行').pieces[0].place.lines == (1, 2)
    assert cell_of(document, "后").pieces[0].key == (2, 1)


# Markdown

@pytest.mark.parametrize("text", [
    "| 甲 | 乙 |\n|---|---|\n| 丙 |  |", "甲 | 乙\n:--|--:\n丙 |", "|甲|乙|\n|-|-|\n|丙||",
    "+---+---+\n| 甲 | 乙 |\n+===+===+\n| 丙 | |"])
def test_pipe_tables_in_many_spellings(text: str) -> None:
    document = read_text(text, "x")
    assert document.format == "markdown"
    assert [[text for text in row if text] for row in table(grids(document)[0])] == [["甲", "乙"], ["丙"]]


def test_escapes_breaks_and_template_stars_in_pipe_tables() -> None:
    document = read_text("| a\\|b | 资金<br>(万元) |\n|---|---|\n| **粗** | ≥**% |\n| - | - |\n", "x")
    assert table(grids(document)[0]) == [["a|b", "资金\n(万元)"], ["粗", "≥**%"], ["-", "-"]]


def test_keys_count_cells_between_pipes() -> None:
    document = read_text("前言\n\n|  | 甲 |\n|---|---|\n|  | 乙 |", "x")
    assert cell_of(document, "甲").pieces[0].key == (3, 1)
    assert cell_of(document, "乙").pieces[0].key == (5, 1)
    assert cell_of(document, "乙").row == 1


# HTML

PAGE = """<!DOCTYPE html><html><head><title>不读</title><style>td{color:red}</style></head><body>
<h1>绩效目标表</h1>
<p>单位：&nbsp;万元</p>
<table><tr><td rowspan="2">绩效<br>指标</td><td colspan=2>一级 <b>指标</b></td></tr>
<tr>
 <td>&lt; 1%</td><td></td></tr>
<tr><td>甲</td><td>
  <p>数量</p>
  <p>指标</p></td></tr></table>
<script>var 数 = "<td>不读</td>";</script>
填表人：张三
</body></html>"""


def test_spans_of_a_web_page_stand_in_true_rows_and_columns() -> None:
    document = read_text(PAGE, "x")
    (grid,) = grids(document)
    assert [(c.row, c.column, c.row_span, c.column_span, c.text) for c in grid.cells] == [
        (0, 0, 2, 1, "绩效\n指标"), (0, 1, 1, 2, "一级 指标"), (1, 1, 1, 1, "< 1%"), (1, 2, 1, 1, ""), (2, 0, 1, 1, "甲"),
        (2, 1, 1, 1, "数量\n指标")]
    assert [piece.key for cell in grid.cells for piece in cell.pieces] == [(4, 0), (4, 1), (6, 0), (7, 0), (7, 1)]
    assert [(line.text, line.number) for line in lines(document)] == [
        ("绩效目标表", 2), ("单位：\xa0万元", 3), ("填表人：张三", 11)]


def test_html_tables_inside_markdown_and_tabs() -> None:
    document = read_text("# 表\n\n<table><tr><td>甲</td></tr></table>\n\n| 乙 | 丙 |\n|---|---|\n\n丁\t戊\n己\t庚", "x")
    assert [table(grid) for grid in grids(document)] == [[["甲"]], [["乙", "丙"]], [["丁", "戊"], ["己", "庚"]]]
    assert [grid.gap for grid in grids(document)] == ["blank_line"] * 3
    assert [cell_of(document, text).pieces[0].key for text in "甲丙庚"] == [(3, 0), (5, 1), (9, 1)]


def test_a_table_that_only_lays_out_the_page_dissolves() -> None:
    document = read_text("<html><table><tr><td>标题<table><tr><td>甲<td>乙</table>表后</td></tr></table></html>", "x")
    assert [table(grid) for grid in grids(document)] == [[["甲", "乙"]]]
    assert [line.text for line in lines(document)] == ["标题", "表后"]


def test_a_small_table_within_a_cell_becomes_a_grid_of_its_own() -> None:
    document = read_text("<table><tr><td>甲<td>乙<td>丙<table><tr><td>内</table></table>", "x")
    assert [table(grid) for grid in grids(document)] == [[["甲", "乙", "丙"]], [["内"]]]


def test_forgotten_end_tags_and_huge_spans_do_no_harm() -> None:
    document = read_text("<table><tr><td rowspan=65535 colspan=99999>甲<tr><td>乙<table><tr><td>丙", "x")
    assert sorted(cell.text for grid in grids(document) for cell in grid.cells) == ["丙", "乙", "甲"]
    assert read_text("<table><tr><td>" * 3000, "x").name == "x"


# Encodings and foreign files

SENTENCE = "项目支出绩效目标表\r\n（2024年度）\r单位：万元 ≥95%\n"


@pytest.mark.parametrize(("data", "encoding"), [
    (SENTENCE.encode("utf-8"), "utf-8"),
    (SENTENCE.encode("utf-8-sig"), "utf-8"),
    (SENTENCE.encode("gb18030"), "gb18030"),
    (SENTENCE.encode("utf-16-le"), "utf-16-le"),
    (SENTENCE.encode("utf-16-be"), "utf-16-be"),
    (b"\xff\xfe" + SENTENCE.encode("utf-16-le"), "utf-16-le"),
    (b"\xfe\xff" + SENTENCE.encode("utf-16-be"), "utf-16-be"),
])
def test_encodings_of_chinese_offices(data: bytes, encoding: str) -> None:
    assert decode(data) == ("项目支出绩效目标表\n（2024年度）\n单位：万元 ≥95%\n", encoding)


def test_a_damaged_file_is_read_with_a_warning(tmp_path: Path) -> None:
    data = ("一行\n" + "项目支出绩效目标表\n" * 30).encode()
    (tmp_path / "damaged.txt").write_bytes(data[:40] + b"\xff" + data[41:])
    document = read(tmp_path / "damaged.txt")
    assert document.encoding == "utf-8"
    assert len(lines(document)) == 31
    assert "line 3" in document.warnings[0]


def office_file(path: Path, entry: str) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(entry, "x" * 50)
    return path


@pytest.mark.parametrize(("name", "data", "error", "reason"), [
    ("a.txt", b"", EmptyFileError, "empty"),
    ("a.txt", b" \n\t\r\n\xe3\x80\x80", EmptyFileError, "no text"),
    ("a.txt", b"\xef\xbb\xbf", EmptyFileError, "no text"),
    ("a.txt", b"%PDF-1.7\n%\xe2\xe3\n", DamagedFileError, "damaged PDF"),
    ("a.csv", b"\x89PNG\r\n\x1a\n\x00\x00", DamagedFileError, "picture"),
    ("a.txt", b"MZ\x90\x00\x03\x00\x00\x00", BinaryFileError, "program"),
    ("a.txt", bytes(range(256)) * 20, BinaryFileError, "bytes that no text has"),
    ("a.txt", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(99), UnsupportedFormatError, "old office file"),
    ("a.txt", "Übergrößenträger für Öl\n".encode("latin-1") * 9, EncodingError, "unknown encoding"),
])
def test_foreign_files_are_refused_in_one_line(
        tmp_path: Path, name: str, data: bytes, error: type[RecognizerError], reason: str) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(error, match=reason) as caught:
        read(path)
    assert str(caught.value).startswith(str(path))
    assert "\n" not in str(caught.value)
    assert caught.value.hint
    assert caught.value.exit_status == 1


def test_office_files_and_archives_are_told_apart(tmp_path: Path) -> None:
    for entry, error, reason in (
            ("word/document.xml", DamagedFileError, "damaged"), ("xl/workbook.xml", DamagedFileError, "damaged"),
            ("ppt/presentation.xml", UnsupportedFormatError, "PowerPoint"), ("readme.txt", BinaryFileError, "ZIP")):
        with pytest.raises(error, match=reason):
            read(office_file(tmp_path / "file.txt", entry))


def test_files_that_cannot_be_opened(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFileError, match="no such file"):
        read(tmp_path / "missing.txt")
    with pytest.raises(UnreadableFileError, match="a folder"):
        read(tmp_path)


def test_errors_stay_whole_between_processes() -> None:
    error = pickle.loads(pickle.dumps(EncodingError("bad\nbytes", path="a\nb.txt", stage="read", hint="save as UTF-8")))
    assert (str(error), error.hint, error.stage) == ("a b.txt: bad bytes", "save as UTF-8", "read")
    assert UsageError("no source").exit_status == ModelError("no model").exit_status == 2


# Properties

CELL = st.text(st.sampled_from("数量指标甲乙丙≥95%①（）、：<>&\"'*_#-.| \u3000"), max_size=8).map(str.strip)
TABLES = st.integers(2, 5).flatmap(lambda width: st.lists(st.lists(CELL, min_size=width, max_size=width), min_size=2, max_size=6))


def escape_markdown(text: str) -> str:
    for mark in "\\|*_#<>&":
        text = text.replace(mark, f"&#{ord(mark)};" if mark in "<>&" and mark != "&" else f"\\{mark}")
    return text


@pytest.mark.parametrize("line", [
    " " * 5000 + "-x", "|" + " -" * 3000 + "x", "." * 5000 + "-", "-" * 5000 + "|" + "-" * 5000 + "x"])
def test_lines_without_end_are_soon_read(line: str) -> None:
    """Found by search: patterns that tried all ways to part a line never came to an end."""
    assert read_text(f"{line}\n{line}\n", "x").blocks


@given(TABLES)
def test_tabs_round_trip(rows: list[list[str]]) -> None:
    marks = str.maketrans("", "", '<&"')
    rows = [["头", *("列" for _ in rows[0])], *(["行", *(cell.translate(marks) for cell in row)] for row in rows)]
    (grid,) = grids(read_text("\n".join("\t".join(row) for row in rows), "x"))
    assert table(grid) == [[cell.strip() for cell in row] for row in rows]


@given(TABLES)
def test_markdown_round_trip(rows: list[list[str]]) -> None:
    text = [f"| {' | '.join(map(escape_markdown, ['行', *row]))} |" for row in rows]
    text.insert(1, "|---" * (len(rows[0]) + 1) + "|")
    (grid,) = grids(read_text("\n".join(text), "x"))
    assert table(grid) == [["行", *row] for row in rows]


@given(TABLES, st.booleans())
def test_html_round_trip(rows: list[list[str]], spread: bool) -> None:
    end = "\n" if spread else ""
    body = end.join("<tr>" + end.join(f"<td>{html_escapes.escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    (grid,) = grids(read_text(f"<table>{body}</table>", "x"))
    assert table(grid) == [[re.sub(" +", " ", cell) for cell in row] for row in rows]  # HTML knows no two blanks


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4), st.integers(1, 3), st.integers(1, 3)), max_size=6))
def test_html_spans_round_trip(boxes: list[tuple[int, int, int, int]]) -> None:
    """A plan of merged boxes, the rest single cells, comes back with every cell in its place."""
    size, taken, plan = 7, set(), {}
    for row, column, row_span, column_span in boxes:
        area = {(r, c) for r in range(row, row + row_span) for c in range(column, column + column_span)}
        if not area & taken:
            taken |= area
            plan[row, column] = (row_span, column_span)
    for row in range(size):
        for column in range(size):
            if (row, column) not in taken:
                plan[row, column] = (1, 1)
    cells = {place: f'<td rowspan="{spans[0]}" colspan={spans[1]}>{place[0]}-{place[1]}</td>' for place, spans in plan.items()}
    source = "<table>" + "\n".join(
        "<tr>" + "".join(cells[r, c] for r, c in sorted(cells) if r == row) + "</tr>" for row in range(size)) + "</table>"
    (grid,) = grids(read_text(source, "x"))
    assert {(c.row, c.column): (c.row_span, c.column_span, c.text) for c in grid.cells} == {
        place: (*spans, f"{place[0]}-{place[1]}") for place, spans in plan.items()}


MESS = st.text(st.sampled_from("甲乙1≥% \t\n\f\u3000.：、()"), max_size=80)


@given(MESS)
def test_no_character_of_plain_or_tabbed_text_is_lost(text: str) -> None:
    assert characters(read_text(text, "x")) == Counter("".join(text.split()))


MARKS = st.sampled_from([
    "<table>", "</table>", "<tr>", "<td>", "<td rowspan=2>", "<th colspan='3'>", "</td>", "<p>", "<br>", "<!--", "<html>",
    "<pre>", "<script>", "|", "|---|", "\n", "\t", "\f", '"', "&lt;", "&#0;", "#", "+--+", "甲", " ", "<1%", "\\", "**",
    "<div a='"])


@given(st.lists(MARKS, max_size=40).map("".join))
def test_broken_markup_never_fails(text: str) -> None:
    document = read_text(text, "x")
    for grid in grids(document):
        assert grid.cells
    places = [(cell.row, cell.column) for grid in grids(document)[:1] for cell in grid.cells]
    assert len(places) == len(set(places))


@given(st.text(max_size=200))
def test_arbitrary_text_never_fails(text: str) -> None:
    read_text(text, "x")


@given(st.binary(max_size=300))
def test_arbitrary_bytes_are_text_or_a_named_failure(data: bytes) -> None:
    try:
        text, _ = decode(data)
    except RecognizerError:
        return
    assert "\r" not in text
