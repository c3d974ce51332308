"""The labelled documents agree with their source texts and with their gold records."""

from __future__ import annotations

import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from recognizer.training.alignment import Decision, align, examine, load_decisions
from recognizer.truth import TruthCell, load_truth
from recognizer.types import Label, Period, Role

ROOT = Path(__file__).parent.parent
LABELLED = ROOT / "training_data" / "labelled"
NAMES = ("anqing", "fuyang", "guangzhou", "huaian", "langxi")
PUNCTUATION = str.maketrans("：；，。、“”‘’（）", ":;,.,\"\"''()")


def normal(text: str) -> str:
    """Texts are compared without white space, tags and closing punctuation, with one form of each mark."""
    folded = unicodedata.normalize("NFKC", re.sub(r"<[a-z][^>]*>", "", text).translate(PUNCTUATION)).translate(PUNCTUATION)
    return "".join(folded.split()).strip(".;,:")


def gold_of(name: str) -> dict[str, Any]:
    record: dict[str, Any] = json.loads((ROOT / "eval" / "gold" / f"{name}.json").read_text("utf-8"))
    return record


def text_of(name: str) -> str:
    return (ROOT / "eval" / "documents" / str(gold_of(name)["source"])).read_text("utf-8")


def cells_of(name: str) -> tuple[TruthCell, ...]:
    return load_truth(LABELLED / f"{name}.jsonl")


def pieces_by_convention(text: str) -> dict[tuple[int, int], str]:
    """The pieces of a text without HTML tables, by the rules of docs/labels.md alone."""
    found = {}
    for number, line in enumerate(text.split("\n"), 1):
        stripped = line.strip()
        if "\t" in line:
            fields = line.split("\t")
        elif stripped.startswith("|") and stripped.endswith("|"):
            fields = [] if re.fullmatch(r"[|\s:-]*-[|\s:-]*", stripped) else stripped[1:-1].split("|")
        else:
            fields = re.sub(r"^#+ ", "", line).split()
        found.update({(number, index): field.strip() for index, field in enumerate(fields) if field.strip()})
    return found


@pytest.mark.parametrize("name", NAMES)
def test_every_piece_is_in_exactly_one_cell(name: str) -> None:
    pieces = pieces_by_convention(text_of(name))
    counted = Counter(key for cell in cells_of(name) for key in cell.pieces)
    assert set(counted) == set(pieces)
    assert [key for key, count in counted.items() if count > 1] == []
    for cell in cells_of(name):
        assert normal(cell.text) == normal("".join(pieces[key] for key in cell.pieces))


@pytest.mark.parametrize("name", NAMES)
def test_labels_are_those_of_the_conventions(name: str) -> None:
    with_period = {Role.VALUE, Role.FUND_AMOUNT, Role.GOAL_KEY, Role.GOAL_TEXT}
    for cell in cells_of(name):
        for code in (cell.label, *(part[2] for part in cell.parts)):
            label = Label.parse(code)
            assert label.code == code
            assert label.role is not Role.EMPTY
            assert label.heads is None or label.role is Role.HEADER
            assert (label.period is not None) == ((label.heads or label.role) in with_period), code


@pytest.mark.parametrize("name", NAMES)
def test_parts_lie_in_order_within_their_packed_cell(name: str) -> None:
    for cell in cells_of(name):
        assert bool(cell.parts) == (cell.label == Role.PACKED)
        assert all(0 <= start < end <= len(cell.text) for start, end, _ in cell.parts)
        assert all(left[1] <= right[0] for left, right in zip(cell.parts, cell.parts[1:], strict=False))
        for start, end, _ in cell.parts:
            assert cell.text[start:end] == cell.text[start:end].strip(" ;；:：")


@pytest.mark.parametrize("name", NAMES)
def test_gold_facts_are_the_texts_of_cells(name: str) -> None:
    labelled: Counter[tuple[int, str, str]] = Counter()
    for cell in cells_of(name):
        for code, text in ((cell.label, cell.text), *((code, cell.text[start:end]) for start, end, code in cell.parts)):
            for reading in readings(code, text):
                labelled[cell.project, code, reading] += 1
    missing = [fact for fact, count in Counter(gold_facts(gold_of(name))).items() if labelled[fact] < count]
    assert missing == EXCEPTIONS.get(name, [])


