"""The mapping room: values taken apart, amounts as numbers, names found in the controlled vocabulary."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recognizer.mapping import canonical_name, map_records, parse_amount, parse_value
from recognizer.mapping.names import vocabulary
from recognizer.mapping.numerals import ARABIC, CHINESE, chinese_number, number
from recognizer.resources import gold_folder
from recognizer.types import Fund, Indicator, Period, Project, Records, Total, Value
from recognizer.vocabulary import LEVEL2

sys.path.insert(0, str(Path(__file__).parents[1] / "eval"))

from values import halves, share_right


def test_gold_values_are_taken_apart_as_a_person_would() -> None:
    seen, unseen = halves()
    shares = share_right(seen), share_right(unseen)  # figures alone: nothing may print a line of the unseen half
    assert shares[0] >= 0.98
    assert shares[1] >= 0.95


@pytest.mark.parametrize(("text", "comparator", "low", "high", "unit"), [
    ("≥ 95 %", "≥", 95, None, "%"), ("＞=95％", "≥", 95, None, "%"), ("95%及以上", "≥", 95, None, "%"),
    ("大于等于95%", "≥", 95, None, "%"),
    ("百分之九十五以上", "≥", 95, None, "%"), ("至少三次以上", "≥", 3, None, "次"), ("控制在10万元以内", "≤", 10, None, "万元"),
    ("≥1,500.5万元", "≥", 1500.5, None, "万元"), ("80%-90%", None, 80, 90, "%"), ("二至三次", None, 2, 3, "次"),
    ("≥80%，≤100%", None, 80, 100, "%"),
    ("每年至少一次", "≥", 1, None, "次/年"), ("2年1测", None, 1, None, "测/2年"), ("一年两次", None, 2, None, "次/年"),
    ("≥1次/季度", "≥", 1, None, "次/季度"),
    ("每人每年100元", None, 100, None, "元/人/年"), ("3年内", "≤", 3, None, "年"), ("≥36月", "≥", 36, None, "月"),
    ("约50人", "≈", 50, None, "人"),
    ("验收合格率100%", None, 100, None, "%"), ("95", None, 95, None, None), ("0次", None, 0, None, "次"),
    ("3000多人", None, 3000, None, "人"),
])
def test_quantities(text: str, comparator: str | None, low: float, high: float | None, unit: str | None) -> None:
    reading = parse_value(text)
    assert (reading.kind, reading.comparator, reading.quantity, reading.quantity_high, reading.unit) == (
        "quantity", comparator, low, high, unit)


@pytest.mark.parametrize(("text", "comparator", "date"), [
    ("2023年12月底", None, "2023-12"), ("9月底", None, "XXXX-09"), ("2024年8月31日前", "≤", "2024-08-31"),
    ("2022年全年", None, "2022"),
    ("第一季度", None, "XXXX-33"), ("三季度前", "≤", "XXXX-35"), ("上半年", None, "XXXX-40"),
    ("3月份和9月份", None, "{XXXX-03,XXXX-09}"),
    ("2022年3月、9月", None, "{2022-03,2022-09}"), ("1-12月", None, "XXXX-01/XXXX-12"), ("2021-2023年", None, "2021/2023"),
    ("年底前", "≤", "XXXX-12"), ("2023.12.31", None, "2023-12-31"), ("在2024年12月31日前完成", "≤", "2024-12-31"),
    ("=3月", "=", "XXXX-03"),
])
def test_dates(text: str, comparator: str | None, date: str) -> None:
    reading = parse_value(text)
    assert (reading.kind, reading.comparator, reading.date) == ("date", comparator, date)


@pytest.mark.parametrize("text", [
    "较高", "进一步提升", "全部完成", "不发生安全事故", "满意人数÷受访人数×100%", "符合GB/T 33870-2017要求", "一定程度提高",
    "开展“一报告两评议”",
    "≥**%", "形成一套制度", "保障12345热线畅通", "对30个单位开展检查",
])
def test_words_stay_words(text: str) -> None:
    reading = parse_value(text)
    assert (reading.kind, reading.qualitative, reading.quantity) == ("qualitative", text, None)


def test_other_kinds_and_second_clauses() -> None:
    assert parse_value("不适用").kind == "not_applicable"
    assert parse_value("特别奖4项、一等奖5项").kind == "mixed"
    assert parse_value("达到80%以上，效果明显").qualitative == "效果明显"


def test_quantities_are_given_in_base_units_too() -> None:
    assert (parse_value("=7.67万元").quantity_si, parse_value("=7.67万元").unit_si) == (76700, "元")
    assert (parse_value("0.15万元/人/月").quantity_si, parse_value("0.15万元/人/月").unit_si) == (1500, "元/人/月")
    assert (parse_value("30名").quantity_si, parse_value("30名").unit_si) == (30, "人")


value_texts = st.text(alphabet=st.sampled_from(
    "≥≤<>=约至少每年个月次人元万%％0123456789.,-~、，；。一二两三十百前底内以上下第季度半全份日和及/()（）完成不率aGB《》×\n"))


@given(st.one_of(st.text(), value_texts))
def test_a_value_is_read_without_failing_and_no_number_is_made_up(text: str) -> None:
    reading = parse_value(text)
    line = re.sub(r"\s", "", text).translate({code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)})
    printed = {number(line[start:end]) for start in range(len(line)) for end in range(start + 1, len(line) + 1)
               if re.fullmatch(rf"[-+]?{ARABIC}|{CHINESE}", line[start:end])}
    for quantity in (reading.quantity, reading.quantity_high):
        assert quantity is None or quantity in printed
    assert (reading.kind == "date") == (reading.date is not None)
    assert (reading.kind == "quantity") == (reading.quantity is not None)


@given(st.integers(min_value=0, max_value=9999), st.sampled_from(["≥", "≤", "=", ""]),
       st.sampled_from(["人", "次", "%", "万元", "个"]))
def test_plain_quantities_are_read_back(count: int, comparator: str, unit: str) -> None:
    reading = parse_value(f"{comparator}{count}{unit}")
    assert (reading.comparator or "", reading.quantity, reading.unit) == (comparator, count, unit)


@pytest.mark.parametrize(("text", "value"), [("三十五", 35), ("一百零二", 102), ("两千", 2000), ("十", 10),
    ("二〇二三", 2023), ("甲", None)])
def test_chinese_numerals(text: str, value: float | None) -> None:
    assert chinese_number(text) == value


@pytest.mark.parametrize(("raw", "unit", "amount", "yuan"), [
    ("48.00", "万元", 48.0, 480000.0), ("10, 464. 80", "万元", 10464.8, 104648000.0), ("15000元", "万元", 1.5, 15000.0),
    ("3万元", "元", 30000.0, 30000.0),
    ("0", "元", 0.0, 0.0), ("12.5", None, 12.5, None), ("-", "万元", None, None), ("", "万元", None, None),
    ("见附件", "万元", None, None),
])
def test_amounts(raw: str, unit: str | None, amount: float | None, yuan: float | None) -> None:
    assert parse_amount(raw, unit) == (amount, yuan)


def test_gold_amounts() -> None:
    for record in (json.loads(path.read_text("utf-8")) for path in gold_folder().glob("*.json")):
        for fund in (fund for holder in (*record["projects"], *record.get("totals", ())) for fund in holder["funds"]):
            assert parse_amount(fund["raw"], record["amount_unit"])[0] == fund["amount"]


def test_the_vocabulary_is_sound() -> None:
    entries = vocabulary()
    assert len(entries) >= 250
    assert len({entry.id for entry in entries}) == len(entries)
    assert {entry.level2 for entry in entries} <= set(LEVEL2)
    for entry in entries:
        for wording in (entry.name, *entry.aliases):
            found = canonical_name(wording, entry.level2)
            assert found is not None
            assert (found.id, found.score) == (entry.id, 1.0)


def test_names_find_their_entry_or_none() -> None:
    found = canonical_name("指标1：新建村级服务中心质量验收合格率", "质量指标")
    assert found is not None
    assert found.id == "output.quality.acceptance-rate"
    assert 0.75 <= found.score < 1
    assert canonical_name("甲乙丙丁", "数量指标") is None
    assert canonical_name("", None) is None


def test_records_are_filled_in_and_stay_as_printed() -> None:
    records = Records(
        "a.txt", amount_unit="万元",
        projects=(Project("甲", funds=(Fund("财政拨款", ("财政拨款",), Period.ANNUAL, "1,200.50", None),),
                          indicators=(Indicator("产出指标", "数量指标", "培训人数", (Value(Period.ANNUAL, "≥100人"),)),
                                      Indicator("产出指标", "数量指标", None))),),
        totals=(Total("合计", (Fund("总计", ("总计",), Period.ANNUAL, "3", None),)),))
    mapped = map_records(records)
    project = mapped.projects[0]
    assert (project.funds[0].amount, project.funds[0].amount_yuan, project.funds[0].raw) == (1200.5, 12005000, "1,200.50")
    reading = project.indicators[0].values[0].reading
    assert reading is not None
    assert (reading.quantity, reading.unit) == (100, "人")
    canonical = project.indicators[0].canonical
    assert canonical is not None
    assert canonical.name == "培训人数"
    assert project.indicators[1].canonical is None
    assert mapped.totals[0].funds[0].amount == 3
    assert map_records(mapped) == mapped
