"""A cell that holds all indicators of a project, taken apart by a regular expression."""

from __future__ import annotations

import re
from typing import Any

from ..vocabulary import level1_of, level2_of, parent_of, period_of, strip_numbering

_ENTRY = re.compile(
    r"(?<![\u4e00-\u9fff\d-])(?:\d{1,2}\s*[、.．]\s*)?(?=(?:\d{1,2}\s*[-—]\s*)?(?:产出|效益|满意度|成本|决策|过程)(?:指标)?\s*[;；:：,，])")
_PART = re.compile(r"[;；|]|(?<=指标)[:：,，]")
_VALUE = re.compile(r"\s*(?P<heading>[^:：]{0,12}(?:指标值|目标值))\s*[:：]\s*(?P<text>.*)", re.DOTALL)


def packed_indicators(text: str) -> list[dict[str, Any]]:
    """The indicators of a packed cell, such as `1、产出指标; 数量指标; NAME; 年度指标值:X。`, in printed order."""
    starts = [match.start() for match in _ENTRY.finditer(text)]
    starts = [start for number, start in enumerate(starts) if not number or start - starts[number - 1] > 6]
    return [_indicator(text[start:end]) for start, end in zip(starts, [*starts[1:], len(text)], strict=True)]


def _indicator(entry: str) -> dict[str, Any]:
    level1 = level2 = level1_raw = level2_raw = name = None
    values: dict[str, str] = {}
    for number, part in enumerate(_PART.split(entry)):
        part = strip_numbering(part.strip()) if not number else part.strip()
        found = _VALUE.fullmatch(part)
        if found:
            period = period_of(found["heading"])
            value = found["text"].strip().rstrip("。")
            if value:
                values.setdefault(period.value if period else "annual", value)
        elif level1 is None and level1_of(part):
            level1, level1_raw = level1_of(part), part
        elif level2 is None and name is None and level2_of(part):
            level2, level2_raw = level2_of(part), part
        elif name is None and part:
            name = part
    if level1 is None and level2:
        level1 = parent_of(level2)
    return {"level1": level1, "level1_raw": level1_raw, "level2": level2, "level2_raw": level2_raw, "name": name,
            "values": values, "standard": None}
