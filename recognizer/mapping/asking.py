"""What the mapper learns from: names asked for as if the vocabulary did not have them, dressed as offices print them."""

from __future__ import annotations

import csv
import io
import json
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import recognizer.concepts
from recognizer.concepts import Concept, Source
from recognizer.concepts.replaced import current_id
from recognizer.mapping.features import Query
from recognizer.mapping.index import Index, take_apart
from recognizer.mapping.terms import line_of, terms, tokenize
from recognizer.resources import names_folder, training_folder

TEMPLATES = Path(recognizer.concepts.__file__).with_name("templates.csv")
EXAMPLES = Path(recognizer.concepts.__file__).with_name("examples.csv")
ROUNDS = 2  # times each name of the vocabulary is asked for
ABSENT = 0.12  # share of those whose concept is taken out, so that nothing is right
TEMPLATE_ROUNDS = 4  # times each template is filled
WITHIN = 0.25  # share of names with words put between theirs
UNSAID = 0.1  # share of names without the word for what is measured
REWORDED = 0.3  # share of words that are said otherwise
ELSEWHERE = 0.14  # share of names printed under another level
_TOLD = ("people", "times", "count", "time", "money")
_WITHIN = ("{people}", "{field}", "{place}", "{organ}", "{thing}", "相关", "及其", "工作", "{event}")
_BEFORE = (
    "", "", "", "", "开展", "完成", "做好", "全市", "全年", "组织", "{place}", "{organ}", "《{field}》", "“{place}{field}”",
    "年度", "2023年", "{field}", "{people}", "确保", "对{organ}", "市{organ}", "抓好", "{place}{organ}", "各类", "{thing}",
    "{event}")
_AFTER = (
    "", "", "", "", "", "", "", "", "", "情况", "情况", "工作", "的影响程度", "程度", "水平", "任务", "（%）", "（次）", "控制",
    "（{field}）", "指标")
_VALUES = {
    "元": ("≤5万元", "≤220元/人/天", "20万元", "≤300元"), "%": ("≥95%", "100%", "≥90%", "≤5%"),
    "人": ("≥200人", "50人次", "300名"), "次": ("≥4次", "2期", "≥10场", "3批次"),
    "个": ("≥3个", "500册", "2份", "≥20篇", "5家", "10套"), "天": ("≤5天", "≤1小时", "3年", "12个月"),
    "日期": ("2023年12月底", "年底前", "2024年6月30日前", "6月份"),
    "定性": ("有效提升", "明显", "较高", "是", "及时", "合规", "持续"),
    "平方米": ("≥2000平方米", "300亩"), "米": ("≥12公里",), "立方米": ("1000立方米",), "千克": ("20吨",)}


@dataclass(frozen=True, slots=True)
class Asked:
    """A name to learn from: the query, the id of its concept or None, what it was made from, and the wordings that it must
    not see."""

    query: Query
    concept: str | None
    source: str
    hidden: frozenset[int] = frozenset()


def of_general(index: Index, seed: int) -> list[Asked]:
    """All that is learned from but labelled names: the vocabulary's own names, templates, and names of nothing."""
    chance = random.Random(seed)
    return [*_of_vocabulary(index, chance), *_of_nothing(index, chance), *_of_templates(index, chance)]


def of_labelled(index: Index, labelled: Sequence[tuple[Query, str | None]], rounds: int, seed: int) -> list[Asked]:
    """Labelled names, each `rounds` times with more or less of its place known."""
    chance = random.Random(seed)
    found = []
    for query, concept in labelled:
        hidden, source = namesakes(index, query.name), take_apart(query.name).bare
        for number in range(rounds):
            known = number < rounds // 2
            place = Query(query.name, query.level2 if known or chance.random() < 0.7 else None, query.level1,
                          query.value if known or chance.random() < 0.7 else None)
            found.append(Asked(place, concept, source, hidden if chance.random() < 0.8 else frozenset()))
    return found


