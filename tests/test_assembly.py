"""Assembling: from labelled cells, drawn by hand, to the facts a person would key in."""

from __future__ import annotations

import pytest
from drawn_tables import labelled, put_together, rows_of, table
from hypothesis import given, settings
from hypothesis import strategies as st

from recognizer.assembly.levels import Printed, place_levels
from recognizer.types import LabelledGrid, Role

FORM = """
项目支出绩效目标表|title
（2023年度）|caption
项目名称|attribute_key  党员教育工作经费|attribute_value>name
主管部门|attribute_key  某某组织部|attribute_value  实施单位|attribute_key  某某处|attribute_value
项目资金（万元）|fund_key  年度资金总额：|fund_key  48.00|fund_amount@annual
.  其中：财政拨款|fund_key  40.00|fund_amount@annual
.  其他资金|fund_key  8.00|fund_amount@annual
年度目标|goal_key@annual  提高党员教育质量。|goal_text@annual
一级指标|header>level1  二级指标|header>level2  三级指标|header>name  指标值|header>value@annual
产出指标|level1  数量指标|level2  做好教育片摄制次数|name  ≥4部|value@annual
.  .  指标2：平台活动次数|name  ≥ 4次|value@annual
.  时效指标|level2  摄制时限|name  12月底|value@annual
满意度指标|level1  服务对象满意度指标|level2  党员满意度|name  ≥95%|value@annual
"""


def test_a_form_becomes_one_project() -> None:
    records = put_together(table(FORM))
    (project,) = records.projects
    assert (records.fiscal_year, records.amount_unit, project.name) == (2023, "万元", "党员教育工作经费")
    assert {attribute.key: attribute.text for attribute in project.attributes} == {"主管部门": "某某组织部", "实施单位": "某某处"}
    assert [(goal.kind.value, goal.text) for goal in project.goals] == [("annual", "提高党员教育质量。")]
    assert rows_of(project.indicators) == [
        ("数量指标", "做好教育片摄制次数", {"annual": "≥4部"}), ("数量指标", "平台活动次数", {"annual": "≥4次"}),
        ("时效指标", "摄制时限", {"annual": "12月底"}), ("服务对象满意度指标", "党员满意度", {"annual": "≥95%"})]
    assert [one.level1 for one in project.indicators] == ["产出指标"] * 3 + ["满意度指标"]
    assert records.pages[0].remainder == ""


def test_what_stands_under_a_total_has_its_labels_as_path() -> None:
    (project,) = put_together(table(FORM)).projects
    assert [(fund.path, fund.raw) for fund in project.funds] == [
        (("项目资金", "年度资金总额"), "48.00"), (("项目资金", "年度资金总额", "财政拨款"), "40.00"),
        (("项目资金", "年度资金总额", "其他资金"), "8.00")]
    assert {fund.item for fund in project.funds} == {"年度资金总额", "财政拨款", "其他资金"}


def test_a_label_that_was_filled_down_says_so_and_where_it_stands() -> None:
    (project,) = put_together(table(FORM)).projects
    first, second = project.indicators[:2]
    assert (first.level2_provenance, second.level2_provenance, second.level1_provenance) == ("printed", "inherited", "inherited")
    assert {place.lines for place in second.evidence.at if place.inherited} == {(10, 10)}
    assert [place.lines for place in second.evidence.at if not place.inherited] == [(11, 11)]


def test_of_an_amount_of_each_period_the_period_is_told_by_the_label() -> None:
    (project,) = put_together(table("""
        项目名称|attribute_key  修路|attribute_value>name
        .  半年计划执行数|header>fund_amount@half_year  全年预算数|header>fund_amount@annual
        支出合计|fund_key  5|fund_amount@half_year  10|fund_amount@annual
        """)).projects
    assert [(fund.item, fund.period.value, fund.raw) for fund in project.funds] == [
        ("支出合计", "half_year", "5"), ("支出合计", "annual", "10")]


def test_goals_of_several_periods() -> None:
    (project,) = put_together(table("""
        项目名称|attribute_key  修路|attribute_value>name
        总体目标|goal_key@overall  实施期目标|goal_key@mid_term  年度目标|goal_key@annual
        .  通车|goal_text@mid_term  开工|goal_text@annual
        .  .  并完成一半|goal_text@annual
        """)).projects
    assert {goal.kind.value: goal.text for goal in project.goals} == {"mid_term": "通车", "annual": "开工并完成一半"}


