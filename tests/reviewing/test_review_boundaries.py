"""Joining a cell with its neighbour, splitting it, and what else the model holds possible of it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import jsonschema
import numpy as np
import pytest
from desks import LI, PDF, TEXT, decision, document, first, stored
from hypothesis import given
from hypothesis import strategies as st

from recognizer.context import context_of
from recognizer.exporting import document_schema
from recognizer.reviewing import Filters, Item, Queue, RefusedError, write_corrections
from recognizer.reviewing.beside import Beside, Neighbour
from recognizer.reviewing.boundaries import split, stands_in
from recognizer.reviewing.facts import Reading
from recognizer.reviewing.pictures import Sources
from recognizer.types import Cell, Grid, Piece, Place, Role


def indicator_of(document: dict[str, object], item: Item) -> dict[str, object]:
    found: dict[str, object] = document["projects"][item.table]["indicators"][item.pointer[3]]  # type: ignore[index]
    return found


@pytest.fixture
def beside_a_value(queue: Queue) -> tuple[Item, Neighbour]:
    """A value of a text and a cell beside it."""
    sources = Sources(queue.folder)
    for item in queue.listed(Filters(document=TEXT, kind="value"), 100):
        for near in sources.beside(item).neighbours(item):
            if near.field == "text" and near.text:
                return item, near
    raise AssertionError("no value has a neighbour")


@pytest.mark.parametrize(("name", "kind"), [(TEXT, "value"), (PDF, "fund")])
def test_the_cells_of_facts_are_found_among_the_stored_ones_with_their_neighbours(queue: Queue, name: str, kind: str) -> None:
    sources = Sources(queue.folder)
    facts = [one for one in queue.of_document(queue.listed(Filters(document=name), 1)[0]) if one.kind == kind][:40]
    found = 0
    for item in facts:
        beside = sources.beside(item)
        index = beside.cell_of(item, "text")
        if index is None:
            continue
        assert item.reading.text in "".join(beside.context.cells[index].text.split())
        found += bool(beside.neighbours(item))
    assert found > 0.9 * len(facts) > 0


def test_a_part_of_a_packed_cell_has_no_neighbours_of_its_own(queue: Queue) -> None:
    sources = Sources(queue.folder)
    packed = queue.listed(Filters(document=PDF, kind="value"), 10)
    assert packed
    assert not any(sources.beside(item).neighbours(item) for item in packed)


def test_a_cell_joined_with_its_neighbour_holds_both_texts_and_places_until_it_is_undone(
    queue: Queue, beside_a_value: tuple[Item, Neighbour], tmp_path: Path
) -> None:
    item, near = beside_a_value
    opened = queue.open(LI, item.id)
    assert opened is not None
    action = queue.decide(LI, decision(opened, "join", neighbour=near))
    made = document(queue, item.document)
    jsonschema.validate(made, document_schema())
    details = indicator_of(made, item)["value_details"][item.reading.period]  # type: ignore[index]
    now = queue.look(item.id)
    assert now is not None
    parts = [near.text, item.reading.text] if near.side in ("left", "above") else [item.reading.text, near.text]
    assert now.reading.text == "".join(parts)
    assert indicator_of(made, item)["values"][item.reading.period] == "".join(parts)  # type: ignore[index]
    assert all(place in details["at"] for place in near.places)
    assert details["provenance"] == "corrected"
    assert write_corrections(queue.engine, tmp_path / "corrections.jsonl") >= 1
    line = json.loads((tmp_path / "corrections.jsonl").read_text("utf-8").splitlines()[0])
    assert line["after"]["joined"] == [
        {"field": "text", "side": near.side, "text": near.text, "at": list(near.places)}]
    queue.undo(LI, action)
    assert document(queue, item.document) == stored(queue, item.document)


def test_a_fact_of_which_nothing_is_left_is_taken_out_with_the_join_and_comes_back_with_its_undo(queue: Queue) -> None:
    sources = Sources(queue.folder)
    facts = [one for one in queue.of_document(queue.listed(Filters(document=PDF), 1)[0]) if one.kind == "fund"]
    item, near, other = next(
        (one, near, other) for one in facts for near in sources.beside(one).neighbours(one) for other in facts
        if other.table == one.table and near.side == "right" and other.id != one.id and stands_in(other, near))
    opened = queue.open(LI, item.id)
    assert opened is not None
    action = queue.decide(LI, decision(opened, "join", neighbour=near))
    gone = queue.look(other.id)
    assert gone is not None
    assert gone.state == "rejected"
    made, before = document(queue, PDF), stored(queue, PDF)
    jsonschema.validate(made, document_schema())
    funds = made["projects"][item.table]["funds"]
    assert len(funds) == len(before["projects"][item.table]["funds"]) - 1
    assert item.reading.text + other.reading.text in {fund["raw"] for fund in funds}
    queue.undo(LI, action)
    assert queue.look(other.id) == other


def test_what_is_split_from_a_value_is_the_value_of_another_period(queue: Queue) -> None:
    item = first(queue, "value")
    text = item.reading.text
    wanted = {"cut": f"{text[:1]}|{text[1:]}", "keep": "second", "rest": "prior_year"}
    action = queue.decide(LI, decision(item, "split", fields=wanted))
    made = document(queue, item.document)
    jsonschema.validate(made, document_schema())
    values = indicator_of(made, item)["values"]
    assert isinstance(values, dict)
    assert (values[item.reading.period], values["prior_year"]) == (text[1:], text[:1])
    again = queue.open(LI, item.id)
    assert again is not None
    with pytest.raises(RefusedError) as refused:
        queue.decide(LI, decision(again, "correct", fields={"period": "prior_year"}))
    assert refused.value.key == "period_taken"
    queue.undo(LI, action)
    assert document(queue, item.document) == stored(queue, item.document)


def test_a_split_reaches_what_reads_the_same_and_one_undo_takes_it_back(queue: Queue) -> None:
    everything = [one for name in (TEXT, PDF) for one in queue.of_document(queue.listed(Filters(document=name), 1)[0])]
    before = {one.id: one for one in everything if one.kind == "value" and one.reading.name and len(one.reading.text) > 1}

    def reached(item: Item) -> int:
        cut = {"cut": f"{item.reading.text[:1]}|{item.reading.text[1:]}", "keep": "second"}
        return max(reach.number for reach in queue.reaches(LI, item, decision(item, "split", fields=cut)))

    item = max(before.values(), key=reached)
    number = reached(item)
    cut = {"cut": f"{item.reading.text[:1]}|{item.reading.text[1:]}", "keep": "second"}
    opened = queue.open(LI, item.id)
    assert opened is not None
    action = queue.decide(LI, decision(opened, "split", fields=cut, scope="everywhere"))
    changed = [queue.look(one) for one in before]
    assert sum(one is not None and one.reading != before[one.id].reading for one in changed) == number
    queue.undo(LI, action)
    assert [queue.look(one) for one in before] == list(before.values())


@given(st.text("甲乙丙 |%", min_size=1, max_size=8), st.integers(0, 8), st.sampled_from(["first", "second"]),
       st.sampled_from(["", "name", "mid_term", "annual", "never"]))
def test_a_split_loses_and_invents_no_character(text: str, place: int, keep: str, rest: str) -> None:
    before = Reading(text, "annual", "培训", "产出指标", "数量指标")
    try:
        made = split("value", before, {"cut": f"{text[:place]}|{text[place:]}", "keep": keep, "rest": rest})
    except RefusedError:
        return
    away = made.rest or made.name.removeprefix(before.name)
    if rest:
        assert sorted(made.text + away) == sorted("".join(text.split(" ")) if " " not in made.text + away else made.text + away)
    assert made.text in text
    assert away in text


@pytest.mark.parametrize(("wanted", "reason"), [
    ({"cut": "≥95%"}, "no_cut"), ({"cut": "|"}, "no_cut"), ({"cut": "≥9|6%"}, "no_cut"),
    ({"cut": "≥|95%", "rest": "annual"}, "period_taken"), ({"cut": "≥|95%", "rest": "never"}, "no_period")])
def test_a_split_that_changes_the_text_or_has_no_place_for_the_rest_is_refused(wanted: dict[str, str], reason: str) -> None:
    with pytest.raises(RefusedError) as refused:
        split("value", Reading("≥95%", "annual", "满意度", "满意度指标", "服务对象满意度指标"), wanted)
    assert refused.value.key == reason


def test_the_roles_and_periods_that_came_second_and_third_are_alternatives(queue: Queue) -> None:
    item = first(queue, "value")
    item = replace(item, at=({"lines": [1, 1]},), headings=(), reading=replace(item.reading, period="annual"))
    piece = Piece(item.reading.text, Place(lines=(1, 1)))
    context = context_of([Grid((Cell(0, 0, item.reading.text, (piece,)),), drawn=False)])
    roles = {"value": 0.6, "remark": 0.2, "standard": 0.15, "score": 0.05}
    periods = ("actual", "annual", "mid_term", "overall", "prior_year")
    times = np.array([[0.1, 0.5, 0.3, 0.04, 0.06]])
    beside = Beside(context, np.array([[roles.get(role.value, 0.0) for role in Role]]), times, periods)
    found = [(one.value, one.probability) for one in beside.alternatives(item) if one.field != "concept"]
    assert found == [("mid_term", 0.3), ("remark", 0.2), ("standard", 0.15), ("actual", 0.1)]


def test_alternatives_are_what_the_model_held_second_and_third_and_are_kept_with_the_item(queue: Queue) -> None:
    sources = Sources(queue.folder)
    kinds: set[str] = set()
    for item in queue.listed(Filters(), 200):
        found = sources.beside(item).alternatives(item)
        kinds |= {one.field for one in found}
        assert [one.probability for one in found] == sorted((one.probability for one in found), reverse=True)
        assert all(0 < one.probability <= 1 for one in found)
        assert sum(one.probability for one in found if one.field == "role") <= 1.001
        assert item.reading.period not in {one.value for one in found if one.field == "period"}
        assert item.reading.concept not in {one.value for one in found if one.field == "concept"}
    assert "concept" in kinds
    item = first(queue, "value")
    kept = queue.keep_alternatives(item, sources.beside(item).alternatives(item))
    assert queue.look(item.id) == kept
