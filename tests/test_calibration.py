"""Confidences with a guarantee: what lowers them, what a budget accepts, what the program says when it cannot promise."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recognizer.calibration import PROVISIONAL, STRANGE, calibrate
from recognizer.calibration.budget import RISK, acceptance, interval
from recognizer.calibration.facts import slots_of, with_evidence
from recognizer.calibration.fitting import Judged, fit_calibrator
from recognizer.calibration.profile import distance, nearest
from recognizer.calibration.reasons import WORDS
from recognizer.calibration.signals import SIGNALS, restarts, shortfall
from recognizer.digitizing import digitize
from recognizer.errors import ModelError, UsageError
from recognizer.measuring.judging import judge
from recognizer.model import shipped_model
from recognizer.model.calibrator import CALIBRATION_NAME, load_calibrator, save_calibrator
from recognizer.options import share_of
from recognizer.types import Evidence, Indicator, Period, Project, Records, Signals, Value

ROOT = Path(__file__).resolve().parent.parent
DOCUMENT = ROOT / "eval" / "documents" / "002_3bf4b339ed407386.txt"


def test_the_shipped_model_has_a_calibration_of_its_own() -> None:
    model = shipped_model()
    assert model.calibrator is not None
    assert model.calibrator.model == model.card["name"]
    assert all(weight <= 0 for curve in model.calibrator.curves.values() for weight in curve.weights)


def test_a_model_without_calibration_is_used_as_provisional_with_a_warning() -> None:
    records = digitize(DOCUMENT).records
    assert PROVISIONAL not in records.warnings
    assert PROVISIONAL in calibrate(records, (), None).warnings
    other = replace(shipped_model().calibrator, signals=("role",)) if shipped_model().calibrator else None
    found = calibrate(records, (), other)
    assert PROVISIONAL in found.warnings
    assert found.projects == records.projects


def test_a_calibration_survives_its_file_and_a_broken_one_is_refused(tmp_path: Path) -> None:
    calibrator = shipped_model().calibrator
    assert calibrator is not None
    save_calibrator(calibrator, tmp_path)
    again = load_calibrator(tmp_path)
    assert again is not None
    assert again.signals == calibrator.signals
    assert again.curves["value"].weights == pytest.approx(calibrator.curves["value"].weights)
    path = tmp_path / CALIBRATION_NAME
    content = json.loads(path.read_text("utf-8"))
    content["curves"]["value"]["weights"].pop()
    path.write_text(json.dumps(content), "utf-8")
    with pytest.raises(ModelError, match="do not fit together"):
        load_calibrator(tmp_path)


def test_evidence_goes_back_to_the_fact_it_came_from() -> None:
    records = digitize(DOCUMENT).records
    slots = slots_of(records)
    assert with_evidence(records, [slot.evidence for slot in slots]) == records
    marked = with_evidence(records, [replace(slot.evidence, confidence=number) for number, slot in enumerate(slots)])
    assert [slot.evidence.confidence for slot in slots_of(marked)] == list(range(len(slots)))


def test_facts_are_judged_as_the_scores_count_them() -> None:
    gold = json.loads((ROOT / "eval" / "gold" / "langxi.json").read_text("utf-8"))
    records = digitize(DOCUMENT).records
    assert all(judge(gold, records).values())
    first = records.projects[0]
    wrong = replace(first.indicators[0], values=(Value(Period.ANNUAL, "≥1辆"),))
    changed = replace(records, projects=(replace(first, indicators=(wrong, *first.indicators[1:])), *records.projects[1:]))
    judged = judge(gold, changed)
    number = next(number for number, slot in enumerate(slots_of(changed)) if slot.kind == "value")
    assert [key for key, right in judged.items() if not right] == [number]


def _records(certain: float) -> Records:
    """A project with an indicator of which every step was so sure."""
    found = Evidence(signals=Signals(certain, certain, certain, certain))
    indicator = Indicator("产出指标", "数量指标", "培训人数", (Value(Period.ANNUAL, "≥5人", found),), evidence=found)
    return Records("a.txt", projects=(Project("甲", indicators=(indicator,), evidence=found),))


def _judged(number: int, certain: float, right: bool) -> Judged:
    records = _records(certain)
    return Judged(f"{number}", f"city {number % 5}", True, records, dict.fromkeys(range(len(slots_of(records))), right), {})


def test_doubt_lowers_a_confidence_and_says_why() -> None:
    rng = np.random.default_rng(1)
    sure = [_judged(n, 0.999, bool(rng.random() < 0.98)) for n in range(60)]
    unsure = [_judged(n, 0.6, bool(rng.random() < 0.5)) for n in range(60)]
    calibrator = fit_calibrator(sure + unsure, "test")
    high, low = (slots_of(calibrate(_records(p), (), calibrator))[-1].evidence for p in (0.999, 0.6))
    assert high.confidence > 0.9 > 0.7 > low.confidence
    assert low.reasons[0] in WORDS
    assert "role" in low.reasons
    assert not high.reasons or "role" not in high.reasons


def test_a_layout_unlike_everything_known_is_said_to_be() -> None:
    known = fit_calibrator([_judged(n, 0.99, True) for n in range(10)], "test")
    strict = replace(known, layouts=(("form", {"level2 name": 1.0}),), strange=0.5)
    found = calibrate(_records(0.99), (), strict)
    assert STRANGE in found.warnings
    assert found.layout is not None
    assert found.layout.strange
    assert found.layout.distance == 1.0


@given(st.floats(0, 1), st.floats(0, 1))
def test_less_probable_is_further_from_certain(one: float, other: float) -> None:
    assert (shortfall(one) >= shortfall(other)) if one <= other else (shortfall(one) <= shortfall(other))
    assert 0 <= shortfall(one) <= 2


@given(st.dictionaries(st.sampled_from("abcdef"), st.floats(0.01, 1), min_size=1))
def test_a_profile_is_nearest_to_itself(counts: dict[str, float]) -> None:
    profile = {pair: count / sum(counts.values()) for pair, count in counts.items()}
    assert distance(profile, profile) < 1e-6
    assert nearest(profile, [("far", {"z": 1.0}), ("own", profile)])[0] == "own"


def test_two_projects_run_together_start_over() -> None:
    assert restarts(["产出指标", "产出指标", "效益指标", "满意度指标"]) == 0
    assert restarts(["产出指标", "效益指标", "产出指标", "效益指标"]) == 2


def test_a_budget_holds_as_often_as_it_promises() -> None:
    """4,000 facts are tested, then the share of wrong ones is counted among as many new ones: 300 times over."""
    rng = np.random.default_rng(20261121)
    exceeded = 0
    for _ in range(300):
        true = rng.beta(8, 0.4, 4000)
        found = acceptance(true, (rng.random(4000) < true).astype(float), 0.01)
        assert found.held
        accepted = true[true >= found.threshold]
        exceeded += float((1 - accepted).mean()) > 0.01  # the true risk above the threshold
    assert exceeded / 300 <= RISK


def test_what_cannot_be_promised_is_not_accepted_as_held() -> None:
    few = acceptance(np.full(20, 0.99), np.ones(20), 0.01)
    assert not few.held
    assert few.threshold <= 0.99
    assert few.interval[1] > 0.1
    wrong = acceptance(np.linspace(0.5, 1, 100), np.zeros(100), 0.01)
    assert not wrong.held
    assert wrong.threshold == float("inf")
    nothing = acceptance(np.zeros(0), np.zeros(0), 0.01)
    assert nothing.threshold == float("inf")


@settings(max_examples=50)
@given(st.integers(0, 200), st.integers(0, 200))
def test_an_interval_holds_its_rate(wrong: int, more: int) -> None:
    low, high = interval(wrong, wrong + more)
    rate = wrong / (wrong + more) if wrong + more else 0.5
    assert 0 <= low <= rate <= high <= 1


def test_signals_are_named_once() -> None:
    assert len(set(SIGNALS)) == len(SIGNALS)


def test_a_smaller_budget_accepts_less_and_is_stated() -> None:
    strict, usual = (digitize(DOCUMENT, max_error=share) for share in (0.0001, 0.05))
    assert len(strict.doubtful) > len(usual.doubtful)
    assert dict(strict.records.options)["max_error"] == "0.0001"


@pytest.mark.parametrize(("text", "share"), [("1%", 0.01), ("0.01", 0.01), ("2.5 %", 0.025), ("1％", 0.01)])
def test_a_share_is_written_in_several_ways(text: str, share: float) -> None:
    assert share_of(text) == pytest.approx(share)


@pytest.mark.parametrize("text", ["", "many", "0", "100%", "-1%", "nan"])
def test_what_is_no_share_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="not a share of errors"):
        share_of(text)
