"""Results at scale: databases, parted tables, reports and comparisons are made of what a run left, and of nothing else."""

from __future__ import annotations

import json
import os
import re
import shutil
import sqlite3
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pandas
import pyarrow.dataset
import pytest
from test_commands import DOCUMENTS, ROOT, Ended, run, run_here  # noqa: F401

from recognizer.exporting import TABLES, Failure, OutputFolder, to_json, to_text
from recognizer.exporting.comparison import compare_documents, compare_runs
from recognizer.exporting.database import write_database
from recognizer.exporting.loading import StoredDocument, stored_documents, stored_failures, to_records
from recognizer.exporting.omission import leave_out, omissions_of, options_of, parse_omissions
from recognizer.exporting.partition import folder_name, write_partitioned
from recognizer.types import Records

SOURCES = (DOCUMENTS, ROOT / "eval" / "pdfs" / "langxi_wqy.pdf", ROOT / "eval" / "office_files" / "huaian_wqy.xlsx")


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The output folder of a run over texts, a PDF, a workbook and a file that cannot be read."""
    folder = tmp_path_factory.mktemp("results")
    (folder / "broken.pdf").write_bytes(b"%PDF-1.7\n1 0 obj")
    ended = run("digitize", *SOURCES, folder / "broken.pdf", "--out", folder / "records", "--quiet")
    assert ended.status == 1
    return folder / "records"


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


# Read back

def test_documents_read_back_are_the_records_they_were_made_of(results: Path) -> None:
    paths = sorted((results / "documents").glob("*.json"))
    assert len(paths) == 7
    for path in paths:
        document = json.loads(path.read_text("utf-8"))
        assert to_json(to_records(document)) | {"recognizer": document["recognizer"]} == document


def test_documents_of_an_older_edition_can_be_compared(results: Path, tmp_path: Path, run_here: Any) -> None:  # noqa: F811
    """Reasons, what a budget accepts and how far a layout lies from those known came later."""

    def aged(part: Any) -> Any:
        if isinstance(part, dict):
            return {key: aged(entry) for key, entry in part.items() if key not in ("reasons", "accepted", "layout")}
        return [aged(entry) for entry in part] if isinstance(part, list) else part

    for path in (results / "documents").glob("*.json"):
        old = tmp_path / "documents" / path.name
        old.parent.mkdir(exist_ok=True)
        old.write_text(json.dumps(aged(json.loads(path.read_text("utf-8")))), "utf-8")
    assert run_here("diff", tmp_path, results, "--changes").status == 0


def test_what_is_no_output_folder_is_refused(tmp_path: Path, run_here: Any) -> None:  # noqa: F811
    for command in (("export", tmp_path, "--sqlite"), ("report", tmp_path), ("diff", tmp_path, tmp_path)):
        ended: Ended = run_here(*command)
        assert (ended.status, len(ended.err.splitlines())) == (2, 1)
        assert "no documents/" in ended.err
    (tmp_path / "documents").mkdir()
    (tmp_path / "documents" / "other.json").write_text("[1, 2]", "utf-8")
    ended = run_here("export", tmp_path, "--sqlite")
    assert ended.status == 2
    assert "other.json" in ended.err
    assert not (tmp_path / "records.sqlite").exists()
    assert not list(tmp_path.glob("*.part"))


# Parted tables

def test_parted_tables_hold_the_same_rows_in_the_same_bytes(results: Path, tmp_path: Path, run_here: Any) -> None:  # noqa: F811
    for name in ("first", "second"):
        ended = run_here("export", results, "--partition", "city,fiscal_year", "--out", tmp_path / name)
        assert ended.status == 0
    assert contents(tmp_path / "first") == contents(tmp_path / "second")
    assert (tmp_path / "first/records/city=安庆市/fiscal_year=2024/part-0.parquet").is_file()
    for table in TABLES:
        whole = pandas.read_parquet(results / f"{table}.parquet")
        parted = pandas.read_parquet(tmp_path / "first" / table, partitioning=pyarrow.dataset.partitioning(flavor="hive"))
        keys = [name for name in whole.columns if name not in ("city", "fiscal_year")]
        assert len(parted) == len(whole)
        for city, rows in whole.groupby("city"):
            same = parted[parted.city == city]
            assert same[keys].astype(str).to_numpy().tolist() == rows[keys].astype(str).to_numpy().tolist()


def test_a_run_can_part_its_tables_and_put_them_together_again(tmp_path: Path) -> None:
    once, again = (("digitize", SOURCES[1], "--out", tmp_path / "out", "--quiet", *more)
                   for more in (("--partition", "fiscal_year"), ()))
    assert run(*once).status == 0
    written = {path.name for path in (tmp_path / "out").iterdir()}
    assert {"records", "funds", "goals", "attributes"} <= written
    assert "records.parquet" not in written
    before = contents(tmp_path / "out")
    shutil.rmtree(tmp_path / "out" / "records")
    assert run(*once).status == 0
    assert {name: data for name, data in contents(tmp_path / "out").items() if name.endswith(".parquet")} == {
        name: data for name, data in before.items() if name.endswith(".parquet")}
    assert run(*again).status == 0
    written = {path.name for path in (tmp_path / "out").iterdir()}
    assert "records.parquet" in written
    assert "records" not in written


def test_a_folder_with_other_files_is_not_replaced(results: Path, tmp_path: Path, run_here: Any) -> None:  # noqa: F811
    (tmp_path / "records").mkdir()
    (tmp_path / "records" / "mine.txt").write_text("keep me", "utf-8")
    ended = run_here("export", results, "--partition", "city", "--out", tmp_path)
    assert (ended.status, "it holds other files" in ended.err) == (2, True)
    run_into = run_here("digitize", SOURCES[1], "--partition", "city", "--out", tmp_path)
    assert (run_into.status, "it holds other files" in run_into.err) == (2, True)
    assert not (tmp_path / "documents").exists()  # that is said before anything is read
    assert (tmp_path / "records" / "mine.txt").read_text("utf-8") == "keep me"


@pytest.mark.parametrize(("value", "name"), [
    ("县" * 80, "县" * 80), ("a/b", "a%2Fb"), ("50%", "50%25"), ("a=b", "a%3Db"), ("..", ".%2E"), ("x\ny", "x%0Ay"), ("", "%20")])
def test_values_that_no_folder_can_be_named_by_are_encoded(value: str, name: str) -> None:
    assert folder_name(value) == name


def test_an_office_of_any_name_has_its_part(results: Path, tmp_path: Path) -> None:
    office = "阜阳市颍州区人民政府文峰街道办事处及所属单位财政国库支付中心会计核算办公室"
    names = [office, "长" * 200 + "甲", "长" * 200 + "乙", None, "a/b=c%", "甲/数0"]
    whole = pandas.read_parquet(results / "goals.parquet")
    whole["publisher"] = pandas.Series([names[number % len(names)] for number in range(len(whole))], dtype="string")
    whole.to_parquet(tmp_path / "goals.parquet")
    write_partitioned(tmp_path / "goals.parquet", tmp_path / "goals", ("publisher", "fiscal_year"))
    parted = pandas.read_parquet(tmp_path / "goals", partitioning=pyarrow.dataset.partitioning(flavor="hive"))
    assert parted.publisher.isna().sum() == whole.publisher.isna().sum()
    for name in names[:1] + names[4:]:
        assert sorted(parted[parted.publisher == name].text) == sorted(whole[whole.publisher == name].text)
    long = {name for name in parted.publisher.dropna().unique() if name.startswith("长长")}
    assert len(long) == 2


@pytest.mark.parametrize("columns", ["name", "city,city", ",", "city,page"])
def test_columns_that_tables_are_not_parted_by_are_bad_usage(columns: str, results: Path, run_here: Any) -> None:  # noqa: F811
    ended = run_here("export", results, "--partition", columns)
    assert (ended.status, len(ended.err.splitlines())) == (2, 1)


@pytest.mark.parametrize("library", ["duckdb", "pandas"])
def test_the_examples_of_the_documentation_run(
        library: str, results: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run_here: Any) -> None:  # noqa: F811
    pytest.importorskip(library)
    shutil.copytree(results, tmp_path / "records", ignore=shutil.ignore_patterns("pages", "documents"))
    assert run_here("export", tmp_path / "records", "--partition", "city,fiscal_year").status == 0
    monkeypatch.chdir(tmp_path)
    text = (ROOT / "docs" / "results.md").read_text("utf-8")
    codes = [code for code in re.findall(r"```python\n(.*?)```", text, re.DOTALL) if code.startswith(f"import {library}")]
    assert len(codes) == 1
    exec(compile(codes[0], "docs/results.md", "exec"), {})


def test_tables_of_one_run_never_replace_those_of_another(results: Path, tmp_path: Path, run_here: Any) -> None:  # noqa: F811
    shutil.copytree(results, tmp_path / "other")
    before = contents(tmp_path / "other")
    for books in ("run.sqlite", "queue.sqlite"):
        ended = run_here("export", tmp_path / "other", "--sqlite", "--out", tmp_path / "other" / books)
        assert (ended.status, "its own books" in ended.err) == (2, True)
    ended = run_here("export", results, "--tables", "--out", tmp_path / "other")
    assert (ended.status, "another run stands there" in ended.err) == (2, True)
    assert contents(tmp_path / "other") == before
    assert run_here("export", results, "--tables", "--out", tmp_path / "reviewed").status == 0
    for table in TABLES:
        assert (tmp_path / "reviewed" / f"{table}.csv").read_bytes() == (results / f"{table}.csv").read_bytes()


# Database

def test_every_fact_stands_in_the_database_with_its_place(results: Path, tmp_path: Path, run_here: Any) -> None:  # noqa: F811
    for name in ("a.sqlite", "b.sqlite"):
        assert run_here("export", results, "--sqlite", "--out", tmp_path / name).status == 0
    assert (tmp_path / "a.sqlite").read_bytes() == (tmp_path / "b.sqlite").read_bytes()
    with sqlite3.connect(tmp_path / "a.sqlite") as database:
        def ask(query: str) -> list[Any]:
            return database.execute(query).fetchall()

        records = [document.records for document in stored_documents(results)]
        values = sum(len(i.values) for one in records for project in one.projects for i in project.indicators)
        assert ask("SELECT count(*) FROM facts WHERE kind = 'value'") == [(values,)]
        assert ask("SELECT count(*) FROM facts WHERE page IS NULL AND line_first IS NULL AND cell IS NULL") == [(0,)]
        page, x0, y0, x1, y1 = ask(
            "SELECT page, x0, y0, x1, y1 FROM facts WHERE document LIKE '%.pdf' AND kind = 'value' LIMIT 1")[0]
        assert page == 1
        assert 0 < x0 < x1 < 600
        assert 0 < y0 < y1 < 850
        sheets = ask("SELECT DISTINCT sheet FROM facts WHERE document LIKE '%.xlsx' AND kind = 'value' ORDER BY 1")
        assert sheets == [("表1",), ("表2",)]
        for table, concepts in (
                ("funds", [fund.canonical for one in records for project in one.projects for fund in project.funds]),
                ("attributes", [kept.canonical for one in records for project in one.projects for kept in project.attributes])):
            mapped = sum(concept is not None for concept in concepts)
            assert mapped > 0
            assert ask(f"SELECT count(canonical_id) FROM {table} WHERE project_id IS NOT NULL") == [(mapped,)]
        assert ask("SELECT document, stage FROM failures") == [("broken.pdf", "read")]
        assert ask("PRAGMA foreign_key_check") == []
        assert ask("SELECT count(*) > 0 FROM indicators WHERE id IN"
                   " (SELECT rowid FROM indicators_fts WHERE indicators_fts MATCH '党员教育')") == [(1,)]
        tables = {name for name, in ask("SELECT name FROM sqlite_master WHERE type IN ('table', 'view')")}
    described = json.loads((tmp_path / "a.metadata.json").read_text("utf-8"))["databases"]["*"]["tables"]
    assert set(described) <= tables


def database_of(folder: Path, *documents: StoredDocument) -> sqlite3.Connection:
    write_database(folder / "facts.sqlite", documents, ())
    return sqlite3.connect(folder / "facts.sqlite")


def test_a_fact_without_a_level_or_a_year_of_its_own_is_known_all_the_same(results: Path, tmp_path: Path) -> None:
    records = next(document.records for document in stored_documents(results) if document.name.startswith("000"))
    first = records.projects[0]
    bare = tuple(replace(indicator, level1=None) for indicator in first.indicators)
    changed = replace(records, fiscal_year=2031, projects=(replace(first, fiscal_year=None, indicators=bare),))
    with database_of(tmp_path, StoredDocument("a", changed)) as database:
        facts = database.execute("SELECT kind, label, fiscal_year FROM facts").fetchall()
    assert {year for _, _, year in facts} == {2031}
    labels = [label for kind, label, _ in facts if kind == "value"]
    assert f"{bare[0].level2} / {bare[0].name}" in labels
    assert None not in labels


def test_names_that_are_no_utf8_stay_apart(tmp_path: Path) -> None:
    """What was packed in GBK has such names once it is unpacked elsewhere."""
    for name in ("北京.txt", "北大.txt"):
        with OutputFolder(tmp_path / "run") as output:
            records = Records(os.fsdecode(name.encode("gbk")))
            output.write(records.source, to_text(to_json(records)).encode())
    with database_of(tmp_path, *stored_documents(tmp_path / "run")) as database:
        names = [name for name, in database.execute("SELECT name FROM documents ORDER BY name")]
    assert names == [r"\xb1\xb1\xb4\xf3.txt", r"\xb1\xb1\xbe\xa9.txt"]


def test_failures_of_any_name_are_read_back(tmp_path: Path) -> None:
    failure = Failure("one\u2028two\x85.txt", 3, "read", "why")
    with OutputFolder(tmp_path) as output:
        output.write_tables((), (failure,))
    assert stored_failures(tmp_path) == [failure]


# Left out

def test_what_is_left_out_stands_in_no_output(tmp_path: Path) -> None:
    """A run that leaves out a label, in a folder where a former run had written it: no byte of it stays."""
    source = tmp_path / "in" / "form.txt"
    source.parent.mkdir()
    text = DOCUMENTS.joinpath("000_9a213de64ab02e97.txt").read_text("utf-8")
    source.write_text(text.replace("本级申报项目", "欧阳震华"), "utf-8")
    out = tmp_path / "out"
    assert run("digitize", source, "--out", out, "--excel", "--quiet").status == 0
    assert "欧阳震华" in (out / "attributes.csv").read_text("utf-8")
    (out / "report.html").write_text("made before", "utf-8")
    leaving_out = ("digitize", source, "--out", out, "--quiet", "--without", "attributes: 项目 来*")
    assert [line for line in run(*leaving_out).err.splitlines() if "report.html" in line]
    assert run(*leaving_out).err == ""  # of what was left out there is nothing to be said twice
    attributes = pandas.read_parquet(out / "attributes.parquet")
    assert len(attributes)
    assert not attributes.key.str.contains("项目来源").any()
    assert not (out / "pages").exists()
    document = json.loads((out / "documents" / "form.txt.json").read_text("utf-8"))
    assert document["recognizer"]["options"]["without"] == "attributes:项目 来*"
    from recognizer.archive.task import unpacked

    with sqlite3.connect(out / "run.sqlite") as journal:
        rows = [unpacked(packed, "form.txt") for packed, in journal.execute("SELECT rows FROM results")]
    assert len(rows) == 1
    assert "欧阳震华" not in json.dumps(rows, ensure_ascii=False)
    for name, data in contents(out).items():
        assert "欧阳震华".encode() not in data, name


def test_only_what_is_named_is_left_out(results: Path) -> None:
    records = next(document.records for document in stored_documents(results) if document.name.startswith("000"))
    assert leave_out(records, ()) == records
    less = leave_out(records, parse_omissions(["goals:annual", "funds:年度资金总额", "attributes:项目期"]))
    assert all(not project.goals for project in less.projects)
    for before, after in zip(records.projects, less.projects, strict=True):
        assert [fund for fund in before.funds if fund.item != "年度资金总额"] == list(after.funds)
        assert [attribute for attribute in before.attributes if attribute.key != "项目期"] == list(after.attributes)
        assert before.indicators == after.indicators


def test_several_things_can_be_left_out_by_one_text() -> None:
    said = parse_omissions(["attributes:项目负责人; goals:annual", "attributes:*电话*"])
    assert [omission.code for omission in said] == ["attributes:*电话*", "attributes:项目负责人", "goals:annual"]
    assert omissions_of(options_of(said)) == said


@pytest.mark.parametrize("code", ["项目负责人", "attributes:甲; 乙", "people:张三", "attributes:", ":x"])
def test_what_cannot_be_left_out_is_bad_usage(code: str, tmp_path: Path, run_here: Any) -> None:  # noqa: F811
    ended = run_here("digitize", SOURCES[1], "--out", tmp_path / "out", "--without", code)
    assert (ended.status, "cannot" in ended.err or "not something" in ended.err) == (2, True)
    assert not (tmp_path / "out").exists()


# Comparison

def changed(results: Path, folder: Path) -> Path:
    """A copy of the results in which one value, one confidence and one document are others, and one indicator is gone."""
    shutil.copytree(results / "documents", folder / "documents")
    path = folder / "documents" / "000_9a213de64ab02e97.txt.json"
    document = json.loads(path.read_text("utf-8"))
    indicators = document["projects"][0]["indicators"]
    indicators[0]["values"]["annual"] = "≥5部"
    details = indicators[1]["value_details"]["annual"]
    details["accepted"] = not details["accepted"]
    del indicators[2]
    path.write_text(json.dumps(document, ensure_ascii=False), "utf-8")
    (folder / "documents" / "langxi_wqy.pdf.json").unlink()
    return folder


def test_differences_are_told_fact_by_fact(results: Path, tmp_path: Path, run_here: Any) -> None:  # noqa: F811
    other = changed(results, tmp_path / "other")
    told = run_here("diff", results, other)
    assert told.status == 1
    assert "  ~ 党员教育工作经费: value 做好党员教育片摄制次数 [annual]: ≥4部 → ≥5部" in told.out.splitlines()
    sureness = next(change for change in ("doubted", "trusted") if f"  {'?' if change == 'doubted' else '!'} 党员" in told.out)
    found = [json.loads(line) for line in run_here("diff", results, other, "--json").out.splitlines()]
    assert {(one["kind"], one["change"]) for one in found} == {
        ("value", "changed"), ("value", sureness), ("value", "removed"), ("indicator", "removed"), ("document", "removed")}
    assert [one["after"]["needs_review"] for one in found if one["change"] == sureness] == [sureness == "doubted"]
    value = next(one for one in found if one["change"] == "changed")
    assert (value["before"]["text"], value["after"]["text"]) == ("≥4部", "≥5部")
    assert value["after"]["at"][0]["lines"]
    fewer = run_here("diff", results, other, "--json", "--changes").out.splitlines()
    assert len(fewer) == len(found) - 1
    same = run_here("diff", results, results)
    assert (same.status, same.out) == (0, "nothing differs\n")


def test_documents_are_paired_whatever_their_names_begin_with(tmp_path: Path) -> None:
    """`表.txt` comes before `表.txt-附件`, but its file `表.txt.json` behind it."""
    for run_of, names in (("before", ["表.txt", "表.txt-附件/a.txt"]), ("after", ["表.txt"])):
        with OutputFolder(tmp_path / run_of) as output:
            for name in names:
                output.write(name, to_text(to_json(Records(name))).encode())
    found = compare_runs(stored_documents(tmp_path / "before"), stored_documents(tmp_path / "after"))
    assert [(one.document, one.change) for one in found] == [("表.txt-附件/a.txt", "removed")]


def test_projects_are_paired_by_name_before_position(results: Path) -> None:
    records = next(document.records for document in stored_documents(results) if document.name.startswith("000"))
    turned = replace(records, projects=(*records.projects[1:], records.projects[0]))
    assert list(compare_documents("a", records, turned)) == []
    without = replace(records, projects=records.projects[1:])
    assert {one.project for one in compare_documents("a", records, without)} == {records.projects[0].name}


# Report

class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if tag not in ("meta", "rect", "line"):
            self.open.append(tag)
        self.addresses += [address or "" for name, address in attributes if name in ("src", "href", "data", "action")]

    def handle_endtag(self, tag: str) -> None:
        if tag not in ("meta", "rect", "line"):
            assert self.open.pop() == tag


def test_a_report_stands_alone_and_says_what_a_run_came_to(results: Path, tmp_path: Path) -> None:
    ended = run("report", results, "--out", tmp_path / "report.html", "--review", "5")
    assert ended.status == 0
    page = (tmp_path / "report.html").read_text("utf-8")
    parser = _Links()
    parser.feed(page)
    assert (parser.open, parser.addresses) == ([], [])
    records = pandas.read_csv(results / "records.csv")
    for city in records.city.dropna().unique():
        assert city in page
    assert "broken.pdf" in page
    assert f"{len(records[records.value.notna()]):,}" in page
    assert page.count("<svg") == 1
    assert len(re.findall(r'<tr><td class="number">0\.\d\d</td><td class="path">', page)) == 5
    chinese = run("report", results, "--out", tmp_path / "zh.html", LC_ALL="zh_CN.UTF-8")
    assert chinese.status == 0
    assert "各城市、各年度的覆盖情况" in (tmp_path / "zh.html").read_text("utf-8")


def test_a_report_of_hostile_names_is_escaped(results: Path, tmp_path: Path, run_here: Any) -> None:  # noqa: F811
    shutil.copytree(results / "documents", tmp_path / "run" / "documents")
    path = tmp_path / "run" / "documents" / "langxi_wqy.pdf.json"
    document = json.loads(path.read_text("utf-8"))
    document["city"] = "<script>alert(1)</script>"
    path.write_text(json.dumps(document), "utf-8")
    assert run_here("report", tmp_path / "run").status == 0
    assert "<script>" not in (tmp_path / "run" / "report.html").read_text("utf-8")
