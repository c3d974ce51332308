"""From decisions about facts to corrections of cells, and from these to a model: the way of `recognizer train --corrections`."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from desks import LI, RECOGNIZER, TEXT, decision

from recognizer.errors import UsageError
from recognizer.learning.decided import Decided, decided_in
from recognizer.learning.improving import LEARNED, improve
from recognizer.learning.portable import load_portable
from recognizer.model import load_model, shipped_model
from recognizer.reviewing import Filters, Item, Queue
from recognizer.shelf import SHIPPED, in_use, versions


@pytest.fixture
def opened(run: Path) -> Queue:
    queue = Queue(run)
    queue.fill()
    return queue


def items_of(queue: Queue, kind: str) -> list[Item]:
    """All facts of a kind in the text, accepted ones too."""
    first = queue.next(LI, Filters(document=TEXT))
    assert first is not None
    return [one for one in queue.of_document(first) if one.kind == kind]


def taught(queue: Queue) -> dict[str, str]:
    """What was decided, as texts of cells with their labels."""
    queue.close()
    return {one.cell.text: one.cell.label for one in decided_in(queue.folder, shipped_model()).corrections}


def test_a_corrected_period_is_that_of_the_values_cell(opened: Queue) -> None:
    value = next(one for one in items_of(opened, "value") if one.reading.period == "annual")
    free = {one.reading.period for one in items_of(opened, "value") if one.owner == value.owner}
    period = next(one for one in ("half_year", "mid_term", "actual") if one not in free)
    item = opened.open(LI, value.id)
    assert item is not None
    opened.decide(LI, decision(item, "correct", fields={"period": period}))
    found = taught(opened)
    assert found[value.reading.text] == f"value@{period}"


def test_an_accepted_value_speaks_for_its_name_too(opened: Queue) -> None:
    value = next(one for one in items_of(opened, "value") if one.reading.period == "annual")
    item = opened.open(LI, value.id)
    assert item is not None
    opened.decide(LI, decision(item, "accept"))
    found = taught(opened)
    assert found[value.reading.text] == "value@annual"
    assert [text for text, code in found.items() if code == "name" and value.reading.name in text]


def test_a_fact_that_is_something_else_teaches_what_its_cell_is(opened: Queue) -> None:
    goal = next(one for one in items_of(opened, "goal"))
    item = opened.open(LI, goal.id)
    assert item is not None
    opened.decide(LI, decision(item, "reject", why="role: prose; 不是指标值"))
    assert set(taught(opened).values()) == {"prose"}


def test_what_was_taken_back_teaches_nothing(opened: Queue) -> None:
    item = opened.open(LI, items_of(opened, "goal")[0].id)
    assert item is not None
    opened.undo(LI, opened.decide(LI, decision(item, "accept")))
    assert taught(opened) == {}


def test_a_folder_without_a_queue_is_refused(run: Path) -> None:
    with pytest.raises(UsageError, match="nothing was reviewed"):
        decided_in(run, shipped_model())


def test_a_retraining_leaves_a_version_with_its_card_and_takes_it_only_if_it_is_better(opened: Queue, tmp_path: Path) -> None:
    for value in items_of(opened, "value")[:8]:
        item = opened.open(LI, value.id)
        assert item is not None
        opened.decide(LI, decision(item, "accept"))
    opened.close()
    shared, shelf = tmp_path / "shared.jsonl", tmp_path / "models"
    found = improve([opened.folder], place=shelf, portable=shared, tables=10)
    assert found.judgement.lost == ()
    assert found.judgement.before.right == found.judgement.before.number  # all were read rightly: nothing can be better
    assert not found.taken
    assert in_use(shelf) == SHIPPED
    version = versions(shelf)[1]
    assert version.name == found.version
    card = version.card
    assert card["parent"] == SHIPPED
    assert card["corrections"]["cells"] == found.cells > 8
    assert card["figures"]["gold_lost"] == []
    model = load_model(version.folder)
    assert model.calibrator is not None
    assert model.calibrator.model == version.name
    assert load_portable(shared).corrections == load_portable(version.folder / LEARNED).corrections
    again = Decided()
    again.add(load_portable(shared))
    assert {one.why for one in again.corrections} == {""}


def test_the_command_refuses_what_is_no_correction(tmp_path: Path) -> None:
    (tmp_path / "facts.jsonl").write_text(json.dumps({"document": "a.pdf", "decision": "accepted"}), "utf-8")
    command = [*RECOGNIZER, "train", "--corrections", str(tmp_path / "facts.jsonl"), "--models", str(tmp_path / "models")]
    ended = subprocess.run(command, capture_output=True, text=True)
    assert ended.returncode == 2
    assert "facts.jsonl" in ended.stderr
    assert not (tmp_path / "models").exists()
