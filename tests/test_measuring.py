"""The measuring room: the same figures as the public yardstick, and known answers on small cases."""

from __future__ import annotations

import copy
import importlib.util
import json
import random
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recognizer.measuring import KINDS, Counts, Share, calibrate, compare_labels, fact_confidences, pool, risk_coverage, score
from recognizer.measuring.disturbance import insert_column, rename
from recognizer.measuring.gold import find_predicted, load_gold
from recognizer.truth import TruthCell
from recognizer.types import Cell, Label, LabelledCell, Piece, Place, Role

GOLD = Path(__file__).parent.parent / "eval" / "gold"
RECORDS = {path.stem: json.loads(path.read_text("utf-8")) for path in sorted(GOLD.glob("*.json"))}


def yardstick() -> ModuleType:
    """eval/gold/score.py as a module."""
    spec = importlib.util.spec_from_file_location("gold_score", GOLD / "score.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


YARDSTICK = yardstick()


def assert_same_figures(gold: dict[str, Any], predicted: dict[str, Any]) -> None:
    """Counts, precision, recall, F1 and errors of each kind are those of the yardstick."""
    want, got = YARDSTICK.collect(gold, predicted)
    scores = score(gold, predicted)
    for kind in KINDS:
        counts = scores[kind]
        expected = ((want[kind] & got[kind]).total(), got[kind].total(), want[kind].total())
        assert (counts.hit, counts.predicted, counts.gold) == expected
        assert (counts.precision, counts.recall, counts.f1) == YARDSTICK.prf(*expected)
        for fault, rest in (("missed", want[kind] - got[kind]), ("invented", got[kind] - want[kind])):
            keys = [error.fact.key for error in scores.errors if error.fault == fault and error.fact.kind == kind]
            assert sorted(keys, key=str) == sorted(rest.elements(), key=str)


def mutated(record: dict[str, Any], seed: int, changes: int) -> dict[str, Any]:
    """A copy of a record with random parts dropped, doubled, swapped, blanked or misspelt."""
    chance = random.Random(seed)
    record = copy.deepcopy(record)
    for _ in range(changes):
        node: Any = record
        while True:
            keys = list(node) if isinstance(node, dict) else list(range(len(node)))
            if not keys:
                break
            key = chance.choice(keys)
            child = node[key]
            if isinstance(child, dict | list) and child and chance.random() < 0.9:
                node = child
                continue
            change = chance.randrange(5)
            if change == 0:
                del node[key]
            elif change == 1 and isinstance(node, list):
                node.insert(chance.randrange(len(node) + 1), copy.deepcopy(child))
            elif change == 2 and isinstance(node, list):
                chance.shuffle(node)
            elif change == 3 and isinstance(child, str):
                node[key] = chance.choice([child + "。", child[::-1], f" {child}", child.replace("（", "("), "", "x" + child])
            elif not isinstance(child, dict | list):
                node[key] = None
            break
    return record


@pytest.mark.parametrize("name", RECORDS)
def test_gold_is_a_perfect_reading_of_itself(name: str) -> None:
    scores = score(RECORDS[name], RECORDS[name])
    assert all(scores[kind].f1 == 1.0 for kind in KINDS)
    assert not scores.errors
    assert_same_figures(RECORDS[name], RECORDS[name])


@settings(max_examples=25, deadline=None)
@given(st.sampled_from(["fuyang", "langxi", "anqing"]), st.integers(0, 10**6), st.integers(1, 120))
def test_figures_are_those_of_the_yardstick(name: str, seed: int, changes: int) -> None:
    assert_same_figures(RECORDS[name], mutated(RECORDS[name], seed, changes))


@pytest.mark.parametrize(("gold", "predicted"), [("fuyang", "anqing"), ("guangzhou", "langxi"), ("langxi", "fuyang")])
def test_figures_of_unrelated_records_are_those_of_the_yardstick(gold: str, predicted: str) -> None:
    assert_same_figures(RECORDS[gold], RECORDS[predicted])
    assert_same_figures(RECORDS[gold], {})


def test_a_misread_name_costs_the_indicator_and_its_values_and_pools() -> None:
    wrong = copy.deepcopy(RECORDS["langxi"])
    indicator = next(one for one in wrong["projects"][0]["indicators"] if one["values"])
    indicator["name"] += "甲"
    scores = score(RECORDS["langxi"], wrong)
    assert scores["indicator"].hit == scores["indicator"].gold - 1
    assert scores["value"].hit == scores["value"].gold - len(indicator["values"])
    both = pool([scores, score(RECORDS["langxi"], RECORDS["langxi"])])
    number = scores["indicator"].gold
    assert both["indicator"] == Counts(2 * number - 1, 2 * number, 2 * number)
    assert {error.fault for error in scores.errors} == {"missed", "invented"}


def test_an_invented_fact_keeps_its_place_and_confidence() -> None:
    gold = {"projects": [{"project_name": "甲", "goals": {"annual": "好"}}]}
    detail = {"confidence": 0.4, "at": [{"lines": [3, 3]}]}
    predicted = {"projects": [{"project_name": "甲", "goals": {"annual": "坏"}, "goal_details": {"annual": detail}}]}
    invented = next(error.fact for error in score(gold, predicted).errors if error.fault == "invented")
    assert invented.confidence == 0.4
    assert invented.at == ({"lines": [3, 3]},)


def labelled(code: str, *keys: tuple[int, int]) -> LabelledCell:
    """A predicted cell made of the pieces of these keys."""
    pieces = tuple(Piece("字", Place(lines=(line, line)), index) for line, index in keys)
    return LabelledCell(Cell(0, 0, "字" * len(keys), pieces), Label.parse(code), 1.0)


TRUTH = (
    TruthCell("level1", ((1, 0), (2, 0), (3, 0)), "产出量"),
    TruthCell("name", ((1, 1), (2, 1)), "按时完成工作任务"),
    TruthCell("value@annual", ((1, 2),), "5"),
    TruthCell("value@half_year", ((1, 3),), "2"),
)


def test_a_right_labelling_is_perfect() -> None:
    comparison = compare_labels(TRUTH, [labelled(cell.label, *cell.pieces) for cell in TRUTH])
    assert comparison.role_macro_f1 == comparison.labels.value == comparison.periods.value == comparison.joins.f1 == 1.0
    assert comparison.whole == {"vertical label": Share(1, 1), "wrapped name": Share(1, 1)}


def test_label_errors_are_counted_by_piece_and_joins_by_pair() -> None:
    comparison = compare_labels(TRUTH, [
        labelled("level1", (1, 0), (2, 0)), labelled("level1", (3, 0)), labelled("name", (1, 1), (2, 1)),
        labelled("value@annual", (1, 2)), labelled("value@annual", (1, 3)), labelled("furniture", (9, 9))])
    assert comparison.roles == {(Role.LEVEL1, Role.LEVEL1): 3, (Role.NAME, Role.NAME): 2, (Role.VALUE, Role.VALUE): 2}
    assert comparison.labels == Share(6, 7)
    assert comparison.periods == Share(1, 2)
    assert comparison.whole == {"vertical label": Share(0, 1), "wrapped name": Share(1, 1)}
    assert comparison.labels_and_names_whole == 0.5
    assert comparison.joins == Counts(2, 2, 3)


def test_lost_pieces_and_confused_roles_lower_the_macro_f1() -> None:
    comparison = compare_labels(TRUTH, [
        labelled("level1", (1, 0), (2, 0), (3, 0)), labelled("name", (1, 1)), labelled("name", (1, 2)),
        labelled("value@half_year", (1, 3))])
    assert comparison.roles[(Role.NAME, Role.EMPTY)] == 1
    assert comparison.roles[(Role.VALUE, Role.NAME)] == 1
    # level1 1; name: one of two found, one of two right; value: precision 1, recall one half
    assert comparison.role_macro_f1 == pytest.approx((1 + 1 / 2 + 2 / 3) / 3)
    doubled = comparison + comparison
    assert doubled.role_macro_f1 == pytest.approx(comparison.role_macro_f1)
    assert doubled.periods == Share(2, 4)


def test_parts_of_packed_cells_are_judged_by_the_characters_they_cover() -> None:
    text = "数量指标;次数;5"
    truth = (TruthCell("packed", ((1, 0),), text, parts=((0, 4, "level2"), (5, 7, "name"), (8, 9, "value@annual"))),)

    def part(code: str, start: int, end: int) -> LabelledCell:
        piece = Piece(text[start:end], Place(lines=(1, 1)), start)
        return LabelledCell(Cell(0, 0, piece.text, (piece,)), Label.parse(code), 1.0)

    packed = replace(labelled("packed", (1, 0)), parts=(part("level2", 0, 4), part("name", 5, 9)))
    comparison = compare_labels(truth, [packed])
    assert comparison.roles == {(Role.PACKED, Role.PACKED): 1, (Role.LEVEL2, Role.LEVEL2): 1, (Role.NAME, Role.NAME): 1,
                                (Role.VALUE, Role.NAME): 1}
    assert compare_labels(truth, [labelled("prose", (1, 0))]).roles[(Role.VALUE, Role.EMPTY)] == 1


def test_how_prose_hangs_together_is_no_join() -> None:
    truth = (TruthCell("prose", ((1, 0), (2, 0)), "说明文字"),)
    assert compare_labels(truth, [labelled("prose", (1, 0)), labelled("prose", (2, 0))]).joins.empty


def test_risk_falls_as_doubtful_facts_are_turned_away() -> None:
    points = risk_coverage([(0.9, True), (0.8, True), (0.8, False), (0.1, False)])
    assert [(point.coverage, point.risk, point.confidence) for point in points] == [
        (0.25, 0.0, 0.9), (0.75, pytest.approx(1 / 3), 0.8), (1.0, 0.5, 0.1)]
    assert risk_coverage([]) == ()


def test_area_under_the_risk_coverage_curve() -> None:
    assert calibrate([(0.9, True), (0.5, False)], resamples=10).aurc == pytest.approx((0 + 1 / 2) / 2)
    assert calibrate([(0.5, True), (0.9, False)], resamples=10).aurc == pytest.approx((1 + 1 / 2) / 2)
    ties = [(0.5, True), (0.5, False)]
    assert calibrate(ties, resamples=10).aurc == calibrate(ties[::-1], resamples=10).aurc == 0.5


def test_calibration_error_of_known_cases() -> None:
    sure = [(1.0, True)] * 50
    assert calibrate(sure, resamples=20).error == 0.0
    half_right = [(0.9, number % 2 == 0) for number in range(100)]
    found = calibrate(half_right, resamples=200)
    assert found.error == pytest.approx(0.4)
    assert found.accuracy == 0.5
    assert found.interval[0] < 0.4 < found.interval[1]
    assert sum(one.number for one in found.bins) == 100
    with pytest.raises(ValueError, match="no confidences"):
        calibrate([])


def test_confidences_are_taken_from_the_output_and_matched_once() -> None:
    indicator = {"level1": "产出指标", "level2": "数量指标", "name": "次数", "values": {"annual": "≥4次"}}
    gold = {"projects": [{"project_name": "甲", "indicators": [indicator]}]}
    found = {**indicator, "confidence": 0.7, "value_details": {"annual": {"confidence": 0.6}}}
    predicted = {"projects": [{"project_name": "甲", "indicators": [found, found]}]}
    assert fact_confidences(gold, predicted, ["value"]) == [(0.6, True), (0.6, False)]
    assert sorted(fact_confidences(gold, predicted)) == [(0.6, False), (0.6, True), (0.7, False), (0.7, True)]


def test_renaming_changes_text_and_records_alike_even_where_print_broke_the_name() -> None:
    text = "项目名称 道路\n养护经费 乙市\n| 道路<br>养护经费 |\n"
    projects = [{"project_name": "道路养护经费", "goals": {"annual": "用好道路养护经费"}}]
    records = {"source": "乙", "city": "乙市", "projects": projects}
    renamed, gold = rename(text, records, {"道路养护经费": "河道清淤工作项目", "乙": "丙", "丁": "戊"})
    assert renamed == "项目名称 河道清\n淤工作项目 丙市\n| 河道清<br>淤工作项目 |\n"
    assert gold["city"] == "丙市"
    assert gold["source"] == "乙"
    assert gold["projects"] == [{"project_name": "河道清淤工作项目", "goals": {"annual": "用好河道清淤工作项目"}}]
    assert rename(text, records, {"丁": "戊"}) == (text, records)


@pytest.mark.parametrize(("text", "expected"), [
    ("表\na\tb\tc\na\n", "表\na\tb\t√\tc\na\n"),
    ("| a | b | c |\n|---|---|---|\n", "| a | b | √ | c |\n|---|---|---|---|\n"),
    ("表名\n名称 甲\n", "表名\n名称 甲 √\n"),
])
def test_a_meaningless_column_is_put_into_each_row(text: str, expected: str) -> None:
    assert insert_column(text, "√") == expected


def test_finished_records_answer_to_gold_by_source_or_name(tmp_path: Path) -> None:
    gold = load_gold(GOLD)
    (tmp_path / "a").mkdir()
    by_source, by_name = gold[0], gold[1]
    (tmp_path / "a" / "anything.json").write_text(json.dumps(by_source.records), "utf-8")
    (tmp_path / f"{by_name.source}.json").write_text("{}", "utf-8")
    (tmp_path / f"{gold[2].name}.truth.json").write_text("{}", "utf-8")
    assert find_predicted(tmp_path, gold) == {by_source.name: by_source.records, by_name.name: {}}


def test_command_measures_finished_records(tmp_path: Path) -> None:
    from typer import Typer
    from typer.testing import CliRunner

    from recognizer.commands.evaluate import evaluate

    application = Typer()
    application.command()(evaluate)
    wrong = mutated(RECORDS["langxi"], 5, 40)
    (tmp_path / "langxi.json").write_text(json.dumps(wrong | {"source": "langxi"}), "utf-8")
    arguments = ["--gold", str(GOLD / "langxi.json"), "--predicted", str(tmp_path)]
    measured = CliRunner().invoke(application, [*arguments, "--json"])
    assert measured.exit_code == 0
    expected = score(RECORDS["langxi"], wrong)
    assert json.loads(measured.stdout)["langxi"]["value"]["f1"] == expected["value"].f1 < 1
    assert CliRunner().invoke(application, [*arguments, "--min-f1", "1"]).exit_code == 1
    assert "langxi" in CliRunner().invoke(application, arguments).stdout
