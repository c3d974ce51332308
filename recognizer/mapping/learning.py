"""Teaching the mapper: what it learns from, and the fit. Names of the vocabulary are asked for as if they were not in it."""

from __future__ import annotations

import csv
import io
import json
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

import recognizer.concepts

from recognizer.concepts import Concept, Source, Vocabulary
from recognizer.mapping.features import Query, pairs_of
from recognizer.mapping.index import Floats, Index, take_apart
from recognizer.mapping.scorer import Scorer, log_odds, save_scorer
from recognizer.mapping.terms import line_of, terms, tokenize
from recognizer.model.network import Network, train_network
from recognizer.resources import names_folder, training_folder

TEMPLATES = Path(recognizer.concepts.__file__).with_name("templates.csv")
PARTS = 3  # of the labelled names, each asked of a network that learned from the others
MOST_WRONG = 0.025  # share of names whose answer may be wrong
HIDDEN = (48, 24)
EPOCHS = 30
ROUNDS = 3  # times each name of the vocabulary is asked for
ABSENT = 0.12  # share of those whose concept is taken out, so that nothing is right
TEMPLATE_ROUNDS = 10  # times each template is filled
LABELLED_ROUNDS = 24  # times each labelled name is asked for, with more or less of its place known
WITHIN = 0.25  # share of names with words put between theirs
UNSAID = 0.1  # share of names without the word for what is measured
_TOLD = ("people", "times", "count", "time", "money")
_WITHIN = ("{people}", "{field}", "{place}", "{organ}", "{thing}", "相关", "及其", "工作", "{event}")
REWORDED = 0.3  # share of words that are said otherwise
_BEFORE = ("", "", "", "", "开展", "完成", "做好", "全市", "全年", "组织", "{place}", "{organ}", "《{field}》", "“{place}{field}”", "年度", "2023年",
           "{field}", "{people}", "确保", "对{organ}", "市{organ}", "抓好", "{place}{organ}", "各类", "{thing}", "{event}")
_AFTER = ("", "", "", "", "", "", "", "", "", "情况", "情况", "工作", "的影响程度", "程度", "水平", "任务", "（%）", "（次）", "控制", "（{field}）", "指标")
_VALUES = {"元": ("≤5万元", "≤220元/人/天", "20万元", "≤300元"), "%": ("≥95%", "100%", "≥90%", "≤5%"), "人": ("≥200人", "50人次", "300名"),
           "次": ("≥4次", "2期", "≥10场", "3批次"), "个": ("≥3个", "500册", "2份", "≥20篇", "5家", "10套"), "天": ("≤5天", "≤1小时", "3年", "12个月"),
           "日期": ("2023年12月底", "年底前", "2024年6月30日前", "6月份"), "定性": ("有效提升", "明显", "较高", "是", "及时", "合规", "持续"),
           "平方米": ("≥2000平方米", "300亩"), "米": ("≥12公里",), "立方米": ("1000立方米",), "千克": ("20吨",)}


@dataclass(frozen=True, slots=True)
class Asked:
    """A name to learn from: the query, the id of its concept or None, and the wordings that it must not see."""

    query: Query
    concept: str | None
    hidden: frozenset[int] = frozenset()


def fit(index: Index, labelled: Sequence[tuple[Query, str | None]], seed: int) -> Network:
    """The network that says of a pair of a name and a concept whether they belong together.

    It learns from the index's own wordings, each hidden from itself, and from `labelled` names.
    """
    chance = random.Random(seed)
    asked = [*_of_vocabulary(index, chance), *_of_labelled(index, labelled, chance), *_of_nothing(index, chance),
             *_of_templates(index, chance)]
    pairs, _ = pairs_of(index, [one.query for one in asked], [one.hidden for one in asked])
    truth = np.array([index.concepts[concept].id == asked[query].concept
                      for query, concept in zip(pairs.query.tolist(), pairs.concept.tolist(), strict=True)], np.int64)
    return train_network(pairs.features, truth, ("apart", "together"), hidden=HIDDEN, epochs=EPOCHS, seed=seed)


def _of_vocabulary(index: Index, chance: random.Random) -> Iterator[Asked]:
    by_bare: dict[str, list[int]] = {}
    for number, bare in enumerate(index.bare):
        by_bare.setdefault(bare, []).append(number)
    own = [np.flatnonzero(index.concept_of == number).tolist() for number in range(len(index.concepts))]
    for place, wording in enumerate(index.wordings):
        number = int(index.concept_of[place])
        concept = index.concepts[number]
        for _ in range(ROUNDS):
            absent = chance.random() < ABSENT
            hidden = own[number] if absent else [one for one in by_bare[index.bare[place]] if index.concept_of[one] == number]
            if chance.random() < 0.1 and not absent:
                hidden = []
            name = _dressed(_reworded(wording.text, chance), chance)
            query = _unsaid(wording.text, concept, index, chance) if chance.random() < UNSAID else None
            yield Asked(query or _placed(name, concept, index, chance), None if absent else concept.id, frozenset(hidden))


