#!/usr/bin/env python3
"""What the checks doubt: right facts (they should not) and injected damage (they should).

    checks.py [--show]

Right facts are those of the gold records, as a perfect reader would hand them over, and those that the shipped model reads
rightly in eval/documents and in the PDFs made of them. Damage is put into the gold records one fact at a time; it counts as
doubted when a check names the damaged fact that did not name it before. --show counts what is doubted although right, by check.
"""

from __future__ import annotations

import argparse
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from readings import RULED, SHADED

from recognizer.checking import CHECKS, doubted
from recognizer.checking.expectations import expectation
from recognizer.digitizing import digitize
from recognizer.mapping import map_records
from recognizer.measuring.facts import facts, matched
from recognizer.measuring.gold import load_gold
from recognizer.resources import gold_folder
from recognizer.types import Evidence, Fund, Indicator, Period, Project, Records, Total, Value

EVALUATION = Path(__file__).resolve().parent
SEED = 5  # of the places by which decimal points are moved
NAMES = {check.name for check in CHECKS}
FLIPPED = {"≥": "≤", "≤": "≥", ">": "<", "<": ">", "＞": "＜", "＜": "＞", "大于": "小于", "小于": "大于"}
FAULTS = ("fused_numbers", "fused_words", "swapped", "flipped", "decimal")


@dataclass(frozen=True, slots=True)
class Damaged:
    """Records with one fault put in, and the facts that are wrong by it: (kind, project, index, period)."""

    fault: str
    records: Records
    spots: tuple[tuple[str, int, int, str], ...]


def measure_checks() -> dict[str, dict[str, dict[str, float]]]:
    """Shares doubted although right, by where the facts come from, and of injected damage, by fault.

    gold: of the gold records; read: of what the model reads rightly, doubted by a check; read_any: by anything at all.
    """
    right = {"gold": Counter[bool](), "read": Counter[bool](), "read_any": Counter[bool]()}
    for gold in load_gold(gold_folder()):
        right["gold"].update(bool(evidence.doubts) for _, evidence in _facts(doubted(gold_records(gold.records))))
    for doubts in read_rightly():
        right["read"].update([bool(NAMES & set(doubts))])
        right["read_any"].update([bool(doubts)])
    caught: dict[str, Counter[bool]] = {fault: Counter() for fault in FAULTS}
    for gold in load_gold(gold_folder()):
        records = gold_records(gold.records)
        before = _named(records)
        for damaged in damage(records):
            after = _named(damaged.records)
            caught[damaged.fault].update([any(after.get(spot, set()) - before.get(spot, set()) for spot in damaged.spots)])
    caught["fused"] = caught["fused_numbers"] + caught["fused_words"]
    return {"right": {name: _share(counts) for name, counts in right.items()},
            "damage": {fault: _share(counts) for fault, counts in caught.items()}}


def _share(counts: Counter[bool]) -> dict[str, float]:
    return {"share": counts[True] / max(counts.total(), 1), "number": counts.total()}


def _facts(records: Records) -> Iterator[tuple[tuple[str, int, int, str], Evidence]]:
    """Every fact that a check may doubt, with its evidence; a value has the doubts of its indicator too."""
    for number, project in enumerate(records.projects):
        for index, fund in enumerate(project.funds):
            yield ("fund", number, index, ""), fund.evidence
        for index, indicator in enumerate(project.indicators):
            yield ("indicator", number, index, ""), indicator.evidence
            for value in indicator.values:
                doubts = (*indicator.evidence.doubts, *value.evidence.doubts)
                yield ("value", number, index, value.period), replace(value.evidence, doubts=doubts)
    for number, total in enumerate(records.totals):
        for index, fund in enumerate(total.funds):
            yield ("total", number, index, ""), fund.evidence


def _named(records: Records) -> dict[tuple[str, int, int, str], set[str]]:
    return {spot: set(evidence.doubts) for spot, evidence in _facts(doubted(records)) if evidence.doubts}


def read_rightly() -> Iterator[tuple[str, ...]]:
    """The doubts of each fact that the shipped model reads rightly in the real documents and in the PDFs made of them."""
    for path, record in documents():
        wanted, found = facts(record, digitize(path).to_json())
        yield from (fact.doubts for fact, right in matched(found, wanted)
                    if right and fact.kind in ("value", "indicator", "fund", "goal", "attribute", "total"))


def documents() -> Iterator[tuple[Path, dict[str, Any]]]:
    """The real documents and the PDFs with their gold records."""
    for gold in load_gold(gold_folder()):
        yield EVALUATION / "documents" / gold.source, gold.records
    for stem in (*RULED, *SHADED):
        yield EVALUATION / "pdfs" / f"{stem}.pdf", load_gold(EVALUATION / "pdfs" / f"{stem}.json")[0].records


def damage(records: Records) -> Iterator[Damaged]:
    """The records with one fault at a time: everywhere it can be put.

    fused_numbers, fused_words: the values of two rows, or of two periods of one row, in one cell; with a number in each, or not.
    swapped: half-year and annual values, or amounts, that differ. flipped: ≥ for ≤ and the like, where it is known which way
    the indicator should go. decimal: an amount's decimal point one or two places off.
    """
    chance = random.Random(SEED)
    for number, project in enumerate(records.projects):
        for index, indicator in enumerate(project.indicators):
            yield from _fused(records, number, index)
            yield from _swapped(records, number, index)
            for value in indicator.values:
                yield from _flipped(records, number, index, value)
        for index, fund in enumerate(project.funds):
            if fund.amount:
                moved = replace(fund, raw=_moved(fund.raw, chance.choice((-2, -1, 1, 2))))
                yield Damaged("decimal", _with_funds(records, number, {index: moved}), (("fund", number, index, ""),))
            half = [other for other, one in enumerate(project.funds) if one.path == fund.path and one.period is Period.HALF_YEAR]
            if fund.period is Period.ANNUAL and half and project.funds[half[0]].amount != fund.amount:
                pair = {index: replace(fund, raw=project.funds[half[0]].raw),
                        half[0]: replace(project.funds[half[0]], raw=fund.raw)}
                yield Damaged("swapped", _with_funds(records, number, pair), tuple(("fund", number, one, "") for one in pair))