# Gold facts that differ from the printed text because OCR or an editor spoiled it.
EXCEPTIONS = {
    "guangzhou": [
        (22, "fund_amount@annual", "25.76"),  # printed 25. 7€
        (32, "goal_text@overall", normal(next(p["goals"]["overall"] for p in gold_of("guangzhou")["projects"]
                                              if p["project_name"] == "干部监督工作经费"))),  # 问题核查、 printed twice
    ],
}


def readings(code: str, text: str) -> set[str]:
    """What a cell's text may say in the gold: a name without its number, an amount without its commas, a key without 其中."""
    plain = normal(text)
    if code == Role.NAME:
        return {plain, normal(re.sub(r"^(指标\d+:|\d+[.,])", "", plain))}
    if code.startswith(Role.FUND_AMOUNT):
        return {plain.replace(",", "")}
    if code == Role.FUND_KEY:
        return {normal(re.sub(r"\(.{0,2}元\)$", "", re.sub(r"^其中:?", "", plain)))}
    return {plain}


def gold_facts(gold: dict[str, Any]) -> Iterator[tuple[int, str, str]]:
    """(project, label code, text) of every fact of a gold record that some cell prints for itself."""
    listed = "totals" in gold  # in a list the fund labels stand once above the column
    for total in gold.get("totals", ()):
        yield (-1, Role.TOTAL, normal(total["name"]))
        yield from ((-1, f"fund_amount@{fund['period']}", normal(fund["raw"]).replace(",", "")) for fund in total["funds"])
    for number, project in enumerate(gold["projects"]):
        yield (number, Role.ATTRIBUTE_VALUE, normal(project["project_name"]))
        for key, text in project["attributes"].items():
            yield (number, Role.ATTRIBUTE_KEY, normal(key))
            yield (number, Role.ATTRIBUTE_VALUE, normal(text))
        for fund in project["funds"]:
            yield (number, f"fund_amount@{fund['period']}", normal(fund["raw"]).replace(",", ""))
        if not listed:
            paths = {label for fund in project["funds"] for label in fund["path"]}
            yield from ((number, Role.FUND_KEY, normal(label)) for label in paths)
        for kind, text in project["goals"].items():
            yield (number, f"goal_text@{Period(kind)}", normal(text))
        for level in {indicator["level1_raw"] for indicator in project["indicators"]} - {None}:
            yield (number, Role.LEVEL1, normal(level))
        for level in {indicator["level2_raw"] for indicator in project["indicators"]} - {None}:
            yield (number, Role.LEVEL2, normal(level))
        for indicator in project["indicators"]:
            if indicator["name"]:
                yield (number, Role.NAME, normal(indicator["name"]))
            for period, text in indicator["values"].items():
                yield (number, f"value@{period}", normal(text))
            if indicator["standard"]:
                yield (number, Role.STANDARD, normal(indicator["standard"]))


@pytest.mark.parametrize("name", NAMES)
def test_nothing_but_gold_is_labelled_as_a_value_or_name(name: str) -> None:
    """What is not in the gold is an OCR repeat in a packed cell, never an invented fact elsewhere."""
    gold = Counter(gold_facts(gold_of(name)))
    extra: Counter[tuple[int, str, str]] = Counter()
    for cell in cells_of(name):
        if Label.parse(cell.label).role in (Role.NAME, Role.VALUE, Role.STANDARD, Role.GOAL_TEXT, Role.ATTRIBUTE_VALUE):
            extra[cell.project, cell.label, normal(re.sub(r"^指标 ?\d+[:：]", "", cell.text))] += 1
    surplus = [fact for fact, count in extra.items() if count > gold[fact] and fact[0] != -1]
    allowed = {fact[:2] for fact in EXCEPTIONS.get(name, [])}
    assert [fact for fact in surplus if fact[:2] not in allowed] == []


@pytest.mark.parametrize("name", NAMES)
def test_alignment_gives_the_stored_cells(name: str) -> None:
    decisions = load_decisions(LABELLED / "decisions.jsonl")
    assert align(text_of(name), gold_of(name), decisions) == cells_of(name)


def indicator(level1: str | None, level2: str | None, name: str, **values: str) -> dict[str, Any]:
    return {"level1_raw": level1, "level2_raw": level2, "name": name, "values": values}


