"""Records as a JSON document: the schema of the gold records, and besides it the evidence of every fact.

A table may print one attribute, goal or period twice, where the schema has room for one. Nothing is lost then: goals are
joined with a line break, the other texts are kept as `others` of the fact's details, and the fact is doubted as
`printed_twice`.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from dataclasses import asdict, replace
from importlib.resources import files
from typing import Any

from recognizer import __version__
from recognizer.exporting.review import doubtful_facts
from recognizer.exporting.text import writable
from recognizer.types import Attribute, Evidence, Fund, Goal, Indicator, Place, Project, Reading, Records, Value

SCHEMA_VERSION = "1.0"
PRINTED_TWICE = "printed_twice"

Json = dict[str, Any]

_ENCODER = json.JSONEncoder(ensure_ascii=False, allow_nan=False)
_NUMBERS = (int, float)
_PLACE = frozenset({"page", "bbox", "lines", "sheet", "cell", "inherited"})


def document_schema() -> Json:
    """The published JSON Schema (draft 2020-12) that every document's JSON meets."""
    schema: Json = json.loads(files("recognizer").joinpath("schema/document.schema.json").read_text("utf-8"))
    return schema


def to_json(records: Records) -> Json:
    """The JSON document of `records`, as plain dicts, lists, strings, finite numbers and None.

    Amounts (`amount`) are in the document's `amount_unit`, `amount_yuan` in yuan; confidences are probabilities from
    0 to 1; boxes are points from the top left corner of the page; pages and lines count from 1.
    """
    return {
        "schema_version": SCHEMA_VERSION,
        "source": writable(records.source),
        "city": writable(records.city),
        "publisher": writable(records.publisher),
        "fiscal_year": records.fiscal_year,
        "amount_unit": writable(records.amount_unit),
        "projects": [_project(project) for project in records.projects],
        "totals": [{"name": writable(total.name), **_funds(total.funds)} for total in records.totals],
        "recognizer": {
            "version": __version__,
            "model": writable(records.model),
            "options": {writable(key): writable(text) for key, text in records.options},
            "warnings": [writable(warning) for warning in records.warnings],
            "review_count": len(doubtful_facts(records)),
            "layout": None if records.layout is None else asdict(records.layout),
            "pages": [
                {"words": page.words, "lost": page.lost, "doubled": page.doubled, "invented": page.invented,
                 "remainder": writable(page.remainder)}
                for page in records.pages],
        },
    }


def to_text(document: Json) -> str:
    """The JSON text of a document, indented, with each place and each list of numbers on one line.

    Raises ValueError for a number that is not finite.
    """
    return _written(document, "\n") + "\n"


def with_source(text: str, name: str) -> str:
    """The text of a document, as `to_text` makes it, under another name."""
    before, _, rest = text.partition('\n "source": ')
    return f"{before}\n \"source\": {_ENCODER.encode(writable(name))},\n{rest.partition(chr(10))[2]}"


def _written(part: Any, margin: str) -> str:
    """A part of a document as JSON; `margin` is a line break and the blanks before the line that the part begins in.

    The standard library indents in plain Python, piece by piece; what stands on one line goes to its compiled encoder whole.
    """
    inner = margin + " "
    if isinstance(part, dict) and part:
        if part.keys() <= _PLACE and not any(isinstance(entry, dict) for entry in part.values()):
            return _ENCODER.encode(part)
        entries = [f"{_ENCODER.encode(key)}: {_written(entry, inner)}" for key, entry in part.items()]
        return f"{{{inner}{f',{inner}'.join(entries)}{margin}}}"
    if isinstance(part, list) and not all(type(entry) in _NUMBERS for entry in part):
        return f"[{inner}{f',{inner}'.join([_written(entry, inner) for entry in part])}{margin}]"
    return _ENCODER.encode(part)


def _project(project: Project) -> Json:
    attributes, attribute_details = _attributes(project.attributes)
    goals = _joined_goals(project.goals)
    return {
        "project_name": writable(project.name),
        "fiscal_year": project.fiscal_year,
        "name_details": _evidence(project.evidence),
        "attributes": attributes,
        "attribute_details": attribute_details,
        **_funds(project.funds),
        "goals": {goal.kind.value: writable(goal.text) for goal in goals},
        "goal_details": {goal.kind.value: _evidence(goal.evidence) for goal in goals},
        "indicators": [_indicator(indicator) for indicator in project.indicators],
    }


def _attributes(attributes: Iterable[Attribute]) -> tuple[Json, Json]:
    """Texts by key, and their evidence by key. A repeated key keeps its first text; another text goes to `others`."""
    texts: Json = {}
    details: Json = {}
    for attribute in attributes:
        key, text = writable(attribute.key), writable(attribute.text)
        if key not in texts:
            texts[key], details[key] = text, {**_evidence(attribute.evidence), "canonical_id": attribute.canonical}
        elif text != texts[key]:
            _add_other(details[key], text, attribute.evidence)
    return texts, details


def _funds(funds: Iterable[Fund]) -> Json:
    """`funds` as in the gold records and `fund_details` beside it, entry by entry."""
    listed = tuple(funds)
    return {
        "funds": [
            {"item": writable(fund.item), "path": [writable(part) for part in fund.path], "period": fund.period.value,
             "raw": writable(fund.raw), "amount": _number(fund.amount)}
            for fund in listed],
        "fund_details": [
            {"amount_yuan": _number(fund.amount_yuan), "canonical_id": fund.canonical, **_evidence(fund.evidence)}
            for fund in listed],
    }


