"""Two people asked about the same facts: who is asked about what, and how far they agree."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from desks import LI, WANG, decision, document
from hypothesis import given
from hypothesis import strategies as st

from recognizer.reviewing import Item, Queue, TakenError
from recognizer.reviewing.agreement import CHECK, kappa


@pytest.fixture
def watched(run: Path, database: str | None) -> Iterator[Queue]:
    """A queue whose every decided item is shown to a second reviewer."""
    opened = Queue(run, database, twice=1.0)
    opened.fill()
    yield opened
    opened.close()


def next_of(queue: Queue, who: object) -> Item:
    item = queue.next(who)  # type: ignore[arg-type]
    assert item is not None
    return item


def test_a_second_reviewer_sees_what_was_read_and_changes_nothing(watched: Queue) -> None:
    item = next_of(watched, LI)
    watched.decide(LI, decision(item, "correct", fields={"text": "改"}))
    assert next_of(watched, LI).state == "open", "nobody is asked twice"
    again = next_of(watched, WANG)
    assert (again.id, again.state, again.reading) == (item.id, CHECK, item.reading)
    before = document(watched, item.document)
    action = watched.decide(WANG, decision(again, "correct", check=True, fields={"text": "改"}))
    assert document(watched, item.document) == before
    agreed = watched.agreement()
    assert (agreed.checked, agreed.alike, agreed.differing) == (1, 1, ())
    assert next_of(watched, WANG).state == "open"
    watched.undo(WANG, action)
    assert watched.agreement().checked == 0
    assert next_of(watched, WANG).id == item.id


def test_where_two_differ_the_fact_is_named(watched: Queue) -> None:
    first = next_of(watched, LI)
    watched.decide(LI, decision(first))
    second = next_of(watched, LI)
    watched.decide(LI, decision(second, "reject", why="role: remark"))
    for _ in range(2):
        watched.decide(WANG, decision(next_of(watched, WANG), "accept", check=True))
    agreed = watched.agreement()
    assert (agreed.checked, agreed.alike, agreed.differing) == (2, 1, (second.id,))
    assert agreed.kappa == 0.0


def test_whoever_decided_first_cannot_be_the_second(watched: Queue) -> None:
    item = next_of(watched, LI)
    watched.decide(LI, decision(item))
    decided = watched.open(LI, item.id)
    assert decided is not None
    with pytest.raises(TakenError):
        watched.decide(LI, decision(decided, "accept", "again", check=True))


def test_a_share_of_the_decided_items_is_drawn(run: Path) -> None:
    queue = Queue(run, twice=0.2)
    queue.fill()
    number = 0
    while (item := queue.next(LI)) is not None:
        queue.decide(LI, decision(item))
        number += 1
    checked = 0
    while (item := queue.next(WANG)) is not None:
        queue.decide(WANG, decision(item, check=True))
        checked += 1
    assert 0.1 * number < checked < 0.3 * number
    queue.close()


def test_kappa_is_that_of_the_textbook() -> None:
    # Cohen 1960: 20 and 15 of 50 alike, observed .7, expected .5
    pairs = [("yes", "yes")] * 20 + [("yes", "no")] * 5 + [("no", "yes")] * 10 + [("no", "no")] * 15
    assert kappa(pairs) == pytest.approx(0.4)
    assert kappa([]) is None
    assert kappa([("yes", "yes")] * 3) is None


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("abc")), min_size=1))
def test_kappa_is_at_most_one_and_one_only_for_perfect_agreement(pairs: list[tuple[str, str]]) -> None:
    found = kappa(pairs)
    if found is not None:
        assert found <= 1
        assert (found > 0.999) == all(one == other for one, other in pairs)
