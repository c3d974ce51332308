"""The labelled documents agree with their source texts and with their gold records."""

from __future__ import annotations

import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from recognizer.training.alignment import align, load_decisions
from recognizer.truth import TruthCell, load_truth
from recognizer.types import Label, Period, Role

ROOT = Path(__file__).parent.parent
LABELLED = ROOT / "training_data" / "labelled"
NAMES = ("anqing", "fuyang", "guangzhou", "huaian", "langxi")
PUNCTUATION = str.maketrans("：；，。、“”‘’（）", ":;,.,\"\"''()")


def normal(text: str) -> str:
    """Texts are compared without white space, tags and closing punctuation, with one form of each mark."""
    folded = unicodedata.normalize("NFKC", re.sub(r"<[a-z][^>]*>", "", text).translate(PUNCTUATION)).translate(PUNCTUATION)
    return "".join(folded.split()).strip(".;,:")


def gold_of(name: str) -> dict[str, Any]:
    record: dict[str, Any] = json.loads((ROOT / "eval" / "gold" / f"{name}.json").read_text("utf-8"))
    return record


def text_of(name: str) -> str:
    return (ROOT / "eval" / "documents" / str(gold_of(name)["source"])).read_text("utf-8")


def cells_of(name: str) -> tuple[TruthCell, ...]:
    return load_truth(LABELLED / f"{name}.jsonl")


def pieces_by_convention(text: str) -> dict[tuple[int, int], str]:
    """The pieces of a text without HTML tables, by the rules of docs/labels.md alone."""
    found = {}
    for number, line in enumerate(text.split("\n"), 1):
        stripped = line.strip()
        if "\t" in line:
            fields = line.split("\t")
        elif stripped.startswith("|") and stripped.endswith("|"):
            fields = [] if re.fullmatch(r"[|\s:-]*-[|\s:-]*", stripped) else stripped[1:-1].split("|")
        else:
            fields = re.sub(r"^#+ ", "", line).split()
        found.update({(number, index): field.strip() for index, field in enumerate(fields) if field.strip()})
    return found


@pytest.mark.parametrize("name", NAMES)
def test_every_piece_is_in_exactly_one_cell(name: str) -> None:
    pieces = pieces_by_convention(text_of(name))
    counted = Counter(key for cell in cells_of(name) for key in cell.pieces)
    assert set(counted) == set(pieces)
    assert [key for key, count in counted.items() if count > 1] == []
    for cell in cells_of(name):
        assert normal(cell.text) == normal("".join(pieces[key] for key in cell.pieces))


@pytest.mark.parametrize("name", NAMES)
def test_labels_are_those_of_the_conventions(name: str) -> None:
    with_period = {Role.VALUE, Role.FUND_AMOUNT, Role.GOAL_KEY, Role.GOAL_TEXT}
    for cell in cells_of(name):
        for code in (cell.label, *(part[2] for part in cell.parts)):
            label = Label.parse(code)
            assert label.code == code
            assert label.role is not Role.EMPTY
            assert label.heads is None or label.role is Role.HEADER
            assert (label.period is not None) == ((label.heads or label.role) in with_period), code


@pytest.mark.parametrize("name", NAMES)
def test_parts_lie_in_order_within_their_packed_cell(name: str) -> None:
    for cell in cells_of(name):
        assert bool(cell.parts) == (cell.label == Role.PACKED)
        assert all(0 <= start < end <= len(cell.text) for start, end, _ in cell.parts)
        assert all(left[1] <= right[0] for left, right in zip(cell.parts, cell.parts[1:], strict=False))
        for start, end, _ in cell.parts:
            assert cell.text[start:end] == cell.text[start:end].strip(" ;；:：")


@pytest.mark.parametrize("name", NAMES)
def test_gold_facts_are_the_texts_of_cells(name: str) -> None:
    labelled: Counter[tuple[int, str, str]] = Counter()
    for cell in cells_of(name):
        for code, text in ((cell.label, cell.text), *((code, cell.text[start:end]) for start, end, code in cell.parts)):
            for reading in readings(code, text):
                labelled[cell.project, code, reading] += 1
    missing = [fact for fact, count in Counter(gold_facts(gold_of(name))).items() if labelled[fact] < count]
    assert missing == EXCEPTIONS.get(name, [])


