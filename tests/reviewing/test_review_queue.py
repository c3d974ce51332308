"""What the queue gives out: doubtful facts in order, by filters, to one reviewer at a time."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from desks import LI, PDF, WANG, decision, first
from sqlalchemy import text

from recognizer.reviewing import Filters, Queue, TakenError
from recognizer.reviewing.items import LEASE
from recognizer.reviewing.tables import QueueError


def test_the_queue_holds_what_needs_review_and_is_filled_once(queue: Queue, run: Path) -> None:
    read = (json.loads(path.read_text("utf-8")) for path in (run / "documents").glob("*.json"))
    expected = sum(document["recognizer"]["review_count"] for document in read)
    assert queue.progress(LI).open == expected > 20
    assert queue.fill() == 0


def test_items_come_by_doubt_and_weight_and_look_alikes_follow_each_other(queue: Queue) -> None:
    listed = queue.listed(Filters(), 1000)
    seen: list[str] = []
    for item in listed:
        if not seen or seen[-1] != item.likeness:
            assert item.likeness not in seen, "look-alikes are parted"
            seen.append(item.likeness)


def test_filters_give_what_they_say(queue: Queue) -> None:
    choices = queue.choices()
    for name, pairs in choices.items():
        for value, number in pairs:
            found = queue.listed(Filters(**{name: value}), 1000)
            assert len(found) == number
    assert {item.document for item in queue.listed(Filters(document=PDF), 1000)} == {PDF}


def test_two_reviewers_never_hold_the_same_item_until_a_lease_ends(run: Path) -> None:
    now = [1000.0]
    queue = Queue(run, clock=lambda: now[0])
    queue.fill()
    mine, theirs = queue.next(LI), queue.next(WANG)
    assert mine is not None
    assert theirs is not None
    assert mine.id != theirs.id
    with pytest.raises(TakenError):
        queue.decide(WANG, decision(mine))
    now[0] += LEASE + 1
    assert queue.next(WANG) == mine
    queue.decide(WANG, decision(mine))
    with pytest.raises(TakenError):
        queue.decide(LI, decision(mine, ticket="too late"))


def test_a_queue_of_the_first_version_is_brought_up_and_keeps_its_decisions(run: Path, database: str | None) -> None:
    queue = Queue(run, database)
    queue.fill()
    item = first(queue, "value")
    queue.decide(LI, decision(item))
    with queue.engine.begin() as connection:  # what it lacked
        for index in ("items_of_page", "items_in_order_with_doubts", "items_in_order_of_city", "items_in_order_of_kind"):
            connection.execute(text(f"DROP INDEX {index}"))
        for column in ("joined", "rest", "rest_period", "first_page", "last_page", "alternatives"):
            connection.execute(text(f"ALTER TABLE items DROP COLUMN {column}"))
        connection.execute(text("UPDATE about SET version = 1"))
    queue.close()
    queue = Queue(run, database)
    queue.fill()
    now = queue.look(item.id)
    assert now is not None
    assert (now.state, now.reading, now.seen) == ("accepted", item.reading, 1)
    assert queue.fill() == 0
    queue.close()


def test_a_queue_of_a_newer_version_is_refused_wherever_it_is(run: Path, database: str | None) -> None:
    queue = Queue(run, database)
    with queue.engine.begin() as connection:
        connection.execute(text("UPDATE about SET version = 99"))
    queue.close()
    with pytest.raises(QueueError, match="newer version"):
        Queue(run, database)
