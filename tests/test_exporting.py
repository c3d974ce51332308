"""What is written is complete, valid, safe to open, and never half-written."""

from __future__ import annotations

import csv
import errno
import importlib.util
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import openpyxl
import pandas
import pyarrow.parquet
import pytest

from recognizer.api import Digitized
from recognizer.exporting import (
    TABLES,
    Columns,
    Failure,
    OutputFolder,
    document_path,
    document_schema,
    records_frame,
    to_json,
    to_text,
    with_source,
)
from recognizer.resources import gold_folder
from recognizer.types import (
    Attribute,
    Canonical,
    Evidence,
    Fund,
    Goal,
    Indicator,
    Ledger,
    Period,
    Place,
    Project,
    Reading,
    Records,
    Total,
    Value,
)

AWKWARD = ["=100%", "@x", "-1", "+2", "#N/A", "1e5", "2024-01-01", "01", "TRUE", 'a "quoted", text', "tab\there",
           "bell\x07 null\x00", "lone \udcff surrogate", "first\nsecond", "return\rhere", "≥95％", "🀄",
           "'=1", " padded ", "_x0041_"]


def gold_documents() -> list[Any]:
    return [json.loads(path.read_text("utf-8")) for path in sorted(gold_folder().glob("*.json"))]


def records_of(gold: dict[str, Any]) -> Records:
    """The gold records as if they had been recognised."""

    def funds(entries: list[dict[str, Any]]) -> tuple[Fund, ...]:
        return tuple(
            Fund(fund["item"], tuple(fund["path"]), Period(fund["period"]), fund["raw"], fund["amount"]) for fund in entries)

    def project(entry: dict[str, Any]) -> Project:
        return Project(
            entry["project_name"], entry["fiscal_year"],
            tuple(Attribute(key, text) for key, text in entry["attributes"].items()),
            funds(entry["funds"]),
            tuple(Goal(Period(kind), text) for kind, text in entry["goals"].items()),
            tuple(
                Indicator(
                    row["level1"], row["level2"], row["name"],
                    tuple(Value(Period(period), text) for period, text in row["values"].items()),
                    row["level1_raw"], row["level2_raw"], row["standard"])
                for row in entry["indicators"]))

    return Records(
        gold["source"], gold["city"], gold["publisher"], gold["fiscal_year"], gold["amount_unit"],
        tuple(project(entry) for entry in gold["projects"]),
        tuple(Total(total["name"], funds(total["funds"])) for total in gold.get("totals", [])))


def rich_records(source: str = "样例.pdf", text: str = "≥95%") -> Records:
    """Records that use every field of the data types."""
    place = Place(page=2, bbox=(10.123, 20.0, 30.0, 40.0))
    sure = Evidence((place, Place(page=2, bbox=(30.0, 21.0, 60.0, 41.0))), 0.97)
    elsewhere = (Place(lines=(3, 4)), Place(sheet="Sheet1", cell="B4"), Place(lines=(1, 1), inherited=True))
    unsure = Evidence(elsewhere, 0.4, "inherited", ("sum_differs",))
    indicator = Indicator(
        "产出指标", "质量指标", "验收合格率",
        (Value(Period.ANNUAL, text, sure, Reading("quantity", "≥", 95.0, None, "%", 95.0, "%")),
         Value(Period.ACTUAL, "96%", unsure)),
        None, "质量指标", "优", (("分值", "10"), ("备注", "a"), ("备注", "b")), sure, "inferred", "inherited", "printed",
        Canonical("q.acceptance", "验收合格率", 0.93))
    return Records(
        source, "某市", "某局", 2024, "万元",
        (Project(
            "项目一", 2024, (Attribute("实施单位", "某局", sure),),
            (Fund("财政拨款", ("项目资金", "财政拨款"), Period.ANNUAL, "1,048.50", 1048.5, sure, 10_485_000.0),),
            (Goal(Period.ANNUAL, "完成任务。", sure),),
            (indicator, Indicator("效益指标", None, None, (), "效益指标"))),),
        (Total("合计", (Fund("总计", ("总计",), Period.ANNUAL, "9", 9.0, unsure),)),),
        ("page 3: no text",), (Ledger(120, 1, 0, 0, "页"),), "m-1", (("jobs", "1"),))


def validate(records: Records) -> dict[str, Any]:
    document = to_json(records)
    jsonschema.Draft202012Validator(document_schema()).validate(document)
    return document