# Gold facts that differ from the printed text because OCR or an editor spoiled it.
EXCEPTIONS = {
    "guangzhou": [
        (22, "fund_amount@annual", "25.76"),  # printed 25. 7€
        (32, "goal_text@overall", normal(next(p["goals"]["overall"] for p in gold_of("guangzhou")["projects"]
                                              if p["project_name"] == "干部监督工作经费"))),  # 问题核查、 printed twice
    ],
}


def readings(code: str, text: str) -> set[str]:
    """What a cell's text may say in the gold: a name without its number, an amount without its commas, a key without 其中."""
    plain = normal(text)
    if code == Role.NAME:
        return {plain, normal(re.sub(r"^(指标\d+:|\d+[.,])", "", plain))}
    if code.startswith(Role.FUND_AMOUNT):
        return {plain.replace(",", "")}
    if code == Role.FUND_KEY:
        return {normal(re.sub(r"\(.{0,2}元\)$", "", re.sub(r"^其中:?", "", plain)))}
    return {plain}


def gold_facts(gold: dict[str, Any]) -> Iterator[tuple[int, str, str]]:
    """(project, label code, text) of every fact of a gold record that some cell prints for itself."""
    listed = "totals" in gold  # in a list the fund labels stand once above the column
    for total in gold.get("totals", ()):
        yield (-1, Role.TOTAL, normal(total["name"]))
        yield from ((-1, f"fund_amount@{fund['period']}", normal(fund["raw"]).replace(",", "")) for fund in total["funds"])
    for number, project in enumerate(gold["projects"]):
        yield (number, Role.ATTRIBUTE_VALUE, normal(project["project_name"]))
        for key, text in project["attributes"].items():
            yield (number, Role.ATTRIBUTE_KEY, normal(key))
            yield (number, Role.ATTRIBUTE_VALUE, normal(text))
        for fund in project["funds"]:
            yield (number, f"fund_amount@{fund['period']}", normal(fund["raw"]).replace(",", ""))
        if not listed:
            yield from ((number, Role.FUND_KEY, normal(label)) for label in {label for fund in project["funds"] for label in fund["path"]})
        for kind, text in project["goals"].items():
            yield (number, f"goal_text@{Period(kind)}", normal(text))
        for level in {indicator["level1_raw"] for indicator in project["indicators"]} - {None}:
            yield (number, Role.LEVEL1, normal(level))
        for level in {indicator["level2_raw"] for indicator in project["indicators"]} - {None}:
            yield (number, Role.LEVEL2, normal(level))
        for indicator in project["indicators"]:
            if indicator["name"]:
                yield (number, Role.NAME, normal(indicator["name"]))
            for period, text in indicator["values"].items():
                yield (number, f"value@{period}", normal(text))
            if indicator["standard"]:
                yield (number, Role.STANDARD, normal(indicator["standard"]))


@pytest.mark.parametrize("name", NAMES)
def test_nothing_but_gold_is_labelled_as_a_value_or_name(name: str) -> None:
    """What is not in the gold is an OCR repeat in a packed cell, never an invented fact elsewhere."""
    gold = Counter(gold_facts(gold_of(name)))
    extra: Counter[tuple[int, str, str]] = Counter()
    for cell in cells_of(name):
        if Label.parse(cell.label).role in (Role.NAME, Role.VALUE, Role.STANDARD, Role.GOAL_TEXT, Role.ATTRIBUTE_VALUE):
            extra[cell.project, cell.label, normal(re.sub(r"^指标 ?\d+[:：]", "", cell.text))] += 1
    surplus = [fact for fact, count in extra.items() if count > gold[fact] and fact[0] != -1]
    allowed = {fact[:2] for fact in EXCEPTIONS.get(name, [])}
    assert [fact for fact in surplus if fact[:2] not in allowed] == []


@pytest.mark.parametrize("name", NAMES)
def test_alignment_gives_the_stored_cells(name: str) -> None:
    decisions = load_decisions(LABELLED / "decisions.jsonl")
    assert align(text_of(name), gold_of(name), decisions) == cells_of(name)
