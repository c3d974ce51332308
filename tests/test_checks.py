"""Checks that know the subject: each has cases in which it speaks and cases in which it must not."""

from __future__ import annotations

import doctest
import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

import recognizer
from recognizer.checking import CHECKS, OTHER_DOUBTS, Doubt, doubted
from recognizer.exporting.tables import TABLES
from recognizer.mapping import map_records
from recognizer.resources import gold_folder
from recognizer.types import Evidence, Fund, Indicator, Period, Project, Records, Total, Value

EVALUATION = Path(__file__).parents[1] / "eval"
sys.path.insert(0, str(EVALUATION))

from checks import FAULTS, damage, gold_records  # noqa: E402

DOCUMENT = EVALUATION / "documents" / json.loads((gold_folder() / "langxi.json").read_text("utf-8"))["source"]
RECOGNIZER = Path(sys.executable).with_name("recognizer")


def row(
    level2: str | None, name: str | None, annual: str | None = None, half: str | None = None, number: int | None = None,
) -> Indicator:
    """An indicator with its annual and half-year values."""
    texts = ((Period.ANNUAL, annual), (Period.HALF_YEAR, half))
    values = tuple(Value(period, text, Evidence(confidence=0.9)) for period, text in texts if text)
    return Indicator("产出指标", level2, name, values, "产出指标", level2, evidence=Evidence(confidence=0.9), number=number)


def money(path: str, raw: str, period: Period = Period.ANNUAL) -> Fund:
    """An amount with its chain of labels."""
    labels = tuple(path.split("/"))
    return Fund(labels[-1], labels, period, raw, None, Evidence(confidence=0.9))


def form(*facts: Indicator | Fund, year: int = 2024) -> Records:
    """A document of one project."""
    funds = tuple(fact for fact in facts if isinstance(fact, Fund))
    project = Project("修路", year, (), funds, (), tuple(fact for fact in facts if isinstance(fact, Indicator)))
    return Records("a.txt", fiscal_year=2024, amount_unit="万元", projects=(project,))


def wide(total: str, *amounts: str) -> Records:
    """A table with a project a row and a row of totals."""
    projects = tuple(Project(f"项目{number}", None, (), (money("总计", raw),)) for number, raw in enumerate(amounts))
    return Records("a.txt", amount_unit="万元", projects=projects, totals=(Total("合计", (money("总计", total),)),))