def _of_labelled(index: Index, labelled: Sequence[tuple[Query, str | None]], chance: random.Random) -> Iterator[Asked]:
    for query, concept in labelled:
        bare = take_apart(query.name).bare
        hidden = frozenset(number for number, other in enumerate(index.bare) if other == bare)
        for number in range(LABELLED_ROUNDS):
            yield Asked(query if number < LABELLED_ROUNDS // 2 else Query(
                query.name, query.level2 if chance.random() < 0.7 else None, query.level1, query.value if chance.random() < 0.7 else None),
                concept, hidden if chance.random() < 0.8 else frozenset())


def _of_templates(index: Index, chance: random.Random) -> Iterator[Asked]:
    """Names as offices put them together, with things, people and events of every field in them."""
    for row in csv.DictReader(io.StringIO(TEMPLATES.read_text("utf-8-sig"))):
        concept = index.vocabulary.get(row["编号"]) if row["编号"] else None
        if row["编号"] and concept is None:
            continue  # a vocabulary of the user's own need not have it
        level1 = next((one for two, one in zip(index.level2, index.level1, strict=True) if two == row["二级指标"]), None)
        for _ in range(TEMPLATE_ROUNDS):
            name = _filled(row["句式"], chance)
            level2 = row["二级指标"] if chance.random() < 0.9 else None
            yield Asked(Query(name, level2, level1 if level2 else None, chance.choice(_VALUES[row["值"]])), concept.id if concept else None)


def _of_nothing(index: Index, chance: random.Random) -> Iterator[Asked]:
    """Names that are of no concept: several measures at once, sentences, levels, what does not apply."""
    for _ in range(500):
        one, other = chance.sample(range(len(index.wordings)), 2)
        if index.concept_of[one] == index.concept_of[other]:
            continue
        joined = index.wordings[one].text + chance.choice("、，,、及和") + index.wordings[other].text
        yield Asked(_placed(joined, index.concepts[int(index.concept_of[chance.choice((one, other))])], index, chance), None)
    banks = _banks()
    for clause in banks["goal_clauses"] * 6:
        yield Asked(Query(_filled(clause, chance), chance.choice(index.level2), None, chance.choice(_VALUES["定性"])), None)
    for level in {*index.level2, *index.level1} - {None}:
        for name in (str(level), str(level).removesuffix("指标"), f"本项目不适用{level}"):
            yield Asked(Query(name, chance.choice((level, None)), None, "不适用"), None)


def _placed(name: str, concept: Concept, index: Index, chance: random.Random) -> Query:
    """The name where a form would print it, more or less of that being known."""
    number = next(place for place, one in enumerate(index.concepts) if one is concept)
    level2, level1 = index.level2[number], index.level1[number]
    if chance.random() < 0.14:
        other = chance.randrange(len(index.concepts))
        level2, level1 = index.level2[other], index.level1[other]
    value = None
    if concept.unit_families and chance.random() < 0.8:
        families = concept.unit_families if chance.random() < 0.93 else tuple(_VALUES)
        value = chance.choice(_VALUES[chance.choice(families)])
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


def _unsaid(name: str, concept: Concept, index: Index, chance: random.Random) -> Query | None:
    """The name without the word for what is measured, which its place and its value tell; None where they do not."""
    tokens = tokenize(line_of(name))
    rest = "".join(token.text for token in tokens if token.kind not in _TOLD)
    families = [family for family in concept.unit_families if family != "定性"]
    if not families or len(rest) < 2 or len(rest) == sum(len(token.text) for token in tokens):
        return None
    number = next(place for place, one in enumerate(index.concepts) if one is concept)
    return Query(_dressed(rest, chance), index.level2[number], index.level1[number], chance.choice(_VALUES[chance.choice(families)]))


def _filled(pattern: str, chance: random.Random) -> str:
    banks = _banks()
    field = chance.choice(list(banks["fields"]))
    words = banks["fields"][field]
    found = {"field": field, "place": chance.choice(banks["places"]), "q": str(chance.randrange(2, 60)), "unit": "个",
             "organ": chance.choice(words["organs"]), "people": chance.choice(words["people"]), "work": _head(words["works"], chance),
             "thing": _head(words["things"], chance), "event": _head(words["events"], chance), "effect": chance.choice(words["effects"])}
    for key, word in found.items():
        pattern = pattern.replace("{" + key + "}", word)
    return pattern


def _head(entries: Sequence[str], chance: random.Random) -> str:
    return chance.choice(list(entries)).partition(":")[0]