def test_halves_side_by_side_with_one_name_are_one_indicator_with_two_periods() -> None:
    (project,) = put_together(table("""
        项目名称|attribute_key  修路|attribute_value>name
        产出指标|level1  数量指标|level2  里程|name  20公里|value@mid_term  数量指标|level2  里程|name  5公里|value@annual
        """)).projects
    assert rows_of(project.indicators) == [("数量指标", "里程", {"mid_term": "20公里", "annual": "5公里"})]


def test_halves_side_by_side_with_two_names_are_two_indicators_each_with_its_own_level() -> None:
    (project,) = put_together(table("""
        项目名称|attribute_key  修路|attribute_value>name
        产出指标|level1  数量指标|level2  里程|name  20公里|value@mid_term  质量指标|level2  合格率|name  95%|value@annual
        .  .  桥梁|name  2座|value@mid_term  .  优良率|name  80%|value@annual
        """)).projects
    assert rows_of(project.indicators) == [
        ("数量指标", "里程", {"mid_term": "20公里"}), ("质量指标", "合格率", {"annual": "95%"}),
        ("数量指标", "桥梁", {"mid_term": "2座"}), ("质量指标", "优良率", {"annual": "80%"})]


def test_a_label_printed_a_row_too_low_goes_back_to_the_name_it_belongs_to() -> None:
    # Names of the published framework say their level 2: 绩效目标合理性 belongs to 绩效目标.
    (project,) = put_together(table("""
        项目名称|attribute_key  修路|attribute_value>name
        决策|level1  项目立项|level2  立项依据充分性|name  充分|value@annual
        .  .  立项程序规范性|name  规范|value@annual
        .  .  绩效目标合理性|name  合理|value@annual
        .  绩效目标|level2  绩效指标明确性|name  明确|value@annual
        """)).projects
    assert [one.level2 for one in project.indicators] == ["项目立项", "项目立项", "绩效目标", "绩效目标"]
    assert [one.level2_raw for one in project.indicators] == ["项目立项", "项目立项", "绩效目标", "绩效目标"]


def test_a_level_that_the_page_lost_is_inferred_and_doubted() -> None:
    (project,) = put_together(table("""
        项目名称|attribute_key  修路|attribute_value>name
        社会效益指标|level2  出行时间缩短|name  ≥10分钟|value@annual
        """)).projects
    (indicator,) = project.indicators
    assert (indicator.level1, indicator.level1_raw, indicator.level1_provenance) == ("效益指标", None, "inferred")
    assert (indicator.level2, indicator.level2_provenance) == ("社会效益指标", "printed")
    assert "level_inferred" in indicator.evidence.doubts


@pytest.mark.parametrize(("row", "value"), [
    ("≥|comparator  95|value@annual  %|unit", "≥95%"),
    ("%|unit  95|value@annual  大于等于|comparator", "大于等于95%"),
    ("定性|comparator  优|value@annual  级|unit", "优"),
    ("≥|comparator  ≥95%|value@annual  %|unit", "≥95%"),
    ("≥|comparator  9 5|value@annual", "≥95")])
def test_a_value_split_over_columns_is_put_together(row: str, value: str) -> None:
    (project,) = put_together(table(f"""
        项目名称|attribute_key  修路|attribute_value>name
        产出指标|level1  质量指标|level2  合格率|name  {row}
        """)).projects
    assert rows_of(project.indicators) == [("质量指标", "合格率", {"annual": value})]


def test_a_comparator_speaks_of_what_is_aimed_at_and_not_of_what_was_reached() -> None:
    (project,) = put_together(table("""
        项目名称|attribute_key  修路|attribute_value>name
        产出指标|level1  质量指标|level2  合格率|name  ≥|comparator  95|value@annual  %|unit  97|value@actual  10|score  无|remark
        """)).projects
    assert rows_of(project.indicators) == [("质量指标", "合格率", {"annual": "≥95%", "actual": "97%"})]
    assert dict(project.indicators[0].extra) == {"score": "10", "remark": "无"}