def seen_names() -> list[tuple[Query, str | None]]:
    """The labelled names that training may see, with their places and concepts."""
    rows = [json.loads(line) for line in (names_folder() / "names.jsonl").read_text("utf-8").splitlines()]
    return [(Query(row["name"], row["level2"], row["level1"], row["value"]), row["concept"] and current_id(row["concept"]))
            for row in rows if row["half"] == "seen"]


def examples(source: Source | None = None) -> list[tuple[Query, str | None]]:
    """Names as offices publish them, with their places and concepts, labelled by an editor; only those from `source` if given.

    None of them is counted anywhere.
    """
    return [(Query(row["名称"], row["二级指标"] or None, row["一级指标"] or None, row["值"] or None), row["编号"] or None)
            for row in csv.DictReader(io.StringIO(EXAMPLES.read_text("utf-8-sig"))) if source in (None, row["来源"])]


def namesakes(index: Index, name: str) -> frozenset[int]:
    """The wordings that are the same words as a name."""
    bare = take_apart(name).bare
    return frozenset(number for number, other in enumerate(index.bare) if other == bare)


def invented(index: Index, number: int, seed: int) -> list[Query]:
    """Distinct names in their places, as they are learned from."""
    chance = random.Random(seed)
    found: dict[str, Query] = {}
    while len(found) < number:
        place = chance.randrange(len(index.wordings))
        query = _placed(_dressed(index.wordings[place].text, chance), int(index.concept_of[place]), index, chance)
        found.setdefault(query.name, query)
    return list(found.values())


def _of_vocabulary(index: Index, chance: random.Random) -> Iterator[Asked]:
    by_bare: dict[str, list[int]] = {}
    for number, bare in enumerate(index.bare):
        by_bare.setdefault(bare, []).append(number)
    own: list[list[int]] = [[] for _ in index.concepts]
    for place, number in enumerate(index.concept_of.tolist()):
        own[number].append(place)
    for place, wording in enumerate(index.wordings):
        number = int(index.concept_of[place])
        concept = index.concepts[number]
        for _ in range(ROUNDS):
            absent = chance.random() < ABSENT
            hidden = own[number] if absent else [one for one in by_bare[index.bare[place]] if index.concept_of[one] == number]
            if chance.random() < 0.1 and not absent:
                hidden = []
            query = _unsaid(wording.text, number, index, chance) if chance.random() < UNSAID else None
            query = query or _placed(_dressed(_reworded(wording.text, chance), chance), number, index, chance)
            yield Asked(query, None if absent else concept.id, index.bare[place], frozenset(hidden))


def _of_templates(index: Index, chance: random.Random) -> Iterator[Asked]:
    """Names as offices put them together, with things, people and events of every field in them."""
    for row in csv.DictReader(io.StringIO(TEMPLATES.read_text("utf-8-sig"))):
        concept: Concept | None = index.vocabulary.get(row["编号"]) if row["编号"] else None
        if row["编号"] and concept is None:
            continue  # a vocabulary of the user's own need not have it
        level1 = next((one for two, one in zip(index.level2, index.level1, strict=True) if two == row["二级指标"]), None)
        for _ in range(TEMPLATE_ROUNDS):
            placed = chance.random() < 0.9
            query = Query(_filled(row["句式"], chance), row["二级指标"] if placed else None, level1 if placed else None,
                          chance.choice(_VALUES[row["值"]]))
            yield Asked(query, concept.id if concept else None, row["句式"])


