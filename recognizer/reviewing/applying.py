"""What was decided in the queue, put into a document's JSON. Pure but for the vocabulary, which names a corrected name's concept.

The printed labels (`level1_raw`, `level2_raw`) and the places stay as they were read, and `audit` has every reading before and
after. A reviewed fact is accepted, its doubts are settled, and its confidence is that of a person's single look.
"""

from __future__ import annotations

import copy
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from recognizer.exporting import doubtful_facts
from recognizer.exporting.loading import to_records
from recognizer.mapping import map_name, parse_amount, parse_value
from recognizer.reviewing.boundaries import BEFORE
from recognizer.reviewing.items import Item

REVIEWED = 0.9996  # people who key a field once err .37 times in 1,000 (PLoS ONE 7(4) e35087)
SEEN = ("accepted", "corrected")

Json = dict[str, Any]


def applied(document: Json, items: Iterable[Item], reviewers: Sequence[str], audit: Sequence[Mapping[str, Any]]) -> Json:
    """The document with its facts as the items read, and with `reviewed_by` and `audit`; the document given is not changed."""
    made = copy.deepcopy(document)
    by_holder: dict[tuple[str | int, ...], list[Item]] = defaultdict(list)
    for item in items:
        by_holder[item.pointer[:4] if item.kind in ("value", "indicator") else item.pointer[:2]].append(item)
    gone: list[tuple[str | int, ...]] = []
    for holder, own in by_holder.items():
        if own[0].kind in ("value", "indicator"):
            _apply_to_indicator(made["projects"][holder[1]]["indicators"][holder[3]], own)
            gone += [item.pointer for item in own if item.kind == "indicator" and item.state == "rejected"]
        else:
            whole = made[str(holder[0])][holder[1]]
            for item in own:
                _apply(whole, item, made["amount_unit"])
            gone += [item.pointer for item in own if item.kind in ("fund", "total") and item.state == "rejected"]
            _rename_goals(whole, [item for item in own if item.kind == "goal" and item.state != "rejected"])
    for pointer in sorted(gone, key=str, reverse=True):
        _mark_gone(made, pointer)
    _sweep(made)
    made["recognizer"]["review_count"] = len(doubtful_facts(to_records(made)))
    made["reviewed_by"] = ", ".join(reviewers)
    made["audit"] = {"decisions": [dict(entry) for entry in audit]}
    return made


def _apply_to_indicator(indicator: Json, items: Sequence[Item]) -> None:
    """Levels, name and concept are the same in all its items; each value has its own text and period."""
    reading = items[0].reading
    renamed = False
    for field in ("level1", "level2", "name"):
        text = getattr(reading, field) or None
        if text != indicator[field]:
            indicator[field], indicator["provenance"][field], renamed = text, "corrected", True
    concept = indicator["canonical"]["id"] if indicator["canonical"] else ""
    if reading.concept != concept:
        indicator["canonical"] = _chosen(reading.concept)
    elif renamed and indicator["name"]:
        value = next(iter(indicator["values"].values()), None)
        match = map_name(indicator["name"], indicator["level2"], indicator["level1"], value)
        indicator["canonical"] = {"id": match.id, "name": match.name, "score": match.score} if match else None
    by_period = {str(item.pointer[5]): item for item in items if item.kind == "value"}
    if any(item.state in SEEN for item in items):
        open_doubts = list(indicator["doubts"])
        _accept(indicator)
        for period, details in indicator["value_details"].items():
            if period not in by_period or by_period[period].state not in SEEN:
                details["doubts"] = list(dict.fromkeys((*open_doubts, *details["doubts"])))
    values, value_details = {}, {}
    for period, text in indicator["values"].items():
        item, details = by_period.get(period), indicator["value_details"][period]
        if item is None:
            values[period], value_details[period] = text, details
            continue
        if item.state == "rejected":
            continue
        if item.reading.text != text:
            details |= asdict(parse_value(item.reading.text))
        if item.reading.text != text or item.reading.period != period:
            details["provenance"] = "corrected"
        _join(item, "text", details)
        if item.state in SEEN:
            _accept(details)
        values[item.reading.period], value_details[item.reading.period] = item.reading.text, details
        _split_off(item, values, value_details, details, parsed=True)
    for item in items:
        _join(item, "name", indicator)
        if item.kind == "indicator":
            printed = {"at": [place for place in indicator["at"] if not place.get("inherited")], "provenance": "corrected"}
            accepted = {name: indicator[name] for name in ("confidence", "doubts", "reasons", "accepted")}
            _split_off(item, values, value_details, printed | accepted, parsed=True)
    indicator["values"], indicator["value_details"] = values, value_details


