"""Values of scans in which a sign was taken for another: their meaning is mended where all else agrees, their text never."""

from __future__ import annotations

import pytest

from recognizer import parse_value
from recognizer.checking.misread import without_misreadings
from recognizer.types import Evidence, Indicator, Period, Project, Records, Signals, Value


def mended(name: str, text: str, read: float = 0.97, level2: str = "质量指标") -> Value:
    value = Value(Period.ANNUAL, text, Evidence(signals=Signals(read=read)), parse_value(text))
    project = Project("项目", indicators=(Indicator("产出指标", level2, name, (value,)),))
    (found,) = without_misreadings(Records("a.pdf", projects=(project,))).projects
    return found.indicators[0].values[0]


@pytest.mark.parametrize(("name", "text", "comparator", "quantity"), [
    ("培训合格率", "295%", "≥", 95.0), ("培训合格率", "2100%", "≥", 100.0), ("验收合格率", "1O0%", None, 100.0),
    ("设备完好率", "≥9l%", "≥", 91.0),
])
def test_what_must_have_been_printed_is_inferred_and_the_text_kept(
    name: str, text: str, comparator: str | None, quantity: float
) -> None:
    value = mended(name, text)
    assert value.text == text
    assert value.reading is not None
    assert (value.reading.comparator, value.reading.quantity, value.reading.unit) == (comparator, quantity, "%")
    assert value.evidence.provenance == "inferred"
    assert value.evidence.doubts == ("misread",)


@pytest.mark.parametrize(("name", "text", "read"), [
    ("培训合格率", "295%", 1.0),  # printed so, and no scan
    ("收入增长率", "295%", 0.9),  # growth may be more than the whole
    ("培训合格率", "25%", 0.9),  # nothing speaks against it
    ("培训合格率", "395%", 0.9),  # nothing looks like it that makes sense
    ("参与情况", "2O座", 0.9),  # nobody knows what such a name is counted in
])
def test_what_nothing_or_too_much_speaks_for_stays_as_it_was_read(name: str, text: str, read: float) -> None:
    value = mended(name, text, read)
    assert value.reading == parse_value(text)
    assert value.evidence.provenance == "printed"
    assert not value.evidence.doubts