SUM = (money("总额", "48.00"), money("总额/财政拨款", "40.00"), money("总额/其他", "8.00"))
COST = row("成本指标", "项目总成本", "≤48万元")
FIRES: dict[str, list[Records]] = {
    "sum_differs": [form(*SUM[:2], money("总额/其他", "9.00")), form(money("总额", "48"), money("总额/财政拨款", "49")),
                    form(money("资金/小计", "10"), money("资金/甲", "6"), money("资金/乙", "5")),
                    form(money("收入/资金总额", "10"), money("支出/甲", "6"), money("支出/乙", "5")),
                    wide("30.00", "10.00", "21.00")],
    "amount_unreadable": [form(money("总额", "48.0048.00")), form(money("总额", "见附件")), wide("三", "1", "2")],
    "decimal_point": [form(*SUM[:2], money("总额/其他", "0.80")),
                      form(money("总额", "48.00"), money("总额/财政拨款", "4.80")),
                      form(money("年度资金总额", "480"), COST), wide("31.00", "10.00", "210.00")],
    "half_year_amount_above_annual": [form(money("总额", "48"), money("总额", "50", Period.HALF_YEAR))],
    "cost_unlike_total": [form(money("年度资金总额", "50"), COST), form(money("年度资金总额", "480"), COST)],
    "half_year_above_annual": [form(row("数量指标", "培训人数", "≥50人", "≥100人")),
                               form(row("成本指标", "经费", "≤5万元", "≤60000元")),
                               form(row("时效指标", "完成时间", "2024年6月底", "2024年12月底")),
                               form(row("时效指标", "完成时间", "第二季度", "9月底"))],
    "comparator_against_direction": [form(row("成本指标", "会议费", "≥5万元")),
                                     form(row("服务对象满意度指标", "群众满意度", "≤95%")),
                                     form(row("质量指标", "验收合格率", "＜95%")),
                                     form(row("质量指标", "系统故障率", "≥5%"))],
    "percentage_above_100": [form(row("质量指标", "合格率", "≥950%")), form(row("质量指标", "合格率", "9590%"))],
    "unit_unlike_concept": [form(row("质量指标", "合格率", "≥95元")), form(row("数量指标", "培训人数", "≥95%")),
                            form(row("数量指标", "建设面积", "≥3000人"))],
    "values_run_together": [form(row("数量指标", "拍摄部数", text)) for text in (
        "≥2部≥600人次", "3960704", "≥95%≥90%", "2部600人次", "2024年12月底≤48万元", "较高≥90%", "≤5万元不适用",
        "持续提升明显增强",
        "有效促进有效促进", "48.0048.00", "≥3960704")] + [
        form(row("数量指标", "甲", "合规合法"), row("数量指标", "乙", "按期办结"), row("数量指标", "丙",
        "合规合法按期办结"))],
    "value_equals_name": [form(row("质量指标", "群众上访事件", "群众上访事件")),
                          form(row("质量指标", "合格率", "1、合格率"))],
    "name_equals_level": [form(row("质量指标", "质量指标", "≥95%")), form(row("产出数量", "产出数量", "≥95%"))],
    "name_twice": [form(row("质量指标", "合格率", "≥95%"), row("质量指标", "合格率", "≥90%"))],
    "numbering_gap": [form(row("质量指标", "甲", "1个", number=1), row("质量指标", "乙", "1个", number=3)),
                      form(row("质量指标", "甲", "1个", number=1), row("数量指标", "乙", "1个", number=4))],
    "level_lost": [form(row(None, "合格率", "≥95%"))],
    "no_value": [form(row("质量指标", "合格率"))],
    "years_disagree": [form(row("时效指标", "完成时间", "2019年12月底")), form(row("时效指标", "完成时间", "2042年12月底")),
                       form(row("质量指标", "合格率", "1个"), year=2021)],
}
SILENT: dict[str, list[Records]] = {
    "sum_differs": [form(*SUM), form(money("总额", "48"), money("总额/财政拨款", "40")),
                    form(*SUM, money("总额", "20", Period.HALF_YEAR)),
                    form(money("资金/小计", "11"), money("资金/甲", "6"), money("资金/乙", "5")),
                    wide("31.00", "10.00", "21.00")],
    "amount_unreadable": [form(*SUM), form(money("总额", "10, 464. 80")), form(money("总额", "48万元"))],
    "decimal_point": [form(*SUM), form(money("总额", "48.00"), money("总额/财政拨款", "20.00")),
                      form(money("年度资金总额", "48"), COST),
                      form(money("总额", "10"), money("总额/甲", "10"), money("总额/乙", "0"))],
    "half_year_amount_above_annual": [form(money("总额", "48"), money("总额", "48", Period.HALF_YEAR)),
                                      form(money("总额", "48"), money("其他", "50", Period.HALF_YEAR))],
    "cost_unlike_total": [form(money("年度资金总额", "48.00"), COST), form(money("年度资金总额", "480000元"), COST),
                          form(COST),
                          form(money("年度资金总额", "50"), row("成本指标", "人均成本", "≤300元"))],
    "half_year_above_annual": [form(row("数量指标", "培训人数", "≥100人", "≥50人")),
                               form(row("数量指标", "培训人数", "≥2万人", "≥5000人")),
                               form(row("时效指标", "完成时间", "12月底", "6月底")),
                               form(row("质量指标", "效果", "较高", "显著"))],
    "comparator_against_direction": [form(row("成本指标", "会议费", "≤5万元")),
                                     form(row("服务对象满意度指标", "群众满意度", "≥95%")),
                                     form(row("质量指标", "验收合格率", "=100%")), form(row("质量指标", "系统故障率", "≤5%")),
                                     form(row("成本指标", "成本节约率", "≥5%")),
                                     form(row("服务对象满意度指标", "投诉率", "≤1%")),
                                     form(row("时效指标", "完成时间", "≤2024年12月底"))],
    "percentage_above_100": [form(row("质量指标", "合格率", "≥100%")), form(row("经济效益指标", "产值增长率", "≥150%")),
                             form(row("数量指标", "人数", "≥500人"))],
    "unit_unlike_concept": [form(row("质量指标", "合格率", "≥95%")), form(row("数量指标", "培训人数", "≥300人次")),
                            form(row("数量指标", "更新频率", "≥2次/月")), form(row("服务对象满意度指标", "满意度", "≥90分")),
                            form(row("质量指标", "合格率", "95")), form(row("数量指标", "建设面积", "≥3亩"))],
    "values_run_together": [form(row("数量指标", "拍摄部数", text)) for text in (
        "≥2部", "≥80%且≤90%", "80%-90%", "≥2部，≥600人次", "一等奖1名，二等奖2名", "满意度≥95%", "每年至少3次", "2年1测",
        "1小时30分钟", "2024.12.31",
        "2024年12月底前完成3次", "390000元", "持续提升", "100%完成", "12次/年", "大于等于95%", "3960,704", "396070",
        "3960704元")],
    "value_equals_name": [form(row("质量指标", "合格率", "合格")), form(row("质量指标", "合格率", "≥95%")),
                          form(row("质量指标", None, "≥95%"))],
    "name_equals_level": [form(row("质量指标", "质量合格率", "≥95%")), form(row("质量指标", None, "≥95%"))],
    "name_twice": [form(row("质量指标", "合格率", "≥95%"), row("数量指标", "合格率", "≥90%")),
                   form(row("质量指标", None, "≥95%"), row("质量指标", None, "≥90%"))],
    "numbering_gap": [form(row("质量指标", "甲", "1个", number=1), row("质量指标", "乙", "1个", number=2)),
                      form(row("质量指标", "甲", "1个", number=2), row("数量指标", "乙", "1个", number=1)),
                      form(row("质量指标", "甲", "1个", number=1), row("质量指标", "乙", "1个"))],
    "level_lost": [form(row("质量指标", "合格率", "≥95%"))],
    "no_value": [form(row("质量指标", "合格率", "≥95%"))],
    "years_disagree": [form(row("时效指标", "完成时间", "2024年12月底")), form(row("时效指标", "完成时间", "2025年3月底")),
                       form(row("时效指标", "完成时间", "2023年1月至2024年12月")),
                       form(row("时效指标", "完成时间", "12月底"))],
}


