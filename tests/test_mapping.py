"""The mapping room: names and labels found in the controlled vocabulary, records filled in."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import recognizer
from recognizer.concepts import Concept, Kind, Source, Vocabulary, Wording, shipped_vocabulary
from recognizer.concepts.editing import with_concept
from recognizer.concepts.replaced import current_id
from recognizer.errors import ModelError
from recognizer.mapping import Mapper, Query, map_records
from recognizer.mapping.asking import examples, seen_names
from recognizer.mapping.labels import map_label
from recognizer.mapping.scorer import load_scorer, save_scorer, shipped_scorer
from recognizer.mapping.terms import line_of, pipeline, read_by_pipeline, tokenize
from recognizer.resources import gold_folder, models_folder
from recognizer.types import Fund, Indicator, Period, Project, Records, Total, Value

GOLD = [json.loads(path.read_text("utf-8")) for path in sorted(gold_folder().glob("*.json"))]
SEEN = seen_names()


@pytest.fixture(scope="module")
def mapper() -> Mapper:
    return Mapper(shipped_vocabulary())


@pytest.mark.parametrize(("name", "level2", "value", "concept"), [
    ("参训人员到课率", "质量指标", "≥95%", "output.quality.training-attendance"),
    ("培训班出勤率", "质量指标", "≥98%", "output.quality.training-attendance"),
    ("培训人数", "数量指标", "≥200人", "output.quantity.training-people"),
    ("举办培训班次数", "数量指标", "2期", "output.quantity.training-sessions"),
    ("设备故障率", "质量指标", "≤5%", "output.quality.fault-rate"),
    ("设备正常运转率", "质量指标", "≥95%", "output.quality.equipment-availability"),
    ("会议召开次数", "数量指标", "≥2次", "output.quantity.meetings"),
    ("会议费用", "成本指标", "≤5万元", "output.cost.meeting-cost"),
    ("预算执行率", "资金管理", "=100%", "process.funds.execution-rate"),
    ("服务对象满意度", "服务对象满意度指标", "≥90%", "satisfaction.service.service-object"),
    ("项目总成本", "成本指标", "≤67.6万元", "output.cost.total-cost"),
    ("项目总成本", "经济成本指标", "≤67.6万元", "output.cost.total-cost"),
])
def test_names_find_their_concept_and_near_misses_stay_apart(
    mapper: Mapper, name: str, level2: str, value: str, concept: str,
) -> None:
    match = mapper.map([Query(name, level2, None, value)])[0]
    assert match is not None
    assert match.id == concept
    assert match.why


def test_a_match_says_why() -> None:
    match = recognizer.map_name("参训人员到课率", level2="质量指标", value="≥95%")
    assert match is not None
    assert match.name == "培训出勤率"
    assert 0.5 < match.score <= 1
    assert {"质量指标", "%"} <= set(match.why.split("; "))


@pytest.mark.parametrize(("name", "level2", "value"), [
    ("本项目不适用生态效益", "生态效益指标", "不适用"), ("经济效益", "经济效益指标", "不适用"), ("", None, None),
    ("……", None, None),
    ("甲乙丙丁戊己庚辛", "数量指标", None), ("培训人数、参会人数、活动人数", "数量指标", "≥1000人次"),
    ("x" * 10_000, None, None), ("培训" * 2_000, "数量指标", "≥3期"),
])
def test_what_is_no_concepts_name_maps_to_nothing(mapper: Mapper, name: str, level2: str | None, value: str | None) -> None:
    assert mapper.map([Query(name, level2, None, value)]) == [None]


def test_names_that_training_saw_are_mapped_as_they_were_labelled(mapper: Mapper) -> None:
    found = mapper.map([query for query, _ in SEEN])
    right = sum((match.id if match else None) == concept for match, (_, concept) in zip(found, SEEN, strict=True))
    wrong = sum(match is not None and match.id != concept for match, (_, concept) in zip(found, SEEN, strict=True))
    assert right / len(SEEN) > 0.85
    assert wrong / len(SEEN) < 0.03


def test_what_names_are_learned_from_names_concepts_of_the_vocabulary() -> None:
    vocabulary = shipped_vocabulary()
    assert not {concept for _, concept in (*SEEN, *examples()) if concept and vocabulary.get(concept) is None}


def test_a_concept_that_was_merged_is_known_by_the_one_it_was_merged_into() -> None:
    assert shipped_vocabulary().get("output.quality.pass-rate") is None
    assert current_id("output.quality.pass-rate") == "output.quality.standard-rate"
    assert current_id("output.quality.fault-rate") == "output.quality.fault-rate"


def test_names_are_mapped_alike_alone_and_together(mapper: Mapper) -> None:
    queries = [query for query, _ in SEEN[:40]]
    assert mapper.map(queries) == [mapper.map([query])[0] for query in queries]
    assert mapper.map([]) == []


def test_a_name_added_by_an_editor_is_found_at_once() -> None:
    vocabulary = shipped_vocabulary()
    query = Query("霓虹灯带炫彩指数", "质量指标", None, "≥95%")
    lamps = "output.quality.sanitation"
    changed = Vocabulary(tuple(
        replace(one, alternatives=(*one.alternatives, Wording(query.name, Source.EDITOR))) if one.id == lamps else one
        for one in vocabulary.concepts))
    assert Mapper(vocabulary).map([query]) == [None]
    match = Mapper(changed).map([query])[0]
    assert match is not None
    assert match.id == lamps


def test_a_concept_that_nothing_learned_from_is_found_by_its_names() -> None:
    vocabulary = shipped_vocabulary()
    drones = Concept("output.quantity.drone-flights", Kind.INDICATOR, "无人机飞行架次", "output.quantity", ("次",), "more")
    changed = with_concept(vocabulary, drones)
    answers = [Mapper(one).map([Query("无人机飞行架次", "数量指标", "产出指标", "≥30架次")])[0] for one in (vocabulary, changed)]
    assert answers[0] is None
    assert answers[1] is not None
    assert answers[1].id == drones.id


@given(
    st.text(max_size=40), st.sampled_from([None, "数量指标", "成本指标", "没有的指标"]),
    st.one_of(st.none(), st.text(max_size=12)))
def test_any_text_is_mapped_or_not_without_trouble(name: str, level2: str | None, value: str | None) -> None:
    match = recognizer.map_name(name, level2=level2, value=value)
    assert match is None or shipped_vocabulary().get(match.id) is not None


def test_the_table_of_terms_reads_as_the_spacy_pipeline_does() -> None:
    names = {indicator["name"] for record in GOLD for project in record["projects"] for indicator in project["indicators"]}
    lines = [line_of(name) for name in sorted(filter(None, names))]
    language = pipeline()
    assert [tokenize(line) for line in lines] == [read_by_pipeline(language, line) for line in lines]


def test_local_words_drop_out_of_a_name() -> None:
    kinds = [(token.text, token.kind) for token in tokenize(line_of("指标1：2023年全市《甲乙》培训班到课率"))]
    assert kinds == [
        ("2023年", "local"), ("全市", "local"), ("《甲乙》", "local"), ("培训班", "object"), ("到课率", "attendance")]
    assert tokenize(line_of("到课率"))[0].group == tokenize(line_of("出勤率"))[0].group


@pytest.mark.parametrize(("label", "kind", "concept"), [
    ("1-产出指标", Kind.LEVEL1, "output"), ("满意度指标（10分）", Kind.LEVEL2, "satisfaction.service"),
    ("成本指标", Kind.LEVEL1, "cost"),
    ("成本指标", Kind.LEVEL2, "output.cost"), ("主管部门及代码：", Kind.ATTRIBUTE, "attribute.department"),
    ("项目负责人/联系电话", Kind.ATTRIBUTE, "attribute.leader"), ("其中：财政拨款（万元）", Kind.FUND, "fund.appropriation"),
    ("2023年上年结转资金", Kind.FUND, "fund.carry-over"), ("产出完成情况良好", Kind.LEVEL1, None),
    ("培训办班经费", Kind.FUND, None),
])
def test_labels_find_their_concept(label: str, kind: Kind, concept: str | None) -> None:
    found = map_label(label, kind)
    assert (found and found.id) == concept


def test_the_scorer_is_stored_without_code_and_refused_when_broken(tmp_path: Path) -> None:
    save_scorer(shipped_scorer(), tmp_path)
    features = np.random.default_rng(1).random((5, shipped_scorer().networks[0].weights[0].shape[0]), np.float32)
    assert np.allclose(load_scorer(tmp_path).pairs(features), shipped_scorer().pairs(features), atol=1e-3)
    assert (models_folder() / "names.npz").stat().st_size < 4_000_000
    with (tmp_path / "names.npz").open("wb") as file:
        np.savez(file, calibration=np.array([{"code": 1}], dtype=object))
    stored = tmp_path / "names.npz"
    for break_it in (lambda: None, lambda: stored.write_bytes(b"no archive"), lambda: stored.unlink()):
        break_it()
        with pytest.raises(ModelError):
            load_scorer(tmp_path)


def test_records_are_filled_in_and_stay_as_printed() -> None:
    records = Records(
        "a.txt", amount_unit="万元",
        projects=(Project("甲", funds=(Fund("财政拨款", ("财政拨款",), Period.ANNUAL, "1,200.50", None),),
                          indicators=(Indicator("产出指标", "数量指标", None),
                                      Indicator("产出指标", "数量指标", "培训人数", (Value(Period.ANNUAL, "≥100人"),)))),),
        totals=(Total("合计", (Fund("总计", ("总计",), Period.ANNUAL, "3", None),)),))
    mapped = map_records(records)
    project = mapped.projects[0]
    assert (project.funds[0].amount, project.funds[0].amount_yuan, project.funds[0].raw) == (1200.5, 12005000, "1,200.50")
    reading = project.indicators[1].values[0].reading
    assert reading is not None
    assert (reading.quantity, reading.unit) == (100, "人")
    canonical = project.indicators[1].canonical
    assert canonical is not None
    assert canonical.name == "培训人数"
    assert project.indicators[0].canonical is None
    assert mapped.totals[0].funds[0].amount == 3
    assert map_records(mapped) == mapped
