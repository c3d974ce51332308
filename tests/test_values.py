"""Values and amounts taken apart: what is printed becomes a number, a date or words, and nothing else."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import recognizer
from recognizer.mapping import parse_amount, parse_value
from recognizer.mapping.numerals import ARABIC, CHINESE, chinese_number, number
from recognizer.mapping.units import known_units, unit_family
from recognizer.resources import gold_folder

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
    ("3000多人", None, 3000, None, "人"), ("九成以上", "≥", 9, None, "成"), ("百分之九十八点五", None, 98.5, None, "%"),
    ("三万五千元", None, 35000, None, "元"), ("贰拾人", None, 20, None, "人"), ("廿五人", None, 25, None, "人"),
    ("80%≤X≤90%", None, 80, 90, "%"), ("大于80%小于90%", None, 80, 90, "%"), ("[80%,90%]", None, 80, 90, "%"),
    ("500元/人·月", None, 500, None, "元/人/月"), ("3000元/㎡", None, 3000, None, "元/㎡"), ("5000m2", None, 5000, None, "m2"),
    ("完成三千人次", None, 3000, None, "人次"), ("培训人数三十人", None, 30, None, "人"), ("三至五个月", None, 3, 5, "个月"),
    ("每年至少完成一项重点课题调研", "≥", 1, None, "项/年"),
    ("每月更新一次系统", None, 1, None, "次/月"), ("每年至少发布十篇", "≥", 10, None, "篇/年"),
    ("每年深入5个单位", None, 5, None, "个/年"),
    ("人均500元", None, 500, None, "元/人"), ("半年1次", None, 1, None, "次/半年"), ("100吨标准煤", None, 100, None, "吨"),
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
    "≥**%", "形成一套制度", "保障12345热线畅通", "对30个单位开展检查", "±5%", "5%±1%", "数十人", "第三十次会议", "几十人",
    "3天-5周", "5-3天", "一成不变",
])
def test_words_stay_words(text: str) -> None:
    reading = parse_value(text)
    assert (reading.kind, reading.qualitative, reading.quantity) == ("qualitative", text, None)


@pytest.mark.parametrize("text", [
    "1e400", "≥1e5元", "1E400人", "NaN", "≥NaN%", "inf", "-Infinity", "٣次", "≥٩٥%", "९५%", "≥95½%", "10⁵人", "≥95.5.5%",
    "1" * 400 + "元", "≥" + "9" * 16 + "人", "1" * 10_000, "≥95%" * 2_500, "每年" * 5_000])
def test_what_is_no_plain_number_stays_text(text: str) -> None:
    assert parse_value(text) == recognizer.parse_value(text)
    assert (parse_value(text).kind, parse_value(text).qualitative, parse_value(text).quantity) == ("qualitative", text, None)


def test_runs_of_several_values_are_no_quantity() -> None:
    for text in ("≥2部≥600人次", "≥95%≥90%", "≥2部≤600人次", "发放3000份，回收2800份"):
        assert (parse_value(text).kind, parse_value(text).quantity) == ("mixed", None)


def test_other_kinds_and_second_clauses() -> None:
    assert parse_value("不适用").kind == "not_applicable"
    assert parse_value("特别奖4项、一等奖5项").kind == "mixed"
    assert parse_value("达到80%以上，效果明显").qualitative == "效果明显"


def test_quantities_are_given_in_base_units_too() -> None:
    assert (parse_value("=7.67万元").quantity_si, parse_value("=7.67万元").unit_si) == (76700, "元")
    assert (parse_value("0.15万元/人/月").quantity_si, parse_value("0.15万元/人/月").unit_si) == (1500, "元/人/月")
    assert (parse_value("30名").quantity_si, parse_value("30名").unit_si) == (30, "人")


@pytest.mark.parametrize(("unit", "family"), [
    ("万元/人/年", "元"), ("‰", "%"),
    ("百分点", "%"), ("万人次", "人"), ("名", "人"), ("场次", "次"), ("课时", "次"), ("个工作日", "天"),
    ("年", "天"), ("亩", "平方米"), ("份", "个"), ("台", "个"), ("吨", "千克"), ("甲乙", None)])
def test_units_have_a_family(unit: str, family: str | None) -> None:
    assert unit_family(unit) == family


def test_every_unit_is_read_with_its_number() -> None:
    for unit in known_units():
        assert parse_value(f"≥12{unit}").unit == unit


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
    ("二〇二三", 2023), ("甲", None), ("三万五千", 35000), ("九十八点五", 98.5), ("点五", None), ("三点", None)])
def test_chinese_numerals(text: str, value: float | None) -> None:
    assert chinese_number(text) == value


@pytest.mark.parametrize(("raw", "unit", "amount", "yuan"), [
    ("48.00", "万元", 48.0, 480000.0), ("10, 464. 80", "万元", 10464.8, 104648000.0), ("15000元", "万元", 1.5, 15000.0),
    ("3万元", "元", 30000.0, 30000.0),
    ("0", "元", 0.0, 0.0), ("12.5", None, 12.5, None), ("-", "万元", None, None), ("", "万元", None, None),
    ("见附件", "万元", None, None), ("٤٨", "万元", None, None), ("1e400", "万元", None, None), ("9" * 400, "万元", None, None),
])
def test_amounts(raw: str, unit: str | None, amount: float | None, yuan: float | None) -> None:
    assert parse_amount(raw, unit) == (amount, yuan)


def test_gold_amounts() -> None:
    for record in (json.loads(path.read_text("utf-8")) for path in gold_folder().glob("*.json")):
        for fund in (fund for holder in (*record["projects"], *record.get("totals", ())) for fund in holder["funds"]):
            assert parse_amount(fund["raw"], record["amount_unit"])[0] == fund["amount"]