def _joined_goals(goals: Iterable[Goal]) -> tuple[Goal, ...]:
    """One goal a kind: different texts of one kind are joined with a line break, the same text said twice is one."""
    joined: dict[str, Goal] = {}
    said: dict[str, set[str]] = {}
    for goal in goals:
        words = "".join(goal.text.split())
        if goal.kind not in joined:
            joined[goal.kind], said[goal.kind] = goal, {words}
        elif words not in said[goal.kind]:
            said[goal.kind].add(words)
            first, other = joined[goal.kind], goal.evidence
            evidence = replace(
                first.evidence,
                at=first.evidence.at + other.at,
                confidence=min(first.evidence.confidence, other.confidence),
                doubts=tuple(dict.fromkeys((*first.evidence.doubts, *other.doubts, PRINTED_TWICE))))
            joined[goal.kind] = Goal(goal.kind, f"{first.text}\n{goal.text}", evidence)
    return tuple(joined.values())


def _indicator(indicator: Indicator) -> Json:
    values, value_details = _values(indicator.values)
    canonical = indicator.canonical
    return {
        "level1": writable(indicator.level1),
        "level1_raw": writable(indicator.level1_raw),
        "level2": writable(indicator.level2),
        "level2_raw": writable(indicator.level2_raw),
        "name": writable(indicator.name),
        "values": values,
        "standard": writable(indicator.standard),
        "canonical": None if canonical is None else {
            "id": canonical.id, "name": canonical.name, "score": _probability(canonical.score)},
        "confidence": _probability(indicator.evidence.confidence),
        "at": _places(indicator.evidence.at),
        "provenance": {
            "level1": indicator.level1_provenance, "level2": indicator.level2_provenance, "name": indicator.name_provenance},
        "extra": _extra(indicator.extra),
        "doubts": list(indicator.evidence.doubts),
        "reasons": list(indicator.evidence.reasons),
        "accepted": indicator.evidence.accepted,
        "value_details": value_details,
    }


def _values(values: Iterable[Value]) -> tuple[Json, Json]:
    """Texts by period, and by period what they say taken apart; a repeated period is treated as a repeated attribute."""
    texts: Json = {}
    details: Json = {}
    for value in values:
        period, text = value.period.value, writable(value.text)
        if period not in texts:
            texts[period] = text
            details[period] = {**_reading(value.reading), **_evidence(value.evidence)}
        elif text != texts[period]:
            _add_other(details[period], text, value.evidence)
    return texts, details


def _reading(reading: Reading | None) -> Json:
    """The parts of a value's text; all None where it was not taken apart."""
    return {
        "kind": reading.kind if reading else None,
        "comparator": reading.comparator if reading else None,
        "quantity": _number(reading.quantity) if reading else None,
        "quantity_high": _number(reading.quantity_high) if reading else None,
        "unit": writable(reading.unit) if reading else None,
        "quantity_si": _number(reading.quantity_si) if reading else None,
        "unit_si": writable(reading.unit_si) if reading else None,
        "date": reading.date if reading else None,
        "qualitative": writable(reading.qualitative) if reading else None,
    }


def _extra(extra: Iterable[tuple[str, str]]) -> Json:
    """What else a row says by its printed heading; texts under one heading are joined with a line break."""
    texts: dict[str, list[str]] = {}
    for heading, text in extra:
        texts.setdefault(heading, []).append(text)
    return {writable(heading): writable("\n".join(parts)) for heading, parts in texts.items()}


def _add_other(details: Json, text: str, evidence: Evidence) -> None:
    details.setdefault("others", []).append({"text": text, **_evidence(evidence)})
    if PRINTED_TWICE not in details["doubts"]:
        details["doubts"].append(PRINTED_TWICE)


def _evidence(evidence: Evidence) -> Json:
    return {
        "confidence": _probability(evidence.confidence),
        "at": _places(evidence.at),
        "provenance": evidence.provenance,
        "doubts": list(evidence.doubts),
        "reasons": list(evidence.reasons),
        "accepted": evidence.accepted,
    }


def _places(places: Iterable[Place]) -> list[Json]:
    return [place for place in map(place_json, places) if place]


def place_json(place: Place) -> Json:
    """Only what is known of a place; an empty dict where nothing is."""
    known: Json = {}
    if place.page is not None:
        known["page"] = place.page
    if place.bbox is not None:
        known["bbox"] = [round(edge, 2) for edge in place.bbox]
    if place.lines is not None:
        known["lines"] = list(place.lines)
    if place.sheet is not None:
        known["sheet"] = place.sheet
    if place.cell is not None:
        known["cell"] = place.cell
    if known and place.inherited:
        known["inherited"] = True
    return known


def _number(number: float | None) -> float | None:
    """JSON has no infinity and no not-a-number: they say nothing and become None."""
    return number if number is not None and math.isfinite(number) else None


def _probability(probability: float) -> float:
    """Four digits are more than any calibration can vouch for."""
    return round(probability, 4) if math.isfinite(probability) else 0.0
