"""The reader by rules: clean tables come out right, and no document makes it fail."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recognizer.baseline import read_by_rules
from recognizer.reading import read, read_text

DOCUMENTS = Path(__file__).parent.parent / "eval" / "documents"

FORM = """项目支出绩效目标表
（2025年度）

项目名称	道路养护经费	主管部门	[201]青山市交通局
实施单位	青山市公路站	项目期	1年
项目资金（万元）	年度资金总额：	120.50
	其中：财政拨款	100.00
	其他资金	20.50
年度目标	保障道路畅通安全。
绩效指标	一级指标	二级指标	三级指标	指标值
	产出指标	数量指标	指标1：养护里程	≥80公里
			指标2：巡查次数	12次
		质量指标	验收合格率	100%
	效益指标	社会效益指标	出行便利程度	明显提升
	满意度指标	服务对象满意度指标	群众满意度	≥90%
填表人：王五	联系电话：1234567
"""

CLEAN = [
    ("产出指标", "数量指标", "养护里程", {"annual": "≥80公里"}),
    ("产出指标", "数量指标", "巡查次数", {"annual": "12次"}),
    ("产出指标", "质量指标", "验收合格率", {"annual": "100%"}),
    ("效益指标", "社会效益指标", "出行便利程度", {"annual": "明显提升"}),
    ("满意度指标", "服务对象满意度指标", "群众满意度", {"annual": "≥90%"}),
]


def records(text: str) -> dict[str, Any]:
    return read_by_rules(read_text(text, "form.txt"))


def indicators(project: dict[str, Any]) -> list[tuple[Any, ...]]:
    return [(one["level1"], one["level2"], one["name"], one["values"]) for one in project["indicators"]]


def test_a_clean_drawn_form_is_read_right() -> None:
    found = records(FORM)
    assert (found["city"], found["publisher"]) == ("青山市", "青山市交通局")
    assert (found["fiscal_year"], found["amount_unit"]) == (2025, "万元")
    (project,) = found["projects"]
    assert project["project_name"] == "道路养护经费"
    assert project["attributes"] == {"主管部门": "[201]青山市交通局", "实施单位": "青山市公路站", "项目期": "1年"}
    assert [(fund["item"], fund["amount"]) for fund in project["funds"]] == [
        ("年度资金总额", 120.5), ("财政拨款", 100.0), ("其他资金", 20.5)]
    assert project["goals"] == {"annual": "保障道路畅通安全。"}
    assert indicators(project) == CLEAN


def test_the_same_form_one_cell_a_line() -> None:
    text = "\n".join(cell for line in FORM.splitlines() for cell in line.split("\t") if cell.strip())
    (project,) = records(text)["projects"]
    assert project["project_name"] == "道路养护经费"
    assert [fund["amount"] for fund in project["funds"]] == [120.5, 100.0, 20.5]


def test_comparator_number_and_unit_in_columns_of_their_own() -> None:
    (project,) = records(
        "项目名称\t水质监测\n一级指标\t二级指标\t三级指标\t指标性质\t指标值\t度量单位\n"
        "产出指标\t数量指标\t监测点位\t≥\t30\t个\n\t质量指标\t数据准确\t定性\t优\t\n")["projects"]
    assert indicators(project) == [("产出指标", "数量指标", "监测点位", {"annual": "≥30个"}),
                                   ("产出指标", "质量指标", "数据准确", {"annual": "优"})]


def test_a_list_with_packed_indicators() -> None:
    found = records(
        "项目名称\t总计\t财政拨款\t绩效目标\t绩效指标\n合计\t15.00\t15.00\t\t\n"
        "图书采购\t15.00\t15.00\t丰富馆藏\t1、1-产出指标; 11-数量指标; 采购册数; 实施周期指标值:3000册; 年度指标值:1000册。"
        "2、3-满意度指标; 31-服务对象满意度; 读者满意度; 年度指标值:大于等于90%。\n")
    (project,) = found["projects"]
    assert (project["project_name"], project["goals"]) == ("图书采购", {"overall": "丰富馆藏"})
    assert indicators(project) == [
        ("产出指标", "数量指标", "采购册数", {"full_cycle": "3000册", "annual": "1000册"}),
        ("满意度指标", "服务对象满意度指标", "读者满意度", {"annual": "大于等于90%"})]
    assert [(total["name"], len(total["funds"])) for total in found["totals"]] == [("合计", 2)]


@pytest.mark.parametrize("path", sorted(DOCUMENTS.glob("*.txt")), ids=lambda path: path.name[:3])
def test_real_documents_give_records_that_json_can_hold(path: Path) -> None:
    found = json.loads(json.dumps(read_by_rules(read(path))))
    assert found["source"] == path.name
    assert all(project["project_name"] for project in found["projects"])
    assert any(project["indicators"] for project in found["projects"])


@given(st.lists(st.sampled_from(
    ["项目名称", "一级指标", "三级指标", "指标值", "产出指标", "数量指标", "≥1", "年度目标", "项目资金", "12.5",
     "绩效指标", "甲",
     "总计", "：", "\t", "\t", "\n", "\n\n", " ", "1、产出指标;"]), max_size=60).map("".join))
def test_odd_texts_do_no_harm(text: str) -> None:
    records(text)