def gold_records(record: dict[str, Any]) -> Records:
    """Gold records as a reader that makes no mistake would hand them to the checks."""
    projects = tuple(_project(project) for project in record["projects"])
    totals = tuple(Total(total["name"], tuple(map(_fund, total["funds"]))) for total in record.get("totals", ()))
    return map_records(Records(record["source"], record["city"], record["publisher"], record["fiscal_year"],
                               record["amount_unit"], projects, totals))


def _project(project: dict[str, Any]) -> Project:
    indicators = tuple(
        Indicator(one["level1"], one["level2"], one["name"],
                  tuple(Value(Period(period), text) for period, text in one["values"].items()),
                  one["level1_raw"], one["level2_raw"], one["standard"])
        for one in project["indicators"])
    return Project(project["project_name"], project["fiscal_year"], (), tuple(map(_fund, project["funds"])), (), indicators)


def _fund(fund: dict[str, Any]) -> Fund:
    return Fund(fund["item"], tuple(fund["path"]), Period(fund["period"]), fund["raw"], fund["amount"])


def _fused(records: Records, number: int, index: int) -> Iterator[Damaged]:
    """The value of a row run together with that of the row below, in the same column, or with its own of another period."""
    rows = records.projects[number].indicators
    row = rows[index]
    if index + 1 < len(rows):
        for value in row.values:
            below = [other for other in rows[index + 1].values if other.period is value.period]
            if below:
                rest = tuple(other for other in rows[index + 1].values if other is not below[0])
                changed = {index: _with_text(row, value, value.text + below[0].text),
                           index + 1: replace(rows[index + 1], values=rest)}
                yield _of_fused(records, number, index, value, below[0], changed)
    if len(row.values) == 2:
        first, second = row.values
        fused = replace(row, values=(replace(first, text=first.text + second.text),))
        yield _of_fused(records, number, index, first, second, {index: fused})


def _of_fused(
    records: Records, number: int, index: int, first: Value, second: Value, changed: dict[int, Indicator],
) -> Damaged:
    numbers = all(value.reading and value.reading.kind in ("quantity", "date") for value in (first, second))
    return Damaged("fused_numbers" if numbers else "fused_words", _with_indicators(records, number, changed),
                   (("value", number, index, first.period),))


def _swapped(records: Records, number: int, index: int) -> Iterator[Damaged]:
    """The half-year and the annual value of a row in each other's place, where they differ."""
    row = records.projects[number].indicators[index]
    by_period = {value.period: value for value in row.values}
    half, year = by_period.get(Period.HALF_YEAR), by_period.get(Period.ANNUAL)
    if half and year and half.text != year.text:
        changed = replace(row, values=(replace(half, text=year.text), replace(year, text=half.text)))
        yield Damaged("swapped", _with_indicators(records, number, {index: changed}),
                      tuple(("value", number, index, value.period) for value in (half, year)))


def _flipped(records: Records, number: int, index: int, value: Value) -> Iterator[Damaged]:
    """A value's comparator turned round, where it is known whether more or less of the indicator is better."""
    row = records.projects[number].indicators[index]
    sign = next((sign for sign in FLIPPED if value.text.startswith(sign)), None)
    quantity = value.reading is not None and value.reading.kind == "quantity"
    if sign and quantity and expectation(row).direction and value.period is not Period.ACTUAL:
        changed = {index: _with_text(row, value, FLIPPED[sign] + value.text[len(sign):])}
        yield Damaged("flipped", _with_indicators(records, number, changed), (("value", number, index, value.period),))


def _moved(raw: str, places: int) -> str:
    """An amount with its decimal point moved, all its digits and its unit kept."""
    number = raw.rstrip("万亿元")
    return f"{(Decimal(number.replace(',', '')) * Decimal(10) ** places).normalize():f}{raw[len(number):]}"


def _with_text(indicator: Indicator, value: Value, text: str) -> Indicator:
    return replace(indicator, values=tuple(replace(one, text=text) if one is value else one for one in indicator.values))


def _with_indicators(records: Records, number: int, changed: dict[int, Indicator]) -> Records:
    project = records.projects[number]
    rows = tuple(changed.get(index, indicator) for index, indicator in enumerate(project.indicators))
    return _with_project(records, number, replace(project, indicators=rows))


def _with_funds(records: Records, number: int, changed: dict[int, Fund]) -> Records:
    project = records.projects[number]
    return _with_project(records, number, replace(
        project, funds=tuple(changed.get(index, fund) for index, fund in enumerate(project.funds))))


def _with_project(records: Records, number: int, project: Project) -> Records:
    """The records with one project in place of another, its new texts read as they would be."""
    (mapped,) = map_records(replace(records, projects=(project,), totals=())).projects
    return replace(records, projects=(*records.projects[:number], mapped, *records.projects[number + 1:]))


def main() -> None:
    """Prints the shares, and with --show what is doubted although right."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--show", action="store_true", help="count the doubts of right facts by check")
    if parser.parse_args().show:
        print(Counter(doubt for doubts in read_rightly() for doubt in doubts).most_common())
    figures = measure_checks()
    for title, shares in figures.items():
        for name, share in shares.items():
            print(f"{title} {name}: {share['share']:.4f} of {share['number']} doubted")


if __name__ == "__main__":
    main()
