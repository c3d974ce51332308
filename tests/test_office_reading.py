"""Office files: merged and vertical cells, text boxes, tables within tables, several sheets; and what must not be opened."""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import shutil
import socket
import sys
import zipfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pytest
from docx.oxml.ns import qn
from docx.oxml.parser import OxmlElement, parse_xml
from openpyxl.styles import Border, Side

from recognizer.checking.conservation import invented
from recognizer.digitizing import digitize_document
from recognizer.errors import DamagedFileError, DangerousFileError, EncryptedFileError, RecognizerError, UnsupportedFormatError
from recognizer.measuring import pool, score
from recognizer.model import shipped_model
from recognizer.reading import legacy, read
from recognizer.reading.legacy import PROGRAM, program
from recognizer.types import Document, Grid, TextBlock

EVALUATION = Path(__file__).parents[1] / "eval"
FILES = EVALUATION / "office_files"
sys.path.insert(0, str(EVALUATION))

from office import office_files  # noqa: E402

needs_libreoffice = pytest.mark.skipif(program() is None, reason="LibreOffice is not installed")


def grids(document: Document) -> list[Grid]:
    return [block for block in document.blocks if isinstance(block, Grid)]


def lines(document: Document) -> list[str]:
    return [line.text for block in document.blocks if isinstance(block, TextBlock) for line in block.lines]


def placed(grid: Grid) -> dict[tuple[int, int], tuple[str, int, int]]:
    """Text and spans of the cells that have a text, by row and column."""
    return {(cell.row, cell.column): (cell.text, cell.row_span, cell.column_span) for cell in grid.cells if cell.text}


def saved(make: Callable[[Any], None], path: Path) -> Path:
    book = openpyxl.Workbook()
    make(book.active)
    book.save(path)
    return path


