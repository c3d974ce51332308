"""Rows made of texts are made once, and come in the order asked for."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recognizer import remembering
from recognizer.context import shapes
from recognizer.remembering import Floats, Remembered


def lengths(texts: Sequence[str]) -> Floats:
    return np.asarray([(len(text), text.count("a")) for text in texts], np.float32).reshape(len(texts), 2)


@given(st.lists(st.lists(st.text("ab", max_size=5), max_size=20), max_size=6))
def test_rows_are_those_of_the_texts_asked_for(batches: list[list[str]]) -> None:
    remembered = Remembered(2)
    for texts in batches:
        assert (remembered.rows(texts, lengths) == lengths(texts)).all()


def test_a_text_seen_again_is_not_made_again() -> None:
    made: list[str] = []

    def make(texts: Sequence[str]) -> Floats:
        made.extend(texts)
        return lengths(texts)

    remembered = Remembered(2)
    remembered.rows(["a", "b", "a"], make)
    remembered.rows(["b", "ab"], make)
    assert made == ["a", "b", "ab"]


def test_it_holds_no_more_than_it_may(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remembering, "MOST", 3)
    made: list[str] = []

    def make(texts: Sequence[str]) -> Floats:
        made.extend(texts)
        return lengths(texts)

    remembered = Remembered(2)
    remembered.rows(["a", "b"], make)
    assert (remembered.rows(["b", "aab", "bb"], make) == lengths(["b", "aab", "bb"])).all()
    remembered.rows(["aab"], make)
    assert made == ["a", "b", "b", "aab", "bb"]


def test_the_shape_of_a_text_does_not_depend_on_those_beside_it() -> None:
    texts = ["", "≥95%", "指标1：", "一级指标", "其中：财政拨款（万元）", "1、按时完成；2、全部验收。"]
    assert (shapes(texts) == np.concatenate([shapes([text]) for text in texts])).all()
