"""What makes a vocabulary file unfit: it is refused whole, and every problem is named with its line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from os import PathLike
from typing import ClassVar

from recognizer.concepts.entries import Concept, Kind
from recognizer.errors import RecognizerError
from recognizer.vocabulary import plain

# Which kind stands above which; the others stand alone.
ABOVE = {Kind.INDICATOR: Kind.LEVEL2, Kind.LEVEL2: Kind.LEVEL1}
SHOWN = 20  # problems that the message lists
_ID = re.compile(r"[a-z0-9]+(?:[.-][a-z0-9]+)*")

# What is said of each kind of problem, in English and Chinese.
_WORDS = {
    "unreadable": ("cannot be read: {detail}", "无法读取：{detail}"),
    "encoding": ("is not UTF-8", "不是 UTF-8 编码"),
    "csv": ("is no table: {detail}", "不是表格：{detail}"),
    "turtle": ("is no Turtle: {detail}", "不是 Turtle：{detail}"),
    "columns": ("lacks the columns {detail}", "缺少列 {detail}"),
    "columns_twice": ("has columns twice: {detail}", "列重复：{detail}"),
    "cells": ("has more cells than there are headings: {detail}", "单元格多于表头：{detail}"),
    "empty": ("leaves {detail} empty", "{detail} 为空"),
    "kind": ("no kind of concept: {detail}", "没有这种类别：{detail}"),
    "direction": ("no direction: {detail}", "没有这种方向：{detail}"),
    "id": ("no id (small letters, digits, dots, hyphens): {detail}", "编号只能用小写字母、数字、点和连字符：{detail}"),
    "id_twice": ("the id stands above already: {detail}", "编号前面已有：{detail}"),
    "orphan": ("the parent {detail} is not in the file", "上级 {detail} 不在文件中"),
    "no_parent": ("an indicator or level 2 without a parent: {detail}", "三级或二级指标没有上级：{detail}"),
    "parent_kind": ("the parent is of the wrong kind: {detail}", "上级的类别不对：{detail}"),
    "cycle": ("goes round in a circle: {detail}", "上下级成环：{detail}"),
    "name_twice": ("a name of two concepts under one parent: {detail}", "同一上级下两个概念共用名称：{detail}"),
    "nothing": ("holds no concept", "没有任何概念"),
}


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong at a line (from 1; 0 where it is about the file), as a word for the kind and a detail."""

    line: int
    kind: str
    detail: str = ""

    def __str__(self) -> str:
        words = _WORDS[self.kind][0].format(detail=self.detail)
        return f"line {self.line}: {words}" if self.line else words

    @property
    def chinese(self) -> str:
        """The same in Chinese."""
        words = _WORDS[self.kind][1].format(detail=self.detail)
        return f"第 {self.line} 行：{words}" if self.line else words


class VocabularyError(RecognizerError):
    """The vocabulary cannot be used; nothing of it was taken. `problems` are all that was found, by line."""

    exit_status: ClassVar[int] = 2

    def __init__(self, problems: Sequence[Problem], path: str | PathLike[str] | None = None) -> None:
        self.problems = tuple(sorted(problems, key=lambda problem: problem.line))
        listed = "; ".join(map(str, self.problems[:SHOWN]))
        more = len(self.problems) - SHOWN
        super().__init__(f"{listed}; and {more} more" if more > 0 else listed, path=path, stage="map",
                         hint="nothing of it was taken; `recognizer vocabulary check` lists what is wrong")

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), (self.problems, self.path)


def name_key(name: str) -> str:
    """What two spellings of one name share: without blanks, full width and case."""
    return plain(name)


def check_entries(entries: Sequence[tuple[int, Concept]]) -> list[Problem]:
    """All problems of the concepts, given with their lines."""
    problems: list[Problem] = []
    lines: dict[str, int] = {}
    for line, concept in entries:
        if not _ID.fullmatch(concept.id):
            problems.append(Problem(line, "id", concept.id))
        if concept.id in lines:
            problems.append(Problem(line, "id_twice", f"{concept.id}, {lines[concept.id]}"))
        lines.setdefault(concept.id, line)
    concepts = {concept.id: concept for _, concept in reversed(entries)}
    parents = parent_ids([concept for _, concept in entries])
    for line, concept in entries:
        problems += _parent_problems(line, concept, parents.get(concept.id), concepts, parents)
    return problems + _shared_names(entries, parents)


def parent_ids(concepts: Iterable[Concept]) -> dict[str, str]:
    """The id of each concept's parent, which the file may name by id or by name; left out where there is none."""
    concepts = list(concepts)
    ids = {concept.id for concept in concepts}
    names = {(concept.kind, concept.name): concept.id for concept in concepts}
    found = {}
    for concept in concepts:
        parent = concept.parent
        if parent:
            above = ABOVE.get(concept.kind)
            named = names.get((above, parent)) if above else None
            if parent in ids or named:
                found[concept.id] = parent if parent in ids else str(named)
    return found


def _parent_problems(
    line: int, concept: Concept, parent: str | None, concepts: Mapping[str, Concept], parents: Mapping[str, str],
) -> list[Problem]:
    above = ABOVE.get(concept.kind)
    if not concept.parent:
        return [Problem(line, "no_parent", concept.id)] if above else []
    if parent is None:
        return [Problem(line, "orphan", concept.parent)]
    chain = [concept.id]
    while chain[-1] in parents:
        chain.append(parents[chain[-1]])
        if chain[-1] in chain[:-1]:
            return [Problem(line, "cycle", " → ".join(chain))] if chain[-1] == concept.id else []
    if concepts[parent].kind is not above:
        return [Problem(line, "parent_kind", f"{concept.id} → {parent}")]
    return []


def _shared_names(entries: Sequence[tuple[int, Concept]], parents: Mapping[str, str]) -> list[Problem]:
    owners: dict[tuple[str, str], str] = {}
    problems = []
    for line, concept in entries:
        place = parents.get(concept.id) or f"({concept.kind})"
        for key, text in {name_key(one.text): one.text for one in concept.wordings}.items():
            owner = owners.setdefault((place, key), concept.id)
            if owner != concept.id:
                problems.append(Problem(line, "name_twice", f"{text} ({owner}, {concept.id})"))
    return problems
