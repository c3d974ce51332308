"""An audit: a sheet that does not tell what was read, read back, and the error that remains."""

from __future__ import annotations

import csv
import json
import re
from datetime import datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from recognizer.auditing import Item, draw_sample, judge_sheet, load_sample, read_sheet, write_sheet
from recognizer.commands.app import app
from recognizer.errors import UsageError

ROOT = Path(__file__).resolve().parent.parent
PDF = ROOT / "eval" / "pdfs" / "langxi_wqy.pdf"


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("audited") / "out"
    ended = CliRunner().invoke(app, ["digitize", str(PDF), "--out", str(out), "--quiet"])
    assert ended.exit_code == 0, ended.output
    return out


def _fill(sheet: Path, items: list[Item], wrong: int = 0) -> None:
    rows = list(csv.DictReader(sheet.open(encoding="utf-8-sig", newline="")))
    for row, item in zip(rows, items, strict=True):
        row["keyed"], row["label_right"] = item.text, "y"
    for row in rows[:wrong]:
        row["keyed"] = "something else"
    with sheet.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)


def test_an_audit_states_the_error_that_remains(results: Path) -> None:
    runner = CliRunner()
    assert runner.invoke(app, ["audit", str(results), "--size", "30"]).exit_code == 0
    sheet = results / "audit" / "sheet.csv"
    items = load_sample(results)
    given = list(csv.DictReader(sheet.open(encoding="utf-8-sig", newline="")))
    assert len(given) == len(items) <= 30
    assert all(row["keyed"] == "" for row in given)
    texts = [item.text for item in items if item.kind == "fund"]
    assert texts
    assert not any(text in sheet.read_text("utf-8-sig") for text in texts if len(text) > 3)
    _fill(sheet, items, wrong=2)
    ended = runner.invoke(app, ["audit", str(results), "--read", str(sheet)])
    assert ended.exit_code == 0, ended.output
    found = json.loads((results / "audit.json").read_text("utf-8"))
    assert (found["keyed"], found["wrong"]) == (len(items), 2)
    low, high = found["interval"]
    assert low < 2 / len(items) < high


def test_a_changed_sheet_is_refused_with_its_lines(results: Path) -> None:
    CliRunner().invoke(app, ["audit", str(results), "--size", "10"])
    sheet = results / "audit" / "sheet.csv"
    items = load_sample(results)
    _fill(sheet, items)
    lines = sheet.read_text("utf-8-sig").splitlines()
    sheet.write_text("\n".join([*lines[:2], *lines[3:]]) + "\n", "utf-8-sig")
    with pytest.raises(UsageError, match="rows are missing: numbers 2"):
        read_sheet(sheet, items)
    sheet.write_text("\n".join(lines).replace(items[0].label, "another label", 1) + "\n", "utf-8-sig")
    with pytest.raises(UsageError, match="line 2: label changed"):
        read_sheet(sheet, items)


def test_an_excel_sheet_shows_the_places_and_reads_back(results: Path) -> None:
    from openpyxl import load_workbook

    sheet = results / "sheet.xlsx"
    sources = ["--sources", str(PDF.parent)]
    assert CliRunner().invoke(app, ["audit", str(results), "--size", "8", "--sheet", str(sheet), *sources]).exit_code == 0
    items = load_sample(results)
    book = load_workbook(sheet)
    page = book.worksheets[0]
    assert len(page._images) == len(items)  # type: ignore[attr-defined]
    for item in items:
        page.cell(item.number + 1, 7, item.text).data_type = "s"
        page.cell(item.number + 1, 8, "是")
    book.save(sheet)
    for column in (7, 8):
        assert page.cell(2, column).number_format == "@"  # so that 95% and 2023-12 stay what is typed
    audit = judge_sheet(items, read_sheet(sheet, items))
    assert audit.wrong == 0
    assert 0 < audit.interval[1] < 0.5


def test_a_sheet_that_somebody_fills_in_is_not_drawn_over(results: Path, tmp_path: Path) -> None:
    sheet = tmp_path / "new" / "sheet.csv"
    asked = ["audit", str(results), "--size", "10", "--sheet", str(sheet)]
    assert CliRunner().invoke(app, asked).exit_code == 0
    assert CliRunner().invoke(app, asked).exit_code == 0  # nobody has begun yet
    items = load_sample(results)
    _fill(sheet, items)
    keyed = sheet.read_bytes()
    ended = CliRunner().invoke(app, asked)
    assert isinstance(ended.exception, UsageError)
    assert "filled in already" in str(ended.exception)
    assert sheet.read_bytes() == keyed
    assert load_sample(results) == items


def test_a_sheet_comes_back_as_spreadsheets_save_it(tmp_path: Path) -> None:
    from openpyxl import load_workbook

    texts = ("95%", "2023年12月5日", "1,234.50", "12")
    items = [Item(number, "a\x07.pdf", "value", "甲", "产出指标 / 名称\r", text, None, None)
             for number, text in enumerate(texts, 1)]
    book_path, plain = tmp_path / "a.XLSX", tmp_path / "a.csv"
    write_sheet(items, book_path, {})
    book = load_workbook(book_path)
    page = book.worksheets[0]
    for row, (typed, shown) in enumerate(
            ((0.95, "0%"), (datetime(2023, 12, 5), 'yyyy"年"m"月"d"日"'), (1234.5, "#,##0.00"), (12, "General")), 2):
        page.cell(row, 7).value = typed  # type: ignore[assignment]
        page.cell(row, 7).number_format = shown
        page.cell(row, 8).value = "y"
    book.save(book_path)
    assert judge_sheet(items, read_sheet(book_path, items)).differences == ()
    write_sheet(items, plain, {})
    _fill(plain, items)
    plain.write_bytes(plain.read_text("utf-8-sig").encode("gb18030"))
    assert judge_sheet(items, read_sheet(plain, items)).differences == ()


def test_the_sample_has_the_shares_of_what_was_accepted(results: Path) -> None:
    every = draw_sample(results, 10_000, 1)
    some = draw_sample(results, len(every) // 2, 1)
    values = sum(item.kind == "value" for item in every) / len(every)
    assert abs(sum(item.kind == "value" for item in some) / len(some) - values) < 0.1
    assert draw_sample(results, len(every) // 2, 1) == some


def test_a_folder_without_results_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"records\.parquet is missing"):
        draw_sample(tmp_path, 10, 1)


def test_a_budget_says_what_it_leaves_to_look_at_and_what_is_proven(results: Path) -> None:
    ended = CliRunner().invoke(app, ["budget", str(results), "--max-error", "5%"])
    assert ended.exit_code == 0, ended.output
    assert "drawn tables" in ended.output
    values = next(line for line in ended.output.splitlines() if line.strip().startswith("value") and "drawn" in line)
    assert re.search(r"\d+ of \d+", values)
    refused = CliRunner().invoke(app, ["budget", "--max-error", "none"])
    assert refused.exit_code != 0