def gold_with(only: dict[str, Any]) -> dict[str, Any]:
    project = {"project_name": "道路养护经费", "attributes": {}, "funds": [], "goals": {}, "indicators": [only]}
    return {"source": "a.txt", "projects": [project]}


SELF_EVALUATION = """2023年度项目支出绩效自评表

项目名称\t道路养护经费\t\t主管部门\t某县交通局
项目资金(万元)\t\t全年预算数\t全年执行数\t分值\t执行率
\t年度资金总额：\t100.00\t98.50\t10\t98.5%
年度目标\t完成县道养护，保障群众出行。
序号\t一级指标\t二级指标\t三级指标\t指标性质\t年度指标值\t度量单位\t实际完成值\t分值\t得分\t偏差原因分析及改进措施
1\t产出指标\t数量指标\t养护里程\t≥\t120\t公里\t118公里\t20\t19\t雨季停工
2\t\t成本指标\t养护成本\t≤\t100\t万元\t98.5万元\t20\t20\t
3\t效益指标\t社会效益指标\t群众出行条件\t定性\t改善\t\t改善\t30\t30\t
"""
SELF_EVALUATION_GOLD = {
    "source": "a.txt",
    "projects": [{
        "project_name": "道路养护经费",
        "attributes": {"主管部门": "某县交通局"},
        "funds": [
            {"item": "年度资金总额", "path": ["项目资金", "年度资金总额", "全年预算数"], "period": "annual", "raw": "100.00"},
            {"item": "年度资金总额", "path": ["项目资金", "年度资金总额", "全年执行数"], "period": "actual", "raw": "98.50"}],
        "goals": {"annual": "完成县道养护，保障群众出行。"},
        "indicators": [
            indicator("产出指标", "数量指标", "养护里程", annual="≥120公里", actual="118公里"),
            indicator("产出指标", "成本指标", "养护成本", annual="≤100万元", actual="98.5万元"),
            indicator("效益指标", "社会效益指标", "群众出行条件", annual="改善", actual="改善")],
    }],
}


def test_another_form_is_labelled_from_its_gold_record() -> None:
    """Values split over columns, serial numbers, scores and remarks of a self-evaluation form."""
    found = examine(SELF_EVALUATION, SELF_EVALUATION_GOLD)
    labels = {cell.pieces[0]: cell.label for cell in found.cells}
    assert [labels[8, column] for column in range(11)] == [
        "furniture", "level1", "level2", "name", "comparator", "value@annual", "unit", "value@actual", "score", "score", "remark"]
    assert [labels[9, column] for column in (4, 5, 6, 7)] == ["comparator", "value@annual", "unit", "value@actual"]
    assert [labels[10, column] for column in (4, 5, 7)] == ["comparator", "value@annual", "value@actual"]
    assert labels[5, 2] == "fund_amount@annual"
    assert labels[5, 3] == "fund_amount@actual"
    assert labels[4, 2] == "header>fund_amount@annual"
    assert labels[4, 3] == "header>fund_amount@actual"
    assert found.missing == ()


def test_texts_over_lines_are_one_cell_past_a_page_number() -> None:
    text = "项目名称 道路养护经费\n三级指标 指标值\n完成全县道路桥梁养护\n第 3 页\n任务比例 ≥95%\n"
    gold = gold_with(indicator(None, None, "完成全县道路桥梁养护任务比例", annual="≥95%"))
    cells = {cell.label: cell.pieces for cell in align(text, gold)}
    assert cells["name"] == ((3, 0), (5, 0))
    assert cells["furniture"] == ((4, 0), (4, 1), (4, 2))


def test_what_cannot_be_settled_is_named_and_a_decision_settles_it() -> None:
    text = "项目名称\t道路养护经费\n一级指标\t二级指标\t三级指标\t指标值\n产出指标\t数量指标\t养护里程数\t≥120公里\n"
    gold = gold_with(indicator("产出指标", "数量指标", "养护里程", annual="≥120公里"))
    found = examine(text, gold)
    assert [fact.text for _, fact in found.missing] == ["养护里程"]
    assert [(cell.label, cell.text) for cell in found.doubts] == [("name", "养护里程数")]
    decision = Decision("a.txt", ((3, 2),), "name", "the gold dropped a word")
    assert examine(text, gold, [decision]).doubts == ()
    with pytest.raises(ValueError, match=r"no pieces"):
        align(text, gold, [Decision("a.txt", ((9, 9),), "name", "a slip")])