def repacked(source: Path, path: Path, change: dict[str, bytes]) -> Path:
    """A copy of a package with parts replaced or added."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name in dict.fromkeys([*old.namelist(), *change]):
            new.writestr(name, change[name] if name in change else old.read(name))
    return path


# Word

def test_cells_of_word_tables_keep_their_spans_and_places(tmp_path: Path) -> None:
    document = docx.Document()
    document.add_paragraph("项目支出绩效目标表")
    table = document.add_table(3, 3)
    table.cell(0, 0).merge(table.cell(2, 0)).text = "产\n出\n指\n标"
    table.cell(0, 1).merge(table.cell(0, 2)).text = "指标值"
    table.cell(2, 2).text = "≥95%"
    document.add_paragraph("填表人")
    document.save(str(tmp_path / "a.docx"))
    read_in = read(tmp_path / "a.docx")
    grid, = grids(read_in)
    assert placed(grid) == {(0, 0): ("产\n出\n指\n标", 3, 1), (0, 1): ("指标值", 1, 2), (2, 2): ("≥95%", 1, 1)}
    assert lines(read_in) == ["项目支出绩效目标表", "填表人"]
    place = next(cell.pieces[0].place for cell in grid.cells if cell.text == "≥95%")
    assert (place.sheet, place.cell) == ("table 1", "C3")


def test_a_row_that_begins_later_keeps_its_columns(tmp_path: Path) -> None:
    document = docx.Document()
    table = document.add_table(2, 3)
    table.cell(0, 2).text = "甲"
    row = table.rows[1]._tr
    row.remove(row.tc_lst[0])
    properties = row.get_or_add_trPr()
    before = OxmlElement("w:gridBefore")
    before.set(qn("w:val"), "1")
    properties.append(before)
    row.tc_lst[1].p_lst[0].add_r().text = "乙"
    document.save(str(tmp_path / "a.docx"))
    assert placed(grids(read(tmp_path / "a.docx"))[0]) == {(0, 2): ("甲", 1, 1), (1, 2): ("乙", 1, 1)}


def test_tables_within_tables_and_text_boxes_are_read_once() -> None:
    document = read(FILES / "langxi_wqy.docx")
    assert lines(document) == ["项目支出绩效目标表"]  # in a text box, which Word stores twice
    structure = json.loads((EVALUATION / "pdfs" / "langxi_wqy.truth.json").read_text("utf-8"))["tables"][0]
    wanted = {(cell["row"], cell["col"]): ("".join(cell["text"].split()), cell["rowspan"], cell["colspan"])
              for cell in structure["cells"] if cell["text"]}
    assert {at: ("".join(text.split()), *spans) for at, (text, *spans) in placed(grids(document)[0]).items()} == wanted


def test_a_table_that_only_frames_another_dissolves_in_it(tmp_path: Path) -> None:
    document = docx.Document()
    frame = document.add_table(1, 1)
    frame.cell(0, 0).text = "单位：万元"
    inner = frame.cell(0, 0).add_table(2, 2)
    for row in range(2):
        for column in range(2):
            inner.cell(row, column).text = f"{row}{column}"
    document.save(str(tmp_path / "a.docx"))
    read_in = read(tmp_path / "a.docx")
    assert lines(read_in) == ["单位：万元"]
    assert [len(grid.cells) for grid in grids(read_in)] == [4]


def test_only_what_word_displays_is_read(tmp_path: Path) -> None:
    document = docx.Document()
    names = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    paragraph = parse_xml(
        f"<w:p {names}><w:r><w:t>完成率</w:t></w:r><w:del><w:r><w:delText>大于</w:delText></w:r></w:del>"
        "<w:r><w:rPr><w:vanish/></w:rPr><w:t>暗</w:t></w:r><w:r><w:sym w:font=\"Symbol\" w:char=\"F0B3\"/></w:r>"
        "<w:ins><w:r><w:t>95%</w:t></w:r></w:ins><w:r><w:sym w:font=\"Wingdings\" w:char=\"F0FE\"/></w:r></w:p>")
    document.element.body.insert(0, paragraph)
    document.save(str(tmp_path / "a.docx"))
    read_in = read(tmp_path / "a.docx")
    assert lines(read_in) == ["完成率≥95%\ufffd"]
    assert "U+FFFD" in read_in.warnings[0]


# Workbooks

def test_a_sheet_is_read_as_it_is_displayed(tmp_path: Path) -> None:
    def make(sheet: Any) -> None:
        sheet.merge_cells("A1:C1")
        sheet["A1"] = "项目支出绩效目标表"
        for row, cells in enumerate((("指标", "年度", "备注"), ("完成率", 0.95, None), ("金额", 1234.5, "甲")), 3):
            for column, value in enumerate(cells, 1):
                sheet.cell(row, column).value = value  # type: ignore[assignment]
                sheet.cell(row, column).border = Border(left=Side(style="thin"))
        sheet["B4"].number_format = "0%"
        sheet["B5"].number_format = "#,##0.00"
        sheet["A7"] = "填表日期"
        sheet["B7"] = datetime(2023, 12, 5)
        sheet["B7"].number_format = "mm-dd-yy"  # number 14, which a Chinese edition shows in its own way
    document = read(saved(make, tmp_path / "a.xlsx"))
    grid, = grids(document)
    assert [text for text, _, _ in placed(grid).values()] == ["指标", "年度", "备注", "完成率", "95%", "金额", "1,234.50", "甲"]
    assert lines(document) == ["项目支出绩效目标表", "填表日期    2023/12/5"]
    assert [cell.pieces[0].place.cell for cell in grid.cells if cell.text == "95%"] == ["B4"]
    assert len(grid.cells) == 9


def test_merged_ranges_hidden_sheets_and_formulas(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in range(1, 5):
        for column in range(1, 4):
            sheet.cell(row, column).value = f"{row}{column}"
    sheet.merge_cells("A1:A3")
    sheet.merge_cells("B4:C4")
    sheet["C2"] = "=1+1"
    draft = book.create_sheet("去年")
    draft.sheet_state = "hidden"
    draft["A1"], draft["B1"], draft["A2"], draft["B2"] = "项目名称", "甲", "实施单位", "乙"
    book.save(tmp_path / "a.xlsx")
    document = read(tmp_path / "a.xlsx")
    first = placed(grids(document)[0])
    assert (first[0, 0], first[3, 1]) == (("11", 3, 1), ("42", 1, 2))
    assert (1, 2) not in first  # nothing was calculated yet, so nothing is displayed
    assert document.hidden == ("去年",)
    assert any("formulas without a stored result, the first in C2" in warning for warning in document.warnings)
    assert any("'去年' is hidden" in warning for warning in document.warnings)


def test_facts_of_a_hidden_sheet_are_doubted(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(FILES / "huaian_wqy.xlsx")
    book.worksheets[1].sheet_state = "hidden"
    book.save(tmp_path / "a.xlsx")
    records = digitize_document(read(tmp_path / "a.xlsx"), shipped_model()).records
    hidden = book.worksheets[1].title
    for project in records.projects:
        for indicator in project.indicators:
            for value in indicator.values:
                assert ("hidden_sheet" in value.evidence.doubts) == any(at.sheet == hidden for at in value.evidence.at)
    assert {place.sheet for project in records.projects for place in project.indicators[0].evidence.at} == set(book.sheetnames)


def test_a_far_last_cell_costs_nothing(tmp_path: Path) -> None:
    def make(sheet: Any) -> None:
        sheet["A1"], sheet["B1"], sheet["A2"], sheet["B2"] = "甲", "乙", "丙", "丁"
        sheet["XFD1048576"] = "远"
    document = read(saved(make, tmp_path / "a.xlsx"))
    assert (len(grids(document)), lines(document)) == (1, ["远"])


# The five cities' tables

def test_the_five_cities_tables_come_out_of_every_form_of_file(tmp_path: Path) -> None:
    """At least .97 of the values of each form, in a style that the reported figures do not use; nothing is invented."""
    found: dict[str, list[Any]] = {}
    for file in office_files(seed=3, styles=1):
        path = tmp_path / file.name
        path.write_bytes(file.content)
        document = read(path)
        digitized = digitize_document(document, shipped_model())
        assert invented(digitized.records, document) == []
        found.setdefault(file.form, []).append(score(file.records, digitized.to_json()))
    assert {form: pool(scores)["value"].f1 >= 0.97 for form, scores in found.items()} == {
        "word": True, "workbook": True, "web": True}


def test_a_fact_of_a_workbook_names_its_sheet_and_cell() -> None:
    predicted = digitize_document(read(FILES / "huaian_wqy.xlsx"), shipped_model()).to_json()
    book = openpyxl.load_workbook(FILES / "huaian_wqy.xlsx")
    indicator = predicted["projects"][1]["indicators"][0]
    place = indicator["at"][0]
    assert place.keys() == {"sheet", "cell"}
    assert "".join(str(book[place["sheet"]][place["cell"]].value).split()) == indicator["name"]


# Older programs

@needs_libreoffice
def test_an_old_word_file_is_read_through_libreoffice() -> None:
    document = read(FILES / "fuyang_uming.doc")
    records = json.loads((EVALUATION / "pdfs" / "fuyang_uming.json").read_text("utf-8"))
    predicted = digitize_document(document, shipped_model()).to_json()
    assert document.encoding == "docx (converted by LibreOffice)"
    assert score(records, predicted)["value"].f1 >= 0.97


def test_an_old_file_without_libreoffice_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PROGRAM, "/nowhere/soffice")
    with pytest.raises(UnsupportedFormatError, match="only LibreOffice can open") as caught:
        read(FILES / "fuyang_uming.doc")
    assert "install LibreOffice" in caught.value.hint


@pytest.mark.skipif(os.name == "nt", reason="a shell script stands in for a program that hangs")
def test_a_conversion_that_hangs_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = tmp_path / "soffice"
    script.write_text(f"#!/bin/sh\nsleep 60 &\necho $! > {tmp_path}/child\nsleep 60\n")
    script.chmod(0o755)
    monkeypatch.setenv(PROGRAM, str(script))
    monkeypatch.setenv("RECOGNIZER_CONVERT_SECONDS", "1")
    with pytest.raises(DangerousFileError, match="more than 1 seconds"):
        read(FILES / "fuyang_uming.doc")
    child = int((tmp_path / "child").read_text())
    assert not Path(f"/proc/{child}/cmdline").exists() or not Path(f"/proc/{child}/cmdline").read_bytes()


def linked_text(path: Path, address: str) -> Path:
    """An OpenDocument text with a picture that stands elsewhere, to be loaded with the text."""
    names = " ".join(f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{kind}:1.0"' for name, kind in (
        ("office", "office"), ("text", "text"), ("draw", "drawing"), ("svg", "svg-compatible")))
    content = (
        f'<office:document-content {names} xmlns:xlink="http://www.w3.org/1999/xlink" office:version="1.2"><office:body>'
        '<office:text>'
        '<text:p>项目支出绩效目标表</text:p><text:p><draw:frame svg:width="3cm" svg:height="3cm"><draw:image '
        f'xlink:href="{address}" xlink:type="simple" xlink:show="embed" xlink:actuate="onLoad"/></draw:frame></text:p>'
        '</office:text></office:body></office:document-content>')
    kind = "application/vnd.oasis.opendocument.text"
    manifest = (
        '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" manifest:version="1.2">'
        f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{kind}"/>'
        '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>')
    with zipfile.ZipFile(path, "w") as package:
        for name, part in (("mimetype", kind), ("content.xml", content), ("META-INF/manifest.xml", manifest)):
            package.writestr(name, part)
    return path


@needs_libreoffice
def test_libreoffice_follows_no_link(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A listener hears nothing; without the profile of our own it does, so that it is the profile that keeps it quiet."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        path = linked_text(tmp_path / "a.odt", f"http://127.0.0.1:{server.getsockname()[1]}/picture.png")
        document = read(path)
        assert lines(document) == ["项目支出绩效目标表"]
        assert any("not opened" in warning for warning in document.warnings)
        with pytest.raises(BlockingIOError):
            server.accept()
        monkeypatch.setattr(legacy, "_PROFILE", re.sub("<value>true", "<value>false", legacy._PROFILE))
        monkeypatch.setenv("RECOGNIZER_CONVERT_SECONDS", "10")  # it waits for an answer that does not come
        with contextlib.suppress(DangerousFileError):
            read(path)
        server.accept()[0].close()


# What must not be opened

def bomb(path: Path) -> Path:
    return repacked(FILES / "langxi_wqy.docx", path, {"word/document.xml": bytes(301_000_000)})


def entities(path: Path) -> Path:
    document = b'<?xml version="1.0"?><!DOCTYPE w [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><w:document>&b;</w:document>'
    return repacked(FILES / "langxi_wqy.docx", path, {"word/document.xml": document})


def entities_in_utf16(path: Path) -> Path:
    sheet = '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE x SYSTEM "file:///etc/passwd"><worksheet/>'.encode("utf-16")
    return repacked(FILES / "huaian_wqy.xlsx", path, {"xl/worksheets/sheet1.xml": sheet})


def wide_merge(path: Path) -> Path:
    with zipfile.ZipFile(FILES / "huaian_wqy.xlsx") as package:
        sheet = package.read("xl/worksheets/sheet1.xml")
    start = sheet.index(b'<mergeCell ref="') + len(b'<mergeCell ref="')
    sheet = sheet[:start] + b"A1:XFD1048576" + sheet[sheet.index(b'"', start):]
    return repacked(FILES / "huaian_wqy.xlsx", path, {"xl/worksheets/sheet1.xml": sheet})


def cut_short(path: Path) -> Path:
    path.write_bytes((FILES / "langxi_wqy.docx").read_bytes()[:20_000])
    return path


def broken_inside(path: Path) -> Path:
    return repacked(FILES / "langxi_wqy.docx", path, {"word/document.xml": b"<w:document><w:body>"})


def encrypted(path: Path) -> Path:
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500) + "EncryptedPackage".encode("utf-16-le") + bytes(500))
    return path


@pytest.mark.parametrize(("make", "error", "reason"), [
    (bomb, DangerousFileError, "unpacks to 30"),
    (entities, DangerousFileError, "declares a document type"),
    (entities_in_utf16, DangerousFileError, "declares a document type"),
    (wide_merge, DangerousFileError, "merged ranges of 17,"),
    (cut_short, DamagedFileError, "damaged"),
    (broken_inside, DamagedFileError, "damaged"),
    (encrypted, EncryptedFileError, "password"),
])
def test_a_dangerous_or_broken_file_is_refused_with_its_reason(
        tmp_path: Path, make: Callable[[Path], Path], error: type[RecognizerError], reason: str) -> None:
    path = make(tmp_path / "file without its suffix")
    with pytest.raises(error, match=reason) as caught:
        read(path)
    assert "\n" not in str(caught.value)


def test_macros_and_links_to_elsewhere_are_named_and_left_alone(tmp_path: Path) -> None:
    with zipfile.ZipFile(FILES / "langxi_wqy.docx") as package:
        links = package.read("word/_rels/document.xml.rels")
    link = (b'<Relationship Id="rId99" '
            b'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/attachedTemplate" '
            b'Target="http://127.0.0.1:9/evil.dotm" TargetMode="External"/></Relationships>')
    path = repacked(FILES / "langxi_wqy.docx", tmp_path / "a.docm", {
        "word/vbaProject.bin": b"Sub AutoOpen()", "word/_rels/document.xml.rels": links.replace(b"</Relationships>", link)})
    document = read(path)
    assert len(grids(document)) == 1
    assert any("macros; they were not run" in warning for warning in document.warnings)
    assert any("not opened" in warning for warning in document.warnings)


def test_a_file_is_known_by_its_bytes_and_not_by_its_suffix(tmp_path: Path) -> None:
    shutil.copy(FILES / "huaian_wqy.xlsx", tmp_path / "a.pdf")
    shutil.copy(FILES / "anqing_zebra_wqy.html", tmp_path / "b.xls")  # what many systems export as a workbook
    with zipfile.ZipFile(tmp_path / "c.docx", "w") as package:
        package.writestr("readme.txt", "no office file")
    assert read(tmp_path / "a.pdf").format == "xlsx"
    assert read(tmp_path / "b.xls").format == "html"
    with pytest.raises(UnsupportedFormatError, match="a ZIP archive"):
        read(tmp_path / "c.docx")


# Web pages

def test_what_leads_to_other_pages_is_no_part_of_a_web_page(tmp_path: Path) -> None:
    page = """<html><body><nav>首页</nav><ul><li><a href="/">政务公开</a></li></ul>
    <div>当前位置：<a>首页</a> &gt; <a>财政预决算</a></div>
    <table><tr><td><a>机构概况</a></td><td><a>新闻中心</a></td></tr></table><h1>项目支出绩效目标表</h1>
    <table><tr><td><a href="1.html">教育经费</a></td><td>48.00</td></tr><tr><td>合计</td><td>48.00</td></tr></table>
    <p>附件见<a href="x.docx">此处</a>，以正式文件为准</p><aside>从不关闭<footer>主办单位</footer></body></html>"""
    (tmp_path / "a.html").write_text(page, "utf-8")
    document = read(tmp_path / "a.html")
    assert lines(document) == ["项目支出绩效目标表", "附件见此处，以正式文件为准", "从不关闭"]
    assert [[cell.text for cell in grid.cells] for grid in grids(document)] == [["教育经费", "48.00", "合计", "48.00"]]


def test_menus_and_lists_of_links_leave_no_facts() -> None:
    records = json.loads((EVALUATION / "pdfs" / "anqing_zebra_wqy.json").read_text("utf-8"))
    predicted = digitize_document(read(FILES / "anqing_zebra_wqy.html"), shipped_model()).to_json()
    scores = score(records, predicted)
    assert (scores["value"].f1, len(predicted["projects"])) == (1.0, len(records["projects"]))


def test_the_generator_writes_workbooks_that_excel_files_are_like() -> None:
    book = openpyxl.load_workbook(FILES / "huaian_wqy.xlsx")
    cells = [cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row]
    assert any(isinstance(cell.value, int | float) and "≥" in cell.number_format for cell in cells)
    assert any(cell.alignment.textRotation == 255 for cell in cells)
    assert io.BytesIO(FILES.joinpath("huaian_wqy.xlsx").read_bytes()).getvalue()[:2] == b"PK"
