"""What a decision does: to the queue, as far as it reaches, and in the exports."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import jsonschema
from desks import LI, PDF, TEXT, WANG, decision, document, first, stored, url_of

from recognizer.exporting import document_schema
from recognizer.exporting.database import write_database
from recognizer.reviewing import Filters, Queue, reviewed_documents, write_corrections


def test_accepted_facts_leave_the_queue_and_are_accepted_in_the_export(queue: Queue, run: Path) -> None:
    item = first(queue, "value")
    before = document(queue, item.document)["recognizer"]["review_count"]
    queue.decide(LI, decision(item))
    made = document(queue, item.document)
    jsonschema.validate(made, document_schema())
    details = made["projects"][item.table]["indicators"][item.pointer[3]]["value_details"][item.reading.period]
    assert (details["accepted"], details["doubts"], details["provenance"]) == (True, [], "printed")
    assert made["reviewed_by"] == "李"
    assert made["recognizer"]["review_count"] < before
    assert stored(queue, item.document)["recognizer"]["review_count"] == before, "the original reading is kept"


def test_a_corrected_value_is_taken_apart_anew_and_says_who_changed_what(queue: Queue, run: Path, tmp_path: Path) -> None:
    item = first(queue, "value")
    queue.decide(LI, decision(item, "correct", fields={"text": "≥97%"}, why="看错"))
    made = document(queue, item.document)
    jsonschema.validate(made, document_schema())
    indicator = made["projects"][item.table]["indicators"][item.pointer[3]]
    details = indicator["value_details"][item.reading.period]
    assert indicator["values"][item.reading.period] == "≥97%"
    assert (details["comparator"], details["quantity"], details["unit"]) == ("≥", 97.0, "%")
    assert details["provenance"] == "corrected"
    entry = made["audit"]["decisions"][0]
    assert (entry["who"], entry["before"], entry["after"]) == ("李", {"text": item.reading.text}, {"text": "≥97%"})
    write_database(tmp_path / "records.sqlite", reviewed_documents(queue.folder, url_of(queue)), [])
    with sqlite3.connect(tmp_path / "records.sqlite") as database:
        assert database.execute("SELECT provenance FROM indicator_values WHERE value = '≥97%'").fetchone() == ("corrected",)


def test_a_corrected_name_holds_for_all_values_of_the_indicator_and_is_mapped_anew(queue: Queue, run: Path) -> None:
    item = first(queue, "value")
    queue.decide(LI, decision(item, "correct", fields={"name": "培训人数", "level2": "数量指标", "level1": "产出指标"}))
    made = document(queue, item.document)
    indicator = made["projects"][item.table]["indicators"][item.pointer[3]]
    assert (indicator["name"], indicator["level2"], indicator["provenance"]["name"]) == ("培训人数", "数量指标", "corrected")
    original = stored(queue, item.document)["projects"][item.table]["indicators"][item.pointer[3]]
    assert indicator["level2_raw"] == original["level2_raw"]
    siblings = [one for one in queue.of_document(item) if one.owner == item.owner and one.kind == "value"]
    assert {one.reading.name for one in siblings} == {"培训人数"}


def test_another_role_takes_a_fact_out_and_undo_brings_it_back(queue: Queue, run: Path) -> None:
    item = first(queue, "fund")
    before = len(document(queue, item.document)["projects"][item.table]["funds"])
    action = queue.decide(LI, decision(item, "reject", why="role: remark"))
    made = document(queue, item.document)
    jsonschema.validate(made, document_schema())
    assert len(made["projects"][item.table]["funds"]) == len(made["projects"][item.table]["fund_details"]) == before - 1
    assert queue.undo(LI, action) == item.id
    assert document(queue, item.document) == stored(queue, item.document)


def test_a_reach_never_goes_by_text_alone_and_one_undo_takes_it_back(queue: Queue) -> None:
    everything = {one.id: one for name in (TEXT, PDF) for one in queue.of_document(queue.listed(Filters(document=name), 1)[0])}
    values = [one for one in everything.values() if one.kind == "value"]
    item = max(values, key=lambda one: sum(one.reading.text == other.reading.text for other in values))
    same_text = {one.id for one in values if one.reading.text == item.reading.text}
    fields = {"text": f"{item.reading.text}x"}
    reached = {reach.scope: reach.number for reach in queue.reaches(LI, item, decision(item, "correct", fields=fields))}
    taken = queue.open(LI, item.id)
    assert taken is not None
    action = queue.decide(LI, decision(taken, "correct", fields=fields, scope="everywhere"))
    after = {number: queue.look(number) for number in everything}
    changed = {number for number, one in after.items() if one is not None and one.reading != everything[number].reading}
    labels = {(one.reading.name, one.reading.level1, one.reading.level2, one.reading.period)
              for one in values if one.id in changed}
    assert item.id in changed < same_text
    assert len(labels) == 1
    assert len(changed) == max(reached.values())
    queue.undo(LI, action)
    assert {number: queue.look(number) for number in everything} == everything


def test_a_period_reaches_its_column_of_the_table(queue: Queue) -> None:
    item = first(queue, "value")
    wanted = next(period for period in ("mid_term", "full_cycle") if period != item.reading.period)
    column = [one for one in queue.of_document(item)
              if one.kind == "value" and one.table == item.table and one.reading.period == item.reading.period]
    reached = {reach.scope: reach for reach in queue.reaches(LI, item, decision(item, "correct", fields={"period": wanted}))}
    assert reached["table"].number == len(column)
    queue.decide(LI, decision(item, "correct", fields={"period": wanted}, scope="table"))
    now = [queue.look(one.id) for one in column]
    assert {one.reading.period for one in now if one} == {wanted}


def test_what_was_decided_since_is_not_undone_with_it(queue: Queue) -> None:
    item = first(queue, "value")
    action = queue.decide(LI, decision(item, "correct", fields={"text": "一"}))
    again = queue.open(WANG, item.id)
    assert again is not None
    queue.decide(WANG, decision(again, "correct", fields={"text": "二"}))
    queue.undo(LI, action)
    kept = queue.look(item.id)
    assert kept is not None
    assert kept.reading.text == "二"
    assert queue.undo(LI, action) is None


def test_a_contact_sheet_accepts_all_but_the_odd_ones(queue: Queue) -> None:
    start, number = queue.sheets()[0]
    shown = queue.sheet(LI, start.id)
    assert len(shown) == number > 1
    odd, rest = shown[0], shown[1:]
    queue.accept_sheet(LI, "sheet", [one.id for one in rest], {one.id: one.seen for one in rest})
    states = {one.id: getattr(queue.look(one.id), "state", None) for one in shown}
    assert states == {odd.id: "open", **{one.id: "accepted" for one in rest}}


def test_skipped_items_come_when_asked_for(queue: Queue) -> None:
    item = first(queue, "value")
    queue.decide(LI, decision(item, "skip"))
    following = queue.next(LI, Filters(kind="value"))
    assert following is None or following.id != item.id
    assert [one.id for one in queue.listed(Filters(state="skipped"))] == [item.id]


def test_corrections_leave_as_portable_lines(queue: Queue, tmp_path: Path) -> None:
    item = first(queue, "value")
    queue.decide(LI, decision(item, "correct", fields={"text": "≥97%"}, why="看错"))
    undone = queue.next(LI)
    assert undone is not None
    queue.undo(LI, queue.decide(LI, decision(undone)))
    assert write_corrections(queue.engine, tmp_path / "corrections.jsonl") == 1
    line = json.loads((tmp_path / "corrections.jsonl").read_text("utf-8"))
    assert (line["before"]["text"], line["after"]["text"], line["why"]) == (item.reading.text, "≥97%", "看错")
    assert (line["document"], line["context"]["city"], line["fact"]) == (item.document, item.city, list(item.pointer))


def test_decisions_outlive_a_new_run(queue: Queue, run: Path) -> None:
    item = first(queue, "value")
    queue.decide(LI, decision(item, "correct", fields={"text": "≥97%"}))
    path = run / "documents" / f"{item.document}.json"
    changed = stored(queue, item.document)
    changed["projects"][item.table]["indicators"].insert(0, changed["projects"][item.table]["indicators"][-1])
    path.write_text(json.dumps(changed, ensure_ascii=False), "utf-8")
    assert queue.fill() == 1
    indicators = document(queue, item.document)["projects"][item.table]["indicators"]
    assert indicators[int(item.pointer[3]) + 1]["values"][item.reading.period] == "≥97%"