def _join(item: Item, field: str, details: Json) -> None:
    """The places of the neighbours that a text was joined with, in the order in which they are read."""
    for entry in json.loads(item.reading.joined) if item.reading.joined else []:
        if entry["field"] != field:
            continue
        new = [place for place in entry["at"] if place not in details["at"]]
        details["at"] = [*new, *details["at"]] if entry["side"] in BEFORE else [*details["at"], *new]


def _split_off(item: Item, texts: Json, its: Json, details: Json, *, parsed: bool) -> None:
    """What was split from a text, as the text of a period of its own."""
    said = item.reading
    if said.rest and said.rest_period not in texts and item.state != "rejected":
        texts[said.rest_period] = said.rest
        its[said.rest_period] = copy.deepcopy(details) | (asdict(parse_value(said.rest)) if parsed else {})
        its[said.rest_period]["provenance"] = "corrected"


def _chosen(concept: str) -> Json | None:
    from recognizer.concepts import concept as entry_of

    entry = entry_of(concept) if concept else None
    return {"id": entry.id, "name": entry.name, "score": 1.0} if entry else None


def _apply(holder: Json, item: Item, unit: str | None) -> None:
    """A fact of a project (or of a total row) that is no indicator's; goals are renamed afterwards, amounts removed."""
    reading, key = item.reading, item.pointer[-1]
    if item.kind in ("fund", "total"):
        fund, details = holder["funds"][key], holder["fund_details"][key]
        if reading.text != fund["raw"]:
            fund["raw"] = reading.text
            fund["amount"], details["amount_yuan"] = parse_amount(reading.text, unit)
            details["provenance"] = "corrected"
        if reading.period != fund["period"]:
            fund["period"], details["provenance"] = reading.period, "corrected"
    elif item.kind == "project":
        details = holder["name_details"]
        if item.state == "rejected":
            holder["project_name"] = None
        elif reading.text != (holder["project_name"] or ""):
            holder["project_name"], details["provenance"] = reading.text, "corrected"
    else:
        texts, its = ("goals", "goal_details") if item.kind == "goal" else ("attributes", "attribute_details")
        details = holder[its][key]
        if item.state == "rejected":
            del holder[texts][key], holder[its][key]
        elif reading.text != holder[texts][key] or (item.kind == "goal" and reading.period != key):
            holder[texts][key], details["provenance"] = reading.text, "corrected"
    _join(item, "text", details)
    if item.state in SEEN:
        _accept(details)
    if item.kind == "goal":
        _split_off(item, holder["goals"], holder["goal_details"], details, parsed=False)


def _rename_goals(project: Json, goals: Sequence[Item]) -> None:
    kinds = {str(item.pointer[-1]): item.reading.period for item in goals}
    if any(kind != now for kind, now in kinds.items()):
        for held in ("goals", "goal_details"):
            project[held] = {kinds.get(kind, kind): entry for kind, entry in project[held].items()}


def _accept(details: Json) -> None:
    details["confidence"], details["accepted"], details["doubts"], details["reasons"] = REVIEWED, True, [], []


def _mark_gone(document: Json, pointer: Sequence[str | int]) -> None:
    """Removing at once would move what stands behind it."""
    holder = document[str(pointer[0])][pointer[1]]
    holder[str(pointer[2])][pointer[3]] = None
    if pointer[2] == "funds":
        holder["fund_details"][pointer[3]] = None


def _sweep(document: Json) -> None:
    for holder in (*document["projects"], *document["totals"]):
        for listed in ("funds", "fund_details", "indicators"):
            if listed in holder:
                holder[listed] = [entry for entry in holder[listed] if entry is not None]
