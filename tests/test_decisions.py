"""The evaluation's person: answers from the gold record, with a reach that is looked at before it acts."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "eval"))

from answering import Answers, City, city_of, look_at, reached, value_f1  # noqa: E402
from decisions import POINTS, collected, decisions_table  # noqa: E402

from recognizer.digitizing import digitize_grids  # noqa: E402
from recognizer.measuring import score  # noqa: E402
from recognizer.model import shipped_model  # noqa: E402
from recognizer.newcity import Question  # noqa: E402
from recognizer.training import real_documents  # noqa: E402
from recognizer.types import Label, Place  # noqa: E402


def city(name: str) -> City:
    truth = next(one for one in real_documents() if one.name == name)
    return city_of(truth, shipped_model())


@pytest.fixture(scope="module")
def fuyang() -> City:
    return city("fuyang")


@pytest.fixture(scope="module")
def questions(fuyang: City) -> list[Question]:
    return look_at(fuyang, fuyang.model).questions


def test_only_cells_of_odd_projects_are_asked_about(fuyang: City, questions: list[Question]) -> None:
    assert len(questions) > 100
    assert {fuyang.cells[key].project for one in questions for key in one.pieces} == {0, 2, 4}


def test_a_decision_reaches_only_cells_that_are_what_was_decided_and_looks_at_six_of_them(
    fuyang: City, questions: list[Question]
) -> None:
    answers = Answers(fuyang)
    name = next(one for one in questions if one.label.code == "name")
    assert answers.decide(name, questions) == "layout"
    names = [one for one in questions if one.label.code == "name"]
    assert all(answers.settled(one) for one in names)
    assert not any(answers.settled(one) for one in questions if one.label.code != "name")
    told = {one.cell.label for one in answers.corrections(questions)}
    assert told == {"name"}


def test_a_misread_cell_is_set_right_and_a_doubtful_reach_is_not_taken(fuyang: City, questions: list[Question]) -> None:
    name = next(one for one in questions if one.label.code == "name")
    misread = replace(name, label=Label.parse("value@annual"))
    answers = Answers(fuyang)
    answers.decide(misread, [misread, *(one for one in questions if one != name)])
    assert {one.cell.label for one in answers.corrections(questions)} == {"name"}


def test_a_cell_joined_wrongly_is_set_right_piece_by_piece(fuyang: City, questions: list[Question]) -> None:
    first, second = (one for one in questions[10:12])
    joined = replace(first, pieces=(*first.pieces, *second.pieces), text=first.text + second.text)
    answers = Answers(fuyang)
    assert answers.decide(joined, questions) == "cell"
    assert [one.cell.pieces for one in answers.corrections(questions)] == [first.pieces, second.pieces]


def test_parts_of_packed_cells_that_were_not_asked_about_stay_unknown() -> None:
    guangzhou = city("guangzhou")
    asked = look_at(guangzhou, guangzhou.model).questions
    answers = Answers(guangzhou)
    part = next(one for one in asked if one.part and one.label.code == "value@annual")
    answers.decide(part, [part])
    (correction,) = answers.corrections(asked)
    assert correction.cell.label == "packed"
    assert {code for _, _, code in correction.cell.parts} == {"value@annual", "?"}


def test_values_are_counted_as_the_evaluation_counts_them(fuyang: City) -> None:
    whole = score(fuyang.truth.records, digitize_grids(fuyang.document, fuyang.grids, fuyang.model).to_json())["value"]
    projects = look_at(fuyang, fuyang.model).projects
    assert value_f1(fuyang, projects, 0) + value_f1(fuyang, projects, 1) == whole


def question(number: int, label: str = "value@annual", doubt: float = 0.5, text: str = "", layout: int = 0) -> Question:
    return Question("a.txt", number, 1, ((number, 0),), text or f"text {number}", Label.parse(label), doubt, 1.0, Place(), layout)


def test_a_reach_never_goes_by_text_alone_and_shows_the_least_sure_first() -> None:
    asked = question(0, text="成本指标", label="level1")
    same = question(1, text="成本指标", label="level1", doubt=0.2)
    doubtful = question(2, text="成本指标", label="level1", doubt=0.7)
    other_role = question(3, text="成本指标", label="level2")
    elsewhere = question(4, label="level1", layout=2, doubt=0.1)
    everything = [asked, same, doubtful, other_role, elsewhere]
    assert reached(asked, "everywhere", everything) == [doubtful, same]
    assert reached(asked, "layout", everything) == [doubtful, same]


def test_the_table_holds_both_ways_of_choosing() -> None:
    rows = [{"f1": 0.5 + point / 200} for point in POINTS]
    figures = collected({"a": {"product": rows, "random": [rows, rows]}})
    assert figures["mean"]["product"] == figures["mean"]["random"] == figures["worst"]["product"]
    assert json.loads(json.dumps(figures))["product"]["a"][-1] == 0.75
    assert decisions_table(figures).row_count == 2
