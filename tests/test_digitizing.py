"""The whole journey with the shipped model: real documents are read rightly, nothing is invented, nothing breaks."""

from __future__ import annotations

import functools
import json
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recognizer import digitize
from recognizer.api import Digitized
from recognizer.checking.conservation import invented
from recognizer.digitizing import digitize_text
from recognizer.exporting import TABLES, document_schema
from recognizer.generation import reserved
from recognizer.measuring import pool, score
from recognizer.measuring.gold import Gold, load_gold
from recognizer.model import shipped_model
from recognizer.reading import read, read_text
from recognizer.resources import gold_folder

DOCUMENTS = Path(__file__).parents[1] / "eval" / "documents"
GOLD = load_gold(gold_folder())
BARS = {"value": 0.95, "indicator": 0.95, "fund": 0.95}  # of each document
POOLED_BARS = {
    "value": 0.98, "indicator": 0.98, "fund": 0.98, "attribute": 0.97, "goal": 0.95, "standard": 0.95, "document": 1.0,
    "total": 1.0}

each_document = pytest.mark.parametrize("gold", GOLD, ids=lambda gold: gold.name)


@functools.cache
def digitized(source: str) -> Digitized:
    return digitize(DOCUMENTS / source)


def from_text(text: str, name: str = "a.txt") -> Digitized:
    return digitize_text(text, name, shipped_model())


def invented_in(text: str, found: Digitized, name: str = "a.txt") -> list[str]:
    """What the records print that does not stand where they say; the count in the ledger must agree."""
    made_up = invented(found.records, read_text(text, name))
    assert sum(page.invented for page in found.records.pages) == len(made_up)
    return made_up


@each_document
def test_a_document_that_was_trained_on_is_read_rightly(gold: Gold) -> None:
    scores = score(gold.records, digitized(gold.source).to_json())
    low = {kind: round(scores[kind].f1, 4) for kind, bar in BARS.items() if scores[kind].f1 < bar}
    assert not low, scores.errors


def test_all_documents_together_are_read_rightly() -> None:
    pooled = pool(score(gold.records, digitized(gold.source).to_json()) for gold in GOLD)
    assert [kind for kind, bar in POOLED_BARS.items() if pooled[kind].f1 < bar] == [], pooled.counts


@each_document
def test_amounts_stand_below_their_totals(gold: Gold) -> None:
    """The paths of funds, which F1 does not look at."""
    found = right = 0
    for wanted, project in zip(gold.records["projects"], digitized(gold.source).projects, strict=True):
        paths = {(fund.item, fund.period.value, fund.raw): fund.path for fund in project.funds}
        for fund in wanted["funds"]:
            path = paths.get((fund["item"], fund["period"], fund["raw"]))
            found += path is not None
            right += path == tuple(fund["path"])
    assert right >= 0.9 * found


@each_document
def test_nothing_is_invented(gold: Gold) -> None:
    found = digitized(gold.source)
    assert invented(found.records, read(DOCUMENTS / gold.source)) == []
    assert [page.invented for page in found.records.pages] == [0]


@pytest.mark.parametrize("document", list(reserved(documents=2)), ids=lambda document: document.name)
def test_nothing_is_invented_in_layouts_never_seen(document) -> None:
    found = from_text(document.text, document.name)
    assert invented_in(document.text, found, document.name) == []
    jsonschema.Draft202012Validator(document_schema()).validate(found.to_json())


PROSE = "关于召开2024年度预算绩效管理工作会议的通知\n\n各处室：\n　　定于3月5日召开会议，请按时参加，会议经费50万元。\n"
CSV = "date,city,amount\n2024-01-01,Paris,12.50\n2024-01-02,Rome,7\n2024-01-03,\"Oslo, Norway\",-3\n"
LATIN = "Lorem ipsum dolor sit amet, consectetur adipiscing elit.\nSed do eiusmod tempor incididunt 95% ut labore 3.5.\n"
MENU = "# 本周菜单\n\n| 星期 | 午餐 | 价格 |\n|---|---|---|\n| 一 | 米饭 | 12元 |\n| 二 | 面条 | 10元 |\n| 三 | 饺子 | 15元 |\n"
WORDS_ALONE = "指标值\n三级指标\n产出指标\n"
NO_TABLES = {"prose": PROSE, "csv": CSV, "latin": LATIN, "menu": MENU, "one character": "一", "a number": "95"}


