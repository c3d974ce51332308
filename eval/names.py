#!/usr/bin/env python3
"""How well names and labels are mapped to the controlled vocabulary, and how fast. `make eval` prints the same.

The unseen half of the labelled names is only counted here: nothing prints its errors.
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from recognizer.concepts import Concept, Kind, Source, Vocabulary, shipped_vocabulary
from recognizer.concepts.replaced import current_id
from recognizer.generation import reserved
from recognizer.mapping import Mapper, Query
from recognizer.mapping.asking import examples, invented
from recognizer.mapping.index import take_apart
from recognizer.mapping.labels import map_label

FOLDER = Path(__file__).resolve().parent / "names"
GOLD = FOLDER.parent / "gold"
SEED = 20261121
RESERVED_DOCUMENTS = 4  # of each reserved city
MOST_PAIRS = 400  # of each kind
TIMED = 3000  # names
Row = dict[str, Any]


def measure_names() -> dict[str, Any]:
    """All figures: of the unseen half, also of its names that nothing learned from has word for word, and of each city with
    the vocabulary without that city's gold names (the scorer learned from those of the seen half); of pairs, of labels, speed."""
    rows = labelled_names()
    vocabulary = shipped_vocabulary()
    mapper = Mapper(vocabulary)
    unseen = [row for row in rows if row["half"] == "unseen"]
    answers = answer(mapper, unseen)
    cities = {}
    for city in sorted({row["city"] for row in rows}):
        printed = {row["name"] for row in _gold_names(city)}
        of_city = [row for row in unseen if row["city"] == city]
        cities[city] = compare(of_city, answer(Mapper(without(vocabulary, printed, Source.GOLD)), of_city))
    known = words_known(vocabulary)
    fresh = [place for place, row in enumerate(unseen) if take_apart(row["name"]).bare not in known]
    found = labels(vocabulary)
    counted = sum(one["number"] for one in found.values())
    return {
        "names": {"unseen": compare(unseen, answers), "cities": cities, "listed": len(unseen) - len(fresh),
                  "strict": compare([unseen[place] for place in fresh], [answers[place] for place in fresh]),
                  "none": sum(row["concept"] is None for row in unseen)},
        "pairs": judged_pairs(unseen, answers), "labels": found, "speed": speed(mapper), "twice": twice(rows),
        "all_labels": sum(one["accuracy"] * one["number"] for one in found.values()) / counted}


def labelled_names() -> list[Row]:
    """The labelled names; a label that names a concept merged since is the one it was merged into."""
    rows = [json.loads(line) for line in (FOLDER / "names.jsonl").read_text("utf-8").splitlines()]
    return [{key: current_id(said) if key in ("concept", "first", "second") and said else said for key, said in row.items()}
            for row in rows]


def answer(mapper: Mapper, rows: Sequence[Row]) -> list[str | None]:
    """The id that each name is mapped to."""
    found = mapper.map([Query(row["name"], row["level2"], row["level1"], row["value"]) for row in rows])
    return [match.id if match else None for match in found]


def compare(rows: Sequence[Row], answers: Sequence[str | None]) -> dict[str, float]:
    """The share of names mapped right (to their concept, or to nothing), and of those mapped to a wrong concept."""
    right = sum(row["concept"] == one for row, one in zip(rows, answers, strict=True))
    wrong = sum(one is not None and row["concept"] != one for row, one in zip(rows, answers, strict=True))
    return {"number": len(rows), "accuracy": right / max(1, len(rows)), "wrong": wrong / max(1, len(rows))}