def test_scores_and_remarks_are_kept_under_their_printed_headings() -> None:
    (project,) = put_together(table("""
        项目名称|attribute_key  修路|attribute_value>name
        一级指标|header>level1  二级指标|header>level2  三级指标|header>name  指标值|header>value@annual  分值|header>score  绩效标准|header>standard
        产出指标|level1  质量指标|level2  合格率|name  95%|value@annual  10|score  国标|standard
        """)).projects  # noqa: E501
    assert project.indicators[0].extra == (("分值", "10"),)
    assert project.indicators[0].standard == "国标"


def test_a_value_whose_name_was_lost_is_kept_without_a_name() -> None:
    (project,) = put_together(table("""
        项目名称|attribute_key  修路|attribute_value>name
        产出指标|level1  质量指标|level2  .  95%|value@annual
        """)).projects
    assert rows_of(project.indicators) == [("质量指标", None, {"annual": "95%"})]
    assert "name_lost" in project.indicators[0].evidence.doubts


def test_an_empty_template_row_is_no_indicator() -> None:
    (project,) = put_together(table("""
        项目名称|attribute_key  修路|attribute_value>name
        产出指标|level1  质量指标|level2  合格率|name  95%|value@annual
        .  .  指标2：|name
        .  .  指标3：|template
        """)).projects
    assert rows_of(project.indicators) == [("质量指标", "合格率", {"annual": "95%"})]


@pytest.mark.parametrize("between", ["项目支出绩效目标表|title", ""])
def test_a_new_name_or_title_begins_a_new_project(between: str) -> None:
    form = """
        项目名称|attribute_key  {}|attribute_value>name
        年度资金总额|fund_key  {}|fund_amount@annual
        产出指标|level1  质量指标|level2  合格率|name  {}|value@annual
        """.rstrip()
    records = put_together(
        table(form.format("修路", "10", "95%") + "\n" + between + form.format("架桥", "20", "90%")),
        table(form.format("挖河", "30", "85%"), first_line=20))
    assert [(one.name, one.funds[0].raw, rows_of(one.indicators)) for one in records.projects] == [
        ("修路", "10", [("质量指标", "合格率", {"annual": "95%"})]), ("架桥", "20", [("质量指标", "合格率", {"annual": "90%"})]),
        ("挖河", "30", [("质量指标", "合格率", {"annual": "85%"})])]


def test_a_project_that_goes_on_after_a_page_break_stays_one() -> None:
    (project,) = put_together(
        table(FORM), table("第2页|furniture", drawn=False, first_line=20),
        table("效益指标|level1  社会效益指标|level2  影响力|name  提高|value@annual", first_line=21)).projects
    assert rows_of(project.indicators)[-1] == ("社会效益指标", "影响力", {"annual": "提高"})


def test_where_nothing_is_drawn_a_cell_belongs_to_what_was_printed_last() -> None:
    (project,) = put_together(table("""
        项目名称|attribute_key
        修路|attribute_value>name
        年度资金总额|fund_key  10.00|fund_amount@annual
        产出指标|level1
        数量指标|level2  里程|name
        5公里|value@annual
        桥梁|name  2座|value@annual
        质量指标|level2
        合格率|name
        95%|value@annual
        """, drawn=False)).projects
    assert project.name == "修路"
    assert [(fund.item, fund.raw) for fund in project.funds] == [("年度资金总额", "10.00")]
    assert rows_of(project.indicators) == [
        ("数量指标", "里程", {"annual": "5公里"}), ("数量指标", "桥梁", {"annual": "2座"}),
        ("质量指标", "合格率", {"annual": "95%"})]


def test_prose_alone_is_no_project_and_a_warning() -> None:
    records = put_together(table("关于召开会议的通知|prose\n各处室：|prose", drawn=False))
    assert records.projects == ()
    assert records.warnings


_CODES = st.sampled_from([
    "name", "value@annual", "value@half_year", "fund_amount@annual", "fund_amount@half_year", "level1", "level2", "fund_key",
    "attribute_key", "attribute_value", "attribute_value>name", "total", "title", "comparator", "unit", "standard",
    "header>value@annual", "header>fund_amount@annual", "header>name", "goal_text@annual", "prose", "furniture"])


