"""The mapping room: names found in the controlled vocabulary, records filled in."""

from __future__ import annotations

from recognizer.mapping import canonical_name, map_records
from recognizer.mapping.names import vocabulary
from recognizer.types import Fund, Indicator, Period, Project, Records, Total, Value
from recognizer.vocabulary import LEVEL2


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