def test_schema_itself_is_valid() -> None:
    jsonschema.Draft202012Validator.check_schema(document_schema())


@pytest.mark.parametrize("records", [
    Records("empty.txt"), rich_records(), rich_records(text=""), *[records_of(gold) for gold in gold_documents()]],
    ids=lambda records: records.source)
def test_json_meets_the_published_schema(records: Records) -> None:
    document = validate(records)
    assert json.loads(to_text(document)) == document


def test_a_place_takes_one_line_whatever_its_sheet_is_called() -> None:
    place = Place(sheet='a } {\n"lines": [', cell="[ 1, ]")
    document = to_json(Records("x", projects=(Project("p", evidence=Evidence((place, Place(lines=(3, 4))))),)))
    text = to_text(document)
    assert json.loads(text) == document
    assert '{"lines": [3, 4]}\n' in text


def test_schema_refuses_a_field_it_does_not_know() -> None:
    document = to_json(rich_records())
    document["projects"][0]["indicators"][0]["value_details"]["annual"]["surprise"] = 1
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(document_schema()).validate(document)


@pytest.mark.parametrize("gold", gold_documents(), ids=lambda gold: gold["source"])
def test_every_gold_fact_survives_export(gold: dict[str, Any]) -> None:
    spec = importlib.util.spec_from_file_location("score", gold_folder() / "score.py")
    assert spec
    assert spec.loader
    score = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(score)
    wanted, got = score.collect(gold, to_json(records_of(gold)))
    assert got == wanted


def test_evidence_stands_beside_each_fact() -> None:
    document = validate(rich_records())
    indicator = document["projects"][0]["indicators"][0]
    annual, actual = indicator["value_details"]["annual"], indicator["value_details"]["actual"]
    assert (annual["quantity"], annual["unit"], annual["comparator"]) == (95.0, "%", "≥")
    assert annual["at"][0] == {"page": 2, "bbox": [10.12, 20.0, 30.0, 40.0]}
    assert actual["at"] == [{"lines": [3, 4]}, {"sheet": "Sheet1", "cell": "B4"}, {"lines": [1, 1], "inherited": True}]
    assert indicator["provenance"] == {"level1": "inferred", "level2": "inherited", "name": "printed"}
    assert indicator["extra"] == {"分值": "10", "备注": "a\nb"}
    assert document["projects"][0]["fund_details"][0]["amount_yuan"] == 10_485_000.0
    assert document["recognizer"]["review_count"] == 2


def test_what_is_printed_twice_is_not_lost() -> None:
    project = Project(
        "p", attributes=(Attribute("单位", "甲"), Attribute("单位", "乙"), Attribute("单位", "甲")),
        goals=(Goal(Period.ANNUAL, "一"), Goal(Period.ANNUAL, "二"), Goal(Period.ANNUAL, "一")),
        indicators=(Indicator(None, None, "n", (Value(Period.ANNUAL, "1"), Value(Period.ANNUAL, "2"))),))
    written = validate(Records("x", projects=(project,)))["projects"][0]
    assert written["attributes"] == {"单位": "甲"}
    assert [other["text"] for other in written["attribute_details"]["单位"]["others"]] == ["乙"]
    assert written["goals"] == {"annual": "一\n二"}
    details = written["indicators"][0]["value_details"]["annual"]
    assert [other["text"] for other in details["others"]] == ["2"]
    assert all("printed_twice" in found["doubts"] for found in (
        details, written["attribute_details"]["单位"], written["goal_details"]["annual"]))


def test_numbers_that_json_cannot_hold_become_null() -> None:
    fund = Fund("a", ("a",), Period.ANNUAL, "?", float("nan"), amount_yuan=float("inf"))
    written = validate(Records("x", projects=(Project("p", funds=(fund,)),)))["projects"][0]
    assert written["funds"][0]["amount"] is None
    assert written["fund_details"][0]["amount_yuan"] is None


def test_records_table_has_the_documented_columns_and_a_row_a_period() -> None:
    frame = records_frame(rich_records())
    assert ", ".join(frame.columns) == (
        "document, page, city, publisher, fiscal_year, project_name, level1, level1_raw, level2, level2_raw, name, canonical_id, "
        "canonical_name, canonical_score, period, value, kind, comparator, quantity, quantity_high, unit, quantity_si, unit_si, "
        "date, qualitative, standard, confidence, needs_review, doubts, provenance, x0, y0, x1, y1")
    assert list(frame["period"].fillna("")) == ["annual", "actual", ""]
    assert list(frame["needs_review"]) == [False, True, False]
    first = frame.iloc[0]
    assert (first["page"], first["x0"], first["x1"], first["y1"]) == (2, 10.12, 60.0, 41.0)
    assert first["provenance"] == "level1: inferred; level2: inherited"
    assert pandas.isna(frame.iloc[1]["page"])


