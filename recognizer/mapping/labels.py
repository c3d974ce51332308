"""Printed labels of a form's head and of its funds, and the concepts of the vocabulary that they name."""

from __future__ import annotations

import re

from recognizer.concepts import Kind, Vocabulary, vocabulary_in_use
from recognizer.types import Canonical
from recognizer.vocabulary import level1_of, level2_of, plain

_REMARK = re.compile(r"[(\[<][^)\]>]*(?:[)\]>]|$)")
_ORNAMENT = re.compile(r"[^\u4e00-\u9fffa-z]+")
_YEAR = re.compile(r"(?:19|20)\d\d年?度?")
# What says nothing of which label it is: whose code or name it is before the end, of which year it is in front.
_AFTER = re.compile(r"(?:及(?:其)?(?:代码|编码|编号|联系电话)|名称|全称|简称|情况|明细|说明|预算数)+$")
_BEFORE = re.compile(r"^(?:其中|本年度?|当年度?|全年度?|年度|年内|今年|年初|项目|资金|预算|支出|专项|任务|政策|具体)+")
_PART = 3  # a label counts by a part of it where that is a third of it or more
_LONGEST = 30  # characters; a longer text is no label
_LEVELS = {Kind.LEVEL1: level1_of, Kind.LEVEL2: level2_of}


def map_label(label: str, kind: Kind, vocabulary: Vocabulary | None = None) -> Canonical | None:
    """The concept of this kind (a level, an attribute, an item of funds) that a printed label names, None for none.

    The same words count 1; without year, code and remark .95; a longer label that begins or ends with a known one less.
    """
    used = vocabulary or vocabulary_in_use()
    return _mapped(label, kind, used, _labels_of(kind, used))


class _Labels(dict[str, tuple[str, str]]):
    """The concepts of a kind by their names, as they are compared."""

    def __init__(self, vocabulary: Vocabulary, kind: Kind) -> None:
        super().__init__()
        self.vocabulary = vocabulary
        for concept in vocabulary.of_kind(kind):
            for wording in concept.wordings:
                for form in (_bare(wording.text), _core(wording.text)):
                    if form:
                        self.setdefault(form, (concept.id, concept.name))


_made: dict[Kind, _Labels] = {}


def _labels_of(kind: Kind, vocabulary: Vocabulary) -> _Labels:
    """The labels of a kind in a vocabulary, made once as long as the vocabulary stays the same."""
    made = _made.get(kind)
    if made is None or made.vocabulary is not vocabulary:
        made = _made[kind] = _Labels(vocabulary, kind)
    return made


def _mapped(label: str, kind: Kind, vocabulary: Vocabulary, known: _Labels) -> Canonical | None:
    if len(label) > _LONGEST:
        return None
    if kind in _LEVELS:
        name = _LEVELS[kind](label)
        concept = next((one for one in vocabulary.of_kind(kind) if one.name == name), None)
        found = (concept.id, concept.name) if concept else known.get(_bare(label))
        return Canonical(*found, 1.0) if found else None
    for form, score in ((_bare(label), 1.0), (_core(label), 0.95)):
        if form in known:
            return Canonical(*known[form], score)
    return _by_part(_bare(label), known) or _by_part(_core(label), known)


def _by_part(form: str, known: _Labels) -> Canonical | None:
    """The concept of the longest known label that the form ends with, or else begins with."""
    for size in range(len(form) - 1, max(2, -(-len(form) // _PART)) - 1, -1):
        for part in (form[-size:], form[:size]):
            if part in known:
                return Canonical(*known[part], round(0.6 + 0.3 * size / len(form), 4))
    return None


def _bare(label: str) -> str:
    line = _YEAR.sub("", plain(label)).removeprefix("其中:")
    return _ORNAMENT.sub("", _REMARK.sub("", line)) or _ORNAMENT.sub("", line)


def _core(label: str) -> str:
    form = _AFTER.sub("", _bare(label))
    return _BEFORE.sub("", form) or form
