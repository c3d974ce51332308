"""Assembling lists: a project a row or a block of rows, drawn by hand, to the facts a person would key in."""

from __future__ import annotations

from drawn_tables import put_together, rows_of, table, unpacked

LIST = """
项目名称|header>attribute_value  主管部门|header>attribute_value  总计|header>fund_amount@annual  绩效目标|header>goal_text@overall  指标|header>packed
合计|total  .  30.00|fund_amount@annual
修路|attribute_value>name  交通局|attribute_value  10.00|fund_amount@annual  通车|goal_text@overall  1、产出指标;数量指标;里程;实施周期指标值:20公里;年度指标值:5公里。2、质量指标;合格率;年度指标值:95%|packed
架桥|attribute_value>name  交通局|attribute_value  20.00|fund_amount@annual  两岸相连|goal_text@overall
"""  # noqa: E501


PARTS = (
    "产出指标|level1", "数量指标|level2", "里程|name", "实施周期指标值|header>value@full_cycle", "20公里|value@full_cycle",
    "年度指标值|header>value@annual", "5公里|value@annual", "质量指标|level2", "合格率|name",
    "年度指标值|header>value@annual", "95%|value@annual")


def test_a_list_gives_a_project_a_row_with_the_indicators_of_its_packed_cell() -> None:
    records = put_together(unpacked(table(LIST), PARTS))
    road, bridge = records.projects
    assert (road.name, bridge.name) == ("修路", "架桥")
    assert rows_of(road.indicators) == [
        ("数量指标", "里程", {"full_cycle": "20公里", "annual": "5公里"}), ("质量指标", "合格率", {"annual": "95%"})]
    assert bridge.indicators == ()
    for project, amount, goal in ((road, "10.00", "通车"), (bridge, "20.00", "两岸相连")):
        assert [(one.key, one.text) for one in project.attributes] == [("主管部门", "交通局")]
        assert [(fund.item, fund.raw) for fund in project.funds] == [("总计", amount)]
        assert [one.text for one in project.goals] == [goal]
    assert [(total.name, [(fund.item, fund.raw) for fund in total.funds]) for total in records.totals] == [
        ("合计", [("总计", "30.00")])]


WIDE_LIST = """
局|header>attribute_value  项目|header>attribute_value  一级|header>level1  二级|header>level2  三级|header>name  值|header>value
甲局|attribute_value  道路养护|attribute_value>name  产出指标|level1  数量指标|level2  养护里程|name  9公里|value@annual
.  .  .  .  巡查次数|name  4次|value@annual
乙局|attribute_value  桥梁检测|attribute_value  产出指标|level1  数量指标|level2  检测座数|name  3座|value@annual
"""


def test_all_of_a_lists_row_is_the_project_that_it_names_wherever_the_name_stands() -> None:
    first, second = put_together(table(WIDE_LIST)).projects
    assert (first.name, second.name) == ("道路养护", "桥梁检测")  # the second by its column: its own label does not say so
    assert [attribute.text for attribute in (*first.attributes, *second.attributes)] == ["甲局", "乙局"]
    assert rows_of(first.indicators) == [
        ("数量指标", "养护里程", {"annual": "9公里"}), ("数量指标", "巡查次数", {"annual": "4次"})]


def test_amounts_of_a_list_that_is_not_drawn_stand_under_headings_by_rank() -> None:
    grid = table("""
    项目|header>attribute_value  总额|header>fund_amount@annual  财政拨款|header>fund_amount@annual
    三级指标|header>name  指标值|header>value@annual
    道路养护|attribute_value>name
    50|fund_amount@annual  30|fund_amount@annual
    养护里程|name  9公里|value@annual
    """, drawn=False)
    (project,) = put_together(grid).projects
    assert [(fund.item, fund.raw) for fund in project.funds] == [("总额", "50"), ("财政拨款", "30")]


MID_HEIGHT_LIST = """
    项目名称|header>attribute_value  二级指标|header>level2  三级指标|header>name  指标值|header>value@annual
    数量指标|level2  培训班数量|name  ≥2期|value@annual
    产出指标|level1  培训人数|name  ≥100人|value@annual
    教师培训|attribute_value>name  质量指标|level2  培训合格率|name  ≥95%|value@annual
    满意度指标|level1  满意度|level2  学员满意度|name  ≥90%|value@annual
    教师满意度|name  ≥91%|value@annual
    数量指标|level2  购置电脑数|name  30台|value@annual
    设备购置|attribute_value>name  产出指标|level1  质量指标|level2  验收合格率|name  100%|value@annual
    时效指标|level2  采购完成时间|name  6月底前|value@annual
"""


def test_a_project_named_at_mid_height_of_its_rows_has_those_above_its_name_too() -> None:
    records = put_together(table(MID_HEIGHT_LIST, drawn=False))
    assert {project.name: [one.name for one in project.indicators] for project in records.projects} == {
        "教师培训": ["培训班数量", "培训人数", "培训合格率", "学员满意度", "教师满意度"],
        "设备购置": ["购置电脑数", "验收合格率", "采购完成时间"],
    }


def test_a_project_named_above_its_rows_has_only_those_below_its_name() -> None:
    records = put_together(table("""
        项目名称|header>attribute_value  二级指标|header>level2  三级指标|header>name  指标值|header>value@annual
        教师培训|attribute_value>name  数量指标|level2  培训班数量|name  ≥2期|value@annual
        培训人数|name  ≥100人|value@annual
        培训课时|name  ≥10课时|value@annual
        设备购置|attribute_value>name  数量指标|level2  购置电脑数|name  30台|value@annual
        购置桌椅数|name  40套|value@annual
        购置图书数|name  50册|value@annual
    """, drawn=False))
    assert [(project.name, len(project.indicators)) for project in records.projects] == [("教师培训", 3), ("设备购置", 3)]


def test_a_line_among_the_headings_that_is_none_does_not_part_them() -> None:
    records = put_together(table("""
        项目名称|header>attribute_value
        资金总额|attribute_value
        绩效目标|header>goal_text@annual
        三级指标|header>name
        指标值|header>value@annual
        教师培训|attribute_value>name
        培训班数量|name
        ≥2期|value@annual
        设备购置|attribute_value>name
        购置电脑数|name
        30台|value@annual
    """, drawn=False))
    named = {project.name: rows_of(project.indicators) for project in records.projects}
    assert [one[1:] for one in named["教师培训"]] == [("培训班数量", {"annual": "≥2期"})]
    assert [one[1:] for one in named["设备购置"]] == [("购置电脑数", {"annual": "30台"})]