def test_digitized_offers_frames_json_and_what_to_review() -> None:
    document = Digitized(rich_records())
    assert len(document.to_frame()) == 3
    assert list(document.to_frame("funds")["total"].fillna("")) == ["", "合计"]
    assert document.to_frame("goals")["text"].tolist() == ["完成任务。"]
    assert document.to_frame("attributes")["key"].tolist() == ["实施单位"]
    assert [(fact.kind, fact.text) for fact in document.doubtful] == [("value", "96%"), ("total", "9")]
    assert document.to_json()["source"] == "样例.pdf"
    with pytest.raises(ValueError, match="no table"):
        document.to_frame("nonsense")  # type: ignore[arg-type]
    assert list(Digitized(Records("x")).to_frame().columns) == list(document.to_frame().columns)


def read_csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def write_run(folder: Path, documents: list[Records], failures: tuple[Failure, ...] = (), *, excel: bool = False) -> int:
    """Writes a whole run; returns how many documents of a former one it removed."""
    with OutputFolder(folder) as output:
        paths = {output.write(records.source, to_text(to_json(records)).encode()) for records in documents}
        rows = ({name: table.of(records) for name, table in TABLES.items()} for records in documents)
        output.write_tables(rows, failures, excel=excel)
        return output.remove_documents(unless=paths.__contains__)


def test_tables_hold_texts_as_printed(tmp_path: Path) -> None:
    write_run(tmp_path, [rich_records(f"{number}.txt", text) for number, text in enumerate(AWKWARD)], excel=True)
    printable = [text.replace("\udcff", "\\xff") for text in AWKWARD]
    assert (tmp_path / "records.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    rows = read_csv(tmp_path / "records.csv")
    assert [row["value"] for row in rows if row["period"] == "annual"] == printable
    table = pyarrow.parquet.read_table(tmp_path / "records.parquet")
    assert table.column_names == list(TABLES["records"].columns)
    assert [row["value"] for row in table.to_pylist() if row["period"] == "annual"] == printable
    assert table.slice(0, 1).to_pylist()[0]["quantity"] == 95.0
    for name, columns in ((name, list(known.columns)) for name, known in TABLES.items()):
        assert list(read_csv(tmp_path / f"{name}.csv")[0]) == columns
        assert pyarrow.parquet.read_schema(tmp_path / f"{name}.parquet").names == columns
    assert (tmp_path / "failures.jsonl").read_text("utf-8") == ""


def test_nothing_in_a_workbook_is_a_formula(tmp_path: Path) -> None:
    texts = [*AWKWARD, "长" * 40_000]
    write_run(tmp_path, [rich_records(f"{number}.txt", text) for number, text in enumerate(texts)], excel=True)
    book = openpyxl.load_workbook(tmp_path / "records.xlsx")
    assert book.sheetnames == list(TABLES)
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} == {"s"}
    values = [row[15].value for row in book["records"].iter_rows() if row[14].value == "annual"]
    assert values[:7] == AWKWARD[:7]
    assert values[AWKWARD.index("bell\x07 null\x00")] == "bell\ufffd null\ufffd"
    assert len(values[-1]) == 32_767


def test_a_finished_run_replaces_a_former_one(tmp_path: Path) -> None:
    write_run(tmp_path, [rich_records("old/a.txt"), rich_records("b.txt")], excel=True)
    (tmp_path / "documents" / "mine.json").write_text('{"a note": "of the user"}', "utf-8")
    assert write_run(tmp_path, [rich_records("b.txt")], (Failure("old/a.txt", None, "read", "gone"),)) == 1
    assert sorted(path.name for path in tmp_path.rglob("*") if path.is_file()) == sorted(
        ["b.txt.json", "mine.json", "failures.jsonl", *(f"{name}.{kind}" for name in TABLES for kind in ("csv", "parquet"))])
    assert not (tmp_path / "documents" / "old").exists()
    assert {row["document"] for row in read_csv(tmp_path / "records.csv")} == {"b.txt"}
    assert json.loads((tmp_path / "failures.jsonl").read_text("utf-8")) == {
        "document": "old/a.txt", "page": None, "stage": "read", "reason": "gone"}


