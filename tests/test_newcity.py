"""A new city's documents: their layouts, what to expect of them, what to ask first and when to stop."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recognizer.digitizing import lay_out_document
from recognizer.errors import UsageError
from recognizer.measuring import score
from recognizer.model import shipped_model
from recognizer.newcity import Measured, Question, Survey, advice, groups, propose, survey
from recognizer.newcity.choosing import Proposal
from recognizer.newcity.expectation import Expectation, expected
from recognizer.newcity.meter import measured, remember, remembered
from recognizer.newcity.questions import look, questions_of, stakes
from recognizer.reading import read
from recognizer.types import Label, Place, Role

ROOT = Path(__file__).parents[1]
FUYANG, ANQING = ROOT / "eval/documents/000_9a213de64ab02e97.txt", ROOT / "eval/documents/001_11eb5c3c8933d646.txt"


def question(number: int, label: str = "value@annual", doubt: float = 0.5, text: str = "", **more: object) -> Question:
    made = Question("a.txt", number, 1, ((number, 0),), text or f"text {number}", Label.parse(label), doubt, 1.0, Place())
    return replace(made, **more)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def surveyed() -> Survey:
    documents = [(path.name, *lay_out_document(read(path))) for path in (FUYANG, ANQING)]
    documents.append(("again.txt", *documents[0][1:]))
    return survey(documents, shipped_model(), 10)


def test_documents_of_one_layout_are_found_and_the_nearest_known_one_is_named(surveyed: Survey) -> None:
    assert [group.members for group in surveyed.layouts] == [(0, 2), (1,)]
    assert [group.nearest for group in surveyed.layouts] == ["fuyang", "anqing"]
    assert all(group.distance < 0.2 for group in surveyed.layouts)


def test_what_to_expect_of_a_city_is_near_what_is_measured(surveyed: Survey) -> None:
    gold = json.loads((ROOT / "eval/gold/anqing.json").read_text("utf-8"))
    from recognizer import digitize

    document = digitize(ANQING)
    assert expected(document.records).f1 == pytest.approx(score(gold, document.to_json())["value"].f1, abs=0.05)
    assert surveyed.by_layout[1].read == expected(document.records).read


def test_ten_cells_are_proposed_each_once_with_its_place_and_gain(surveyed: Survey) -> None:
    asked = surveyed.proposals
    assert len({(one.question.document, one.question.number) for one in asked}) == 10
    assert all(one.question.place.lines for one in asked)
    gains = [one.gain for one in asked]
    assert gains == sorted(gains, reverse=True)
    assert 0 < surveyed.promised() < 1


def test_a_cell_is_asked_about_once_in_a_column_before_others_are_forgotten() -> None:
    column = [question(number, doubt=0.9) for number in range(0, 20, 2)]
    other = question(31, "name", doubt=0.5, stake=5.0)
    asked = [one.question for one in propose([*column, other], 4)]
    assert other in asked
    assert asked[0] in column


def test_sure_columns_are_not_asked_about() -> None:
    sure = [question(number, doubt=0.0) for number in range(0, 100, 2)]
    doubtful = question(201, "level1", doubt=0.3)
    assert [one.question for one in propose([*sure, doubtful], 3)] == [doubtful]


@given(st.lists(st.tuples(st.sampled_from(["name", "value@annual", "level2"]), st.floats(0, 1), st.floats(0.1, 9)), max_size=25),
       st.integers(1, 30))
def test_no_cell_is_proposed_twice_and_gains_never_rise(drawn: list[tuple[str, float, float]], number: int) -> None:
    questions = [question(index, label, doubt, stake=stake) for index, (label, doubt, stake) in enumerate(drawn)]
    found = propose(questions, number)
    assert len({one.question.number for one in found}) == len(found) <= min(number, len(questions))
    gains = [one.gain for one in found]
    assert all(later <= earlier + 1e-9 for earlier, later in pairwise(gains))
    assert sum(gains) <= sum(one.doubt * one.stake for one in questions) * (1 + len(found)) + 1e-9


def test_what_hangs_on_a_cell_is_counted_in_facts() -> None:
    labels = [Label.parse(code) for code in (
        "header>name", "header>value@annual", "level1", "level2", "name", "value@annual", "name", "value@annual", "furniture")]
    assert stakes(labels) == [3.0, 3.0, 3.0, 3.0, 2.0, 1.0, 2.0, 1.0, 0.5]


def test_every_cell_of_a_document_is_a_question_and_parts_of_packed_cells_are_too() -> None:
    _, grids = lay_out_document(read(ROOT / "eval/documents/003_62b72da97c2488e0.txt"))
    questions = questions_of("a", *look(grids, shipped_model()))
    parts = [one for one in questions if one.part]
    assert parts
    for one in parts:
        holder = next(other for other in questions if other.pieces == one.pieces and other.label.role is Role.PACKED)
        assert one.part is not None
        assert holder.text[slice(*one.part)] == one.text
    assert all(0 <= one.doubt <= 1 for one in questions)


def test_layouts_without_enough_cells_are_kept_apart() -> None:
    one, other = {"a b": 1.0}, {"c d": 1.0}
    found = groups([one, {}, one, other], [("known", one)])
    assert [(group.members, group.nearest) for group in found] == [((0, 2), "known"), ((3,), "known"), ((1,), "")]
    assert groups([], []) == ()


def a_survey(model: str, right: float, gain: float) -> Survey:
    return Survey(model, ("a.txt",), (), (Expectation(100, right, 100.0),), (Proposal(question(0), 1, gain),))


def test_the_meter_says_when_to_stop() -> None:
    def line(model: str, f1: float) -> Measured:
        return measured(a_survey(model, f1 * 100, 3.0), "2026-01-01")

    assert advice(a_survey("m0", 80, 3.0), []) == "go on"
    assert advice(a_survey("m0", 99.5, 0.4), []) == "stop: good"
    assert advice(a_survey("m0", 90, 0.1), []) == "stop: little to gain"
    assert advice(a_survey("m2", 80.1, 3.0), [line("m0", 0.80), line("m1", 0.80)]) == "stop: it does not learn"
    assert advice(a_survey("m2", 90, 3.0), [line("m0", 0.80), line("m1", 0.85)]) == "go on"


def test_what_was_promised_is_remembered(tmp_path: Path) -> None:
    path = tmp_path / "newcity.jsonl"
    for model, right in (("m0", 80), ("m1", 85), ("m0", 81)):
        remember(path, measured(a_survey(model, right, 3.0), "2026-01-01"))
    assert [(one.model, one.f1, one.promised) for one in remembered(path)] == [("m1", 0.85, 0.03), ("m0", 0.81, 0.03)]
    path.write_text('{"model": 1}\n')
    with pytest.raises(UsageError, match="not a file of recognizer newcity"):
        remembered(path)


@pytest.mark.parametrize(
    ("locale", "said"), [("C", "F1 of values to expect, before any label: 0."), ("zh_CN.UTF-8", "预期 F1：0.")])
def test_the_command_speaks_both_languages_and_remembers(tmp_path: Path, locale: str, said: str) -> None:
    command = [sys.executable, "-c", "from recognizer.commands import main; main()", "newcity", str(FUYANG)]
    environment = {**os.environ, "LC_ALL": locale, "COLUMNS": "150"}
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, env=environment)
    assert run.returncode == 0, run.stderr
    assert said in run.stdout
    assert "fuyang" in run.stdout
    assert len((tmp_path / "newcity.jsonl").read_text("utf-8").splitlines()) == 1


def test_what_cannot_be_read_is_said_and_nothing_is_remembered(tmp_path: Path) -> None:
    broken = tmp_path / "broken.pdf"
    broken.write_bytes(b"%PDF-1.4 nothing")
    command = [sys.executable, "-c", "from recognizer.commands import main; main()", "newcity", str(broken)]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, env={**os.environ, "LC_ALL": "C"})
    assert run.returncode == 2
    assert "broken.pdf" in run.stderr
    assert not (tmp_path / "newcity.jsonl").exists()
