"""The hierarchy of indicators: canonical names of the first two levels, the labels they are printed as, who belongs to whom."""

from __future__ import annotations

import re
from functools import lru_cache

from recognizer.vocabulary.data import load
from recognizer.vocabulary.text import only_ideographs, plain, strip_numbering

LEVEL1: tuple[str, ...] = tuple(entry["name"] for entry in load("levels")["level1"])
LEVEL2: tuple[str, ...] = tuple(entry["name"] for entry in load("levels")["level2"])

_PARENT: dict[str, str] = {entry["name"]: entry["parent"] for entry in load("levels")["level2"]}

_REMARK = re.compile(r"[(\[<][^)\]>]*(?:[)\]>]|$)|\d+(?:\.\d+)?[分%]$")
_CODE = re.compile(r"^(?:[a-z]?\d{1,6}|[a-z](?=[-.、_:)])|[一二三四五六七八九十]{1,3}(?=[-.、_:)]))[-.、_:)]*")
_ORNAMENT = re.compile(r"[^\u4e00-\u9fff]+")


def _spellings(level: str) -> dict[str, str]:
    return {spelling: entry["name"] for entry in load("levels")[level] for spelling in (entry["name"], *entry["synonyms"])}


_LEVEL1_SPELLINGS = _spellings("level1")
_LEVEL2_SPELLINGS = _spellings("level2")
_FRAMEWORK: dict[str, str] = {name: level2 for level2, names in load("framework")["names"].items() for name in names}
_LONGEST_LABEL = 40  # characters; a longer text is no label, whatever it begins with


@lru_cache(maxsize=65536)
def _bare(text: str) -> str:
    """A label without blanks, a code in front, remarks in brackets and punctuation."""
    if len(text) > _LONGEST_LABEL:
        return ""
    label = plain(text)
    if only_ideographs(label):
        return label
    label = _CODE.sub("", _REMARK.sub("", label))
    return _ORNAMENT.sub("", label)


def level1_of(text: str) -> str | None:
    """The canonical level 1 that a printed label names (1-产出指标, 产出指标（50分）, 产出), None if it names none."""
    return _LEVEL1_SPELLINGS.get(_bare(text))


def level2_of(text: str) -> str | None:
    """The canonical level 2 that a printed label names (11-数量指标, 产出数量, 社会效益), None if it names none.

    成本指标 and 满意度指标 are labels of both levels.
    """
    return _LEVEL2_SPELLINGS.get(_bare(text))


def parent_of(level2: str) -> str | None:
    """The canonical level 1 above a canonical level 2; 成本指标 as a level 2 stands below 产出指标."""
    return _PARENT.get(level2)


def children_of(level1: str) -> tuple[str, ...]:
    """The canonical level 2 names below a canonical level 1, in the order of the published framework."""
    return tuple(level2 for level2, parent in _PARENT.items() if parent == level1)


@lru_cache(maxsize=65536)
def framework_level2(name: str) -> str | None:
    """The level 2 of an indicator name from the published evaluation framework (立项依据充分性 is of 项目立项), else None."""
    if len(name) > _LONGEST_LABEL:
        return None
    return _FRAMEWORK.get(_bare(strip_numbering(name)))
