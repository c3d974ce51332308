"""The vocabulary room: what labels, keys, captions and publishers mean, and what folding leaves of a text."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recognizer.resources import gold_folder
from recognizer.types import Period
from recognizer.vocabulary import (
    LEVEL1,
    LEVEL2,
    amount_unit_of,
    children_of,
    city_of,
    department_key,
    fiscal_year_of,
    fold,
    framework_level2,
    level1_of,
    level2_of,
    parent_of,
    period_of,
    project_name_choice,
    project_name_key,
    strip_code,
    strip_numbering,
)

GOLD = [json.loads(path.read_text("utf-8")) for path in sorted(gold_folder().glob("*.json"))]


@pytest.mark.parametrize(("printed", "level1", "level2"), [
    ("产出指标(50分)", "产出指标", None), ("一、产出指标", "产出指标", None), ("1-产出指标", "产出指标", None),
    ("效\n益", "效益指标", None),
    ("11-数量指标", None, "数量指标"), ("社会效益指标(必填)", None, "社会效益指标"), ("产出数量", None, "数量指标"),
    ("社会效益", None, "社会效益指标"),
    ("满意度指标（10分）", "满意度指标", "服务对象满意度指标"), ("成本指标", "成本指标", "成本指标"),
    ("（二）过程：", "过程", None),
    ("⽣态效益指标", None, "生态效益指标"), ("培训人数", None, None), ("", None, None),
    ("产出指标完成情况较好，数量指标全部完成", None, None),
])
def test_labels_of_levels_are_recognised_through_codes_and_remarks(printed: str, level1: str | None, level2: str | None) -> None:
    assert (level1_of(printed), level2_of(printed)) == (level1, level2)


def test_every_level_knows_its_own_name_and_its_place_in_the_hierarchy() -> None:
    assert all(level1_of(name) == name for name in LEVEL1)
    assert all(level2_of(name) == name for name in LEVEL2)
    assert all(name in children_of(parent_of(name) or "") for name in LEVEL2)
    assert sum(len(children_of(name)) for name in LEVEL1) == len(LEVEL2)
    assert parent_of("成本指标") == "产出指标"
    assert parent_of("经济成本指标") == "成本指标"


def test_gold_labels_have_their_gold_levels() -> None:
    for project in (project for record in GOLD for project in record["projects"]):
        for indicator in project["indicators"]:
            if indicator["level1_raw"]:
                assert level1_of(indicator["level1_raw"]) == indicator["level1"]
            if indicator["level2_raw"]:
                assert level2_of(indicator["level2_raw"]) == indicator["level2"]


def test_names_of_the_published_framework_tell_their_level() -> None:
    assert framework_level2("立项依据充分性") == "项目立项"
    assert framework_level2("指标1：制度执行有效性") == "组织实施"
    assert framework_level2("培训人数") is None


@pytest.mark.parametrize(("heading", "period"), [
    ("年度指标值", Period.ANNUAL), ("指标值", Period.ANNUAL), ("全年预算数", Period.ANNUAL), ("年度绩效目标", Period.ANNUAL),
    ("当年预期实现值", Period.ANNUAL), ("年初设定目标", Period.ANNUAL), ("半年指标值", Period.HALF_YEAR),
    ("半年计划执行数", Period.HALF_YEAR),
    ("中期指标值", Period.MID_TERM), ("长期目标", Period.MID_TERM), ("实施周期指标值", Period.FULL_CYCLE),
    ("项目总投资", Period.FULL_CYCLE),
    ("实际完成值", Period.ACTUAL), ("年度实际完成情况", Period.ACTUAL), ("全年执行数", Period.ACTUAL),
    ("上年实际值", Period.PRIOR_YEAR),
    ("总体目标", Period.OVERALL), ("绩效目标", Period.OVERALL), ("前年实际值", None), ("预算执行率", None), ("上年结转", None),
    ("项目名称", None),
])
def test_headings_tell_their_period(heading: str, period: Period | None) -> None:
    assert period_of(heading) == period


@pytest.mark.parametrize(("caption", "unit"), [
    ("单位：万元", "万元"), ("金额单位: 元", "元"), ("项目资金（万元）", "万元"), ("48.00万元", "万元"),
    ("（单位：亿元）", "亿元"),
    ("单位：元/人", None), ("单位：人", None), ("100元/人", None), ("项目资金", None),
])
def test_captions_tell_the_unit_of_amounts(caption: str, unit: str | None) -> None:
    assert amount_unit_of(caption) == unit


@pytest.mark.parametrize(("caption", "year"), [
    ("（ 2023 年度）", 2023), ("2024年部门预算", 2024), ("二〇二三年", 2023), ("二○二四年度", 2024),
    ("2022年编制2023年度预算", 2023),
    ("预算年度：2025", 2025), ("[2022]69号", None), ("共2023人", None),
])
def test_captions_tell_the_fiscal_year(caption: str, year: int | None) -> None:
    assert fiscal_year_of(caption) == year


@pytest.mark.parametrize(("publisher", "place"), [
    ("中共甲乙市委组织部", "甲乙市"), ("[107]中共甲乙市委组织部", "甲乙市"), ("甲乙县直机关工委", "甲乙县"),
    ("中国共产党甲乙县直属机关工作委员会", "甲乙县"),
    ("丙丁省甲乙市财政局", "甲乙市"), ("甲乙市戊己区城市管理局", "戊己区"), ("甲乙自治州财政局", "甲乙自治州"),
    ("甲乙盟行政公署", "甲乙盟"),
    ("甲乙市经济技术开发区管委会", "甲乙市"), ("市委组织部", None), ("县直机关工委", None),
])
def test_publishers_tell_their_place(publisher: str, place: str | None) -> None:
    assert city_of(publisher) == place


def test_gold_publishers_tell_their_city() -> None:
    assert [city_of(record["publisher"]) for record in GOLD] == [record["city"] for record in GOLD]


def test_keys_of_names_and_departments() -> None:
    assert project_name_key("项目（政策）名称：")
    assert project_name_key("项目名称(资金使用单位)")
    assert project_name_choice("项目\n名称") > project_name_choice("部门（单位）名称") > project_name_choice("实施单位")
    assert department_key("主管部门及\n代码")
    assert not department_key("实施单位")


@pytest.mark.parametrize(("printed", "name"), [
    ("指标1：保障运转", "保障运转"), ("指标 1: 保障运转", "保障运转"), ("1、保障运转", "保障运转"),
    ("（1）保障运转", "保障运转"), ("①保障运转", "保障运转"),
    ("指标1：1.机关党员；2.基层党员", "1.机关党员；2.基层党员"), ("指标1：", ""), ("533工程人数", "533工程人数"),
    ("2023年度培训人数", "2023年度培训人数"),
    ("1.5万元补助", "1.5万元补助"), ("★培训人数", "★培训人数"), ("其中：培训人数", "其中：培训人数"),
    ("一报告两评议", "一报告两评议"),
])
def test_only_the_forms_own_numbering_is_taken_off_names(printed: str, name: str) -> None:
    assert strip_numbering(printed) == name


@pytest.mark.parametrize(("printed", "name"), [
    ("[107]中共某委", "中共某委"), ("107001 中共某委", "中共某委"), ("107-中共某委", "中共某委"), ("2023年", "2023年"),
    ("12345热线", "12345热线"),
])
def test_codes_before_organisations_are_taken_off(printed: str, name: str) -> None:
    assert strip_code(printed) == name


def test_folding_keeps_what_the_author_wrote() -> None:
    assert fold("⺠⽣ 工\n程") == "民生工程"
    assert fold("Word  Excel 文 档") == "Word Excel文档"
    assert fold("（≥９５％）") == "（≥９５％）"


@given(st.text())
def test_folding_and_code_stripping_change_nothing_the_second_time(text: str) -> None:
    assert fold(fold(text)) == fold(text)
    assert strip_code(strip_code(text)) == strip_code(text)


@given(st.text(alphabet=st.sampled_from("指标1２、.（一)①年度 目[0]-：a")))
def test_stripping_only_takes_from_the_front(text: str) -> None:
    assert text.endswith(strip_numbering(text))
    assert text.endswith(strip_code(text))


@given(st.text(alphabet=st.sampled_from("产出数量指标（）()1-年度：市县委省 中共2023元万\n半实际")))
def test_any_text_may_be_asked(text: str) -> None:
    assert level1_of(text) in (None, *LEVEL1)
    assert level2_of(text) in (None, *LEVEL2)
    place = city_of(text)
    assert place is None or place in fold(text)
    period_of(text), amount_unit_of(text), fiscal_year_of(text), framework_level2(text), department_key(text)
