"""Why a fact is doubtful: the signals that lowered its confidence, the most important first, and what they mean in words."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from recognizer.calibration.signals import SOME, Floats

TELLING = 0.4  # log-odds that a signal must cost a fact to be named
MOST = 4  # reasons named of a fact

# Signals that tell the same story are named once, by the first of them that counts.
_STORY = {
    "together": "role", "unsure": "role", "name_role": "name", "name_join": "name", "row_above": "rows", "row_below": "rows",
    "level_inferred": "level", "level_inherited": "level", "level_unprinted": "level", "level": "level",
    "project_role": "project", "project_join": "project", "project_name": "boundary", "project_unnamed": "boundary",
    "project_restarts": "boundary", "document_role": "document", "document_join": "document", "document_unsure": "document",
    "strangeness": "document", "doubts": "checks", "other_period": "period",
}

WORDS: dict[str, tuple[str, str]] = {
    "role": ("unsure what its cells are", "不确定其单元格是什么"),
    "period": ("unsure of its period", "不确定属于哪个时期"),
    "join": ("unsure which pieces make one cell", "不确定哪些文字属于同一单元格"),
    "name": ("unsure of its indicator's name", "不确定其指标名称"),
    "rows": ("the rows around it are doubtful", "上下相邻的行存疑"),
    "level": ("its levels are carried over or inferred", "其级别为沿用或推断所得"),
    "project": ("much of its project is doubtful", "所在项目存疑较多"),
    "boundary": ("unsure where its project begins or ends", "不确定所在项目的起止"),
    "document": ("the document is unlike those known", "该文件与已知版式差异较大"),
    "unmapped": ("its name is not in the vocabulary", "名称不在受控词表中"),
    "unread": ("its value could not be taken apart", "指标值无法解析"),
    "checks": ("several checks fired", "多项校验不符"),
}


def reasons_of(signals: Floats, weights: Floats, names: tuple[str, ...]) -> list[tuple[str, ...]]:
    """What lowered the confidence of each fact, the most important first: keys of `WORDS`, or names of doubts.

    `signals` is (facts, signals), `weights` has one for each of the signals' `names`.
    """
    stories, told_by = _stories(names)
    costs = np.maximum(-signals * weights, 0.0) @ told_by
    costs[costs < TELLING] = 0.0
    order = np.argsort(-costs, axis=1, kind="stable")[:, :MOST]
    telling = np.count_nonzero(costs, axis=1)
    return [tuple(stories[story] for story in most[:told]) for most, told in zip(order.tolist(), telling.tolist(), strict=True)]


@lru_cache(maxsize=8)
def _stories(names: tuple[str, ...]) -> tuple[tuple[str, ...], Floats]:
    """The stories that signals of these names tell, and (signals, stories) 1 where one tells the other."""
    plain = [name.removeprefix(SOME) for name in names]
    told = [_STORY.get(name, name) for name in plain]
    stories = tuple(dict.fromkeys(told))
    return stories, np.array([[story == own for story in stories] for own in told], np.float64)
