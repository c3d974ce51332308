"""Labelling with the shipped model: what may change a label, and what may not."""

from __future__ import annotations

import functools
import json
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from recognizer.context import context_of
from recognizer.digitizing import digitize_text
from recognizer.labelling import label, probabilities
from recognizer.layout import lay_out
from recognizer.measuring import Scores, score
from recognizer.measuring.disturbance import insert_column, rename
from recognizer.measuring.gold import Gold, load_gold
from recognizer.model import shipped_model
from recognizer.reading import read_text
from recognizer.repair import repair
from recognizer.resources import gold_folder
from recognizer.types import Period, Role

ROOT = Path(__file__).parents[1]
GOLD = load_gold(gold_folder())
NAMES = json.loads((ROOT / "eval" / "renaming.json").read_text("utf-8"))
PERIODED = (Role.VALUE, Role.FUND_AMOUNT, Role.GOAL_TEXT)

each_document = pytest.mark.parametrize("gold", GOLD, ids=lambda gold: gold.name)


@functools.cache
def text_of(gold_source: str) -> str:
    return (ROOT / "eval" / "documents" / gold_source).read_text("utf-8")


@functools.cache
def scores_of(gold_source: str) -> Scores:
    """How the document as it is printed is read."""
    (gold,) = [gold for gold in GOLD if gold.source == gold_source]
    return score(gold.records, digitize_text(text_of(gold_source), gold_source, shipped_model()).to_json())


def codes_of(text: str) -> list[str]:
    """The label of each cell of a text, in reading order."""
    model = shipped_model()
    return [entry.label.code for grid in label(repair(lay_out(read_text(text, "a.txt")), model), model)
            for row in grid.rows for entry in row]


@each_document
def test_probabilities_sum_to_one(gold: Gold) -> None:
    model = shipped_model()
    grids = repair(lay_out(read_text(text_of(gold.source), gold.source)), model)
    context = context_of(grids)
    rows = probabilities(context, model.text, model.cells.first_look, model.cells.second_look)
    assert rows.shape == (len(context.cells), len(model.cells.second_look.classes))
    np.testing.assert_allclose(rows.sum(axis=1), 1, atol=1e-4)
    assert rows.min() >= 0


@each_document
def test_each_cell_is_labelled_once_and_has_a_period_just_where_one_belongs(gold: Gold) -> None:
    model = shipped_model()
    grids = repair(lay_out(read_text(text_of(gold.source), gold.source)), model)
    found = [entry for grid in label(grids, model) for row in grid.rows for entry in row]
    assert [entry.cell for entry in found] == list(context_of(grids).cells)
    for entry in found:
        assert 0 < entry.probability <= 1
        assert 0 < entry.period_probability <= 1
        assert (entry.label.period is not None) == (entry.label.role in PERIODED or entry.label.code.partition("@")[2] != "")
        assert bool(entry.parts) <= (entry.label.role is Role.PACKED)


def test_a_packed_cells_parts_stand_in_it_in_order() -> None:
    (packed,) = [gold for gold in GOLD if "实施周期指标值" in text_of(gold.source)]
    model = shipped_model()
    grids = repair(lay_out(read_text(text_of(packed.source), packed.source)), model)
    cells = [entry for grid in label(grids, model) for row in grid.rows for entry in row if entry.parts]
    assert len(cells) > 10
    for entry in cells:
        end = 0
        for part in entry.parts:
            start = part.cell.pieces[0].index
            assert start >= end
            assert entry.cell.text[start : start + len(part.cell.text)] == part.cell.text
            end = start + len(part.cell.text)


HEADED = """项目支出绩效目标表
（2024年度）
项目名称\t道路养护\t\t\t
主管部门\t交通局\t实施单位\t养护中心\t
绩效指标\t\t\t\t
一级指标\t二级指标\t三级指标\t{}\t{}
产出指标\t数量指标\t养护里程\t50公里\t100公里
\t质量指标\t验收合格率\t≥90%\t≥95%
\t时效指标\t完成及时率\t≥80%\t100%
效益指标\t社会效益指标\t通行能力\t提升\t明显提升
满意度指标\t服务对象满意度指标\t群众满意度\t≥85%\t≥90%
"""


def periods_of(text: str) -> dict[str, str]:
    (project,) = digitize_text(text, "a.txt", shipped_model()).projects
    return {value.text: value.period.value for indicator in project.indicators for value in indicator.values}


@pytest.mark.parametrize("headings", [
    {"半年指标值": Period.HALF_YEAR, "全年指标值": Period.ANNUAL}, {"年度指标值": Period.ANNUAL, "实际完成值": Period.ACTUAL},
    {"中期指标值": Period.MID_TERM, "年度指标值": Period.ANNUAL}], ids="/".join)
def test_periods_follow_their_headings(headings: dict[str, Period]) -> None:
    for first, second in (tuple(headings), tuple(headings)[::-1]):
        found = periods_of(HEADED.format(first, second))
        assert {text: found[text] for text in ("50公里", "≥80%", "提升", "≥85%")} == dict.fromkeys(
            ("50公里", "≥80%", "提升", "≥85%"), headings[first].value)
        assert {text: found[text] for text in ("100公里", "≥95%", "100%", "明显提升")} == dict.fromkeys(
            ("100公里", "≥95%", "100%", "明显提升"), headings[second].value)


def renamings(gold: Gold) -> dict[str, str]:
    """An invented name of the same kind for the document's city, its publisher and what its forms call the departments."""
    names: dict[str, str] = {}
    city, publisher = gold.records["city"], gold.records["publisher"]
    place = NAMES["places"][0] + city[-1]
    if publisher:
        names[publisher] = NAMES["departments"][0].format(city=place)
    names[city] = place
    names[city[:-1]] = NAMES["places"][0]
    return names


@each_document
def test_another_city_and_department_change_hardly_a_label(gold: Gold) -> None:
    text = text_of(gold.source)
    renamed, records = rename(text, gold.records, renamings(gold))
    assert renamed != text
    before, after = Counter(codes_of(text)), Counter(codes_of(renamed))  # a name of another length may wrap elsewhere
    assert ((before - after) + (after - before)).total() <= before.total() * 0.005
    plain = scores_of(gold.source)
    other = score(records, digitize_text(renamed, gold.source, shipped_model()).to_json())
    assert other["value"].f1 >= plain["value"].f1 - 0.01


@each_document
def test_a_meaningless_column_changes_hardly_a_fact(gold: Gold) -> None:
    text = text_of(gold.source)
    disturbed = insert_column(text, NAMES["filler"])
    assert disturbed != text
    plain = scores_of(gold.source)
    other = score(gold.records, digitize_text(disturbed, gold.source, shipped_model()).to_json())
    for kind in ("value", "indicator", "fund"):
        assert other[kind].f1 >= plain[kind].f1 - 0.02, (kind, plain[kind].f1, other[kind].f1)


def test_nothing_to_label() -> None:
    assert label((), shipped_model()) == ()
    assert label(lay_out(read_text("", "a.txt")), shipped_model()) == ()