@cache
def _banks() -> Mapping[str, list[str] | dict[str, dict[str, list[str]]]]:
    content = json.loads((training_folder() / "banks" / "general.json").read_text("utf-8"))
    return {key: content[key] for key in ("fields", "places", "goal_clauses")}


def learn_names(vocabulary: Vocabulary, out: Path, seed: int = 1) -> Path:
    """Learns from the vocabulary and the labelled names that training may see, and stores the scorer in `out`; returns its path.

    Each third of the labelled names is asked of a network that saw none of it: from that it is known how often the best pair is right,
    and from which probability on few enough answers are wrong.
    """
    index = Index(vocabulary)
    labelled = seen_names()
    order = list(range(len(labelled)))
    random.Random(seed).shuffle(order)
    networks, evidence = [], []
    for part in range(PARTS):
        asked = [labelled[number] for number in order[part::PARTS]]
        rest = [labelled[number] for number in order if number not in order[part::PARTS]]
        networks.append(fit(index, rest, seed + part))
        evidence += [(*best_two(scores), concept) for scores, (_, concept) in
                     zip(candidates(index, networks[-1], [query for query, _ in asked]), asked, strict=True)]
    scorer = calibrated(networks, evidence)
    scorer.card = {
        "name": "names", "made_by": "recognizer vocabulary learn", "seed": seed, "concepts": len(index.concepts),
        "wordings": len(index.wordings), "labelled": len(labelled), "threshold": scorer.threshold,
        "features": f"{networks[0].weights[0].shape[0]} features of a pair of a name and a concept",
        "confidence": "logistic over the two best pairs, on labelled names that the network had not seen"}
    return save_scorer(scorer, out)


def seen_names() -> list[tuple[Query, str | None]]:
    """The labelled names that training may see, with their places and concepts."""
    rows = [json.loads(line) for line in (names_folder() / "names.jsonl").read_text("utf-8").splitlines()]
    return [(Query(row["name"], row["level2"], row["level1"], row["value"]), row["concept"]) for row in rows if row["half"] == "seen"]


def candidates(index: Index, network: Network, queries: Sequence[Query]) -> list[dict[str, float]]:
    """Of each query its candidates' ids and how likely each is, names of the vocabulary that equal the query hidden."""
    hidden = []
    for query in queries:
        bare = take_apart(query.name).bare
        hidden.append(frozenset(number for number, other in enumerate(index.bare) if other == bare
                                and index.wordings[number].source is Source.GOLD))
    pairs, _ = pairs_of(index, queries, hidden)
    likely = network.probabilities(pairs.features)[:, 1]
    found: list[dict[str, float]] = [{} for _ in queries]
    for query, concept, one in zip(pairs.query.tolist(), pairs.concept.tolist(), likely.tolist(), strict=True):
        found[query][index.concepts[concept].id] = one
    return found


def best_two(found: Mapping[str, float]) -> tuple[str | None, float, float]:
    """The likeliest concept, how likely it is, and the second one."""
    ranked = sorted(found.items(), key=lambda pair: -pair[1])
    return (ranked[0][0] if ranked else None, ranked[0][1] if ranked else 0.0, ranked[1][1] if len(ranked) > 1 else 0.0)


def calibrated(networks: Sequence[Network], evidence: Sequence[tuple[str | None, float, float, str | None]]) -> Scorer:
    """The scorer whose confidence fits the evidence: (best concept, how likely, the second, the true concept) of names not seen."""
    from sklearn.linear_model import LogisticRegression

    odds = np.array([(log_odds(best), log_odds(second)) for _, best, second, _ in evidence])
    right = np.array([concept is not None and concept == true for concept, _, _, true in evidence])
    fitted = LogisticRegression(C=10).fit(odds, right)
    scorer = Scorer(tuple(networks), (float(fitted.coef_[0][0]), float(fitted.coef_[0][1])), float(fitted.intercept_[0]))
    sure = sorted(((scorer.confidence(best, second), bool(is_right)) for (_, best, second, _), is_right in
                   zip(evidence, right.tolist(), strict=True)), reverse=True)
    wrong = 0
    scorer.threshold = 1.0
    for confidence, is_right in sure:
        wrong += not is_right
        if wrong > MOST_WRONG * len(sure):
            break
        scorer.threshold = round(confidence, 4)
    return scorer


def invented(index: Index, number: int, seed: int) -> list[Query]:
    """Distinct names in their places, as they are learned from."""
    chance = random.Random(seed)
    found: dict[str, Query] = {}
    while len(found) < number:
        place = chance.randrange(len(index.wordings))
        query = _placed(_dressed(index.wordings[place].text, chance), index.concepts[int(index.concept_of[place])], index, chance)
        found.setdefault(query.name, query)
    return list(found.values())