@settings(max_examples=150, deadline=None)
@given(st.lists(st.lists(_CODES, min_size=1, max_size=6), min_size=1, max_size=8), st.booleans())
def test_every_name_value_and_amount_becomes_a_fact_or_is_owned_up_to(rows: list[list[str]], drawn: bool) -> None:
    grid = LabelledGrid(tuple(
        tuple(labelled(f"甲{row}{column}乙{row}", code, row, column, row + 1) for column, code in enumerate(codes))
        for row, codes in enumerate(rows)), drawn)
    records = put_together(grid)
    funds = [fund.raw for project in records.projects for fund in project.funds]
    funds += [fund.raw for total in records.totals for fund in total.funds]
    indicators = [indicator for project in records.projects for indicator in project.indicators]
    names = [indicator.name or "" for indicator in indicators]
    values = [value.text for indicator in indicators for value in indicator.values]
    kept = {Role.NAME: names, Role.VALUE: values, Role.FUND_AMOUNT: funds}
    for entry in (entry for row in grid.rows for entry in row):
        if entry.label.role in kept:
            found = any(entry.cell.text in text for text in kept[entry.label.role])
            assert found or entry.cell.text in records.pages[0].remainder, (entry.cell.text, entry.label.code)


def test_labels_printed_at_mid_height_hold_for_the_rows_whose_numbers_go_on() -> None:
    grid = table("""
    产出指标|level1  数量指标|level2  指标1：|template
    指标1：检测合格率|name  98%|value@annual
    质量指标|level2  指标2：问题整改率|name  95%|value@annual
    指标3：复检率|name  10%|value@annual
    """, drawn=False)
    assert rows_of(put_together(grid).projects[0].indicators) == [
        ("质量指标", name, {"annual": value})
        for name, value in (("检测合格率", "98%"), ("问题整改率", "95%"), ("复检率", "10%"))]


def test_an_attribute_whose_project_never_comes_is_owned_up_to() -> None:
    grid = table("""
    主管部门|header>attribute_value  项目名称|header>attribute_value  三级指标|header>name  指标值|header>value@annual
    甲局|attribute_value
    道路养护|attribute_value>name
    养护里程|name  9公里|value@annual
    乙局|attribute_value
    """, drawn=False)
    records = put_together(grid)
    assert [attribute.text for attribute in records.projects[0].attributes] == ["甲局"]
    assert records.pages[0].remainder == "乙局"


def test_labels_at_mid_height_are_told_by_the_names_they_fit_where_halves_print_each_twice() -> None:
    (project,) = put_together(table("""
        项目名称|attribute_key  教师培训|attribute_value>name
        数量指标|level2  培训班数量|name  ≥6期|value@mid_term  数量指标|level2  培训班数量|name  ≥2期|value@annual
        培训人数|name  ≥300人|value@mid_term  培训人数|name  ≥100人|value@annual
        培训合格率|name  ≥95%|value@mid_term  培训合格率|name  ≥95%|value@annual
        质量指标|level2  考试通过率|name  ≥90%|value@mid_term  质量指标|level2  考试通过率|name  ≥90%|value@annual
        项目验收合格率|name  100%|value@mid_term  项目验收合格率|name  100%|value@annual
        学员满意度|name  ≥90%|value@mid_term  学员满意度|name  ≥90%|value@annual
        满意度|level2  教师满意度|name  ≥91%|value@mid_term  满意度|level2  教师满意度|name  ≥91%|value@annual
        家长满意度|name  ≥92%|value@mid_term  家长满意度|name  ≥92%|value@annual
    """, drawn=False)).projects
    levels = {one.name: one.level2 for one in project.indicators}
    assert levels["培训合格率"] == levels["项目验收合格率"] == "质量指标"
    assert levels["学员满意度"] == levels["家长满意度"] == "服务对象满意度指标"


def test_levels_that_no_table_prints_are_inferred_only_where_the_name_makes_them_certain() -> None:
    names = ("立项依据充分性", "培训人数", "学员满意度")
    likely: list[dict[str, float]] = [{}, {"数量指标": 0.9}, {"服务对象满意度指标": 0.9}]
    placed = place_levels([Printed(None, None, name) for name in names], likely)
    assert [(one.level1, one.level2) for one in placed] == [
        ("决策", "项目立项"), (None, None), ("满意度指标", "服务对象满意度指标")]
    assert placed[0].level2_provenance == placed[2].level2_provenance == "inferred"