def test_tables_that_break_off_leave_the_former_ones(tmp_path: Path) -> None:
    write_run(tmp_path, [rich_records("a.txt")])
    before = (tmp_path / "records.csv").read_bytes()

    def rows() -> Iterator[dict[str, Columns]]:
        yield {name: table.of(rich_records("b.txt")) for name, table in TABLES.items()}
        raise OSError(errno.ENOSPC, "no space left")

    with OutputFolder(tmp_path) as output, pytest.raises(OSError, match="no space"):
        output.write_tables(rows(), ())
    assert (tmp_path / "records.csv").read_bytes() == before
    assert not list(tmp_path.rglob("*.part"))


def test_fixed_row_groups_and_the_same_bytes_whatever_documents_the_rows_come_from(tmp_path: Path) -> None:
    rows = TABLES["records"].of(rich_records("a.txt"))
    count = len(rows["name"])
    many = {column: (values * (25_000 // count + 1))[:25_000] for column, values in rows.items()}
    for name, size in (("one", 25_000), ("many", 7)):
        parts = ({column: values[start : start + size] for column, values in many.items()} for start in range(0, 25_000, size))
        with OutputFolder(tmp_path / name) as output:
            output.write_tables(({"records": part} for part in parts), ())
    whole = pyarrow.parquet.ParquetFile(tmp_path / "one" / "records.parquet").metadata
    assert [whole.row_group(number).num_rows for number in range(whole.num_row_groups)] == [10_000, 10_000, 5_000]
    for name in ("records.parquet", "records.csv"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "many" / name).read_bytes()


def test_two_runs_cannot_write_to_one_folder_at_a_time(tmp_path: Path) -> None:
    with OutputFolder(tmp_path), pytest.raises(OSError, match="another run"):
        OutputFolder(tmp_path)
    with OutputFolder(tmp_path):
        pass


KILLED = """
import sys
from pathlib import Path
from tests.test_exporting import records_of, gold_documents
from recognizer.exporting import OutputFolder, to_json, to_text
document = to_text(to_json(records_of(gold_documents()[-1]))).encode()
with OutputFolder(Path(sys.argv[1])) as output:
    for number in range(100_000):
        output.write(f"{number}.txt", document)
        print(number, flush=True)
"""


def test_a_killed_run_leaves_nothing_half_written(tmp_path: Path) -> None:
    write_run(tmp_path, [rich_records("former.txt")])
    process = subprocess.Popen(
        [sys.executable, "-c", KILLED, str(tmp_path)], stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[1])
    assert process.stdout
    for _ in range(3):
        process.stdout.readline()
    time.sleep(0.01)  # somewhere in the midst of the next document
    process.kill()
    process.wait()
    process.stdout.close()
    documents = list((tmp_path / "documents").glob("*.json"))
    assert len(documents) >= 4
    for path in documents:
        json.loads(path.read_text("utf-8"))
    assert {row["document"] for row in read_csv(tmp_path / "records.csv")} == {"former.txt"}
    write_run(tmp_path, [rich_records("next.txt")])
    assert [path.name for path in (tmp_path / "documents").iterdir()] == ["next.txt.json"]
    assert not list(tmp_path.rglob("*.part"))


@pytest.mark.parametrize("name", ["b.pdf", "目录/a\nb.txt", '"source": "x"', "lone \udcff"])
def test_a_document_under_another_name_is_the_same_but_for_it(name: str) -> None:
    given, wanted = rich_records("a.pdf", '\n "source": "b"'), rich_records(name, '\n "source": "b"')
    assert with_source(to_text(to_json(given)), name) == to_text(to_json(wanted))


def test_names_of_documents_stay_within_the_folder_and_the_file_system(tmp_path: Path) -> None:
    assert document_path(tmp_path, "a/b.pdf") == tmp_path / "documents" / "a" / "b.pdf.json"
    long, other = (document_path(tmp_path, "目" * 84 + end + ".txt") for end in "甲乙")
    assert long != other
    assert all(len(path.name.encode()) <= 255 and path.name.endswith(".txt.json") for path in (long, other))
    for name in ("../a.txt", "/etc/a.txt", ""):
        with pytest.raises(ValueError, match="not a name"):
            document_path(tmp_path, name)
