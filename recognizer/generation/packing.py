"""Packs a project's indicators into one cell, with what OCR does to such cells: repeats, losses, cut-off ends.

A packed cell is a sequence of parts: labelled stretches and separators. Their texts are drawn first, then damaged, and at
last joined; a part that OCR lost or cut off prints nothing or less, and the records follow.
"""

from __future__ import annotations

import re

from .content import IndicatorContent, Level1Content, Level2Content, ProjectContent
from .draw import Draw
from .facts import IndicatorFact, LevelFact, ProjectFacts
from .forms import UNFILLED
from .periods import value_heading
from .profile import Profile
from .sheet import Mark, Part

_SEVERAL_BLANKS = re.compile(r" {2,}")
_ORDINALS = "一二三四五六七八九十"


def pack(draw: Draw, profile: Profile, content: ProjectContent, project: int, facts: ProjectFacts) -> Mark | None:
    """The packed cell of a project, its indicators added to the project's facts; None where the cell is blank."""
    if draw.chance(0.04):
        return None
    parts: list[Part] = []
    number = 0
    style = profile.packed["style"]
    for order, level1 in enumerate(content.levels):
        level1_part: Part | None = None
        if style in ("grouped", "grouped2"):
            level1_part = _group(parts, profile.packed["group"], level1.word, "level1", order)
        for suborder, level2 in enumerate(level1.children):
            rows = [row for row in level2.indicators if not row.is_template]
            if not rows:
                continue
            level2_part: Part | None = None
            if style == "grouped2":
                level2_part = _group(parts, draw_group(profile), level2.word, "level2", suborder)
            for row in rows:
                number += 1
                _indicator(draw, profile, parts, facts, level1, level2, level1_part, level2_part, row, number)
    if draw.habit("packed_cut_off", 0.06):
        _cut_off(draw, parts)
    if draw.habit("drifting_separators", 0.3):
        for part in parts:
            if not part.label and not part.text[:1].isdigit() and draw.chance(0.12):
                part.text = draw.pick((part.text.strip() or "; ", part.text + " ", ": ", ", ", "; ", ";", "; "))
    return _joined(parts, project)


def draw_group(profile: Profile) -> str:
    """The frame of a level-2 heading inside the cell: plainer than that of level 1."""
    return profile.packed["group"] if "一" not in profile.packed["group"] else "{}："


def _group(parts: list[Part], frame: str, word: str, label: str, order: int) -> Part:
    opening, _, closing = frame.partition("{}")
    opening = opening.replace("一", _ORDINALS[order % 10])
    if opening:
        parts.append(Part(opening))
    part = Part(word, label)
    parts.append(part)
    parts.append(Part(closing))
    return part


def _indicator(
    draw: Draw,
    profile: Profile,
    parts: list[Part],
    facts: ProjectFacts,
    level1: Level1Content,
    level2: Level2Content,
    level1_part: Part | None,
    level2_part: Part | None,
    row: IndicatorContent,
    number: int,
) -> None:
    """One indicator's parts and its fact."""
    packed = profile.packed
    style, separator = packed["style"], packed["separator"]
    if packed["number"]:
        parts.append(Part(packed["number"].format(number)))
    level2_inferable = level1.canonical in ("满意度指标", "决策", "过程")
    if style in ("all", "value_first"):
        level1_part = Part(level1.word, "level1")
        parts += [level1_part, Part(separator)]
    if style in ("all", "level2", "grouped", "value_first"):
        level2_part = Part(level2.word, "level2")
        parts += [level2_part, Part(packed["colon"] or separator if style in ("level2", "grouped") else separator)]
    name = Part(row.name, "name")
    lost_name = draw.habit("packed_losses", 0.025)
    if not lost_name:
        parts.append(name)
        if style == "name_first":
            # The levels stand behind the name: NAME（数量指标） and the like.
            level1_part, level2_part = Part(level1.word, "level1"), Part(level2.word, "level2")
            parts += [Part(separator), level1_part, Part(separator), level2_part]
    shown = _shown_periods(draw, profile, row)
    fact = IndicatorFact(
        LevelFact(level1.canonical, level1_part, level2_part is not None),
        LevelFact(level2.canonical, level2_part, level2_inferable),
        [name],
        [],
    )
    if style == "name":
        fact.level1.inferable = level2_inferable
    for index, period in enumerate(shown):
        value = row.values[period]
        text = value.text.replace("|", "")
        if not text:
            continue
        if index or not lost_name:
            first = packed["colon"] or ("" if value.is_number else "：")
            parts.append(Part(separator if index or packed["value_label"] == "label" else first))
        if packed["value_label"] == "label":
            parts += [Part(value_heading(profile, period), f"header>value@{period}"), Part(packed["colon"] or "：")]
        if packed["value_label"] == "label" and draw.habit("packed_losses", 0.015):
            continue
        part = Part(text, "template" if value.body in UNFILLED else f"value@{period}")
        if packed["value_label"] == "bracket":
            parts += [Part("（"), part, Part("）")]
        else:
            parts.append(part)
        if part.label != "template":
            fact.values.append((period, [part]))
        if packed["value_label"] == "label" and draw.habit("packed_repeats", 0.07):
            for _ in range(draw.pick((1, 1, 1, 2, 3, 6))):
                if draw.chance(0.7):
                    parts += [
                        Part(separator),
                        Part(value_heading(profile, period), f"header>value@{period}"),
                        Part(packed["colon"] or "："),
                        Part(text, f"value@{period}"),
                    ]
                else:
                    tail = text[len(text) // 3 :]
                    parts += [Part(separator), Part(tail, "furniture")] if tail and len(text) > 6 else []
    parts.append(Part(packed["end"]))
    facts.indicators.append(fact)


def _shown_periods(draw: Draw, profile: Profile, row: IndicatorContent) -> list[str]:
    periods = [period for period in profile.periods if period != "before"]
    if len(periods) > 1 and draw.habit("packed_losses", 0.05):
        periods = [draw.pick(periods)]
    if profile.packed["value_label"] != "label":
        periods = ["annual"]
    return [period for period in periods if row.values[period].text]


def _cut_off(draw: Draw, parts: list[Part]) -> None:
    """Drops the end of the cell, as where a fixed row height hid it."""
    keep = draw.number(len(parts) * 2 // 3, len(parts) - 1)
    del parts[keep + 1 :]
    if parts and len(parts[-1].text) > 3:
        parts[-1].text = parts[-1].text[: draw.number(1, len(parts[-1].text) - 1)]


def _joined(parts: list[Part], project: int) -> Mark | None:
    """The mark of the joined parts, with their offsets; blanks at its ends are dropped, for no reader keeps them."""
    while parts and not parts[-1].text.strip():
        parts.pop()
    if not any(part.label for part in parts):
        return None
    parts[-1].text = parts[-1].text.rstrip()
    parts[0].text = parts[0].text.lstrip()
    offsets: list[tuple[int, int, str]] = []
    texts: list[str] = []
    at, ends_blank = 0, False
    for part in parts:
        if ends_blank:
            part.text = part.text.lstrip(" ")
        if not part.label:
            part.text = _SEVERAL_BLANKS.sub(" ", part.text)
        ends_blank = part.text.endswith(" ") if part.text else ends_blank
        part.printed = part.text
        if part.label and part.text:
            offsets.append((at, at + len(part.text), part.label))
        texts.append(part.text)
        at += len(part.text)
    mark = Mark("packed", "".join(texts), project, parts=parts)
    mark.offsets = tuple(offsets)
    return mark