def doubts(records: Records, without: tuple[str, ...] = ()) -> set[str]:
    """The doubts that stand on any fact of the records."""
    found = doubted(map_records(records), without)
    facts = [fact for project in found.projects for fact in (
        project, *project.funds, *project.indicators, *(value for one in project.indicators for value in one.values))]
    facts += [fund for total in found.totals for fund in total.funds]
    return {doubt for fact in facts for doubt in fact.evidence.doubts}


@pytest.mark.parametrize("name", [check.name for check in CHECKS])
def test_a_check_speaks_where_it_should_and_is_silent_elsewhere(name: str) -> None:
    assert [name in doubts(records) for records in FIRES[name]] == [True] * len(FIRES[name])
    assert [name in doubts(records) for records in SILENT[name]] == [False] * len(SILENT[name])


@pytest.mark.parametrize("name", [check.name for check in CHECKS])
def test_a_check_can_be_left_out(name: str) -> None:
    for records in FIRES[name]:
        assert name not in doubts(records, (name,))
        assert doubts(records, (name,)) == doubts(records) - {name}


def test_a_doubt_changes_no_data_and_lowers_only_the_confidence_of_what_it_is_about() -> None:
    records = map_records(form(*SUM, row("质量指标", "合格率", "≥950%"), row("数量指标", "培训人数", "≥30人")))
    found = doubted(records)
    (project,) = found.projects
    wrong, right = project.indicators
    assert (wrong.values[0].evidence.doubts, right.values[0].evidence.doubts) == (("percentage_above_100",), ())
    assert wrong.values[0].evidence.confidence < right.values[0].evidence.confidence == 0.9
    assert [fund.evidence.confidence for fund in project.funds] == [0.9] * 3
    plain = replace(wrong, values=(replace(wrong.values[0], evidence=Evidence(confidence=0.9)),))
    assert replace(found, projects=(replace(project, indicators=(plain, right)),)) == records


def test_the_amount_whose_decimal_point_slipped_is_the_one_that_is_named() -> None:
    (project,) = doubted(map_records(form(*SUM[:2], money("总额/其他", "0.80")))).projects
    assert ["decimal_point" in fund.evidence.doubts for fund in project.funds] == [False, False, True]


def test_an_unknown_check_is_refused() -> None:
    with pytest.raises(ValueError, match="no_such_check"):
        recognizer.digitize(DOCUMENT, without_checks=("no_such_check",))


def spoken(project: Project) -> set[tuple[int, str]]:
    """The doubts of a project's values and amounts, with the index of the row that they stand in."""
    values = {(index, doubt) for index, one in enumerate(project.indicators) for value in one.values
              for doubt in value.evidence.doubts}
    return values | {(-1 - index, doubt) for index, fund in enumerate(project.funds) for doubt in fund.evidence.doubts}


