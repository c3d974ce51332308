"""The colours of the roles, and the words of a picture, in Chinese and English.

The tints are the nine of Paul Tol's "light" scheme (Colour schemes, SRON/EPS/TN/09-002), made for filling cells under black
text and told apart by readers who see red and green alike; his "vibrant" red is kept for what is in doubt.
"""

from __future__ import annotations

from dataclasses import dataclass

from recognizer.language import Language
from recognizer.types import Period, Role

Colour = tuple[float, float, float]  # red, green, blue from 0 to 1


@dataclass(frozen=True, slots=True)
class Family:
    """Roles that share a tint, and what the legend calls them; `tint` is None for what is only outlined."""

    roles: frozenset[Role]
    tint: Colour | None
    english: str
    chinese: str

    def called(self, language: Language) -> str:
        """The family's name in a language."""
        return self.chinese if language == "zh" else self.english

    @property
    def line(self) -> Colour:
        """The colour of an outline: the tint, darker."""
        return darker(self.tint, LINE_SHADE) if self.tint else GREY


LINE_SHADE = 0.72
INK: Colour = (0.16, 0.18, 0.20)
GREY: Colour = (0.55, 0.57, 0.59)
DOUBT: Colour = (0.80, 0.20, 0.07)
JOIN: Colour = (0.0, 0.35, 0.55)
WHITE: Colour = (1.0, 1.0, 1.0)
DESK: Colour = (0.945, 0.945, 0.935)  # what the pages of a contact sheet lie on
SHADOW: Colour = (0.82, 0.82, 0.80)
EDGE: Colour = (0.77, 0.77, 0.75)
BAND: Colour = (0.975, 0.975, 0.97)  # of the legend
WALL: Colour = (0.78, 0.78, 0.78)  # of a table that is set here


def _rgb(code: str) -> Colour:
    red, green, blue = (int(code[start : start + 2], 16) / 255 for start in (0, 2, 4))
    return (red, green, blue)


def darker(colour: Colour, share: float) -> Colour:
    """A colour with this share of its light."""
    red, green, blue = (part * share for part in colour)
    return (red, green, blue)


KEYS = (Role.ATTRIBUTE_KEY, Role.FUND_KEY, Role.GOAL_KEY)
FAMILIES = (
    Family(frozenset({Role.TITLE, Role.CAPTION}), _rgb("DDDDDD"), "Title, year, unit", "标题、年度、单位"),
    Family(frozenset({Role.HEADER, *KEYS}), _rgb("BBCC33"), "Heading or key", "表头、栏目"),
    Family(frozenset({Role.ATTRIBUTE_VALUE, Role.GOAL_TEXT}), _rgb("EEDD88"), "Entry or goal", "填报内容、目标"),
    Family(frozenset({Role.FUND_AMOUNT, Role.TOTAL}), _rgb("FFAABB"), "Amount of money", "资金"),
    Family(frozenset({Role.LEVEL1}), _rgb("77AADD"), "Level 1", "一级指标"),
    Family(frozenset({Role.LEVEL2}), _rgb("99DDFF"), "Level 2", "二级指标"),
    Family(frozenset({Role.NAME, Role.PACKED}), _rgb("44BB99"), "Indicator", "三级指标"),
    Family(frozenset({Role.VALUE, Role.COMPARATOR, Role.UNIT}), _rgb("EE8866"), "Value", "指标值"),
    Family(frozenset({Role.STANDARD, Role.SCORE, Role.REMARK}), _rgb("AAAA00"), "Standard, score, remark", "标准、分值、说明"),
    Family(frozenset({Role.TEMPLATE, Role.PROSE, Role.FURNITURE, Role.EMPTY}), None, "Other text", "其他文字"),
)

_FAMILY = {role: family for family in FAMILIES for role in family.roles}


def family_of(role: Role) -> Family:
    """The family of a role."""
    return _FAMILY[role]


_PERIODS: dict[Period, tuple[str, str]] = {
    Period.ANNUAL: ("annual", "年度"),
    Period.HALF_YEAR: ("half", "半年"),
    Period.MID_TERM: ("mid-term", "中期"),
    Period.FULL_CYCLE: ("cycle", "周期"),
    Period.ACTUAL: ("actual", "实际"),
    Period.PRIOR_YEAR: ("prior", "上年"),
    Period.OVERALL: ("overall", "总体"),
}


def period_name(period: Period, language: Language) -> str:
    """A period as a tag of a cell."""
    return _PERIODS[period][language == "zh"]


_WORDS: dict[str, tuple[str, str]] = {
    "page": ("page {page} of {pages}", "第 {page} 页，共 {pages} 页"),
    "sheet": ("sheet {page} of {pages}", "第 {page} 张，共 {pages} 张"),
    "sheets": ("{pages} sheets", "共 {pages} 张"),
    "pages": ("{pages} pages", "共 {pages} 页"),
    "cells": ("{cells} cells", "{cells} 个单元格"),
    "cell": ("{cells} cell", "{cells} 个单元格"),
    "doubts": ("{doubts} to review", "{doubts} 处待复核"),
    "no_doubts": ("nothing to review", "无待复核"),
    "no_cells": ("no table recognised", "未识别出表格"),
    "on": ("goes on p. {page}", "接第 {page} 页"),
    "from": ("from p. {page}", "承第 {page} 页"),
    "on_sheet": ("goes on, sheet {page}", "接第 {page} 张"),
    "from_sheet": ("from sheet {page}", "承第 {page} 张"),
    "order": ("reading order", "阅读顺序"),
    "period": ("period", "时期"),
    "unsure": ("less sure", "把握稍低"),
    "doubt": ("to review: confidence, or ! where a check fired", "待复核：可信度；! 为校验不符"),
    "joined": ("goes on over the page", "跨页拼合"),
    "carried": ("carried over from another page", "由他页沿用的标签"),
    "repeated": ("heading printed again", "重复打印的表头"),
    "linked": ("pieces joined", "拼合的片段"),
    "no_page": ("there is no page {page}: the last one is {pages}", "没有第 {page} 页：最后一页是第 {pages} 页"),
    "unread": ("not read", "未能读取"),
}


def word(key: str, language: Language, **details: object) -> str:
    """A word of the picture in a language, with its blanks filled in. Raises KeyError for no such word."""
    return _WORDS[key][language == "zh"].format(**details)
