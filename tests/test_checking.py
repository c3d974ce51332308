"""Checking: what does not add up, stands nowhere or was lost is doubted; what is in order is left alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from recognizer.checking import check
from recognizer.checking.conservation import invented
from recognizer.checking.sums import differing
from recognizer.exporting import doubtful_facts
from recognizer.measuring.gold import load_gold
from recognizer.reading import read_text
from recognizer.resources import gold_folder
from recognizer.types import Evidence, Fund, Goal, Indicator, Ledger, Period, Place, Project, Records, Total, Value


def fund(path: str, raw: str, amount: float | None = None, period: Period = Period.ANNUAL) -> Fund:
    parts = tuple(path.split("/"))
    return Fund(parts[-1], parts, period, raw, float(raw) if amount is None else amount)


@pytest.mark.parametrize(("funds", "expected"), [
    ([fund("总额", "48"), fund("总额/财政拨款", "40"), fund("总额/其他", "8")], set()),
    ([fund("总额", "48"), fund("总额/财政拨款", "40"), fund("总额/其他", "9")], {0, 1, 2}),
    ([fund("总额", "48"), fund("总额/财政拨款", "40"), fund("总额/其他", "7")], {0, 1, 2}),
    ([fund("总额", "48"), fund("总额/财政拨款", "40")], set()),
    ([fund("总额", "48"), fund("总额/财政拨款", "49")], {0, 1}),
    ([fund("总额", "0.30"), fund("总额/甲", "0.10"), fund("总额/乙", "0.21")], set()),
    ([fund("总额", "0.30"), fund("总额/甲", "0.10"), fund("总额/乙", "0.22")], {0, 1, 2}),
    ([fund("总额", "48"), fund("总额/财政拨款", "20", period=Period.HALF_YEAR), fund("总额/财政拨款", "48")], set()),
    ([fund("支出", "5"), fund("收入", "48"), fund("收入/财政拨款", "49")], {1, 2})])
def test_parts_add_up_to_their_total(funds: list[Fund], expected: set[int]) -> None:
    assert differing(funds) == expected


def test_an_amount_that_cannot_be_read_says_nothing_of_sums() -> None:
    unread = Fund("其他", ("总额", "其他"), Period.ANNUAL, "?", None)
    assert differing([fund("总额", "48"), fund("总额/财政拨款", "50"), unread]) == set()


def test_no_sum_of_the_gold_records_is_doubted() -> None:
    for gold in load_gold(gold_folder()):
        for project in gold.records["projects"]:
            funds = [fund("/".join(row["path"]), row["raw"], row["amount"], Period(row["period"])) for row in project["funds"]]
            assert differing(funds) == set(), project["project_name"]


TEXT = "项目名称\t修路\n总额\t48.00\n财政拨款\t40.00\n其他\t9.00\n质量指标\t合格率\t≥\t95\t%\n合计\t48.00\n"


def at(*lines: int) -> Evidence:
    return Evidence(tuple(Place(lines=(line, line)) for line in lines), 0.9)


def records(*, value: str = "≥95%", name: str = "合格率", total: str = "48.00") -> Records:
    funds = [fund("总额", "48.00"), fund("总额/财政拨款", "40.00"), fund("总额/其他", "9.00")]
    placed = tuple(
        Fund(one.item, one.path, one.period, one.raw, one.amount, at(line)) for line, one in enumerate(funds, 2))
    indicator = Indicator("产出指标", "质量指标", name, (Value(Period.ANNUAL, value, at(5)),), evidence=at(5))
    project = Project("修路", None, (), placed, (), (indicator, indicator), at(1))
    totals = (Total("合计", (Fund("总额", ("总额",), Period.ANNUAL, total, 48.0, at(6)),)),)
    return Records("a.txt", projects=(project,), totals=totals, pages=(Ledger(10),))


def test_what_was_found_wrong_is_named_lowers_the_confidence_and_is_to_be_reviewed() -> None:
    found = check(records(), read_text(TEXT, "a.txt"))
    (project,) = found.projects
    assert [one.evidence.doubts for one in project.funds] == [("sum_differs",)] * 3
    assert [one.evidence.doubts for one in project.indicators] == [("name_twice",)] * 2
    assert all(one.evidence.confidence < 0.9 for one in (*project.funds, *project.indicators))
    assert all(value.evidence.confidence < 0.9 for one in project.indicators for value in one.values)
    assert found.totals[0].funds[0].evidence.confidence == 0.9
    assert {fact.kind for fact in doubtful_facts(found)} == {"fund", "value"}
    assert found.pages[0].invented == 0


def test_a_goal_that_was_doubted_when_put_together_is_less_sure() -> None:
    goal = Goal(Period.ANNUAL, "通车", Evidence(confidence=0.9, doubts=("repeat_dropped",)))
    found = check(Records("a.txt", projects=(Project("修路", goals=(goal,)),)), read_text(TEXT, "a.txt"))
    assert found.projects[0].goals[0].evidence.confidence < 0.8


def test_an_indicator_without_a_level_is_doubted() -> None:
    lost = Indicator("产出指标", None, "合格率", (Value(Period.ANNUAL, "95%", at(5)),), evidence=at(5))
    found = check(Records("a.txt", projects=(Project("修路", indicators=(lost,)),)), read_text(TEXT, "a.txt"))
    assert found.projects[0].indicators[0].evidence.doubts == ("level_lost",)


@pytest.mark.parametrize("changed", [
    {"value": "≥96%"}, {"value": "≥95％万"}, {"value": "59%"}, {"name": "率格合"}, {"name": "合格率高"}, {"total": "84.00"}])
def test_what_stands_nowhere_is_counted(changed: dict[str, str]) -> None:
    found = check(records(**changed), read_text(TEXT, "a.txt"))
    assert found.pages[0].invented > 0
    assert invented(found, read_text(TEXT, "a.txt"))[0] in changed.values()


def test_pieces_of_one_line_may_be_put_in_the_order_of_a_value() -> None:
    turned = TEXT.replace("≥\t95\t%", "95\t%\t≥")
    assert invented(records(), read_text(turned, "a.txt")) == []


def test_a_text_that_goes_on_over_a_page_break_stands_where_its_lines_say(tmp_path: Path) -> None:
    text = "督察情况完成\n\n率\n"
    whole = Indicator(None, None, "督察情况完成率", evidence=at(1, 3))
    turned = Indicator(None, None, "督察情况完成率", evidence=at(3, 1))
    for indicator, wrong in ((whole, []), (turned, ["督察情况完成率"])):
        one = Records("a.txt", projects=(Project(None, indicators=(indicator,)),), pages=(Ledger(),))
        assert invented(one, read_text(text, "a.txt")) == wrong