def judged_pairs(rows: Sequence[Row], answers: Sequence[str | None]) -> dict[str, float]:
    """Pairs of names, as many of one concept as of different ones, half of these of one level 2: the share judged right."""
    chance = random.Random(SEED)
    every = list(combinations(range(len(rows)), 2))
    one = [pair for pair in every if rows[pair[0]]["concept"] and rows[pair[0]]["concept"] == rows[pair[1]]["concept"]]
    other = [pair for pair in every if rows[pair[0]]["concept"] != rows[pair[1]]["concept"]]
    near = [pair for pair in other if rows[pair[0]]["level2"] == rows[pair[1]]["level2"]]
    size = min(MOST_PAIRS, len(one))
    chosen = [*chance.sample(one, size), *chance.sample(near, size // 2), *chance.sample(other, size - size // 2)]
    right = sum((answers[a] is not None and answers[a] == answers[b]) == (
        rows[a]["concept"] is not None and rows[a]["concept"] == rows[b]["concept"]) for a, b in chosen)
    return {"number": len(chosen), "accuracy": right / max(1, len(chosen))}


def twice(rows: Sequence[Row]) -> dict[str, float]:
    """How often the two labels agree of names labelled twice."""
    both = [row for row in rows if "second" in row]
    return {"number": len(both), "agreement": sum(row["first"] == row["second"] for row in both) / max(1, len(both))}


def words_known(vocabulary: Vocabulary) -> set[str]:
    """The names of the vocabulary and of the examples, as they are compared."""
    listed = [wording.text for concept in vocabulary.concepts for wording in concept.wordings]
    return {take_apart(name).bare for name in (*listed, *(query.name for query, _ in examples()))}


def without(vocabulary: Vocabulary, names: set[str], source: Source) -> Vocabulary:
    """The vocabulary without these alternative names from `source`. Preferred names stay."""
    gone = {take_apart(name).bare for name in names}

    def stays(concept: Concept) -> Concept:
        return replace(concept, alternatives=tuple(
            one for one in concept.alternatives
            if take_apart(one.text).bare not in gone or one.source is not source))

    return Vocabulary(tuple(stays(concept) for concept in vocabulary.concepts))


def _gold_names(city: str) -> Iterator[Row]:
    record = json.loads((GOLD / f"{city}.json").read_text("utf-8"))
    yield from (indicator for project in record["projects"] for indicator in project["indicators"] if indicator["name"])


def labels(vocabulary: Vocabulary) -> dict[str, dict[str, float]]:
    """The share of printed labels mapped to their concept: levels, attributes and items of funds, gold and reserved
    (of these the labels that labels.jsonl knows: those of the generator's banks)."""
    found: dict[str, list[bool]] = {}
    names = {(concept.kind, concept.id): concept.name for concept in vocabulary.concepts}

    def count(where: str, kind: Kind, label: str, truth: str | None) -> None:
        mapped = map_label(label, kind)
        said = mapped and (names[kind, mapped.id] if kind in (Kind.LEVEL1, Kind.LEVEL2) else mapped.id)
        found.setdefault(f"{where} {kind.value}", []).append((said or None) == truth)

    rows = map(json.loads, (FOLDER / "labels.jsonl").read_text("utf-8").splitlines())
    truths = {(row["kind"], row["label"]): row for row in rows}
    for path in sorted(GOLD.glob("*.json")):
        record = json.loads(path.read_text("utf-8"))
        _count_labels("gold", record, truths, count)
    for document in reserved(SEED, RESERVED_DOCUMENTS):
        _count_labels("reserved", document.records, truths, count)
    return {name: {"number": len(right), "accuracy": sum(right) / len(right)} for name, right in sorted(found.items())}


def _count_labels(where: str, record: Row, truths: dict[tuple[str, str], Row], count: Any) -> None:
    for project in record["projects"]:
        for kind, printed in ((Kind.ATTRIBUTE, project["attributes"]), (Kind.FUND, [fund["item"] for fund in project["funds"]])):
            for label in printed:
                if (kind.value, label) in truths:
                    count(where, kind, label, truths[kind.value, label]["concept"])
        for indicator in project["indicators"]:
            for kind, name in ((Kind.LEVEL1, "level1"), (Kind.LEVEL2, "level2")):
                if indicator[f"{name}_raw"]:
                    count(where, kind, indicator[f"{name}_raw"], indicator[name])


def speed(mapper: Mapper) -> float:
    """Distinct names mapped a second on one core, none of them seen before: the fastest third of them, for others compute too."""
    queries = invented(mapper.index, TIMED + 10, SEED)
    mapper.map(queries[:10])
    fastest = 0.0
    for begin in range(10, len(queries), TIMED // 3):
        some = queries[begin:begin + TIMED // 3]
        start = time.process_time()
        mapper.map(some)
        fastest = max(fastest, len(some) / (time.process_time() - start))
    return fastest


def names_tables(figures: dict[str, Any]) -> list[Table]:
    """The figures as tables."""
    names = figures["names"]
    table = Table(title=f"Names and the vocabulary: {names['unseen']['number']} names of the unseen half, "
                        f"{names['listed']} of them in the vocabulary or the examples, {names['none']} of no concept")
    for title in ("", "names", "right", "wrongly mapped"):
        table.add_column(title, justify="right" if title else "left")
    shown = {"all of them": names["unseen"], "those that neither the vocabulary nor the examples have": names["strict"]}
    shown |= {f"{city}, the vocabulary without its gold names": one for city, one in names["cities"].items()}
    for title, one in shown.items():
        table.add_row(title, str(one["number"]), f"{one['accuracy']:.3f}", f"{one['wrong']:.3f}")
    others = Table(title="Labels to canonical")
    for title in ("", "labels", "right"):
        others.add_column(title, justify="right" if title else "left")
    for name, one in figures["labels"].items():
        others.add_row(name, str(one["number"]), f"{one['accuracy']:.4f}")
    others.add_row("all of them", "", f"{figures['all_labels']:.4f}")
    pairs, again = figures["pairs"], figures["twice"]
    others.caption = (
        f"pairs of names judged right: {pairs['accuracy']:.3f} of {pairs['number']}; "
        f"{figures['speed']:.0f} distinct names a second; labelled twice alike: {again['agreement']:.3f} of {again['number']}")
    return [table, others]


if __name__ == "__main__":
    console = Console()
    for table in names_tables(measure_names()):
        console.print(table)