def _of_nothing(index: Index, chance: random.Random) -> Iterator[Asked]:
    """Names that are of no concept: several measures at once, sentences, levels, what does not apply."""
    for _ in range(500):
        one, other = chance.sample(range(len(index.wordings)), 2)
        if index.concept_of[one] == index.concept_of[other]:
            continue
        joined = index.wordings[one].text + chance.choice("、，,、及和") + index.wordings[other].text
        yield Asked(_placed(joined, int(index.concept_of[chance.choice((one, other))]), index, chance), None, joined)
    for clause in list(_banks()["goal_clauses"]) * 6:
        query = Query(_filled(clause, chance), chance.choice(index.level2), None, chance.choice(_VALUES["定性"]))
        yield Asked(query, None, clause)
    for level in sorted({str(level) for level in (*index.level2, *index.level1) if level}):
        for name in (level, level.removesuffix("指标"), f"本项目不适用{level}"):
            yield Asked(Query(name, chance.choice((level, None)), None, "不适用"), None, name)


def _placed(name: str, number: int, index: Index, chance: random.Random) -> Query:
    """The name where a form would print it, more or less of that being known."""
    families = index.concepts[number].unit_families
    level2, level1 = index.level2[number], index.level1[number]
    if chance.random() < ELSEWHERE:
        other = chance.randrange(len(index.concepts))
        level2, level1 = index.level2[other], index.level1[other]
    value = None
    if families and chance.random() < 0.8:
        value = chance.choice(_VALUES[chance.choice(families if chance.random() < 0.93 else tuple(_VALUES))])
    return Query(name, level2 if chance.random() < 0.85 else None, level1 if chance.random() < 0.85 else None, value)


def _reworded(name: str, chance: random.Random) -> str:
    """The name with some of its words said otherwise."""
    said = _words_of_groups()
    parts = [(token.text, token.group) for token in tokenize(line_of(name))]
    return "".join(chance.choice(said[group]) if group >= 0 and chance.random() < REWORDED else text for text, group in parts)


@cache
def _words_of_groups() -> Mapping[int, list[str]]:
    found: dict[int, list[str]] = {}
    for word, term in terms().items():
        found.setdefault(term.group, []).append(word)
    return found


def _dressed(name: str, chance: random.Random) -> str:
    """The name as an office prints it: with words before it, within it and after it that say nothing of the concept."""
    before = "".join(_filled(chance.choice(_BEFORE), chance) for _ in range(chance.choice((0, 1, 1, 2))))
    if chance.random() < WITHIN:
        parts = [token.text for token in tokenize(line_of(name))]
        place = chance.randrange(len(parts) + 1)
        parts.insert(place, _filled(chance.choice(_WITHIN), chance))
        name = "".join(parts)
    return before + name + _filled(chance.choice(_AFTER), chance)


def _unsaid(name: str, number: int, index: Index, chance: random.Random) -> Query | None:
    """The name without the word for what is measured, which its place and its value tell; None where they do not."""
    tokens = tokenize(line_of(name))
    rest = "".join(token.text for token in tokens if token.kind not in _TOLD)
    families = [family for family in index.concepts[number].unit_families if family != "定性"]
    if not families or len(rest) < 2 or len(rest) == sum(len(token.text) for token in tokens):
        return None
    value = chance.choice(_VALUES[chance.choice(families)])
    return Query(_dressed(rest, chance), index.level2[number], index.level1[number], value)


def _filled(pattern: str, chance: random.Random) -> str:
    """A pattern with things, people and events of one field in its {slots}."""
    banks = _banks()
    field = chance.choice(list(banks["fields"]))
    words: dict[str, list[str]] = banks["fields"][field]
    found = {
        "field": field, "place": chance.choice(banks["places"]), "q": str(chance.randrange(2, 60)), "unit": "个",
        "organ": chance.choice(words["organs"]), "people": chance.choice(words["people"]),
        "effect": chance.choice(words["effects"]),
        **{slot: chance.choice(words[f"{slot}s"]).partition(":")[0] for slot in ("work", "thing", "event")}}
    for slot, word in found.items():
        pattern = pattern.replace("{" + slot + "}", word)
    return pattern


@cache
def _banks() -> dict[str, Any]:
    content = json.loads((training_folder() / "banks" / "general.json").read_text("utf-8"))
    return {key: content[key] for key in ("fields", "places", "goal_clauses")}