@pytest.mark.parametrize("text", NO_TABLES.values(), ids=NO_TABLES)
def test_a_document_without_such_a_table_has_no_projects_and_a_warning(text: str) -> None:
    found = from_text(text)
    assert found.projects == ()
    assert found.records.warnings
    assert found.to_frame().empty


@pytest.mark.parametrize("text", [
    WORDS_ALONE, "\t\t\n" * 5, "|||\n|---|---|\n|||\n", "<table></table>", "<table><tr><td>项目名称<td>修路", "\ufeff",
    "\x00\x01项目", "项\u200b目 名称\u3000修路", "| 项目名称 | =1+1 |\n|---|---|\n| 数量指标 | \U0001f600 |\n", "指标1：" * 3000,
    "项目名称\t" * 500, "产出指标 数量指标 培训 ≥5次\n" * 300], ids=range(12))
def test_odd_documents_are_read_without_inventing_anything(text: str) -> None:
    found = from_text(text)
    assert invented_in(text, found) == []
    json.dumps(found.to_json(), allow_nan=False)


_WORDS = st.sampled_from([
    "项目名称", "实施单位", "产出指标", "数量指标", "三级指标", "指标值", "年度目标", "≥95%", "100", "万元", "合计",
    "其中：财政拨款", "项目支出绩效目标表", "一", "|", "\t", "\n", "\n\n", " ", "　", "<td>", "<br>",
    "指标1：", "；", "、", "\f", "a", "-"])


@settings(max_examples=60, deadline=None)
@given(st.one_of(st.text(max_size=200), st.lists(_WORDS, max_size=60).map("".join)))
def test_any_text_at_all_ends_in_order(text: str) -> None:
    found = from_text(text)
    assert invented_in(text, found) == []
    json.dumps(found.to_json(), allow_nan=False)
    assert found.projects or found.records.warnings


def test_the_same_document_gives_the_same_result_whatever_was_read_before() -> None:
    source = GOLD[-1].source
    first = digitize(DOCUMENTS / source).to_json()
    from_text(CSV)
    assert json.dumps(digitize(DOCUMENTS / source).to_json()) == json.dumps(first)


@each_document
def test_what_comes_out_meets_the_published_schema(gold: Gold) -> None:
    jsonschema.Draft202012Validator(document_schema()).validate(digitized(gold.source).to_json())


def test_the_frames_hold_all_facts_under_the_published_columns() -> None:
    found = digitized(GOLD[0].source)
    for name, table in TABLES.items():
        assert list(found.to_frame(name).columns) == list(table.columns)  # type: ignore[arg-type]
    assert len(found.to_frame("goals")) == sum(len(project.goals) for project in found.projects)
    assert len(found.to_frame()) == sum(max(len(one.values), 1) for project in found.projects for one in project.indicators)
    with pytest.raises(ValueError, match="records, funds, goals, attributes"):
        found.to_frame("nonsense")  # type: ignore[arg-type]


@each_document
def test_doubtful_facts_come_the_most_doubtful_first(gold: Gold) -> None:
    found = digitized(gold.source)
    sure = [fact.confidence for fact in found.doubtful]
    assert sure == sorted(sure)
    values = [value.evidence for one in found.projects for indicator in one.indicators for value in indicator.values]
    unsure = [fact.confidence for fact in found.doubtful if fact.kind == "value" and not fact.doubts]
    assert max(unsure, default=0.0) < min(value.confidence for value in values if value.accepted)
    assert found.to_json()["recognizer"]["review_count"] == len(found.doubtful)


@each_document
def test_a_fact_says_on_which_lines_it_stands(gold: Gold) -> None:
    lines = (DOCUMENTS / gold.source).read_text("utf-8").splitlines()
    for project in digitized(gold.source).projects:
        for value in (value for indicator in project.indicators for value in indicator.values):
            assert value.evidence.at
            own = "".join("".join(lines[first - 1 : last]) for first, last in (place.lines for place in value.evidence.at))
            assert set(value.text) <= set("".join(own.split())), value
