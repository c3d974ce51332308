"""The collector of garbage is as it was once a document is done."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from recognizer.collecting import seldom_collecting


@pytest.fixture(params=[(700, 10, 10), (0, 10, 10)])
def usual(request: pytest.FixtureRequest) -> Iterator[tuple[int, int, int]]:
    before = gc.get_threshold()
    gc.set_threshold(*request.param)
    yield request.param
    gc.set_threshold(*before)


def test_thresholds_of_the_caller_come_back(usual: tuple[int, int, int]) -> None:
    with seldom_collecting():
        within = gc.get_threshold()
        with seldom_collecting():
            pass
        assert gc.get_threshold() == within, "the inner one ended, the outer one did not"
        assert within[2] > usual[2]
        assert (within[0] == 0) == (usual[0] == 0), "who wants no collection gets none"
    assert gc.get_threshold() == usual


def test_they_come_back_after_a_failure(usual: tuple[int, int, int]) -> None:
    @seldom_collecting()
    def fail() -> None:
        raise LookupError("no such page")

    with pytest.raises(LookupError, match="no such page"):
        fail()
    assert gc.get_threshold() == usual