def test_few_facts_of_the_gold_records_are_doubted_and_most_damage_is() -> None:
    facts = wrongly = 0
    caught: dict[str, list[bool]] = {fault: [] for fault in FAULTS}
    for city in ("langxi", "fuyang", "huaian"):
        records = gold_records(json.loads((gold_folder() / f"{city}.json").read_text("utf-8")))
        before = doubted(records).projects
        for project in before:
            values = [value for one in project.indicators for value in one.values]
            facts += len(project.funds) + len(project.indicators) + len(values)
            wrongly += sum(bool(one.evidence.doubts) for one in (*project.funds, *project.indicators, *values))
        every = list(damage(records))
        for damaged in (one for fault in FAULTS for one in [one for one in every if one.fault == fault][::5]):
            after = doubted(damaged.records).projects
            number = damaged.spots[0][1]
            caught[damaged.fault].append(bool(spoken(after[number]) - spoken(before[number])))
    assert wrongly / facts <= 0.02
    for fault in ("fused_numbers", "swapped", "flipped", "decimal"):
        assert sum(caught[fault]) / len(caught[fault]) >= 0.8, fault


def test_the_command_leaves_a_check_out_and_its_output_says_so(tmp_path: Path) -> None:
    source = tmp_path / "form.txt"
    source.write_text(DOCUMENT.read_text("utf-8"), "utf-8")
    (tmp_path / "recognizer.toml").write_text('[digitize]\nwithout-check = ["name_twice", "no_value"]\n', "utf-8")
    command = [RECOGNIZER, "digitize", "form.txt", "--out", "out", "--jobs", "1"]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    document = json.loads((tmp_path / "out" / "documents" / "form.txt.json").read_text("utf-8"))
    assert document["recognizer"]["options"]["without_checks"] == "name_twice,no_value"
    wrong = subprocess.run([*command, "--without-check", "nothing"], cwd=tmp_path, check=False, capture_output=True, text=True)
    assert (wrong.returncode, "no check is named nothing" in wrong.stderr) == (2, True)


def test_checks_are_listed_in_the_users_language() -> None:
    listed = {language: subprocess.run(
        [RECOGNIZER, "checks"], env={**os.environ, "LC_ALL": language, "COLUMNS": "300",
        "PYTHONIOENCODING": "utf-8"}, check=True,
        capture_output=True, text=True, encoding="utf-8").stdout for language in ("en_US.UTF-8", "zh_CN.UTF-8")}
    for doubt in (*CHECKS, *OTHER_DOUBTS):
        assert doubt.name in listed["en_US.UTF-8"]
        assert doubt.english in listed["en_US.UTF-8"]
        assert doubt.chinese in listed["zh_CN.UTF-8"]


PAGE = (EVALUATION.parent / "docs" / "values-and-doubts.md").read_text("utf-8")


@pytest.mark.parametrize("doubt", [*CHECKS, *OTHER_DOUBTS], ids=lambda doubt: doubt.name)
def test_the_page_of_doubts_says_what_the_code_says(doubt: Doubt) -> None:
    assert f"| `{doubt.name}` | {doubt.english} | {doubt.chinese} |" in PAGE


def test_the_page_of_doubts_names_no_other_and_every_column() -> None:
    listed = PAGE.partition("## Doubts")[2]
    assert set(re.findall(r"^\| `(\w+)` \|", listed, re.M)) == {doubt.name for doubt in (*CHECKS, *OTHER_DOUBTS)}
    columns = PAGE.partition("## Columns")[2].partition("## Values")[0]
    assert {column for table in TABLES.values() for column in table.columns} == {
        column for row in re.findall(r"^\| (`.*?`) \|", columns, re.M) for column in re.findall(r"`(\w+)`", row)}


def test_the_pages_examples_are_true() -> None:
    examples = doctest.DocTestParser().get_doctest(PAGE.replace("```", ""), {}, "page", None, 0)
    assert len(examples.examples) >= 4
    assert doctest.DocTestRunner().run(examples).failed == 0


def test_no_doubt_of_the_real_documents_is_without_a_name() -> None:
    names = {doubt.name for doubt in (*CHECKS, *OTHER_DOUBTS)}
    for path in sorted(DOCUMENT.parent.glob("*.txt")):
        found = recognizer.digitize(path)
        assert {doubt for fact in found.doubtful for doubt in fact.doubts} <= names
